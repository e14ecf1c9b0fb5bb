"""What every contract has in common: it is frozen, exact, and has one canonical form."""

import hashlib
import json
import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)

MAX_DIGITS = 30
"""No count or amount of the bench has more digits; more is a typing error or an attack."""

NOT_EXACT = frozenset({"float", "any", "complex", "json", "custom", "is-instance", "callable"})
"""The types, as pydantic names them, whose values may be floats or hold some."""

_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters
    r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # drawn as nothing, or as a space
    r"\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    r"\ud800-\udfff\ue000-\uf8ff"  # halves of characters; characters of one's own making
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
"""What a reader cannot see, or sees as something else: no text of a record holds it."""


def canonical_json(value: object) -> bytes:
    """Write JSON in its one canonical form: sorted keys, no spaces, UTF-8.

    `value` holds only what JSON knows, without floats: what is digested is exact.

    Raises:
        TypeError: a value (a float among them) has no exact form in JSON.
    """
    _refuse_floats(value)
    return _written(value)


_CANONICAL = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def _written(value: object) -> bytes:
    return _CANONICAL.encode(value).encode()


def digest_of(value: object) -> str:
    """SHA-256 of the canonical JSON of `value`, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError(f"{value!r} is a float; what is digested must be exact")
    if isinstance(value, dict):
        for each in value.values():
            _refuse_floats(each)
    elif isinstance(value, list | tuple):
        for each in value:
            _refuse_floats(each)


@cache
def _is_exact(contract: type[BaseModel]) -> bool:
    """Whether the types of a contract leave no room for a float, nor for what may be one.

    Then its values need no searching, however many there are.
    """
    return _kinds_in(contract.__pydantic_core_schema__).isdisjoint(NOT_EXACT)


def _kinds_in(schema: object) -> set[str]:
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            found.add(str(each.get("type")))
            waiting += each.values()
        elif isinstance(each, list | tuple):
            waiting += each
    return found


def _composed(entered: object) -> object:
    """One spelling of each letter, before its length is counted: what is stored is read again."""
    return unicodedata.normalize("NFC", entered) if isinstance(entered, str) else entered


def _printable(text: str) -> str:
    """Refuse what a reader cannot see: control, zero-width, direction marks, broken characters."""
    found = invisible_in(text)
    if found is not None:
        raise ValueError(
            f"contains an invisible character (U+{ord(text[found]):04X}); type it again without"
        )
    return text


def invisible_in(text: str) -> int | None:
    """Where the first character stands that a reader cannot see, if there is one."""
    found = _UNPRINTABLE.search(text)
    return found.start() if found else None


def readable(text: str) -> str:
    """The text of somebody else, for example a file's name, with ? for what a reader cannot see."""
    return _UNPRINTABLE.sub("?", unicodedata.normalize("NFC", text)).strip()


def _plain_digits(amount: Decimal) -> str:
    """Write an amount with exactly the digits that were entered, never with an exponent."""
    return format(amount, "f")


def _to_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(
            "is no moment a calendar knows; write for example 2026-03-31T14:05Z"
        ) from None


def in_zone(moment: datetime, zone: str) -> datetime:
    """A moment by the clock of a zone; in UTC where the calendar of the zone has no such day."""
    try:
        return moment.astimezone(ZoneInfo(zone))
    except OverflowError:  # the first and last day there are
        return moment.astimezone(UTC)


def day_of(moment: datetime, zone: str) -> date:
    """The day that a moment falls on in a zone."""
    return in_zone(moment, zone).date()


def local_words(moment: datetime, zone: str) -> str:
    """A moment as the clock in a zone shows it, with its offset: 2026-03-31 14:05 UTC+02:00."""
    local = in_zone(moment, zone)
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M} UTC{offset[:3]}:{offset[3:]}"


def shortened(text: str, most: int = 400) -> str:
    """The text if it fits in so many characters; else its first words, and a mark of the rest."""
    if len(text) <= most:
        return text
    first, _, _ = text[: most - 1].rpartition(" ")
    return f"{first.rstrip(' ,;.:')} …" if first else f"{text[: most - 1]}…"


def is_empty(value: object) -> bool:
    """Whether a field says nothing.

    A field that a contract of the record gets later is left out while it is empty
    (`exclude_if`): what was signed before it existed keeps its digest.
    """
    return value is None or value == ()


Text = Annotated[
    str,
    BeforeValidator(_composed),
    StringConstraints(min_length=1, max_length=400),
    AfterValidator(_printable),
]
"""One line or a few, in words a reader can see."""

LongText = Annotated[
    str,
    BeforeValidator(_composed),
    StringConstraints(min_length=1, max_length=8000),
    AfterValidator(_printable),
]
"""Paragraphs: an instruction, an assessment, a conclusion."""

Reason = Annotated[
    str,
    BeforeValidator(_composed),
    StringConstraints(min_length=5, max_length=2000),
    AfterValidator(_printable),
]
"""Why something was done; a word is not a reason (R-DI-02)."""

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9._-]{0,39}$")]
"""An identifier of ours: capitals, digits, dot, dash, underscore; no look-alike letters."""

Count = Annotated[int, Field(ge=1, le=10**9)]
"""How many there are; nobody at a bench counts a thousand million."""

CountOrNone = Annotated[int, Field(ge=0, le=10**9)]
"""How many there are, where there may be none."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256, as 64 hexadecimal digits."""

Amount = Annotated[
    Decimal,
    Field(max_digits=MAX_DIGITS, decimal_places=12, allow_inf_nan=False),
    PlainSerializer(_plain_digits, return_type=str),
]
"""An exact number. Its digits are kept: 92.10 stays 92.10 (R-EXP-13)."""

Moment = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A moment in UTC; a time without a zone is refused (R-A11D-02)."""

ZoneName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$", max_length=60)
]
"""An IANA time zone, for example Europe/Warsaw."""


class Contract(BaseModel):
    """A frozen object that knows no extra field and can be digested.

    It holds no set and no float: either would digest differently from day to day.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, validate_default=True
    )

    def plain(self) -> dict[str, Any]:
        """The contract as JSON values: amounts as text, moments as ISO 8601."""
        return self.model_dump(mode="json")

    def canonical(self) -> bytes:
        """The canonical JSON of this contract, the bytes that are signed and sealed."""
        plain = self.plain()
        return _written(plain) if _is_exact(type(self)) else canonical_json(plain)

    def digest(self) -> str:
        """SHA-256 of the canonical JSON, as 64 hexadecimal digits."""
        return hashlib.sha256(self.canonical()).hexdigest()

    @classmethod
    def from_canonical(cls, stored: bytes | str) -> Self:
        """Read back what `canonical` wrote."""
        return cls.model_validate_json(stored)
