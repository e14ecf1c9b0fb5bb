"""The chain-of-identity code: whose cells these are, without saying who that is.

`COI-XXXX-XXXX`: seven characters drawn by the site and one check character, from an alphabet of
31 without look-alikes (no 0, O, 1, I, L). The code is made for tracking alone: it holds no name,
no birth date, no record number (R-DON-30). The check: each of the eight characters times its
weight 8, 7, ... 1, summed, is a multiple of 31. As 31 is prime and the weights differ, one wrong
character and any two exchanged characters are always found.
"""

from typing import Annotated

from pydantic import AfterValidator, Field

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_PRIME = len(_ALPHABET)
_PAYLOAD = 7
_PREFIX = "COI"

CODES = _PRIME**_PAYLOAD
"""How many chain-of-identity codes there are."""


def chain_of_identity(number: int) -> str:
    """The code of this number, with its check character; draw the number at random.

    Raises:
        ValueError: the number is negative, or not below `CODES`.
    """
    if not 0 <= number < CODES:
        raise ValueError(f"there are {CODES} chain-of-identity codes; {number} is not among them")
    payload = ""
    for _ in range(_PAYLOAD):
        number, place = divmod(number, _PRIME)
        payload = _ALPHABET[place] + payload
    check = _ALPHABET[-_weighted(payload + _ALPHABET[0]) % _PRIME]
    return f"{_PREFIX}-{payload[:4]}-{payload[4:]}{check}"


def _weighted(characters: str) -> int:
    """The sum of the characters' places in the alphabet, times 8, 7, ... 1."""
    weights = range(len(characters), 0, -1)
    return sum(
        weight * _ALPHABET.index(each) for weight, each in zip(weights, characters, strict=True)
    )


def parse_chain_of_identity(entered: str) -> str:
    """Read a chain-of-identity code as typed or scanned into `COI-XXXX-XXXX`.

    Raises:
        ValueError: says which character or which length is wrong, or that the check fails.
    """
    packed = "".join(entered.split()).replace("-", "")
    if packed.isascii():
        packed = packed.upper()
    if not packed.startswith(_PREFIX):
        raise ValueError("a chain-of-identity code begins with COI: COI-XXXX-XXXX")
    code = packed.removeprefix(_PREFIX)
    if len(code) != _PAYLOAD + 1:
        raise ValueError(
            f"a chain-of-identity code has 8 characters after COI; this has {len(code)}"
        )
    for place, character in enumerate(code, start=1):
        if character not in _ALPHABET:
            raise ValueError(
                f"character {place} after COI is {character!a}; digits 2 to 9 and capitals "
                "without I, L and O occur here"
            )
    if _weighted(code) % _PRIME:
        raise ValueError(
            f"the check character of {_PREFIX}-{code[:4]}-{code[4:]} does not fit; scan the code "
            "again, or copy it from the label once more"
        )
    return f"{_PREFIX}-{code[:4]}-{code[4:]}"


ChainOfIdentity = Annotated[
    str,
    Field(
        title="Chain-of-identity code",
        description="The patient's code, COI-XXXX-XXXX. Never a name or a record number.",
        max_length=40,
    ),
    AfterValidator(parse_chain_of_identity),
]
"""Whose cells these are, as a code of ours without personal data (R-DON-30)."""
