"""What waits in production: steps to perform, entries to check, lots to endorse."""

from collections.abc import Iterator, Sequence

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from app.expansion.gathering import book_of
from app.lot.models import Lot
from app.people.actor import Actor
from app.people.models import Training
from app.trail.separation import has_clash
from schemas.lot import Stage
from schemas.people import Task

LOTS_SHOWN = 100
"""The oldest come first; nobody reads a longer list."""


def waiting(session: Session, by: Actor) -> Sequence[Task]:
    """What this person can do in production: nothing for others, nothing on lots that are held."""
    if not by.may("step.perform"):
        return ()
    # Only what they were trained on; whether the training still holds, the step asks.
    theirs = select(Training.id).where(
        Training.account_id == by.account_id,
        Training.document_code == Lot.master_code,
        Training.document_version == cast(Lot.master_version, String),
    )
    lots = session.scalars(
        select(Lot)
        .where(Lot.stage == Stage.IN_PRODUCTION, theirs.exists())
        .order_by(Lot.id)
        .limit(LOTS_SHOWN)
    )
    return tuple(task for lot in lots for task in _on(session, lot, by))


def _on(session: Session, lot: Lot, by: Actor) -> Iterator[Task]:
    book = book_of(session, lot)
    about = f"{lot.number}, {lot.product_name}"
    unchecked = book.to_check()
    for entry in unchecked:
        path = f"/lots/{lot.number}/steps/{entry.step}/{entry.occurrence}/check"
        ref = f"{lot.ref}/step/{entry.step}/{entry.occurrence}"
        if has_clash(session, "step.check", about=ref, by=by) is None:
            title = f"Check {entry.step}: {entry.title}"
            yield Task(title=title, about=about, href=path, since=entry.entered_at, urgent=True)
    if unchecked or lot.held:
        return
    if book.is_complete() and not book.open_places():
        path = f"/lots/{lot.number}/endorse"
        since = book.last_done_at()
        yield Task(title="Endorse production", about=about, href=path, since=since)
    for place in book.open_places():
        path = f"/lots/{lot.number}/steps/{place.step.code}"
        title = f"Perform {place.step.code}: {place.step.title}"
        yield Task(title=title, about=about, href=path, since=book.last_done_at())
