"""What the rules look at before an entry is corrected, and what a correction makes amiss."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from app.expansion.book import Book, opened_later, taken_from, times_of
from app.expansion.cases import bench_facts, worker_case
from app.expansion.judging import Amiss, amiss_of
from app.expansion.rules.step import minute
from app.lot.models import Lot
from app.people.actor import Actor
from schemas.expansion import CorrectStep, Performed
from schemas.expansion_facts import CorrectionCase, LaterCase
from schemas.production import EntryWords


def corrected_time(was: EntryWords, correction: CorrectStep) -> datetime:
    """When the step was done. A form knows no seconds: the same minute is the same time."""
    same = minute(was.performed_at) == minute(correction.performed_at)
    return was.performed_at if same else correction.performed_at


def corrected_uses(was: EntryWords, correction: CorrectStep) -> Performed:
    """What was used, as it is corrected; what the correction leaves out stands as it was."""
    given = {
        name: value
        for name in ("materials", "equipment", "room", "containers")
        if (value := getattr(correction, name)) is not None
    }
    return Performed(
        occurrence=was.occurrence,
        performed_at=corrected_time(was, correction),
        late_reason=was.late_reason,
        **{
            "materials": was.materials,
            "equipment": was.equipment,
            "room": was.room,
            "containers": was.containers,
            **given,
        },
    )


def correction_case(
    session: Session,
    lot: Lot,
    book: Book,
    was: EntryWords,
    correction: CorrectStep,
    *,
    by: Actor,
    at: datetime,
) -> CorrectionCase:
    """Everything the rules look at before an entry is corrected."""
    step, done = book.master.step(was.step), corrected_uses(was, correction)
    before, after = book.around(was.step, was.occurrence)
    return CorrectionCase(
        **bench_facts(session, lot, book, step, was.occurrence, by=by),
        worker=worker_case(session, by, book.master, at),
        done=done,
        was=was.values,
        values=correction.values,
        performed_at=corrected_time(was, correction),
        times=times_of(correction.values),
        now=at,
        not_before=before.performed_at if before else lot.started_at,
        not_after=after.performed_at if after else None,
        taken_here=was.containers,
        later=_later(book, was),
    )


def _later(book: Book, was: EntryWords) -> LaterCase:
    if book.latest(was.step) is not was:
        return LaterCase()  # what came later took from a later time of this step
    vessels, opened = opened_later(book, was.step)
    return LaterCase(
        taken_ml=taken_from(book, was.step, without=(was.step, was.occurrence)),
        vessels=vessels,
        grown_from=opened,
    )


def newly_amiss(book: Book, was: EntryWords, now: EntryWords) -> Iterator[tuple[EntryWords, Amiss]]:
    """What is amiss after a correction and was not before, at this entry and at all others.

    What was amiss before has its deviation; the same again in other figures is another one.
    """
    corrected = book.with_correction(now)
    for entry in corrected.current:
        step = book.master.step(entry.step)
        known = amiss_of(book, step, was if entry is now else entry)
        for each in amiss_of(corrected, step, entry):
            if each not in known:
                yield entry, each
