"""The responsible person endorses the whole of the production, and the lot goes to testing."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import OutOfDate, refuse_if
from app.expansion.book import Book
from app.expansion.calculating import out_of_step
from app.expansion.cases import entries
from app.expansion.gathering import book_of
from app.expansion.rules import ENDORSEMENT_RULES
from app.lot.deviations import deviations_of
from app.lot.lots import facts_of, lot_for_change, move
from app.lot.models import Lot
from app.people.actor import Actor
from app.rulebook import judge
from app.trail import audit
from app.trail.signatures import sign
from schemas.expansion import Endorse
from schemas.expansion_facts import EndorsementCase, PlaceCase
from schemas.finding import Finding
from schemas.lot import FrozenVersion, Stage
from schemas.production import EndorsementWords, EntryRef
from schemas.trail import Meaning


def endorsement_words(session: Session, lot: Lot) -> EndorsementWords:
    """What is endorsed: every entry as it stands, by digest, and every deviation by number."""
    return _words(session, lot, book_of(session, lot))


def _words(session: Session, lot: Lot, book: Book) -> EndorsementWords:
    standing = [entry for _, step in book.master.steps() for entry in book.of(step.code)]
    return EndorsementWords(
        lot_number=lot.number,
        master=FrozenVersion(
            code=lot.master_code, version=lot.master_version, sha256=lot.master_digest
        ),
        entries=tuple(
            EntryRef(
                entry=each.entry,
                step=each.step,
                occurrence=each.occurrence,
                sha256=each.digest(),
                checked=each.entry in book.checked,
            )
            for each in standing
        ),
        corrections=len(book.written) - len(standing),
        deviations=tuple(each.number for each in deviations_of(session, lot)),
    )


def endorsement_case(lot: Lot, book: Book, by: Actor) -> EndorsementCase:
    """Everything the rules look at before production is endorsed."""
    return EndorsementCase(
        lot=facts_of(lot, by),
        owed=tuple(
            PlaceCase(step=each.code, title=each.title, occurrence=len(book.of(each.code)) + 1)
            for each in book.owed()
        ),
        to_check=entries(book.to_check()),
        out_of_step=tuple(each.says for each in out_of_step(book)),
    )


def endorsement_findings(session: Session, lot: Lot, *, by: Actor) -> tuple[Finding, ...]:
    """What stands between a lot and its endorsement."""
    case = endorsement_case(lot, book_of(session, lot), by)
    return judge(ENDORSEMENT_RULES, case)


def endorse(
    session: Session, lot_number: str, endorsement: Endorse, *, by: Actor, at: datetime
) -> Lot:
    """Sign the whole of the production; the lot then waits for its results.

    Raises:
        OutOfDate: something was entered, corrected or opened after the page was.
        Refused: EXP-61 to EXP-65. SignatureFailed: nothing was signed.
    """
    by = by.doing("production.endorse")
    lot = lot_for_change(session, lot_number)
    book = book_of(session, lot)
    refuse_if(judge(ENDORSEMENT_RULES, endorsement_case(lot, book, by)))
    words = _words(session, lot, book)
    if words.digest() != endorsement.shown:
        raise OutOfDate
    sign(
        session,
        words,
        about=lot.ref,
        by=by,
        signing=endorsement.signing,
        meaning=Meaning.ENDORSED,
        at=at,
    )
    move(lot, Stage.IN_TESTING)
    lot.completed_at = at
    audit.record(
        session,
        by=by,
        at=at,
        did="production.endorse",
        about=lot.ref,
        details={"sha256": words.digest()},
    )
    return lot
