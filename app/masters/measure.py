"""A value on its way to its verdict: what was measured, or why that is not enough."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias, TypeVar

from app.masters.errors import UnreadableReading
from app.masters.measured import Measured
from schemas.quantity import Calculation, Unit
from schemas.reading import Reading
from schemas.result_kind import InhibitionResult, NumberResult
from schemas.specification import Criterion

Kind = TypeVar("Kind", bound=Reading)

Possible: TypeAlias = tuple[Decimal | None, Decimal | None]
"""The lowest and the highest value there can be at all; None where there is no end."""

_HUNDRED = Decimal(100)
_PH_MAX = Decimal(14)
_MAY_BE_NEGATIVE = frozenset({Unit.CELSIUS, Unit.DOUBLINGS, Unit.ONE, Unit.SIGNAL})


@dataclass(frozen=True)
class Result:
    """A value in the unit of its limit, how it was calculated, and on which requirements."""

    measured: Measured
    calculations: tuple[Calculation, ...] = ()
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotEnough:
    """What was read is true but does not suffice for a verdict yet."""

    says: str
    rules: tuple[str, ...]


def asked(reading: Reading, kind: type[Kind], criterion: Criterion) -> Kind:
    """The reading, if it is of the kind this criterion is judged from."""
    if not isinstance(reading, kind):
        wanted = kind.model_fields["kind"].default
        raise UnreadableReading(
            "kind",
            f'"{criterion.title}" is judged from a {wanted} entry; a {reading.kind} entry was made',
        )
    return reading


def possible_values(criterion: Criterion) -> Possible:
    """The lowest and the highest value there can be at all (R-SPEC-08)."""
    kind = criterion.result_kind
    if isinstance(kind, InhibitionResult):
        return None, _HUNDRED
    if criterion.unit is Unit.PERCENT:
        open_ended = isinstance(kind, NumberResult) and kind.may_exceed_100
        return Decimal(0), None if open_ended else _HUNDRED
    if criterion.unit is Unit.PH:
        return Decimal(0), _PH_MAX
    return (None if criterion.unit in _MAY_BE_NEGATIVE else Decimal(0)), None


def without_dosing(what: str) -> NotEnough:
    """Nothing per kilogram is judged without the dose as it is given (R-SPEC-06)."""
    return NotEnough(f"It cannot be judged without {what}.", ("R-SPEC-06",))
