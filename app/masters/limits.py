"""The verdict on a number: whether its limit holds, does not hold, or cannot be told."""

from dataclasses import dataclass
from decimal import Decimal

from app.masters.measured import Measured
from app.masters.rounding import cut_to_decimals, digits, round_to_limit
from schemas.quantity import Unit, with_unit
from schemas.reading import ResultState
from schemas.specification import (
    Acceptance,
    AtLeast,
    AtMost,
    Between,
    EqualsOneOf,
    Informative,
    LessThan,
    MoreThan,
    Rounding,
)

_READABLE_DECIMALS = 6
_SIDE = {
    "less_than": "less than",
    "at_most": "at most",
    "at_least": "at least",
    "more_than": "more than",
}
_POLICY = {Rounding.USP: "USP", Rounding.PH_EUR: "Ph. Eur."}


@dataclass(frozen=True)
class Bound:
    """One side of a limit: the value lies above or below it, and it is inside or not."""

    limit: str
    upper: bool
    inclusive: bool

    @property
    def value(self) -> Decimal:
        """The limit as a number; a limit is never rounded."""
        return Decimal(self.limit)

    def holds(self, value: Decimal) -> bool:
        """Whether a value that is known is on the right side."""
        if value == self.value:
            return self.inclusive
        return value < self.value if self.upper else value > self.value

    def holds_for_all(self, measured: Measured) -> bool:
        """Whether every value the reading may stand for is on the right side."""
        end = measured.high if self.upper else measured.low
        inside = measured.high_inside if self.upper else measured.low_inside
        if end is None:
            return False
        return (self.inclusive or not inside) if end == self.value else self.holds(end)

    def holds_for_none(self, measured: Measured) -> bool:
        """Whether every value the reading may stand for is on the wrong side."""
        end = measured.low if self.upper else measured.high
        inside = measured.low_inside if self.upper else measured.high_inside
        if end is None:
            return False
        return not (self.inclusive and inside) if end == self.value else not self.holds(end)


@dataclass(frozen=True)
class Verdict:
    """What a value is worth, how it is reported, and why."""

    state: ResultState
    reported: str | None
    explanation: str
    rules: tuple[str, ...]


def bounds_of(acceptance: Acceptance) -> tuple[Bound, ...]:
    """The sides of a limit: none without a limit, two for a range."""
    match acceptance:
        case LessThan(limit=limit):
            return (Bound(limit, upper=True, inclusive=False),)
        case AtMost(limit=limit):
            return (Bound(limit, upper=True, inclusive=True),)
        case AtLeast(limit=limit):
            return (Bound(limit, upper=False, inclusive=True),)
        case MoreThan(limit=limit):
            return (Bound(limit, upper=False, inclusive=False),)
        case Between():
            return (
                Bound(acceptance.low, upper=False, inclusive=acceptance.low_inclusive),
                Bound(acceptance.high, upper=True, inclusive=acceptance.high_inclusive),
            )
        case EqualsOneOf() | Informative():
            return ()


def words_of(acceptance: Acceptance, unit: Unit | None) -> str:
    """The limit as it is printed, with its digits: at least 95.0 %."""
    match acceptance:
        case LessThan() | AtMost() | AtLeast() | MoreThan():
            return f"{_SIDE[acceptance.kind]} {with_unit(acceptance.limit, unit)}"
        case Between():
            low = f"{'at least' if acceptance.low_inclusive else 'more than'} {acceptance.low}"
            high = f"{'at most' if acceptance.high_inclusive else 'less than'} "
            return f"{low} and {high}{with_unit(acceptance.high, unit)}"
        case EqualsOneOf(accepted=accepted):
            return " or ".join(accepted)
        case Informative():
            return "for information, no limit"


def judge_number(
    measured: Measured,
    acceptance: Acceptance,
    rounding: Rounding,
    unit: Unit | None,
    *,
    possible: Measured | None = None,
) -> Verdict:
    """Judge a measured value in the unit of its limit (R-SPEC-04, R-SPEC-05).

    `possible` narrows a censored reading to the values there can be: no percentage is negative.
    """
    bounds = bounds_of(acceptance)
    if not bounds:
        reported = with_unit(_shortened(measured), unit)
        says = f"{reported} is reported for information; there is no limit."
        return Verdict(ResultState.PASS, reported, says, ("R-SPEC-02",))
    limit = words_of(acceptance, unit)
    if measured.exact is not None:
        return _judge_exact(measured.exact, bounds, rounding, unit, limit)
    reported = with_unit(measured.words, unit)
    return _judge_censored(possible or measured, bounds, reported, limit)


def _judge_exact(
    value: Decimal, bounds: tuple[Bound, ...], rounding: Rounding, unit: Unit | None, limit: str
) -> Verdict:
    rounded = [(each, round_to_limit(value, each.limit, rounding)) for each in bounds]
    missed = [pair for pair in rounded if not pair[0].holds(pair[1])]
    # Reported with the digits of the bound that decides: the one missed, else the nearest.
    _, shown = (missed or sorted(rounded, key=lambda pair: abs(pair[0].value - value)))[0]
    raw = _shortened(Measured.exactly(value))
    reported = with_unit(raw if rounding is Rounding.NONE else digits(shown), unit)
    found = f"Found {with_unit(raw, unit)}"
    if rounding is not Rounding.NONE and shown != value:
        found += f", which is {reported} when rounded to the limit ({_POLICY[rounding]})"
    says = f"{found}; it has to be {limit}."
    state = ResultState.FAIL if missed else ResultState.PASS
    return Verdict(state, reported, says, ("R-SPEC-04",))


def _judge_censored(
    measured: Measured, bounds: tuple[Bound, ...], reported: str, limit: str
) -> Verdict:
    # A censored reading is the reportable value itself: it has no further digits to round, so
    # its end is compared with the limit as it stands.
    rules = ("R-SPEC-04", "R-SPEC-05")
    if all(each.holds_for_all(measured) for each in bounds):
        says = f"Every value {reported} can stand for is {limit}."
        return Verdict(ResultState.PASS, reported, says, rules)
    if any(each.holds_for_none(measured) for each in bounds):
        says = f"No value {reported} can stand for is {limit}."
        return Verdict(ResultState.FAIL, reported, says, rules)
    says = f"{reported} does not tell whether the value is {limit}; a finer method has to."
    return Verdict(ResultState.INDETERMINATE, reported, says, rules)


def _shortened(measured: Measured) -> str:
    """The value with readable digits; what is cut off is never rounded towards a limit."""
    value = measured.exact
    if value is None or -int(value.as_tuple().exponent) <= 2 * _READABLE_DECIMALS:
        return measured.words
    return digits(cut_to_decimals(value, _READABLE_DECIMALS)) + "…"
