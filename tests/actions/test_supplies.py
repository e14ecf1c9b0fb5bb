"""Supplies: received, decided, maintained, used; what is refused, and what is left."""

import threading
from base64 import b64encode
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import BadInput, NotFound, OutOfDate, Refused, SamePerson, SignatureFailed
from app.lot import alarm
from app.people.actor import Actor
from app.supplies import actions
from app.supplies.actions.at_use import equipment_at_use
from app.supplies.models import Equipment, MaterialLot
from app.trail import attachments, audit
from app.trail.signatures import signatures_about
from schemas.supply import CalibrationOutcome, EquipmentCase, MaterialState, Standing
from schemas.supply_forms import (
    ApproveSupplier,
    AttachCertificate,
    ChangeService,
    DecideMaterial,
    LogCalibration,
    LogCleaning,
    NewMaterial,
    SentFile,
)
from schemas.trail import Meaning
from tests.conftest import ZONE, Clock, person, signing
from tests.journeys.supplies import (
    CERTIFICATE,
    Stock,
    received_lot,
    released_lot,
    stock_of,
    stocked,
    stocked_for_a_month,
    stocked_for_a_year,
)

LOT = "UNIT1-26-0001"
ABOUT = f"lot/{LOT}/step/S100/1"


pytestmark = pytest.mark.site(build=stocked_for_a_month, fixture="stock")


@pytest.fixture
def stock(session: Session) -> Stock:
    return stock_of(session)


def take(session: Session, number: str, quantity: str, at: datetime, **asked: str) -> MaterialLot:
    """Olga uses some of a material lot in a step."""
    facts = {"material_code": None, "unit": "mL", "lot_number": LOT, "about": ABOUT, **asked}
    return actions.use_material(
        session,
        material_lot=number,
        quantity=Decimal(quantity),
        by=person(session, "olga", "step.perform"),
        at=at,
        **facts,
    )


def rules_of(no: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [each.rule for each in no.value.findings]


def decision(
    session: Session, number: str, state: MaterialState, **changed: object
) -> DecideMaterial:
    given = {
        "state": state,
        "reason": "Label and certificate were looked at",
        "version": actions.find_material_lot(session, number).version,
        "signing": signing("quinn"),
    }
    return DecideMaterial.model_validate({**given, **changed})


# What a starter master asks for is there


def test_every_material_equipment_and_room_may_be_used(
    session: Session, clock: Clock, stock: Stock
) -> None:
    at = clock()
    for code, number in stock.lots.items():
        lots = actions.usable_lots(session, code, at=at, zone=ZONE)
        assert [each.number for each in lots] == [number]
    for kind, code in stock.equipment.items():
        found = actions.usable_equipment(session, kind, at=at, zone=ZONE)
        assert [each.code for each in found] == [code]
    assert [each.code for each in actions.rooms(session)] == list(stock.rooms.values())


# Use


def use(session: Session, code: str, *, at: datetime, by: Actor, **asked: Any) -> EquipmentCase:
    """Use a piece of equipment at a moment."""
    found = equipment_at_use(session, code, at=at, zone=by.zone)
    return actions.use_equipment(session, equipment=found, by=by, **asked)


def test_a_use_is_written_and_read_back_with_the_lot(
    session: Session, clock: Clock, stock: Stock
) -> None:
    olga = person(session, "olga", "step.perform")
    asked = {"lot_number": LOT, "about": ABOUT, "by": olga, "at": clock()}
    take(session, stock.lots["MAT-HPL"].lower() + " ", "50.0", clock(), material_code="MAT-HPL")
    bsc, room = stock.equipment["EQ-BSC"], stock.rooms["B"]
    use(session, bsc, kind="EQ-BSC", **asked)
    actions.use_room(session, room=room, grade="B", **asked)
    entry = audit.record(session, by=olga, at=clock(), did="step.perform", about=ABOUT)
    assert {"material_use", "equipment_use", "room_use"} <= {each.table for each in entry.changes}

    found = actions.supplies_of_lot(session, LOT)
    used = found.materials[0]
    assert (used.material_code, used.critical, used.biological_origin) == ("MAT-HPL", True, True)
    assert (str(used.quantity), used.unit.value, used.name) == ("50.0", "mL", "Olga Nowak")
    assert used.supplier_lot == "B-HPL-7"
    assert used.certificate_sha256 is not None
    assert attachments.read(used.certificate_sha256) == CERTIFICATE
    due = clock().date() + timedelta(days=30)
    assert [(each.code, each.calibration_due, each.cleaning_due) for each in found.equipment] == [
        ("BSC-01", due, due)
    ]
    assert [(each.code, each.grade.value) for each in found.rooms] == [("R-101", "B")]
    assert actions.supplies_of_lot(session, "UNIT1-26-0002").materials == ()


def test_the_status_at_the_time_of_use_stays_when_the_equipment_changes(
    session: Session, clock: Clock, stock: Stock
) -> None:
    olga = person(session, "olga", "supply.maintain")
    asked = {"kind": None, "lot_number": LOT, "about": ABOUT, "by": olga}
    use(session, "CEN-01", at=clock(), **asked)
    audit.record(session, by=olga, at=clock(), did="step.perform", about=ABOUT)
    failed = LogCalibration(
        done_on=clock().date(),
        outcome=CalibrationOutcome.FAILED,
        words="Speed off by 8 %",
        version=row_version(session, "CEN-01"),
    )
    actions.log_calibration(session, "CEN-01", failed, alarm=alarm, by=olga, at=clock())
    with pytest.raises(Refused) as no:
        use(session, "CEN-01", at=clock(), **asked)
    assert rules_of(no) == ["SUP-12", "SUP-13"]
    kept = actions.supplies_of_lot(session, LOT).equipment
    assert [each.calibration_due for each in kept] == [clock().date() + timedelta(days=30)]


def row_version(session: Session, code: str) -> int:
    return actions.find_equipment(session, code).version


@pytest.mark.parametrize(
    ("asked", "quantity", "found"),
    [
        pytest.param({"material_code": "MAT-PBS"}, "1", ["SUP-01"], id="another material"),
        pytest.param({"unit": "L"}, "1", ["SUP-02"], id="another unit"),
        pytest.param({}, "100000.1", ["SUP-06"], id="more than was received"),
        pytest.param({}, "0", ["SUP-07"], id="nothing"),
    ],
)
def test_a_use_is_refused_and_writes_nothing(
    session: Session,
    clock: Clock,
    stock: Stock,
    asked: dict[str, str],
    quantity: str,
    found: list[str],
) -> None:
    with pytest.raises(Refused) as no:
        take(session, stock.lots["MAT-AMEM"], quantity, clock(), **asked)
    assert rules_of(no) == found
    assert no.value.kept
    assert actions.uses_of_material_lot(session, stock.lots["MAT-AMEM"]) == ()


def test_the_last_day_ends_at_midnight_in_the_unit(
    session: Session, clock: Clock, stock: Stock
) -> None:
    number = stock.lots["MAT-AMEM"]
    assert actions.find_material_lot(session, number).expires_on == date(2026, 4, 1)
    # Warsaw is two hours ahead of UTC in April: 21:59 UTC is still the first of April there.
    last, over = (datetime(2026, 4, 1, *time, tzinfo=UTC) for time in ((21, 59), (22, 0)))
    take(session, number, "1", last)
    with pytest.raises(Refused) as no:
        take(session, number, "1", over)
    assert rules_of(no) == ["SUP-05"]
    assert actions.usable_lots(session, "MAT-AMEM", at=over, zone=ZONE) == []
    assert actions.usable_equipment(session, "EQ-BSC", at=last, zone=ZONE) != []
    assert actions.usable_equipment(session, "EQ-BSC", at=over, zone=ZONE) == []


def test_what_is_left_is_exact_and_the_last_of_it_can_be_taken(
    session: Session, clock: Clock, stock: Stock
) -> None:
    number = released_lot(session, "MAT-HEPARIN", at=clock(), days=5, quantity=Decimal("0.3"))
    take(session, number, "0.1", clock())
    take(session, number, "0.1", clock())
    assert actions.left_of(session, actions.find_material_lot(session, number)) == Decimal("0.1")
    take(session, number, "0.1", clock())
    with pytest.raises(Refused) as no:
        take(session, number, "0.0001", clock())
    assert rules_of(no) == ["SUP-06"]
    first = actions.usable_lots(session, "MAT-HEPARIN", at=clock(), zone=ZONE)
    assert [each.number for each in first] == [stock.lots["MAT-HEPARIN"]]


def test_lots_to_pick_come_first_expired_first(
    session: Session, clock: Clock, stock: Stock
) -> None:
    sooner = released_lot(session, "MAT-PBS", at=clock(), days=3)
    received_lot(session, "MAT-PBS", at=clock(), days=1)
    found = actions.usable_lots(session, "MAT-PBS", at=clock(), zone=ZONE)
    assert [each.number for each in found] == [sooner, stock.lots["MAT-PBS"]]


def test_a_recall_names_each_lot_once(session: Session, clock: Clock, stock: Stock) -> None:
    number = stock.lots["MAT-HSA"]
    for lot in ("UNIT1-26-0003", LOT, "UNIT1-26-0003"):
        take(session, number, "1", clock.forward(minutes=1), lot_number=lot)
    assert actions.lots_touched_by(session, number) == ("UNIT1-26-0003", LOT)
    with pytest.raises(NotFound):
        actions.lots_touched_by(session, "UNIT1-M26-99999")


@pytest.mark.site(build=stocked_for_a_year)
def test_two_steps_cannot_both_take_the_last_of_it(database: Database, clock: Clock) -> None:
    with database.writing() as session:
        number = released_lot(session, "MAT-HPL", at=clock(), quantity=Decimal(50))
    outcomes: list[str] = []
    both = threading.Barrier(2)

    def one_step() -> None:
        both.wait()
        try:
            with database.writing() as session:
                take(session, number, "40", clock())
                by = person(session, "olga", "step.perform")
                audit.record(session, by=by, at=clock(), did="step.perform", about=ABOUT)
            outcomes.append("used")
        except Refused as no:
            outcomes.append(no.findings[0].rule)

    steps = [threading.Thread(target=one_step) for _ in range(2)]
    for each in steps:
        each.start()
    for each in steps:
        each.join()
    assert sorted(outcomes) == ["SUP-06", "used"]


@pytest.mark.parametrize(
    ("grade", "found"),
    [
        pytest.param("C", [], id="as clean as asked for"),
        pytest.param(None, [], id="no grade asked for"),
        pytest.param("B", ["SUP-21"], id="not clean enough"),
    ],
)
def test_a_room_is_used(
    session: Session, clock: Clock, stock: Stock, grade: str | None, found: list[str]
) -> None:
    by = person(session, "olga", "step.perform")
    said: list[str] = []
    try:
        actions.use_room(
            session, room="R-102", grade=grade, lot_number=LOT, about=ABOUT, by=by, at=clock()
        )
    except Refused as no:
        said = [each.rule for each in no.findings]
    assert said == found


def test_a_late_entry_is_asked_as_of_the_moment_of_use(
    session: Session, clock: Clock, stock: Stock
) -> None:
    before = clock()
    number = released_lot(session, "MAT-HPL", at=clock.forward(hours=1, seconds=30))
    take(session, number, "1", clock().replace(second=0))
    with pytest.raises(Refused) as no:
        take(session, number, "1", before)
    assert rules_of(no) == ["SUP-08"]
    assert "was released at 2026-03-02 10:00 UTC+01:00, after this use." in str(no.value)


def logged(
    session: Session, clock: Clock, code: str, days_ago: int, *, due_in: int | None
) -> Equipment:
    """Olga logs a calibration done so many days ago, passed until a day, or failed."""
    done_on = clock().date() - timedelta(days=days_ago)
    log = LogCalibration(
        done_on=done_on,
        outcome=CalibrationOutcome.FAILED if due_in is None else CalibrationOutcome.PASSED,
        due_on=None if due_in is None else clock().date() + timedelta(days=due_in),
        words="SOP-12",
        version=row_version(session, code),
    )
    by = person(session, "olga", "supply.maintain")
    return actions.log_calibration(session, code, log, alarm=alarm, by=by, at=clock())


def test_an_old_calibration_logged_late_changes_nothing_done_since(
    session: Session, clock: Clock, stock: Stock
) -> None:
    due = actions.find_equipment(session, "CEN-01").calibration_due
    assert logged(session, clock, "CEN-01", 400, due_in=900).calibration_due == due
    row = logged(session, clock, "CEN-01", 30, due_in=None)
    assert (row.calibration_due, row.in_service) == (due, True)
    row = logged(session, clock, "CEN-01", 0, due_in=None)
    assert (row.calibration_due, row.in_service) == (None, False)
    row = logged(session, clock, "CEN-01", 3, due_in=900)
    assert (row.calibration_due, row.in_service) == (None, False)


def test_a_calibration_of_today_does_not_speak_for_yesterday(
    session: Session, clock: Clock, stock: Stock
) -> None:
    by = person(session, "olga", "step.perform")
    asked = {"kind": None, "lot_number": LOT, "about": ABOUT, "by": by}
    yesterday = clock() - timedelta(days=1)
    with pytest.raises(Refused) as no:
        use(session, "CEN-01", at=yesterday, **asked)
    # It was not on the list either.
    assert rules_of(no) == ["SUP-12", "SUP-13", "SUP-14"]
    used = use(session, "CEN-01", at=clock(), **asked)
    assert used.calibration_due == clock().date() + timedelta(days=30)


@pytest.mark.site(build=stocked_for_a_year)
@pytest.mark.parametrize(
    ("days", "standing", "titles"),
    [
        pytest.param(31, Standing.APPROVED, [], id="in force for more than a month"),
        pytest.param(30, Standing.APPROVED, ["Agreement with Cell Supplies GmbH, Leipzig ends"]),
        pytest.param(-1, Standing.APPROVED, ["Agreement with Cell Supplies GmbH, Leipzig ended"]),
        pytest.param(31, Standing.WITHDRAWN, ["Look again at Human platelet lysate"]),
    ],
)
def test_qa_is_told_of_a_supplier_who_may_no_longer_supply(
    session: Session, clock: Clock, days: int, standing: Standing, titles: list[str]
) -> None:
    quinn, olga = (person(session, each, "account.own") for each in ("quinn", "olga"))
    words = ApproveSupplier(
        code="SUP-CELL",
        name="Cell Supplies GmbH, Leipzig",
        materials=("MAT-HPL",),
        standing=standing,
        agreement_until=clock().date() + timedelta(days=days),
        evidence="Audit report 2026-02",
        signing=signing("quinn"),
    )
    actions.approve_supplier(session, words, by=quinn.doing("supply.decide"), at=clock())
    found = [each.title for each in actions.falling_due(session, quinn, clock())]
    assert len(found) == len(titles)
    assert all(got.startswith(asked) for got, asked in zip(found, titles, strict=True))
    assert actions.falling_due(session, olga, clock()) == []


def test_a_page_shows_the_newest_uses_of_what_is_used_for_years(
    session: Session, clock: Clock, stock: Stock
) -> None:
    by = person(session, "olga", "step.perform")
    for lot in range(52):
        number = f"UNIT1-26-{lot:04d}"
        at = clock.forward(minutes=1)
        where = {"lot_number": number, "about": f"lot/{number}/step/S100/1", "by": by, "at": at}
        use(session, "CEN-01", kind=None, **where)
        actions.use_room(session, room="R-101", grade=None, **where)
    audit.record(session, by=by, at=clock(), did="step.perform", about=ABOUT)
    page = actions.equipment_page(session, "CEN-01", by=by, at=clock())
    assert [each.lot_number for each in page.uses[:2]] == ["UNIT1-26-0051", "UNIT1-26-0050"]
    assert (len(page.uses), page.more_uses) == (50, True)
    room = actions.room_page(session, "R-101")
    assert (room.uses[0].place, len(room.uses), room.more_uses) == ("step S100, 1", 50, True)


# Receipt and decision


def test_a_lot_waits_in_quarantine_until_qa_signs(
    session: Session, clock: Clock, stock: Stock
) -> None:
    number = received_lot(session, "MAT-HPL", at=clock())
    with pytest.raises(Refused) as no:
        take(session, number, "1", clock())
    assert rules_of(no) == ["SUP-03"]
    quinn = person(session, "quinn", "supply.decide")
    release = decision(session, number, MaterialState.RELEASED)
    lot = actions.decide_material(session, number, release, alarm=alarm, by=quinn, at=clock())
    assert lot.state is MaterialState.RELEASED
    signature = signatures_about(session, lot.ref)[0]
    assert (signature.username, signature.meaning) == ("quinn", Meaning.APPROVED)
    assert take(session, number, "1", clock()) is lot


def test_a_rejected_lot_stays_rejected(session: Session, clock: Clock, stock: Stock) -> None:
    quinn, number = person(session, "quinn", "supply.decide"), stock.lots["MAT-HSA"]
    recall = decision(session, number, MaterialState.REJECTED, reason="Recalled by the supplier")
    lot = actions.decide_material(session, number, recall, alarm=alarm, by=quinn, at=clock())
    assert signatures_about(session, lot.ref)[-1].meaning is Meaning.REJECTED
    with pytest.raises(Refused) as no:
        take(session, number, "1", clock())
    assert rules_of(no) == ["SUP-04"]
    again = decision(session, number, MaterialState.RELEASED)
    with pytest.raises(actions.Decided):
        actions.decide_material(session, number, again, alarm=alarm, by=quinn, at=clock())


@pytest.mark.parametrize(
    ("changed", "no"),
    [
        pytest.param({"signing": signing("quinn", "not the password")}, SignatureFailed, id="typo"),
        pytest.param({"version": 7}, OutOfDate, id="somebody was faster"),
    ],
)
def test_a_decision_is_not_taken(
    session: Session, clock: Clock, stock: Stock, changed: dict[str, object], no: type[Exception]
) -> None:
    number = received_lot(session, "MAT-HPL", at=clock())
    release = decision(session, number, MaterialState.RELEASED, **changed)
    with pytest.raises(no):
        actions.decide_material(
            session,
            number,
            release,
            alarm=alarm,
            by=person(session, "quinn", "supply.decide"),
            at=clock(),
        )
    assert actions.find_material_lot(session, number).state is MaterialState.QUARANTINE


def test_who_received_a_lot_does_not_release_it(
    session: Session, clock: Clock, stock: Stock
) -> None:
    number = received_lot(session, "MAT-HPL", at=clock())
    lars = person(session, "lars", "supply.receive")
    with pytest.raises(SamePerson, match="SOD-12"):
        actions.decide_material(
            session,
            number,
            decision(session, number, MaterialState.RELEASED, signing=signing("lars")),
            alarm=alarm,
            by=lars,
            at=clock(),
        )


def test_a_release_needs_certificate_supplier_and_date(
    session: Session, clock: Clock, stock: Stock
) -> None:
    quinn = person(session, "quinn", "supply.decide")
    number = received_lot(session, "MAT-HPL", at=clock(), certificate=None)
    withdrawn = ApproveSupplier(
        code="SUP-CELL",
        name="Cell Supplies GmbH, Leipzig",
        materials=("MAT-HPL",),
        standing=Standing.WITHDRAWN,
        agreement_until=clock().date(),
        evidence="Audit report 2026-02: two critical findings",
        signing=signing("quinn"),
    )
    actions.approve_supplier(session, withdrawn, by=quinn, at=clock())
    release = decision(session, number, MaterialState.RELEASED)
    with pytest.raises(Refused) as no:
        actions.decide_material(session, number, release, alarm=alarm, by=quinn, at=clock())
    assert rules_of(no) == ["SUP-31", "SUP-32"]

    lars = person(session, "lars", "supply.receive")
    paper = AttachCertificate(
        file=SentFile(name="coa.pdf", content=b64encode(CERTIFICATE)), version=1
    )
    actions.attach_certificate(session, number, paper, by=lars, at=clock())
    again = withdrawn.model_copy(update={"standing": Standing.APPROVED})
    actions.approve_supplier(session, again, by=quinn, at=clock())
    release = decision(session, number, MaterialState.RELEASED)
    lot = actions.decide_material(session, number, release, alarm=alarm, by=quinn, at=clock())
    assert lot.certificate_name == "coa.pdf"
    late = paper.model_copy(update={"version": lot.version})
    with pytest.raises(actions.Decided):
        actions.attach_certificate(session, number, late, by=lars, at=clock())


def test_a_certificate_is_a_pdf_or_a_picture(session: Session, clock: Clock, stock: Stock) -> None:
    with pytest.raises(BadInput, match="no PDF"):
        received_lot(session, "MAT-HPL", at=clock(), certificate=b"MZ program")


def test_storage_here_may_end_before_the_expiry_date(session: Session, clock: Clock) -> None:
    stocked(session, clock, days=90)
    quinn = person(session, "quinn", "supply.decide")
    short = NewMaterial(
        code="MAT-THAWED",
        title="Platelet lysate, thawed",
        unit="mL",
        limits="Sterile",
        testing="Certificate only",
        storage="2 to 8 °C",
        storage_days_max=14,
    )
    actions.define_material(session, short, by=quinn, at=clock())
    number = received_lot(session, "MAT-THAWED", at=clock(), days=90)
    lot = actions.find_material_lot(session, number)
    assert (lot.expires_on, lot.usable_until) == (date(2026, 5, 31), date(2026, 3, 16))
    with pytest.raises(BadInput, match="another material"):
        actions.define_material(session, short, by=quinn, at=clock())


# Equipment


def test_equipment_comes_back_only_with_a_passed_calibration(
    session: Session, clock: Clock, stock: Stock
) -> None:
    olga = person(session, "olga", "supply.maintain")
    today = clock().date()

    def log(**given: object) -> None:
        version = row_version(session, "BAL-01")
        log = LogCalibration.model_validate(
            {
                "done_on": today,
                "outcome": "failed",
                "words": "SOP-3, weights set 2",
                "version": version,
                **given,
            }
        )
        actions.log_calibration(session, "BAL-01", log, alarm=alarm, by=olga, at=clock())

    log()
    back = ChangeService(in_service=True, reason="Repaired", version=row_version(session, "BAL-01"))
    actions.change_equipment_service(session, "BAL-01", back, by=olga, at=clock())
    assert actions.usable_equipment(session, "EQ-BAL", at=clock(), zone=ZONE) == []
    log(outcome="passed", due_on=today + timedelta(days=1))
    assert actions.usable_equipment(session, "EQ-BAL", at=clock(), zone=ZONE) != []
    page = actions.equipment_page(session, "BAL-01", by=olga, at=clock())
    assert [each.deed.value for each in page.logbook] == [
        "calibration",
        "back_in_service",
        "calibration",
        "cleaning",
        "calibration",
    ]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        pytest.param(
            {"done_on": date(2026, 3, 3), "due_on": date(2026, 3, 3)}, "done_on", id="done tomorrow"
        ),
        pytest.param({"due_on": date(2026, 3, 1)}, "due_on", id="due before it was done"),
        pytest.param({"due_on": None}, "due_on", id="passed, but until when"),
    ],
)
def test_a_calibration_has_days_that_can_be(
    session: Session, clock: Clock, stock: Stock, given: dict[str, object], field: str
) -> None:
    whole = {"done_on": clock().date(), "due_on": clock().date(), "outcome": "passed"}
    log = LogCalibration.model_validate(
        {**whole, "words": "SOP-3, set 2", "version": row_version(session, "BAL-01"), **given}
    )
    with pytest.raises(BadInput) as no:
        actions.log_calibration(
            session,
            "BAL-01",
            log,
            alarm=alarm,
            by=person(session, "olga", "supply.maintain"),
            at=clock(),
        )
    assert [each.field for each in no.value.errors] == [field]


def test_a_stale_logbook_page_is_refused(session: Session, clock: Clock, stock: Stock) -> None:
    olga, today = person(session, "olga", "supply.maintain"), clock().date()
    log = LogCleaning(
        done_on=today, due_on=today, words="70 % IPA", version=row_version(session, "BSC-01")
    )
    actions.log_cleaning(session, "BSC-01", log, by=olga, at=clock())
    with pytest.raises(OutOfDate):
        actions.log_cleaning(session, "BSC-01", log, by=olga, at=clock())


# What waits


@pytest.mark.parametrize(
    ("days", "titles"),
    [
        pytest.param(0, [], id="all is far off"),
        pytest.param(15, [], id="calibration due in fifteen days"),
        pytest.param(16, ["Calibration of BSC-01 is due soon"], id="in fourteen"),
        pytest.param(30, ["Calibration of BSC-01 is due soon"], id="today"),
        pytest.param(31, ["Calibration of BSC-01 is over"], id="yesterday"),
    ],
)
def test_what_falls_due_waits_for_olga(
    session: Session, clock: Clock, stock: Stock, days: int, titles: list[str]
) -> None:
    olga = person(session, "olga")
    tasks = actions.falling_due(session, olga, clock.forward(days=days))
    assert [each.title for each in tasks if each.title.startswith("Calibration of BSC")] == titles


def test_a_lot_in_quarantine_waits_for_qa_and_only_for_qa(
    session: Session, clock: Clock, stock: Stock
) -> None:
    number = received_lot(session, "MAT-HPL", at=clock())

    def waits(who: str) -> list[str]:
        return [each.href for each in actions.waiting(session, person(session, who))]

    assert waits("quinn") == [f"/supplies/materials/{number}"]
    assert waits("lars") == []
