"""The entries themselves: numbered without a gap, unaltered, each linked to the one before."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import inspect
from sqlalchemy.engine import Connection

from app.trail.chain import GENESIS, body_digest, next_link
from app.trail.models import AuditEntry
from app.trail.verify.reading import rows_of
from app.trail.verify.states import States
from schemas.trail import Entry, Head, TrailFault

Found = Callable[[TrailFault], None]
COLUMNS = ("seq", "at", "by", "did", "about")
"""What the columns of an entry repeat of its body."""

LATE_MAX = timedelta(minutes=15)
"""Deeds that wait for each other are chained in the order they are saved, not begun."""


def walk_entries(
    connection: Connection, states: States, found: Found, on_the_way: Callable[[Head], None]
) -> tuple[int, Head]:
    """Check every entry and learn what it wrote; gives back how many there are, and the end."""
    before = Head(seq=0, link=GENESIS)
    latest: Entry | None = None
    count = 0
    for row in rows_of(connection, inspect(AuditEntry)):
        count += 1
        entry = _entry(row)
        for fault in (*_faults(row, before), *_unlike_its_words(row, entry)):
            found(fault)
        if entry is not None:
            for fault in (*_earlier(entry, latest), *_learnt(entry, states)):
                found(fault)
            latest = max(latest or entry, entry, key=lambda each: each.at)
        before = Head(seq=row["seq"], link=row["link"] if is_digest(row["link"]) else GENESIS)
        on_the_way(before)
    return count, before


def is_digest(text: str) -> bool:
    """Whether a link can be one at all."""
    return re.fullmatch(r"[0-9a-f]{64}", text) is not None


def _entry(row: dict[str, Any]) -> Entry | None:
    try:
        return Entry.from_canonical(row["body"])
    except (ValidationError, ValueError):
        return None


def _faults(row: dict[str, Any], before: Head) -> Iterator[TrailFault]:
    where = f"audit_entry/{row['seq']}"
    said = f"{row['did']} on {row['about']} by {row['by']}"
    yield from _gap(row, before, said)
    if body_digest(str(row["body"]).encode()) != row["body_digest"]:
        yield TrailFault(where=where, says=f"its words were altered ({said}).")
    if not _follows(row, before):
        yield TrailFault(
            where=where,
            says=f"does not follow on entry {before.seq}: one of the two was altered, "
            f"moved or put in ({said}).",
        )


def _unlike_its_words(row: dict[str, Any], entry: Entry | None) -> Iterator[TrailFault]:
    where = f"audit_entry/{row['seq']}"
    if entry is None:
        yield TrailFault(where=where, says="its words cannot be read.")
        return
    for column in COLUMNS:
        if getattr(entry, column) != row[column]:
            yield TrailFault(
                where=where,
                says=f"column {column} was altered: the entry says "
                f"“{getattr(entry, column)}”, the table holds “{row[column]}”.",
            )


def _earlier(entry: Entry, latest: Entry | None) -> Iterator[TrailFault]:
    """A clock that was set back, so that something seems to have been done before it was."""
    if latest is not None and latest.at - entry.at > LATE_MAX:
        yield TrailFault(
            where=f"audit_entry/{entry.seq}",
            says=f"the clock went back: it says {_utc(entry.at)}, and entry {latest.seq} before it "
            f"{_utc(latest.at)} ({entry.did} on {entry.about} by {entry.by}).",
        )


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _learnt(entry: Entry, states: States) -> Iterator[TrailFault]:
    states.remember(entry)
    for change in entry.changes:
        yield from states.learn(change, entry)


def _gap(row: dict[str, Any], before: Head, said: str) -> Iterator[TrailFault]:
    expected = before.seq + 1
    if row["seq"] < expected:
        yield TrailFault(
            where=f"audit_entry/{row['seq']}", says=f"numbered below the first entry ({said})."
        )
    elif row["seq"] > expected:
        missing = f"{expected}" if row["seq"] == expected + 1 else f"{expected} to {row['seq'] - 1}"
        yield TrailFault(
            where=f"audit_entry/{expected}",
            says=f"missing: {missing} not there; the next is {row['seq']} ({said}).",
        )


def _follows(row: dict[str, Any], before: Head) -> bool:
    try:
        return bool(next_link(before.link, row["body_digest"]) == row["link"])
    except ValueError:
        return False
