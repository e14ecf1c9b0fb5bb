"""Production as people do it: every step performed, checked, corrected, and the whole endorsed.

Olga performs, Oskar checks where the master asks, Olga endorses, with the clock going on as it
would. Everything goes through the actions; no row is written here.
"""

from decimal import Decimal
from typing import Any

from app.demo.cast import person, signing
from app.demo.production_values import VESSELS, values_for
from app.demo.starting import WorkingUnit
from app.expansion import actions
from app.expansion.book import Book, Place
from app.expansion.models import StepCheck, StepRow
from app.lot.lots import containers_of
from app.lot.models import Lot
from schemas.expansion import CheckStep, CorrectStep, Endorse, PerformStep
from schemas.lot import ContainerState
from schemas.master_step import Step
from schemas.step import StepKind


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
    """Correct an entry: the same, but for what changed: its values, its time, what it used."""
    words = unit.book(lot).at(step, occurrence)
    assert words is not None, f"{step} has not been entered"
    beside = {name: changed.pop(name) for name in CorrectStep.model_fields if name in changed}
    correction = CorrectStep.model_validate(
        {
            "entry": words.entry,
            "values": {**words.values.plain(), **changed},
            "performed_at": words.performed_at,
            "reason": reason,
            **beside,
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
