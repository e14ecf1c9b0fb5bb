"""Finding entries: by what they are about, who did what, and when; page by page, newest first."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import NotFound
from app.trail.models import AuditEntry, within
from schemas.trail import ChainedEntry, Entry, TrailPage, TrailSearch

PAGE_ENTRIES = 50
EXPORTED_AT_ONCE = 500


def conditions(search: TrailSearch, *, zone: str) -> list[ColumnElement[bool]]:
    """What an entry must be to be found. Days are days of the site's zone."""
    found: list[ColumnElement[bool]] = []
    if search.about:
        found.append(within(search.about.rstrip("/")))
    if search.by:
        found.append(AuditEntry.by == search.by.lower())
    if search.did:
        family = search.did.endswith(".")
        found.append(
            AuditEntry.did.startswith(search.did, autoescape=True)
            if family
            else AuditEntry.did == search.did
        )
    if search.since:
        found.append(AuditEntry.at >= _midnight(search.since, zone))
    if search.until and search.until < date.max:
        found.append(AuditEntry.at < _midnight(search.until + timedelta(days=1), zone))
    return found


def _midnight(day: date, zone: str) -> datetime:
    # nothing was recorded outside these years, and their midnight may lie outside of time
    inside = min(max(day, date(1900, 1, 1)), date(9000, 1, 1))
    return datetime.combine(inside, time(), ZoneInfo(zone)).astimezone(UTC)


def find_entries(
    session: Session,
    search: TrailSearch,
    *,
    zone: str,
    before: int | None = None,
    limit: int = PAGE_ENTRIES,
) -> TrailPage:
    """The newest entries that are found, or the next older ones before an entry's number."""
    query = select(AuditEntry).where(*conditions(search, zone=zone))
    if before is not None:
        query = query.where(AuditEntry.seq < before)
    rows = session.scalars(query.order_by(AuditEntry.seq.desc()).limit(limit + 1)).all()
    shown = rows[:limit]
    return TrailPage(
        entries=tuple(Entry.from_canonical(row.body) for row in shown),
        before=shown[-1].seq if len(rows) > limit else None,
    )


def entry_numbered(session: Session, seq: int) -> ChainedEntry:
    """One entry with its place in the chain.

    Raises:
        NotFound: there is none with this number.
    """
    row = session.get(AuditEntry, seq)
    if row is None:
        raise NotFound(f"The trail has no entry {seq}.")
    return as_chained(row)


def as_chained(row: AuditEntry) -> ChainedEntry:
    """A stored entry as a contract."""
    return ChainedEntry(
        entry=Entry.from_canonical(row.body), body_digest=row.body_digest, link=row.link
    )


def export(database: Database, search: TrailSearch, *, zone: str) -> Iterator[bytes]:
    """Every entry that is found, oldest first, a line of JSON each, in constant memory.

    What is appended meanwhile may be in it; nothing else can change. No transaction is held
    between two pieces, however slowly they are taken.
    """
    after = 0
    while True:
        with database.reading() as session:
            rows: Sequence[AuditEntry] = session.scalars(
                select(AuditEntry)
                .where(*conditions(search, zone=zone), AuditEntry.seq > after)
                .order_by(AuditEntry.seq)
                .limit(EXPORTED_AT_ONCE)
            ).all()
            lines = [as_chained(row).canonical() + b"\n" for row in rows]
            after = rows[-1].seq if rows else after
        if not lines:
            return
        yield b"".join(lines)
