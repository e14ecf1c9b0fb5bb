"""What every step entry has in common: raw counts, volumes and times, in an order that can be."""

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field

from schemas.base import Amount, Contract, LongText, Moment


def _words(entered: object) -> object:
    """Split what was typed in one box: spaces, commas or new lines between the values."""
    if isinstance(entered, str):
        return tuple(entered.replace(",", " ").replace(";", " ").split())
    if isinstance(entered, list | tuple) and all(isinstance(each, str) for each in entered):
        return _words(" ".join(entered))
    return entered


Count = Annotated[int, Field(ge=0, le=1_000_000)]
"""Something counted one by one."""

SquareCounts = Annotated[
    tuple[Count, ...], BeforeValidator(_words), Field(min_length=1, max_length=50)
]
"""One count for each large square of the chamber (1 mm x 1 mm, 0.1 µl), as `23 31 27 25`."""

Numbers = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=60)], ...],
    BeforeValidator(_words),
    Field(min_length=1, max_length=100),
]
"""Container numbers, scanned one after the other."""

Volume = Annotated[Amount, Field(ge=0, le=Decimal(100_000))]
"""A volume in ml."""

Percent = Annotated[Amount, Field(ge=0, le=100)]
"""A share of a hundred."""

Temperature = Annotated[Amount, Field(ge=-273, le=200)]
"""Degrees Celsius."""


class StepEntry(Contract):
    """What every entry may carry beside its values."""

    remark: LongText | None = Field(
        default=None, title="Remark", description="Anything a reader of the record should know."
    )


def refuse_disorder(earlier: Moment, later: Moment, later_words: str, earlier_words: str) -> None:
    """Raise ValueError, in words for the bench, when the later moment is the earlier one."""
    if later < earlier:
        raise ValueError(
            f"{later_words} at {later:%Y-%m-%d %H:%M} UTC, before {earlier_words} at "
            f"{earlier:%Y-%m-%d %H:%M} UTC; check both times"
        )
