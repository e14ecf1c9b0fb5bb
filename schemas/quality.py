"""The investigation of a result that is out of specification (R-SPEC-10; 21 CFR 211.192)."""

from enum import StrEnum

from pydantic import Field, PositiveInt

from schemas.base import Code, Contract, Digest, LongText, Moment, Reason, Text
from schemas.people import Signing
from schemas.trail import Signature


class InvestigationState(StrEnum):
    """How far an investigation is."""

    OPEN = "open"
    LED = "with_quality_assurance"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The state as people say it."""
        return self.value.replace("_", " ").capitalize()


class Conclusion(StrEnum):
    """What an investigation says of the result."""

    SET_ASIDE = "set_aside"
    """A laboratory cause is proven: the result does not speak for the lot."""
    CONFIRMED = "confirmed"
    """No laboratory cause: the result stands."""

    @property
    def label(self) -> str:
        """The conclusion as people say it."""
        return _CONCLUSIONS[self]


_CONCLUSIONS = {
    Conclusion.SET_ASIDE: "Set aside: a laboratory cause is proven",
    Conclusion.CONFIRMED: "Confirmed: no laboratory cause was found",
}


class Answer(StrEnum):
    """What the quality unit says to a conclusion."""

    APPROVE = "approve"
    SEND_BACK = "send_back"

    @property
    def label(self) -> str:
        """The answer as people say it."""
        return "Approve the conclusion" if self is Answer.APPROVE else "Send it back"


class OpenInvestigation(Contract):
    """A reviewer asks why a result says nothing; a failing one opens its own."""

    reason: Reason = Field(title="What has to be found out")


class LeadInvestigation(Contract):
    """Phase 1: what the laboratory looked at, and what it concludes."""

    checks: LongText = Field(
        title="What was checked",
        description="Sample, standards, instrument, calculation, analyst, raw data.",
    )
    conclusion: Conclusion = Field(title="Conclusion")
    cause: LongText | None = Field(
        default=None,
        title="Laboratory cause",
        description="Needed to set the result aside: what went wrong, and the proof of it.",
    )
    plan: LongText | None = Field(
        default=None,
        title="Plan of the retest",
        description="Which portion of the sample, by whom; every result of it counts.",
    )
    retests: int = Field(
        default=0,
        ge=0,
        le=10,
        title="Number of retests",
        description="All of them are done; none stops at the first that passes.",
    )
    version: int = Field(ge=1)
    signing: Signing


class AnswerInvestigation(Contract):
    """The quality unit approves a conclusion, or sends it back."""

    answer: Answer = Field(title="Decision")
    reason: Reason = Field(title="Reason")
    version: int = Field(ge=1)
    signing: Signing


class InvestigationWords(Contract):
    """The exact words of a conclusion, or of the answer to it: what is signed."""

    number: Code
    lot_number: Code
    result_number: Code
    criterion: Code
    through_revision: PositiveInt
    result: Digest = Field(description="The entry that is set aside or confirmed.")
    checks: str
    conclusion: Conclusion
    cause: str | None
    plan: str | None
    retests: int
    answer: Answer | None = None
    reason: str | None = None


class InvestigationFacts(Contract):
    """An investigation as the dossier and the record show it."""

    number: Code
    result_number: Code
    criterion: Code
    title: Text
    opened_at: Moment
    opened_for: str = Field(description="What the result said when it was opened")
    state: InvestigationState
    through_revision: int = Field(description="The last entry of the result it speaks of")
    checks: str | None
    conclusion: Conclusion | None
    cause: str | None
    plan: str | None
    retests: int
    closed_at: Moment | None
    signatures: tuple[Signature, ...]

    @property
    def sets_aside(self) -> bool:
        """Whether the quality unit agreed that the result does not speak for the lot."""
        return self.state is InvestigationState.CLOSED and self.conclusion is Conclusion.SET_ASIDE
