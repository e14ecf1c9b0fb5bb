"""What a formula is: exact arithmetic with a number, a version and its inputs beside it (R-EXP-13).

A formula is a pure function of decimals. It is calculated to 34 digits and rounded only to be
shown; whoever goes on calculating takes the exact value.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    localcontext,
)
from typing import Generic, ParamSpec, TypeAlias, cast, get_type_hints

from app.masters.errors import CannotCalculate
from app.masters.rounding import digits, round_to_decimals
from schemas.quantity import Calculation, CalculationInput, Unit

ARITHMETIC = Context(
    prec=34, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow]
)
"""The precision every result is kept in."""

# Logarithms are taken with digits to spare, so that log2(8) is 3 and not 2.999...
_WORKING = Context(
    prec=50, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow]
)

_LARGEST = 100
"""The highest power of ten a result may have and still be rounded and shown."""

NOT_DEFINED = "not defined"

Numbers: TypeAlias = tuple[Decimal, ...]
Asked = ParamSpec("Asked")


@dataclass(frozen=True)
class Formula(Generic[Asked]):
    """A numbered, versioned formula: what it says, whom it cites, how its result is shown."""

    number: str
    cite: str
    says: str
    unit: Unit
    decimals: int
    function: Callable[Asked, Decimal | None]

    def __call__(self, *args: Asked.args, **kwargs: Asked.kwargs) -> Calculation:
        """Calculate, and keep what went in beside what came out.

        Raises:
            CannotCalculate: an input is outside what the formula is defined for.
        """
        assert not args, f"{self.number} takes its inputs by name"
        with localcontext(_WORKING):
            result = self.function(*args, **kwargs)
        if result and result.adjusted() > _LARGEST:
            raise CannotCalculate(next(iter(kwargs)), "the result is beyond every measure")
        exact = None if result is None else ARITHMETIC.plus(result)
        return Calculation(
            formula=self.number,
            says=self.says,
            inputs=tuple(_input(name, value) for name, value in kwargs.items()),
            exact=None if exact is None else digits(exact),
            shown=NOT_DEFINED if exact is None else digits(round_to_decimals(exact, self.decimals)),
            unit=self.unit,
        )

    def again(self, inputs: Iterable[CalculationInput]) -> Calculation:
        """Calculate once more from recorded inputs; a true record gives the same result."""
        kinds = get_type_hints(self.function)
        values: dict[str, Decimal | Numbers] = {}
        for each in inputs:
            numbers = tuple(Decimal(value) for value in each.values)
            values[each.name] = numbers if kinds.get(each.name) == Numbers else numbers[0]
        asked = tuple(inspect.signature(self.function).parameters)
        if set(asked) != set(values):
            raise CannotCalculate(self.number, f"it is calculated from {', '.join(asked)}")
        calculate = cast("Callable[..., Calculation]", self)
        return calculate(**{name: values[name] for name in asked})


def formula(
    number: str, *, cite: str, says: str, unit: Unit, decimals: int
) -> Callable[[Callable[Asked, Decimal | None]], Formula[Asked]]:
    """Number a formula. A formula that changes gets a new version, and the old one stays."""

    def numbered(function: Callable[Asked, Decimal | None]) -> Formula[Asked]:
        assert inspect.getdoc(function), f"formula {number} has no docstring"
        return Formula(number, cite, says, unit, decimals, function)

    return numbered


def value_of(calculation: Calculation) -> Decimal:
    """The exact value of a calculation that is defined."""
    assert calculation.exact is not None, f"{calculation.formula} is not defined here"
    return Decimal(calculation.exact)


def is_true(calculation: Calculation, book: Mapping[str, Formula[...]]) -> bool:
    """Whether a recorded calculation says what its formula says of the same inputs."""
    known = book.get(calculation.formula)
    return known is not None and known.again(calculation.inputs) == calculation


def above_zero(**numbers: Decimal) -> None:
    """Refuse a number that must be above zero and is not."""
    for name, value in numbers.items():
        if value <= 0:
            raise CannotCalculate(name, f"must be above zero; {digits(value)} was entered")


def not_negative(**numbers: Decimal) -> None:
    """Refuse a number that cannot be negative and is."""
    for name, value in numbers.items():
        if value < 0:
            raise CannotCalculate(name, f"cannot be negative; {digits(value)} was entered")


def some(**lists: Numbers) -> None:
    """Refuse an empty list: a mean of nothing is not zero."""
    for name, values in lists.items():
        if not values:
            raise CannotCalculate(name, "no value was entered")
        for each in values:
            not_negative(**{name: each})


def mean(values: Numbers) -> Decimal:
    """The arithmetic mean of at least one number."""
    return sum(values, Decimal(0)) / len(values)


def _input(name: str, value: object) -> CalculationInput:
    values = value if isinstance(value, tuple) else (value,)
    assert all(isinstance(each, Decimal) for each in values), f"{name} is not a decimal"
    return CalculationInput(name=name, values=tuple(digits(each) for each in values))
