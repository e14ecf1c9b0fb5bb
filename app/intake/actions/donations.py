"""Donations: registered into quarantine, received, found again."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import BadInput, FieldError, NotFound, OutOfDate
from app.intake.actions import late
from app.intake.actions.days import not_to_come
from app.intake.actions.donors import find_donor
from app.intake.models import DonationRow, PatientCode, UrgentNeedRow
from app.people.actor import Actor
from app.trail import audit
from app.trail.signatures import sign
from schemas.donation import Donation
from schemas.donor import UrgentNeed
from schemas.identification import identify_donation
from schemas.intake import DonationState
from schemas.intake_forms import DocumentNeed, RegisterDonation
from schemas.origin import DonationUse, Tissue
from schemas.trail import Meaning


def register_donation(
    session: Session, new: RegisterDonation, *, by: Actor, at: datetime
) -> DonationRow:
    """Put a donation on record, in quarantine (R-ATMP-13).

    Raises:
        BadInput: the donor or the patient is unknown, the code is taken, or it lies ahead.
    """
    errors = _registration_errors(session, new)
    if errors:
        raise BadInput(errors)
    not_to_come("collected_at", new.collected_at, by.zone, at)
    donor = find_donor(session, new.donor_code)
    facts = {name: getattr(new, name) for name in Donation.model_fields}
    row = DonationRow(donor=donor, state=DonationState.QUARANTINE, registered_at=at, **facts)
    session.add(row)
    audit.record(session, by=by, at=at, did="intake.register", about=row.ref)
    return row


def _registration_errors(session: Session, new: RegisterDonation) -> list[FieldError]:
    errors = []
    try:
        find_donor(session, new.donor_code)
    except NotFound:
        says = f"{new.donor_code} is not registered; register the donor first."
        errors.append(FieldError("donor_code", says))
    taken = select(DonationRow.id).where(DonationRow.donation_code == new.donation_code)
    if session.scalar(taken) is not None:
        says = f"{new.donation_code} is registered already; a donation has one code for ever."
        errors.append(FieldError("donation_code", says))
    patient = select(PatientCode.id).where(PatientCode.code == new.patient_code)
    if new.patient_code is not None and session.scalar(patient) is None:
        says = f"No patient here has the code {new.patient_code}; make it before the collection."
        errors.append(FieldError("patient_code", says))
    return errors


def find_donation(session: Session, code: str) -> DonationRow:
    """A donation by its code, as stored or as scanned.

    Raises:
        NotFound: there is no such donation.
    """
    row = session.scalar(
        select(DonationRow).where(DonationRow.donation_code == code_as_stored(code))
    )
    if row is None:
        raise NotFound(f"There is no donation “{code[:60]}”. Scan its label again.")
    return row


def code_as_stored(code: str) -> str:
    """A donation's code, stored or scanned, as it is stored; what is no such code, unchanged."""
    try:
        return identify_donation(code[:80]).value
    except ValueError:
        return code


def donation_for_change(session: Session, code: str, *, version: int | None = None) -> DonationRow:
    """A donation, locked with its donor until the transaction ends.

    Whoever starts a lot of it locks it so: a late result then waits, or is already here.

    Raises:
        NotFound: there is no such donation.
        OutOfDate: it changed after the page with this `version` was opened.
    """
    donation = find_donation(session, code)
    late.donor_for_change(session, donation.donor.code)
    if version is not None and donation.version != version:
        raise OutOfDate
    return donation


def acceptable_donations(
    session: Session, *, tissue: Tissue, use: DonationUse
) -> list[DonationRow]:
    """The donations QA let out of quarantine, at risk or not, the newest first."""
    rows = session.scalars(
        select(DonationRow)
        .where(
            DonationRow.state.in_(late.IN_USE),
            DonationRow.tissue == tissue,
            DonationRow.use == use,
        )
        .order_by(DonationRow.id.desc())
    )
    return list(rows)


def donations_of_donor(session: Session, donor_code: str) -> tuple[DonationRow, ...]:
    """The donations of a donor, in order.

    Raises:
        NotFound: there is no such donor.
    """
    return late.donations_of(session, find_donor(session, donor_code))


def document_need(
    session: Session, code: str, words: DocumentNeed, *, by: Actor, at: datetime
) -> DonationRow:
    """Put an urgent medical need of this donation's patient on record, signed (R-DON-27).

    Raises:
        NotFound: there is no such donation.
        BadInput: the donation is for no known patient, or the day lies ahead.
        SignatureFailed: the password is not right.
    """
    donation = donation_for_change(session, code)
    not_to_come("documented_on", words.documented_on, by.zone, at)
    if donation.patient_code is None:
        says = "This donation is for no known patient; an urgent need is one patient's."
        raise BadInput([FieldError("reason", says)])
    need = UrgentNeed.model_validate(words.model_dump(exclude={"signing"}))
    session.add(UrgentNeedRow(donation=donation, content=need.plain(), at=at))
    about = f"{donation.ref}/urgent-need"
    sign(session, need, about=about, by=by, signing=words.signing, meaning=Meaning.DECIDED, at=at)
    audit.record(session, by=by, at=at, did="intake.decide", about=about, why=need.reason)
    return donation
