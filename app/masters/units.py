"""Units are the same, or are converted by a declared factor, or are refused (R-SPEC-06)."""

from decimal import Decimal

from app.masters.calculation import ARITHMETIC
from app.masters.errors import UnreadableReading
from schemas.quantity import Unit

_MILLION = Decimal(10**6)

# Units of one row measure the same thing; each is so many of the row's first unit. What is not
# in one row is never converted: EU/mL becomes EU/kg only with a volume and a weight.
CONVERTIBLE: tuple[dict[Unit, Decimal], ...] = (
    {Unit.CELLS: Decimal(1), Unit.MILLION_CELLS: _MILLION},
    {Unit.CELLS_PER_ML: Decimal(1), Unit.MILLION_CELLS_PER_ML: _MILLION},
    {Unit.CELLS_PER_KG: Decimal(1), Unit.MILLION_CELLS_PER_KG: _MILLION},
    # An international unit of endotoxin is an endotoxin unit.
    {Unit.EU: Decimal(1), Unit.IU: Decimal(1)},
    {Unit.EU_PER_ML: Decimal(1), Unit.IU_PER_ML: Decimal(1)},
    {Unit.EU_PER_KG: Decimal(1), Unit.IU_PER_KG: Decimal(1)},
    {Unit.EU_PER_KG_H: Decimal(1), Unit.IU_PER_KG_H: Decimal(1)},
    {Unit.MICROLITRE: Decimal(1), Unit.MILLILITRE: Decimal(10**3), Unit.LITRE: _MILLION},
    {Unit.MILLIGRAM: Decimal(1), Unit.GRAM: Decimal(10**3), Unit.KILOGRAM: _MILLION},
    {
        Unit.PG_PER_ML: Decimal(1),
        Unit.NG_PER_ML: Decimal(10**3),
        Unit.UG_PER_ML: _MILLION,
        Unit.MG_PER_ML: Decimal(10**9),
    },
    {Unit.MINUTE: Decimal(1), Unit.HOUR: Decimal(60), Unit.DAY: Decimal(1440)},
    {Unit.ONE: Decimal(1), Unit.FOLD: Decimal(1)},
)


def convert(value: Decimal, unit: Unit, to: Unit, *, field: str = "unit") -> Decimal:
    """The same quantity in another unit; in the same unit its digits stay as they are.

    Raises:
        UnreadableReading: no factor is declared between the two units.
    """
    if unit is to:
        return value
    for row in CONVERTIBLE:
        if unit in row and to in row:
            return ARITHMETIC.divide(ARITHMETIC.multiply(value, row[unit]), row[to])
    raise UnreadableReading(
        field,
        f"{_name(unit)} cannot be converted to {_name(to)}; enter the value in {_name(to)}",
    )


def _name(unit: Unit) -> str:
    return unit.sign or "a plain number"
