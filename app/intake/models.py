"""Donors by code, what is known of them, their donations, and what was decided."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import AppendOnly, Base
from schemas.donation import Donation, MarrowReading, Relation
from schemas.donor import DonorKind, InfectiousDiseaseResult, SampledPerson, Specimen
from schemas.intake import DonationState, Patient
from schemas.intake_forms import Verdict
from schemas.marker import Marker, MarkerOutcome
from schemas.origin import DonationUse, Tissue

SAYS_WHY = "corrects_id IS NULL OR reason IS NOT NULL"


class PatientCode(AppendOnly, Base):
    """A patient, known here by a code alone; who it is, the treating site knows (R-DON-30)."""

    __tablename__ = "patient_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    treating_site: Mapped[str] = mapped_column(index=True)
    made_at: Mapped[datetime]

    @property
    def ref(self) -> str:
        """How the trail refers to this patient."""
        return f"patient/{self.code}"

    @property
    def contract(self) -> Patient:
        """The patient as other contracts carry them."""
        return Patient(code=self.code, treating_site=self.treating_site, made_at=self.made_at)


class Donor(AppendOnly, Base):
    """A donor by code. There is no column for a name."""

    __tablename__ = "donor"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[DonorKind]
    site_zone: Mapped[str]
    registered_at: Mapped[datetime]

    @property
    def ref(self) -> str:
        """How the trail refers to this donor."""
        return f"donor/{self.code}"


class ConsentRow(AppendOnly, Base):
    """A consent, or its withdrawal: a row that repeats it and names it."""

    __tablename__ = "donor_consent"
    __table_args__ = (
        CheckConstraint(
            "(withdraws_id IS NULL) = (withdrawn_on IS NULL)", name="withdrawal_names_consent"
        ),
        CheckConstraint("withdraws_id IS NULL OR reason IS NOT NULL", name="says_why"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    donor_id: Mapped[int] = mapped_column(ForeignKey("donor.id"), index=True)
    donor: Mapped[Donor] = relationship(lazy="joined")
    given_on: Mapped[date]
    form_version: Mapped[str]
    scope: Mapped[list[str]] = mapped_column(JSON)
    withdrawn_on: Mapped[date | None]
    withdraws_id: Mapped[int | None] = mapped_column(ForeignKey("donor_consent.id"), unique=True)
    reason: Mapped[str | None]
    at: Mapped[datetime]


class QuestionnaireRow(AppendOnly, Base):
    """The donor's history, asked and judged, as one contract."""

    __tablename__ = "donor_questionnaire"

    id: Mapped[int] = mapped_column(primary_key=True)
    donor_id: Mapped[int] = mapped_column(ForeignKey("donor.id"), index=True)
    donor: Mapped[Donor] = relationship(lazy="joined")
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime]


class QuestionnaireCorrection(AppendOnly, Base):
    """A questionnaire was entered wrongly: which one counts instead, if any, and why."""

    __tablename__ = "donor_questionnaire_correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    wrong_id: Mapped[int] = mapped_column(ForeignKey("donor_questionnaire.id"), unique=True)
    wrong: Mapped[QuestionnaireRow] = relationship(foreign_keys=[wrong_id], lazy="joined")
    right_id: Mapped[int | None] = mapped_column(ForeignKey("donor_questionnaire.id"), unique=True)
    right: Mapped[QuestionnaireRow | None] = relationship(foreign_keys=[right_id], lazy="joined")
    reason: Mapped[str]
    corrected_by: Mapped[str]
    at: Mapped[datetime]


class Report(AppendOnly, Base):
    """One entry of results: a laboratory's report, or the correction of a line."""

    __tablename__ = "donor_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    donor_id: Mapped[int] = mapped_column(ForeignKey("donor.id"), index=True)
    donor: Mapped[Donor] = relationship(lazy="joined")
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]

    @property
    def ref(self) -> str:
        """How the trail refers to this report."""
        return f"{self.donor.ref}/report/{self.id}"


class ResultRow(AppendOnly, Base):
    """One infectious-disease result. A correction is a new row that names the old one."""

    __tablename__ = "donor_result"
    __table_args__ = (CheckConstraint(SAYS_WHY, name="says_why"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("donor_report.id"), index=True)
    report: Mapped[Report] = relationship(lazy="joined")
    marker: Mapped[Marker]
    sampled_on: Mapped[date]
    sampled_person: Mapped[SampledPerson]
    specimen: Mapped[Specimen]
    outcome: Mapped[MarkerOutcome]
    laboratory: Mapped[str]
    laboratory_authorised: Mapped[bool]
    kit_ce_marked: Mapped[bool]
    kit_fda_licensed: Mapped[bool]
    report_reference: Mapped[str]
    struck: Mapped[bool]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("donor_result.id"), unique=True)
    reason: Mapped[str | None]

    @property
    def result(self) -> InfectiousDiseaseResult:
        """The result as the rules read it."""
        shown = {name: getattr(self, name) for name in InfectiousDiseaseResult.model_fields}
        return InfectiousDiseaseResult.model_validate(shown)


class Verification(AppendOnly, Base):
    """A second person verified a report; the signature is kept beside it."""

    __tablename__ = "donor_report_verification"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("donor_report.id"), unique=True)
    report: Mapped[Report] = relationship(lazy="joined")
    by: Mapped[str]
    at: Mapped[datetime]


class RiskAssessmentRow(AppendOnly, Base):
    """A signed risk assessment, as one contract."""

    __tablename__ = "donor_risk_assessment"

    id: Mapped[int] = mapped_column(primary_key=True)
    donor_id: Mapped[int] = mapped_column(ForeignKey("donor.id"), index=True)
    donor: Mapped[Donor] = relationship(lazy="joined")
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime]


class DonationRow(Base):
    """One donation. Its code was given by others and stays (R-SEC-03); so does whose it is."""

    __tablename__ = "donation"
    __table_args__ = (
        CheckConstraint("(use = 'allogeneic') = (patient_code IS NULL)", name="one_patient"),
        # what may be taken for a product; what still waits
        Index("ix_donation_state_tissue_use", "state", "tissue", "use"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    donation_code: Mapped[str] = mapped_column(unique=True)
    donor_id: Mapped[int] = mapped_column(ForeignKey("donor.id"), index=True)
    donor: Mapped[Donor] = relationship(lazy="joined")
    tissue: Mapped[Tissue]
    use: Mapped[DonationUse]
    patient_code: Mapped[str | None] = mapped_column(ForeignKey("patient_code.code"), index=True)
    relation: Mapped[Relation | None]
    collected_at: Mapped[datetime]
    long_storage: Mapped[bool]
    marrow_reading: Mapped[MarrowReading]
    blood_infused_ml: Mapped[Decimal]
    colloids_infused_ml: Mapped[Decimal]
    crystalloids_infused_ml: Mapped[Decimal]
    weight_kg: Mapped[Decimal | None]
    pre_transfusion_sample: Mapped[bool]
    tests_validated_for_dilution: Mapped[bool]
    state: Mapped[DonationState]
    registered_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it from the class

    @property
    def ref(self) -> str:
        """How the trail refers to this donation."""
        return f"donation/{self.donation_code}"

    @property
    def contract(self) -> Donation:
        """The donation as the rules read it."""
        shown = {name: getattr(self, name) for name in Donation.model_fields}
        return Donation.model_validate(shown)


class DonationCorrection(AppendOnly, Base):
    """What a donation said before its facts were corrected, and why they were."""

    __tablename__ = "donation_correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    donation_id: Mapped[int] = mapped_column(ForeignKey("donation.id"), index=True)
    donation: Mapped[DonationRow] = relationship(lazy="joined")
    was: Mapped[dict[str, Any]] = mapped_column(JSON)
    became: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str]
    corrected_by: Mapped[str]
    at: Mapped[datetime]


class ReceiptRow(AppendOnly, Base):
    """A receipt inspection, with the limits of the product it was judged by."""

    __tablename__ = "donation_receipt"
    __table_args__ = (CheckConstraint(SAYS_WHY, name="says_why"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    donation_id: Mapped[int] = mapped_column(ForeignKey("donation.id"), index=True)
    donation: Mapped[DonationRow] = relationship(lazy="joined")
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    product_code: Mapped[str]
    product_version: Mapped[int]
    limits: Mapped[dict[str, Any]] = mapped_column(JSON)
    handed_over_by: Mapped[str]
    patient_code_on_container: Mapped[str | None]
    entered_by: Mapped[str]
    at: Mapped[datetime]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("donation_receipt.id"), unique=True)
    reason: Mapped[str | None]

    @property
    def ref(self) -> str:
        """How the trail refers to this inspection; the transport log is kept about it."""
        return f"{self.donation.ref}/receipt/{self.id}"


class UrgentNeedRow(AppendOnly, Base):
    """A signed urgent medical need of the patient of this donation, as one contract."""

    __tablename__ = "donation_urgent_need"

    id: Mapped[int] = mapped_column(primary_key=True)
    donation_id: Mapped[int] = mapped_column(ForeignKey("donation.id"), index=True)
    donation: Mapped[DonationRow] = relationship(lazy="joined")
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime]


class DecisionRow(AppendOnly, Base):
    """A signed decision, with the eligibility of that moment and the digest of all it rests on."""

    __tablename__ = "donation_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    donation_id: Mapped[int] = mapped_column(ForeignKey("donation.id"), index=True)
    donation: Mapped[DonationRow] = relationship(lazy="joined")
    verdict: Mapped[Verdict]
    jurisdictions: Mapped[list[str]] = mapped_column(JSON)
    reason: Mapped[str]
    stability_data: Mapped[str | None]
    basis_digest: Mapped[str]
    eligibilities: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    decided_by: Mapped[str]
    at: Mapped[datetime]
