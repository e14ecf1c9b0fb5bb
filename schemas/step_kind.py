"""The kinds of step, and what is calculated at each.

A limit of the master refers to a calculated value by its name here; the formula's number and
version are printed beside each result (R-EXP-13).
"""

from enum import StrEnum

from schemas.base import Contract, Text
from schemas.quantity import Unit


class StepKind(StrEnum):
    """The kinds of step a master batch record is made of."""

    CONFIRM = "confirm"
    MEASURE = "measure"
    CHOOSE = "choose"
    COUNT_CELLS = "count_cells"
    SEED = "seed"
    FEED = "feed"
    HARVEST = "harvest"
    THAW = "thaw"
    FILL = "fill"
    FREEZE = "freeze"
    SAMPLE = "sample"
    HOLD = "hold"
    LINE_CLEARANCE = "line_clearance"
    LABEL_RECONCILIATION = "label_reconciliation"


class Calculated(Contract):
    """A value the system calculates from what was entered: its name, unit and formula."""

    name: Text
    title: Text
    unit: Unit
    formula: Text
    """Number and version, for example VIABILITY/1: a formula that changes gets a new version."""


def _calculated(name: str, title: str, unit: Unit, formula: str) -> Calculated:
    return Calculated(name=name, title=title, unit=unit, formula=formula)


_COUNT = (
    _calculated("viability_percent", "Viability", Unit.PERCENT, "VIABILITY/1"),
    _calculated("cells_per_ml", "Viable cells per ml", Unit.CELLS_PER_ML, "CONCENTRATION/1"),
    _calculated("viable_cells", "Viable cells", Unit.CELLS, "VIABLE-CELLS/1"),
    _calculated("total_cells", "All cells, live and dead", Unit.CELLS, "TOTAL-CELLS/1"),
)

CALCULATED: dict[StepKind, tuple[Calculated, ...]] = {
    StepKind.CONFIRM: (),
    StepKind.MEASURE: (),
    StepKind.CHOOSE: (),
    StepKind.COUNT_CELLS: _COUNT,
    StepKind.SEED: (
        _calculated("viable_cells", "Viable cells seeded", Unit.CELLS, "SEEDED/1"),
        _calculated("area_cm2", "Growth area", Unit.CM2, "AREA/1"),
        _calculated("density_per_cm2", "Seeding density", Unit.CELLS_PER_CM2, "DENSITY/1"),
    ),
    StepKind.FEED: (
        _calculated("hours_since_seed", "Time since seeding", Unit.HOUR, "HOURS/1"),
        _calculated(
            "volume_change_ml", "Medium added less removed", Unit.MILLILITRE, "VOLUME-CHANGE/1"
        ),
    ),
    StepKind.HARVEST: (
        *_COUNT,
        _calculated("enzyme_minutes", "Time in the enzyme", Unit.MINUTE, "MINUTES/1"),
        _calculated("hours_since_seed", "Time since seeding", Unit.HOUR, "HOURS/1"),
        _calculated("yield_per_cm2", "Viable cells per cm²", Unit.CELLS_PER_CM2, "YIELD-AREA/1"),
        _calculated("fold_expansion", "Harvested over seeded", Unit.FOLD, "FOLD/1"),
        _calculated("population_doublings", "Population doublings", Unit.DOUBLINGS, "DOUBLINGS/1"),
        _calculated(
            "cumulative_population_doublings",
            "Cumulative population doublings",
            Unit.DOUBLINGS,
            "CUMULATIVE/1",
        ),
        _calculated("doubling_time_hours", "Doubling time", Unit.HOUR, "DOUBLING-TIME/1"),
    ),
    StepKind.THAW: (
        *_COUNT,
        _calculated("recovery_percent", "Viable cells recovered", Unit.PERCENT, "RECOVERY/1"),
        _calculated("thaw_minutes", "Out of storage until thawed", Unit.MINUTE, "MINUTES/1"),
    ),
    StepKind.FILL: (
        _calculated("cells_per_container", "Viable cells in one container", Unit.CELLS, "FILLED/1"),
        _calculated(
            "fill_yield_percent", "Volume in good containers", Unit.PERCENT, "FILL-YIELD/1"
        ),
        _calculated(
            "unreconciled_volume_ml", "Volume not found again", Unit.MILLILITRE, "FILL-BALANCE/1"
        ),
        _calculated("fill_minutes", "Filling time", Unit.MINUTE, "MINUTES/1"),
    ),
    StepKind.FREEZE: (
        _calculated("protectant_minutes", "DMSO until freezing starts", Unit.MINUTE, "MINUTES/1"),
        _calculated(
            "storage_minutes", "End of freezing until in nitrogen", Unit.MINUTE, "MINUTES/1"
        ),
    ),
    StepKind.SAMPLE: (
        _calculated("sampled_volume_ml", "Volume sampled", Unit.MILLILITRE, "SAMPLED/1"),
    ),
    StepKind.HOLD: (_calculated("held_minutes", "Held for", Unit.MINUTE, "MINUTES/1"),),
    StepKind.LINE_CLEARANCE: (
        _calculated("points_not_clear", "Points answered no", Unit.ONE, "CLEARANCE/1"),
    ),
    StepKind.LABEL_RECONCILIATION: (
        _calculated("unreconciled_labels", "Labels not found again", Unit.ONE, "LABELS/1"),
    ),
}
"""What is calculated at each kind of step, in the order it is shown."""

FORMULAS: dict[str, str] = {
    "VIABILITY/1": "live / (live + dead) x 100 (R-EXP-07)",
    "CONCENTRATION/1": "mean live cells per large square x dilution x 10 000 (R-EXP-07)",
    "VIABLE-CELLS/1": "viable cells per ml x volume of the suspension",
    "TOTAL-CELLS/1": "mean of live and dead cells per square x dilution x 10 000 x volume",
    "SEEDED/1": "viable cells per ml of the count named by the master x volume seeded",
    "AREA/1": "vessels x growth area of one vessel",
    "DENSITY/1": "viable cells seeded / growth area (R-EXP-06)",
    "HOURS/1": "hours from the seeding time to this step's time (harvest: enzyme added)",
    "VOLUME-CHANGE/1": "volume added - volume removed",
    "MINUTES/1": "minutes from the first time entered to the second",
    "YIELD-AREA/1": "viable cells harvested / area of the vessels harvested (R-EXP-06)",
    "FOLD/1": "viable cells harvested / viable cells seeded in the vessels harvested (R-EXP-06)",
    "DOUBLINGS/1": "log2 of the fold; not defined after a P0 of unknown start (R-EXP-01, R-EXP-03)",
    "CUMULATIVE/1": "doublings of the parent lot + of each passage so far (R-EXP-02)",
    "DOUBLING-TIME/1": "hours x ln 2 / ln of the fold; not defined without growth (R-EXP-04)",
    "RECOVERY/1": "viable cells after thawing / viable cells frozen x 100 (R-EXP-09)",
    "FILLED/1": "viable cells per ml of the count named by the master x volume in one container",
    "FILL-YIELD/1": "good containers x volume in one / volume before filling x 100",
    "FILL-BALANCE/1": "volume before filling - volume of all containers - volume left over",
    "SAMPLED/1": "sample containers x volume in one",
    "CLEARANCE/1": "how many of the five points were answered no",
    "LABELS/1": "printed - applied - in the record - destroyed (R-ATMP-20)",
}
"""Each formula in words, as it stands beside a result on paper."""


def calculated_names(kind: StepKind) -> tuple[str, ...]:
    """The names a limit may refer to at a step of this kind."""
    return tuple(each.name for each in CALCULATED[kind])
