"""What the trail last said of each row, held in a temporary file: memory stays constant."""

import json
import sqlite3
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app.trail.capture import plain
from app.trail.verify.texts import text_of
from app.trail.verify.words import Change, Told
from schemas.trail import TrailFault

AT_ONCE = 500
"""How many new rows are written down together."""

DIGITS = 14
ROOM = 10**14  # one more than DIGITS can write
"""How many rows a table has places for; a key beyond has a place of its own."""


STORE = """
PRAGMA journal_mode=OFF;
PRAGMA synchronous=OFF;
CREATE TABLE last (place INTEGER PRIMARY KEY, turn INT, seq INT, did TEXT, by TEXT, state TEXT);
CREATE TABLE odd (number INTEGER PRIMARY KEY, tbl TEXT, key TEXT, seen INT DEFAULT 0,
  UNIQUE (tbl, key));
CREATE TABLE deed (did TEXT, by TEXT, at TEXT, seq INT, about TEXT, why TEXT, details TEXT,
  PRIMARY KEY (did, by, at, seq)) WITHOUT ROWID;
BEGIN;
"""
INTO_LAST = "INTO last (place, turn, seq, did, by, state) VALUES (?,?,?,?,?,?)"

Row = tuple[int, int, int, str, str, str]
"""A row of `last`: the place of the row it tells of, the turn in which it was written down as new,
the entry, and the state as JSON."""


def has_place(key: object) -> bool:
    """Whether a table has a place for a row with this key."""
    return type(key) is int and 0 <= key < ROOM


@dataclass(frozen=True)
class Known:
    """The last state of a row in the trail, and the entry that wrote it."""

    seq: int
    did: str
    by: str
    state: dict[str, Any]

    @property
    def entry(self) -> str:
        """The entry, as findings name it."""
        return f"entry {self.seq} ({self.did} by {self.by})"


@dataclass(frozen=True)
class Deed:
    """What an entry says was done, for rows that the trail tells of without keeping them."""

    seq: int
    at: str
    by: str
    about: str
    why: str | None
    details: dict[str, Any]


class States:
    """The last states, learnt entry by entry; also finds what was changed between two entries.

    `tables` are those whose rows are kept in the order of their keys; `deeds` are those that are
    remembered as well, for whoever compares something with them.

    A row has a place: its table's number and its key in one number, so that the store is sorted
    as the tables are. What has a key that no row of ours can have, or is of no such table, has a
    place below zero, and its name in `odd`.
    """

    def __init__(self, tables: Sequence[str], deeds: Collection[str] = ()) -> None:
        self.remembered = frozenset(deeds)
        self._first = {table: number * ROOM for number, table in enumerate(tables)}
        self._tables = tuple(tables)
        self._new: dict[int, Row] = {}
        self._turn = 1

    def __enter__(self) -> Self:
        """Open an empty store that is gone afterwards."""
        self._folder = tempfile.TemporaryDirectory(prefix="passage-verify-")
        self._store = sqlite3.connect(
            Path(self._folder.name) / "states.db", isolation_level=None, check_same_thread=False
        )
        self._store.executescript(STORE)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        wrong: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove the store."""
        self._store.close()
        self._folder.cleanup()

    def learn(self, told: Told) -> Iterable[TrailFault]:
        """Take over what an entry wrote; tell what it found that no earlier entry had left there.

        A row that was there before it was written as new is told of when the store is written.
        """
        if told.did in self.remembered:
            self._remember(told)
        faults: list[TrailFault] = []
        for change in told.changes:
            table, key, new, old = change
            place = self._place(table, key)
            row = (place, self._turn, told.seq, told.did, told.by, new)
            if old is None and place not in self._new:
                self._new[place] = row
                continue
            if place in self._new:
                faults += self.written_down()
            faults += _between(change, told.seq, self._at(place))
            self._replace(row)
        if len(self._new) >= AT_ONCE:
            faults += self.written_down()
        return faults

    def written_down(self) -> list[TrailFault]:
        """Write new rows into the store; tell which of them are there already."""
        rows = tuple(self._new.values())
        self._new.clear()
        self._turn += 1
        done = self._store.executemany(f"INSERT OR IGNORE {INTO_LAST}", rows)
        return [] if done.rowcount == len(rows) else list(self._there_already(rows))

    def _there_already(self, rows: Iterable[Row]) -> Iterator[TrailFault]:
        asked = "SELECT 1 FROM last WHERE place = ? AND turn <> ?"
        for row in rows:
            place, turn, seq = row[:3]
            if self._store.execute(asked, (place, turn)).fetchone():
                table, key = self._name(place)
                yield from _between(Change(table, key, row[-1], None), seq, self._at(place))
                self._replace(row)

    def _replace(self, row: Row) -> None:
        in_no_turn = (row[0], 0, *row[2:])  # so that it is not taken for new within this one
        self._store.execute(f"INSERT OR REPLACE {INTO_LAST}", in_no_turn)

    def _place(self, table: str, key: str) -> int:
        first = self._first.get(table)
        if first is not None and key.isascii() and key.isdecimal() and len(key) <= DIGITS:
            number = int(key)
            if str(number) == key:  # 007 is not the key of row 7
                return first + number
        self._store.execute("INSERT OR IGNORE INTO odd (tbl, key) VALUES (?,?)", (table, key))
        asked = "SELECT number FROM odd WHERE tbl = ? AND key = ?"
        (odd,) = self._store.execute(asked, (table, key)).fetchone()
        return -int(odd)

    def _name(self, place: int) -> tuple[str, str]:
        if place >= 0:
            table, key = divmod(place, ROOM)
            return self._tables[table], f"{key}"
        asked = "SELECT tbl, key FROM odd WHERE number = ?"
        name: tuple[str, str] = self._store.execute(asked, (-place,)).fetchone()
        return name

    def _at(self, place: int) -> Known | None:
        asked = "SELECT seq, did, by, state FROM last WHERE place = ?"
        row = self._store.execute(asked, (place,)).fetchone()
        return Known(row[0], row[1], row[2], json.loads(row[3])) if row else None

    def known(self, table: str, key: str) -> Known | None:
        """The last state of a row, or None when no entry has written it."""
        return self._at(self._place(table, key))

    def kept(self, table: str) -> Iterator[tuple[int, str]]:
        """The rows of a table that have a place in it: key and state, in the order of the keys."""
        first = self._first[table]
        asked = "SELECT place - ?, state FROM last WHERE place >= ? AND place < ? ORDER BY place"
        return self._store.execute(asked, (first, first, first + ROOM))

    def see(self, table: str, key: str) -> Known | None:
        """The last state of a row that is there, with a key that `kept` does not have."""
        self._store.execute("UPDATE odd SET seen = 1 WHERE tbl = ? AND key = ?", (table, key))
        return self.known(table, key)

    def unseen(self) -> Iterator[tuple[str, str]]:
        """Rows that the trail knows, that `kept` does not have and that nobody has seen."""
        return self._store.execute(
            "SELECT tbl, key FROM odd JOIN last ON place = -number WHERE seen = 0 ORDER BY tbl, key"
        )

    def _remember(self, told: Told) -> None:
        """Keep what was done: somebody will ask for it."""
        self._store.execute(
            "INSERT OR REPLACE INTO deed (did, by, at, seq, about, why, details)"
            " VALUES (?,?,?,?,?,?,?)",
            (
                *(told.did, told.by, plain(told.at), told.seq, told.about, told.why),
                text_of(told.details),
            ),
        )

    def deeds(self, did: str, by: str = "", since: str = "") -> Iterator[Deed]:
        """What was done: by everybody, or by one person from a moment on."""
        whose = " AND by = ? AND at >= ?" if by else ""
        for row in self._store.execute(
            "SELECT seq, at, by, about, why, details FROM deed"  # noqa: S608 - no value is in it
            f" WHERE did = ?{whose} ORDER BY by, at",
            (did, by, since) if by else (did,),
        ):
            seq, at, doer, about, why, details = row
            yield Deed(seq, at, doer, about, why, json.loads(details))


def _between(change: Change, seq: int, known: Known | None) -> Iterator[TrailFault]:
    """What happened to a row since its last entry, as the change of entry `seq` shows."""
    where = f"{change.table}/{change.key}"
    if change.old is None and known is not None:
        yield TrailFault(
            where=where,
            says=f"removed behind the trail: {known.entry} wrote it, "
            f"and entry {seq} could write it as new.",
        )
    elif change.old is not None and known is None:
        yield TrailFault(
            where=where,
            says=f"inserted behind the trail: entry {seq} changes it, "
            "and no entry before had written it.",
        )
    elif change.old is not None and known is not None:
        found = {**json.loads(change.new), **change.old}
        for column, was, has in differences(known.state, found):
            yield TrailFault(
                where=where,
                says=f"{column} was {was} in {known.entry}, but entry {seq} "
                f"found {has}: changed behind the trail in between.",
            )


def differences(kept: dict[str, Any], there: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Columns in which two states differ, with both values in words.

    A column that is younger than the entry may be there, as long as it is empty.
    """
    for column, value in there.items():
        was = kept.get(column)
        if was != value:
            yield column, in_words(was), in_words(value)


def in_words(value: object) -> str:
    """A value as a finding shows it."""
    return "empty" if value is None else f"“{value if isinstance(value, str) else _json(value)}”"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
