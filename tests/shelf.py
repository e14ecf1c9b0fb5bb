"""Databases prepared once in a test process, and lent to one test after the other.

A lot that was really made takes seconds; a copy of the database it was made in takes
milliseconds, and a copy that nobody wrote to serves the next test as it is. A copy keeps its
engine, so that statements are compiled once.
"""

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.db import Database
from app.demo.cast import Clock as StoryClock
from tests.postgres import create_database, drop_database

ENGINES = ("sqlite", "postgresql")


@dataclass
class Clock(StoryClock):
    """The time of a test: 2 March 2026 to begin with; it goes on only when told."""

    now: datetime = field(default_factory=lambda: datetime(2026, 3, 2, 8, 0, tzinfo=UTC))


Build = Callable[[Session, Clock], object]
Key = tuple[str, Build | None]
"""An engine, and what its database was built by."""


class Place(Protocol):
    """Where the databases of one engine are kept, each by its name."""

    def copy(self, source: str, name: str) -> str:
        """Make `name` what `source` is; it may exist. Gives its URL."""


@dataclass(frozen=True)
class Folder:
    """SQLite: a file for each."""

    path: Path

    def copy(self, source: str, name: str) -> str:
        """Copy the file: a new one, should anybody still hold the old one open."""
        file = self.path / f"{name}.db"
        for each in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
            each.unlink(missing_ok=True)
        shutil.copyfile(self.path / f"{source}.db", file)
        return f"sqlite:///{file}"


@dataclass(frozen=True)
class Server:
    """PostgreSQL: a server of our own."""

    url: str

    def copy(self, source: str, name: str) -> str:
        """Copy the database, when nobody is connected to it any more."""
        drop_database(self.url, name)
        return create_database(self.url, name, template=source)


class Copy(Database):
    """A copy of a prepared database, which notices when it may have been written to."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__(url)
        self.name, self.touched = name, False
        event.listen(self.engine, "commit", self._written)

    @property
    def url(self) -> str:
        """Its address. Who has that may write to it without our seeing."""
        self.touched = True
        return self._url

    @url.setter
    def url(self, value: str) -> None:
        self._url = value

    def _written(self, _connection: object) -> None:
        self.touched = True


class Shelf:
    """The prepared databases of a test process, and the copies that are free at the moment.

    `place` gives where an engine's databases are; one named `cast` is there, with the cast in it.
    """

    def __init__(self, place: Callable[[str], Place]) -> None:
        self._place = place
        self._prepared: dict[Key, tuple[str, datetime]] = {}
        self._free: dict[Key, list[Copy]] = defaultdict(list)
        self._made = 0

    @contextmanager
    def lent(self, engine: str, build: Build | None = None) -> Iterator[tuple[Database, Clock]]:
        """A database as `build` leaves it, and a clock at its last time; else only with the cast.

        `build` drives the real actions.
        """
        key = (engine, build)
        if key not in self._prepared:
            self._prepared[key] = self._prepare(engine, build)
        source, now = self._prepared[key]
        copy = self._copy(engine, source, self._free[key])
        try:
            yield copy, Clock(now)
        finally:
            copy.close()
        self._free[key].append(copy)

    def _prepare(self, engine: str, build: Build | None) -> tuple[str, datetime]:
        """What is copied, and its time."""
        clock, place = Clock(), self._place(engine)
        if build is None:
            return "cast", clock()
        name = self._name(build.__name__)
        database = Database(place.copy("cast", name))
        with database.writing() as session:
            build(session, clock)
        database.close()  # the last connection folds SQLite's log into its file
        return name, clock()

    def _copy(self, engine: str, source: str, free: list[Copy]) -> Copy:
        """A copy that is free, made anew if it was written to, or one more."""
        if not free:
            name = self._name(source)
            return Copy(self._place(engine).copy(source, name), name)
        copy = free.pop()
        if copy.touched:
            self._place(engine).copy(source, copy.name)
            copy.touched = False
        return copy

    def _name(self, of: str) -> str:
        self._made += 1
        return f"d{self._made}_{of}"
