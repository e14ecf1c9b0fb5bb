"""Production as people do it: a lot of each starter product, from its start to its endorsement.

`lot_at(session, clock, "BM-MSC-AUTO", Stage.IN_TESTING)` gives a lot that was really made: every
step performed by Olga, checked by Oskar where the master asks, endorsed by Olga, with the clock
going on as it would. `working_unit`, `started`, `performed`, `through` and `endorsed` serve where
a journey leaves the straight way. Everything goes through the actions; no row is written here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.expansion import actions
from app.expansion.book import Book, Place
from app.expansion.cases import MEDIA_FILL
from app.expansion.gathering import book_of
from app.expansion.models import StepCheck, StepRow
from app.intake.actions import find_donation
from app.lot.lots import containers_of, find_lot, move
from app.lot.models import Lot
from app.masters.frozen import bundle_of
from app.people import actions as people
from app.trail import audit
from schemas.expansion import CheckStep, CorrectStep, Endorse, PerformStep, StartLot
from schemas.lot import ContainerState, Stage
from schemas.master_step import Step
from schemas.origin import DonationUse, Tissue
from schemas.people import NewTraining
from schemas.step import StepKind
from tests.conftest import Clock, person, signing
from tests.journeys.intake import accepted_donation, approved_product
from tests.journeys.production_values import VESSELS, values_for
from tests.journeys.supplies import Stock, stocked

Certify = Callable[[Session, Clock, Lot], None]

DONATIONS = {
    "UC-WCB": (DonationUse.ALLOGENEIC, Tissue.UMBILICAL_CORD),
    "BM-MSC-AUTO": (DonationUse.AUTOLOGOUS, Tissue.BONE_MARROW),
    "BM-MSC-DIR": (DonationUse.DIRECTED_ALLOGENEIC, Tissue.BONE_MARROW),
}
BANK_OF = {"UC-MSC-CRYO": "UC-WCB"}
CREW = ("olga", "oskar")


@dataclass(frozen=True)
class WorkingUnit:
    """A unit that can work: stocked, with a trained crew. Its clock is the test's."""

    session: Session
    clock: Clock
    stock: Stock

    def lot(self, number: str) -> Lot:
        return find_lot(self.session, number)

    def book(self, lot: Lot) -> Book:
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
        trained(unit, username, f"MBR-{product_code}")
    by = person(unit.session, "olga", "lot.start")
    lot = actions.start_lot(unit.session, form, by=by, at=unit.clock())
    unit.clock.forward(minutes=30)
    return lot


def next_place(book: Book) -> Place:
    """What is done next on the straight way: repeated as often as the master asks at least."""
    places = book.open_places()
    owed = {each.code for each in book.owed()}
    return next((each for each in places if each.step.code in owed), places[-1])


def form_for(
    unit: WorkingUnit, lot: Lot, place: Place, *, book: Book | None = None, **changed: Any
) -> PerformStep:
    """What Olga enters at this step on a good day; `changed` replaces values of the step."""
    book, step = book or unit.book(lot), place.step
    values = values_for(unit.session, lot, book, step, unit.clock())
    values.update(changed)
    return PerformStep.model_validate(
        {
            "occurrence": place.occurrence,
            "values": {"kind": step.kind, **values},
            "materials": _materials(unit, lot, step, values),
            "equipment": [
                {"kind": kind, "equipment": unit.stock.equipment[kind]} for kind in step.equipment
            ],
            "room": unit.stock.rooms.get(step.room_grade.value, unit.stock.rooms["B"]),
            "containers": _taken(unit, lot, step, values),
        }
    )


def _materials(
    unit: WorkingUnit, lot: Lot, step: Step, values: dict[str, Any]
) -> list[dict[str, Any]]:
    vessel = VESSELS.get(lot.product_code, {}).get(step.code)
    found = []
    for need in step.materials:
        quantity = need.minimum * 8 if step.kind is StepKind.MEASURE else need.minimum
        if step.kind is StepKind.FILL:
            quantity = Decimal(values["containers_filled"]) + (4 if "LABEL" in need.code else 0)
        if vessel is not None:
            quantity = Decimal(vessel[0]) if need.code == vessel[2] else Decimal(0)
        quantity = min(quantity, need.maximum or quantity)
        if quantity:
            lot_number = unit.stock.lots[need.code]
            found.append({"code": need.code, "lot": lot_number, "quantity": quantity})
    return found


def _taken(unit: WorkingUnit, lot: Lot, step: Step, values: dict[str, Any]) -> tuple[str, ...]:
    if step.kind is not StepKind.SAMPLE:
        return ()
    rows = containers_of(unit.session, lot)
    in_store = [each.number for each in rows if each.state is ContainerState.IN_STORE]
    # Not the first and not the last that were filled.
    return tuple(in_store[1 : 1 + values["containers"]])


def waited(unit: WorkingUnit, book: Book, place: Place) -> None:
    """Let the time pass that this step waits for: growth, filling, freezing, holding."""
    after = book.current[-1].kind if book.current else None
    growing = after in {StepKind.SEED, StepKind.FEED}
    if place.step.kind is StepKind.FEED:
        unit.clock.forward(days=3 if place.occurrence == 1 else 4)
    elif place.step.kind is StepKind.HARVEST:
        p0 = place.phase.passage == 0
        unit.clock.forward(days=4 if p0 else 2)
    elif place.step.kind is StepKind.SAMPLE and growing:
        unit.clock.forward(days=1)
    elif place.step.kind is StepKind.HOLD:
        unit.clock.forward(hours=4)
    else:
        minutes = {StepKind.SAMPLE: 5, StepKind.FILL: 20, StepKind.FREEZE: 75}
        unit.clock.forward(minutes=minutes.get(place.step.kind, 25))


def performed(
    unit: WorkingUnit, lot: Lot, *, by: str = "olga", check: bool = True, **changed: Any
) -> StepRow:
    """Perform the next step, and have Oskar check it where the master asks."""
    book = unit.book(lot)
    place = next_place(book)
    waited(unit, book, place)
    form = form_for(unit, lot, place, book=book, **changed)
    row = actions.perform_step(
        unit.session,
        lot.number,
        place.step.code,
        form,
        by=person(unit.session, by, "step.perform"),
        at=unit.clock(),
    )
    if check and place.step.second_person:
        checked(unit, row)
    return row


def checked(unit: WorkingUnit, row: StepRow, *, by: str = "oskar") -> StepCheck:
    """Oskar looks at an entry and signs."""
    unit.clock.forward(minutes=2)
    check = CheckStep(entry=row.number, signing=signing(by))
    return actions.check_step(
        unit.session,
        row.lot.number,
        row.step,
        row.occurrence,
        check,
        by=person(unit.session, by, "step.check"),
        at=unit.clock(),
    )


def corrected(
    unit: WorkingUnit,
    lot: Lot,
    step: str,
    occurrence: int = 1,
    *,
    by: str = "olga",
    reason: str = "Written down wrongly; the counter's print-out says so",
    **changed: Any,
) -> StepRow:
    """Correct an entry: the same values, but for what changed."""
    words = unit.book(lot).at(step, occurrence)
    assert words is not None, f"{step} has not been entered"
    correction = CorrectStep.model_validate(
        {
            "entry": words.entry,
            "values": {**words.values.plain(), **changed},
            "performed_at": words.performed_at,
            "reason": reason,
        }
    )
    return actions.correct_step(
        unit.session,
        lot.number,
        step,
        occurrence,
        correction,
        by=person(unit.session, by, "step.correct"),
        at=unit.clock(),
    )


def through(unit: WorkingUnit, lot: Lot, until: str | None = None) -> Lot:
    """Perform every step, up to and not including `until`."""
    while not (book := unit.book(lot)).is_complete():
        if next_place(book).step.code == until:
            break
        performed(unit, lot)
    return lot


def endorsed(unit: WorkingUnit, lot: Lot, *, by: str = "olga") -> Lot:
    """Olga endorses the whole of the production."""
    unit.clock.forward(minutes=30)
    shown = actions.endorsement_words(unit.session, lot).digest()
    return actions.endorse(
        unit.session,
        lot.number,
        Endorse(shown=shown, signing=signing(by)),
        by=person(unit.session, by, "production.endorse"),
        at=unit.clock(),
    )


def moved_to_certified(session: Session, clock: Clock, lot: Lot) -> None:
    """A bank lot certified in one move, where a test is not about its testing and release."""
    move(lot, Stage.CERTIFIED)
    by = person(session, "petra", "lot.certify")
    audit.record(session, by=by, at=clock(), did="lot.certify", about=lot.ref)


def bank_for(unit: WorkingUnit, product_code: str, certify: Certify = moved_to_certified) -> Lot:
    """A certified bank lot that this product starts from."""
    bank = started(unit, BANK_OF[product_code])
    endorsed(unit, through(unit, bank))
    certify(unit.session, unit.clock, bank)
    unit.clock.forward(days=1)
    return bank


def lot_at(
    session: Session,
    clock: Clock,
    product_code: str,
    stage: Stage = Stage.IN_TESTING,
    *,
    unit: WorkingUnit | None = None,
    certify: Certify = moved_to_certified,
) -> Lot:
    """A lot of a starter product, just started or with its production endorsed.

    A product that starts from a bank gets its bank lot made first, certified by `certify`.
    """
    unit = unit or working_unit(session, clock)
    bank = bank_for(unit, product_code, certify) if product_code in BANK_OF else None
    lot = started(unit, product_code, bank)
    if stage is Stage.IN_TESTING:
        endorsed(unit, through(unit, lot))
    assert lot.stage is stage, f"production leads to {lot.stage}, not to {stage}"
    assert bundle_of(session, lot).product.code == product_code
    return lot
