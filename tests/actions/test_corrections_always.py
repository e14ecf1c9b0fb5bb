"""Whatever is corrected, in whatever order: nothing is lost, nothing is made, all of it is told."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import RecordError
from app.lot.lots import containers_of
from app.lot.models import Lot
from app.supplies import actions as supplies
from app.supplies.models import MaterialLot, MaterialUse
from schemas.lot import ContainerState
from tests.actions.test_corrections import MEDIUM, bank_with_vials, lot_with_medium
from tests.conftest import ENGINES, Clock, Shelf
from tests.journeys.production import WorkingUnit, corrected, performed
from tests.journeys.supplies import released_lot, stock_of

amounts = st.sampled_from(["440", "439", "3520", "9000", "9000.5", "17601"])
lines = st.lists(st.tuples(st.integers(0, 3), amounts), max_size=3)
"""Lots of the medium by their place, and how much of each was said to be used."""
FEW = settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def medium(session: Session, clock: Clock) -> None:
    """A lot with its medium, and three more lots of that medium: one of them all but empty."""
    lot_with_medium(session, clock)
    at = session.scalars(select(Lot)).one().started_at
    for quantity in ("9000", "9000", "10"):
        released_lot(session, MEDIUM, at=at, quantity=Decimal(quantity))


def sampled(session: Session, clock: Clock) -> None:
    """A bank lot of which vials were just taken as a sample."""
    bank_with_vials(session, clock)
    unit = WorkingUnit(session, clock, stock_of(session))
    performed(unit, session.scalars(select(Lot)).one())


def correct(database: Database, clock: Clock, step: str, **changed: Any) -> None:
    """One correction in a transaction of its own; a refused one leaves nothing behind."""
    try:
        with database.writing() as session:
            unit = WorkingUnit(session, clock, stock_of(session))
            corrected(unit, session.scalars(select(Lot)).one(), step, **changed)
    except RecordError:
        return


@pytest.mark.parametrize("engine", ENGINES)
@FEW
@given(st.lists(lines, min_size=1, max_size=4))
def test_what_is_left_and_what_was_used_is_what_was_received(
    shelf: Shelf, engine: str, said: list[list[tuple[int, str]]]
) -> None:
    with shelf.lent(engine, medium) as (database, clock):
        with database.reading() as session:
            lots = session.scalars(select(MaterialLot)).all()
            numbers = [each.number for each in lots if each.material.code == MEDIUM]
            unit = WorkingUnit(session, clock, stock_of(session))
            words = unit.book(session.scalars(select(Lot)).one()).at("S100", 1)
            assert words is not None
            others = [each.plain() for each in words.materials if each.code != MEDIUM]
        for each in said:
            used = [{"code": MEDIUM, "lot": numbers[at], "quantity": much} for at, much in each]
            correct(database, clock, "S100", materials=[*used, *others])
        with database.reading() as session:
            the_books_agree(session, WorkingUnit(session, clock, stock_of(session)))


def the_books_agree(session: Session, unit: WorkingUnit) -> None:
    lot = session.scalars(select(Lot)).one()
    standing: Counter[tuple[str, Decimal]] = Counter()
    for each in session.scalars(select(MaterialLot)):
        uses = supplies.uses_of_material_lot(session, each.number)
        used = sum((use.quantity for use in uses if use.taken_back is None), Decimal(0))
        left = supplies.left_of(session, each)
        assert left + used == each.received
        assert left >= 0
        assert each.used_up == (left == 0)
        standing.update(
            (use.number, use.quantity)
            for use in uses
            if use.taken_back is None and use.about == f"{lot.ref}/step/S100/1"
        )
    words = unit.book(lot).at("S100", 1)
    assert words is not None
    assert standing == Counter((each.lot, each.quantity) for each in words.materials)
    back = session.scalars(select(MaterialUse).where(MaterialUse.takes_back_id.is_not(None))).all()
    assert len({each.takes_back_id for each in back}) == len(back)


@pytest.mark.parametrize("engine", ENGINES)
@FEW
@given(st.lists(st.lists(st.integers(0, 7), max_size=4), min_size=1, max_size=4))
def test_as_many_vials_leave_the_store_as_were_taken(
    shelf: Shelf, engine: str, said: list[list[int]]
) -> None:
    with shelf.lent(engine, sampled) as (database, clock):
        with database.reading() as session:
            before = [
                each.number for each in containers_of(session, session.scalars(select(Lot)).one())
            ]
        for each in said:
            correct(database, clock, "S370", containers=[before[at] for at in each])
        with database.reading() as session:
            unit = WorkingUnit(session, clock, stock_of(session))
            lot = session.scalars(select(Lot)).one()
            entry = unit.book(lot).at("S370", 1)
            assert entry is not None
            gone = {
                each.number
                for each in containers_of(session, lot)
                if each.state is not ContainerState.IN_STORE
            }
            assert gone == set(entry.containers)
            assert [each.number for each in containers_of(session, lot)] == before
