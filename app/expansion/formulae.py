"""The mathematics of expansion: how cells grew, from raw counts (R-EXP-01 to R-EXP-13).

Each formula has a number and a version, which are printed beside its result and never reused.
`FORMULAE` is the whole book: with it anyone can calculate a record's values again.
"""

from decimal import Decimal
from enum import StrEnum

from app.expansion import step_formulae
from app.masters import assays
from app.masters.assays import (
    cells_per_kg,
    cells_per_ml,
    endotoxin_limit,
    endotoxin_load,
    endotoxin_per_kg,
    endotoxin_total,
    fold_of_control,
    inhibition,
    mean_of,
    total_cells,
    viability,
)
from app.masters.calculation import (
    Formula,
    Numbers,
    above_zero,
    formula,
    not_negative,
)
from app.masters.rounding import cut_to_decimals, round_to_decimals
from schemas.quantity import Unit

__all__ = [
    "FORMULAE",
    "DoseRounding",
    "cells_per_kg",
    "cells_per_ml",
    "cfu_f_efficiency",
    "cumulative_doublings",
    "density",
    "dose_cells",
    "dose_volume",
    "doubling_time",
    "doublings_of_p0",
    "endotoxin_limit",
    "endotoxin_load",
    "endotoxin_per_kg",
    "endotoxin_total",
    "fold",
    "fold_of_control",
    "inhibition",
    "mean_of",
    "population_doublings",
    "recovery",
    "rounded_dose",
    "theoretical_total",
    "total_cells",
    "viability",
    "yield_per_cm2",
]


@formula(
    "DOUBLINGS/1",
    cite="R-EXP-01",
    says="log2(viable harvested / viable seeded)",
    unit=Unit.DOUBLINGS,
    decimals=3,
)
def population_doublings(*, harvested: Decimal, seeded: Decimal) -> Decimal | None:
    """Population doublings of one passage; negative when cells were lost, not defined for none."""
    not_negative(harvested=harvested)
    above_zero(seeded=seeded)
    return _log2(harvested / seeded) if harvested else None


@formula(
    "P0-DOUBLINGS/1",
    cite="R-EXP-03",
    says="log2(viable harvested / (mononuclear cells x CFU-F per cell))",
    unit=Unit.DOUBLINGS,
    decimals=3,
)
def doublings_of_p0(
    *, harvested: Decimal, mononuclear_cells: Decimal, cfu_f_percent: Decimal
) -> Decimal | None:
    """Doublings of P0, started by those mononuclear cells that form colonies.

    Where the frequency is not known, P0 is declared excluded and nothing is calculated.
    """
    not_negative(harvested=harvested)
    above_zero(mononuclear_cells=mononuclear_cells, cfu_f_percent=cfu_f_percent)
    return _log2(harvested / (mononuclear_cells * cfu_f_percent / 100)) if harvested else None


@formula(
    "CUMULATIVE/1",
    cite="R-EXP-02",
    says="doublings carried over + doublings of each passage",
    unit=Unit.DOUBLINGS,
    decimals=3,
)
def cumulative_doublings(*, carried: Decimal, passages: Numbers) -> Decimal:
    """Cumulative doublings, carried on from the bank vial and never reset at thawing.

    The passages are added unrounded; a total is never copied from a table.
    """
    not_negative(carried=carried)
    return carried + sum(passages, Decimal(0))


@formula(
    "DOUBLING-TIME/1",
    cite="R-EXP-04",
    says="hours x ln 2 / ln(viable harvested / viable seeded)",
    unit=Unit.HOUR,
    decimals=1,
)
def doubling_time(*, hours: Decimal, harvested: Decimal, seeded: Decimal) -> Decimal | None:
    """Hours for one doubling; not defined, and never negative, without growth."""
    not_negative(harvested=harvested)
    above_zero(hours=hours, seeded=seeded)
    return hours / _log2(harvested / seeded) if harvested > seeded else None


@formula(
    "THEORETICAL-TOTAL/1",
    cite="R-EXP-05",
    says="theoretical total before x viable harvested / viable seeded",
    unit=Unit.CELLS,
    decimals=0,
)
def theoretical_total(*, before: Decimal, harvested: Decimal, seeded: Decimal) -> Decimal:
    """Cells there would be, had every cell of the passage before been seeded again."""
    not_negative(before=before, harvested=harvested)
    above_zero(seeded=seeded)
    return before * harvested / seeded


@formula(
    "FOLD/1",
    cite="R-EXP-06",
    says="viable harvested / viable seeded",
    unit=Unit.FOLD,
    decimals=2,
)
def fold(*, harvested: Decimal, seeded: Decimal) -> Decimal:
    """Fold expansion of one passage."""
    not_negative(harvested=harvested)
    above_zero(seeded=seeded)
    return harvested / seeded


@formula(
    "DENSITY/1",
    cite="R-EXP-06",
    says="viable seeded / growth area",
    unit=Unit.CELLS_PER_CM2,
    decimals=1,
)
def density(*, seeded: Decimal, area_cm2: Decimal) -> Decimal:
    """Seeding density."""
    not_negative(seeded=seeded)
    above_zero(area_cm2=area_cm2)
    return seeded / area_cm2


@formula(
    "YIELD-AREA/1",
    cite="R-EXP-06",
    says="viable harvested / growth area",
    unit=Unit.CELLS_PER_CM2,
    decimals=0,
)
def yield_per_cm2(*, harvested: Decimal, area_cm2: Decimal) -> Decimal:
    """Cells harvested from each square centimetre."""
    not_negative(harvested=harvested)
    above_zero(area_cm2=area_cm2)
    return harvested / area_cm2


@formula(
    "CFU-F/1",
    cite="R-EXP-08",
    says="colonies / cells seeded x 100",
    unit=Unit.PERCENT,
    decimals=1,
)
def cfu_f_efficiency(*, colonies: Decimal, seeded: Decimal) -> Decimal:
    """Cells that form a fibroblast colony."""
    not_negative(colonies=colonies)
    above_zero(seeded=seeded)
    return 100 * colonies / seeded


@formula(
    "RECOVERY/1",
    cite="R-EXP-09",
    says="viable after thawing / viable frozen x 100",
    unit=Unit.PERCENT,
    decimals=1,
)
def recovery(*, thawed: Decimal, frozen: Decimal) -> Decimal:
    """Viable cells found again after thawing; counting error may bring it above 100."""
    not_negative(thawed=thawed)
    above_zero(frozen=frozen)
    return 100 * thawed / frozen


@formula(
    "DOSE/1",
    cite="R-EXP-10",
    says="viable cells per kg x recipient weight",
    unit=Unit.CELLS,
    decimals=0,
)
def dose_cells(*, cells_per_kg: Decimal, weight_kg: Decimal) -> Decimal:
    """Viable cells of one dose."""
    above_zero(cells_per_kg=cells_per_kg, weight_kg=weight_kg)
    return cells_per_kg * weight_kg


@formula(
    "DOSE-VOLUME/1",
    cite="R-EXP-10",
    says="dose / (all cells per mL x viability)",
    unit=Unit.MILLILITRE,
    decimals=2,
)
def dose_volume(*, cells: Decimal, per_ml: Decimal, viability_percent: Decimal) -> Decimal:
    """Volume that holds a dose of viable cells, from the concentration of all cells."""
    above_zero(cells=cells, per_ml=per_ml, viability_percent=viability_percent)
    return cells / (per_ml * viability_percent / 100)


class DoseRounding(StrEnum):
    """How a dose's volume is rounded to what can be drawn up."""

    NEAREST = "nearest"
    DOWN = "down"


def rounded_dose(volume_ml: Decimal, *, decimals: int, how: DoseRounding) -> Decimal:
    """A dose's volume by the declared rule: half-up, or never more than calculated (R-EXP-10)."""
    if how is DoseRounding.DOWN:
        return cut_to_decimals(volume_ml, decimals)
    return round_to_decimals(volume_ml, decimals)


FORMULAE: dict[str, Formula[...]] = {
    each.number: each
    for each in (
        *assays.FORMULAS,
        population_doublings,
        doublings_of_p0,
        cumulative_doublings,
        doubling_time,
        theoretical_total,
        fold,
        density,
        yield_per_cm2,
        cfu_f_efficiency,
        recovery,
        dose_cells,
        dose_volume,
        *step_formulae.FORMULAS,
    )
}
"""The book: every formula by its number and version, old versions included."""


def _log2(ratio: Decimal) -> Decimal:
    return ratio.ln() / Decimal(2).ln()
