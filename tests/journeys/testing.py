"""Testing a lot through the actions: samples received, plausible results entered and verified."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.expansion.models import SampleTaken
from app.lot.lots import find_lot
from app.masters.limits import Bound, bounds_of
from app.quality_control.actions.results import enter_results
from app.quality_control.actions.samples import receive_sample
from app.quality_control.actions.verification import to_verify, verify_results
from app.quality_control.models import SampleReceipt
from app.quality_control.quality import find_sample, gather, quality_of
from app.quality_control.rules.standing import is_open
from schemas.quality_record import QualityRecord
from schemas.reading import Dosing
from schemas.result import EnterResults, NewResult, ReceiveSample, SampleCondition, VerifyResults
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
from schemas.specification import Criterion, EqualsOneOf, Gate
from tests.conftest import Clock, person, signing
from tests.rules.criteria import READING

READ_ON = timedelta(days=1)


def lot_through_testing(
    session: Session,
    clock: Clock,
    lot_number: str,
    failing: Mapping[str, Any] | None = None,
    *,
    gates: tuple[Gate, ...] = tuple(Gate),
) -> QualityRecord:
    """Receive every sample of a lot, enter every result and verify it; cultures to their end.

    `failing` gives readings of its own to criteria by code (a reading's fields, or "fails" for
    one that misses its limit). `gates` leaves out criteria of other gates. The clock goes on
    to the last day of the longest culture.
    """
    received_samples(session, clock, lot_number)
    entered_results(session, clock, lot_number, failing, gates=gates)
    verified_results(session, clock, lot_number)
    return quality_of(session, find_lot(session, lot_number))


def samples_of(session: Session, lot_number: str) -> list[SampleTaken]:
    lot = find_lot(session, lot_number)
    rows = select(SampleTaken).where(SampleTaken.lot_id == lot.id).order_by(SampleTaken.id)
    return list(session.scalars(rows))


def received_samples(session: Session, clock: Clock, lot_number: str) -> None:
    """Anton takes every sample that is not in the laboratory yet, half an hour later."""
    clock.forward(minutes=30)
    for sample in samples_of(session, lot_number):
        known = select(SampleReceipt).where(SampleReceipt.sample_id == sample.id)
        if session.scalar(known) is None:
            receive_sample(
                session,
                sample.number,
                ReceiveSample(
                    received_at=clock(),
                    condition=SampleCondition.INTACT,
                    containers=sample.containers,
                    temperature_c=Decimal("4.5"),
                    kept_in="FR-2 / shelf 3",
                ),
                by=person(session, "anton", "sample.receive"),
                at=clock(),
            )


def entered_results(
    session: Session,
    clock: Clock,
    lot_number: str,
    failing: Mapping[str, Any] | None = None,
    *,
    gates: tuple[Gate, ...] = tuple(Gate),
) -> None:
    """Anton enters a result for every criterion that asks for one; cultures last, to their end."""
    clock.forward(hours=2)
    inoculated_at = clock()
    cultures: list[tuple[str, Criterion]] = []
    for sample in samples_of(session, lot_number):
        known = gather(session, sample.lot)
        asked = [
            each
            for each in known.specification.criteria
            if each.sample_point == sample.sample_point
            and each.gate in gates
            and is_open(known.facts_on(each))
        ]
        is_culture = {each.code: isinstance(each.result_kind, SterilityResult) for each in asked}
        cultures += [(sample.number, each) for each in asked if is_culture[each.code]]
        entered(
            session,
            clock,
            sample.number,
            {
                each.code: _reading(each, failing, inoculated_at)
                for each in asked
                if not is_culture[each.code]
            },
        )
    if cultures:
        clock.forward(days=max(_days(each) for _, each in cultures), hours=1)
    for number, each in cultures:
        entered(session, clock, number, {each.code: _reading(each, failing, inoculated_at)})


def entered(
    session: Session, clock: Clock, sample_number: str, readings: Mapping[str, Any]
) -> None:
    """Anton enters these readings for a sample at once, with raw data in his notebook."""
    if not readings:
        return
    results = tuple(
        NewResult(
            criterion=code,
            reading=READING.validate_python(reading),
            dosing=DOSING if _needs_dosing(session, sample_number, code) else None,
            tested_at=clock(),
            equipment=("MIC-1",),
            raw_reference="Notebook QC-7, page 12",
        )
        for code, reading in readings.items()
    )
    enter_results(
        session,
        sample_number,
        EnterResults(results=results),
        by=person(session, "anton", "result.enter"),
        at=clock(),
    )


def verified_results(session: Session, clock: Clock, lot_number: str, by: str = "vera") -> None:
    """Vera verifies everything that waits for her, one signature for each sample."""
    clock.forward(hours=1)
    for sample in samples_of(session, lot_number):
        waiting = to_verify(gather(session, sample.lot), sample.number)
        if waiting:
            verify_results(
                session,
                sample.number,
                VerifyResults(
                    digests=tuple(each.words_digest for each in waiting), signing=signing(by)
                ),
                by=person(session, by, "result.verify"),
                at=clock(),
            )


DOSING = Dosing(
    recipient_weight_kg=Decimal(70), volume_ml=Decimal(50), infusion_hours=Decimal("0.5")
)


def _needs_dosing(session: Session, sample_number: str, code: str) -> bool:
    known = gather(session, find_sample(session, sample_number).lot)
    criterion = known.specification.criterion(code)
    kind = criterion.result_kind
    per_dose = isinstance(kind, EndotoxinResult) and kind.basis is not EndotoxinBasis.PER_ML
    return criterion.needs_recipient or per_dose


def _days(criterion: Criterion) -> int:
    return getattr(criterion.result_kind, "days", 0)


def _reading(
    criterion: Criterion, failing: Mapping[str, Any] | None, inoculated_at: datetime
) -> Any:
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
    count = max(3, criterion.replicates)
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
    return bound.value + room / 2 if 0 < room <= 50 else bound.value * Decimal("1.4") + 1


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
