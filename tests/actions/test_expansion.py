"""Production: lots of every starter product are made, and nothing that should not be is done."""

from datetime import timedelta
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import BadInput, OutOfDate, Refused, SamePerson, SignatureFailed
from app.expansion import actions
from app.expansion.gathering import book_of
from app.expansion.production import growth_of, production_of, samples_of
from app.lot.deviations import deviations_of
from app.lot.lots import containers_of, find_lot, hold, sources_of
from app.lot.models import Lot
from app.supplies.actions import usable_equipment
from app.trail import audit
from schemas.expansion import CheckStep, CorrectStep, Endorse, PerformStep, StartLot
from schemas.lot import ContainerState, Stage
from schemas.production import CheckWords
from tests.conftest import Clock, person, signing
from tests.journeys.production import (
    WorkingUnit,
    bank_for,
    checked,
    corrected,
    endorsed,
    form_for,
    lot_at,
    next_place,
    performed,
    start_form,
    started,
    through,
    trained,
    waited,
    working_unit,
)

pytestmark = pytest.mark.site(build=working_unit)


@pytest.fixture
def unit(session: Session, clock: Clock) -> WorkingUnit:
    return working_unit(session, clock)


def refused(unit: WorkingUnit, lot: Lot, **changed: Any) -> list[str]:
    """The rules that refuse the next step, performed so."""
    with pytest.raises(Refused) as no:
        performed(unit, lot, **changed)
    return [each.rule for each in no.value.findings]


def deviations(unit: WorkingUnit, lot: Lot) -> list[tuple[str | None, bool]]:
    return [(each.rule, each.critical) for each in deviations_of(unit.session, lot)]


@pytest.mark.parametrize("product", ["UC-WCB", "UC-MSC-CRYO", "BM-MSC-AUTO", "BM-MSC-DIR"])
def test_a_lot_of_each_starter_product_is_made(
    session: Session, clock: Clock, product: str
) -> None:
    lot = lot_at(session, clock, product, Stage.IN_TESTING)
    record = production_of(session, lot)
    assert deviations_of(session, lot) == ()
    assert record.open_steps == ()
    assert record.out_of_step == ()
    assert record.labels_reconciled
    assert record.endorsement is not None
    assert {each.name for each in lot_signers(record)} == {"Oskar Wit"}
    assert Decimal(3) < (record.cumulative_doublings or 0) - record.carried_doublings < Decimal(7)
    assert growth_of(record) is not None
    assert lot.expires_at is not None


def lot_signers(record: Any) -> list[Any]:
    return [each.check.signature for each in record.entries() if each.check]


def test_doublings_are_carried_from_the_bank(unit: WorkingUnit) -> None:
    bank = bank_for(unit, "UC-MSC-CRYO")
    lot = started(unit, "UC-MSC-CRYO", bank)
    through(unit, lot, until="S210")
    of_bank = production_of(unit.session, bank).cumulative_doublings
    record = production_of(unit.session, lot)
    assert record.carried_doublings == of_bank
    assert record.cumulative_doublings is not None
    assert record.cumulative_doublings > record.carried_doublings + 3


def test_thawing_uses_the_bank_up_and_filling_makes_containers(unit: WorkingUnit) -> None:
    bank = bank_for(unit, "UC-MSC-CRYO")
    lot = started(unit, "UC-MSC-CRYO", bank)
    used = {each.ref for each in sources_of(unit.session, lot)}
    endorsed(unit, through(unit, lot))
    states = {each.number: each.state for each in containers_of(unit.session, bank)}
    assert {number for number, state in states.items() if number in used} == used
    assert all(states[number] is ContainerState.CONSUMED for number in used)
    made = containers_of(unit.session, lot)
    kept = [each for each in made if each.state is ContainerState.RETENTION]
    assert (len(kept), len({each.position for each in made})) == (2, 1)
    assert all(each.expires_at == lot.expires_at for each in made)
    numbers = [each.number for each in samples_of(unit.session, lot)]
    assert numbers == [f"{lot.number}-S{at:02d}" for at in range(1, len(numbers) + 1)]
    with pytest.raises(Refused, match="EXP-12"):
        started_from(unit, used)


def started_from(unit: WorkingUnit, numbers: set[str]) -> Lot:
    form = start_form_cryo(numbers)
    by = person(unit.session, "olga", "lot.start")
    return actions.start_lot(unit.session, form, by=by, at=unit.clock())


def start_form_cryo(numbers: set[str]) -> Any:
    return StartLot(product_code="UC-MSC-CRYO", master_version=1, containers=tuple(numbers))


def test_a_bank_that_is_not_certified_starts_nothing(unit: WorkingUnit) -> None:
    bank = bank_for(unit, "UC-MSC-CRYO", certify=lambda *_: None)
    form = start_form(unit, "UC-MSC-CRYO", bank)
    trained(unit, "olga", "MBR-UC-MSC-CRYO")
    with pytest.raises(Refused, match="EXP-11"):
        actions.start_lot(
            unit.session, form, by=person(unit.session, "olga", "lot.start"), at=unit.clock()
        )


def test_an_untrained_person_starts_and_performs_nothing(unit: WorkingUnit) -> None:
    form = start_form(unit, "BM-MSC-AUTO")
    by = person(unit.session, "olga", "lot.start")
    with pytest.raises(Refused, match="EXP-02"):
        actions.start_lot(unit.session, form, by=by, at=unit.clock())
    trained(unit, "olga", "MBR-BM-MSC-AUTO", days=5)
    lot = actions.start_lot(unit.session, form, by=by, at=unit.clock())
    assert refused(unit, lot, by="oskar") == ["EXP-24"]
    unit.clock.forward(days=6)
    assert refused(unit, lot) == ["EXP-24"]


def test_steps_keep_their_order_on_the_server(unit: WorkingUnit) -> None:
    lot = started(unit, "BM-MSC-AUTO")
    second = unit.book(lot).master.step("S020")
    place = next_place(unit.book(lot))
    form = form_for(unit, lot, type(place)(place.phase, second, 1))
    with pytest.raises(Refused, match="EXP-21"):
        actions.perform_step(
            unit.session,
            lot.number,
            "S020",
            form,
            by=person(unit.session, "olga", "step.perform"),
            at=unit.clock(),
        )
    performed(unit, lot, check=False)
    assert refused(unit, lot) == ["EXP-22"]


def test_a_form_sent_twice_is_out_of_date(unit: WorkingUnit) -> None:
    lot = started(unit, "BM-MSC-AUTO")
    place = next_place(unit.book(lot))
    form = form_for(unit, lot, place)
    by = person(unit.session, "olga", "step.perform")
    actions.perform_step(unit.session, lot.number, "S010", form, by=by, at=unit.clock())
    with pytest.raises(OutOfDate, match="was entered by Olga Nowak"):
        actions.perform_step(unit.session, lot.number, "S010", form, by=by, at=unit.clock())


def test_nobody_checks_their_own_step(unit: WorkingUnit) -> None:
    lot = started(unit, "BM-MSC-AUTO")
    row = performed(unit, lot, check=False)
    with pytest.raises(SamePerson, match="SOD-01"):
        checked(unit, row, by="olga")
    with pytest.raises(SignatureFailed):
        actions.check_step(
            unit.session,
            lot.number,
            "S010",
            1,
            CheckStep(entry=row.number, signing=signing("oskar", "wrong password")),
            by=person(unit.session, "oskar", "step.check"),
            at=unit.clock(),
        )
    checked(unit, row)
    with pytest.raises(OutOfDate):
        checked(unit, row)


def test_what_touches_the_cells_is_asked_all_at_once(unit: WorkingUnit) -> None:
    lot = started(unit, "BM-MSC-AUTO")
    through(unit, lot, until="S100")
    book = unit.book(lot)
    place = next_place(book)
    form = form_for(unit, lot, place)
    later = unit.clock() + timedelta(days=400)
    for username in ("olga", "oskar"):
        trained(unit, username, "MBR-BM-MSC-AUTO", days=500)
        trained(unit, username, "MEDIA-FILL", days=500)
    with pytest.raises(Refused) as no:
        actions.perform_step(
            unit.session,
            lot.number,
            "S100",
            form,
            by=person(unit.session, "olga", "step.perform"),
            at=later,
        )
    assert {each.rule for each in no.value.findings} >= {"SUP-05", "SUP-13"}
    unknown = form.model_copy(update={"room": "NO-ROOM"})
    with pytest.raises(BadInput) as wrong:
        actions.perform_step(
            unit.session,
            lot.number,
            "S100",
            unknown,
            by=person(unit.session, "olga", "step.perform"),
            at=unit.clock(),
        )
    assert [each.field for each in wrong.value.errors] == ["room"]


def test_a_missed_limit_opens_a_deviation_and_a_critical_one_holds_the_lot(
    unit: WorkingUnit,
) -> None:
    lot = started(unit, "BM-MSC-AUTO")
    through(unit, lot, until="S115")
    performed(unit, lot, live_by_square=(30, 30), dead_by_square=(20, 20))
    assert deviations(unit, lot) == [("IPC viability_percent", False)]
    assert not lot.held
    through(unit, lot, until="S140")
    performed(unit, lot, live_by_square=(30, 30), dead_by_square=(20, 20), check=False)
    assert deviations(unit, lot)[1:] == [("IPC viability_percent", True)]
    assert lot.held
    assert refused(unit, lot) == ["EXP-22", "EXP-26"]


def test_another_patients_bag_stops_the_lot(unit: WorkingUnit) -> None:
    lot = started(unit, "BM-MSC-AUTO")
    performed(unit, lot)
    fields = [each.code for each in unit.book(lot).master.step("S020").fields]
    values = [
        {"code": code, "value": "different" if code == "PATIENT-AGREES" else good}
        for code, good in zip(fields, ("the same", "the same", "intact"), strict=True)
    ]
    performed(unit, lot, values=values)
    assert deviations(unit, lot) == [("IPC PATIENT-AGREES", True)]
    assert lot.held


def test_a_late_step_is_kept_and_opens_a_deviation(unit: WorkingUnit) -> None:
    lot = started(unit, "BM-MSC-AUTO")
    through(unit, lot, until="S200")
    unit.clock.forward(minutes=120)
    performed(unit, lot)
    assert deviations(unit, lot) == [("TIME", False)]


def test_too_many_doublings_stop_the_lot_for_good(unit: WorkingUnit) -> None:
    lot = started(unit, "BM-MSC-AUTO")
    through(unit, lot, until="S230")
    performed(unit, lot, dilution=10_000)
    rules = deviations(unit, lot)
    assert ("IPC cumulative_population_doublings", True) in rules
    lot.held = False
    lot.hold_reason = None
    by = person(unit.session, "quinn", "lot.hold")
    audit.record(unit.session, by=by, at=unit.clock(), did="lot.unhold", about=lot.ref)
    assert refused(unit, lot, volume_seeded_ml="1") == ["EXP-29"]


def test_labels_that_are_not_found_again_open_a_deviation(unit: WorkingUnit) -> None:
    lot = started(unit, "BM-MSC-AUTO")
    through(unit, lot, until="S450")
    performed(unit, lot, issued=6)
    assert deviations(unit, lot) == [("IPC unreconciled_labels", True)]
    assert not production_of(unit.session, lot).labels_reconciled


def test_a_correction_keeps_the_original_and_asks_for_a_new_check(unit: WorkingUnit) -> None:
    lot = started(unit, "BM-MSC-AUTO")
    through(unit, lot, until="S130")
    first = unit.book(lot).at("S115", 1)
    row = corrected(unit, lot, "S115", suspension_volume_ml="25.0")
    record = production_of(unit.session, lot).step("S115")
    assert [each.words.entry for each in record.superseded] == [first.entry if first else 0]
    assert record.entries[0].words.corrects == record.superseded[0].words.entry
    assert record.entries[0].words.why == row.why
    assert production_of(unit.session, lot).out_of_step == ()
    with pytest.raises(OutOfDate):
        stale_correction(unit, lot, entry=record.superseded[0].words.entry)
    corrected(unit, lot, "S010", previous_lot="UNIT1-26-0000")
    assert refused(unit, lot) == ["EXP-22"]
    with pytest.raises(SamePerson, match="SOD-01"):
        corrected(unit, lot, "S010", by="oskar")


def stale_correction(unit: WorkingUnit, lot: Lot, *, entry: int) -> None:
    words = unit.book(lot).at("S115", 1)
    assert words is not None
    correction = CorrectStep(
        entry=entry,
        values=words.values,
        performed_at=words.performed_at,
        reason="A page opened long ago",
    )
    actions.correct_step(
        unit.session,
        lot.number,
        "S115",
        1,
        correction,
        by=person(unit.session, "olga", "step.correct"),
        at=unit.clock(),
    )


def test_what_followed_from_a_corrected_count_is_corrected_before_endorsement(
    unit: WorkingUnit,
) -> None:
    lot = started(unit, "BM-MSC-AUTO")
    through(unit, lot)
    live = (54, 49, 51, 57)
    checked(unit, corrected(unit, lot, "S230", live_by_square=live))
    wrong = production_of(unit.session, lot).out_of_step
    assert {each.step for each in wrong} == {"S300", "S330"}
    with pytest.raises(Refused, match="EXP-64"):
        endorsed(unit, lot)
    corrected(unit, lot, "S300", reason="Follows from the corrected count of S230")
    checked(unit, corrected(unit, lot, "S330", reason="Follows from the corrected count"))
    assert production_of(unit.session, lot).out_of_step == ()
    assert endorsed(unit, lot).stage is Stage.IN_TESTING


def test_a_stale_endorsement_signs_nothing(unit: WorkingUnit) -> None:
    lot = started(unit, "UC-WCB")
    through(unit, lot)
    shown = actions.endorsement_words(unit.session, lot).digest()
    corrected(unit, lot, "S030", remark="Cord wrapped in gauze")
    with pytest.raises(OutOfDate):
        actions.endorse(
            unit.session,
            lot.number,
            Endorse(shown=shown, signing=signing("olga")),
            by=person(unit.session, "olga", "production.endorse"),
            at=unit.clock(),
        )
    endorsed(unit, lot)
    with pytest.raises(Refused, match="EXP-65"):
        endorsed(unit, lot)
    with pytest.raises(Refused, match="EXP-54"):
        corrected(unit, lot, "S030", remark="Too late")


def test_a_held_lot_rests(unit: WorkingUnit) -> None:
    lot = started(unit, "UC-WCB")
    hold(lot, "Donor telephoned")
    by = person(unit.session, "quinn", "lot.hold")
    audit.record(unit.session, by=by, at=unit.clock(), did="lot.hold", about=lot.ref)
    assert refused(unit, lot) == ["EXP-26"]


def test_values_of_another_kind_are_not_read(unit: WorkingUnit) -> None:
    lot = started(unit, "UC-WCB")
    performed(unit, lot)
    place = next_place(unit.book(lot))
    waited(unit, unit.book(lot), place)
    form = form_for(unit, lot, place)
    by = person(unit.session, "olga", "step.perform")
    confirm = PerformStep.model_validate(
        {**form.model_dump(exclude={"values"}), "values": {"kind": "confirm", "confirmed": True}}
    )
    missing = PerformStep.model_validate(
        {
            **form.model_dump(exclude={"values"}),
            "values": {"kind": "choose", "values": [{"code": "CONTAINER", "value": "open"}]},
        }
    )
    for wrong, fields in (
        (confirm, ["values.kind"]),
        (missing, ["values.CODE-AGREES", "values.CONTAINER"]),
    ):
        with pytest.raises(BadInput) as no:
            actions.perform_step(unit.session, lot.number, "S020", wrong, by=by, at=unit.clock())
        assert [each.field for each in no.value.errors] == fields


def test_each_person_sees_what_they_can_do(unit: WorkingUnit) -> None:
    lot = started(unit, "UC-WCB")

    def tasks(username: str) -> list[str]:
        return [
            each.title for each in actions.waiting(unit.session, person(unit.session, username))
        ]

    step = "Perform S010: Line clearance before the cord is opened"
    assert (tasks("olga"), tasks("oskar"), tasks("anton")) == ([step], [step], [])
    row = performed(unit, lot, check=False)
    assert tasks("olga") == []
    assert tasks("oskar") == ["Check S010: Line clearance before the cord is opened"]
    checked(unit, row)
    through(unit, lot)
    assert tasks("olga") == ["Endorse production"]


def test_two_tabs_at_once_perform_a_step_once(database: Database, clock: Clock) -> None:
    with database.writing() as session:
        number = started(working_unit(session, clock), "UC-WCB").number
        stock_form = form_for_first(session, clock, number)
    said: list[str] = []

    def perform() -> None:
        try:
            with database.writing() as session:
                by = person(session, "olga", "step.perform")
                actions.perform_step(session, number, "S010", stock_form, by=by, at=clock())
            said.append("entered")
        except OutOfDate:
            said.append("out of date")

    tabs = [Thread(target=perform) for _ in range(3)]
    for each in tabs:
        each.start()
    for each in tabs:
        each.join()
    assert sorted(said) == ["entered", "out of date", "out of date"]


def form_for_first(session: Session, clock: Clock, number: str) -> PerformStep:
    lot = find_lot(session, number)
    book = book_of(session, lot)
    values = {
        "kind": "line_clearance",
        "previous_lot": "none",
        **dict.fromkeys(
            ("materials_removed", "papers_removed", "surfaces_cleaned", "equipment_fits"), True
        ),
        "monitoring_started": True,
    }
    equipment = usable_equipment(session, "EQ-BSC", at=clock(), zone="Europe/Warsaw")
    return PerformStep.model_validate(
        {
            "occurrence": next_place(book).occurrence,
            "values": values,
            "equipment": [{"kind": "EQ-BSC", "equipment": equipment[0].code}],
            "room": "R-101",
        }
    )


def test_a_freezing_curve_is_a_file_that_was_kept(unit: WorkingUnit) -> None:
    lot = started(unit, "UC-WCB")
    through(unit, lot, until="S350")
    with pytest.raises(BadInput) as no:
        performed(unit, lot, curve_file="0" * 64)
    assert [each.field for each in no.value.errors] == ["values.curve_file"]


def test_containers_that_are_lost_in_freezing_are_named(unit: WorkingUnit) -> None:
    lot = started(unit, "UC-WCB")
    through(unit, lot, until="S350")
    assert refused(unit, lot, containers_lost=1) == ["EXP-41"]


def test_a_donation_is_not_used_up_twice(unit: WorkingUnit) -> None:
    form = start_form(unit, "UC-WCB")
    trained(unit, "olga", "MBR-UC-WCB")
    by = person(unit.session, "olga", "lot.start")
    half = form.model_copy(
        update={"donations": (form.donations[0].model_copy(update={"quantity": Decimal(40)}),)}
    )
    actions.start_lot(unit.session, half, by=by, at=unit.clock())
    with pytest.raises(Refused, match="EXP-09"):
        actions.start_lot(unit.session, half, by=by, at=unit.clock())


def test_each_entry_carries_its_trail(unit: WorkingUnit) -> None:
    lot = started(unit, "UC-WCB")
    row = performed(unit, lot)
    record = production_of(unit.session, lot).step("S010").entries[0]
    assert record.sha256 == row.sha256 == record.words.digest()
    assert record.check is not None
    signed = CheckWords(entry=record.words, remark=None)
    assert record.check.signature.words_digest == signed.digest()
    used = production_of(unit.session, lot).supplies
    assert {each.about for each in (*used.equipment, *used.rooms)} == {row.ref}
