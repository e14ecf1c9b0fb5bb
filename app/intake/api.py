"""Intake for machines: the same actions, the same contracts."""

from typing import Annotated

from fastapi import Path, Query

from app.intake import actions
from app.intake.roles import Decider, Reader, Receiver, Registrar, Tester, Verifier
from app.people.actor import local_day
from app.web.clock import Now
from app.web.machines import Once, answers_once
from app.web.routing import API, Addresses
from app.web.unit import Look
from schemas.donor import DonorRegistration, Questionnaire
from schemas.intake import (
    DonationDossier,
    DonationList,
    DonationState,
    DonorFile,
    Patient,
    VerifiedReport,
)
from schemas.intake_forms import (
    AssessRisk,
    CorrectDonation,
    CorrectQuestionnaire,
    CorrectResult,
    DecideDonation,
    DocumentNeed,
    EnterResults,
    GiveConsent,
    NewPatientCode,
    ReceiveDonation,
    RegisterDonation,
    VerifyReport,
    WithdrawConsent,
)

api = Addresses(prefix=API, tags=["intake"])

NumberInPath = Annotated[int, Path(ge=1, le=2_000_000_000)]
CodeInPath = Annotated[str, Path(max_length=80)]


@api.post("/intake/patients")
@answers_once
def make_patient_code(by: Registrar, new: NewPatientCode, at: Now, session: Once) -> Patient:
    """Draw a chain-of-identity code for a patient."""
    return actions.make_patient_code(session, new, by=by, at=at).contract


@api.post("/intake/donors")
@answers_once
def register_donor(by: Registrar, new: DonorRegistration, at: Now, session: Once) -> DonorFile:
    """Put a donor on record by code."""
    return actions.donor_file(session, actions.register_donor(session, new, by=by, at=at).code)


@api.get("/intake/donors/{code}")
def show_donor(code: CodeInPath, by: Reader, session: Look) -> DonorFile:
    """Everything on record of a donor."""
    return actions.donor_file(session, code)


@api.post("/intake/donors/{code}/consents")
@answers_once
def give_consent(
    code: CodeInPath, by: Registrar, given: GiveConsent, at: Now, session: Once
) -> DonorFile:
    """Put a consent on record."""
    actions.give_consent(session, code, given, by=by, at=at)
    return actions.donor_file(session, code)


@api.post("/intake/donors/{code}/withdrawal")
@answers_once
def withdraw_consent(
    code: CodeInPath, by: Registrar, words: WithdrawConsent, at: Now, session: Once
) -> DonorFile:
    """Withdraw every consent; every lot of the cells is held."""
    actions.withdraw_consent(session, code, words, by=by, at=at)
    return actions.donor_file(session, code)


@api.post("/intake/donors/{code}/questionnaires")
@answers_once
def add_questionnaire(
    code: CodeInPath, by: Registrar, answers: Questionnaire, at: Now, session: Once
) -> DonorFile:
    """Put the outcome of the donor's history on record."""
    actions.add_questionnaire(session, code, answers, by=by, at=at)
    return actions.donor_file(session, code)


@api.post("/intake/questionnaires/{number}/correction")
@answers_once
def correct_questionnaire(
    number: NumberInPath, by: Registrar, words: CorrectQuestionnaire, at: Now, session: Once
) -> DonorFile:
    """Correct a questionnaire by a new one, or strike it."""
    donor = actions.correct_questionnaire(session, number, words, by=by, at=at)
    return actions.donor_file(session, donor.code)


@api.post("/intake/donations/{code}/correction")
@answers_once
def correct_donation(
    code: CodeInPath, by: Registrar, words: CorrectDonation, at: Now, session: Once
) -> DonationDossier:
    """Correct the facts of a donation; it goes back to quarantine."""
    row = actions.correct_donation(session, code, words, by=by, at=at)
    return actions.donation_dossier(session, row, on=local_day(by, at))


@api.post("/intake/donors/{code}/risk-assessments")
@answers_once
def assess_risk(
    code: CodeInPath, by: Decider, words: AssessRisk, at: Now, session: Once
) -> DonorFile:
    """Accept or reject one risk, signed."""
    actions.assess_risk(session, code, words, by=by, at=at)
    return actions.donor_file(session, code)


@api.post("/intake/donors/{code}/results")
@answers_once
def enter_results(
    code: CodeInPath, by: Tester, entered: EnterResults, at: Now, session: Once
) -> DonorFile:
    """Enter a laboratory's report; it counts when a second person has verified it."""
    actions.enter_results(session, code, entered, by=by, at=at)
    return actions.donor_file(session, code)


@api.post("/intake/results/{number}/correction")
@answers_once
def correct_result(
    number: NumberInPath, by: Tester, words: CorrectResult, at: Now, session: Once
) -> DonorFile:
    """Correct a line by a new one, with the reason."""
    report = actions.correct_result(session, number, words, by=by, at=at)
    return actions.donor_file(session, report.donor.code)


@api.get("/intake/reports/{number}")
def show_report(number: NumberInPath, by: Reader, session: Look) -> VerifiedReport:
    """The lines of a report that wait; the digest of this answer is `shown` of a verification."""
    report = actions.find_report(session, number)
    return actions.words_to_verify(report, actions.lines_to_verify(session, report))


@api.post("/intake/reports/{number}/verification")
@answers_once
def verify_report(
    number: NumberInPath, by: Verifier, words: VerifyReport, at: Now, session: Once
) -> DonorFile:
    """Sign that the lines are what the laboratory reported."""
    report = actions.verify_report(session, number, words, by=by, at=at)
    return actions.donor_file(session, report.donor.code)


@api.get("/intake/donations")
def list_donations(
    by: Reader,
    session: Look,
    q: Annotated[str, Query(max_length=80)] = "",
    state: DonationState | None = None,
) -> DonationList:
    """The newest donations, found by a part of a code or by their state."""
    return actions.donation_list(actions.worklist(session, search=q, state=state))


@api.post("/intake/donations")
@answers_once
def register_donation(
    by: Registrar, new: RegisterDonation, at: Now, session: Once
) -> DonationDossier:
    """Put a donation on record, in quarantine."""
    row = actions.register_donation(session, new, by=by, at=at)
    return actions.donation_dossier(session, row, on=local_day(by, at))


@api.get("/intake/donations/{code}")
def show_donation(code: CodeInPath, by: Reader, at: Now, session: Look) -> DonationDossier:
    """Everything known of a donation; `basis_digest` is `shown` of a decision."""
    row = actions.find_donation(session, code)
    return actions.donation_dossier(session, row, on=local_day(by, at))


@api.post("/intake/donations/{code}/receipt")
@answers_once
def receive_donation(
    code: CodeInPath, by: Receiver, received: ReceiveDonation, at: Now, session: Once
) -> DonationDossier:
    """Put a receipt inspection on record; a logger's file is attached on the page."""
    row = actions.receive_donation(session, code, received, log=None, by=by, at=at)
    return actions.donation_dossier(session, row.donation, on=local_day(by, at))


@api.post("/intake/donations/{code}/urgent-need")
@answers_once
def document_need(
    code: CodeInPath, by: Decider, words: DocumentNeed, at: Now, session: Once
) -> DonationDossier:
    """Put an urgent medical need on record, signed."""
    row = actions.document_need(session, code, words, by=by, at=at)
    return actions.donation_dossier(session, row, on=local_day(by, at))


@api.post("/intake/donations/{code}/decision")
@answers_once
def decide_donation(
    code: CodeInPath, by: Decider, decision: DecideDonation, at: Now, session: Once
) -> DonationDossier:
    """Sign a decision on exactly what was shown."""
    row = actions.decide_donation(session, code, decision, by=by, at=at)
    return actions.donation_dossier(session, row, on=local_day(by, at))
