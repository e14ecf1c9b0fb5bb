"""A measured value: exact, or known only to lie below, above or between (R-SPEC-05).

A censored value such as <0.1 is an interval. It passes when every value in it passes, fails when
none does, and says nothing otherwise.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.masters.assays import mean_of
from app.masters.calculation import value_of
from app.masters.errors import UnreadableReading
from app.masters.rounding import digits
from schemas.quantity import Calculation

_TYPED = re.compile(r"(<=|>=|<|>|≤|≥)?\s*(-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?)")
_SIGN = {"<=": "≤", ">=": "≥"}
_FARTHEST = 30
"""Powers of ten, up and down, that anything measured here may have."""


@dataclass(frozen=True)
class Measured:
    """All values the reading may stand for: from low to high, each end inside or not."""

    low: Decimal | None
    low_inside: bool
    high: Decimal | None
    high_inside: bool

    @classmethod
    def exactly(cls, value: Decimal) -> "Measured":
        """A value that is known."""
        return cls(value, low_inside=True, high=value, high_inside=True)

    @property
    def exact(self) -> Decimal | None:
        """The value, when it is known; None when it is censored."""
        return self.low if self.low is not None and self.low == self.high else None

    @property
    def words(self) -> str:
        """The value as it is printed: 97.5, <0.1, or between 0.2 and 0.25."""
        if self.exact is not None:
            return digits(self.exact)
        if self.low is None and self.high is not None:
            return f"{'≤' if self.high_inside else '<'}{digits(self.high)}"
        if self.low is not None and self.high is None:
            return f"{'≥' if self.low_inside else '>'}{digits(self.low)}"
        if self.low is None or self.high is None:
            return "an unknown value"
        return f"between {digits(self.low)} and {digits(self.high)}"

    def within(self, low: Decimal | None, high: Decimal | None, *, field: str) -> "Measured":
        """The same reading, knowing what values are possible at all (R-SPEC-08).

        Raises:
            UnreadableReading: no possible value is left.
        """
        kept = self
        if low is not None and (self.low is None or self.low < low):
            kept = replace(kept, low=low, low_inside=True)
        if high is not None and (self.high is None or self.high > high):
            kept = replace(kept, high=high, high_inside=True)
        exact_and_moved = self.exact is not None and kept != self
        if exact_and_moved or kept.is_empty:
            raise UnreadableReading(
                field, f"{self.words} was entered; the value lies {_span(low, high)}"
            )
        return kept

    @property
    def is_empty(self) -> bool:
        """Whether no value is left."""
        if self.low is None or self.high is None:
            return False
        touching = self.low == self.high and not (self.low_inside and self.high_inside)
        return self.low > self.high or touching

    def through(
        self, rising: Callable[[Decimal], Calculation]
    ) -> tuple["Measured", tuple[Calculation, ...]]:
        """Carry the reading through a formula that rises with it, and keep what was calculated."""
        done: list[Calculation] = []

        def carried(end: Decimal | None) -> Decimal | None:
            if end is None:
                return None
            done.append(rising(end))
            return value_of(done[-1])

        if self.exact is not None:
            value = carried(self.exact)
            assert value is not None
            return Measured.exactly(value), tuple(done)
        moved = replace(self, low=carried(self.low), high=carried(self.high))
        return moved, tuple(done)

    def converted(self, factor: Callable[[Decimal], Decimal]) -> "Measured":
        """The same reading in another unit."""
        return replace(
            self,
            low=None if self.low is None else factor(self.low),
            high=None if self.high is None else factor(self.high),
        )


def read(typed: str, *, field: str = "value") -> Measured:
    """Read a value as it was typed: 97.5, 1.2E6, <0.1, >98.3, <=5, >=70.

    Raises:
        UnreadableReading: it is not a number with an optional sign of comparison before it.
    """
    found = _TYPED.fullmatch(typed.strip())
    if not found:
        hint = ' (write the decimal point as "."; no separators)' if "," in typed else ""
        raise UnreadableReading(
            field, f'"{typed}" is not a value{hint}; write for example "97.5" or "<0.1"'
        )
    sign, value = _SIGN.get(found[1], found[1]), Decimal(found[2])
    if value and abs(value.adjusted()) > _FARTHEST:
        raise UnreadableReading(field, f'"{typed}" is beyond every measure; check its exponent')
    if sign in {"<", "≤"}:
        return Measured(None, low_inside=False, high=value, high_inside=sign == "≤")
    if sign in {">", "≥"}:
        return Measured(value, low_inside=sign == "≥", high=None, high_inside=False)
    return Measured.exactly(value)


def read_number(typed: str, *, field: str) -> Decimal:
    """Read a plain number, such as a raw signal, that cannot be censored or negative.

    Raises:
        UnreadableReading: it is something else.
    """
    value = read(typed, field=field).exact
    if value is None or value < 0:
        raise UnreadableReading(
            field, f'"{typed}" is not a raw signal; write it as a plain number, for example "1250"'
        )
    return value


def mean_of_readings(readings: Sequence[Measured]) -> tuple[Measured, tuple[Calculation, ...]]:
    """The mean of replicates; one alone stays as it is. A censored one makes the mean censored."""
    if len(readings) == 1:
        return readings[0], ()
    done: list[Calculation] = []

    def ends(values: Sequence[Decimal | None]) -> Decimal | None:
        known = tuple(each for each in values if each is not None)
        if len(known) < len(values):
            return None
        done.append(mean_of(values=known))
        return value_of(done[-1])

    if all(each.exact is not None for each in readings):
        value = ends([each.exact for each in readings])
        assert value is not None
        return Measured.exactly(value), tuple(done)
    combined = Measured(
        ends([each.low for each in readings]),
        low_inside=all(each.low_inside for each in readings),
        high=ends([each.high for each in readings]),
        high_inside=all(each.high_inside for each in readings),
    )
    return combined, tuple(done)


def _span(low: Decimal | None, high: Decimal | None) -> str:
    if low is not None and high is not None:
        return f"between {digits(low)} and {digits(high)}"
    if low is not None:
        return f"at {digits(low)} or above"
    return "anywhere" if high is None else f"at {digits(high)} or below"
