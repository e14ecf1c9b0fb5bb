"""A site on a busy day: of every kind of page one with something on it, and who would open it."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.intake.models import PatientCode
from app.lot.deviations import open_deviation
from app.lot.models import Lot
from app.masters import actions as masters
from app.masters.starters import starter_texts
from app.people import actions as people
from app.trail import audit
from schemas.document import DocumentText
from schemas.lot import NewDeviation
from schemas.origin import DonationUse, Tissue
from schemas.people import NewToken
from schemas.release import Act
from schemas.specification import Gate
from tests.conftest import Clock, person
from tests.journeys import delivery
from tests.journeys.intake import (
    entered_results,
    received,
    registered_donation,
    verified_results,
)
from tests.journeys.production import (
    WorkingUnit,
    lot_at,
    performed,
    started,
    through,
    working_unit,
)
from tests.journeys.release import certified, reviewed
from tests.journeys.supplies import received_lot
from tests.journeys.testing import entered_results as laboratory_results
from tests.journeys.testing import lot_through_testing, received_samples

FROZEN, FRESH = "UC-MSC-CRYO", "BM-MSC-AUTO"
CHILD = {"weight_kg": 17, "containers": 1}
"""A patient whose dose is one vial."""


def busy(session: Session, clock: Clock) -> None:
    """Fill a database that holds the cast."""
    unit = working_unit(session, clock)
    frozen = lot_at(session, clock, FROZEN, unit=unit)
    lot_through_testing(session, clock, frozen.number)
    reviewed(session, clock, frozen)
    certified(session, clock, frozen, Act.FINAL)
    _shipments(session, clock, frozen)
    given = lot_at(session, clock, FRESH, unit=unit)
    lot_through_testing(session, clock, given.number, gates=(Gate.PRE,))
    reviewed(session, clock, given)
    certified(session, clock, given, Act.CONDITIONAL)
    delivery.delivered(session, clock, given, shipper="BOX-02")
    lot_through_testing(session, clock, given.number, {"STERILITY": "fails"})
    tested = lot_at(session, clock, FRESH, unit=unit)
    received_samples(session, clock, tested.number)
    laboratory_results(session, clock, tested.number, gates=(Gate.PRE,))
    _half_made(session, clock, unit)
    _arrivals(session, clock)


def _shipments(session: Session, clock: Clock, lot: Lot) -> None:
    """One ordered, one packed, one stopped, one on the way, one at the treating site."""
    delivery.ordered(session, clock, lot, **CHILD)
    delivery.packed(delivery.ordered(session, clock, lot, **CHILD))
    delivery.taken_to(delivery.ordered(session, clock, lot, **CHILD), delivery.handed_over)
    delivery.taken_to(delivery.ordered(session, clock, lot, **CHILD), delivery.received)
    stopped = delivery.packed(delivery.ordered(session, clock, lot, **CHILD))
    assert not delivery.checked(stopped, patient_code=_another_patient(session, stopped)).done


def _another_patient(session: Session, journey: delivery.Delivery) -> str:
    codes = session.scalars(select(PatientCode.code))
    return next(each for each in codes if each != journey.order.patient_code)


def _half_made(session: Session, clock: Clock, unit: WorkingUnit) -> None:
    lot = through(unit, started(unit, FRESH), until="S140")
    performed(unit, lot, check=False)
    spilled = NewDeviation(
        title="Medium spilled",
        description="A bottle of medium fell at the bench; nothing touched the cells.",
    )
    by = person(session, "olga", "deviation.open")
    open_deviation(session, lot.number, spilled, by=by, at=clock())


def _arrivals(session: Session, clock: Clock) -> None:
    """A cord to be decided, marrow whose results wait, material in quarantine, a draft, a token."""
    cord = registered_donation(session, clock)
    verified_results(session, clock, cord)
    received(session, clock, cord)
    marrow = registered_donation(session, clock, DonationUse.AUTOLOGOUS, Tissue.BONE_MARROW)
    entered_results(session, clock, marrow)
    received_lot(session, "MAT-HPL", at=clock())
    olga = person(session, "olga", "master.import")
    drafts = (each for each in starter_texts().values() if "BM-MSC-DIR" in each)
    for text in drafts:
        form = DocumentText(text=text, change="First version, from the starter library")
        masters.import_document(session, form, by=olga, at=clock())
    new = NewToken(label="Balance 2", expires_on=clock().date() + timedelta(days=90))
    by = person(session, "olga", "account.own")
    people.make_token(session, new, by=by, at=clock(), record=audit.record)
