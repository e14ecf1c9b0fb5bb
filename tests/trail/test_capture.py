"""The session's witness: no way of writing passes it by, and old values are never lost."""

from collections.abc import Callable

import pytest
from sqlalchemy import Executable, insert, select, update
from sqlalchemy.orm import Session

from app.people.models import Account, FailedAttempt
from app.supplies.models import Equipment, EquipmentUse
from app.trail import audit
from app.trail.appending import append
from app.trail.capture import Untrailed, state_of
from app.trail.models import AuditEntry
from tests.conftest import Clock, person
from tests.journeys.supplies import stocked_for_a_month

OLGA = select(Account).where(Account.username == "olga")


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(insert(Account).values(username="x"), id="rows added in bulk"),
        pytest.param(Account.__table__.update().values(name="x"), id="a table without its class"),
        pytest.param(Account.__table__.delete(), id="a table emptied"),
        pytest.param(update(AuditEntry).values(did="x"), id="the trail itself"),
        pytest.param(AuditEntry.__table__.insert().values(did="x"), id="an entry put in"),
    ],
)
def test_a_statement_past_the_trail_is_refused(session: Session, statement: Executable) -> None:
    with pytest.raises(Untrailed):
        session.execute(statement)


def test_what_is_no_record_may_be_written_in_bulk(session: Session, clock: Clock) -> None:
    session.execute(insert(FailedAttempt).values(address="192.0.2.1", at=clock()))


def test_there_are_no_savepoints(session: Session) -> None:
    with pytest.raises(Untrailed, match="no savepoints"):
        session.begin_nested()


def _forgotten(session: Session) -> Account:
    olga = session.scalars(OLGA).one()
    session.expire(olga, ["name"])
    return olga


@pytest.mark.parametrize("found", [lambda session: session.scalars(OLGA).one(), _forgotten])
def test_the_old_value_and_version_are_kept_even_when_the_row_was_forgotten(
    session: Session, clock: Clock, found: Callable[[Session], Account]
) -> None:
    olga = found(session)
    before = olga.version
    olga.name = "Olga Maj"
    by = person(session, "adam", "account.change")
    entry = audit.record(session, by=by, at=clock(), did="account.change", about="account/olga")
    assert entry.changes[0].old == {"name": "Olga Nowak", "version": before}
    assert entry.changes[0].new["version"] == before + 1


# Rows that are never changed again


def used(session: Session, clock: Clock, **changed: object) -> None:
    (instrument,) = session.scalars(select(Equipment).limit(1))
    values = {
        "equipment_id": instrument.id,
        "needs_calibration": True,
        "calibration_due": clock().date(),
        "needs_cleaning": False,
        "lot_number": "UNIT1-26-0001",
        "about": "lot/UNIT1-26-0001/step/S100/1",
        "at": clock(),
        "by": "olga",
        "name": "Olga Nowak",
    }
    append(session, EquipmentUse, **values | changed)


@pytest.mark.site(build=stocked_for_a_month)
def test_an_appended_row_is_noted_as_one_that_the_session_adds(
    session: Session, clock: Clock
) -> None:
    used(session, clock)
    by = person(session, "olga", "step.perform")
    entry = audit.record(session, by=by, at=clock(), did="step.perform", about="lot/X/step/S100/1")
    (row,) = session.scalars(select(EquipmentUse))
    assert [each.new for each in entry.changes] == [state_of(row)]
    assert [(each.table, each.key) for each in entry.changes] == [("equipment_use", str(row.id))]


@pytest.mark.site(build=stocked_for_a_month)
def test_an_appended_row_that_nobody_records_fails_the_commit(
    session: Session, clock: Clock
) -> None:
    used(session, clock)
    with pytest.raises(Untrailed, match="equipment_use"):
        session.commit()


@pytest.mark.site(build=stocked_for_a_month)
def test_only_what_is_never_changed_is_appended_and_only_with_its_own_columns(
    session: Session, clock: Clock
) -> None:
    with pytest.raises(AssertionError, match="Equipment rows change"):
        append(session, Equipment, code="X-1")
    with pytest.raises(AssertionError, match="has no colour"):
        used(session, clock, colour="red")
