"""Append-only rows, written and noted with the next entry of the trail.

What is never changed again needs no unit of work, whose care for one row takes longer than the
database does: what is written at every deed of the bench comes this way.
"""

from functools import cache, partial

from sqlalchemy import JSON, Insert, bindparam, insert, inspect
from sqlalchemy.orm import Session

from app.asking import sent_later
from app.db import AppendOnly, Base
from app.kept import Answer, Ask
from app.trail.capture import note, shown


def append(session: Session, kind: type[Base], **values: object) -> None:
    """Write a row of an append-only table, for the next entry of the trail to hold.

    A column that is not named is NULL. The row is sent before anything else is asked or written,
    together with what is asked then. What it hangs on is in the database already: it was read,
    appended or flushed.
    """
    assert issubclass(kind, AppendOnly), f"{kind.__name__} rows change; add them to the session"
    row = {name: values.pop(name, None) for name in _names(kind)}
    assert not values, f"{kind.__name__} has no {', '.join(values)}"
    sent_later(session, Ask(_insert(kind), row), partial(_note, session, kind, row))


def _note(session: Session, kind: type[Base], row: dict[str, object], given: Answer) -> None:
    mapper, number = inspect(kind), given.scalar_one()
    state = {name: shown(mapper, name, value) for name, value in row.items()}
    note(session, kind, str(number), {"id": number} | state)


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
    said = {name: bindparam(name, type_=table.columns[name].type) for name in _names(kind)}
    return insert(table).values(said).returning(table.columns["id"])
