"""The code a donation is known by, whichever of the two standards it follows.

A donation carries the donation part of the Single European Code or an ISBT 128 donation
identification number. Neither names a person. What a scanner sends, or a person copies from a
label with its spaces, becomes one canonical text, and the donor's tissue establishment alone
gave it: nobody after it changes it (R-SEC-03).
"""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from schemas.base import Contract
from schemas.european_code import DONATION_PART, WHOLE, parse_sec, parse_sec_di
from schemas.isbt_128 import DIN, DIN_LONGEST, din_check_character, parse_din
from schemas.scanned import packed_code

_LONGEST_ENTERED = 80


class DonationScheme(StrEnum):
    """Which standard a donation's identification follows."""

    SEC_DI = "sec_di"
    ISBT_128 = "isbt_128"


class DonationIdentification(Contract):
    """A donation's identification and the standard it follows."""

    scheme: DonationScheme
    value: str

    @property
    def eye_readable(self) -> str:
        """As printed for the eye; a DIN with its check character."""
        if self.scheme is DonationScheme.SEC_DI:
            return f"SEC {self.value}"
        din = self.value
        return f"{din[:5]} {din[5:7]} {din[7:]} {din_check_character(din)}"


def identify_donation(entered: str) -> DonationIdentification:
    """Say which standard a donation's identification follows, and its canonical value.

    A whole Single European Code is taken for its donation part: an ATMP maker stores the
    donation part and asks for no product part (R-SEC-02).

    Raises:
        ValueError: it is neither, and the words say what is wrong.
    """
    packed = packed_code(entered, "donation code").removeprefix("SEC:")
    if not packed:
        raise ValueError("the donation code is missing; scan it, or copy it from the label")
    if packed.startswith("=") or DIN <= len(packed) <= DIN_LONGEST:
        return DonationIdentification(scheme=DonationScheme.ISBT_128, value=parse_din(packed))
    if len(packed) in (WHOLE, WHOLE + len("SEC")):
        value = parse_sec(packed).donation_part
        return DonationIdentification(scheme=DonationScheme.SEC_DI, value=value)
    if not DONATION_PART - 2 <= len(packed) <= DONATION_PART + len("SEC"):
        raise ValueError(
            f"{len(packed)} characters are neither a SEC donation part (21) nor an ISBT 128 DIN "
            "(13, optionally with two flags and a check character)"
        )
    return DonationIdentification(scheme=DonationScheme.SEC_DI, value=parse_sec_di(packed))


def _donation_code(entered: str) -> str:
    return identify_donation(entered).value


DonationCode = Annotated[
    str,
    Field(
        title="Donation identification",
        description="Scan or type the donation part of the Single European Code (21 characters) "
        "or the ISBT 128 donation number (13, with its check character if printed).",
        max_length=_LONGEST_ENTERED,
    ),
    AfterValidator(_donation_code),
]
"""A donation's identification in its canonical text; `identify_donation` says which standard."""

SecDonationPart = Annotated[str, Field(max_length=_LONGEST_ENTERED), AfterValidator(parse_sec_di)]
"""The donation part of a Single European Code, 21 characters without spaces."""

Din = Annotated[str, Field(max_length=_LONGEST_ENTERED), AfterValidator(parse_din)]
"""An ISBT 128 donation identification number, 13 characters without flags or check."""
