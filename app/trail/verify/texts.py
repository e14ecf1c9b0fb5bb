"""The state of a row as the canonical JSON that an entry keeps of it, without making an object.

Two equal texts say the same; two that differ may still (a column younger than the entry is empty),
so whoever finds a difference reads both.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from json import JSONEncoder
from json.encoder import encode_basestring
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper

from app.trail.capture import plain, secrets_of, shown
from app.trail.verify.reading import Column, columns_of, names_of

text_of = JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
"""The canonical JSON of a value; one that has no form there (a float) is written all the same."""


def _day(value: date) -> str:
    return f'"{value.isoformat()}"'


def _quoted(value: object) -> str:
    return f'"{plain(value)}"'  # digits and dashes: nothing to escape


class _Writers(dict[type, Callable[[Any], str]]):
    """What writes a value of each type; any other is made plain and written with care."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        return _carefully


def _carefully(value: object) -> str:
    return text_of(plain(value))


WRITERS = _Writers(
    {
        str: encode_basestring,
        int: str,
        bool: {False: "false", True: "true"}.__getitem__,
        type(None): {None: "null"}.__getitem__,
        date: _day,
        datetime: _quoted,
        Decimal: _quoted,
    }
)


def texts_of(connection: Connection, mapper: Mapper[Any]) -> Iterator[tuple[Column, Sequence[str]]]:
    """The keys of some rows at a time, in their order, and each row as text."""
    (key,) = (mapper.get_property_by_column(each).key for each in mapper.primary_key)
    names = sorted(names_of(mapper))
    row = "{" + ",".join(f"{encode_basestring(each)}:%s" for each in names) + "}"
    place = names.index(key)
    for columns in columns_of(connection, mapper, names):
        written = [
            _written(mapper, name, values) for name, values in zip(names, columns, strict=True)
        ]
        yield columns[place], [row % values for values in zip(*written, strict=True)]


def _written(mapper: Mapper[Any], name: str, values: Column) -> list[str]:
    if name in secrets_of(mapper):
        values = [shown(mapper, name, each) for each in values]
    kinds = set(map(type, values))
    if len(kinds) == 1:
        return list(map(WRITERS[kinds.pop()], values))
    return [WRITERS[type(each)](each) for each in values]
