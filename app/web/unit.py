"""One request is one transaction, and the answer leaves after the commit."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.db import Database
from app.errors import OutOfDate, RecordError


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


def recorder(request: Request) -> Record:
    """The trail of this application."""
    record: Record = request.app.state.record
    return record


Recording = Annotated[Record, Depends(recorder)]


def unit_of_work(request: Request) -> Iterator[Session]:
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


def look(request: Request) -> Iterator[Session]:
    """A session that only reads."""
    database: Database = request.app.state.database
    with database.reading() as session:
        yield session


# scope="function" commits before the answer leaves: the default commits after it,
# and a failed commit would then still have told the operator "saved".
UnitOfWork = Annotated[Session, Depends(unit_of_work, scope="function")]
Look = Annotated[Session, Depends(look)]
