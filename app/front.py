"""The front door: one number, scanned from any label or typed, and the page that it names."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.delivery.actions.finding import find_container, find_order, find_patient, find_shipment
from app.delivery.actions.record import find_lot_seen
from app.errors import NotFound
from app.intake.actions import find_donation, find_donor
from app.lot.deviations import find_deviation
from app.lot.lots import find_lot
from app.people.actor import Actor
from app.people.sessions import allowed
from app.quality_control.actions.investigations import find_investigation
from app.quality_control.quality import find_result, find_sample
from app.supplies.actions.finding import find_equipment, find_material_lot, find_room
from app.web.pages import go_to
from app.web.routing import Addresses
from app.web.unit import Look

pages = Addresses()

Finder = Callable[[Session, str, Actor], object]


@dataclass(frozen=True)
class Door:
    """A kind of number: who may look, how it is looked for, and the page it leads to."""

    deed: str
    find: Finder
    path: str


def _by_anyone(find: Callable[[Session, str], object]) -> Finder:
    """What everyone with the deed finds, wherever they work."""
    return lambda session, number, _: find(session, number)


def _as_seen(find: Callable[..., object]) -> Finder:
    """What a treating site finds only where it is its own."""
    return lambda session, number, by: find(session, number, by=by)


DOORS = (
    Door("lot.read", _by_anyone(find_lot), "/lots/{}"),
    Door("delivery.read", _as_seen(find_lot_seen), "/delivery/lots/{}"),
    Door("delivery.read", _as_seen(find_container), "/delivery/containers/{}"),
    Door("lot.read", _by_anyone(find_sample), "/quality/samples/{}"),
    Door("lot.read", _by_anyone(find_result), "/quality/results/{}"),
    Door("lot.read", _by_anyone(find_deviation), "/quality/deviations/{}"),
    Door("lot.read", _by_anyone(find_investigation), "/quality/investigations/{}"),
    Door("delivery.read", _as_seen(find_order), "/delivery/orders/{}"),
    Door("delivery.read", _as_seen(find_shipment), "/delivery/shipments/{}"),
    Door("delivery.read", _as_seen(find_patient), "/delivery/patients/{}"),
    Door("intake.read", _by_anyone(find_donor), "/intake/donors/{}"),
    Door("intake.read", _by_anyone(find_donation), "/intake/donations/{}"),
    Door("supply.read", _by_anyone(find_material_lot), "/supplies/materials/{}"),
    Door("supply.read", _by_anyone(find_equipment), "/supplies/equipment/{}"),
    Door("supply.read", _by_anyone(find_room), "/supplies/rooms/{}"),
)
"""Every kind of number that stands on a label or a page, in the order they are asked."""


def page_for(session: Session, number: str, *, by: Actor) -> str:
    """The page of what has this number, among what this person may look at.

    Raises:
        NotFound: nothing has it, or nothing that this person may know of.
    """
    wanted = "".join(each for each in number if each.isprintable() and not each.isspace()).upper()
    for door in DOORS:
        if by.may(door.deed) and _is_behind(door, session, wanted, by):
            return door.path.format(quote(wanted, safe=""))
    raise NotFound(
        f"Nothing you may look at has the number “{number[:60]}”. Compare it with the label, "
        "character by character, or scan it again."
    )


def _is_behind(door: Door, session: Session, number: str, by: Actor) -> bool:
    try:
        door.find(session, number, by)
    except NotFound:
        return False
    return True


Number = Annotated[str, Query(title="Number", max_length=120)]


@pages.get("/find")
def find(by: Annotated[Actor, allowed("account.own")], session: Look, number: Number) -> Response:
    """Go to the page of a number."""
    return go_to(page_for(session, number, by=by))
