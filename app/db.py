"""Tables, sessions and engines: SQLite by default, PostgreSQL from the same models.

Every mapped class is audited unless it is `Technical`; what is `AppendOnly` is never changed
again, and nothing audited is ever deleted (design idea 2). The trail listens to these sessions.
"""

import enum
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    DateTime,
    Dialect,
    Engine,
    Enum,
    MetaData,
    QueuePool,
    Result,
    Select,
    String,
    Text,
    and_,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.exc import DataError
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session, sessionmaker
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.types import TypeDecorator

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
        if value is None:
            return None
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


def asked(session: Session, question: Select[*tuple[Any, ...]], **values: object) -> Result[Any]:
    """The rows that answer a question of bare columns, inside a session's transaction."""
    return session.connection().execute(question, values)


class Technical:
    """Not a GMP record: browser sessions, jobs, counters. The trail does not watch it."""


class AppendOnly:
    """Written once. The session refuses to change it, and so do the database's triggers."""


def engine_for(url: str) -> Engine:
    """Open the database at `url` with the promises this application needs.

    SQLite: write-ahead log, full durability, foreign keys, and a write lock taken at the start of
    each transaction that may write. PostgreSQL: plain READ COMMITTED, moments told in UTC.
    """
    if not url.startswith("sqlite"):
        engine = create_engine(
            url,
            pool_use_lifo=True,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=10,
            connect_args={"options": _in_utc(url)},
        )
        event.listen(engine, "connect", _describe_when_asked)
        return engine
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_use_lifo=True,  # the one used last still holds its pages and statements
        connect_args={"timeout": 30, "isolation_level": None, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "handle_error", _as_data_error)
    return engine


def _in_utc(url: str) -> str:
    """The options of a session with PostgreSQL, those in its URL too.

    Without the last, moments come in the zone of the server, and each has to be turned when read.
    """
    told = make_url(url).query.get("options", "")
    return f"{told if isinstance(told, str) else ' '.join(told)} -c TimeZone=UTC".strip()


class _Described(Sequence[Any]):
    """The columns of an answer, described when somebody looks.

    SQLAlchemy asks each time whether there are any, and looks once for each statement it keeps.
    """

    def __init__(self, count: int, described: Callable[[], Sequence[Any]]) -> None:
        self._count = count
        self._described = described

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        return self._described()[place]


@cache
def _cursor_of(kind: type[Any]) -> type[Any]:
    """The driver's cursor; its own describes each of fifty columns at every statement."""

    def description(cursor: Any) -> Sequence[Any] | None:
        def described() -> Any:
            return kind.description.fget(cursor)

        count = cursor.pgresult.nfields if cursor.pgresult else 0
        return _Described(count, described) if count else described()

    return type(kind.__name__, (kind,), {"description": property(description)})


def _describe_when_asked(connection: Any, _record: object) -> None:
    connection.cursor_factory = _cursor_of(connection.cursor_factory)


def _as_data_error(context: ExceptionContext) -> None:
    """Say of a number beyond 64 bit what PostgreSQL says of it: it fits no column."""
    if isinstance(context.original_exception, OverflowError):
        raise DataError(
            context.statement, context.parameters, context.original_exception
        ) from context.original_exception


def _prepare_sqlite(connection: Any, _record: object) -> None:
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "trusted_schema=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("alone"):
        connection.exec_driver_sql("BEGIN" if options.get("readonly") else "BEGIN IMMEDIATE")


class Database:
    """One database: sessions that read, and sessions that write one after the other."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = engine_for(url)
        self._write = sessionmaker(self.engine, expire_on_commit=False)
        reader = self.engine.execution_options(readonly=True)
        self._read = sessionmaker(reader, expire_on_commit=False)
        self._alone = self.engine.execution_options(isolation_level="AUTOCOMMIT", alone=True)
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

    @contextmanager
    def asking(self) -> Iterator[Connection]:
        """One question alone: it needs no transaction around it, nor the two ways that takes."""
        with self._alone.connect() as connection:
            yield connection

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def key_of(row: Base) -> str:
    """The primary key of a row as text, for references in the trail."""
    table = row.__table__
    return "/".join(str(getattr(row, column.key)) for column in table.primary_key.columns)  # type: ignore[attr-defined]
