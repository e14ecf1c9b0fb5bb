"""What people enter at intake: donors, donations, results, receipt, and the decision."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from schemas.base import Code, Contract, Digest, LongText, Reason, Text
from schemas.chain_of_identity import ChainOfIdentity
from schemas.donation import Donation, Receipt
from schemas.donor import (
    ConsentScope,
    DonorCode,
    InfectiousDiseaseResult,
    Questionnaire,
    RiskAssessment,
    SampledPerson,
    Specimen,
    UrgentNeed,
)
from schemas.marker import Marker, MarkerOutcome
from schemas.origin import Jurisdiction
from schemas.people import Signing


class NewPatientCode(Contract):
    """A patient for whom cells will be made: known here by a new code, to the site by name."""

    treating_site: Code = Field(
        title="Treating site", description="The code of the hospital, for example HOSP1."
    )


class RegisterDonation(Donation):
    """A donation and whose it is; the code comes from the tissue establishment's label."""

    donor_code: DonorCode


class CorrectDonation(Donation):
    """A donation's facts as they should have been entered. Its code and whose it is stay."""

    reason: Reason = Field(title="Reason for the correction")
    version: int = Field(ge=1)


class CorrectQuestionnaire(Questionnaire):
    """A questionnaire as it should have been entered; the wrong one stays readable."""

    struck: bool = Field(
        default=False,
        title="Strike it: this history is not this donor's",
        description="The questionnaire stays readable and no longer counts.",
    )
    reason: Reason = Field(title="Reason for the correction")


class GiveConsent(Contract):
    """A consent of the donor, or for a neonate of the mother."""

    given_on: date = Field(title="Given on")
    version: Text = Field(title="Version of the consent form")
    scope: tuple[ConsentScope, ...] = Field(title="Consents to", min_length=1)


class WithdrawConsent(Contract):
    """The donor withdraws every consent; lots already made of the cells are held."""

    withdrawn_on: date = Field(title="Withdrawn on")
    reason: Reason = Field(
        title="How it reached us", description="Who told us, and in which letter or call."
    )


def _something(outcomes: dict[Marker, MarkerOutcome]) -> dict[Marker, MarkerOutcome]:
    if not outcomes:
        raise ValueError("enter the outcome of at least one test")
    return {each: outcomes[each] for each in Marker if each in outcomes}


class EnterResults(Contract):
    """One report of the testing laboratory on one blood sample: one line for each marker."""

    report_reference: Text = Field(title="Report", description="The laboratory's report number.")
    laboratory: Text = Field(title="Laboratory")
    laboratory_authorised: bool = Field(
        title="Laboratory is authorised", description="By its authority, for donor testing."
    )
    sampled_on: date = Field(title="Blood sampled on", description="The day at the site.")
    sampled_person: SampledPerson = Field(default=SampledPerson.DONOR, title="Blood of")
    specimen: Specimen = Field(title="Specimen")
    kit_ce_marked: bool = Field(default=False, title="All kits are CE-marked")
    kit_fda_licensed: bool = Field(default=False, title="All kits are FDA-licensed")
    outcomes: Annotated[dict[Marker, MarkerOutcome], AfterValidator(_something)] = Field(
        title="Outcomes", description="Leave blank what was not tested."
    )


class CorrectResult(InfectiousDiseaseResult):
    """A result as it should have been entered. It counts when a second person verified it."""

    struck: bool = Field(
        default=False,
        title="Strike it: this result is not this donor's",
        description="The line stays readable and no longer counts.",
    )
    reason: Reason = Field(title="Reason for the correction")


class VerifyReport(Contract):
    """A second person compared the entries with the laboratory's report."""

    shown: Digest = Field(description="The digest of the lines, as they were shown.")
    signing: Signing


class AssessRisk(RiskAssessment):
    """A risk assessment, signed by the person responsible for it."""

    signing: Signing


class DocumentNeed(UrgentNeed):
    """An urgent medical need, put on record and signed."""

    signing: Signing


class ReceiveDonation(Receipt):
    """A donation arrives: who hands it over, for which product, and whose cells it says."""

    product_code: Code = Field(
        title="For the product",
        description="Its limits of time and temperature on the way apply.",
    )
    handed_over_by: Text = Field(
        title="Handed over by",
        description="Carrier and consignment number; the last link of the chain of custody.",
    )
    patient_code_on_container: ChainOfIdentity | None = Field(
        default=None,
        title="Patient's code on the container",
        description="Second identifier: scan it for an autologous or directed donation.",
    )
    reason: Reason | None = Field(
        default=None,
        title="Reason for the correction",
        description="Only when an earlier receipt inspection is corrected.",
    )


class Verdict(StrEnum):
    """What QA can decide of a donation."""

    ACCEPT = "accept"
    ACCEPT_AT_RISK = "accept_at_risk"
    REJECT = "reject"

    @property
    def label(self) -> str:
        """The decision as people say it."""
        return VERDICT_TITLES[self]


VERDICT_TITLES = {
    Verdict.ACCEPT: "Accept for use",
    Verdict.ACCEPT_AT_RISK: "Accept for processing at risk",
    Verdict.REJECT: "Reject",
}


def _once_each(asked: tuple[Jurisdiction, ...]) -> tuple[Jurisdiction, ...]:
    return tuple(each for each in Jurisdiction if each in asked)


class DecideDonation(Contract):
    """QA's decision on a donation, on exactly what the page showed."""

    verdict: Verdict = Field(title="Decision")
    jurisdictions: Annotated[tuple[Jurisdiction, ...], AfterValidator(_once_each)] = Field(
        default=(),
        title="Under the donor rules of",
        description="For an acceptance: every jurisdiction whose rules must let it be used.",
    )
    reason: Reason = Field(title="Reason")
    stability_data: LongText | None = Field(
        default=None,
        title="Stability data",
        description="Only when time or temperature on the way was outside the limits: which data "
        "show that the cells bear it.",
    )
    shown: Digest = Field(description="The digest of what was judged, as it was shown.")
    signing: Signing

    @model_validator(mode="after")
    def _accepted_under_some_law(self) -> Self:
        if self.verdict is not Verdict.REJECT and not self.jurisdictions:
            raise ValueError("choose at least one jurisdiction to accept a donation")
        return self
