"""Reads every row as it is stored: a value that nobody can read is a finding, not a crash."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import select, type_coerce
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper
from sqlalchemy.types import NULLTYPE, TypeEngine

ROWS_AT_ONCE = 500


def rows_of(connection: Connection, mapper: Mapper[Any]) -> Iterator[dict[str, Any]]:
    """The rows of a mapped table in the order of their keys, few of them in memory at once."""
    read = {
        each.key: (column, _reader(column.type, connection))
        for each in mapper.column_attrs
        for column in [each.columns[0]]
    }
    stored = select(
        *(type_coerce(column, NULLTYPE).label(key) for key, (column, _) in read.items())
    ).order_by(*mapper.primary_key)
    found = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(stored)
    readers = [(key, reader) for key, (_, reader) in read.items()]
    for row in found:
        yield {
            key: reader(value) if reader and value is not None else value
            for (key, reader), value in zip(readers, row, strict=True)
        }


def _reader(kind: TypeEngine[Any], connection: Connection) -> Callable[[Any], Any] | None:
    """What makes a stored value one of ours; None where it is one already."""
    process = kind.dialect_impl(connection.dialect).result_processor(connection.dialect, None)

    if process is None:
        return None

    def reading(stored: Any) -> Any:
        try:
            return process(stored)
        except (ValueError, TypeError, LookupError, ArithmeticError):
            return f"{stored!r}, which cannot be read"

    return reading
