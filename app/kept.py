"""Statements that are kept: written once for a database, then handed to its driver as they are.

What is asked at every deed is small, and the care that SQLAlchemy takes of one statement lasts
longer than the database needs for it. Here SQLAlchemy writes the statement once, and says once
how each value is told and read; from then on the driver is asked. Several that are sent at once
go to PostgreSQL in one way there and back, and each sees what those before it did.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Dialect, Numeric, Result
from sqlalchemy.engine import Connection, IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

Values: TypeAlias = Mapping[str, object]
Turned: TypeAlias = Callable[[Any], Any] | None
"""Turns a value of ours into one of the driver's, or back; None where they are the same."""
CURSORS = "cursors of kept statements"
CURSORS_MAX = 200
ROWS_KEPT = 100
"""A cursor holds its last answer; one that held more is let go of."""


class Ask(NamedTuple):
    """A statement and what it is told. It is made once, and kept by whoever asks it."""

    statement: Any
    values: Values


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
    heads: SimpleResultMetaData
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

    def answer(self, found: Iterable[Sequence[Any]]) -> Result[Any]:
        """The rows that the driver found, as we know them."""
        return IteratorResult(
            self.heads, self._rows(found, self.read) if self.read else iter(found)
        )

    @staticmethod
    def _rows(found: Iterable[Sequence[Any]], read: tuple[Turned, ...]) -> Iterator[Sequence[Any]]:
        for row in found:
            yield tuple(
                turned(value) if turned else value for turned, value in zip(read, row, strict=True)
            )


@lru_cache(maxsize=1024)
def kept(statement: Any, dialect: Dialect) -> Kept:
    """A statement as this database wants it, written at the first call."""
    written = statement.compile(dialect=dialect)
    assert isinstance(written, SQLCompiler)
    assert not written.post_compile_params, "a place for any number of values is written anew"
    columns = tuple(getattr(statement, "exported_columns", ()))
    assert not any(isinstance(each.type, Numeric) for each in columns), "amounts are kept as text"
    read = tuple(_on(dialect, each.type).result_processor(dialect, None) for each in columns)
    names = tuple(written.positiontup or ()) if written.positional else tuple(written.binds)
    return Kept(
        text=written.string,
        told=tuple(
            (name, _on(dialect, written.binds[name].type).bind_processor(dialect)) for name in names
        ),
        by_place=written.positional,
        own={
            name: each.effective_value for name, each in written.binds.items() if not each.required
        },
        heads=SimpleResultMetaData([each.key for each in columns]),
        answers=bool(columns),
        read=read if any(read) else None,
    )


def _on(dialect: Dialect, kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)


def answered(connection: Connection, *asks: Ask) -> list[Result[Any]]:
    """The rows that answer each statement; of one that gives none, no rows.

    Raises:
        DBAPIError: as SQLAlchemy raises it; a connection that is broken is given up.
    """
    driven: Any = connection.connection
    cursors: dict[Any, Any] = driven.info.setdefault(CURSORS, {})
    sent: list[tuple[Kept, Any]] = []
    try:
        with _at_once(driven, len(asks)):
            for statement, values in asks:
                it = kept(statement, connection.dialect)
                # taken out while it is in use: the same statement may be sent twice at once
                cursor = cursors.pop(statement, None) or driven.driver_connection.cursor()
                sent.append((it, cursor))
                cursor.execute(it.text, it.bound(values))
        found = [cursor.fetchall() if it.answers else () for it, cursor in sent]
    except (connection.dialect.loaded_dbapi.Error, OverflowError) as failed:
        text, dialect = ";\n".join(it.text for it, _ in sent), connection.dialect
        gone = _is_gone(driven.dbapi_connection, dialect, failed)
        if gone:
            connection.invalidate(failed)
        raise as_told(dialect, text, failed, gone=gone) from failed
    for (statement, _), (_, cursor), rows in zip(asks, sent, found, strict=True):
        if len(rows) <= ROWS_KEPT and len(cursors) < CURSORS_MAX:
            cursors[statement] = cursor
    return [it.answer(rows) for (it, _), rows in zip(sent, found, strict=True)]


def _at_once(driven: Any, count: int) -> AbstractContextManager[object]:
    """PostgreSQL's driver sends what is asked in here at once, when it ends."""
    pipeline = getattr(driven.driver_connection, "pipeline", None) if count > 1 else None
    return pipeline() if pipeline else nullcontext()


def _is_gone(driver_connection: Any, dialect: Any, failed: Exception) -> bool:
    return bool(dialect.is_disconnect(failed, driver_connection, None))


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
