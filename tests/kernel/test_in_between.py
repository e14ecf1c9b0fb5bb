"""What comes in between a lock and what is read under it, on PostgreSQL."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import NotFound
from app.lot.lots import find_lot
from app.quality_control.actions.results import correct_result
from app.quality_control.on_record import on_record_of_sample
from app.supplies.actions.at_use import each_at_use
from schemas.lot import Stage
from schemas.result import CorrectResult
from tests.actions.laboratory import lot_with_samples, microscope
from tests.conftest import Clock, Shelf, person
from tests.journeys.production import moved_to_certified
from tests.journeys.testing import entered, received_samples
from tests.rules.criteria import READING

LOCKING = " FOR "
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


def test_equipment_registered_in_between_is_locked_as_well(
    postgres: tuple[Database, Clock],
) -> None:
    database, clock = postgres
    with database.writing() as session:
        microscope(session, clock)
    once_answered(database, LOCKING, written(database, lambda it: microscope(it, clock, "MIC-02")))
    at = clock() + timedelta(minutes=5)
    with database.writing() as session:
        found = each_at_use(session, ["MIC-01", "MIC-02"], at=at, zone="Europe/Warsaw")
        assert [each and each.code for each in found] == ["MIC-01", "MIC-02"]
        with database.engine.connect() as other, pytest.raises(OperationalError, match="could not"):
            other.execute(text("SELECT id FROM equipment WHERE code = 'MIC-02' FOR UPDATE NOWAIT"))


def test_a_sample_taken_in_between_is_not_there_yet(postgres: tuple[Database, Clock]) -> None:
    """Its lot was not locked; who looks a moment later finds it."""
    database, clock = postgres
    once_answered(database, LOCKING, written(database, lambda it: lot_with_samples(it, clock)))
    number = "UNIT1-26-0001-S01"
    with database.writing() as session, pytest.raises(NotFound):
        on_record_of_sample(session, number, ["VIABILITY"])
    with database.writing() as session:
        assert on_record_of_sample(session, number, ["VIABILITY"]).taken is not None


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
