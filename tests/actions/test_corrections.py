"""A step is corrected in what it used: given back, taken anew, traced, and nothing is edited."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database
from app.delivery.actions.genealogy import genealogy_of
from app.errors import BadInput, Refused
from app.expansion.production import production_of, samples_of
from app.lot import alarm
from app.lot.deviations import deviations_of
from app.lot.lots import containers_of
from app.lot.models import Lot
from app.supplies import actions as supplies
from app.trail import attachments, audit
from app.trail.verify import verify
from schemas.lot import ContainerState
from schemas.master import EquipmentNeed
from schemas.supply import CalibrationOutcome, MaterialState
from schemas.supply_forms import ChangeService, DecideMaterial, LogCalibration
from schemas.trail import TrailFault
from tests.conftest import ENGINES, Build, Clock, Shelf, person, signing
from tests.journeys.production import (
    WorkingUnit,
    corrected,
    performed,
    started,
    through,
    working_unit,
)
from tests.journeys.supplies import ready, received_lot, released_lot, stock_of

MEDIUM = "MAT-AMEM"
"""S100 of the marrow master prepares medium of it."""


def lot_with_medium(session: Session, clock: Clock) -> None:
    """A marrow lot that has its medium (S100) and waits for S110."""
    unit = working_unit(session, clock)
    through(unit, started(unit, "BM-MSC-AUTO"), until="S110")


def bank_with_vials(session: Session, clock: Clock) -> None:
    """A bank lot whose vials are frozen; the next step takes some of them as samples."""
    unit = working_unit(session, clock)
    through(unit, started(unit, "UC-WCB"), until="S370")


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def build() -> Build:
    return lot_with_medium


@pytest.fixture
def site(engine: str, shelf: Shelf, build: Build) -> Iterator[tuple[Database, Clock]]:
    with shelf.lent(engine, build) as lent:
        yield lent


@pytest.fixture
def database(site: tuple[Database, Clock]) -> Database:
    return site[0]


@pytest.fixture
def unit(session: Session, site: tuple[Database, Clock]) -> WorkingUnit:
    return WorkingUnit(session, site[1], stock_of(session))


@pytest.fixture
def lot(session: Session) -> Lot:
    return session.scalars(select(Lot)).one()


def used_at(unit: WorkingUnit, lot: Lot, step: str) -> list[dict[str, Any]]:
    words = unit.book(lot).at(step, 1)
    assert words is not None
    return [each.plain() for each in words.materials]


def instead(unit: WorkingUnit, lot: Lot, number: str, **changed: str) -> list[dict[str, Any]]:
    """What S100 used, with the medium from another lot."""
    return [
        {**each, "lot": number, **changed} if each["code"] == MEDIUM else each
        for each in used_at(unit, lot, "S100")
    ]


def left(unit: WorkingUnit, number: str) -> Decimal:
    return supplies.left_of(unit.session, supplies.find_material_lot(unit.session, number))


def refused(unit: WorkingUnit, lot: Lot, step: str, **changed: Any) -> list[str]:
    with pytest.raises(Refused) as no:
        corrected(unit, lot, step, **changed)
    return [each.rule for each in no.value.findings]


def test_the_wrong_lot_goes_back_to_its_stock_and_the_right_one_is_drawn(
    unit: WorkingUnit, lot: Lot
) -> None:
    wrong = unit.stock.lots[MEDIUM]
    asked = next(each for each in used_at(unit, lot, "S100") if each["code"] == MEDIUM)
    before = left(unit, wrong)
    right = released_lot(unit.session, MEDIUM, at=lot.started_at, quantity=Decimal(9000))
    corrected(unit, lot, "S100", materials=instead(unit, lot, right), reason="Label read again")
    used = Decimal(asked["quantity"])
    assert (left(unit, wrong), left(unit, right)) == (before + used, Decimal(9000) - used)
    record = production_of(unit.session, lot)
    assert {each.number for each in record.supplies.materials} >= {right}
    assert wrong not in {each.number for each in record.supplies.materials}
    back = record.supplies.materials_taken_back
    assert [(each.number, each.quantity) for each in back] == [(wrong, used)]
    assert [each.taken_back.why for each in back if each.taken_back] == ["Label read again"]
    old = record.step("S100").superseded[0].words
    assert wrong in {each.lot for each in old.materials}
    assert supplies.lots_touched_by(unit.session, wrong) == ()
    assert supplies.lots_touched_by(unit.session, right) == (lot.number,)


def test_genealogy_follows_the_correction_and_shows_what_was_once_recorded(
    unit: WorkingUnit, lot: Lot
) -> None:
    wrong = unit.stock.lots[MEDIUM]
    right = released_lot(unit.session, MEDIUM, at=lot.started_at)
    corrected(unit, lot, "S100", materials=instead(unit, lot, right), reason="Label read again")
    of_wrong, of_right = (genealogy_of(unit.session, each) for each in (wrong, right))
    assert (of_wrong.lots, of_right.lots) == ((), (lot.number,))
    (once,) = of_wrong.downstream
    assert (once.node.number, once.branches) == (lot.number, ())
    assert once.note is not None
    assert once.note.startswith("recorded in error at S100 (1), taken back by Olga Nowak")
    assert once.note.endswith("Label read again")
    notes = {each.node.number: each.note for each in genealogy_of(unit.session, lot.ref).upstream}
    assert notes[right] is None
    assert notes[wrong] == once.note


@pytest.mark.parametrize("amount", ["439.5", "441", "17600"])
def test_another_amount_is_drawn(unit: WorkingUnit, lot: Lot, amount: str) -> None:
    number = unit.stock.lots[MEDIUM]
    received = supplies.find_material_lot(unit.session, number).received
    corrected(unit, lot, "S100", materials=instead(unit, lot, number, quantity=amount))
    assert left(unit, number) == received - Decimal(amount)
    rules = [each.rule for each in deviations_of(unit.session, lot)]
    assert rules == (["AMOUNT"] if amount == "439.5" else [])


def test_what_is_left_out_stands_as_it_was(unit: WorkingUnit, lot: Lot) -> None:
    before = unit.book(lot).at("S100", 1)
    corrected(unit, lot, "S100", room="R-101")
    after = unit.book(lot).at("S100", 1)
    assert before is not None
    assert after is not None
    assert (after.materials, after.equipment) == (before.materials, before.equipment)
    assert after.performed_at == before.performed_at
    supplied = production_of(unit.session, lot).supplies
    assert (supplied.materials_taken_back, supplied.rooms_taken_back) == ((), ())
    assert "taken_back" not in supplied.canonical().decode()


def test_the_right_lot_is_refused_as_it_stood_when_the_step_was_done(
    unit: WorkingUnit, lot: Lot
) -> None:
    done = unit.book(lot).at("S100", 1)
    assert done is not None
    at = lot.started_at
    waiting = received_lot(unit.session, MEDIUM, at=at)
    over = released_lot(unit.session, MEDIUM, at=at - timedelta(days=3), days=2)
    little = released_lot(unit.session, MEDIUM, at=at, quantity=Decimal(10))
    other = unit.stock.lots["MAT-HPL"]
    unit.clock.forward(days=1)
    since = released_lot(unit.session, MEDIUM, at=unit.clock())
    for number, rule in (
        (waiting, "SUP-03"),
        (since, "SUP-08"),
        (over, "SUP-05"),
        (little, "SUP-06"),
        (other, "SUP-01"),
    ):
        assert refused(unit, lot, "S100", materials=instead(unit, lot, number)) == [rule]
    assert unit.book(lot).at("S100", 1) == done
    with pytest.raises(BadInput) as unknown:
        corrected(unit, lot, "S100", materials=instead(unit, lot, "NO-SUCH-LOT"), room="R-999")
    assert [each.field for each in unknown.value.errors] == ["materials.0.lot", "room"]


def test_what_has_expired_or_was_rejected_since_was_good_then(unit: WorkingUnit, lot: Lot) -> None:
    at = lot.started_at
    short = released_lot(unit.session, MEDIUM, at=at, days=1)
    bad = released_lot(unit.session, MEDIUM, at=at)
    unit.clock.forward(days=5)
    decision = DecideMaterial(
        state=MaterialState.REJECTED,
        reason="Recalled by its supplier",
        version=supplies.find_material_lot(unit.session, bad).version,
        signing=signing("quinn"),
    )
    quinn = person(unit.session, "quinn", "supply.decide")
    supplies.decide_material(unit.session, bad, decision, alarm=alarm, by=quinn, at=unit.clock())
    for number, opened in ((short, []), (bad, [("SUP-04", True)])):
        corrected(unit, lot, "S100", materials=instead(unit, lot, number))
        assert supplies.lots_touched_by(unit.session, number) == (lot.number,)
        assert [(each.rule, each.critical) for each in deviations_of(unit.session, lot)] == opened
    assert deviations_of(unit.session, lot)[0].about == f"material/{bad}"


def test_a_calibration_that_failed_since_is_told(unit: WorkingUnit, lot: Lot) -> None:
    other = second_cabinet(unit, lot.started_at)
    unit.clock.forward(days=2)
    failed = LogCalibration(
        done_on=unit.clock().date(),
        outcome=CalibrationOutcome.FAILED,
        words="Air speed off by a third",
        version=supplies.find_equipment(unit.session, other).version,
    )
    olga = person(unit.session, "olga", "supply.maintain")
    supplies.log_calibration(unit.session, other, failed, alarm=alarm, by=olga, at=unit.clock())
    assert deviations_of(unit.session, lot) == ()
    corrected(unit, lot, "S100", equipment=[{"kind": "EQ-BSC", "equipment": other}])
    (told,) = deviations_of(unit.session, lot)
    assert (told.rule, told.about, told.critical) == ("SUP-13", f"equipment/{other}", False)


def out_of_service(unit: WorkingUnit, code: str, *, back: bool = False) -> None:
    row = supplies.find_equipment(unit.session, code)
    change = ChangeService(in_service=back, reason="Alarm of the fan", version=row.version)
    olga = person(unit.session, "olga", "supply.maintain")
    supplies.change_equipment_service(unit.session, code, change, by=olga, at=unit.clock())


def second_cabinet(unit: WorkingUnit, at: datetime) -> str:
    """A second safety cabinet, calibrated and cleaned."""
    return ready(
        unit.session,
        EquipmentNeed(code="EQ-BSC", title="Second cabinet"),
        unit.stock.rooms["B"],
        at=at,
        days=10,
        code="BSC-02",
    )


def test_other_equipment_was_used(unit: WorkingUnit, lot: Lot) -> None:
    first = unit.stock.equipment["EQ-BSC"]
    other = second_cabinet(unit, lot.started_at)
    unit.clock.forward(minutes=1)
    out_of_service(unit, other)  # after the step was done: it was good then
    corrected(unit, lot, "S100", equipment=[{"kind": "EQ-BSC", "equipment": other}])
    used = production_of(unit.session, lot).supplies
    assert [each.code for each in used.equipment if "S100" in each.about] == [other]
    assert [each.code for each in used.equipment_taken_back] == [first]
    assert first in {each.code for each in supplies.uses_of_equipment(unit.session, first)}
    late = unit.clock() + timedelta(days=11)
    assert used.equipment[-1].at < late
    wrong = [{"kind": "EQ-BSC", "equipment": unit.stock.equipment["EQ-CEN"]}]
    assert refused(unit, lot, "S100", equipment=wrong) == ["SUP-11"]
    assert refused(unit, lot, "S100", equipment=[]) == ["EXP-36"]


def test_equipment_that_was_not_there_yet_was_not_used(unit: WorkingUnit, lot: Lot) -> None:
    unit.clock.forward(days=1)
    new = [{"kind": "EQ-BSC", "equipment": second_cabinet(unit, unit.clock())}]
    assert "SUP-12" in refused(unit, lot, "S100", equipment=new)


def test_a_worse_room_was_not_used(unit: WorkingUnit, lot: Lot) -> None:
    assert refused(unit, lot, "S100", room=unit.stock.rooms["C"]) == ["SUP-21"]


def test_a_corrected_time_moves_what_was_used(unit: WorkingUnit, lot: Lot) -> None:
    was, before = unit.book(lot).at("S100", 1), left(unit, unit.stock.lots[MEDIUM])
    assert was is not None
    now = was.performed_at - timedelta(minutes=2)
    corrected(unit, lot, "S100", performed_at=now)
    used = production_of(unit.session, lot).supplies
    assert {each.at for each in used.materials if "S100" in each.about} == {now}
    assert {each.at for each in used.rooms_taken_back} == {was.performed_at}
    assert deviations_of(unit.session, lot) == ()
    assert left(unit, unit.stock.lots[MEDIUM]) == before


def test_what_could_not_have_been_used_then_holds_the_lot(unit: WorkingUnit, lot: Lot) -> None:
    """A time that was entered wrongly is put right even where the truth is worse."""
    was = unit.book(lot).at("S100", 1)
    assert was is not None
    cabinet = unit.stock.equipment["EQ-BSC"]
    unit.clock.forward(minutes=5)
    out_of_service(unit, cabinet)
    broken = unit.clock()
    unit.clock.forward(minutes=5)
    out_of_service(unit, cabinet, back=True)
    corrected(unit, lot, "S100", performed_at=broken)
    (opened,) = deviations_of(unit.session, lot)
    assert (opened.rule, opened.critical, lot.held) == ("SUP-12", True, True)
    assert "S100" in opened.title


def test_there_and_back_again(unit: WorkingUnit, lot: Lot) -> None:
    first = unit.stock.lots[MEDIUM]
    other = released_lot(unit.session, MEDIUM, at=lot.started_at)
    before = (left(unit, first), left(unit, other))
    for number in (other, first, other, first):
        corrected(unit, lot, "S100", materials=instead(unit, lot, number))
    assert (left(unit, first), left(unit, other)) == before
    assert len(production_of(unit.session, lot).supplies.materials_taken_back) == 4
    assert supplies.lots_touched_by(unit.session, other) == ()


def test_the_trail_holds_every_row_of_it(site: tuple[Database, Clock]) -> None:
    database, clock = site
    with database.writing() as session:
        unit, lot = (
            WorkingUnit(session, clock, stock_of(session)),
            session.scalars(select(Lot)).one(),
        )
        again = instead(unit, lot, unit.stock.lots[MEDIUM], quantity="441")
        corrected(unit, lot, "S100", materials=again)
        entry = audit.head(session).seq
    faults: list[TrailFault] = []
    report = verify(
        database, files=attachments.folder(), head_file=None, at=clock(), found=faults.append
    )
    assert (faults, report.head.seq) == ([], entry)


@pytest.mark.parametrize("build", [bank_with_vials])
def test_another_vial_was_taken(unit: WorkingUnit, lot: Lot) -> None:
    row = performed(unit, lot)
    taken = unit.book(lot).at(row.step, 1)
    assert taken is not None
    assert taken.containers
    vials = {each.number: each for each in containers_of(unit.session, lot)}
    state = vials[taken.containers[0]].state
    free = [each for each in vials if vials[each].state is ContainerState.IN_STORE]
    really = (free[-1], *taken.containers[1:])
    corrected(unit, lot, row.step, containers=really)
    states = {each.number: each.state for each in containers_of(unit.session, lot)}
    assert (states[taken.containers[0]], states[free[-1]]) == (ContainerState.IN_STORE, state)
    assert samples_of(unit.session, lot)[-1].container_numbers == really
    assert refused(unit, lot, row.step, containers=really[1:]) == ["EXP-41"]
