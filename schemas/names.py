"""What people are called: the name they sign in with, and the name beside their signatures.

Nobody is taken for somebody else: neither by capitals and spaces nor by letters that look alike.
"""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from schemas.base import Text


def _small_letters(entered: object) -> object:
    """“Olga ” is olga: tablets begin with a capital. Other alphabets stay, and are refused."""
    known = isinstance(entered, str) and entered.isascii()
    return entered.strip().lower() if isinstance(entered, str) and known else entered


ALIKE = frozenset(
    ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "COPTIC", "CHEROKEE", "FULLWIDTH", "MATHEMATICAL")
)
"""Alphabets that share letters to the eye, by the first word of a letter's Unicode name."""


def _of_one_alphabet(name: str) -> str:
    """Refuse a name whose letters are of two alphabets: it reads as another person's (R-P11-16)."""
    letters = {unicodedata.name(each, "?").split()[0] for each in name if each.isalpha()}
    mixed = sorted(letters & ALIKE)
    if len(mixed) > 1:
        named = " and ".join(each.capitalize() for each in mixed)
        raise ValueError(f"has {named} letters, which look alike; type it again in one alphabet")
    return name


Username = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9.-]{1,39}$"),
    BeforeValidator(_small_letters),
]
"""Small letters of one alphabet: no two of them differ only by capitals, spaces or look-alikes."""

FullName = Annotated[Text, AfterValidator(_of_one_alphabet)]
"""A person's name as it is printed beside signatures."""
