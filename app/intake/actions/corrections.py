"""What was entered wrongly of a donor or a donation is corrected; what it said stays (R-ATMP-07).

Results have corrections of their own, which a second person verifies.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import BadInput, FieldError, NotFound, OutOfDate, RecordError
from app.intake.actions import late
from app.intake.actions.days import not_to_come
from app.intake.actions.donations import donation_for_change
from app.intake.models import (
    DonationCorrection,
    DonationRow,
    Donor,
    QuestionnaireCorrection,
    QuestionnaireRow,
)
from app.people.actor import Actor
from app.trail import audit
from schemas.donation import Donation
from schemas.donor import Questionnaire
from schemas.intake import DonationState
from schemas.intake_forms import CorrectDonation, CorrectQuestionnaire

FIXED = ("donation_code", "use", "patient_code")
"""Whose cells these are. If that is wrong, it is not this donation: it is rejected."""


class NothingToCorrect(RecordError):
    """A rejected donation is not corrected any more. Its trail says why it was rejected."""

    status = 409
    title = "Rejected already"


def find_questionnaire(session: Session, number: int) -> QuestionnaireRow:
    """A questionnaire by its number.

    Raises:
        NotFound: there is no such questionnaire.
    """
    row = session.get(QuestionnaireRow, number)
    if row is None:
        raise NotFound(f"There is no questionnaire {number}.")
    return row


def refuse_corrected(session: Session, wrong: QuestionnaireRow) -> None:
    """Refuse to correct a questionnaire that another one has replaced.

    Raises:
        OutOfDate: it was corrected before.
    """
    again = select(QuestionnaireCorrection.id).where(QuestionnaireCorrection.wrong_id == wrong.id)
    if session.scalar(again) is not None:
        raise OutOfDate("This questionnaire was corrected before. Correct the newest one.")


def correct_questionnaire(
    session: Session, number: int, words: CorrectQuestionnaire, *, by: Actor, at: datetime
) -> Donor:
    """Correct a questionnaire by a new one, or strike it; what follows from it is judged again.

    Raises:
        NotFound: there is no such questionnaire.
        OutOfDate: it was corrected before; correct the newest one.
        BadInput: it was assessed on a day to come.
    """
    wrong = find_questionnaire(session, number)
    donor = late.donor_for_change(session, wrong.donor.code)
    not_to_come("assessed_on", words.assessed_on, donor.site_zone, at)
    refuse_corrected(session, wrong)
    before = late.answers_of(session, donor)
    right = None if words.struck else _right(donor, words, at)
    session.add(
        QuestionnaireCorrection(
            wrong=wrong, right=right, reason=words.reason, corrected_by=by.name, at=at
        )
    )
    about = f"{donor.ref}/questionnaire"
    audit.record(session, by=by, at=at, did="intake.register", about=about, why=words.reason)
    late.follow_up(session, donor, before, by=by, at=at)
    return donor


def _right(donor: Donor, words: CorrectQuestionnaire, at: datetime) -> QuestionnaireRow:
    answers = Questionnaire.model_validate(words.model_dump(exclude={"struck", "reason"}))
    return QuestionnaireRow(donor=donor, content=answers.plain(), at=at)


def refuse_rejected(donation: DonationRow) -> None:
    """Refuse to correct a donation that was rejected.

    Raises:
        NothingToCorrect: it was.
    """
    if donation.state is DonationState.REJECTED:
        raise NothingToCorrect


def correct_donation(
    session: Session, code: str, words: CorrectDonation, *, by: Actor, at: datetime
) -> DonationRow:
    """Correct the facts of a donation; it goes back to quarantine, and QA decides again.

    Raises:
        NotFound: there is no such donation.
        OutOfDate: somebody changed it after the page was opened.
        NothingToCorrect: it was rejected.
        BadInput: the code, or whose cells these are, differs; or it lies ahead; or nothing does.
    """
    donation = donation_for_change(session, code, version=words.version)
    refuse_rejected(donation)
    was = donation.contract
    became = Donation.model_validate(words.model_dump(exclude={"reason", "version"}))
    _refuse_odd(was, became)
    not_to_come("collected_at", words.collected_at, by.zone, at)
    before = late.answers_of(session, donation.donor)
    for name in Donation.model_fields:
        setattr(donation, name, getattr(became, name))
    session.add(
        DonationCorrection(
            donation=donation,
            was=was.plain(),
            became=became.plain(),
            reason=words.reason,
            corrected_by=by.name,
            at=at,
        )
    )
    if donation.state in late.IN_USE:
        donation.state = DonationState.QUARANTINE
    audit.record(session, by=by, at=at, did="intake.register", about=donation.ref, why=words.reason)
    late.follow_up(session, donation.donor, before, by=by, at=at)
    return donation


def _refuse_odd(was: Donation, became: Donation) -> None:
    errors = [
        FieldError(
            name,
            f"It says {getattr(was, name) or 'nobody'}, and that is not corrected: if it is "
            "wrong, these are other cells. Have QA reject this donation.",
        )
        for name in FIXED
        if getattr(was, name) != getattr(became, name)
    ]
    if not errors and was == became:
        says = "Nothing differs from what is on record. Correct a fact, or go back."
        errors.append(FieldError("reason", says))
    if errors:
        raise BadInput(errors)
