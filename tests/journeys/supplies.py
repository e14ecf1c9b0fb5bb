"""A stocked unit, as the demo site stocks it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.supplies import *  # noqa: F403 - the same words, under the name the journeys know
from app.demo.supplies import Stock, stocked
from app.supplies.models import Equipment, MaterialLot, Room
from tests.shelf import Clock


def stock_of(session: Session) -> Stock:
    """What is in store: nothing, or what `stocked` put there."""
    first: dict[str, str] = {}
    for lot in session.scalars(select(MaterialLot).order_by(MaterialLot.id)):
        first.setdefault(lot.material.code, lot.number)
    equipment = session.scalars(select(Equipment))
    rooms = session.scalars(select(Room))
    return Stock(
        lots=first,
        equipment={each.kind: each.code for each in equipment},
        rooms={each.grade.value: each.code for each in rooms},
    )


def stocked_for_a_year(session: Session, clock: Clock) -> None:
    """Everything in store, and good until next March."""
    stocked(session, clock)


def stocked_for_two_months(session: Session, clock: Clock) -> None:
    """Everything in store, and good until May."""
    stocked(session, clock, days=60)


def stocked_for_a_month(session: Session, clock: Clock) -> None:
    """Everything in store, and good until April."""
    stocked(session, clock, days=30)
