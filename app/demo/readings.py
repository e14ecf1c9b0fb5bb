"""Plausible readings for every kind of result: they meet their criterion, or they miss it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from app.masters.limits import Bound, bounds_of
from schemas.reading import Dosing, Reading
from schemas.result_kind import (
    CategoryResult,
    CellCountResult,
    CountBasis,
    EndotoxinBasis,
    EndotoxinResult,
    FoldResult,
    InhibitionResult,
    KaryotypeResult,
    MarkerResult,
    NumberResult,
    SterilityResult,
    ViabilityResult,
)
from schemas.specification import Criterion, EqualsOneOf

READING: TypeAdapter[Reading] = TypeAdapter(Reading)
READ_ON = timedelta(days=1)
NEAR_FULL = 50
DOSING = Dosing(
    recipient_weight_kg=Decimal(70), volume_ml=Decimal(50), infusion_hours=Decimal("0.5")
)


def length_days(criterion: Criterion) -> int:
    """Say for how many days a culture is read; nought for anything that is no culture."""
    kind = criterion.result_kind
    return kind.days if isinstance(kind, SterilityResult) else 0


def plain_reading(
    criterion: Criterion, failing: Mapping[str, Any] | None, inoculated_at: datetime
) -> Any:
    """Give the reading that `failing` has for this criterion, or else one that meets it."""
    wanted = (failing or {}).get(criterion.code)
    if wanted is None or wanted == "fails":
        return reading_of(criterion, passes=wanted is None, inoculated_at=inoculated_at)
    return wanted


def reading_of(criterion: Criterion, *, passes: bool, inoculated_at: datetime) -> dict[str, Any]:
    """Choose a plausible reading that meets its criterion, or one that misses it."""
    match criterion.result_kind:
        case CategoryResult():
            return {"kind": "category", "outcome": _word(criterion, passes=passes)}
        case SterilityResult() as kind:
            return culture_of(kind, inoculated_at, passes=passes)
        case KaryotypeResult() as kind:
            return _karyotype(kind, passes=passes)
        case NumberResult() | MarkerResult() | EndotoxinResult():
            return _typed_value(criterion, passes=passes)
        case _:
            return _from_raw(criterion, passes=passes)


def _typed_value(criterion: Criterion, *, passes: bool) -> dict[str, Any]:
    kind = criterion.result_kind
    if isinstance(kind, EndotoxinResult):
        return _endotoxin(criterion, kind, passes=passes)
    values = [f"{_value(criterion, passes=passes):f}"] * criterion.replicates
    if isinstance(kind, MarkerResult):
        events = (kind.minimum_events or 10_000) + 512
        return {"kind": "marker", "marker": kind.marker, "values": values, "events": events}
    return {"kind": "number", "values": values, "unit": criterion.unit}


def _from_raw(criterion: Criterion, *, passes: bool) -> dict[str, Any]:
    kind, value = criterion.result_kind, _value(criterion, passes=passes)
    count = criterion.replicates if criterion.replicates > 1 else 3
    if isinstance(kind, ViabilityResult):
        return _viable(value, criterion.replicates)
    if isinstance(kind, CellCountResult):
        return _cells(criterion, kind, passes=passes)
    if isinstance(kind, InhibitionResult):
        return {
            "kind": "inhibition",
            "ratio": kind.ratio,
            "with_cells": [f"{(100 - value) * 500:f}"] * count,
            "without_cells": ["50000"] * count,
        }
    assert isinstance(kind, FoldResult)
    return {"kind": "fold", "treated": [f"{value * 120:f}"] * count, "control": ["120"] * count}


def culture_of(
    kind: SterilityResult,
    inoculated_at: datetime,
    *,
    passes: bool = True,
    days: tuple[int, ...] | None = None,
) -> dict[str, Any]:
    """Read a culture on its days; a failing one shows growth on the last of them."""
    read_on = days if days is not None else tuple(sorted({*kind.read_on_days, kind.days}))
    return {
        "kind": "sterility",
        "inoculated_at": inoculated_at,
        "readings": [
            {
                "day": day,
                "medium": medium,
                "outcome": "no growth" if passes or day != read_on[-1] else "growth",
                "read_at": inoculated_at + day * READ_ON,
            }
            for day in read_on
            for medium in kind.media or (None,)
        ],
    }


def _word(criterion: Criterion, *, passes: bool) -> str:
    assert isinstance(criterion.result_kind, CategoryResult)
    choices = criterion.result_kind.choices
    accepted = criterion.acceptance
    good = accepted.accepted if isinstance(accepted, EqualsOneOf) else choices
    return next(each for each in choices if (each in good) is passes)


def _karyotype(kind: KaryotypeResult, *, passes: bool) -> dict[str, Any]:
    cells = kind.minimum_metaphases
    return {
        "kind": "karyotype",
        "iscn": f"46,XX[{cells}]" if passes else f"47,XX,+8[{cells}]",
        "metaphases": cells,
        "interpretation": "normal" if passes else "abnormal",
        "conclusion": "No clonal change was seen." if passes else "Trisomy 8 in every cell.",
    }


def _value(criterion: Criterion, *, passes: bool) -> Decimal:
    """Find a value clearly on the right side of every bound, or clearly on the wrong one."""
    bounds = bounds_of(criterion.acceptance)
    if not bounds:
        return Decimal("2.0")
    if len(bounds) > 1:
        low, high = (each.value for each in bounds)
        return (low + high) / 2 if passes else low / 2
    return _beyond(bounds[0], inside=passes)


def _beyond(bound: Bound, *, inside: bool) -> Decimal:
    below = bound.upper is inside
    if below:
        return bound.value / 2
    room = 100 - bound.value
    # A percentage has no room above 100; anything else has plenty above its limit.
    return bound.value + room / 2 if 0 < room <= NEAR_FULL else bound.value * Decimal("1.4") + 1


def _viable(percent: Decimal, n: int) -> dict[str, Any]:
    live = int(percent * 2)
    return {
        "kind": "counts",
        "counts": [{"live": live, "dead": 200 - live, "squares": 4}] * max(n, 1),
        "dilution": "2",
    }


def _cells(criterion: Criterion, kind: CellCountResult, *, passes: bool) -> dict[str, Any]:
    """Count 100 live cells a square, 200-fold more where so many are asked for: the volume fits."""
    wanted = _value(criterion, passes=passes)
    if criterion.unit and criterion.unit.value.startswith("10*6"):
        wanted *= 10**6
    if kind.basis is CountBasis.PER_KG:
        wanted *= DOSING.recipient_weight_kg or 1
    if kind.basis is CountBasis.PER_ML:
        dilution = wanted / 10**6
        return _chamber(f"{dilution:f}", None)
    return _chamber("2", f"{wanted / (2 * 10**6):f}")


def _chamber(dilution: str, suspension_ml: str | None) -> dict[str, Any]:
    return {
        "kind": "counts",
        "counts": [{"live": 400, "dead": 12, "squares": 4}],
        "dilution": dilution,
        "suspension_ml": suspension_ml,
    }


def _endotoxin(criterion: Criterion, kind: EndotoxinResult, *, passes: bool) -> dict[str, Any]:
    value, unit = _value(criterion, passes=passes), criterion.unit
    if kind.basis is not EndotoxinBasis.PER_ML:
        unit = None
        value /= DOSING.volume_ml or 1
        if kind.basis is not EndotoxinBasis.TOTAL:
            value *= DOSING.recipient_weight_kg or 1
    typed = f"{value:.6f}"
    return {"kind": "number", "values": [typed] * criterion.replicates, "unit": unit or "{EU}/mL"}
