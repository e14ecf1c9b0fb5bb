"""One request is one transaction, and the answer leaves after the commit."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from datetime import datetime
from functools import partial, wraps
from inspect import iscoroutinefunction, signature
from typing import Annotated, Any, Protocol, TypeAlias, TypeVar, get_args, get_origin

from anyio import Semaphore
from anyio.lowlevel import RunVar
from fastapi import Depends, Request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.db import Database
from app.errors import OutOfDate, RecordError

WRITING_MAX = 2
"""On PostgreSQL. While one waits for the disk another thinks; more than two only take the
interpreter from each other, and come to the end of the trail one by one all the same."""
READING_MAX = 10
ASKING_MAX = 5
"""Who asks is looked for at once by so many on PostgreSQL; each takes a connection."""
PROVING_MAX = 4
"""Passwords compared at once: each takes 64 MiB and a tenth of a second of a processor."""

R = TypeVar("R")
Begin: TypeAlias = Callable[[], AbstractContextManager[Session]]
"""Begins a transaction where it is called, and ends it there."""


class KeepAttempt(Protocol):
    """Writes a refused attempt to the trail; given by main, because the trail stands above."""

    def __call__(self, session: Session, request: Request, no: RecordError) -> None:
        """Record who tried what, and why it was refused."""
        ...


class Record(Protocol):
    """Writes an entry of the trail; given by main to people, who stand below the trail."""

    def __call__(
        self,
        session: Session,
        *,
        by: Any,
        at: datetime,
        did: str,
        about: str,
        why: str | None = None,
        details: dict[str, Any] | None = None,
        zone: str = "UTC",
    ) -> object:
        """Add one entry with every row written since the last one."""
        ...


async def recorder(request: Request) -> Record:
    """The trail of this application."""
    record: Record = request.app.state.record
    return record


Recording = Annotated[Record, Depends(recorder)]


class Turns:
    """How many requests may hold or await a transaction; the others wait without a thread.

    Handlers run in a small pool of threads. If everyone who waits for a transaction took a
    thread to wait in, the one who has it would find none to go on with, and all would wait
    for ever. SQLite lets one write at a time, so one has the turn.
    """

    def __init__(self, *, one_writer: bool) -> None:
        self.writing = Semaphore(1 if one_writer else WRITING_MAX, fast_acquire=True)
        self.reading = Semaphore(READING_MAX, fast_acquire=True)
        self.asking = Semaphore(ASKING_MAX, fast_acquire=True)
        self.proving = Semaphore(PROVING_MAX)


_turns: RunVar[Turns] = RunVar("turns")


def turns(request: Request) -> Turns:
    """The turns of this application, in the event loop that it runs in."""
    try:
        return _turns.get()
    except LookupError:
        new = Turns(one_writer=request.app.state.database.is_sqlite)
        _turns.set(new)
        return new


async def unit_of_work(request: Request) -> AsyncIterator[Begin]:
    """A turn to write, and what begins the transaction of this request."""
    async with turns(request).writing:
        yield partial(_writing, request)


turn_to_write = asynccontextmanager(unit_of_work)
"""The same, for what stands between an address and its transaction."""


async def look(request: Request) -> AsyncIterator[Begin]:
    """A turn to read, and what begins to."""
    async with turns(request).reading:
        yield request.app.state.database.reading


@contextmanager
def _writing(request: Request) -> Iterator[Session]:
    """A transaction for this request. A no rolls it back; a no worth keeping is kept apart.

    Raises:
        OutOfDate: somebody else saved first.
    """
    database: Database = request.app.state.database
    try:
        with database.writing() as session:
            yield session
    except StaleDataError as stale:
        raise OutOfDate from stale
    except IntegrityError as clash:
        raise OutOfDate(
            "Someone saved the same thing a moment before. Reload the page and look."
        ) from clash
    except RecordError as no:
        if no.kept:
            keep_attempt(request, no)
        raise


def attempt_kept(request: Request) -> bool:
    """Whether the refused attempt of this request is in the trail already."""
    return getattr(request.state, "attempt_kept", False)


def keep_attempt(request: Request, no: RecordError) -> None:
    """Write a refused attempt in a transaction of its own, once."""
    if attempt_kept(request):
        return
    request.state.attempt_kept = True
    keep: KeepAttempt = request.app.state.keep_attempt
    with request.app.state.database.writing() as session:
        keep(session, request, no)


UnitOfWork = Annotated[Session, Depends(unit_of_work, scope="function")]
Look = Annotated[Session, Depends(look, scope="function")]


def in_one_go(endpoint: Callable[..., R]) -> Callable[..., R]:
    """Begin the transaction of an address, do the deed and commit, all in one thread.

    A framework that opens the session for us goes through three threads for it, which costs more
    than the database does. The answer leaves after the commit.
    """
    sessions = [
        name
        for name, each in signature(endpoint).parameters.items()
        if get_origin(each.annotation) is Annotated and get_args(each.annotation)[0] is Session
    ]
    if not sessions:
        return endpoint
    (name,) = sessions
    assert not iscoroutinefunction(endpoint), "a transaction would keep the others waiting"

    @wraps(endpoint)
    def done(**given: Any) -> R:
        begin: Begin = given[name]
        with begin() as session:
            return endpoint(**given | {name: session})

    return done
