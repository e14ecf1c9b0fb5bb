"""The entries themselves: numbered without a gap, unaltered, each linked to the one before."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

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


class Before(NamedTuple):
    """The number and the link of the entry before: what the next one has to follow on."""

    seq: int
    link: str


class Walked(NamedTuple):
    """How many entries there are, where they end, and the link of the one that was asked for."""

    entries: int
    end: Head
    link_there: str | None


def walk_entries(connection: Connection, states: States, found: Found, noted: int = 0) -> Walked:
    """Check every entry and learn what it wrote; `noted` is the one whose link is asked for."""
    before, link_there = Before(0, GENESIS), None
    latest: Told | None = None
    entries = 0
    for row in _stored(connection):
        entries += 1
        told = read(row.body)
        sound = told is not None and _sound(row, told, before)
        if not sound:
            for fault in (*_faults(row, before), *_unlike_its_words(row, told)):
                found(fault)
        if told is not None:
            for fault in states.learn(told):
                found(fault)
            if latest is None or told.at > latest.at:
                latest = told
            elif latest.at - told.at > LATE_MAX:
                found(_late(told, latest))
        before = Before(row.seq, row.link if sound or is_digest(row.link) else GENESIS)
        if before.seq == noted:
            link_there = before.link
    for fault in states.written_down():
        found(fault)
    return Walked(entries, Head(seq=before.seq, link=before.link), link_there)


def _stored(connection: Connection) -> Iterator[Stored]:
    for columns in columns_of(connection, inspect(AuditEntry), Stored._fields):
        yield from map(Stored, *columns)


def _sound(row: Stored, told: Told, before: Before) -> bool:
    """Whether nothing is wrong with an entry: what is asked of each, before any fault is named."""
    digest = body_digest(str(row.body).encode())
    return (
        row.seq == before.seq + 1
        and row.body_digest == digest
        and row.link == next_link(before.link, digest)
        and row[:5] == told[:5]
    )


_digest = re.compile(r"[0-9a-f]{64}").fullmatch


def is_digest(text: object) -> bool:
    """Whether a link can be one at all."""
    return isinstance(text, str) and _digest(text) is not None


def _faults(row: Stored, before: Before) -> Iterator[TrailFault]:
    where = f"audit_entry/{row.seq}"
    said = f"{row.did} on {row.about} by {row.by}"
    yield from _gap(row, before, said)
    if body_digest(str(row.body).encode()) != row.body_digest:
        yield TrailFault(where=where, says=f"its words were altered ({said}).")
    if not _follows(row, before):
        yield TrailFault(
            where=where,
            says=f"does not follow on entry {before.seq}: one of the two was altered, "
            f"moved or put in ({said}).",
        )


def _unlike_its_words(row: Stored, told: Told | None) -> Iterator[TrailFault]:
    where = f"audit_entry/{row.seq}"
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
    expected = before.seq + 1
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
        return next_link(before.link, row.body_digest) == row.link
    except (ValueError, TypeError):
        return False
