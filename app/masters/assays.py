"""The formulas a specification's results are calculated with, from raw counts and signals.

Formulas of the expansion itself stand in app.expansion.formulae, which also keeps the whole book.
"""

from decimal import Decimal

from app.masters.calculation import (
    Formula,
    Numbers,
    above_zero,
    formula,
    mean,
    not_negative,
    some,
)
from app.masters.errors import CannotCalculate
from schemas.quantity import Unit

CHAMBER_FACTOR = Decimal(10**4)
"""A large square of a counting chamber holds 0.1 µL: a ten-thousandth of a millilitre."""


@formula(
    "MEAN/1", cite="R-SPEC-04", says="sum of the values / their number", unit=Unit.ONE, decimals=4
)
def mean_of(*, values: Numbers) -> Decimal:
    """The mean of the replicates the method asks for, not rounded."""
    if not values:
        raise CannotCalculate("values", "no value was entered")
    return mean(values)


@formula(
    "VIABILITY/1",
    cite="R-EXP-07",
    says="live / (live + dead) x 100",
    unit=Unit.PERCENT,
    decimals=1,
)
def viability(*, live: Numbers, dead: Numbers) -> Decimal:
    """Viable share of all cells counted, over all counts together."""
    some(live=live, dead=dead)
    alive, counted = sum(live, Decimal(0)), sum(live + dead, Decimal(0))
    if not counted:
        raise CannotCalculate("live", "no cell was counted, live or dead; count again")
    return 100 * alive / counted


@formula(
    "CONCENTRATION/1",
    cite="R-EXP-07",
    says="mean cells per large square x dilution x 10 000",
    unit=Unit.CELLS_PER_ML,
    decimals=0,
)
def cells_per_ml(*, counted: Numbers, squares: Numbers, dilution: Decimal) -> Decimal:
    """Cells per millilitre of the suspension, from a counting chamber."""
    return _per_ml(counted, squares, dilution)


@formula(
    "TOTAL-CELLS/1",
    cite="R-EXP-07",
    says="mean cells per large square x dilution x 10 000 x volume",
    unit=Unit.CELLS,
    decimals=0,
)
def total_cells(
    *, counted: Numbers, squares: Numbers, dilution: Decimal, volume_ml: Decimal
) -> Decimal:
    """Cells in the whole suspension, from a counting chamber."""
    above_zero(volume_ml=volume_ml)
    return _per_ml(counted, squares, dilution) * volume_ml


@formula(
    "CELLS-PER-KG/1",
    cite="R-EXP-10",
    says="cells / recipient weight",
    unit=Unit.CELLS_PER_KG,
    decimals=0,
)
def cells_per_kg(*, cells: Decimal, weight_kg: Decimal) -> Decimal:
    """Cells for each kilogram of the recipient's actual weight."""
    not_negative(cells=cells)
    above_zero(weight_kg=weight_kg)
    return cells / weight_kg


@formula(
    "INHIBITION/1",
    cite="R-EXP-11",
    says="100 x (1 - mean signal with cells / mean signal without)",
    unit=Unit.PERCENT,
    decimals=1,
)
def inhibition(*, with_cells: Numbers, without_cells: Numbers) -> Decimal:
    """How much of the responders' proliferation the cells suppress; negative if they add to it."""
    some(with_cells=with_cells, without_cells=without_cells)
    control = mean(without_cells)
    above_zero(without_cells=control)
    return 100 * (1 - mean(with_cells) / control)


@formula(
    "FOLD-OF-CONTROL/1",
    cite="R-SPEC-01",
    says="mean signal treated / mean signal of the control",
    unit=Unit.FOLD,
    decimals=2,
)
def fold_of_control(*, treated: Numbers, control: Numbers) -> Decimal:
    """A signal as a multiple of its control."""
    some(treated=treated, control=control)
    base = mean(control)
    above_zero(control=base)
    return mean(treated) / base


@formula(
    "ENDOTOXIN-LIMIT/1",
    cite="R-EXP-12",
    says="K x weight / volume in one hour",
    unit=Unit.EU_PER_ML,
    decimals=2,
)
def endotoxin_limit(
    *, threshold_per_kg: Decimal, weight_kg: Decimal, volume_ml: Decimal
) -> Decimal:
    """The limit L = K / M, with M the volume given per kilogram (and hour, for K per hour)."""
    above_zero(threshold_per_kg=threshold_per_kg, weight_kg=weight_kg, volume_ml=volume_ml)
    return threshold_per_kg * weight_kg / volume_ml


@formula(
    "ENDOTOXIN-TOTAL/1",
    cite="R-EXP-12",
    says="concentration x volume",
    unit=Unit.EU,
    decimals=2,
)
def endotoxin_total(*, per_ml: Decimal, volume_ml: Decimal) -> Decimal:
    """Endotoxin in the whole dose."""
    not_negative(per_ml=per_ml)
    above_zero(volume_ml=volume_ml)
    return per_ml * volume_ml


@formula(
    "ENDOTOXIN-PER-KG/1",
    cite="R-EXP-12",
    says="concentration x volume / weight",
    unit=Unit.EU_PER_KG,
    decimals=2,
)
def endotoxin_per_kg(*, per_ml: Decimal, volume_ml: Decimal, weight_kg: Decimal) -> Decimal:
    """Endotoxin of the dose for each kilogram of the recipient's actual weight."""
    not_negative(per_ml=per_ml)
    above_zero(volume_ml=volume_ml, weight_kg=weight_kg)
    return per_ml * volume_ml / weight_kg


@formula(
    "ENDOTOXIN-LOAD/1",
    cite="R-EXP-12",
    says="concentration x volume / (weight x hours), less than 1 h counted as 1 h",
    unit=Unit.EU_PER_KG_H,
    decimals=2,
)
def endotoxin_load(
    *, per_ml: Decimal, volume_ml: Decimal, weight_kg: Decimal, hours: Decimal
) -> Decimal:
    """The recipient's load per kilogram and hour; a fast injection is not diluted by its hour."""
    not_negative(per_ml=per_ml)
    above_zero(volume_ml=volume_ml, weight_kg=weight_kg, hours=hours)
    return per_ml * volume_ml / (weight_kg * max(hours, Decimal(1)))


FORMULAS: tuple[Formula[...], ...] = (
    mean_of,
    viability,
    cells_per_ml,
    total_cells,
    cells_per_kg,
    inhibition,
    fold_of_control,
    endotoxin_limit,
    endotoxin_total,
    endotoxin_per_kg,
    endotoxin_load,
)


def _per_ml(counted: Numbers, squares: Numbers, dilution: Decimal) -> Decimal:
    some(counted=counted, squares=squares)
    above_zero(dilution=dilution, squares=sum(squares, Decimal(0)))
    # Cells over all squares, so that a chamber with more squares weighs more.
    return sum(counted, Decimal(0)) / sum(squares, Decimal(0)) * dilution * CHAMBER_FACTOR
