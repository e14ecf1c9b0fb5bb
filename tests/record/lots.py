"""Lots whose records are printed: one without a blemish, one on which everything happened."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.expansion import actions
from app.lot import deviations
from app.lot.models import Deviation, Lot
from app.quality_control.actions import investigations
from app.quality_control.actions.results import correct_result
from app.quality_control.models import Investigation
from app.quality_control.quality import quality_of
from schemas.lot import Decide, Impact, Investigate, NewDeviation, Stage
from schemas.quality import Answer, AnswerInvestigation, Conclusion, LeadInvestigation
from schemas.reading import MarkerReading
from schemas.release import Act
from schemas.result import CorrectResult
from schemas.specification import Gate
from tests.conftest import Clock, person, signing
from tests.journeys.delivery import delivered
from tests.journeys.production import (
    WorkingUnit,
    checked,
    corrected,
    endorsed,
    form_for,
    lot_at,
    next_place,
    performed,
    started,
    through,
    working_unit,
)
from tests.journeys.release import certified, reviewed
from tests.journeys.supplies import released_lot
from tests.journeys.testing import entered, lot_through_testing, samples_of, verified_results

LATE_REASON = "The tablet in the clean room was being disinfected"
CORRECTED_BECAUSE = "55 was read as 5; the counter's print-out says 55"
TAKEN_BACK_BECAUSE = "The medium came from the other bottle; its label was read again"
RESULT_CORRECTED_BECAUSE = "The figure of another marker was copied"


def certified_lot(session: Session, clock: Clock) -> None:
    """An autologous lot, certified once and finally."""
    lot = lot_at(session, clock, "BM-MSC-AUTO", Stage.IN_TESTING)
    lot_through_testing(session, clock, lot.number)
    reviewed(session, clock, lot)
    clock.now = lot.completed_at or clock.now
    certified(session, clock, lot, Act.FINAL)


def lot_in_production(session: Session, clock: Clock) -> None:
    """A lot whose first passage grows, with one step that waits for its second person."""
    unit = working_unit(session, clock)
    lot = through(unit, started(unit, "BM-MSC-AUTO"), "S140")
    performed(unit, lot, check=False)


def exceptional_lot(session: Session, clock: Clock) -> None:
    """A lot entered late, corrected, deviated from, out of specification, given in time.

    It is certified conditionally, administered, and certified finally when its cultures end.
    """
    unit = working_unit(session, clock)
    other = released_lot(session, "MAT-AMEM", at=clock())
    lot = started(unit, "BM-MSC-AUTO")
    through(unit, lot, "S030")
    _entered_late(unit, lot)
    through(unit, lot, "S110")
    _medium_of_another_lot(unit, lot, other)
    _spun_too_fast(unit, lot)
    performed(unit, lot, live_by_square=(49, 46, 5, 51))
    unit.clock.forward(minutes=5)
    corrected(unit, lot, "S115", reason=CORRECTED_BECAUSE, live_by_square=(49, 46, 55, 51))
    through(unit, lot)
    _reports_an_open_door(unit, lot)
    endorsed(unit, lot)
    for each in session.scalars(select(Deviation).where(Deviation.lot_id == lot.id)):
        _settled(unit, each)
    _viability_fails_at_first(unit, lot)
    _result_corrected(unit, lot)
    reviewed(session, clock, lot)
    certified(session, clock, lot, Act.CONDITIONAL)
    delivered(session, clock, lot)
    lot_through_testing(session, clock, lot.number)
    reviewed(session, clock, lot)
    certified(session, clock, lot, Act.FINAL)


def _entered_late(unit: WorkingUnit, lot: Lot) -> None:
    """Olga weighs the marrow, and comes to the tablet fifty minutes later."""
    unit.clock.forward(minutes=25)
    place = next_place(unit.book(lot))
    form = form_for(unit, lot, place).model_copy(
        update={"performed_at": unit.clock(), "late_reason": LATE_REASON}
    )
    unit.clock.forward(minutes=50)
    olga = person(unit.session, "olga", "step.perform")
    row = actions.perform_step(
        unit.session, lot.number, place.step.code, form, by=olga, at=unit.clock()
    )
    if place.step.second_person:
        checked(unit, row)


def _medium_of_another_lot(unit: WorkingUnit, lot: Lot, other: str) -> None:
    """The lot on the first bottle was scanned, and the second one was used."""
    words = unit.book(lot).at("S100", 1)
    assert words is not None
    used = [each.plain() for each in words.materials]
    used[0]["lot"] = other
    corrected(unit, lot, "S100", reason=TAKEN_BACK_BECAUSE, materials=used)


def _spun_too_fast(unit: WorkingUnit, lot: Lot) -> None:
    """The centrifuge stood at 430 g: a limit is missed, and opens its deviation."""
    fast = [
        {"code": "SPIN-G", "value": "430"},
        {"code": "SPIN-MINUTES", "value": "30"},
        {"code": "RING", "value": "clear"},
    ]
    performed(unit, lot, values=fast, remark="Set point left from the run before; stopped at once.")


def _reports_an_open_door(unit: WorkingUnit, lot: Lot) -> None:
    new = NewDeviation(
        title="Incubator door left open",
        description="Two minutes at 31 °C, seen on the display",
    )
    oskar = person(unit.session, "oskar", "deviation.open")
    deviations.open_deviation(unit.session, lot.number, new, by=oskar, at=unit.clock())


def _settled(unit: WorkingUnit, row: Deviation) -> None:
    """Vera investigates, Quinn decides."""
    found = Investigate(
        cause="No check of the set point before the run",
        assessment="Yield and viability of the cells are as they always are: no risk is seen",
        correction="A check of the set point was added to the instruction of the instrument",
        other_lots="None was worked on that day",
        version=row.version,
        signing=signing("vera"),
    )
    vera = person(unit.session, "vera", "deviation.investigate")
    deviations.investigate(unit.session, row.number, found, by=vera, at=unit.clock())
    decision = Decide(
        impact=Impact.ACCEPTED,
        reason="The cells behaved as in every lot before",
        version=row.version,
        signing=signing("quinn"),
    )
    quinn = person(unit.session, "quinn", "deviation.decide")
    deviations.decide(unit.session, row.number, decision, by=quinn, at=unit.clock())


def _viability_fails_at_first(unit: WorkingUnit, lot: Lot) -> None:
    """An expired stain: the result is investigated, set aside, and the cells counted again."""
    session, clock = unit.session, unit.clock
    lot_through_testing(
        session, clock, lot.number, {"VIABILITY": "fails"}, gates=(Gate.PRE, Gate.INFO)
    )
    row = session.scalars(select(Investigation)).one()
    lead = LeadInvestigation(
        checks="Raw data, stain, chamber and calculation were looked at.",
        conclusion=Conclusion.SET_ASIDE,
        cause="The stain was expired: bottle TB-9",
        plan="Two portions of the sample, counted by another analyst",
        retests=2,
        version=row.version,
        signing=signing("vera"),
    )
    vera = person(session, "vera", "investigation.lead")
    investigations.lead_investigation(session, row.number, lead, by=vera, at=clock())
    answer = AnswerInvestigation(
        answer=Answer.APPROVE,
        reason="The expired stain explains the dead cells",
        version=row.version,
        signing=signing("quinn"),
    )
    quinn = person(session, "quinn", "investigation.approve")
    investigations.answer_investigation(session, row.number, answer, by=quinn, at=clock())
    _counted_again(unit, lot)


def _counted_again(unit: WorkingUnit, lot: Lot) -> None:
    sample = samples_of(unit.session, lot.number)[-1].number
    right: dict[str, Any] = {"kind": "counts", "counts": [{"live": 190, "dead": 9}]}
    for _ in range(2):
        entered(unit.session, unit.clock, sample, {"VIABILITY": right})
    verified_results(unit.session, unit.clock, lot.number)


def _result_corrected(unit: WorkingUnit, lot: Lot) -> None:
    """Anton copied another marker's figure; his entry stays, and Vera verifies the new one."""
    wrong = quality_of(unit.session, lot).criterion("CD90").results[-1].words
    assert isinstance(wrong.reading, MarkerReading)
    form = CorrectResult(
        reading=wrong.reading.model_copy(update={"values": ("98.1",)}),
        tested_at=wrong.tested_at,
        raw_reference=wrong.raw_reference,
        reason=RESULT_CORRECTED_BECAUSE,
        revision=wrong.revision,
    )
    anton = person(unit.session, "anton", "result.correct")
    correct_result(unit.session, wrong.number, form, by=anton, at=unit.clock())
    verified_results(unit.session, unit.clock, lot.number)
