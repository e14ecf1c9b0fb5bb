"""Questions that are asked alone, outside any transaction, by the event loop itself.

Who is at the other end is asked at every request, before anything else is begun for it. The way
to a thread and back takes longer than the answer, so nobody goes it.
"""

import asyncio
import os
import socket
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from app.engines import Health
from app.kept import Answer, Ask, answered, as_told, kept

IDLE_MAX = 5
ANSWER_SECONDS = 10.0
"""One row by its index takes a thousandth of one."""


class Apart(Protocol):
    """Where a question is answered at once, as it stands at that moment."""

    async def answered(self, ask: Ask) -> Answer:
        """The rows that answer a question.

        Raises:
            DBAPIError: as SQLAlchemy raises it.
        """
        ...

    def close(self) -> None:
        """Give back every connection."""
        ...


class ApartSqlite:
    """SQLite is in this process: one row by its index, and no reader waits for a writer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def answered(self, ask: Ask) -> Answer:
        """As `Apart`."""
        with self._engine.connect() as connection:
            return answered(connection, ask)[0]

    def close(self) -> None:
        """Its connections are the engine's."""


class _Asking(NamedTuple):
    """A connection, and its cursor for each question."""

    connection: Any
    cursors: dict[Any, Any]


class ApartPostgres:
    """PostgreSQL is waited for by the event loop, on connections that hold no transaction."""

    def __init__(self, engine: Engine, health: Health, told: Mapping[str, str]) -> None:
        self._health = health
        self._dialect: Any = engine.dialect
        self._driver: Any = self._dialect.loaded_dbapi
        named, where = self._dialect.create_connect_args(engine.url)
        assert not named, "the driver is told everything by its name"
        # first, so that what the URL says of it comes after, and holds
        options = f"-c statement_timeout={ANSWER_SECONDS * 1000:.0f} {told['options']}"
        self._where = {**where, **told, "options": options, "autocommit": True}
        self._idle: list[_Asking] = []

    async def answered(self, ask: Ask) -> Answer:
        """As `Apart`. One that lay idle may be broken by now: then a new one is asked.

        Each is given `ANSWER_SECONDS` by the server, and half as long again by us.
        """
        try:
            idle = self._idle.pop()
        except IndexError:
            return await self._by(await self._new(), ask)
        try:
            return await self._by(idle, ask)
        except OperationalError as failed:
            if not failed.connection_invalidated:
                raise
        self.close()  # the others lay as long, and lead to the same server
        return await self._by(await self._new(), ask)

    async def _new(self) -> _Asking:
        try:
            connection = await self._driver.AsyncConnection.connect(**self._where)
        except self._driver.Error as failed:
            raise self._told(failed, "", gone=True) from failed
        return _Asking(connection, {})

    async def _by(self, asking: _Asking, ask: Ask) -> Answer:
        it, (connection, cursors) = kept(ask.statement, self._dialect), asking
        cursor = cursors.get(ask.statement)
        if cursor is None:
            cursor = cursors[ask.statement] = connection.cursor()
        # a server that is there and says nothing is waited for without end, even by who goes away
        late = asyncio.get_running_loop().call_later(1.5 * ANSWER_SECONDS, _cut, connection)
        try:
            await cursor.execute(it.text, it.bound(ask.values))
            rows = await cursor.fetchall()
        except self._driver.Error as failed:
            gone = self._dialect.is_disconnect(failed, connection, cursor)
            _end(asking)
            raise self._told(failed, it.text, gone=gone) from failed
        except BaseException:  # who asked went away in the middle of it
            _end(asking)
            raise
        finally:
            late.cancel()
        if len(self._idle) < IDLE_MAX:
            self._idle.append(asking)
        else:
            _end(asking)
        return it.answer(rows)

    def _told(self, failed: Exception, text: str, *, gone: bool) -> Exception:
        if gone:
            self._health.found_broken()
        return as_told(self._dialect, text, failed, gone=gone)

    def close(self) -> None:
        """As `Apart`."""
        while self._idle:
            _end(self._idle.pop())


def _cut(connection: Any) -> None:
    """End the way to a server, so that who waits there for an answer hears of it."""
    with socket.socket(fileno=os.dup(connection.fileno())) as way:
        way.shutdown(socket.SHUT_RDWR)


def _end(asking: _Asking) -> None:
    asking.connection.pgconn.finish()  # as its own `close` does, which only a loop can wait for
