"""One request is one transaction, and the answer leaves after the commit."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Annotated, Any, Protocol

from anyio import Semaphore
from fastapi import Depends, Request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.db import Database
from app.errors import OutOfDate, RecordError

WRITING_MAX = 8
READING_MAX = 10
PROVING_MAX = 4
"""Passwords compared at once: each takes 64 MiB and a tenth of a second of a processor."""


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
    for ever.
    """

    def __init__(self) -> None:
        self.writing = Semaphore(WRITING_MAX)
        self.reading = Semaphore(READING_MAX)
        self.proving = Semaphore(PROVING_MAX)


def turns(request: Request) -> Turns:
    """The turns of this application."""
    state = request.app.state
    if not hasattr(state, "turns"):
        state.turns = Turns()
    known: Turns = state.turns
    return known


async def turn_to_write(request: Request) -> AsyncIterator[None]:
    """Wait for a turn to write."""
    async with turns(request).writing:
        yield


async def turn_to_read(request: Request) -> AsyncIterator[None]:
    """Wait for a turn to read."""
    async with turns(request).reading:
        yield


def unit_of_work(
    request: Request,
    _turn: Annotated[None, Depends(turn_to_write, scope="function")],
) -> Iterator[Session]:
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


def keep_attempt(request: Request, no: RecordError) -> None:
    """Write a refused attempt in a transaction of its own, once."""
    if getattr(request.state, "attempt_kept", False):
        return
    request.state.attempt_kept = True
    keep: KeepAttempt = request.app.state.keep_attempt
    with request.app.state.database.writing() as session:
        keep(session, request, no)


def look(request: Request, _turn: Annotated[None, Depends(turn_to_read)]) -> Iterator[Session]:
    """A session that only reads."""
    database: Database = request.app.state.database
    with database.reading() as session:
        yield session


# scope="function" commits before the answer leaves: the default commits after it,
# and a failed commit would then still have told the operator "saved".
UnitOfWork = Annotated[Session, Depends(unit_of_work, scope="function")]
Look = Annotated[Session, Depends(look)]
