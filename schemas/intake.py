"""The whole of what is known of one donation and of its donor, on one day."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from schemas.base import Code, Contract, Digest, LongText, Moment, Reason, Text, is_empty
from schemas.chain_of_identity import ChainOfIdentity
from schemas.donation import Donation, Receipt, ReceiptLimits
from schemas.donor import (
    Consent,
    DonorCode,
    DonorKind,
    DonorRegistration,
    InfectiousDiseaseResult,
    Questionnaire,
    RiskAssessment,
    UrgentNeed,
)
from schemas.donor_records import CorrectedDonation, CorrectedQuestionnaire
from schemas.eligibility import Eligibility
from schemas.finding import Finding
from schemas.intake_forms import Verdict
from schemas.origin import Jurisdiction
from schemas.trail import KeptFile, Signature


class DonationState(StrEnum):
    """Where a donation stands. It arrives in quarantine and stays there until QA signs."""

    QUARANTINE = "quarantine"
    ACCEPTED = "accepted"
    ACCEPTED_AT_RISK = "accepted_at_risk"
    """For processing only: what is undecided blocks certification."""
    REJECTED = "rejected"

    @property
    def label(self) -> str:
        """The state as people say it."""
        return self.value.replace("_", " ").capitalize()


class Patient(Contract):
    """A patient by chain-of-identity code, and the site that knows who it is."""

    code: ChainOfIdentity
    treating_site: Code
    made_at: Moment


class ConsentState(StrEnum):
    """Whether the donor agrees, on the day that is asked."""

    NONE = "none"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class VerifiedResult(Contract):
    """One result as the second person saw it, and what it corrects."""

    number: int
    result: InfectiousDiseaseResult
    struck: bool
    corrects: int | None
    reason: str | None


class VerifiedReport(Contract):
    """The words under the signature of the second person."""

    donor_code: DonorCode
    report: int
    results: tuple[VerifiedResult, ...]


class ReceiptLine(Contract):
    """A receipt inspection as it stands: limits frozen, who entered it, what it corrected."""

    number: int
    receipt: Receipt
    product_code: Code
    product_version: int
    limits: ReceiptLimits
    handed_over_by: Text
    patient_code_on_container: str | None
    entered_by: Text
    entered_at: Moment
    corrects: int | None
    reason: str | None
    log: KeptFile | None = Field(description="The transport logger's file, if one is attached.")


class DonationBasis(Contract):
    """Everything a decision rests on. Its digest tells a stale page from a fresh one."""

    donation: Donation
    donor: DonorRegistration
    state: DonationState
    receipt: ReceiptLine | None
    receipt_findings: tuple[Finding, ...]
    eligibilities: tuple[Eligibility, ...]
    unverified: tuple[VerifiedResult, ...] = Field(
        description="Results that wait for the second person and do not count yet."
    )


class DonationDecision(Contract):
    """The words under QA's signature: the decision with all it rests on."""

    verdict: Verdict
    jurisdictions: tuple[Jurisdiction, ...]
    reason: Reason
    stability_data: LongText | None = Field(default=None, exclude_if=is_empty)
    basis: DonationBasis


class DecisionLine(Contract):
    """A decision as the record shows it, with the eligibility it was made on."""

    number: int
    verdict: Verdict
    jurisdictions: tuple[Jurisdiction, ...]
    reason: Reason
    stability_data: LongText | None = Field(default=None, exclude_if=is_empty)
    basis_digest: Digest
    eligibilities: tuple[Eligibility, ...]
    decided_by: Text
    decided_at: Moment


class ResultLine(Contract):
    """One infectious-disease result with its history. Only what stands counts."""

    number: int
    report: int
    result: InfectiousDiseaseResult
    entered_by: Text
    entered_at: Moment
    verified_by: str | None
    verified_at: Moment | None
    corrects: int | None
    reason: str | None
    corrected_by: int | None = Field(description="The newer line that corrects this one, if any.")
    struck: bool
    stands: bool = Field(description="Verified, not struck, and no verified line corrects it.")


class DonorFile(Contract):
    """A donor as the unit knows them: a code, and everything on record under it."""

    donor: DonorRegistration
    consents: tuple[Consent, ...]
    consent_state: ConsentState
    questionnaires: tuple[Questionnaire, ...]
    questionnaire_numbers: tuple[int, ...] = Field(
        default=(), description="The number of each questionnaire, in their order"
    )
    corrected_questionnaires: tuple[CorrectedQuestionnaire, ...] = ()
    results: tuple[ResultLine, ...]
    risk_assessments: tuple[RiskAssessment, ...]
    signatures: tuple[Signature, ...]
    donations: tuple[str, ...]


class DonationDossier(Contract):
    """Everything known of one donation on one day (R-ATMP-13, R-DON-28)."""

    on: date
    donation: Donation
    donor_code: DonorCode
    donor_kind: DonorKind
    donor_zone: str
    state: DonationState
    consent_state: ConsentState
    consents: tuple[Consent, ...]
    questionnaires: tuple[Questionnaire, ...]
    corrected_questionnaires: tuple[CorrectedQuestionnaire, ...] = Field(
        default=(), exclude_if=is_empty
    )
    corrections: tuple[CorrectedDonation, ...] = Field(default=(), exclude_if=is_empty)
    results: tuple[ResultLine, ...]
    risk_assessments: tuple[RiskAssessment, ...]
    urgent_need: UrgentNeed | None
    receipt: ReceiptLine | None
    earlier_receipts: tuple[ReceiptLine, ...]
    receipt_findings: tuple[Finding, ...]
    eligibilities: tuple[Eligibility, ...]
    decisions: tuple[DecisionLine, ...]
    signatures: tuple[Signature, ...]
    label_texts: tuple[Text, ...]
    segregated_storage: bool
    basis_digest: Digest
    """What `DecideDonation.shown` must be for a decision made now."""

    def label_texts_for(self, asked: tuple[Jurisdiction, ...]) -> tuple[Text, ...]:
        """Every warning these jurisdictions ask for, each once."""
        texts = (
            text
            for each in self.eligibilities
            if each.jurisdiction in asked
            for text in each.label_texts
        )
        return tuple(dict.fromkeys(texts))

    def not_accepted_for(self, asked: tuple[Jurisdiction, ...]) -> tuple[Jurisdiction, ...]:
        """Of these jurisdictions, the ones QA's last decision does not speak of."""
        accepted = self.decisions[-1].jurisdictions if self.decisions else ()
        return tuple(each for each in asked if each not in accepted)


class DonationLine(Contract):
    """A donation on the worklist."""

    donation: Donation
    donor_code: DonorCode
    state: DonationState
    next: str = Field(description="What it waits for, in words; empty when it is decided.")


class DonationList(Contract):
    """The newest donations."""

    donations: tuple[DonationLine, ...]
