"""Testing a lot through the actions: samples received, plausible results entered and verified."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.cast import Clock, person, signing
from app.demo.readings import DOSING, READING, length_days, plain_reading
from app.expansion.models import SampleTaken
from app.lot.lots import find_lot
from app.quality_control.actions.results import enter_results
from app.quality_control.actions.samples import receive_sample
from app.quality_control.actions.verification import to_verify, verify_results
from app.quality_control.models import SampleReceipt
from app.quality_control.quality import find_sample, gather, quality_of
from app.quality_control.rules.standing import is_open
from app.supplies.models import Equipment
from schemas.quality_record import QualityRecord
from schemas.result import EnterResults, NewResult, ReceiveSample, SampleCondition, VerifyResults
from schemas.result_kind import (
    EndotoxinBasis,
    EndotoxinResult,
    SterilityResult,
)
from schemas.specification import Criterion, Gate

MICROSCOPE = "MIC-01"


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
    """The samples of a lot, in the order they were taken."""
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
                each.code: plain_reading(each, failing, inoculated_at)
                for each in asked
                if not is_culture[each.code]
            },
        )
    if cultures:
        clock.forward(days=max(length_days(each) for _, each in cultures), hours=1)
    for number, each in cultures:
        entered(session, clock, number, {each.code: plain_reading(each, failing, inoculated_at)})


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
            equipment=registered(session, MICROSCOPE),
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


def registered(session: Session, code: str) -> tuple[str, ...]:
    """This instrument where the unit has it, none where nothing is in store."""
    known = session.scalar(select(Equipment.code).where(Equipment.code == code))
    return (known,) if known else ()


def _needs_dosing(session: Session, sample_number: str, code: str) -> bool:
    known = gather(session, find_sample(session, sample_number).lot)
    criterion = known.specification.criterion(code)
    kind = criterion.result_kind
    per_dose = isinstance(kind, EndotoxinResult) and kind.basis is not EndotoxinBasis.PER_ML
    return criterion.needs_recipient or per_dose
