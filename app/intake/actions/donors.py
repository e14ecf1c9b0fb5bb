"""Donors and patients by code, consent, history, and the risks somebody answered for."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import BadInput, FieldError, NotFound, RecordError
from app.intake.actions import late
from app.intake.actions.days import not_to_come
from app.intake.actions.facts import standing_consents
from app.intake.models import (
    ConsentRow,
    Donor,
    PatientCode,
    QuestionnaireRow,
    RiskAssessmentRow,
)
from app.people.actor import Actor
from app.people.models import Account
from app.trail import audit
from app.trail.signatures import sign
from schemas.chain_of_identity import CODES, chain_of_identity
from schemas.donor import ConsentScope, DonorRegistration, Questionnaire, RiskAssessment
from schemas.intake_forms import AssessRisk, GiveConsent, NewPatientCode, WithdrawConsent
from schemas.trail import Meaning


class NothingToWithdraw(RecordError):
    """No consent of this donor stands that could be withdrawn. Look at the donor's page."""

    status = 409
    title = "No consent stands"


def make_patient_code(
    session: Session, new: NewPatientCode, *, by: Actor, at: datetime
) -> PatientCode:
    """Draw a chain-of-identity code for a patient of a treating site (R-DON-30)."""
    code = chain_of_identity(secrets.randbelow(CODES))
    row = PatientCode(code=code, treating_site=new.treating_site, made_at=at)
    session.add(row)
    audit.record(session, by=by, at=at, did="intake.register", about=row.ref)
    return row


def treating_sites(session: Session) -> tuple[str, ...]:
    """The hospitals somebody has an account of: the ones that will see their patients."""
    found = session.scalars(
        select(Account.treating_site)
        .where(Account.treating_site.is_not(None), Account.closed_at.is_(None))
        .distinct()
        .order_by(Account.treating_site)
    )
    return tuple(each for each in found if each)


def find_patient(session: Session, code: str) -> PatientCode:
    """A patient by chain-of-identity code.

    Raises:
        NotFound: this unit made no such code.
    """
    row = session.scalar(select(PatientCode).where(PatientCode.code == code))
    if row is None:
        raise NotFound(f"There is no patient “{code[:60]}” here.")
    return row


def register_donor(session: Session, new: DonorRegistration, *, by: Actor, at: datetime) -> Donor:
    """Put a donor on record by code.

    Raises:
        BadInput: the code is taken.
    """
    if session.scalar(select(Donor.id).where(Donor.code == new.donor_code)) is not None:
        raise BadInput([FieldError("donor_code", f"{new.donor_code} is registered already.")])
    row = Donor(code=new.donor_code, kind=new.kind, site_zone=new.site_zone, registered_at=at)
    session.add(row)
    audit.record(session, by=by, at=at, did="intake.register", about=row.ref)
    return row


def find_donor(session: Session, code: str) -> Donor:
    """A donor by code.

    Raises:
        NotFound: there is no such donor.
    """
    row = session.scalar(select(Donor).where(Donor.code == code))
    if row is None:
        raise NotFound(f"There is no donor “{code[:60]}”. Check the code, or register the donor.")
    return row


def give_consent(
    session: Session, donor_code: str, given: GiveConsent, *, by: Actor, at: datetime
) -> Donor:
    """Put a consent on record.

    Raises:
        NotFound: there is no such donor.
        BadInput: it was given on a day to come.
    """
    donor = late.donor_for_change(session, donor_code)
    not_to_come("given_on", given.given_on, donor.site_zone, at)
    scope = [each.value for each in ConsentScope if each in given.scope]
    row = ConsentRow(
        donor=donor, given_on=given.given_on, form_version=given.version, scope=scope, at=at
    )
    session.add(row)
    audit.record(session, by=by, at=at, did="intake.register", about=f"{donor.ref}/consent")
    return donor


def to_withdraw(session: Session, donor: Donor) -> Sequence[ConsentRow]:
    """The consents that a withdrawal ends.

    Raises:
        NothingToWithdraw: no consent stands.
    """
    given = standing_consents(session, donor)
    standing = [each for each in given if each.withdrawn_on is None]
    if not standing:
        raise NothingToWithdraw
    return standing


def withdraw_consent(
    session: Session, donor_code: str, words: WithdrawConsent, *, by: Actor, at: datetime
) -> Donor:
    """Withdraw every consent that stands; what was made of the cells is held (R-DON-14).

    Raises:
        NotFound: there is no such donor.
        NothingToWithdraw: no consent stands.
        BadInput: the day lies ahead, or before a consent was given.
    """
    donor = late.donor_for_change(session, donor_code)
    not_to_come("withdrawn_on", words.withdrawn_on, donor.site_zone, at)
    standing = to_withdraw(session, donor)
    if any(each.given_on > words.withdrawn_on for each in standing):
        says = "The withdrawal lies before a consent was given; one of the two days is wrong."
        raise BadInput([FieldError("withdrawn_on", says)])
    before = late.answers_of(session, donor)
    session.add_all(
        ConsentRow(
            donor=donor,
            given_on=each.given_on,
            form_version=each.form_version,
            scope=each.scope,
            withdrawn_on=words.withdrawn_on,
            withdraws_id=each.id,
            reason=words.reason,
            at=at,
        )
        for each in standing
    )
    about = f"{donor.ref}/consent"
    audit.record(session, by=by, at=at, did="intake.register", about=about, why=words.reason)
    late.follow_up(session, donor, before, by=by, at=at)
    return donor


def add_questionnaire(
    session: Session, donor_code: str, answers: Questionnaire, *, by: Actor, at: datetime
) -> Donor:
    """Put the outcome of the donor's history on record.

    Raises:
        NotFound: there is no such donor.
        BadInput: it was assessed on a day to come.
    """
    donor = late.donor_for_change(session, donor_code)
    not_to_come("assessed_on", answers.assessed_on, donor.site_zone, at)
    before = late.answers_of(session, donor)
    session.add(QuestionnaireRow(donor=donor, content=answers.plain(), at=at))
    about = f"{donor.ref}/questionnaire"
    audit.record(session, by=by, at=at, did="intake.register", about=about)
    late.follow_up(session, donor, before, by=by, at=at)
    return donor


def assess_risk(
    session: Session, donor_code: str, words: AssessRisk, *, by: Actor, at: datetime
) -> Donor:
    """The responsible person accepts or rejects one risk, and signs (R-DON-03, 04, 14).

    Raises:
        NotFound: there is no such donor.
        BadInput: it was decided on a day to come.
        SignatureFailed: the password is not right.
    """
    donor = late.donor_for_change(session, donor_code)
    not_to_come("decided_on", words.decided_on, by.zone, at)
    before = late.answers_of(session, donor)
    assessed = RiskAssessment.model_validate(words.model_dump(exclude={"signing"}))
    session.add(RiskAssessmentRow(donor=donor, content=assessed.plain(), at=at))
    about = f"{donor.ref}/risk"
    sign(
        session,
        assessed,
        about=about,
        by=by,
        signing=words.signing,
        meaning=Meaning.DECIDED,
        at=at,
    )
    audit.record(session, by=by, at=at, did="intake.decide", about=about, why=assessed.reasoning)
    late.follow_up(session, donor, before, by=by, at=at)
    return donor


def donors(session: Session) -> Sequence[Donor]:
    """Every donor, the newest first."""
    return session.scalars(select(Donor).order_by(Donor.id.desc())).all()
