"""What a failing result sets in motion by itself: an investigation, and late on, a hold."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.lot.deviations import raise_deviation
from app.lot.models import Container, Lot
from app.people.actor import Actor
from app.quality_control.models import Investigation, result_ref
from schemas.base import shortened
from schemas.lot import ContainerState, Stage
from schemas.quality import InvestigationFacts, InvestigationState
from schemas.reading import ResultState
from schemas.result import ResultChange, ResultWords

CERTIFIED = frozenset({Stage.CONDITIONALLY_CERTIFIED, Stage.CERTIFIED, Stage.RECALLED})
GONE = frozenset(
    {
        ContainerState.PACKED,
        ContainerState.ON_THE_WAY,
        ContainerState.AT_SITE,
        ContainerState.ADMINISTERED,
        ContainerState.RETURNED,
    }
)
"""Containers that left the store: a failure now concerns somebody outside."""


def follow_up(
    session: Session,
    lot_id: int,
    words: ResultWords,
    investigations: tuple[InvestigationFacts, ...],
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Open what an entry calls for, as part of the deed that entered it.

    A failure opens an investigation (R-SPEC-10). After certification, or with containers gone,
    it is a critical deviation and holds the lot at once (R-ATMP-26, R-QP-11); so late a
    correction is at least a deviation.
    """
    if words.state is not ResultState.FAIL and words.change is not ResultChange.CORRECTED:
        return
    lot = session.get_one(Lot, lot_id)
    under = [each for each in investigations if each.result_number == words.number]
    fails = words.state is ResultState.FAIL
    if fails and all(each.state is InvestigationState.CLOSED for each in under):
        open_about(session, lot, words, at=at)
        if is_late(session, lot):
            _late(session, lot, words, _failure(words), critical=True, by=by, at=at)
    elif words.change is ResultChange.CORRECTED and is_late(session, lot):
        says = f"{words.title} was corrected after certification"
        _late(session, lot, words, says, critical=False, by=by, at=at)


def is_late(session: Session, lot: Lot) -> bool:
    """Whether the lot is certified, or some of it has left the store."""
    if lot.stage in CERTIFIED:
        return True
    gone = select(func.count()).where(Container.lot_id == lot.id, Container.state.in_(GONE))
    return bool(session.scalar(gone))


def open_about(
    session: Session,
    lot: Lot,
    words: ResultWords,
    *,
    at: datetime,
    why: str | None = None,
) -> Investigation:
    """Open an investigation of a result, as part of another deed."""
    count = session.scalar(select(func.count()).where(Investigation.lot_id == lot.id)) or 0
    investigation = Investigation(
        number=f"{lot.number}-OOS{count + 1:02d}",
        lot=lot,
        result_number=words.number,
        criterion=words.criterion,
        title=words.title,
        opened_at=at,
        opened_for=why or words.evaluation.explanation,
        state=InvestigationState.OPEN,
        through_revision=words.revision,
        retests=0,
    )
    session.add(investigation)
    session.flush()
    return investigation


def _failure(words: ResultWords) -> str:
    return f"{words.title} failed after certification: {words.evaluation.reported or 'see result'}"


def _late(
    session: Session,
    lot: Lot,
    words: ResultWords,
    title: str,
    *,
    critical: bool,
    by: Actor,
    at: datetime,
) -> None:
    raise_deviation(
        session,
        lot,
        about=result_ref(lot.ref, words.number),
        title=shortened(title),
        description=f"Result {words.number}, entry {words.revision}. Every container and patient "
        "of this lot is concerned.",
        rule="QC-01" if critical else None,
        critical=critical,
        by=by,
        at=at,
    )
