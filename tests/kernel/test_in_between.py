"""What comes in between a lock and what is read under it, on PostgreSQL."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import NotFound
from app.quality_control.on_record import on_record_of_sample
from app.supplies.actions.at_use import each_at_use
from tests.actions.laboratory import lot_with_samples, microscope
from tests.conftest import Clock, Shelf


@pytest.fixture
def postgres(shelf: Shelf) -> Iterator[tuple[Database, Clock]]:
    with shelf.lent("postgresql") as lent:
        yield lent


def after_the_first_lock(database: Database, happens: Callable[[], object]) -> None:
    """Let something happen once, when the first locking question of this database was answered."""
    left = [happens]

    def answered(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if " FOR " in statement and left:
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
    after_the_first_lock(database, written(database, lambda it: microscope(it, clock, "MIC-02")))
    at = clock() + timedelta(minutes=5)
    with database.writing() as session:
        found = each_at_use(session, ["MIC-01", "MIC-02"], at=at, zone="Europe/Warsaw")
        assert [each and each.code for each in found] == ["MIC-01", "MIC-02"]
        with database.engine.connect() as other, pytest.raises(OperationalError, match="could not"):
            other.execute(text("SELECT id FROM equipment WHERE code = 'MIC-02' FOR UPDATE NOWAIT"))


def test_a_sample_taken_in_between_is_not_there_yet(postgres: tuple[Database, Clock]) -> None:
    """Its lot was not locked; who looks a moment later finds it."""
    database, clock = postgres
    after_the_first_lock(database, written(database, lambda it: lot_with_samples(it, clock)))
    number = "UNIT1-26-0001-S01"
    with database.writing() as session, pytest.raises(NotFound):
        on_record_of_sample(session, number, ["VIABILITY"])
    with database.writing() as session:
        assert on_record_of_sample(session, number, ["VIABILITY"]).taken is not None
