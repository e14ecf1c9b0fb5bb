"""A unit that can work, before the first page is opened: stocked, its masters approved, trained."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.supplies.models import Equipment, MaterialLot, Room
from tests.conftest import Clock
from tests.journeys.intake import approved_product
from tests.journeys.production import CREW, trained, working_unit
from tests.journeys.supplies import Stock

PRODUCTS = ("UC-WCB", "UC-MSC-CRYO", "BM-MSC-AUTO")


def ready(session: Session, clock: Clock) -> None:
    """Everything is in store, every starter product approved, Olga and Oskar trained on each."""
    unit = working_unit(session, clock)
    for product in PRODUCTS:
        approved_product(session, clock, product)
        for username in CREW:
            trained(unit, username, f"MBR-{product}")
    clock.forward(hours=1)


def stock_of(session: Session) -> Stock:
    """What is in store at a site that was made ready."""
    lots = session.scalars(select(MaterialLot).order_by(MaterialLot.id.desc()))
    equipment = session.scalars(select(Equipment))
    rooms = session.scalars(select(Room))
    return Stock(
        lots={each.material.code: each.number for each in lots},
        equipment={each.kind: each.code for each in equipment},
        rooms={each.grade.value: each.code for each in rooms},
    )
