"""What the trail last said of each row, held in a temporary file: memory stays constant."""

import json
import sqlite3
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app.trail.capture import plain
from schemas.trail import Entry, RowChange, TrailFault

INTO_LAST = "INTO last (tbl, key, seq, did, by, state) VALUES (?,?,?,?,?,?)"


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

    `deeds` are those that are remembered as well, for whoever compares something with them.
    """

    def __init__(self, deeds: Collection[str] = ()) -> None:
        self.remembered = frozenset(deeds)

    def __enter__(self) -> Self:
        """Open an empty store that is gone afterwards."""
        self._folder = tempfile.TemporaryDirectory(prefix="passage-verify-")
        self._store = sqlite3.connect(
            Path(self._folder.name) / "states.db", isolation_level=None, check_same_thread=False
        )
        self._store.execute("PRAGMA journal_mode=OFF")
        self._store.execute("PRAGMA synchronous=OFF")
        self._store.execute(
            "CREATE TABLE last (tbl TEXT, key TEXT, seq INT, did TEXT, by TEXT, state TEXT,"
            " seen INT DEFAULT 0, PRIMARY KEY (tbl, key)) WITHOUT ROWID"
        )
        self._store.execute(
            "CREATE TABLE deed (did TEXT, by TEXT, at TEXT, seq INT, about TEXT, why TEXT,"
            " details TEXT, PRIMARY KEY (did, by, at, seq)) WITHOUT ROWID"
        )
        self._store.execute("BEGIN")
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

    def learn(self, change: RowChange, entry: Entry) -> Iterator[TrailFault]:
        """Take over one change; tell what it found that no earlier entry had left there."""
        told = (change.table, change.key, entry.seq, entry.did, entry.by, _text(change.new))
        if change.old is None and self._is_first(told):
            return
        known = self.known(change.table, change.key)
        where = f"{change.table}/{change.key}"
        if change.old is None and known is not None:
            yield TrailFault(
                where=where,
                says=f"removed behind the trail: {known.entry} wrote it, "
                f"and entry {entry.seq} could write it as new.",
            )
        elif change.old is not None and known is None:
            yield TrailFault(
                where=where,
                says=f"inserted behind the trail: entry {entry.seq} changes it, "
                "and no entry before had written it.",
            )
        elif change.old is not None and known is not None:
            found = {**change.new, **change.old}
            for column, was, has in differences(known.state, found):
                yield TrailFault(
                    where=where,
                    says=f"{column} was {was} in {known.entry}, but entry {entry.seq} "
                    f"found {has}: changed behind the trail in between.",
                )
        self._store.execute(f"INSERT OR REPLACE {INTO_LAST}", told)

    def _is_first(self, told: tuple[str, str, int, str, str, str]) -> bool:
        """Keep what was told of a row that nothing was told of before; otherwise keep nothing."""
        return self._store.execute(f"INSERT OR IGNORE {INTO_LAST}", told).rowcount == 1

    def remember(self, entry: Entry) -> None:
        """Keep what was done, if somebody will ask for it."""
        if entry.did in self.remembered:
            self._store.execute(
                "INSERT OR REPLACE INTO deed (did, by, at, seq, about, why, details)"
                " VALUES (?,?,?,?,?,?,?)",
                (
                    *(entry.did, entry.by, plain(entry.at), entry.seq, entry.about, entry.why),
                    _text(entry.details),
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

    def known(self, table: str, key: str) -> Known | None:
        """The last state of a row, or None when no entry has written it."""
        row = self._store.execute(
            "SELECT seq, did, by, state FROM last WHERE tbl = ? AND key = ?", (table, key)
        ).fetchone()
        return _known(row)

    def see(self, table: str, key: str, state: dict[str, Any]) -> bool:
        """Whether a row that is there is, word for word, as its last entry left it."""
        row = self._store.execute(
            "UPDATE last SET seen = 1 WHERE tbl = ? AND key = ? RETURNING state", (table, key)
        ).fetchone()
        return row is not None and row[0] == _text(state)

    def unseen(self) -> Iterator[tuple[str, Known]]:
        """Rows that the trail knows and nobody has seen."""
        for table, key, *rest in self._store.execute(
            "SELECT tbl, key, seq, did, by, state FROM last WHERE seen = 0 ORDER BY tbl, key"
        ):
            yield f"{table}/{key}", Known(rest[0], rest[1], rest[2], json.loads(rest[3]))


def _known(row: tuple[int, str, str, str] | None) -> Known | None:
    return Known(row[0], row[1], row[2], json.loads(row[3])) if row else None


def _text(state: dict[str, Any]) -> str:
    return json.dumps(state, ensure_ascii=False, sort_keys=True)


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
