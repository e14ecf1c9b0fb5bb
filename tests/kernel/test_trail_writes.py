"""The trail: nothing is written past it, nothing in it is changed."""

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import SignatureFailed
from app.people.models import Account
from app.trail import audit
from app.trail.capture import Untrailed
from app.trail.chain import GENESIS, body_digest, next_link
from app.trail.models import AuditEntry
from app.trail.signatures import sign
from schemas.people import NewToken
from schemas.trail import Entry, Meaning
from tests.conftest import Clock, person, signing


def test_every_written_row_is_in_its_entry(session: Session) -> None:
    entries = [Entry.from_canonical(row.body) for row in session.scalars(select(AuditEntry))]
    tables = {change.table for entry in entries for change in entry.changes}
    assert tables == {"site", "account"}
    olga = next(e for e in entries if e.about == "account/olga" and e.did == "account.open")
    assert olga.changes[0].new["name"] == "Olga Nowak"
    assert olga.changes[0].new["password_hash"].startswith("sha256:")


def test_the_chain_leads_to_the_head(session: Session) -> None:
    link = GENESIS
    for row in session.scalars(select(AuditEntry).order_by(AuditEntry.seq)):
        assert row.body_digest == body_digest(row.body.encode())
        link = next_link(link, row.body_digest)
        assert row.link == link
    assert audit.head(session).link == link


def test_a_row_without_an_entry_fails_the_commit(database: Database) -> None:
    with pytest.raises(Untrailed), database.writing() as session:
        session.scalars(select(Account).where(Account.username == "olga")).one().name = "Someone"
    with database.reading() as session:
        assert (
            session.scalars(select(Account).where(Account.username == "olga")).one().name
            == "Olga Nowak"
        )


def test_the_old_value_stays_readable(database: Database, clock: Clock) -> None:
    with database.writing() as session:
        session.scalars(select(Account).where(Account.username == "olga")).one().name = "Olga Maj"
        entry = audit.record(
            session,
            by=person(session, "adam", "account.change"),
            at=clock(),
            did="account.change",
            about="account/olga",
            why="She married",
        )
    assert entry.changes[0].old is not None
    assert entry.changes[0].old["name"] == "Olga Nowak"
    assert entry.changes[0].new["name"] == "Olga Maj"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET did = 'nothing' WHERE seq = 1",
        "DELETE FROM audit_entry WHERE seq = 1",
        "DELETE FROM account",
    ],
)
def test_the_database_refuses_too(database: Database, statement: str) -> None:
    with (
        pytest.raises(DBAPIError, match=r"append-only|never deleted"),
        database.engine.begin() as raw,
    ):
        raw.execute(text(statement))


def test_replacing_an_entry_is_refused(database: Database) -> None:
    if not database.is_sqlite:
        with pytest.raises(DBAPIError, match="append-only"), database.engine.begin() as raw:
            raw.execute(text("TRUNCATE audit_entry"))
        return
    with pytest.raises(DBAPIError, match="append-only"), database.engine.begin() as raw:
        raw.execute(
            text("INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE seq = 1")
        )


@pytest.mark.parametrize("bulk", [update(Account).values(name="x"), delete(Account)])
def test_bulk_changes_do_not_pass_the_trail_by(session: Session, bulk: object) -> None:
    with pytest.raises(Untrailed):
        session.execute(bulk)  # type: ignore[call-overload]


def test_a_signature_asks_for_the_password(session: Session, clock: Clock) -> None:
    words = NewToken(label="any words", expires_on="2026-04-01")
    by = person(session, "quinn", "record.review")
    with pytest.raises(SignatureFailed):
        sign(
            session,
            words,
            about="x",
            by=by,
            signing=signing("quinn", "wrong password!"),
            meaning=Meaning.REVIEWED,
            at=clock(),
        )
    with pytest.raises(SignatureFailed):
        sign(
            session,
            words,
            about="x",
            by=by,
            signing=signing("olga"),
            meaning=Meaning.REVIEWED,
            at=clock(),
        )
    signature = sign(
        session,
        words,
        about="x",
        by=by,
        signing=signing("quinn"),
        meaning=Meaning.REVIEWED,
        at=clock(),
    )
    assert (signature.name, signature.role, signature.words_digest) == (
        "Quinn Adler",
        "qa",
        words.digest(),
    )
