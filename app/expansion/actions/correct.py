"""An entry is corrected by a new one that names it and says why; the old one stays (R-ATMP-07)."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import NotFound, OutOfDate, refuse_if
from app.expansion.actions.effects import correct_effects
from app.expansion.actions.entry import (
    amiss_of,
    keep_entry,
    open_deviations,
    refuse_unreadable,
    words_for,
)
from app.expansion.book import Book
from app.expansion.cases import correction_case
from app.expansion.gathering import book_of, entry_row, step_of
from app.expansion.judging import Amiss
from app.expansion.models import StepRow
from app.expansion.rules import CORRECTION_RULES
from app.expansion.work import Work
from app.lot.lots import lot_for_change
from app.people.actor import Actor
from app.rulebook import judge
from app.trail import audit
from app.trail.separation import refuse_same_person
from schemas.expansion import CorrectStep, Performed
from schemas.master_step import Step
from schemas.production import EntryWords


def correct_step(
    session: Session,
    lot_number: str,
    step_code: str,
    occurrence: int,
    correction: CorrectStep,
    *,
    by: Actor,
    at: datetime,
) -> StepRow:
    """Correct what was entered; limits are judged again, and the check has to be repeated.

    What later steps had calculated from it is not changed: it shows as out of step until those
    entries are corrected too, and production is not endorsed before (EXP-64).

    Raises:
        OutOfDate: the entry shown was corrected by somebody else.
        SamePerson: who checked an entry does not correct it. Refused: EXP-53 to EXP-56.
        BadInput: what was entered cannot be read. NotFound: there is no such entry.
    """
    by = by.doing("step.correct")
    lot = lot_for_change(session, lot_number)
    book = book_of(session, lot)
    step = step_of(book.master, step_code)
    was = _shown(book, step, occurrence, correction)
    old = entry_row(session, lot, was.entry)
    refuse_same_person(session, "step.correct", about=old.ref, by=by)
    refuse_unreadable(session, step, correction.values)
    case = correction_case(session, lot, book, was, correction, by=by, at=at)
    refuse_if(judge(CORRECTION_RULES, case))
    row = _replace(Work(session, lot, book, step, by, at), was, correction, old)
    audit.record(
        session,
        by=by,
        at=at,
        did="step.correct",
        about=row.ref,
        why=correction.reason,
        details=correction.plain(),
    )
    return row


def _replace(work: Work, was: EntryWords, correction: CorrectStep, old: StepRow) -> StepRow:
    """Write the corrected entry, with what is newly amiss and what follows for containers."""
    words = words_for(
        work,
        _as_done(was),
        correction.values,
        performed_at=correction.performed_at,
        corrects=was,
        why=correction.reason,
    )
    row = keep_entry(work, words, replaces=old)
    open_deviations(work, row.ref, _new(work, was, words))
    correct_effects(work, words)
    return row


def _shown(book: Book, step: Step, occurrence: int, correction: CorrectStep) -> EntryWords:
    """The entry that was on the screen, if it still stands."""
    was = book.at(step.code, occurrence)
    if was is None:
        raise NotFound(f"{step.code} ({occurrence}) has not been entered.")
    if was.entry != correction.entry:
        raise OutOfDate
    return was


def _new(work: Work, was: EntryWords, words: EntryWords) -> tuple[Amiss, ...]:
    """What is amiss now and was not before: what was, has its deviation."""
    known = {each.rule for each in amiss_of(work.book, work.step, was)}
    found = amiss_of(work.book, work.step, words)
    return tuple(each for each in found if each.rule not in known)


def _as_done(was: EntryWords) -> Performed:
    return Performed(
        occurrence=was.occurrence,
        materials=was.materials,
        equipment=was.equipment,
        room=was.room,
        containers=was.containers,
        performed_at=was.performed_at,
        late_reason=was.late_reason,
    )
