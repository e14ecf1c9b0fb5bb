"""A sample in the laboratory and the results read on it, as they are entered and signed."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, PositiveInt

from schemas.base import Amount, Code, Contract, Digest, LongText, Moment, Reason, Text
from schemas.lot import FrozenVersion
from schemas.people import Signing
from schemas.reading import Dosing, Evaluation, Reading, ResultState

INSTRUMENTS_MAX = 50
"""No test is done with more; it is a slip, or an attack."""
Instruments = Annotated[
    tuple[Code, ...],
    Field(
        max_length=INSTRUMENTS_MAX,
        title="Equipment",
        description="Codes of the instruments used.",
    ),
]


class SampleCondition(StrEnum):
    """How a sample arrived in the laboratory."""

    INTACT = "intact"
    LEAKING = "leaking_or_broken"
    WRONG_LABEL = "label_missing_or_wrong"
    TOO_WARM = "outside_its_temperature"
    TOO_LATE = "too_late"

    @property
    def label(self) -> str:
        """The condition as people say it."""
        return self.value.replace("_", " ").capitalize()

    @property
    def fit(self) -> bool:
        """Whether results may be read on a sample in this condition."""
        return self is SampleCondition.INTACT


class ReceiveSample(Contract):
    """A sample arrives in the laboratory (R-ATMP-22)."""

    received_at: Moment = Field(title="Received at")
    condition: SampleCondition = Field(
        title="Condition",
        description="Container, label and temperature; only an intact sample is tested.",
    )
    containers: PositiveInt = Field(title="Sample containers received")
    temperature_c: Amount | None = Field(
        default=None,
        ge=-200,
        le=60,
        title="Temperature on arrival",
        json_schema_extra={"unit": "°C"},
    )
    kept_in: Text = Field(title="Kept in", description="Where in the laboratory: FR-2 / shelf 3.")
    remark: LongText | None = Field(default=None, title="Remark")


class ReceiptFacts(ReceiveSample):
    """The receipt of a sample as the record shows it."""

    received_by: Text
    recorded_at: Moment


class ResultChange(StrEnum):
    """Why an entry was made."""

    FIRST = "first"
    """The first result of its criterion on this lot."""
    CONTINUED = "continued"
    """A culture read once more: everything read before, and the new readings."""
    CORRECTED = "corrected"
    """An entry that was wrong, entered rightly; the old one stays readable."""
    REPEAT = "repeat"
    """Done again because the assay before was not valid."""
    RETEST = "retest"
    """Done again under a plan that QA approved (R-SPEC-10)."""

    @property
    def label(self) -> str:
        """The change as people say it."""
        return self.value.capitalize()


class NewResult(Contract):
    """One result of one criterion, as it was read."""

    criterion: Code
    reading: Reading
    dosing: Dosing | None = Field(
        default=None, description="Only where the limit is stated for the recipient (R-SPEC-06)."
    )
    tested_at: Moment | None = Field(
        default=None, title="Tested at", description="None only when nothing was tested."
    )
    equipment: Instruments = ()
    raw_file: Digest | None = Field(
        default=None, title="Raw data", description="SHA-256 of a file attached to the sample."
    )
    raw_reference: Text | None = Field(
        default=None, title="Raw data kept at", description="Notebook and page, or run number."
    )
    seen_revision: int | None = Field(
        default=None, ge=0, description="Of a culture: the entry that the page showed."
    )


class EnterResults(Contract):
    """What is entered for a sample at once."""

    results: Annotated[tuple[NewResult, ...], Field(min_length=1, max_length=200)]


class CorrectResult(Contract):
    """A result entered again rightly, and why; the old entry stays (R-ATMP-07)."""

    reading: Reading
    dosing: Dosing | None = None
    tested_at: Moment | None = None
    equipment: Instruments = ()
    raw_file: Digest | None = None
    raw_reference: Text | None = None
    reason: Reason = Field(title="Reason for the correction")
    revision: PositiveInt = Field(description="The entry that is corrected.")


class ResultWords(Contract):
    """One entry of a result, word for word: what is verified is the digest of exactly this.

    `number` stays through corrections and continued cultures; `revision` counts them.
    """

    number: Code
    revision: PositiveInt
    change: ResultChange
    replaces: Digest | None = Field(description="The digest of the entry before this one.")
    reason: str | None
    retest_of: Code | None = Field(description="The investigation whose plan this follows.")
    lot_number: Code
    sample_number: Code | None
    specification: FrozenVersion
    criterion: Code
    title: Text
    method: Text
    method_version: Text
    limit: Text
    reading: Reading
    dosing: Dosing | None
    tested_at: Moment | None
    equipment: tuple[Code, ...]
    raw_file: Digest | None
    raw_reference: str | None
    evaluation: Evaluation
    entered_by: str
    entered_name: Text
    entered_at: Moment

    @property
    def state(self) -> ResultState:
        """What this entry is worth by itself."""
        return self.evaluation.state


class VerifyResults(Contract):
    """Results of a sample to be verified under one signature, each by the digest shown."""

    digests: Annotated[tuple[Digest, ...], Field(min_length=1, max_length=200)] = Field(
        title="Results to verify"
    )
    signing: Signing


class SignedResult(Contract):
    """One result on the page that is signed."""

    number: Code
    revision: PositiveInt
    criterion: Code
    title: Text
    limit: Text
    reported: str | None
    state: ResultState
    words_digest: Digest


class VerificationWords(Contract):
    """The exact words of a verification: every result that was listed (R-SPEC-13)."""

    lot_number: Code
    sample_number: Code
    results: tuple[SignedResult, ...]


class ApproveNotApplicable(Contract):
    """The quality unit agrees that a test does not apply to this lot (R-ATMP-01)."""

    reason: Reason = Field(title="Why it does not apply", description="In your own words.")
    words_digest: Digest = Field(description="Of the proposal that the page showed.")
    signing: Signing


class NotApplicableWords(Contract):
    """The exact words of an agreed not-applicable."""

    proposal: ResultWords
    reason: str
