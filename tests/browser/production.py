"""Production through the browser: Olga starts and performs, Oskar checks, Olga endorses."""

from collections.abc import Callable

from app.expansion.book import Place
from app.lot.lots import find_lot
from tests.browser.accessibility import too_wide
from tests.browser.conftest import TABLET, TELEPHONE
from tests.browser.intake import DONATION
from tests.browser.serving import Site
from tests.browser.visitor import Boxes, Visitor
from tests.journeys.production import form_for, next_place, waited
from tests.journeys.production_forms import boxes as step_boxes

People = Callable[[str], Visitor]


def lot_started(people: People, product: str, patient: str | None) -> str:
    """Olga starts a lot of the accepted donation; its number."""
    sent = {"donations.0.donation": DONATION, "donations.0.quantity": "62.5"}
    if patient:
        sent["patient_code"] = patient
    return _started(people, product, sent)


def lot_started_from(people: People, product: str, *containers: str) -> str:
    """Olga starts a lot of a bank, scanning the containers she takes; the lot's number."""
    return _started(people, product, {"containers": "\n".join(containers)})


def _started(people: People, product: str, sent: Boxes) -> str:
    olga = people("olga")
    olga.does(f"/lots/new/{product}", sent, "Start the lot")
    olga.sees("is started.")
    return olga.page.url.split("/lots/")[1].split("/")[0]


def next_step(site: Site, number: str, **changed: object) -> tuple[Place, str, Boxes]:
    """What is done next, the path of its form, and what is typed in it on a good day."""
    with site.unit() as unit:
        lot = find_lot(unit.session, number)
        book = unit.book(lot)
        place = next_place(book)
        waited(unit, book, place)
        form = form_for(unit, lot, place, book=book, **changed)
    return place, f"/lots/{number}/steps/{place.step.code}", step_boxes(place.step, form)


def step_performed(site: Site, people: People, number: str) -> None:
    """Olga performs the next step; Oskar checks it where it is asked."""
    place, path, boxes = next_step(site, number)
    fits_a_telephone(people("olga"), path)
    people("olga").does(path, boxes, f"Enter {place.step.code}")
    if place.step.second_person:
        site.clock.forward(minutes=2)
        oskar = people("oskar")
        oskar.does(f"{path}/{place.occurrence}/check", {}, "Sign the check", signed=True)


def fits_a_telephone(visitor: Visitor, path: str) -> None:
    """No box of a step stands out of the side of a telephone."""
    visitor.page.set_viewport_size(TELEPHONE)
    visitor.opens(path)
    assert too_wide(visitor.page) == 0, f"{path} is wider than a telephone"
    visitor.page.set_viewport_size(TABLET)


def produced(site: Site, people: People, number: str) -> None:
    """Every step, and the endorsement of the whole."""
    while True:
        with site.unit() as unit:
            if unit.book(find_lot(unit.session, number)).is_complete():
                break
        step_performed(site, people, number)
    site.clock.forward(minutes=30)
    olga = people("olga")
    olga.does(f"/lots/{number}/endorse", {}, "Endorse production", signed=True)
    olga.sees("In testing")
