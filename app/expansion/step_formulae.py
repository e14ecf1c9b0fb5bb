"""The sums of the steps: volumes, areas, times, labels, each with its number (R-EXP-13)."""

from decimal import Decimal

from app.masters.calculation import Formula, Numbers, above_zero, formula, not_negative
from schemas.quantity import Unit

_SECONDS_PER_MINUTE = 60
_SECONDS_PER_HOUR = 3600


@formula(
    "VIABLE-CELLS/1",
    cite="R-EXP-07",
    says="viable cells per mL x volume",
    unit=Unit.CELLS,
    decimals=0,
)
def viable_cells(*, per_ml: Decimal, volume_ml: Decimal) -> Decimal:
    """Viable cells of a suspension."""
    return _cells(per_ml, volume_ml)


@formula(
    "SEEDED/1",
    cite="R-EXP-01",
    says="viable cells per mL x volume seeded",
    unit=Unit.CELLS,
    decimals=0,
)
def seeded_cells(*, per_ml: Decimal, volume_ml: Decimal) -> Decimal:
    """Viable cells seeded; those seeded, not those that attached."""
    return _cells(per_ml, volume_ml)


@formula(
    "FILLED/1",
    cite="R-EXP-10",
    says="viable cells per mL x volume in one container",
    unit=Unit.CELLS,
    decimals=0,
)
def filled_cells(*, per_ml: Decimal, volume_ml: Decimal) -> Decimal:
    """Viable cells in one container."""
    return _cells(per_ml, volume_ml)


@formula(
    "AREA/1",
    cite="R-EXP-06",
    says="vessels x growth area of one",
    unit=Unit.CM2,
    decimals=1,
)
def growth_area(*, vessels: Decimal, area_cm2: Decimal) -> Decimal:
    """Growth area of all vessels."""
    above_zero(vessels=vessels, area_cm2=area_cm2)
    return vessels * area_cm2


@formula(
    "HOURS/1",
    cite="R-EXP-04",
    says="seconds between two times / 3600",
    unit=Unit.HOUR,
    decimals=1,
)
def hours_between(*, seconds: Decimal) -> Decimal:
    """Hours from one time to another; the later one comes second."""
    not_negative(seconds=seconds)
    return seconds / _SECONDS_PER_HOUR


@formula(
    "MINUTES/1",
    cite="R-BR-03",
    says="seconds between two times / 60",
    unit=Unit.MINUTE,
    decimals=1,
)
def minutes_between(*, seconds: Decimal) -> Decimal:
    """Minutes from one time to another; the later one comes second."""
    not_negative(seconds=seconds)
    return seconds / _SECONDS_PER_MINUTE


@formula(
    "VOLUME-CHANGE/1",
    cite="R-ATMP-20",
    says="volume added - volume removed",
    unit=Unit.MILLILITRE,
    decimals=2,
)
def volume_change(*, added_ml: Decimal, removed_ml: Decimal) -> Decimal:
    """Change of volume when medium is changed."""
    not_negative(added_ml=added_ml, removed_ml=removed_ml)
    return added_ml - removed_ml


@formula(
    "FILL-YIELD/1",
    cite="R-ATMP-20",
    says="good containers x volume in one / volume before filling x 100",
    unit=Unit.PERCENT,
    decimals=1,
)
def fill_yield(*, good: Decimal, volume_ml: Decimal, before_ml: Decimal) -> Decimal:
    """How much of the suspension is in good containers."""
    not_negative(good=good)
    above_zero(volume_ml=volume_ml, before_ml=before_ml)
    return 100 * good * volume_ml / before_ml


@formula(
    "FILL-BALANCE/1",
    cite="R-ATMP-20",
    says="volume before filling - containers x volume in one - volume left over",
    unit=Unit.MILLILITRE,
    decimals=2,
)
def fill_balance(
    *, before_ml: Decimal, containers: Decimal, volume_ml: Decimal, left_ml: Decimal
) -> Decimal:
    """Volume that is not found again after filling, good and rejected containers counted."""
    above_zero(before_ml=before_ml)
    not_negative(containers=containers, volume_ml=volume_ml, left_ml=left_ml)
    return before_ml - containers * volume_ml - left_ml


@formula(
    "SAMPLED/1",
    cite="R-ATMP-22",
    says="sample containers x volume in one",
    unit=Unit.MILLILITRE,
    decimals=2,
)
def sampled_volume(*, containers: Decimal, volume_ml: Decimal) -> Decimal:
    """Volume taken as samples."""
    above_zero(containers=containers, volume_ml=volume_ml)
    return containers * volume_ml


@formula(
    "CLEARANCE/1",
    cite="R-BR-05",
    says="points answered no",
    unit=Unit.ONE,
    decimals=0,
)
def points_not_clear(*, answers: Numbers) -> Decimal:
    """How many points of a line clearance were answered no; an answer is 1 for yes, 0 for no."""
    return Decimal(sum(1 for each in answers if not each))


@formula(
    "LABELS/1",
    cite="R-ATMP-20",
    says="printed - applied - in the record - destroyed",
    unit=Unit.ONE,
    decimals=0,
)
def labels_missing(
    *, printed: Decimal, applied: Decimal, in_record: Decimal, destroyed: Decimal
) -> Decimal:
    """Labels that are not found again; below zero when there are more than were printed."""
    not_negative(printed=printed, applied=applied, in_record=in_record, destroyed=destroyed)
    return printed - applied - in_record - destroyed


FORMULAS: tuple[Formula[...], ...] = (
    viable_cells,
    seeded_cells,
    filled_cells,
    growth_area,
    hours_between,
    minutes_between,
    volume_change,
    fill_yield,
    fill_balance,
    sampled_volume,
    points_not_clear,
    labels_missing,
)


def _cells(per_ml: Decimal, volume_ml: Decimal) -> Decimal:
    not_negative(per_ml=per_ml)
    above_zero(volume_ml=volume_ml)
    return per_ml * volume_ml
