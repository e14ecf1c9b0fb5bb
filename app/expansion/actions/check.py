"""A second person checks an entry and signs exactly what was shown (R-BR-14).

A check does not lag: the next step stays closed until it is there, after a correction too.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import NotFound, OutOfDate, refuse_if
from app.expansion.book import Book
from app.expansion.cases import worker_case
from app.expansion.gathering import book_of, entry_row, step_of
from app.expansion.models import StepCheck
from app.expansion.rules import CHECK_RULES
from app.lot.lots import facts_of, lot_for_change
from app.people.actor import Actor
from app.rulebook import judge
from app.trail import audit
from app.trail.separation import refuse_same_person
from app.trail.signatures import sign
from schemas.expansion import CheckStep
from schemas.expansion_facts import CheckCase
from schemas.master_step import Step
from schemas.production import CheckWords, EntryWords
from schemas.trail import Meaning


def check_step(
    session: Session,
    lot_number: str,
    step_code: str,
    occurrence: int,
    check: CheckStep,
    *,
    by: Actor,
    at: datetime,
) -> StepCheck:
    """Check an entry as the second person, and sign it.

    Raises:
        SamePerson: SOD-01, who performed or corrected it does not check it.
        OutOfDate: the entry shown was corrected, or somebody checked it.
        Refused: EXP-51, EXP-52. SignatureFailed. NotFound: nothing there asks for a check.
    """
    by = by.doing("step.check")
    lot = lot_for_change(session, lot_number)
    book = book_of(session, lot)
    step = step_of(book.master, step_code)
    words = _shown(book, step, occurrence, check)
    row = entry_row(session, lot, words.entry)
    refuse_same_person(session, "step.check", about=row.ref, by=by)
    case = CheckCase(
        lot=facts_of(lot, by), worker=worker_case(session, by, book.master, at), step=step
    )
    refuse_if(judge(CHECK_RULES, case))
    signature = sign(
        session,
        CheckWords(entry=words, remark=check.remark),
        about=row.ref,
        by=by,
        signing=check.signing,
        meaning=Meaning.CHECKED,
        at=at,
    )
    done = StepCheck(entry=row, checked_by=by.username, at=at, remark=check.remark)
    done.binding = signature.binding
    session.add(done)
    details = {"entry": words.entry, "sha256": row.sha256}
    did = "step.check"
    audit.record(session, by=by, at=at, did=did, about=row.ref, why=check.remark, details=details)
    return done


def _shown(book: Book, step: Step, occurrence: int, check: CheckStep) -> EntryWords:
    """The entry that was on the screen, if it still stands and waits for its check."""
    words = book.at(step.code, occurrence)
    if words is None or not step.second_person:
        raise NotFound(f"{step.code} ({occurrence}) has no entry that asks for a second person.")
    if words.entry != check.entry or words.entry in book.checked:
        raise OutOfDate
    return words
