"""An honest history on a site, made by the real actions; and ways to work behind its back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, text

from app.db import Database
from app.people import actions
from app.trail import attachments, audit
from app.trail.chain import body_digest, next_link
from app.trail.checkpoint import head_file
from app.trail.signatures import sign
from schemas.base import canonical_json
from schemas.people import ChangeRoles, NewAccount, NewToken, NewTraining, Role
from schemas.trail import Checkpoint, Meaning
from tests.conftest import PASSWORD, Clock, person, signing

CERTIFICATE = b"certificate of analysis, lot 4711"


def note_of_the_end(database: Database) -> None:
    """Bring the note of the end along: the database was copied from where it was written."""
    with database.reading() as session:
        noted = Checkpoint(head=audit.head(session))
    head_file().write_text(noted.model_dump_json(), encoding="utf-8")


def live_here(database: Database, clock: Clock) -> None:
    """One account opened and changed, a training, a token, a file and a signature."""
    note_of_the_end(database)
    record = audit.record
    with database.writing() as session:
        adam, at = person(session, "adam", "account.open"), clock.forward(minutes=1)
        new = NewAccount(
            username="nina",
            name="Nina Berg",
            roles=(Role.OPERATOR,),
            identity_checked="Passport seen",
            password=PASSWORD,
        )
        nina = actions.open_account(session, new, by=adam, at=at, record=record)
        change = ChangeRoles(
            roles=(Role.QC_TECHNICIAN,), reason="moves to the laboratory", version=nina.version
        )
        actions.change_roles(session, "nina", change, by=adam, at=at, record=record)
    with database.writing() as session:
        quinn, at = person(session, "quinn", "training.record"), clock.forward(minutes=1)
        training = NewTraining(
            username="olga",
            document_code="MBR-UC-01",
            document_version="1.0",
            trained_on=date(2026, 3, 1),
            valid_until=date(2027, 3, 1),
            evidence="Form 12 of the folder",
        )
        actions.record_training(session, training, by=quinn, at=at, record=record)
        token = NewToken(label="the counter", expires_on=at.date() + timedelta(days=90))
        olga = person(session, "olga", "account.own")
        actions.make_token(session, token, by=olga, at=at, record=record)
        anton = person(session, "anton", "supply.receive")
        attachments.keep(
            session,
            CERTIFICATE,
            name="certificate.txt",
            media_type="text/plain",
            about="material/M-1",
            by=anton,
            at=at,
        )
        record(session, by=anton, at=at, did="supply.receive", about="material/M-1")
        sign(
            session,
            training,
            about="material/M-1",
            by=quinn,
            signing=signing("quinn"),
            meaning=Meaning.APPROVED,
            at=at,
        )
        record(session, by=quinn, at=at, did="supply.decide", about="material/M-1")


@contextmanager
def behind_its_back(database: Database, *tables: str) -> Iterator[Connection]:
    """A connection as an intruder has it: the triggers of these tables are put away meanwhile."""
    with database.engine.begin() as raw:
        if database.is_sqlite:
            kept = raw.execute(
                text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
            ).all()
            kept = [each for each in kept if each.tbl_name in tables]
            for each in kept:
                raw.execute(text(f"DROP TRIGGER {each.name}"))
            yield raw
            for each in kept:
                raw.exec_driver_sql(each.sql)
            return
        for table in tables:
            raw.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        yield raw
        for table in tables:
            named = raw.execute(
                text(
                    "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
                    f" AND tgrelid = '{table}'::regclass"
                )
            ).scalars()
            for each in named.all():
                raw.execute(text(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {each}"))


def entry_at(raw: Connection, seq: int) -> dict[str, Any]:
    """One stored entry, with its words as JSON."""
    row = raw.execute(text("SELECT * FROM audit_entry WHERE seq = :seq"), {"seq": seq}).one()
    return {**row._mapping, "json": json.loads(row.body)}


def last_seq(raw: Connection) -> int:
    """The number of the last entry."""
    return int(raw.execute(text("SELECT max(seq) FROM audit_entry")).scalar_one())


def seal(raw: Connection, seq: int, body: bytes, before: str) -> str:
    """Give an entry other words, with the digest and the link that go with them."""
    digest = body_digest(body)
    link = next_link(before, digest)
    raw.execute(
        text("UPDATE audit_entry SET body = :b, body_digest = :d, link = :l WHERE seq = :seq"),
        {"b": body.decode(), "d": digest, "l": link, "seq": seq},
    )
    return link


def add_entry(raw: Connection, **changed: object) -> int:
    """A perfect entry, made by somebody who knows how the chain is made."""
    last = entry_at(raw, last_seq(raw))
    seq = int(last["seq"]) + 1
    body = canonical_json({**last["json"], "seq": seq, "changes": [], **changed})
    digest = body_digest(body)
    raw.execute(
        text(
            "INSERT INTO audit_entry (seq, at, by, did, about, body, body_digest, link)"
            " SELECT :seq, at, by, :did, about, :body, :digest, :link"
            " FROM audit_entry WHERE seq = :last"
        ),
        {
            "seq": seq,
            "last": last["seq"],
            "did": json.loads(body)["did"],
            "body": body.decode(),
            "digest": digest,
            "link": next_link(last["link"], digest),
        },
    )
    return seq
