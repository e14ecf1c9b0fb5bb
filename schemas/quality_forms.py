"""What is typed on screens of quality control that is no contract of its own elsewhere."""

from enum import StrEnum

from pydantic import Field, PositiveInt

from schemas.base import Code, Contract, Digest, Moment, Reason, Text


class NoResult(StrEnum):
    """Why a criterion has no result."""

    NOT_TESTED = "not_tested"
    NOT_APPLICABLE = "not_applicable"

    @property
    def label(self) -> str:
        """The reason as people say it."""
        return "Not tested" if self is NoResult.NOT_TESTED else "Not applicable, proposed to QA"


class WithoutSample(Contract):
    """A criterion that has no result, and why."""

    criterion: Code = Field(title="Criterion")
    instead: NoResult = Field(title="Instead of a result")
    reason: Reason = Field(
        title="Reason", description="Not tested keeps the gate closed; QA signs “not applicable”."
    )


class ResultHeader(Contract):
    """What is typed once: for all results entered now, or for the criteria of one test."""

    tested_at: Moment | None = None
    equipment: Text | None = None
    raw_reference: Text | None = None


class CorrectionHeader(Contract):
    """What is typed beside the reading of a correction."""

    tested_at: Moment | None = Field(default=None, title="Tested at")
    equipment: Text | None = Field(
        default=None, title="Equipment", description="Codes of the instruments: MIC-01, BAL-02"
    )
    raw_reference: Text | None = Field(
        default=None, title="Raw data kept at", description="Notebook and page, or run number"
    )
    raw_file: Digest | None = Field(default=None, title="Raw data")
    reason: Reason = Field(
        title="Reason for the correction",
        description="What was wrong, and how it was noticed. The old entry stays readable.",
    )
    revision: PositiveInt
