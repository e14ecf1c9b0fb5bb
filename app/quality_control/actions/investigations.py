"""Investigations of results: led in the laboratory, answered by the quality unit."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound, OutOfDate, RecordError, refuse_if
from app.lot.lots import lot_for_change
from app.people.actor import Actor
from app.quality_control.actions.failures import open_about
from app.quality_control.models import Investigation, Result
from app.quality_control.quality import LotQuality, find_result, gather
from app.quality_control.rules import investigation as rules
from app.quality_control.rules.investigation import ConclusionFacts
from app.rulebook import judge
from app.trail import audit
from app.trail.separation import refuse_same_person
from app.trail.signatures import sign
from schemas.quality import (
    Answer,
    AnswerInvestigation,
    InvestigationState,
    InvestigationWords,
    LeadInvestigation,
    OpenInvestigation,
)
from schemas.quality_record import ResultFacts, Standing
from schemas.reading import ResultState
from schemas.trail import Meaning

ASKED = frozenset({ResultState.INDETERMINATE, ResultState.FAIL})


class NothingToInvestigate(RecordError):
    """This result does not ask for an investigation, or one is open already."""

    status = 409
    title = "Nothing to investigate"
    kept = True


class NotThere(RecordError):
    """This investigation is not at the step you want to sign. Reload the page and look."""

    status = 409
    title = "Not at this step"
    kept = True


def find_investigation(session: Session, number: str) -> Investigation:
    """An investigation by its number.

    Raises:
        NotFound: there is no such investigation.
    """
    row = session.scalar(select(Investigation).where(Investigation.number == number))
    if row is None:
        raise NotFound(f"There is no investigation “{number[:60]}”.")
    return row


def open_investigation(
    session: Session, result_number: str, asked: OpenInvestigation, *, by: Actor, at: datetime
) -> Investigation:
    """A reviewer has a result investigated that cannot be told from its limit (R-SPEC-05).

    Raises:
        NothingToInvestigate: it passes, or an investigation of it is open.
    """
    by = by.doing("investigation.lead")
    row = find_result(session, result_number)
    lot = lot_for_change(session, row.lot.number)
    known = gather(session, lot)
    current = next(each for each in reversed(known.results) if each.words.number == row.number)
    refuse_investigated(known, current)
    opened = open_about(session, lot, current.words, at=at, why=asked.reason)
    audit.record(
        session, by=by, at=at, did="investigation.open", about=opened.ref, why=asked.reason
    )
    return opened


def refuse_investigated(known: LotQuality, last: ResultFacts) -> None:
    """Refuse to open an investigation of a result that asks for none, or has one.

    Raises:
        NothingToInvestigate: it passes, was set aside, or an investigation of it is open.
    """
    about = [each for each in known.investigations if each.result_number == last.words.number]
    is_open = any(each.state is not InvestigationState.CLOSED for each in about)
    if is_open or last.words.state not in ASKED or last.standing is Standing.SET_ASIDE:
        raise NothingToInvestigate


def lead_investigation(
    session: Session, number: str, found: LeadInvestigation, *, by: Actor, at: datetime
) -> Investigation:
    """Sign what the laboratory found, and what it concludes of the result (R-SPEC-10).

    Raises:
        NotThere, OutOfDate, SamePerson (SOD-09, SOD-10), Refused (QC-31 to QC-34),
        SignatureFailed.
    """
    by = by.doing("investigation.lead")
    row = _for_change(session, number, found.version, InvestigationState.OPEN)
    refuse_same_person(session, "investigation.lead", about=row.result_ref, by=by)
    entries = _entries(session, row)
    bad = [each for each in entries if each.state in ASKED]
    corrected = entries[-1] is not bad[-1]
    facts = ConclusionFacts(
        conclusion=found.conclusion,
        cause=found.cause,
        plan=found.plan,
        retests=found.retests,
        corrected=corrected,
        state=_heaviest(bad),
    )
    refuse_if(judge(rules.RULES, facts))
    row.checks, row.conclusion, row.cause = found.checks, found.conclusion, found.cause
    row.plan, row.retests = found.plan, found.retests
    row.through_revision = bad[-1].revision
    row.state = InvestigationState.LED
    sign(
        session,
        words_of(row, entries),
        about=row.ref,
        by=by,
        signing=found.signing,
        meaning=Meaning.INVESTIGATED,
        at=at,
    )
    audit.record(session, by=by, at=at, did="investigation.lead", about=row.ref, why=found.checks)
    return row


def answer_investigation(
    session: Session, number: str, answer: AnswerInvestigation, *, by: Actor, at: datetime
) -> Investigation:
    """QA approves the conclusion, which closes the investigation, or sends it back.

    Raises:
        NotThere, OutOfDate, SamePerson (SOD-09), SignatureFailed.
    """
    by = by.doing("investigation.approve")
    row = _for_change(session, number, answer.version, InvestigationState.LED)
    refuse_same_person(session, "investigation.approve", about=row.ref, by=by)
    words = words_of(row, _entries(session, row)).model_copy(
        update={"answer": answer.answer, "reason": answer.reason}
    )
    approved = answer.answer is Answer.APPROVE
    row.state = InvestigationState.CLOSED if approved else InvestigationState.OPEN
    row.closed_at = at if approved else None
    sign(
        session,
        words,
        about=row.ref,
        by=by,
        signing=answer.signing,
        meaning=Meaning.DECIDED,
        at=at,
    )
    did = "investigation.approve" if approved else "investigation.send_back"
    audit.record(session, by=by, at=at, did=did, about=row.ref, why=answer.reason)
    return row


def _for_change(
    session: Session, number: str, version: int, state: InvestigationState
) -> Investigation:
    row = find_investigation(session, number)
    lot_for_change(session, row.lot.number)
    session.refresh(row, with_for_update={"of": Investigation})
    if row.version != version:
        raise OutOfDate
    refuse_elsewhere(row, state)
    return row


def refuse_elsewhere(row: Investigation, step: InvestigationState) -> None:
    """Refuse to sign a step that an investigation is not at.

    Raises:
        NotThere: it has not come so far, or is beyond it.
    """
    if row.state is not step:
        raise NotThere(
            f"{row.number} is {row.state.label.lower()}. Nothing is signed at this step now."
        )


def _entries(session: Session, row: Investigation) -> list[Result]:
    return list(
        session.scalars(
            select(Result).where(Result.number == row.result_number).order_by(Result.revision)
        )
    )


def _heaviest(bad: list[Result]) -> ResultState:
    fails = any(each.state is ResultState.FAIL for each in bad)
    return ResultState.FAIL if fails else ResultState.INDETERMINATE


def words_of(row: Investigation, entries: list[Result]) -> InvestigationWords:
    """The words of an investigation as they stand: what a signature binds."""
    assert row.checks is not None
    assert row.conclusion is not None
    return InvestigationWords(
        number=row.number,
        lot_number=row.lot.number,
        result_number=row.result_number,
        criterion=row.criterion,
        through_revision=row.through_revision,
        result=next(e.words_digest for e in entries if e.revision == row.through_revision),
        checks=row.checks,
        conclusion=row.conclusion,
        cause=row.cause,
        plan=row.plan,
        retests=row.retests,
    )
