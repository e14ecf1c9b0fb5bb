"""Infectious-disease results: entered, corrected by a new line, verified by a second person."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound, OutOfDate, RecordError
from app.intake.actions import late
from app.intake.actions.days import not_to_come
from app.intake.actions.facts import as_verified, results_of, to_verify
from app.intake.models import Donor, Report, ResultRow, Verification
from app.people.actor import Actor
from app.trail import audit
from app.trail.separation import refuse_same_person
from app.trail.signatures import sign
from schemas.donor import InfectiousDiseaseResult
from schemas.intake import ResultLine, VerifiedReport
from schemas.intake_forms import CorrectResult, EnterResults, VerifyReport
from schemas.trail import Meaning

HEADER = tuple(
    each for each in InfectiousDiseaseResult.model_fields if each not in {"marker", "outcome"}
)
"""What all results of one report share."""


class NothingToVerify(RecordError):
    """No result of this report waits for a second person any more. Look at the donor's page."""

    status = 409
    title = "Nothing to verify"


def enter_results(
    session: Session, donor_code: str, entered: EnterResults, *, by: Actor, at: datetime
) -> Report:
    """Enter a laboratory's report; nothing of it clears a donor before it is verified (R-A11-06).

    What it would bar is stopped at once: lots of the cells are held, the donation is in quarantine.

    Raises:
        NotFound: there is no such donor.
        BadInput: the blood was sampled on a day to come.
    """
    donor = late.donor_for_change(session, donor_code)
    not_to_come("sampled_on", entered.sampled_on, donor.site_zone, at)
    before = late.answers_of(session, donor)
    report = _new_report(session, donor, by, at)
    shared = {name: getattr(entered, name) for name in HEADER}
    session.add_all(
        ResultRow(report=report, marker=marker, outcome=outcome, struck=False, **shared)
        for marker, outcome in entered.outcomes.items()
    )
    audit.record(session, by=by, at=at, did="intake.result", about=report.ref)
    late.suspect(session, donor, report, before, by=by, at=at)
    return report


def refuse_corrected_line(session: Session, old: ResultRow) -> None:
    """Refuse to correct a line that another one has replaced.

    Raises:
        OutOfDate: it was corrected before.
    """
    if session.scalar(select(ResultRow.id).where(ResultRow.corrects_id == old.id)) is not None:
        raise OutOfDate("This line was corrected before. Correct the newest one.")


def correct_result(
    session: Session, number: int, words: CorrectResult, *, by: Actor, at: datetime
) -> Report:
    """Correct a line by a new one. The old one counts until the new one is verified.

    What the new one would bar is stopped at once, as with a report that was entered.

    Raises:
        NotFound: there is no such result.
        OutOfDate: it was corrected before; correct the newest line.
        BadInput: the blood was sampled on a day to come.
    """
    old = find_result(session, number)
    donor = late.donor_for_change(session, old.report.donor.code)
    not_to_come("sampled_on", words.sampled_on, donor.site_zone, at)
    before = late.answers_of(session, donor)
    refuse_corrected_line(session, old)
    report = _new_report(session, donor, by, at)
    shown = {name: getattr(words, name) for name in InfectiousDiseaseResult.model_fields}
    session.add(
        ResultRow(
            report=report, corrects_id=old.id, reason=words.reason, struck=words.struck, **shown
        )
    )
    audit.record(session, by=by, at=at, did="intake.result", about=report.ref, why=words.reason)
    late.suspect(session, donor, report, before, by=by, at=at)
    return report


def _new_report(session: Session, donor: Donor, by: Actor, at: datetime) -> Report:
    report = Report(donor=donor, entered_by=by.name, entered_at=at)
    session.add(report)
    session.flush()
    return report


def find_result(session: Session, number: int) -> ResultRow:
    """A result line by its number.

    Raises:
        NotFound: there is no such line.
    """
    row = session.get(ResultRow, number)
    if row is None:
        raise NotFound(f"There is no result line {number}.")
    return row


def find_report(session: Session, number: int) -> Report:
    """A report by its number.

    Raises:
        NotFound: there is no such report.
    """
    row = session.get(Report, number)
    if row is None:
        raise NotFound(f"There is no report {number}.")
    return row


def lines_to_verify(session: Session, report: Report) -> tuple[ResultLine, ...]:
    """The lines of a report that wait for the second person."""
    lines = results_of(session, report.donor)
    return tuple(each for each in to_verify(lines) if each.report == report.id)


def words_to_verify(report: Report, lines: tuple[ResultLine, ...]) -> VerifiedReport:
    """What the second person sees and signs."""
    return VerifiedReport(
        donor_code=report.donor.code,
        report=report.id,
        results=tuple(as_verified(each) for each in lines),
    )


def verify_report(
    session: Session, number: int, words: VerifyReport, *, by: Actor, at: datetime
) -> Report:
    """Sign that the lines are what the laboratory reported; from now on they count (SOD-11).

    Raises:
        NotFound: there is no such report.
        SamePerson: who entered it does not verify it.
        NothingToVerify: it was verified, or all of it was corrected meanwhile.
        OutOfDate: a line was corrected after the page was opened.
        SignatureFailed: the password is not right.
    """
    report = find_report(session, number)
    refuse_same_person(session, "intake.verify", about=report.ref, by=by)
    donor = late.donor_for_change(session, report.donor.code)
    lines = lines_to_verify(session, report)
    if not lines:
        raise NothingToVerify
    seen = words_to_verify(report, lines)
    if seen.digest() != words.shown:
        raise OutOfDate
    before = late.answers_of(session, donor)
    sign(
        session,
        seen,
        about=report.ref,
        by=by,
        signing=words.signing,
        meaning=Meaning.VERIFIED,
        at=at,
    )
    session.add(Verification(report=report, by=by.name, at=at))
    audit.record(session, by=by, at=at, did="intake.verify", about=report.ref)
    late.follow_up(session, donor, before, by=by, at=at)
    return report
