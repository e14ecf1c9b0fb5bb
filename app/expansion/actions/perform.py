"""A step is performed: in its turn, with what it takes, and what follows from it at once.

The performer is the person of the session; nobody types a password with gloves on for every
step. The second person's check is signed, and so is the endorsement of the whole.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import OutOfDate, refuse_if
from app.expansion.actions.effects import apply_effects
from app.expansion.actions.entry import (
    keep_entry,
    open_deviations,
    refuse_unreadable,
    words_for,
)
from app.expansion.actions.taking import take_supplies
from app.expansion.book import Book
from app.expansion.cases import step_case
from app.expansion.gathering import book_of, step_of
from app.expansion.judging import amiss_of
from app.expansion.models import StepRow
from app.expansion.rules import STEP_RULES
from app.expansion.work import Work
from app.lot.lots import lot_for_change
from app.people.actor import Actor
from app.rulebook import judge
from app.trail import audit
from schemas.base import local_words
from schemas.expansion import PerformStep
from schemas.master_step import Step


def perform_step(
    session: Session,
    lot_number: str,
    step_code: str,
    done: PerformStep,
    *,
    by: Actor,
    at: datetime,
) -> StepRow:
    """Perform a step of a lot's master, and open a deviation for whatever is amiss.

    Raises:
        OutOfDate: this step was entered for this time already: a replayed form, or another tab.
        Refused: EXP-21 to EXP-43, or supplies say no. BadInput: what was entered cannot be read.
        NotFound: no such lot or step.
    """
    by = by.doing("step.perform")
    lot = lot_for_change(session, lot_number)
    book = book_of(session, lot)
    step = step_of(book.master, step_code)
    _refuse_done_before(book, step, done.occurrence, by.zone)
    refuse_unreadable(session, step, done.values)
    case = step_case(session, lot, book, step, done, by=by, at=at)
    refuse_if(judge(STEP_RULES, case))
    work = Work(session, lot, book, step, by, at)
    take_supplies(work, done, used_at=case.performed_at)
    words = words_for(work, done, done.values, performed_at=case.performed_at)
    row = keep_entry(work, words)
    open_deviations(work, row.ref, amiss_of(book, step, words))
    apply_effects(work, row, words)
    audit.record(
        session,
        by=by,
        at=at,
        did="step.perform",
        about=row.ref,
        why=done.late_reason,
        details=done.plain(),
    )
    return row


def _refuse_done_before(book: Book, step: Step, occurrence: int, zone: str) -> None:
    there = book.at(step.code, occurrence)
    if there is not None:
        raise OutOfDate(
            f"{step.code} ({occurrence}) was entered by {there.performed_by} at "
            f"{local_words(there.entered_at, zone)}. Look at it; correct it if it is wrong."
        )
