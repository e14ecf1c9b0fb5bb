"""Everything quality control knows of a lot: what release judges and the record prints."""

from collections.abc import Iterable
from enum import StrEnum

from pydantic import Field

from schemas.base import Amount, Code, Contract, Digest, Moment, Text
from schemas.finding import Finding
from schemas.lot import FrozenVersion
from schemas.quality import InvestigationFacts
from schemas.reading import ResultState
from schemas.result import ReceiptFacts, ResultWords
from schemas.specification import Criterion, Gate
from schemas.trail import KeptFile, Signature


class Standing(StrEnum):
    """Whether an entry is the one that is read."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    SET_ASIDE = "set_aside"

    @property
    def label(self) -> str:
        """The standing as people say it."""
        return self.value.replace("_", " ").capitalize()


class ResultFacts(Contract):
    """One entry of a result with its standing and the signature on it."""

    words: ResultWords
    words_digest: Digest
    standing: Standing
    signature: Signature | None = Field(
        description="Of who verified it; of QA for what is not applicable"
    )

    @property
    def is_signed(self) -> bool:
        """Whether a second person has signed this entry."""
        return self.signature is not None


class CriterionFacts(Contract):
    """What the verdict on a criterion rests on, and nothing else (R-SPEC-12)."""

    criterion: Criterion
    sampled: bool = Field(description="Whether a sample was taken where the criterion is read")
    results: tuple[ResultFacts, ...] = Field(description="In the order they were entered")
    investigations: tuple[InvestigationFacts, ...]


class CriterionRecord(Contract):
    """A criterion with every result it ever had, and what they come to."""

    criterion: Criterion
    limit: Text
    state: ResultState
    reported: Text | None
    interim: Text | None = Field(description="No growth up to day 7: information, not a result")
    says: Text
    findings: tuple[Finding, ...] = Field(description="What keeps the gate closed")
    due_at: Moment | None
    results: tuple[ResultFacts, ...]
    investigations: tuple[InvestigationFacts, ...]

    @property
    def opens_gate(self) -> bool:
        """Whether nothing about this criterion is left open."""
        return self.state.opens_gate

    def is_overdue(self, at: Moment) -> bool:
        """Whether its result should have been there by now."""
        return not self.opens_gate and self.due_at is not None and self.due_at < at


class SampleRecord(Contract):
    """A sample: taken where, when, how much, and how it arrived (R-ATMP-22, R-BR-11)."""

    number: Code
    lot_number: Code
    sample_point: Code
    title: Text
    quantity: Text
    storage: Text
    retention: bool
    taken_at: Moment
    taken_by: Text
    volume_ml: Amount = Field(description="Of one sample container")
    containers: int
    appearance: Text
    receipt: ReceiptFacts | None
    files: tuple[KeptFile, ...]


class QualityRecord(Contract):
    """The quality control of a lot, against the specification it froze at its start."""

    lot_number: Code
    specification: FrozenVersion
    title: Text
    specification_approved_at: Moment | None
    criteria: tuple[CriterionRecord, ...]
    samples: tuple[SampleRecord, ...]
    investigations: tuple[InvestigationFacts, ...]

    def criterion(self, code: str) -> CriterionRecord:
        """The record of the criterion with this code.

        Raises:
            KeyError: the specification has no such criterion.
        """
        for each in self.criteria:
            if each.criterion.code == code:
                return each
        raise KeyError(code)

    def at_gate(self, *gates: Gate) -> Iterable[CriterionRecord]:
        """The criteria of these gates, in the order of the specification."""
        return (each for each in self.criteria if each.criterion.gate in gates)


class EnteredResults(Contract):
    """What was entered, every entry of each result."""

    results: tuple[ResultFacts, ...]
