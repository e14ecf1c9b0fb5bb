"""An entry is corrected by a new one that names it and says why; the old one stays (R-ATMP-07)."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import NotFound, OutOfDate, refuse_if
from app.expansion.actions.effects import correct_effects
from app.expansion.actions.entry import (
    keep_entry,
    open_deviations,
    refuse_unreadable,
    words_for,
)
from app.expansion.actions.retaking import retake_supplies
from app.expansion.book import Book
from app.expansion.correcting import (
    corrected_time,
    corrected_uses,
    correction_case,
    newly_amiss,
)
from app.expansion.gathering import book_of, entry_row, step_of
from app.expansion.models import StepRow
from app.expansion.rules import CORRECTION_RULES
from app.expansion.rules.step import corrected_before_endorsement
from app.expansion.work import Work
from app.lot.lots import facts_of, lot_for_change
from app.lot.models import Lot
from app.people.actor import Actor
from app.rulebook import judge
from app.trail import audit
from app.trail.separation import refuse_same_person
from schemas.expansion import CorrectStep
from schemas.expansion_facts import LotCase
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
    """Correct what was entered or used; limits are judged again, the check has to be repeated.

    What was booked in error is given back and the right one taken, judged as of when the step was
    done. What later steps had calculated from it is not changed: it shows as out of step until
    those entries are corrected too, and production is not endorsed before (EXP-64).

    Raises:
        OutOfDate: the entry shown was corrected by somebody else.
        SamePerson: who checked an entry does not correct it.
        Refused: EXP-35 to EXP-43, EXP-53 to EXP-59, or supplies say no.
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


def refuse_endorsed(lot: Lot, by: Actor) -> None:
    """Refuse to correct what was entered for a lot whose production is over, as a correction does.

    Raises:
        Refused: EXP-54.
    """
    refuse_if(judge((corrected_before_endorsement,), LotCase(lot=facts_of(lot, by))))


def _replace(work: Work, was: EntryWords, correction: CorrectStep, old: StepRow) -> StepRow:
    """Write the corrected entry, with what is newly amiss and what follows for what it used."""
    done, when = corrected_uses(was, correction), corrected_time(was, correction)
    why = correction.reason
    late = tuple(retake_supplies(work, was, done, used_at=when, why=why))
    values = correction.values
    words = words_for(work, done, values, performed_at=when, corrects=was, why=why)
    row = keep_entry(work, words, replaces=old)
    open_deviations(work, row.ref, late)
    for entry, each in newly_amiss(work.book, was, words):
        open_deviations(work, f"{work.lot.ref}/step/{entry.step}/{entry.occurrence}", (each,))
    correct_effects(work, was, words)
    return row


def _shown(book: Book, step: Step, occurrence: int, correction: CorrectStep) -> EntryWords:
    """The entry that was on the screen, if it still stands."""
    was = book.at(step.code, occurrence)
    if was is None:
        raise NotFound(f"{step.code} ({occurrence}) has not been entered.")
    if was.entry != correction.entry:
        raise OutOfDate
    return was
