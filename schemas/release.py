"""Release: what a lot is judged by, what the judgement says, and who signed it.

The verdict is a function of the dossier and of the moment it is asked (design idea 5): the
Qualified Person signs the digest of exactly that dossier and those findings, and asking again
years later gives the same answer (R-SPEC-12).
"""

from enum import StrEnum

from pydantic import Field, PositiveInt

from schemas.base import Code, Contract, Digest, LongText, Moment, Reason, Text, ZoneName, is_empty
from schemas.finding import Finding
from schemas.intake import DonationDossier
from schemas.lot import ContainerFacts, DeviationFacts, LotFacts, LotSource, Stage
from schemas.names import Username
from schemas.people import Signing
from schemas.product import Product
from schemas.production import ProductionRecord
from schemas.quality_record import QualityRecord
from schemas.reading import ResultState
from schemas.specification import Gate
from schemas.supply import LotSupplies
from schemas.trail import Signature


class ReviewKind(StrEnum):
    """What QA reviews before a lot is certified (R-BR-18, R-DI-04)."""

    TRAIL = "audit_trail"
    RECORD = "batch_record"

    @property
    def label(self) -> str:
        """The review as people say it."""
        return "Audit trail" if self is ReviewKind.TRAIL else "Batch record"


class ReviewFacts(Contract):
    """A review, and the last entry of the trail it has seen."""

    kind: ReviewKind
    through_seq: int
    entries: int = Field(description="How many entries of this lot were reviewed")
    comment: Text
    at: Moment
    signature: Signature


class Act(StrEnum):
    """What a Qualified Person can do with a lot."""

    CONDITIONAL = "conditional"
    FINAL = "final"
    REJECT = "reject"
    RECALL = "recall"

    @property
    def label(self) -> str:
        """The act as people say it."""
        return ACT_LABELS[self]


ACT_LABELS = {
    Act.CONDITIONAL: "Conditional certification",
    Act.FINAL: "Final certification",
    Act.REJECT: "Rejection",
    Act.RECALL: "Recall",
}


class Obligation(Contract):
    """A result that is outstanding at a conditional certification (R-QP-08)."""

    criterion: Code
    title: Text
    due_at: Moment | None
    responsible: Text = Field(description="Who sees to it, by name")


class CertificateFacts(Contract):
    """One line of the register (R-QP-01). Lines are added; none is ever changed."""

    number: PositiveInt
    lot_number: Code
    product_name: Text
    act: Act
    statement: LongText
    destination: Text
    obligations: tuple[Obligation, ...]
    reason: str | None
    dossier_digest: Digest
    verdict_digest: Digest
    at: Moment
    zone: ZoneName
    signature: Signature


class ParentFacts(Contract):
    """The lot the cells came from, as it stands now (R-ATMP-15)."""

    number: Code
    product_name: Text
    stage: Stage
    held: bool
    expires_at: Moment | None


class Dossier(Contract):
    """Everything known of a lot: what release judges and what the Qualified Person signs."""

    lot: LotFacts
    product: Product
    sources: tuple[LotSource, ...]
    parents: tuple[ParentFacts, ...]
    donations: tuple[DonationDossier, ...] = Field(
        description="Of this lot and of every lot before it"
    )
    production: ProductionRecord
    supplies: LotSupplies
    quality: QualityRecord
    deviations: tuple[DeviationFacts, ...]
    containers: tuple[ContainerFacts, ...]
    reviews: tuple[ReviewFacts, ...]
    last_entry_seq: int = Field(
        description="The last deed on this lot, its donors and donations, reviews apart"
    )
    certificates: tuple[CertificateFacts, ...]


class Question(Contract):
    """A dossier, and the moment at which it is judged."""

    dossier: Dossier
    at: Moment


class GateLine(Contract):
    """One gate on the release screen: whether it is open, and what it rests on."""

    rule: str
    cite: str
    says: Text
    is_open: bool
    evidence: Text
    findings: tuple[Finding, ...]


class CriterionLine(Contract):
    """One criterion on the release screen."""

    code: Code
    title: Text
    gate: Gate
    limit: Text
    reported: str | None
    state: ResultState
    says: Text
    due_at: Moment | None

    def is_overdue(self, at: Moment) -> bool:
        """Whether its result should have been there by now."""
        return not self.state.opens_gate and self.due_at is not None and self.due_at < at


class Standing(Contract):
    """What the rules say of a lot at a moment: which acts are open, and why the others are not."""

    at: Moment
    criteria: tuple[CriterionLine, ...]
    gates: tuple[GateLine, ...]
    outstanding: tuple[Code, ...] = Field(
        description="Criteria that may still be pending at a conditional certification"
    )
    failed: tuple[Code, ...]
    allowed: tuple[Act, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that keeps a gate closed."""
        return tuple(finding for gate in self.gates for finding in gate.findings)

    @property
    def certifying(self) -> tuple[Act, ...]:
        """The certifications that are open."""
        return tuple(act for act in self.allowed if act in {Act.CONDITIONAL, Act.FINAL})

    @property
    def overdue(self) -> tuple[CriterionLine, ...]:
        """The criteria that gate and whose results should have been there by now."""
        gating = (each for each in self.criteria if each.gate in {Gate.PRE, Gate.POST})
        return tuple(each for each in gating if each.is_overdue(self.at))


class ReleaseVerdict(Standing):
    """How a lot stands, bound to the very dossier it was asked of: what is signed."""

    lot_number: Code
    dossier_digest: Digest
    software: Text


class Review(Contract):
    """QA signs what was reviewed."""

    comment: Text = Field(
        title="Outcome of the review", description="What was noticed, or that nothing was"
    )
    through_seq: int = Field(ge=0)
    signing: Signing


class ReviewWords(Contract):
    """The words under a review: the lot, the entries, the end of the trail they lead to."""

    lot_number: Code
    kind: ReviewKind
    through_seq: int
    entries: int
    link: Digest
    comment: Text


class Checklist(Contract):
    """What the Qualified Person checked personally (R-QP-03)."""

    authorised: bool = Field(
        title="The marketing authorisation is met; of a trial, its authorisation and product file"
    )
    good_manufacturing: bool = Field(title="It was made under good manufacturing practice")
    validated: bool = Field(title="Processes and methods are validated or justified")
    tested: bool = Field(title="All checks and tests required so far were done")
    deviations_assessed: bool = Field(title="Deviations and changes are assessed")
    documents_complete: bool = Field(title="The documents are complete and endorsed")
    supply_chain: bool = Field(title="The supply chain, donation included, is known and agreed")
    stability: bool = Field(title="Storage and stability data support the shelf life")
    # Asked since 0.2.0. What was signed before says nothing of it, and keeps its digest.
    audits: bool | None = Field(
        default=None,
        title="Audits and self-inspections are in place",
        exclude_if=is_empty,
    )


class Certify(Contract):
    """The Qualified Person certifies a lot, conditionally or finally."""

    act: Act = Field(title="Certification")
    destination: Text = Field(title="Country of destination")
    responsible: Username | None = Field(
        default=None,
        title="Responsible for the outstanding results",
        description="User name; only for a conditional certification",
    )
    checklist: Checklist
    dossier_digest: Digest
    signing: Signing


class RejectLot(Contract):
    """A lot is rejected, or a certified one recalled, and why."""

    reason: Reason = Field(title="Reason")
    dossier_digest: Digest
    signing: Signing


class CertificationWords(Contract):
    """The exact words a Qualified Person signs: statement, dossier, verdict, obligations."""

    lot_number: Code
    batch: Text = Field(description="Name, strength, form and container of the product")
    act: Act
    statement: LongText
    destination: Text
    checklist: Checklist | None
    obligations: tuple[Obligation, ...]
    reason: str | None
    dossier_digest: Digest
    verdict_digest: Digest
