"""A donor and what is known of them: a code, never a name (R-DON-28, R-DON-30)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from schemas.base import Contract, LongText, Reason, Text, ZoneName
from schemas.donation import Donation
from schemas.marker import Marker, MarkerOutcome

DonorCode = Annotated[
    str,
    StringConstraints(pattern=r"^D-[0-9]{2,8}(-[0-9]{2,8})?$", to_upper=True),
    Field(title="Donor code", description="For example D-2026-0014. Never a name or a record no."),
]
"""A donor, as a code of ours made of digits: no name fits in (R-DON-28)."""


class DonorKind(StrEnum):
    """Whose blood speaks for the donor."""

    LIVING = "living"
    """Older than one month: the donor's own blood."""
    NEONATE = "neonate"
    """At most one month old (umbilical cord): the birth mother may or must be tested."""


def _a_real_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise ValueError(f"{name!r} is no time zone; Europe/Warsaw would be one") from unknown
    return name


class DonorRegistration(Contract):
    """A coded donor. Who they are is known to the collecting site alone."""

    donor_code: DonorCode
    kind: DonorKind = Field(title="Donor is")
    site_zone: Annotated[ZoneName, AfterValidator(_a_real_zone)] = Field(
        title="Time zone of the collection site",
        description="Days are counted on this calendar, for example Europe/Warsaw.",
    )


class ConsentScope(StrEnum):
    """What a consent allows."""

    USE = "use"
    TESTING = "testing"
    LONG_STORAGE = "long_storage"
    COMMERCIAL = "commercial"


def _once_each(scopes: tuple[ConsentScope, ...]) -> tuple[ConsentScope, ...]:
    """Each once and in order, so that the same consent always digests the same."""
    return tuple(each for each in ConsentScope if each in scopes)


class Consent(Contract):
    """A consent of the donor, or for a neonate of the mother; of which version, to what."""

    given_on: date = Field(title="Given on")
    version: Text = Field(title="Version of the consent form")
    scope: Annotated[tuple[ConsentScope, ...], AfterValidator(_once_each)] = Field(
        title="Consents to", min_length=1
    )
    withdrawn_on: date | None = Field(default=None, title="Withdrawn on")

    @model_validator(mode="after")
    def _withdrawn_after_given(self) -> Self:
        if self.withdrawn_on is not None and self.withdrawn_on < self.given_on:
            raise ValueError("withdrawn before it was given; one of the two days is wrong")
        return self


class QuestionnaireOutcome(StrEnum):
    """What the donor's history showed."""

    NO_RISK = "no_risk"
    RISK_FOUND = "risk_found"
    NOT_DONE = "not_done"


def _markers_once(markers: tuple[Marker, ...]) -> tuple[Marker, ...]:
    return tuple(each for each in Marker if each in markers)


class Questionnaire(Contract):
    """The donor's medical and behavioural history, asked and judged (R-DON-14)."""

    assessed_on: date = Field(title="Assessed on")
    assessed_by: Text = Field(title="Assessed by", description="The role, for example physician.")
    outcome: QuestionnaireOutcome = Field(title="Outcome")
    risk: LongText | None = Field(
        default=None, title="Risk found", description="What, and when; without naming the donor."
    )
    interviewed: bool = Field(title="Interviewed by a trained professional")
    htlv_high_prevalence: bool = Field(
        default=False,
        title="HTLV high-prevalence area",
        description="The donor, a partner or a parent comes from such an area.",
    )
    further_tests: Annotated[tuple[Marker, ...], AfterValidator(_markers_once)] = Field(
        default=(),
        title="Further tests the history asks for",
        description="For example malaria after travel.",
    )

    @model_validator(mode="after")
    def _says_which_risk(self) -> Self:
        if (self.outcome is QuestionnaireOutcome.RISK_FOUND) != (self.risk is not None):
            raise ValueError("describe the risk when a risk was found, and only then")
        return self


class Specimen(StrEnum):
    """What was tested."""

    SERUM = "serum"
    PLASMA = "plasma"
    OTHER = "other"


class SampledPerson(StrEnum):
    """Whose blood it was."""

    DONOR = "donor"
    BIRTH_MOTHER = "birth_mother"


class InfectiousDiseaseResult(Contract):
    """One answer of the testing laboratory, with what makes it count (R-DON-07)."""

    marker: Marker = Field(title="Test")
    sampled_on: date = Field(title="Blood sampled on", description="The day at the site.")
    sampled_person: SampledPerson = Field(default=SampledPerson.DONOR, title="Blood of")
    specimen: Specimen = Field(title="Specimen")
    outcome: MarkerOutcome = Field(title="Outcome")
    laboratory: Text = Field(title="Laboratory")
    laboratory_authorised: bool = Field(
        title="Laboratory is authorised", description="By its authority, for donor testing."
    )
    kit_ce_marked: bool = Field(default=False, title="Kit is CE-marked")
    kit_fda_licensed: bool = Field(default=False, title="Kit is FDA-licensed")
    report_reference: Text = Field(title="Report", description="The laboratory's report number.")


class RiskSubject(StrEnum):
    """What a risk assessment is about."""

    QUESTIONNAIRE = "questionnaire"
    ANTI_HBC = "anti_hbc"
    SYPHILIS = "syphilis"
    OTHER_MARKER = "other_marker"


class RiskDecision(StrEnum):
    """What the responsible person decided."""

    ACCEPT = "accept"
    REJECT = "reject"


class RiskAssessment(Contract):
    """The responsible person's documented assessment of one risk (R-DON-03, 04, 14)."""

    about: RiskSubject = Field(title="About")
    marker: Marker | None = Field(
        default=None, title="Marker", description="For an assessment of another marker."
    )
    decision: RiskDecision = Field(title="Decision")
    decided_on: date = Field(title="Decided on")
    responsible_person: Text = Field(title="Responsible person", description="Role or code.")
    reasoning: LongText = Field(title="Reasoning")
    further_investigation: LongText | None = Field(
        default=None,
        title="Further investigations",
        description="What else was tested, and its result; needed for anti-HBc.",
    )

    @model_validator(mode="after")
    def _names_its_subject(self) -> Self:
        if (self.about is RiskSubject.OTHER_MARKER) != (self.marker is not None):
            raise ValueError("name the marker when the assessment is about another marker")
        if self.about is RiskSubject.ANTI_HBC and self.further_investigation is None:
            raise ValueError("anti-HBc asks for further investigations; say which, and the result")
        return self


class UrgentNeed(Contract):
    """A documented urgent medical need of the patient of a directed donation (R-DON-27)."""

    documented_on: date = Field(title="Documented on")
    physician: Text = Field(title="Physician", description="Role or code.")
    reason: Reason = Field(title="Why no comparable product will do")


class DonorFacts(Contract):
    """Everything the eligibility rules look at, for one donation. Only rows that stand."""

    donor: DonorRegistration
    donation: Donation
    consents: tuple[Consent, ...] = ()
    questionnaires: tuple[Questionnaire, ...] = ()
    results: tuple[InfectiousDiseaseResult, ...] = ()
    risk_assessments: tuple[RiskAssessment, ...] = ()
    urgent_need: UrgentNeed | None = None
