"""A unit that can work, and a lot that is started in it: stores, a trained crew, accepted cells."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from app.demo.cast import Clock, person
from app.demo.intake import accepted_donation, approved_product
from app.demo.supplies import Stock, stocked
from app.expansion import actions
from app.expansion.book import Book
from app.expansion.cases import MEDIA_FILL
from app.expansion.gathering import book_of
from app.intake.actions import find_donation
from app.lot.lots import containers_of, find_lot
from app.lot.models import Lot
from app.people import actions as people
from app.trail import audit
from schemas.expansion import StartLot
from schemas.lot import ContainerState
from schemas.origin import DonationUse, Tissue
from schemas.people import NewTraining

DONATIONS = {
    "UC-WCB": (DonationUse.ALLOGENEIC, Tissue.UMBILICAL_CORD),
    "BM-MSC-AUTO": (DonationUse.AUTOLOGOUS, Tissue.BONE_MARROW),
    "BM-MSC-DIR": (DonationUse.DIRECTED_ALLOGENEIC, Tissue.BONE_MARROW),
}
CREW = ("olga", "oskar")


@dataclass(frozen=True)
class WorkingUnit:
    """A unit that can work: stocked, with a trained crew. Its clock is the story's."""

    session: Session
    clock: Clock
    stock: Stock

    def lot(self, number: str) -> Lot:
        """A lot by its number."""
        return find_lot(self.session, number)

    def book(self, lot: Lot) -> Book:
        """The lot's entries as they stand now."""
        return book_of(self.session, lot)


def working_unit(session: Session, clock: Clock) -> WorkingUnit:
    """Everything in store, Olga and Oskar with a media fill; trained when a lot is started."""
    unit = WorkingUnit(session, clock, stocked(session, clock))
    for username in CREW:
        trained(unit, username, MEDIA_FILL, "1")
    return unit


def trained(
    unit: WorkingUnit, username: str, code: str, version: str = "1", *, days: int = 180
) -> None:
    """Quinn records a training, from yesterday on."""
    today = unit.clock().date()
    new = NewTraining(
        username=username,
        document_code=code,
        document_version=version,
        trained_on=today - timedelta(days=1),
        valid_until=today + timedelta(days=days),
        evidence="Training file, page 12",
    )
    by = person(unit.session, "quinn", "training.record")
    people.record_training(unit.session, new, by=by, at=unit.clock(), record=audit.record)


def start_form(unit: WorkingUnit, product_code: str, bank: Lot | None = None) -> StartLot:
    """What Olga enters to start a lot, its donation accepted before."""
    approved_product(unit.session, unit.clock, product_code)
    if bank is not None:
        numbers = [
            each.number
            for each in containers_of(unit.session, bank)
            if each.state is ContainerState.IN_STORE
        ]
        return StartLot(product_code=product_code, master_version=1, containers=tuple(numbers[-2:]))
    use, tissue = DONATIONS[product_code]
    code = accepted_donation(unit.session, unit.clock, use, tissue)
    return StartLot.model_validate(
        {
            "product_code": product_code,
            "master_version": 1,
            "donations": [{"donation": code, "quantity": "62.5"}],
            "patient_code": find_donation(unit.session, code).patient_code,
        }
    )


def started(unit: WorkingUnit, product_code: str, bank: Lot | None = None) -> Lot:
    """A lot that Olga has just started, its crew trained on its master."""
    form = start_form(unit, product_code, bank)
    for username in CREW:
        if not _was_trained(unit, username, form):
            trained(unit, username, f"MBR-{product_code}")
    by = person(unit.session, "olga", "lot.start")
    lot = actions.start_lot(unit.session, form, by=by, at=unit.clock())
    unit.clock.forward(minutes=30)
    return lot


def _was_trained(unit: WorkingUnit, username: str, form: StartLot) -> bool:
    account = people.account_named(unit.session, username)
    code, version = f"MBR-{form.product_code}", str(form.master_version)
    on = unit.clock().date()
    return people.training_of(unit.session, account.id, code, version, on=on) is not None
