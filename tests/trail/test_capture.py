"""The session's witness: no way of writing passes it by, and old values are never lost."""

from collections.abc import Callable

import pytest
from sqlalchemy import Executable, insert, select, update
from sqlalchemy.orm import Session

from app.people.models import Account, FailedAttempt
from app.trail import audit
from app.trail.capture import Untrailed
from app.trail.models import AuditEntry
from tests.conftest import Clock, person

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
