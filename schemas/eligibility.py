"""Whether a donation may be used: the dated pack it was judged by, and the answer."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from schemas.base import Amount, Code, Contract, Digest, Text
from schemas.donor import DonorCode
from schemas.finding import Finding
from schemas.identification import DonationCode
from schemas.marker import Marker
from schemas.origin import Jurisdiction, Tissue


class AskedWhen(StrEnum):
    """For which donors a test is required."""

    ALWAYS = "always"
    HTLV_HIGH_PREVALENCE = "htlv_high_prevalence"
    LEUKOCYTE_RICH = "leukocyte_rich"


class RequiredTest(Contract):
    """One test a pack asks for; any of its markers answers it."""

    name: Text
    any_of: tuple[Marker, ...] = Field(min_length=1)
    when: AskedWhen = AskedWhen.ALWAYS
    cite: Text


class SamplingWindow(Contract):
    """How many civil days before and after the donation a sample speaks for the donor."""

    before_days: NonNegativeInt
    after_days: NonNegativeInt
    cite: Text


class RepeatSample(Contract):
    """When an allogeneic living donor is sampled again, and what replaces that."""

    after_days: PositiveInt
    window: SamplingWindow
    """Where the first sample may lie when it is repeated."""
    replaced_by: tuple[Marker, ...]
    """All of them on the donation sample replace the repeat."""
    cite: Text


class Haemodilution(Contract):
    """When infusions make a blood sample doubtful, and how dilution is calculated.

    Plasma is diluted too far when crystalloids and colloids exceed the plasma volume, or all
    infusions exceed the blood volume; both volumes follow from the body weight.
    """

    suspected_above_ml: Annotated[Amount, Field(ge=0)]
    kg_per_ml_of_plasma: Annotated[Amount, Field(gt=0)]
    kg_per_ml_of_blood: Annotated[Amount, Field(gt=0)]
    validated_tests_suffice: bool
    """Whether tests validated for diluted plasma may be used instead of an earlier sample."""
    cite: Text


class Consequence(StrEnum):
    """What a reactive result leads to."""

    BARS = "bars"
    ASSESS = "assess"
    """A risk assessment by the responsible person decides."""
    CONFIRM = "confirm"
    """A specific test on the same or a later sample decides."""
    NOTE = "note"


class ReactiveMarker(Contract):
    """What a reactive result of one marker leads to, and whether the label warns of it."""

    marker: Marker
    then: Consequence
    hazard: bool = True


class WarningTexts(Contract):
    """The words a label carries. `{agent}` in `reactive` is replaced by the disease agent."""

    autologous: Text
    hazard: Text
    not_evaluated: Text | None = None
    advise: Text | None = None
    reactive: Text | None = None


class JurisdictionPack(Contract):
    """The donor rules of one jurisdiction from one day on: limits, texts and clauses as data."""

    code: Code
    version: PositiveInt
    jurisdiction: Jurisdiction
    title: Text
    effective_from: date
    effective_until: date | None = Field(default=None, description="The last day it applies.")
    required_tests: tuple[RequiredTest, ...] = Field(min_length=1)
    living_window: SamplingWindow
    marrow_window: SamplingWindow
    repeat: RepeatSample | None = None
    haemodilution: Haemodilution
    reactive: tuple[ReactiveMarker, ...] = Field(min_length=1)
    leukocyte_rich: tuple[Tissue, ...] = ()
    texts: WarningTexts
    clauses: dict[str, Text] = Field(description="For each rule number, the clause it rests on.")
    sources: tuple[Text, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.effective_until is not None and self.effective_until < self.effective_from:
            raise ValueError("effective_until lies before effective_from")
        markers = [each.marker for each in self.reactive]
        if sorted(markers) != sorted(set(Marker)):
            raise ValueError("reactive names each marker once, so that no result goes unjudged")
        return self

    def on_reactive(self, marker: Marker) -> ReactiveMarker:
        """What a reactive result of this marker leads to."""
        return next(each for each in self.reactive if each.marker is marker)


class EligibilityStatus(StrEnum):
    """More than yes or no: what the donor rules make of a donation."""

    ELIGIBLE = "eligible"
    ELIGIBLE_AUTOLOGOUS_EXCEPTION = "eligible_autologous_exception"
    """Not free of findings, but for the donor alone, with the labels it then needs."""
    INELIGIBLE_USE_ALLOWED = "ineligible_use_allowed"
    """Ineligible, and still allowed for a near relative or an urgent need, with warnings."""
    INELIGIBLE = "ineligible"
    UNDECIDED = "undecided"
    """Something is missing or pending; it blocks certification like a no."""


_OPENS_THE_GATE = (
    EligibilityStatus.ELIGIBLE,
    EligibilityStatus.ELIGIBLE_AUTOLOGOUS_EXCEPTION,
    EligibilityStatus.INELIGIBLE_USE_ALLOWED,
)


class Eligibility(Contract):
    """The answer of one jurisdiction's rules for one donation, and what it was drawn from."""

    jurisdiction: Jurisdiction
    pack_code: Code
    pack_version: PositiveInt
    pack_digest: Digest
    facts_digest: Digest
    donor_code: DonorCode
    donation_code: DonationCode
    status: EligibilityStatus
    bars: tuple[Finding, ...] = ()
    """What makes the donor ineligible."""
    missing: tuple[Finding, ...] = ()
    """What is missing, pending, or waits for a risk assessment."""
    notes: tuple[Finding, ...] = ()
    """What a reviewer has to know and what does not stand in the way."""
    label_texts: tuple[Text, ...] = ()
    """What every container's label carries, in this order."""
    segregated_storage: bool = False

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What stands in the way: bars first, then what is missing."""
        return self.bars + self.missing

    @property
    def may_be_certified(self) -> bool:
        """Whether the donor rules let a lot of this donation be certified."""
        return self.status in _OPENS_THE_GATE
