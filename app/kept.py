"""Statements that are kept: written once for a database, then handed to its driver as they are.

What is asked at every deed is small, and the care that SQLAlchemy takes of one statement lasts
longer than the database needs for it. Here SQLAlchemy writes the statement once, and says once
how each value is told and read; from then on the driver is asked. Several that are sent at once
go to PostgreSQL in one way there and back, and each sees what those before it did.
"""

import logging
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Dialect, Float, Numeric
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

# Of what fails in a pipeline psycopg says twice that it did; the first is told by us.
logging.getLogger("psycopg").addFilter(lambda it: not str(it.msg).startswith("error ignored"))

Values: TypeAlias = Mapping[str, object]
Turned: TypeAlias = Callable[[Any], Any] | None
"""Turns a value of ours into one of the driver's, or back; None where they are the same."""
CURSORS = "cursors of kept statements"
CURSORS_MAX = 200
ROWS_KEPT = 10
"""A cursor holds its last answer; one that held more is let go of."""


class Ask(NamedTuple):
    """A statement and what it is told. It is made once, and kept by whoever asks it."""

    statement: Any
    values: Values


Row: TypeAlias = Any
"""The values of a row, by their names and by their places."""


class Answer(list[Row]):
    """The rows that answer a statement, asked as SQLAlchemy's results are."""

    def all(self) -> Sequence[Row]:
        """All of them."""
        return self

    def first(self) -> Row | None:
        """The first, if there is one."""
        return self[0] if self else None

    def one(self) -> Row:
        """The only one; anything else is our own mistake."""
        (row,) = self
        return row

    def scalar_one(self) -> Any:
        """The only value of the only row."""
        ((value,),) = self
        return value

    def scalars(self) -> Sequence[Any]:
        """The first value of each."""
        return [row[0] for row in self]


@dataclass(frozen=True)
class Kept:
    """A statement as one database wants it."""

    text: str
    told: tuple[tuple[str, Turned], ...]
    """The names of its values, in their order, and how each is told."""
    by_place: bool
    """Whether the driver wants the values by their places, not by their names."""
    own: Values
    """Values that the statement brings itself."""
    row: Callable[[Iterable[Any]], Row]
    """Makes a row of its values."""
    answers: bool
    """Whether rows come back."""
    read: tuple[Turned, ...] | None
    """How each column is read; None where all of them come as they are."""

    def bound(self, values: Values) -> Any:
        """The values as the driver takes them."""
        given = {**self.own, **values} if self.own else values
        if self.by_place:
            return [turned(given[name]) if turned else given[name] for name, turned in self.told]
        return {name: turned(given[name]) if turned else given[name] for name, turned in self.told}

    def answer(self, found: Iterable[Sequence[Any]]) -> Answer:
        """The rows that the driver found, as we know them."""
        if self.read is None:
            return Answer(map(self.row, found))
        return Answer(self.row(map(_read, self.read, row)) for row in found)


def _read(turned: Turned, value: Any) -> Any:
    return turned(value) if turned else value


@lru_cache(maxsize=1024)
def kept(statement: Any, dialect: Dialect) -> Kept:
    """A statement as this database wants it, written at the first call."""
    written = statement.compile(dialect=dialect)
    assert isinstance(written, SQLCompiler)
    assert not written.post_compile_params, "a place for any number of values is written anew"
    columns = tuple(getattr(statement, "exported_columns", ()))
    assert not any(isinstance(each.type, Numeric | Float) for each in columns), "kept as text"
    heads = [each.key or f"column_{place}" for place, each in enumerate(columns)]
    assert len(heads) == len(set(heads)), f"two columns with one name in {heads}"
    assert not {"count", "index"}.intersection(heads), "a row has these itself"
    read = tuple(_on(dialect, each.type).result_processor(dialect, None) for each in columns)
    by_name = dict.fromkeys(written.bind_names.values())
    names = written.positiontup if written.positional else by_name
    binds = [(name, written.binds[name]) for name in names or ()]
    return Kept(
        text=written.string,
        told=tuple((name, _on(dialect, each.type).bind_processor(dialect)) for name, each in binds),
        by_place=written.positional,
        own={name: each.effective_value for name, each in binds if not each.required},
        row=_row_of(heads),
        answers=bool(columns),
        read=read if any(read) else None,
    )


def _row_of(heads: Sequence[str]) -> Callable[[Iterable[Any]], Row]:
    kind: Any = namedtuple("Row", heads)  # type: ignore[misc]  # noqa: PYI024
    make: Callable[[Iterable[Any]], Row] = kind._make
    return make


def _on(dialect: Dialect, kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)


def answered(connection: Connection, *asks: Ask) -> list[Answer]:
    """The rows that answer each statement; of one that gives none, no rows.

    Raises:
        DBAPIError: as SQLAlchemy raises it; a connection that is broken is given up.
    """
    driven: Any = connection.connection
    cursors: dict[Any, Any] = driven.info.setdefault(CURSORS, {})
    at_once = len(asks) > 1 and hasattr(driven.driver_connection, "pipeline")
    sent: list[tuple[Kept, Any]] = []
    found: list[Sequence[Any]] = []
    try:
        # PostgreSQL's driver sends what is asked in a pipeline when that ends
        with driven.driver_connection.pipeline() if at_once else nullcontext():
            for statement, values in asks:
                it = kept(statement, connection.dialect)
                # taken out while it is in use: the same statement may be sent twice at once
                cursor = cursors.pop(statement, None) or driven.driver_connection.cursor()
                sent.append((it, cursor))
                cursor.execute(it.text, it.bound(values))
                if not at_once:
                    found.append(_fetched(it, cursor))
        if at_once:
            found = [_fetched(*each) for each in sent]
    except (connection.dialect.loaded_dbapi.Error, OverflowError) as failed:
        text, dialect = ";\n".join(it.text for it, _ in sent), connection.dialect
        gone = dialect.is_disconnect(failed, driven.dbapi_connection, None)  # type: ignore[arg-type]
        if gone:
            connection.invalidate(failed)
        raise as_told(dialect, text, failed, gone=gone) from failed
    for (statement, _), (_, cursor), rows in zip(asks, sent, found, strict=True):
        _put_back(cursors, statement, cursor, rows)
    return [it.answer(rows) for (it, _), rows in zip(sent, found, strict=True)]


def _fetched(it: Kept, cursor: Any) -> Sequence[Any]:
    rows: Sequence[Any] = cursor.fetchall() if it.answers else ()
    return rows


def _put_back(cursors: dict[Any, Any], statement: Any, cursor: Any, rows: Sequence[Any]) -> None:
    """Keep a cursor for the next time; the one that was used longest ago makes room."""
    if len(rows) > ROWS_KEPT:
        return
    if len(cursors) >= CURSORS_MAX:
        cursors.pop(next(iter(cursors)))
    cursors[statement] = cursor


def as_told(dialect: Any, text: str, failed: Any, *, gone: bool) -> Exception:
    """The error that SQLAlchemy makes of the driver's. A number beyond 64 bit fits no column."""
    if isinstance(failed, OverflowError):
        return DataError(text, None, failed)
    told: Exception = DBAPIError.instance(
        text,
        None,
        failed,
        dialect.loaded_dbapi.Error,
        connection_invalidated=gone,
        dialect=dialect,
    )
    return told
