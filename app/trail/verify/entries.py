"""The entries themselves: numbered without a gap, unaltered, each linked to the one before."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import inspect
from sqlalchemy.engine import Connection

from app.trail.chain import GENESIS, body_digest, next_link
from app.trail.models import AuditEntry
from app.trail.verify.reading import columns_of
from app.trail.verify.states import States
from app.trail.verify.words import Told, read
from schemas.trail import Head, TrailFault

Found = Callable[[TrailFault], None]

LATE_MAX = timedelta(minutes=15)
"""Deeds that wait for each other are chained in the order they are saved, not begun."""


class Stored(NamedTuple):
    """An entry as the table holds it; the first five columns repeat what its words say."""

    seq: int
    at: datetime
    by: str
    did: str
    about: str
    body: str
    body_digest: str
    link: str


REPEATED = Stored._fields[:5]
assert Told._fields[:5] == REPEATED
SEQ, BODY, DIGEST, LINK = (Stored._fields.index(e) for e in ("seq", "body", "body_digest", "link"))

Before = tuple[int, str]
"""The number and the link of the entry before: what the next one has to follow on."""


class Walked(NamedTuple):
    """How many entries there are, where they end, and the link of the one that was asked for."""

    entries: int
    end: Head
    link_there: str | None


def walk_entries(connection: Connection, states: States, found: Found, noted: int = 0) -> Walked:
    """Check every entry and learn what it wrote; `noted` is the one whose link is asked for."""
    before, link_there = (0, GENESIS), None
    latest: Told | None = None
    entries = 0
    for row in _stored(connection):
        entries += 1
        told = read(row[BODY])
        sound = told is not None and _sound(row, told, before)
        if not sound:
            for fault in _faults(Stored._make(row), told, before):
                found(fault)
        if told is not None:
            for fault in states.learn(told):
                found(fault)
            if latest is None or told.at > latest.at:
                latest = told
            elif latest.at - told.at > LATE_MAX:
                found(_late(told, latest))
        before = (row[SEQ], row[LINK] if sound or is_digest(row[LINK]) else GENESIS)
        if row[SEQ] == noted:
            link_there = before[1]
    for fault in states.written_down():
        found(fault)
    return Walked(entries, Head(seq=before[0], link=before[1]), link_there)


def _stored(connection: Connection) -> Iterator[tuple[Any, ...]]:
    """The entries as `Stored` names their columns, but without an object for each."""
    for columns in columns_of(connection, inspect(AuditEntry), Stored._fields):
        yield from zip(*columns, strict=True)


def _sound(row: tuple[Any, ...], told: Told, before: Before) -> bool:
    """Whether nothing is wrong with an entry: what is asked of each, before any fault is named."""
    digest = body_digest(str(row[BODY]).encode())
    return (
        row[:BODY] == told[:BODY]
        and row[SEQ] == before[0] + 1
        and row[DIGEST] == digest
        and row[LINK] == next_link(before[1], digest)
    )


_digest = re.compile(r"[0-9a-f]{64}").fullmatch


def is_digest(text: object) -> bool:
    """Whether a link can be one at all."""
    return isinstance(text, str) and _digest(text) is not None


def _faults(row: Stored, told: Told | None, before: Before) -> Iterator[TrailFault]:
    where = f"audit_entry/{row.seq}"
    said = f"{row.did} on {row.about} by {row.by}"
    yield from _gap(row, before, said)
    if body_digest(str(row.body).encode()) != row.body_digest:
        yield TrailFault(where=where, says=f"its words were altered ({said}).")
    if not _follows(row, before):
        yield TrailFault(
            where=where,
            says=f"does not follow on entry {before[0]}: one of the two was altered, "
            f"moved or put in ({said}).",
        )
    if told is None:
        yield TrailFault(where=where, says="its words cannot be read.")
        return
    for column in REPEATED:
        says, holds = getattr(told, column), getattr(row, column)
        if says != holds:
            yield TrailFault(
                where=where,
                says=f"column {column} was altered: the entry says "
                f"“{says}”, the table holds “{holds}”.",
            )


def _late(told: Told, latest: Told) -> TrailFault:
    """A clock that was set back, so that something seems to have been done before it was."""
    return TrailFault(
        where=f"audit_entry/{told.seq}",
        says=f"the clock went back: it says {_utc(told.at)}, and entry {latest.seq} before it "
        f"{_utc(latest.at)} ({told.did} on {told.about} by {told.by}).",
    )


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _gap(row: Stored, before: Before, said: str) -> Iterator[TrailFault]:
    expected = before[0] + 1
    if row.seq < expected:
        yield TrailFault(
            where=f"audit_entry/{row.seq}", says=f"numbered below the first entry ({said})."
        )
    elif row.seq > expected:
        missing = f"{expected}" if row.seq == expected + 1 else f"{expected} to {row.seq - 1}"
        yield TrailFault(
            where=f"audit_entry/{expected}",
            says=f"missing: {missing} not there; the next is {row.seq} ({said}).",
        )


def _follows(row: Stored, before: Before) -> bool:
    try:
        return next_link(before[1], row.body_digest) == row.link
    except (ValueError, TypeError):
        return False
