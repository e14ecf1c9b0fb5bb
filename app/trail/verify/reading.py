"""Reads every row as it is stored: a value that nobody can read is a finding, not a crash."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, type_coerce
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper
from sqlalchemy.types import NULLTYPE, TypeEngine

from app.db import UtcTime

ROWS_AT_ONCE = 500
UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError)
MOMENT = "2026-03-31 14:05:00.000000"

Column = Sequence[Any]
"""What some rows hold in one column."""


def names_of(mapper: Mapper[Any]) -> tuple[str, ...]:
    """The names of a mapped table's columns, as the trail has them."""
    return tuple(each.key for each in mapper.column_attrs)


def columns_of(
    connection: Connection, mapper: Mapper[Any], names: Sequence[str]
) -> Iterator[list[Column]]:
    """Some rows of a mapped table at a time, in the order of their keys, column by column.

    Read so, a value costs one call of a function in C instead of a turn of our own loop.
    """
    mapped = mapper.column_attrs
    columns = [mapped[name].columns[0] for name in names]
    readers = [_reader(each.type, connection) for each in columns]
    stored = select(*(type_coerce(each, NULLTYPE) for each in columns))
    found = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(
        stored.order_by(*mapper.primary_key)
    )
    for rows in found.partitions():
        yield [
            reader(values) if reader else values
            for reader, values in zip(readers, zip(*rows, strict=True), strict=True)
        ]


def rows_of(connection: Connection, mapper: Mapper[Any]) -> Iterator[dict[str, Any]]:
    """The rows of a mapped table in the order of their keys, few of them in memory at once."""
    names = names_of(mapper)
    for columns in columns_of(connection, mapper, names):
        for row in zip(*columns, strict=True):
            yield dict(zip(names, row, strict=True))


def _reader(kind: TypeEngine[Any], connection: Connection) -> Callable[[Column], Column] | None:
    """What makes stored values ours; None where they are already."""
    process = kind.dialect_impl(connection.dialect).result_processor(connection.dialect, None)
    if process is None:
        return None
    as_text = isinstance(kind, UtcTime) and connection.dialect.name == "sqlite"

    def one(stored: Any) -> Any:
        try:
            return process(stored)
        except UNREADABLE:
            return f"{stored!r}, which cannot be read"

    def reading(stored: Column) -> Column:
        try:
            return _moments(stored) if as_text else list(map(process, stored))
        except UNREADABLE:
            return list(map(one, stored))

    return reading


def _moments(stored: Column) -> Column:
    """Moments that SQLite holds as it was given them, read as `UtcTime` reads them.

    Raises:
        TypeError: one of them has another form, or is none.
    """
    if set(map(type, stored)) != {str} or set(map(len, stored)) != {len(MOMENT)}:
        raise TypeError(stored)
    return [datetime.fromisoformat(each + "+00:00") for each in stored]
