"""Append-only rows, written at once and noted as they are written.

What is never changed again needs no unit of work, whose care for one row takes longer than the
database does: what is written at every deed of the bench comes this way.
"""

from functools import cache

from sqlalchemy import JSON, Insert, insert, inspect
from sqlalchemy.orm import Session

from app.db import AppendOnly, Base, connection_of
from app.trail.capture import note, shown


def append(session: Session, kind: type[Base], **values: object) -> None:
    """Write a row of an append-only table, for the next entry of the trail to hold.

    A column that is not named is NULL. What the row hangs on is in the database already: it was
    read, appended or flushed.
    """
    assert issubclass(kind, AppendOnly), f"{kind.__name__} rows change; add them to the session"
    mapper, statement = inspect(kind), _insert(kind)
    row = {name: values.pop(name, None) for name in _names(kind)}
    assert not values, f"{kind.__name__} has no {', '.join(values)}"
    written = connection_of(session).execute(statement, row)
    given = written.inserted_primary_key
    assert given is not None
    state = {name: shown(mapper, name, value) for name, value in row.items()}
    note(session, kind, str(given.id), {"id": given.id} | state)


@cache
def _names(kind: type[Base]) -> tuple[str, ...]:
    return tuple(each.key for each in inspect(kind).column_attrs if each.key != "id")


@cache
def _insert(kind: type[Base]) -> Insert:
    table = Base.metadata.tables[kind.__tablename__]
    assert [each.key for each in table.primary_key] == ["id"], "the database gives the number"
    for each in table.columns:
        assert each.default is None, "what is written is what was said"
        assert each.server_default is None, "what is written is what was said"
        assert not isinstance(each.type, JSON), "JSON has a null of its own"
    return insert(table)
