"""Writing the trail. Only this module adds entries."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, insert, select, true
from sqlalchemy.orm import Session

from app.asking import asked, asked_under, sent_later
from app.db import Base, columns_of
from app.kept import Ask, Row
from app.people.actor import Actor
from app.trail import checkpoint
from app.trail.capture import take_noted
from app.trail.chain import GENESIS, body_digest, next_link
from app.trail.models import AuditEntry
from app.trail.separation import OtherHalves, earlier
from schemas.trail import Entry, Head

TRAIL_LOCK = 7_215_001
"""The advisory lock that lets one writer at a time to the end of the trail (PostgreSQL)."""

_IN_TURN = Ask(select(func.pg_advisory_xact_lock(TRAIL_LOCK)), {})
NOBODY = "-"
_KEPT = columns_of(AuditEntry)
_LAST = select(_KEPT.seq, _KEPT.link).order_by(_KEPT.seq.desc()).limit(1)
_ADD = insert(Base.metadata.tables[AuditEntry.__tablename__]).values(
    {each.key: bindparam(each.key, type_=each.type) for each in _KEPT}
)
"""Past the session, which would keep the row only to forget it: nobody changes it again."""


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

    Raises:
        SamePerson: this person did the other half of it; an action cannot forget to ask.
    """
    session.flush()
    before = _head_in_turn(session, did, about, by)
    changes = take_noted(session)  # what was appended too: it went with the question
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
    checkpoint.expect(session, before, _add(session, entry, before))
    return entry


def _add(session: Session, entry: Entry, before: Head) -> Head:
    """Write the row of an entry that follows this end of the trail; it is the new end."""
    body = entry.canonical()
    digest = body_digest(body)
    link = next_link(before.link, digest)
    row = {
        "seq": entry.seq,
        "at": entry.at,
        "by": entry.by,
        "did": entry.did,
        "about": entry.about,
        "body": body.decode(),
        "body_digest": digest,
        "link": link,
    }
    sent_later(session, Ask(_ADD, row))
    return Head(seq=entry.seq, link=link)


def take_turn(session: Session) -> None:
    """Wait until no other writer is between here and its commit; SQLite's writers queue before."""
    asked_under(session, [_IN_TURN], [])


def _head_in_turn(session: Session, did: str, about: str, by: Actor | None) -> Head:
    """The end of the trail once nobody else writes, if this person did no other half of a deed.

    Two tabs at once are one after the other here.

    Raises:
        SamePerson: they did.
    """
    halves = OtherHalves.of(did, about) if by else OtherHalves({})
    question = Ask(_LAST, {})
    if by and halves.near:
        question = Ask(_last_and_earlier(did), halves.asked_of(by))
    _, (found,) = asked_under(session, [_IN_TURN], [question])
    rows = found.all()
    halves.refuse(rows)
    return _head(rows[0] if rows else None)


@cache
def _last_and_earlier(did: str) -> Select[*tuple[Any, ...]]:
    """The last entry, and beside it each deed that may be the other half of this one."""
    last, before = _LAST.subquery(), earlier(did).order_by(None).subquery()
    return select(last, before).outerjoin_from(last, before, true()).order_by(before.c.entry)


def head(session: Session) -> Head:
    """The end of the trail as this session sees it."""
    return _head(asked(session, _LAST).first())


def _head(last: Row | None) -> Head:
    return Head(seq=last.seq, link=last.link) if last else Head(seq=0, link=GENESIS)
