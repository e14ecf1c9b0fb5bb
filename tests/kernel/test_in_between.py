"""What comes in between a lock and what is read under it, on PostgreSQL."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import timedelta
from time import sleep
from typing import TypeVar

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import NotFound
from app.lot.lots import find_lot
from app.quality_control.actions.results import correct_result
from app.quality_control.on_record import on_record_with_equipment
from app.supplies.actions.at_use import Use, each_at_use
from app.supplies.models import Equipment
from schemas.lot import Stage
from schemas.result import CorrectResult
from tests.actions.laboratory import lot_with_samples, microscope
from tests.conftest import Clock, Shelf, person
from tests.journeys.production import moved_to_certified
from tests.journeys.testing import entered, received_samples
from tests.rules.criteria import READING

WAITS = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
T = TypeVar("T")
GOOD = {"kind": "counts", "counts": [{"live": 190, "dead": 10}]}
BAD = {"kind": "counts", "counts": [{"live": 100, "dead": 100}]}


@pytest.fixture
def postgres(shelf: Shelf) -> Iterator[tuple[Database, Clock]]:
    with shelf.lent("postgresql") as lent:
        yield lent


def once_answered(database: Database, words: str, happens: Callable[[], object]) -> None:
    """Let something happen once, when the first question with these words was answered."""
    left = [happens]

    def answered(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if words in statement and left:
            left.pop()()

    event.listen(database.engine, "after_cursor_execute", answered)


def written(database: Database, build: Callable[[Session], object]) -> Callable[[], None]:
    """Somebody else, who saves."""
    other = Database(database.url)

    def happens() -> None:
        with other.writing() as session:
            build(session)
        other.close()

    return happens


def while_it_waits(
    database: Database, held: Callable[[Session], object], asks: Callable[[], T]
) -> T:
    """What somebody is told who had to wait for a deed of somebody else, which is saved then."""
    with closing(Database(database.url)) as other, ThreadPoolExecutor(max_workers=1) as thread:
        with other.writing() as session:
            held(session)
            told = thread.submit(asks)
            while not session.scalar(WAITS) and not told.done():
                sleep(0.01)
            assert not told.done(), "it did not wait"
        return told.result()


def holds(session: Session, code: str) -> None:
    found = select(Equipment.id).where(Equipment.code == code)
    session.scalars(found.with_for_update()).one()


def test_equipment_registered_in_between_is_not_there_yet(
    postgres: tuple[Database, Clock],
) -> None:
    """It was not locked; who looks a moment later finds it."""
    database, clock = postgres
    with database.writing() as session:
        microscope(session, clock)
    use = Use.of(["MIC-01", "MIC-02"], at=clock() + timedelta(minutes=5), zone="Europe/Warsaw")

    def found() -> list[bool]:
        with database.writing() as session:
            return [each is not None for each in each_at_use(session, [use])[0]]

    def registers(session: Session) -> None:
        holds(session, "MIC-01")
        microscope(session, clock, "MIC-02")

    assert while_it_waits(database, registers, found) == [True, False]
    assert found() == [True, True]


def test_a_sample_taken_in_between_is_not_there_yet(postgres: tuple[Database, Clock]) -> None:
    """Its lot was not locked; who looks a moment later finds it."""
    database, clock = postgres
    with database.writing() as session:
        microscope(session, clock, "MIC-09")
    use = Use.of(["MIC-09"], at=clock() + timedelta(minutes=5), zone="Europe/Warsaw")

    def found() -> bool:
        with database.writing() as session, suppress(NotFound):
            on_record_with_equipment(session, "UNIT1-26-0001-S01", ["VIABILITY"], [use])
            return True
        return False

    def takes(session: Session) -> None:
        holds(session, "MIC-09")
        lot_with_samples(session, clock)

    assert while_it_waits(database, takes, found) is False
    assert found()


def test_a_correction_that_waited_for_the_certification_knows_of_it(
    postgres: tuple[Database, Clock],
) -> None:
    """It was asked before the lot was certified, and fails after: the lot is held (R-ATMP-26)."""
    database, clock = postgres
    with database.writing() as session:
        laboratory = lot_with_samples(session, clock)
        number = laboratory.lot.number
        received_samples(session, clock, number)
        entered(session, clock, laboratory.samples["UC-BULK"], {"VIABILITY": GOOD})
    form = CorrectResult(
        reading=READING.validate_python(BAD),
        tested_at=clock(),
        raw_reference="Notebook QC-7, page 12",
        reason="Live and dead were exchanged",
        revision=1,
    )

    def certified(session: Session) -> None:
        moved_to_certified(session, clock, find_lot(session, number))

    with database.writing() as session:
        anton = person(session, "anton", "result.correct")
        once_answered(database, "FROM result", written(database, certified))
        correct_result(session, f"{number}-R01", form, by=anton, at=clock())
    with database.reading() as session:
        lot = find_lot(session, number)
        assert (lot.stage, lot.held) == (Stage.CERTIFIED, True)
