"""Deviations: opened by a missed limit or a person, investigated, decided by QA."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, lazyload

from app.errors import NotFound, OutOfDate, RecordError
from app.lot.lots import hold, lot_for_change
from app.lot.models import Deviation, Lot
from app.people.actor import Actor
from app.trail import audit
from app.trail.separation import refuse_same_person
from app.trail.signatures import sign, signatures_about
from schemas.lot import (
    Decide,
    DeviationFacts,
    DeviationState,
    DeviationWords,
    Investigate,
    NewDeviation,
)
from schemas.trail import Meaning


class NotInvestigated(RecordError):
    """This deviation is not investigated and signed yet. Have it investigated; then decide."""

    status = 409
    title = "Investigate first"
    kept = True


class DeviationClosed(RecordError):
    """This deviation is closed. Report what is new about it as a new deviation."""

    status = 409
    title = "Closed"
    kept = True


def raise_deviation(
    session: Session,
    lot: Lot,
    *,
    about: str,
    title: str,
    description: str,
    rule: str | None,
    critical: bool,
    by: Actor,
    at: datetime,
) -> Deviation:
    """Open a deviation as part of another deed, which records it; a critical one holds the lot."""
    count = session.scalar(select(func.count()).where(Deviation.lot_id == lot.id)) or 0
    deviation = Deviation(
        number=f"{lot.number}-D{count + 1:02d}",
        lot=lot,
        about=about,
        title=title,
        description=description,
        rule=rule,
        critical=critical,
        state=DeviationState.OPEN,
        opened_at=at,
        opened_by=by.name,
    )
    session.add(deviation)
    if critical:
        hold(lot, f"{deviation.number}: {title}")
    session.flush()
    return deviation


def open_deviation(
    session: Session, lot_number: str, new: NewDeviation, *, by: Actor, at: datetime
) -> Deviation:
    """A person reports that something was not as it should be."""
    lot = lot_for_change(session, lot_number)
    deviation = raise_deviation(
        session,
        lot,
        about=new.where or lot.ref,
        title=new.title,
        description=new.description,
        rule=None,
        critical=new.critical,
        by=by,
        at=at,
    )
    audit.record(session, by=by, at=at, did="deviation.open", about=deviation.ref, why=new.title)
    return deviation


def find_deviation(session: Session, number: str) -> Deviation:
    """A deviation by its number.

    Raises:
        NotFound: there is no such deviation.
    """
    row = session.scalar(select(Deviation).where(Deviation.number == number))
    if row is None:
        raise NotFound(f"There is no deviation “{number[:60]}”.")
    return row


def _for_change(session: Session, number: str, version: int) -> Deviation:
    deviation = find_deviation(session, number)
    lot_for_change(session, deviation.lot.number)
    session.refresh(deviation, with_for_update={"of": Deviation})
    refuse_closed(deviation)
    if deviation.version != version:
        raise OutOfDate
    return deviation


def refuse_closed(deviation: Deviation) -> None:
    """Refuse to go on with a deviation that was decided.

    Raises:
        DeviationClosed: it was.
    """
    if deviation.state is DeviationState.CLOSED:
        raise DeviationClosed


def refuse_undecidable(deviation: Deviation) -> None:
    """Refuse a decision on what nobody has looked into, or what was decided.

    Raises:
        DeviationClosed, NotInvestigated.
    """
    refuse_closed(deviation)
    if deviation.state is not DeviationState.INVESTIGATED:
        raise NotInvestigated


def words_of(row: Deviation) -> DeviationWords:
    """The words of a deviation as they stand now: what a signature binds."""
    return DeviationWords(
        number=row.number,
        lot_number=row.lot.number,
        title=row.title,
        cause=row.cause,
        assessment=row.assessment,
        correction=row.correction,
        other_lots=row.other_lots,
        impact=row.impact,
        reason=row.reason,
    )


def investigate(
    session: Session, number: str, found: Investigate, *, by: Actor, at: datetime
) -> Deviation:
    """Sign what was found out.

    Raises:
        DeviationClosed, OutOfDate, SamePerson, SignatureFailed.
    """
    deviation = _for_change(session, number, found.version)
    refuse_same_person(session, "deviation.investigate", about=deviation.ref, by=by)
    deviation.cause = found.cause
    deviation.assessment = found.assessment
    deviation.correction = found.correction
    deviation.other_lots = found.other_lots
    deviation.state = DeviationState.INVESTIGATED
    sign(
        session,
        words_of(deviation),
        about=deviation.ref,
        by=by,
        signing=found.signing,
        meaning=Meaning.INVESTIGATED,
        at=at,
    )
    audit.record(session, by=by, at=at, did="deviation.investigate", about=deviation.ref)
    return deviation


def decide(
    session: Session, number: str, decision: Decide, *, by: Actor, at: datetime
) -> Deviation:
    """QA decides what the deviation means for the lot, and closes it.

    Raises:
        NotInvestigated, DeviationClosed, OutOfDate, SamePerson, SignatureFailed.
    """
    deviation = _for_change(session, number, decision.version)
    refuse_same_person(session, "deviation.decide", about=deviation.ref, by=by)
    refuse_undecidable(deviation)
    deviation.impact = decision.impact
    deviation.reason = decision.reason
    deviation.state = DeviationState.CLOSED
    deviation.closed_at = at
    sign(
        session,
        words_of(deviation),
        about=deviation.ref,
        by=by,
        signing=decision.signing,
        meaning=Meaning.DECIDED,
        at=at,
    )
    audit.record(
        session,
        by=by,
        at=at,
        did="deviation.decide",
        about=deviation.ref,
        why=decision.reason,
    )
    return deviation


def deviations_of(session: Session, lot: Lot) -> tuple[DeviationFacts, ...]:
    """The deviations of a lot with their signatures, in order."""
    rows = session.scalars(
        select(Deviation)
        .where(Deviation.lot_id == lot.id)
        .order_by(Deviation.id)
        .options(lazyload(Deviation.lot))
    )
    return tuple(deviation_facts(session, row) for row in rows)


def deviation_facts(session: Session, row: Deviation) -> DeviationFacts:
    """A deviation as the dossier and the record show it."""
    shown = set(DeviationFacts.model_fields) - {"signatures"}
    return DeviationFacts(
        **{name: getattr(row, name) for name in shown},
        signatures=signatures_about(session, row.ref),
    )
