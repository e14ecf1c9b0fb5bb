"""Writing the trail. Only this module adds entries."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.people.actor import Actor
from app.trail import checkpoint
from app.trail.capture import take_noted
from app.trail.chain import GENESIS, body_digest, next_link
from app.trail.models import AuditEntry
from schemas.trail import Entry, Head

TRAIL_LOCK = 7_215_001
"""The advisory lock that lets one writer at a time to the end of the trail (PostgreSQL)."""

NOBODY = "-"


def record(
    session: Session,
    *,
    by: Actor | None,
    at: datetime,
    did: str,
    about: str,
    why: str | None = None,
    details: dict[str, Any] | None = None,
    zone: str = "UTC",
) -> Entry:
    """Add one entry with every row written since the last one, and chain it.

    `did` is a deed ("lot.start"), `about` a reference ("lot/UNIT1-26-0001/step/1.2"), `details`
    a contract's plain form where the rows do not say everything.
    """
    changes = take_noted(session)
    before = _head_for_writing(session)
    entry = Entry(
        seq=before.seq + 1,
        at=at,
        zone=by.zone if by else zone,
        by=by.username if by else NOBODY,
        name=by.name if by else NOBODY,
        role=(by.role.value if by and by.role else NOBODY),
        did=did,
        about=about,
        why=why,
        details=details or {},
        changes=changes,
    )
    body = entry.canonical()
    digest = body_digest(body)
    link = next_link(before.link, digest)
    session.add(
        AuditEntry(
            seq=entry.seq,
            at=at,
            by=entry.by,
            did=did,
            about=about,
            body=body.decode(),
            body_digest=digest,
            link=link,
        )
    )
    session.flush()
    checkpoint.expect(session, before, Head(seq=entry.seq, link=link))
    return entry


def take_turn(session: Session) -> None:
    """Wait until no other writer is between here and its commit; SQLite's writers queue before."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": TRAIL_LOCK})


def _head_for_writing(session: Session) -> Head:
    take_turn(session)
    return head(session)


def head(session: Session) -> Head:
    """The end of the trail as this session sees it."""
    last = session.execute(
        select(AuditEntry.seq, AuditEntry.link).order_by(AuditEntry.seq.desc()).limit(1)
    ).first()
    return Head(seq=last.seq, link=last.link) if last else Head(seq=0, link=GENESIS)
