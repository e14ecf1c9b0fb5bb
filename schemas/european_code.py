"""The Single European Code: 21 characters for the donation, 19 for the product (R-SEC-01).

Donation part: country 2, tissue establishment 6, unique donation number 13. Product part: coding
system 1, product number 7, split 3, expiry 8 (YYYYMMDD). The structure is public law; no table
of product numbers is part of this module.
"""

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from schemas.base import Contract
from schemas.scanned import letters_or_digits, packed_code

DONATION_PART = 21
PRODUCT_PART = 19
WHOLE = DONATION_PART + PRODUCT_PART

_COUNTRY = (2, "two letters (ISO country)")
_ESTABLISHMENT = (6, "six letters or digits (tissue establishment)")
_NUMBER = (13, "thirteen letters or digits (unique donation number)")
_PRODUCT = (7, "seven letters or digits (product number)")
_SPLIT = (3, "three letters or digits (split number)")


class CodingSystem(StrEnum):
    """Whose product number a Single European Code carries."""

    EUTC = "E"
    ISBT_128 = "A"
    EUROCODE = "B"


def _country(part: str) -> str:
    for place, character in enumerate(part, start=1):
        if not character.isalpha():
            raise ValueError(f"character {place} is {character!r}; {_COUNTRY[1]} would be right")
    return letters_or_digits(part, *_COUNTRY)


def sec_donation_part(country: str, establishment: str, number: str) -> str:
    """Put together the donation part of a Single European Code (21 characters).

    A unique donation number shorter than 13 is filled with zeros on the left (R-SEC-04).

    Raises:
        ValueError: a part has the wrong length or a character that does not occur in it.
    """
    entered = packed_code(number, "unique donation number")
    if not entered:
        raise ValueError(f"the unique donation number is missing; {_NUMBER[1]} would be right")
    return parse_sec_di(
        _country(packed_code(country, "country"))
        + letters_or_digits(packed_code(establishment, "tissue establishment"), *_ESTABLISHMENT)
        + letters_or_digits(entered.rjust(_NUMBER[0], "0"), *_NUMBER)
    )


def without_sec(packed: str, *lengths: int) -> str:
    """Drop the letters SEC printed before a code, but never the first letters of a code."""
    if packed.startswith("SEC:"):
        return packed.removeprefix("SEC:")
    known = len(packed) - len("SEC") in lengths
    return packed.removeprefix("SEC") if known else packed


def parse_sec_di(entered: str) -> str:
    """Read the donation part of a Single European Code into its 21 characters (R-SEC-01).

    Takes it with or without spaces and the letters SEC before it.

    Raises:
        ValueError: says which character or which length is wrong, and what would be right.
    """
    packed = without_sec(packed_code(entered, "donation code"), DONATION_PART)
    if len(packed) != DONATION_PART:
        letters = ", the letters SEC among them" if packed.startswith("SEC") else ""
        raise ValueError(
            f"a SEC donation part has 21 characters (2 country, 6 establishment, 13 donation); "
            f"this has {len(packed)}{letters}"
        )
    _country(packed[:2])
    letters_or_digits(packed[2:8], *_ESTABLISHMENT, starts_at=3)
    letters_or_digits(packed[8:], *_NUMBER, starts_at=9)
    return packed


def _expiry(digits: str) -> date | None:
    """Read YYYYMMDD; 00000000 means that the tissue does not expire (R-SEC-01)."""
    if digits == "00000000":
        return None
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"expiry {digits!r} is not YYYYMMDD; 20171231 would be right")
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError as no_such_day:
        raise ValueError(f"expiry {digits!r} is no day of the calendar") from no_such_day


class SingleEuropeanCode(Contract):
    """A whole Single European Code: donation part and product part (R-SEC-01)."""

    donation_part: str = Field(title="Donation part (21 characters)")
    coding_system: CodingSystem = Field(title="Coding system")
    product_number: str = Field(title="Product number (7 characters)")
    split_number: str = Field(title="Split number (3 characters)")
    expires_on: date | None = Field(title="Expiry", description="Empty: does not expire.")

    @model_validator(mode="after")
    def _well_formed(self) -> Self:
        if parse_sec_di(self.donation_part) != self.donation_part:
            raise ValueError("the donation part is written without spaces and in capitals")
        letters_or_digits(self.product_number, *_PRODUCT, starts_at=23)
        letters_or_digits(self.split_number, *_SPLIT, starts_at=30)
        return self

    @property
    def product_part(self) -> str:
        """The product part: 19 characters."""
        until = self.expires_on.strftime("%Y%m%d").rjust(8, "0") if self.expires_on else "0" * 8
        return f"{self.coding_system}{self.product_number}{self.split_number}{until}"

    @property
    def compact(self) -> str:
        """All 40 characters in one, as a machine reads them."""
        return f"{self.donation_part}{self.product_part}"

    @property
    def eye_readable(self) -> str:
        """As printed: the letters SEC, then the two parts apart by one space."""
        return f"SEC {self.donation_part} {self.product_part}"


def parse_sec(entered: str) -> SingleEuropeanCode:
    """Read a whole Single European Code of 40 characters (R-SEC-01).

    Raises:
        ValueError: says which part is wrong, and what would be right.
    """
    packed = without_sec(packed_code(entered, "Single European Code"), WHOLE)
    if len(packed) != WHOLE:
        raise ValueError(
            f"a Single European Code has 40 characters (21 donation, 19 product); "
            f"this has {len(packed)}"
        )
    system = packed[DONATION_PART]
    if system not in tuple(CodingSystem):
        raise ValueError(
            f"character 22 is {system!r}; E (EUTC), A (ISBT 128) or B (Eurocode) would be right"
        )
    return SingleEuropeanCode(
        donation_part=parse_sec_di(packed[:DONATION_PART]),
        coding_system=CodingSystem(system),
        product_number=packed[22:29],
        split_number=packed[29:32],
        expires_on=_expiry(packed[32:]),
    )
