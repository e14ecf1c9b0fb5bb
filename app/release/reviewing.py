"""QA reviews a lot's trail and its batch record before it is certified (R-BR-18, R-DI-04)."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import OutOfDate
from app.lot.lots import lot_for_change
from app.people.actor import Actor
from app.release.dossier import deeds_on, last_entry_seq
from app.release.models import ReviewRow
from app.trail import audit
from app.trail.extracts import link_at
from app.trail.separation import refuse_same_person
from app.trail.signatures import sign
from schemas.release import Review, ReviewKind, ReviewWords
from schemas.trail import Meaning

REVIEW_DEED = {ReviewKind.TRAIL: "trail.review", ReviewKind.RECORD: "record.review"}


def review(
    session: Session, number: str, kind: ReviewKind, form: Review, *, by: Actor, at: datetime
) -> ReviewRow:
    """QA signs a review of the lot's trail or record, up to the last entry that was shown.

    Raises:
        OutOfDate: the lot has gone on since the page was opened.
        SamePerson: who produced or tested the lot does not review it.
        SignatureFailed: wrong password.
    """
    lot = lot_for_change(session, number)
    deed = REVIEW_DEED[kind]
    refuse_same_person(session, deed, about=lot.ref, by=by)
    if form.through_seq != last_entry_seq(session, lot):
        raise OutOfDate("The lot has new entries since this page was opened. Review them too.")
    entries = len(deeds_on(session, lot))
    words = ReviewWords(
        lot_number=number,
        kind=kind,
        through_seq=form.through_seq,
        entries=entries,
        link=link_at(session, form.through_seq),
        comment=form.comment,
    )
    signature = sign(
        session,
        words,
        about=f"{lot.ref}/{deed}",
        by=by,
        signing=form.signing,
        meaning=Meaning.REVIEWED,
        at=at,
    )
    row = ReviewRow(
        lot=lot,
        kind=kind,
        through_seq=form.through_seq,
        entries=entries,
        comment=form.comment,
        at=at,
        signature=signature.binding,
    )
    session.add(row)
    audit.record(session, by=by, at=at, did=deed, about=lot.ref, details=words.plain())
    return row
