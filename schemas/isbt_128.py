"""The ISBT 128 donation identification number (DIN): 13 characters and how they are checked.

A letter and four more of the facility, two digits of the year, six digits. Only the published
structure and the ISO/IEC 7064 check are here; a site brings its own licensed tables.
"""

from schemas.scanned import letters_or_digits, packed_code

DIN = 13
DIN_FLAGGED = 15
DIN_LONGEST = 16
"""A DIN, two flag characters and the check character."""

_CHECKED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
_FLAG_IS_CHECK = 60
"""Flag numbers from 60 on carry the check value, added to 60."""


def din_check_character(din: str) -> str:
    """The ISO/IEC 7064 MOD 37-2 check character over the 13 characters of a DIN alone."""
    total = 0
    for character in din:
        total = (total + _CHECKED.index(character)) * 2 % 37
    return _CHECKED[(38 - total) % 37]


def _din_form(din: str) -> None:
    """Check the 13 characters: a letter, four of the facility, two of the year, six digits."""
    if not ("A" <= din[0] <= "Z"):
        raise ValueError(f"character 1 of the DIN is {din[0]!r}; a letter would be right")
    letters_or_digits(din[1:5], 4, "four letters or digits (facility)", starts_at=2)
    for place, character in enumerate(din[5:], start=6):
        if not ("0" <= character <= "9"):
            raise ValueError(f"character {place} of the DIN is {character!r}; a digit is right")


def _din_flags(din: str, flags: str) -> None:
    """Check two flag digits; those from 60 on carry the check value themselves."""
    if not (flags.isascii() and flags.isdigit()):
        raise ValueError(f"flag characters {flags!r} after the DIN; two digits would be right")
    value = int(flags) - _FLAG_IS_CHECK
    if 0 <= value < len(_CHECKED):
        _din_check(din, _CHECKED[value])


def _din_check(din: str, given: str) -> None:
    """Refuse a DIN whose check character does not fit its 13 characters."""
    if given != din_check_character(din):
        raise ValueError(
            f"the check character {given!r} does not fit DIN {din}; a character was misread or "
            "mistyped: scan it again, or copy it from the label once more"
        )


def parse_din(entered: str) -> str:
    """Read an ISBT 128 donation identification number into its 13 characters.

    Takes what a scanner sends (`=G123498654321` and two flags) and what is printed for the eye:
    13 characters, then optionally two flag digits, then optionally the check character, which
    is computed over the 13 alone and must fit.

    Raises:
        ValueError: says which character, which length or which check is wrong.
    """
    packed = packed_code(entered, "DIN")
    scanned = packed.startswith("=")
    packed = packed.removeprefix("=")
    if scanned and len(packed) != DIN_FLAGGED:
        raise ValueError(
            f"a scanned DIN has 15 characters after '=' (13 and two flags); this has {len(packed)}"
        )
    if not DIN <= len(packed) <= DIN_LONGEST:
        raise ValueError(
            f"a DIN has 13 characters, then optionally two flag digits and a check character; "
            f"this has {len(packed)}"
        )
    din, rest = packed[:DIN], packed[DIN:]
    _din_form(din)
    if len(rest) in (2, 3):
        _din_flags(din, rest[:2])
    if len(rest) in (1, 3):
        _din_check(din, rest[-1])
    return din
