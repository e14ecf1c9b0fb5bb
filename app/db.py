"""Tables, sessions and engines: SQLite by default, PostgreSQL from the same models.

Every mapped class is audited unless it is `Technical`; what is `AppendOnly` is never changed
again, and nothing audited is ever deleted (design idea 2). The trail listens to these sessions.
"""

import enum
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    DateTime,
    Dialect,
    Enum,
    MetaData,
    String,
    Text,
    and_,
)
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session, sessionmaker
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.types import TypeDecorator

from app.apart import Apart, ApartPostgres, ApartSqlite
from app.engines import Health, connection_told, engine_for

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """A moment, stored in UTC and given back aware. A naive time is our own mistake."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse a naive moment, store UTC."""
        if value is None:
            return None
        assert value.tzinfo is not None, f"{value!r} has no time zone"
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give the moment back aware: SQLite forgets the zone."""
        if value is None or value.tzinfo is UTC:
            return value
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Exact(TypeDecorator[Decimal]):
    """A decimal stored as text: SQLite would make it a float, and 92.10 must stay 92.10."""

    impl = String(80)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Store plain digits, without an exponent."""
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Read the same digits back."""
        return None if value is None else Decimal(value)


# PostgreSQL sorts a text as the language does, unless told: only byte order makes
# "everything below lot/A-1", or "every number that begins with UNIT1-26-", one range of the index.
BYTE_ORDER = Text().with_variant(Text(collation="C"), "postgresql")
LAST_CHARACTER = "\U0010ffff"


def begins_with(column: InstrumentedAttribute[str], words: str) -> ColumnElement[bool]:
    """The condition for texts in byte order that begin with these words: a range of their index."""
    return and_(column >= words, column < words + LAST_CHARACTER)


class Base(DeclarativeBase):
    """The parent of every table. Constraints are named alike, enums stored by value."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        str: Text(),
        datetime: UtcTime(),
        date: Date(),
        Decimal: Exact(),
        enum.Enum: Enum(
            enum.Enum,
            native_enum=False,
            create_constraint=False,
            length=40,
            values_callable=lambda kind: [each.value for each in kind],
        ),
    }


def columns_of(kind: type[Base]) -> ReadOnlyColumnCollection[str, Column[Any]]:
    """The bare columns of a table, for what is asked at every request and changes nothing.

    A question of columns passes the mapper by, which takes longer than the database does.
    """
    columns: ReadOnlyColumnCollection[str, Column[Any]] = Base.metadata.tables[
        kind.__tablename__
    ].columns
    return columns


class Technical:
    """Not a GMP record: browser sessions, jobs, counters. The trail does not watch it."""


class AppendOnly:
    """Written once. The session refuses to change it, and so do the database's triggers."""


class Database:
    """One database: sessions that read, and sessions that write one after the other."""

    def __init__(self, url: str) -> None:
        self.url = url
        health = Health()
        self.engine = engine_for(url, health)
        self.apart: Apart = (
            ApartSqlite(self.engine)
            if self.is_sqlite
            else ApartPostgres(self.engine, health, connection_told(url))
        )
        self._write = sessionmaker(self.engine, expire_on_commit=False)
        reader = self.engine.execution_options(readonly=True)
        self._read = sessionmaker(reader, expire_on_commit=False)
        # SQLite lets one writer in and makes the others sleep unfairly; a queue in
        # front of it keeps the slowest request short. PostgreSQL needs no queue.
        self._turn = threading.Lock() if self.is_sqlite else None

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction that may write: all of it is saved, or none of it."""
        if self._turn is not None:
            with self._turn, self._write.begin() as session:
                yield session
        else:
            with self._write.begin() as session:
                yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent look; nothing it does is saved."""
        with self._read() as session:
            yield session

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()
        self.apart.close()


def key_of(row: Base) -> str:
    """The primary key of a row as text, for references in the trail."""
    table = row.__table__
    return "/".join(str(getattr(row, column.key)) for column in table.primary_key.columns)  # type: ignore[attr-defined]
