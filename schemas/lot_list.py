"""The list of lots: what is looked for, and a page of what was found."""

from pydantic import Field, PositiveInt

from schemas.base import Code, Contract, Moment, Text
from schemas.lot import Stage


class LotSearch(Contract):
    """Which lots are looked for."""

    stage: Stage | None = None
    product: Code | None = None
    words: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9 ._-]{0,60}$",
        description="The beginning of a lot number, or a patient's code.",
    )
    before: PositiveInt | None = Field(
        default=None, le=2**31 - 1, description="The next page begins here."
    )


class LotLine(Contract):
    """One lot in the list of lots."""

    number: Code
    product_code: Code
    product_name: Text
    stage: Stage
    held: bool
    started_at: Moment
    expires_at: Moment | None


class LotList(Contract):
    """A page of the list of lots, newest first."""

    lines: tuple[LotLine, ...]
    next_before: PositiveInt | None
