"""Engines with the promises that this application needs, of SQLite and of PostgreSQL."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from time import monotonic
from typing import Any

from sqlalchemy import Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.exc import DataError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

IDLE_SECONDS = 1.0
PUT_DOWN = "put down at"
GIVEN_UP = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",
}
"""In seconds, the last in thousandths: how soon a connection counts as broken."""


def engine_for(url: str, health: "Health") -> Engine:
    """Open the database at `url` with the promises this application needs.

    SQLite: write-ahead log, full durability, foreign keys, and a write lock taken at the start of
    each transaction that may write. PostgreSQL: plain READ COMMITTED, moments told in UTC.
    """
    if not url.startswith("sqlite"):
        return _postgres(url, health)
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_use_lifo=True,  # the one used last still holds its pages and statements
        pool_size=12,
        max_overflow=-1,  # nobody waits for one: who asks is looked for by the event loop itself
        connect_args={"timeout": 30, "isolation_level": None, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "handle_error", _as_data_error)
    return engine


@dataclass
class Health:
    """When a connection to the database was last found broken."""

    broken_at: float = -IDLE_SECONDS

    def found_broken(self, *_: object) -> None:
        """Remember that one was broken a moment ago: whoever knows another asks it first."""
        self.broken_at = monotonic()


def _postgres(url: str, health: Health) -> Engine:
    engine = create_engine(
        url,
        pool_use_lifo=True,
        pool_size=10,
        max_overflow=10,
        connect_args=connection_told(url),
    )
    event.listen(engine, "connect", _describe_when_asked)
    event.listen(engine, "checkin", _put_down)
    event.listen(engine, "checkout", partial(_asked_if_alive, engine, health))
    event.listen(engine, "invalidate", health.found_broken)
    return engine


def connection_told(url: str) -> dict[str, str]:
    """What the connections of the application to PostgreSQL are told, beside what its URL says.

    Moments in UTC: else they come in the zone of the server, and each has to be turned when read.
    And how soon a server that does not answer, or is not there any more, is given up.
    """
    told = make_url(url).query
    options = told.get("options", "")
    options = options if isinstance(options, str) else " ".join(options)
    limits = {name: limit for name, limit in GIVEN_UP.items() if name not in told}
    return {"options": f"{options} -c TimeZone=UTC".strip(), **limits}


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


def _put_down(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[PUT_DOWN] = monotonic()


def _asked_if_alive(
    engine: Engine, health: Health, connection: Any, record: ConnectionPoolEntry, _proxy: object
) -> None:
    """Ask a connection that lay idle whether the server is still there; if not, take new ones.

    One that was used a moment ago is not asked, unless another one broke since: each question is
    a way to the server and back.
    """
    since = record.info.get(PUT_DOWN, monotonic())
    if monotonic() - since < IDLE_SECONDS and since > health.broken_at:
        return
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as gone:
        raise InvalidatePoolError from gone


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
    looks = connection.get_execution_options().get("readonly")
    connection.exec_driver_sql("BEGIN" if looks else "BEGIN IMMEDIATE")
