"""Delivery: what is refused, what is stopped and kept, what is set aside, who is told."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.delivery.actions import ending, finding, orders, packing, setting_aside, stops, waiting
from app.delivery.actions import temperatures as readings
from app.delivery.actions.genealogy import genealogy_of
from app.delivery.actions.record import contacts_of, delivery_of, find_lot_seen
from app.delivery.models import ContainerEvent
from app.errors import (
    BadInput,
    Forbidden,
    NotFound,
    OutOfDate,
    Refused,
    SamePerson,
    SignatureFailed,
)
from app.lot import alarm
from app.lot.deviations import deviations_of
from app.lot.journey import NoSuchMove
from app.lot.lots import find_lot, hold_lot
from app.lot.models import Lot
from app.supplies import actions as supplies
from app.trail.models import AuditEntry
from schemas.delivery import EventKind, OrderState, StopCause
from schemas.delivery_forms import (
    AcknowledgeNotice,
    CancelOrder,
    Destroy,
    DisposeContainer,
    Disposition,
    RecordTemperatures,
    Return,
    Unpack,
)
from schemas.genealogy import Branch, NodeKind
from schemas.lot import ContainerState, HoldLot, Stage
from schemas.release import Act
from schemas.supply import MaterialState
from schemas.supply_forms import DecideMaterial
from tests.conftest import Clock, person, signing
from tests.journeys import delivery as step
from tests.journeys import intake
from tests.journeys.certified import CertifiedSite, certified_lots, certified_site, lots_of
from tests.journeys.delivery import Delivery, ordered, packed, taken_to
from tests.journeys.intake import new_patient

pytestmark = pytest.mark.site(build=certified_lots)


@pytest.fixture
def site(session: Session) -> CertifiedSite:
    return certified_site(session)


@pytest.fixture
def fresh(session: Session, site: CertifiedSite) -> Lot:
    """The autologous lot, fresh."""
    return lots_of(session, site)[0]


@pytest.fixture
def frozen(session: Session, site: CertifiedSite) -> Lot:
    """The allogeneic lot, frozen."""
    return lots_of(session, site)[1]


def rules(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [each.rule for each in refused.value.findings]


def recall(session: Session, clock: Clock, lot: Lot) -> None:
    """Petra recalls a lot."""
    from tests.journeys.release import stopped

    stopped(session, clock, lot, Act.RECALL)


def hold(session: Session, clock: Clock, lot: Lot, reason: str = "Growth on day 9") -> None:
    """Quinn holds a lot."""
    form = HoldLot(reason=reason, version=lot.version)
    hold_lot(session, lot.number, form, by=person(session, "quinn", "lot.hold"), at=clock())


# The straight way


def test_from_order_to_administration(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = step.delivered(session, clock, fresh)
    record = delivery_of(session, fresh)
    kinds = [each.kind for each in record.events]
    assert kinds == [
        EventKind.PACKED,
        EventKind.CHECKED,
        EventKind.HANDED_OVER,
        EventKind.RECEIVED,
        EventKind.PREPARED,
        EventKind.ADMINISTERED,
    ]
    assert record.orders[0].state is OrderState.COMPLETE
    assert [each.treating_site for each in record.orders] == ["HOSP1"]
    patient, number = delivery.order.patient_code, record.events[0].container
    donation, *_, material = genealogy_of(session, fresh.number).upstream
    donor = donation.branches[0].node
    assert (donor.kind, material.node.kind) == (NodeKind.DONOR, NodeKind.MATERIAL)
    for ref in (donor.number, material.node.ref, patient, number):
        assert [each.patient_code for each in genealogy_of(session, ref).patients] == [patient]
    hold(session, clock, fresh)
    sita = person(session, "sita", "delivery.acknowledge")
    for who in ("lars", "quinn", "sita"):
        assert [each.urgent for each in waiting.waiting(session, person(session, who))] == [True]
    form = AcknowledgeNotice(measures="Patient called in", signing=signing("sita"))
    stops.acknowledge(session, number, form, by=sita, at=clock())
    assert delivery_of(session, fresh).notices[0].acknowledged_by == "Sita Rao"


def test_custody_has_no_gap(session: Session, clock: Clock, frozen: Lot) -> None:
    taken_to(ordered(session, clock, frozen), step.administered)
    by_container: dict[str, list[tuple[str, str]]] = {}
    for each in delivery_of(session, frozen).events:
        by_container.setdefault(each.container, []).append((each.from_holder, each.to_holder))
    assert len(by_container) == 4
    for hands in by_container.values():
        assert [end for _, end in hands[:-1]] == [start for start, _ in hands[1:]]
        assert hands[-1][1].startswith("Patient COI-")


def test_who_signed_what_is_in_the_record(session: Session, clock: Clock, fresh: Lot) -> None:
    step.delivered(session, clock, fresh)
    record = delivery_of(session, fresh)
    signed = [(each.kind.value, who.name) for each in record.events for who in each.signatures]
    assert signed == [
        ("checked", "Oskar Wit"),
        ("received", "Sita Rao"),
        ("administered", "Sita Rao"),
    ]
    assert record.orders[0].signatures[0].meaning.value == "requested"


def test_the_dose_counts_what_was_left(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.prepared)
    step.administered(delivery, given_ml=Decimal(24), left_ml=Decimal(6))
    (event,) = [each for each in delivery_of(session, fresh).events if "dose_cells" in each.words]
    cells = delivery.containers()[0].viable_cells
    assert Decimal(event.words["dose_cells"]) == (cells * Decimal("0.8")).quantize(Decimal(1))


def test_the_papers_say_what_the_label_must(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = packed(ordered(session, clock, fresh))
    assert delivery.shipment is not None
    papers = packing.papers_of(delivery.shipment)
    assert papers.for_one_patient == "For autologous use only."
    assert papers.patient_code == fresh.patient_coi
    assert papers.donations == ("PL0014990000000000002",)
    assert (papers.instruction_version, papers.maximum_minutes) == (1, 90)
    assert papers.expires_at is not None
    (donor,) = papers.donors
    assert donor.laboratories == ("Central virology, authorised to test donors",)
    assert "HBsAg, sample of 2026-03-31: non-reactive" in donor.tests
    assert [each.split(" (")[0] for each in donor.determinations] == ["EU", "US"]


# Orders


def test_a_patient_new_to_us_gets_a_code(session: Session, clock: Clock, frozen: Lot) -> None:
    first, second = ordered(session, clock, frozen), ordered(session, clock, frozen)
    assert first.order.patient_code != second.order.patient_code
    assert first.order.patient_code.startswith("COI-")
    again = ordered(session, clock, frozen, patient_code=first.order.patient_code)
    assert again.order.patient_code == first.order.patient_code
    assert again.order.number == "UNIT1-O26-0003"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        pytest.param({"patient_code": None}, "patient_code", id="autologous needs its patient"),
        pytest.param({"planned_at": timedelta(minutes=-1)}, "planned_at", id="planned in the past"),
        pytest.param({"product_code": "UC-WCB"}, "product_code", id="a bank is not for patients"),
        pytest.param({"lot_number": "UNIT1-26-0002"}, "lot_number", id="a lot of another product"),
        pytest.param({"lot_number": "UNIT1-26-0099"}, "lot_number", id="no such lot"),
    ],
)
def test_an_order_that_cannot_be(
    session: Session, clock: Clock, fresh: Lot, changed: dict[str, Any], field: str
) -> None:
    if "planned_at" in changed:
        changed = {"planned_at": clock() + changed["planned_at"]}
    with pytest.raises(BadInput) as wrong:
        ordered(session, clock, fresh, **changed)
    assert [each.field for each in wrong.value.errors] == [field]


def test_another_sites_patient_is_not_known(session: Session, clock: Clock, fresh: Lot) -> None:
    with pytest.raises(BadInput, match="None of your patients"):
        ordered(session, clock, fresh, site="tomas")


def test_another_sites_patients_lot_is_not_known(
    session: Session, clock: Clock, fresh: Lot
) -> None:
    own = new_patient(session, clock, "HOSP2")
    with pytest.raises(BadInput, match="There is no lot"):
        ordered(session, clock, fresh, site="tomas", patient_code=own, lot_number=fresh.number)


def test_an_order_is_withdrawn_before_anything_is_packed(
    session: Session, clock: Clock, fresh: Lot
) -> None:
    delivery = ordered(session, clock, fresh)
    sita = person(session, "sita", "delivery.request")
    form = CancelOrder(reason="The patient is not well enough", version=delivery.order.version)
    orders.cancel_order(session, delivery.order.number, form, by=sita, at=clock())
    with pytest.raises(OutOfDate):
        orders.cancel_order(session, delivery.order.number, form, by=sita, at=clock())
    with pytest.raises(Refused) as no:
        packed(delivery)
    assert {"DLV-12", "DLV-24"} <= set(rules(no))


def test_an_order_under_way_is_not_withdrawn(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = packed(ordered(session, clock, fresh))
    sita = person(session, "sita", "delivery.request")
    form = CancelOrder(reason="The patient is not well enough", version=delivery.order.version)
    with pytest.raises(orders.NotWithdrawn):
        orders.cancel_order(session, delivery.order.number, form, by=sita, at=clock())


# Packing


def test_a_lot_that_is_not_certified_is_not_packed(
    session: Session, clock: Clock, fresh: Lot
) -> None:
    delivery = ordered(session, clock, fresh)
    fresh.stage = Stage.IN_TESTING
    with pytest.raises(Refused) as no:
        packed(delivery)
    assert rules(no) == ["DLV-01"]


def test_another_patients_cells_are_not_packed(session: Session, clock: Clock, fresh: Lot) -> None:
    other = new_patient(session, clock)
    delivery = ordered(session, clock, fresh, patient_code=other)
    with pytest.raises(Refused) as no:
        packed(delivery)
    assert rules(no) == ["DLV-06"]


def test_what_expires_on_the_way_is_not_packed(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = ordered(session, clock, fresh)
    expires_at = packing.containers_for(session, delivery.order)[0].expires_at
    assert expires_at is not None
    with pytest.raises(Refused) as no:
        packed(delivery, estimated_arrival_at=expires_at)
    assert rules(no) == ["DLV-05"]
    packed(delivery, estimated_arrival_at=expires_at - timedelta(minutes=1))


def test_a_bank_vial_is_never_sent(
    session: Session, clock: Clock, frozen: Lot, site: CertifiedSite
) -> None:
    delivery = ordered(session, clock, frozen, containers=1)
    vial = step.in_store(session, find_lot(session, site.bank), 1)[0]
    with pytest.raises(Refused) as no:
        packed(delivery, scans=[{"container": vial}])
    assert {"DLV-07", "DLV-08"} <= set(rules(no))


def test_a_shipper_nobody_qualified_is_refused(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = ordered(session, clock, fresh)
    with pytest.raises(Refused) as no:
        packed(delivery, shipper_code="BOX-9")
    assert rules(no) == ["DLV-20"]


def test_a_lapsed_shipper_is_refused_until_it_is_qualified_again(
    session: Session, clock: Clock, fresh: Lot
) -> None:
    delivery = ordered(session, clock, fresh)
    yesterday = clock().date() - timedelta(days=1)
    step.qualified_shipper(session, clock, delivery.product, valid_until=yesterday)
    with pytest.raises(Refused) as no:
        packed(delivery)
    assert rules(no) == ["DLV-20"]
    step.qualified_shipper(session, clock, delivery.product)
    packed(delivery)


def test_a_misread_number_is_read_again(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = ordered(session, clock, fresh)
    with pytest.raises(BadInput, match="No container has the number"):
        packed(delivery, scans=[{"container": "UNIT1-26-0003-999"}])


def test_what_was_put_back_may_be_packed_again(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = packed(ordered(session, clock, fresh))
    number = delivery.containers()[0].number
    lars = person(session, "lars", "delivery.pack")
    packing.unpack(session, number, Unpack(reason="Courier does not come"), by=lars, at=clock())
    assert packed(delivery).number.endswith("-S2")


# Two identifiers


@pytest.mark.parametrize("doing", [step.checked, step.handed_over, step.received, step.prepared])
def test_another_patients_code_stops_everything(
    session: Session, clock: Clock, fresh: Lot, doing: Any
) -> None:
    delivery = ordered(session, clock, fresh)
    before = step.STEPS.index(doing)
    delivery = packed(delivery) if before == 0 else taken_to(delivery, step.STEPS[before - 1])
    state = delivery.containers()[0].state
    outcome = doing(delivery, patient_code=new_patient(session, clock))
    assert (outcome.done, [each.rule for each in outcome.findings]) == (False, ["DLV-30"])
    assert fresh.held
    (container,) = delivery.containers()
    assert container.state is state
    (deviation,) = deviations_of(session, fresh)[-1:]
    assert (deviation.number, deviation.critical) == (outcome.deviations[0], True)
    assert "Incident" in deviation.title
    kept = select(AuditEntry).where(AuditEntry.did == "delivery.stop")
    assert container.ref in [each.about for each in session.scalars(kept)]
    with pytest.raises(Refused) as no:
        taken_to_next(delivery, doing)
    assert {"DLV-02", "DLV-09"} <= set(rules(no))


def taken_to_next(delivery: Delivery, doing: Any) -> None:
    """Do the step again, rightly; what arrives may be received, and is not prepared."""
    assert doing(delivery).done
    step.logged(delivery)
    step.prepared(delivery)


def test_another_containers_number_stops_everything(
    session: Session, clock: Clock, frozen: Lot
) -> None:
    delivery = packed(ordered(session, clock, frozen))
    scans = delivery.scans()
    scans[-1] = {"container": step.in_store(session, frozen, 1)[0]}
    outcome = step.checked(delivery, scans=scans)
    assert (outcome.done, {each.rule for each in outcome.findings}) == (False, {"DLV-31"})
    assert all(setting_aside.why_set_aside(session, each) for each in delivery.containers())


def test_another_seal_stops_everything(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.checked)
    outcome = step.handed_over(delivery, seal="S-4712")
    assert (outcome.done, [each.rule for each in outcome.findings]) == (False, ["DLV-32"])


def test_who_packed_does_not_check(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = packed(ordered(session, clock, fresh))
    with pytest.raises(SamePerson, match="SOD-13"):
        step.checked(delivery, by="lars")


def test_nothing_leaves_before_it_was_checked(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = packed(ordered(session, clock, fresh))
    with pytest.raises(Refused) as no:
        step.handed_over(delivery)
    assert rules(no) == ["DLV-10"]


def test_what_was_recalled_meanwhile_does_not_leave(
    session: Session, clock: Clock, fresh: Lot
) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.checked)
    recall(session, clock, fresh)
    with pytest.raises(Refused) as no:
        step.handed_over(delivery)
    assert rules(no) == ["DLV-01", "DLV-02"]


def test_a_wrong_password_receives_nothing(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.logged)
    with pytest.raises(SignatureFailed):
        step.received(delivery, signing=signing("sita", "not hers at all"))


def test_custody_passes_from_courier_to_courier(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.handed_over)
    step.handed_over(delivery, taken_by="Bahnkurier, Eva Lis")
    step.logged(delivery)
    assert step.received(delivery, handed_over_by="Bahnkurier, Eva Lis").findings == ()


# Temperature and receipt


def test_an_excursion_sets_aside_and_qa_decides(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.handed_over)
    step.logged(delivery, Decimal(5), Decimal("9.5"), Decimal(6))
    outcome = step.received(delivery)
    assert (outcome.done, [each.rule for each in outcome.findings]) == (True, ["DLV-33"])
    assert "60 min" in outcome.findings[0].says
    with pytest.raises(Refused) as no:
        step.prepared(delivery)
    assert rules(no) == ["DLV-09"]
    (row,) = setting_aside.undecided(session)
    quinn = person(session, "quinn", "delivery.decide")
    plain = {"disposition": Disposition.USABLE, "reason": "Within the stability study"}
    without = DisposeContainer(**plain, signing=signing("quinn"))
    with pytest.raises(BadInput, match="without data"):
        setting_aside.dispose(session, row.id, without, by=quinn, at=clock())
    form = DisposeContainer(**plain, stability_data="Report ST-7", signing=signing("quinn"))
    setting_aside.dispose(session, row.id, form, by=quinn, at=clock())
    with pytest.raises(OutOfDate):
        setting_aside.dispose(session, row.id, form, by=quinn, at=clock())
    assert step.prepared(delivery).done


def test_what_qa_refused_is_never_used(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.handed_over)
    step.logged(delivery, Decimal(20))
    step.received(delivery)
    (row,) = setting_aside.undecided(session)
    form = DisposeContainer(
        disposition=Disposition.NOT_USABLE, reason="No data at 20 °C", signing=signing("quinn")
    )
    quinn = person(session, "quinn", "delivery.decide")
    setting_aside.dispose(session, row.id, form, by=quinn, at=clock())
    with pytest.raises(Refused) as no:
        step.prepared(delivery)
    assert rules(no) == ["DLV-09"]


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        pytest.param({"intact": False}, "DLV-35", id="damaged"),
        pytest.param({"handed_over_by": "Somebody else"}, "DLV-36", id="a gap in custody"),
        pytest.param({"temperature_c": Decimal(20)}, "DLV-33", id="warm on arrival"),
    ],
)
def test_what_arrives_in_doubt_is_set_aside(
    session: Session, clock: Clock, fresh: Lot, changed: dict[str, Any], found: str
) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.logged)
    outcome = step.received(delivery, **changed)
    assert [each.rule for each in outcome.findings] == [found]
    assert delivery.containers()[0].state is ContainerState.AT_SITE
    assert setting_aside.undecided(session)


def test_a_journey_nobody_measured_is_set_aside(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.handed_over)
    assert [each.rule for each in step.received(delivery).findings] == ["DLV-34"]


def csv_log(clock: Clock, *lines: str) -> RecordTemperatures:
    from base64 import b64encode

    content = "\n".join(lines).encode()
    file = {"name": "log.csv", "content": b64encode(content)}
    return RecordTemperatures.model_validate({"file": file})


def test_a_loggers_file_is_read_kept_and_judged_late(
    session: Session, clock: Clock, fresh: Lot
) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.received)
    local = (clock() - timedelta(minutes=30)).astimezone(__import__("zoneinfo").ZoneInfo("UTC"))
    form = csv_log(clock, "time,celsius", f"{local.isoformat()},11.5")
    by = person(session, "lars", "delivery.temperature")
    outcome = readings.record_temperatures(session, delivery.number, form, by=by, at=clock())
    assert [each.rule for each in outcome.findings] == ["DLV-33"]
    (kept,) = [log.file for log in delivery_of(session, fresh).shipments[0].logs if log.file]
    assert kept is not None
    assert kept.name == "log.csv"
    assert setting_aside.undecided(session)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        pytest.param(["time,c", "yesterday,5"], "Line 2", id="no time"),
        pytest.param(["2026-04-23T14:00,warm"], "Line 1", id="no temperature"),
        pytest.param([""], "Enter a reading", id="nothing in it"),
        pytest.param(["2036-04-23T14:00;5,1"], "ahead", id="a moment ahead"),
    ],
)
def test_a_file_that_cannot_be_read(
    session: Session, clock: Clock, fresh: Lot, lines: list[str], says: str
) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.handed_over)
    by = person(session, "lars", "delivery.temperature")
    with pytest.raises(BadInput, match=says):
        readings.record_temperatures(
            session, delivery.number, csv_log(clock, *lines, " "), by=by, at=clock()
        )


# At the bedside


def test_too_long_after_thawing_is_a_deviation(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.prepared)
    outcome = step.administered(delivery, minutes=81)
    assert [each.rule for each in outcome.findings] == ["DLV-37"]
    assert len(outcome.deviations) == 1


def test_in_time_after_thawing_is_none(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.prepared)
    outcome = step.administered(delivery, minutes=80)
    assert (outcome.findings, outcome.deviations) == ((), ())


def test_an_adverse_reaction_reaches_qa(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.prepared)
    step.administered(delivery, adverse_reaction="Fever of 39 °C after 20 minutes")
    assert deviations_of(session, fresh)[-1].title == "Adverse reaction reported"


def test_what_expired_is_not_given(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.received)
    expires_at = delivery.containers()[0].expires_at
    assert expires_at is not None
    clock.now = expires_at - timedelta(minutes=30)
    with pytest.raises(Refused) as no:
        step.prepared(delivery)
    assert rules(no) == ["DLV-04"]


def test_what_expired_after_thawing_is_not_given(
    session: Session, clock: Clock, fresh: Lot
) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.received)
    expires_at = delivery.containers()[0].expires_at
    assert expires_at is not None
    clock.now = expires_at - timedelta(minutes=31)
    assert step.prepared(delivery).done
    with pytest.raises(Refused) as no:
        step.administered(delivery)
    assert rules(no) == ["DLV-04"]


def test_what_was_given_all_the_same_is_on_record(
    session: Session, clock: Clock, fresh: Lot
) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.prepared)
    hold(session, clock, fresh)
    with pytest.raises(Refused) as no:
        step.administered(delivery)
    assert rules(no) == ["DLV-02"]
    outcome = step.administered(delivery, given_all_the_same="Infusion began before the call")
    assert outcome.done
    assert deviations_of(session, fresh)[-1].critical
    assert delivery.containers()[0].state is ContainerState.ADMINISTERED


def test_nothing_is_given_that_nobody_thawed(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.received)
    with pytest.raises(Refused) as no:
        step.administered(delivery)
    assert rules(no) == ["DLV-11"]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"patient_identified": False}, id="the patient was not identified"),
        pytest.param({"given_ml": Decimal(0)}, id="nothing was given"),
    ],
)
def test_an_administration_is_complete(
    session: Session, clock: Clock, fresh: Lot, changed: dict[str, Any]
) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.prepared)
    with pytest.raises(BadInput):
        step.administered(delivery, **changed)


# Back, and the end


def returned(session: Session, clock: Clock, delivery: Delivery) -> str:
    number = delivery.containers()[0].number
    form = Return(reason="The patient died", taken_by="Kurier Krew", returned_at=clock())
    by = person(session, "sita", "delivery.return")
    ending.return_container(session, number, form, by=by, at=clock())
    return number


def test_what_came_back_is_given_to_nobody(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.received)
    number = returned(session, clock, delivery)
    again = ordered(session, clock, fresh)
    with pytest.raises(Refused) as no:
        packed(again, scans=[{"container": number}])
    assert rules(no) == ["DLV-03"]


def destruction(clock: Clock, who: str, witness: str | None, **changed: Any) -> Destroy:
    plain = {
        "reason": "Returned, cannot be used",
        "how": "Incinerated as biological waste",
        "destroyed_ml": Decimal(30),
        "destroyed_at": clock(),
        "signing": signing(who),
        "witness": {"username": witness, "password": signing(who).password},
    }
    return Destroy.model_validate(plain | changed)


def test_a_witness_signs_the_destruction(session: Session, clock: Clock, fresh: Lot) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.received)
    number = returned(session, clock, delivery)
    by = person(session, "lars", "delivery.destroy")
    ending.destroy_container(
        session, number, destruction(clock, "lars", "oskar"), by=by, at=clock()
    )
    last = delivery_of(session, fresh).events[-1]
    assert last.kind is EventKind.DESTROYED
    assert [each.name for each in last.signatures] == ["Lars Dahl", "Oskar Wit"]
    with pytest.raises(NoSuchMove):
        ending.destroy_container(
            session, number, destruction(clock, "lars", "oskar"), by=by, at=clock()
        )


@pytest.mark.parametrize(
    ("witness", "no"),
    [
        pytest.param("lars", SamePerson, id="oneself is no witness"),
        pytest.param(None, BadInput, id="nobody is no witness"),
        pytest.param("ada", Forbidden, id="the auditor only reads"),
    ],
)
def test_who_is_no_witness(
    session: Session, clock: Clock, fresh: Lot, witness: str | None, no: type[Exception]
) -> None:
    by = person(session, "lars", "delivery.destroy")
    number = step.in_store(session, fresh, 1)[0]
    with pytest.raises(no):
        ending.destroy_container(
            session, number, destruction(clock, "lars", witness), by=by, at=clock()
        )


def test_a_volume_that_is_missing_is_a_deviation(
    session: Session, clock: Clock, fresh: Lot
) -> None:
    by = person(session, "lars", "delivery.destroy")
    number = step.in_store(session, fresh, 1)[0]
    form = destruction(clock, "lars", "oskar", destroyed_ml=Decimal(1))
    ending.destroy_container(session, number, form, by=by, at=clock())
    assert "not accounted for" in deviations_of(session, fresh)[-1].title


# Recall


@pytest.mark.parametrize(
    ("last", "says"),
    [
        pytest.param(step.handed_over, "Set it aside when it arrives", id="on the way"),
        pytest.param(step.received, "Do not use it", id="at the site"),
        pytest.param(step.administered, "follow the patient up", id="given"),
    ],
)
def test_a_recall_finds_every_container_at_once(
    session: Session, clock: Clock, fresh: Lot, last: Any, says: str
) -> None:
    delivery = taken_to(ordered(session, clock, fresh), last)
    number = delivery.containers()[0].number
    assert stops.notices(session) == ()
    recall(session, clock, fresh)
    for who in ("lars", "quinn", "sita"):
        urgent = [each for each in waiting.waiting(session, person(session, who)) if each.urgent]
        assert [each.href for each in urgent] == [f"/delivery/notices/{number}"]
    assert list(waiting.waiting(session, person(session, "tomas"))) == []
    (notice,) = stops.notices(session, person(session, "sita"))
    assert says in notice.says
    assert (notice.cause, notice.acknowledged_at) == (StopCause.RECALLED, None)


def test_a_site_acknowledges_and_a_new_fact_asks_again(
    session: Session, clock: Clock, fresh: Lot
) -> None:
    delivery = step.delivered(session, clock, fresh)
    number = delivery.containers()[0].number
    hold(session, clock, fresh)
    form = AcknowledgeNotice(measures="Patient called in, cultures taken", signing=signing("sita"))
    sita = person(session, "sita", "delivery.acknowledge")
    read = stops.acknowledge(session, number, form, by=sita, at=clock())
    assert read.acknowledged_by == "Sita Rao"
    assert not [each for each in waiting.waiting(session, sita) if each.urgent]
    recall(session, clock, fresh)
    assert stops.find_notice(session, number, by=sita).acknowledged_at is None
    tomas = person(session, "tomas", "delivery.acknowledge")
    with pytest.raises(NotFound):
        stops.acknowledge(session, number, form, by=tomas, at=clock())


def test_a_recalled_lot_may_arrive_and_is_not_used(
    session: Session, clock: Clock, fresh: Lot
) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.logged)
    recall(session, clock, fresh)
    assert step.received(delivery).done
    with pytest.raises(Refused) as no:
        step.prepared(delivery)
    assert rules(no) == ["DLV-01", "DLV-02"]


def test_a_material_rejected_after_use_stops_what_is_at_the_hospital(
    session: Session, clock: Clock, fresh: Lot
) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.received)
    used = next(
        each for each in supplies.supplies_of_lot(session, fresh.number).materials if each.critical
    )
    rejection = DecideMaterial(
        state=MaterialState.REJECTED,
        reason="Recalled by the supplier: endotoxin",
        version=supplies.find_material_lot(session, used.number).version,
        signing=signing("quinn"),
    )
    quinn = person(session, "quinn", "supply.decide")
    supplies.decide_material(session, used.number, rejection, alarm=alarm, by=quinn, at=clock())
    (notice,) = stops.notices(session, person(session, "sita"))
    assert notice.container == delivery.containers()[0].number
    assert f"Material lot {used.number} was rejected after use" in notice.says
    with pytest.raises(Refused):
        step.prepared(delivery)


def test_a_reactive_result_of_the_donor_stops_what_is_at_the_hospital(
    session: Session, clock: Clock, frozen: Lot
) -> None:
    """Through the bank, before and after a second person has verified the report."""
    delivery = taken_to(ordered(session, clock, frozen), step.received)
    (donation,) = packing.papers_of(delivery.shipment).donations  # type: ignore[arg-type]
    report = intake.entered_results(session, clock, donation, {"hcv_nat": "reactive"})
    notices = stops.notices(session, person(session, "sita"))
    assert [each.container for each in notices] == [each.number for each in delivery.containers()]
    assert all("Entered and not verified yet: EU: HCV NAT" in each.says for each in notices)
    with pytest.raises(Refused):
        step.prepared(delivery)
    intake.verified(session, clock, report)
    assert [each.rule for each in deviations_of(session, frozen)] == ["ACC-04"]


# A site sees its own


def test_another_site_finds_nothing(session: Session, clock: Clock, frozen: Lot) -> None:
    delivery = taken_to(ordered(session, clock, frozen), step.received)
    tomas = person(session, "tomas", "delivery.read")
    number = delivery.containers()[0].number
    assert waiting.worklist(session, by=tomas) == ()
    for look in (
        lambda: finding.find_order(session, delivery.order.number, by=tomas),
        lambda: finding.order_for_change(session, delivery.order.number, by=tomas),
        lambda: finding.find_shipment(session, delivery.number, by=tomas),
        lambda: finding.find_container(session, number, by=tomas),
        lambda: finding.find_patient(session, delivery.order.patient_code, by=tomas),
        lambda: find_lot_seen(session, frozen.number, by=tomas),
    ):
        with pytest.raises(NotFound):
            look()


def test_each_site_reads_only_its_own_contacts(session: Session, clock: Clock, frozen: Lot) -> None:
    step.delivered(session, clock, frozen)
    step.delivered(session, clock, frozen, site="tomas")
    sita, lars = person(session, "sita"), person(session, "lars")
    assert {each.treating_site for each in contacts_of(session, frozen, by=sita)} == {"HOSP1"}
    assert {each.treating_site for each in contacts_of(session, frozen, by=lars)} == {
        "HOSP1",
        "HOSP2",
    }


# Genealogy


def everything(branches: tuple[Branch, ...]) -> list[tuple[NodeKind, str]]:
    return [
        found
        for each in branches
        for found in [(each.node.kind, each.node.number), *everything(each.branches)]
    ]


def test_a_donor_of_a_bank_leads_to_every_patient(
    session: Session, clock: Clock, frozen: Lot, site: CertifiedSite
) -> None:
    first = step.delivered(session, clock, frozen)
    second = taken_to(ordered(session, clock, frozen, site="tomas"), step.handed_over)
    patients = {first.order.patient_code, second.order.patient_code}
    material = genealogy_of(session, frozen.number).upstream[-1].node
    assert material.kind is NodeKind.MATERIAL
    for ref in ("D-2026-0001", "donation/PL0014990000000000001", site.bank, material.ref):
        found = genealogy_of(session, ref)
        assert patients <= {each.patient_code for each in found.patients}, ref
        assert frozen.number in found.lots
        assert patients <= {
            number for kind, number in everything(found.downstream) if kind is NodeKind.PATIENT
        }


def test_a_patient_leads_back_to_the_donor(
    session: Session, clock: Clock, frozen: Lot, site: CertifiedSite
) -> None:
    delivery = step.delivered(session, clock, frozen)
    for ref in (delivery.order.patient_code, delivery.containers()[0].ref):
        found = everything(genealogy_of(session, ref).upstream)
        for expected in (
            (NodeKind.LOT, frozen.number),
            (NodeKind.LOT, site.bank),
            (NodeKind.DONATION, "PL0014990000000000001"),
            (NodeKind.DONOR, "D-2026-0001"),
        ):
            assert expected in found, ref


def test_a_bank_vial_leads_to_the_lot_it_started(
    session: Session, frozen: Lot, site: CertifiedSite
) -> None:
    vials = [branch.note for branch in genealogy_of(session, frozen.number).upstream if branch.note]
    number = vials[0].removeprefix("container ").split(",")[0]
    found = genealogy_of(session, number)
    assert found.lots == (frozen.number,)
    assert {each.node.number for each in found.upstream} == {site.bank}


def test_a_number_of_nothing_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="Nothing here has the number"):
        genealogy_of(session, "lot/UNIT1-99-0001")


# The database


@pytest.mark.parametrize(
    "table",
    ["container_event", "shipment", "notice_acknowledgement", "container_set_aside"],
)
def test_what_happened_cannot_be_changed_by_hand(
    session: Session, clock: Clock, fresh: Lot, table: str
) -> None:
    delivery = taken_to(ordered(session, clock, fresh), step.handed_over)
    step.received(delivery)
    hold(session, clock, fresh)
    number = delivery.containers()[0].number
    form = AcknowledgeNotice(measures="Set aside in the fridge", signing=signing("sita"))
    sita = person(session, "sita", "delivery.acknowledge")
    stops.acknowledge(session, number, form, by=sita, at=clock())
    assert session.scalars(select(ContainerEvent)).first() is not None
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text(f"UPDATE {table} SET id = id + 1000"))
