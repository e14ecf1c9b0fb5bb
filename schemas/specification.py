"""A specification: an approved, versioned list of criteria. Never edited, only superseded."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from schemas.base import Code, Contract, LongText, Reason, Text
from schemas.quantity import DecimalText, Unit
from schemas.result_kind import (
    CategoryResult,
    CellCountResult,
    CountBasis,
    EndotoxinBasis,
    EndotoxinResult,
    KaryotypeResult,
    ResultKind,
    SterilityResult,
)


class Rounding(StrEnum):
    """How the reportable value is rounded, once and half-up, before it meets the limit."""

    NONE = "none"
    USP = "usp"
    PH_EUR = "ph_eur"


class Gate(StrEnum):
    """When a criterion has to hold (R-SPEC-02)."""

    PRE = "pre"
    """Before a conditional certification."""
    POST = "post"
    """Before the final certification; it may still be pending at a conditional one."""
    INFO = "info"
    """Reported; it never gates."""
    CHAR = "char"
    """Characterisation, done periodically; it does not gate a single lot."""

    @property
    def needed(self) -> str:
        """When it has to hold, as people say it."""
        return _NEEDED[self]


_NEEDED = {
    Gate.PRE: "before certification",
    Gate.POST: "before final certification",
    Gate.INFO: "for information",
    Gate.CHAR: "characterisation",
}


class Level(StrEnum):
    """What the criterion is about: one product may have several levels (R-SPEC-01)."""

    BANK = "bank"
    IN_PROCESS = "in_process"
    FROZEN = "frozen"
    AT_INFUSION = "at_infusion"


class LessThan(Contract):
    """The value is below the limit; the limit itself is outside."""

    kind: Literal["less_than"] = "less_than"
    limit: DecimalText


class AtMost(Contract):
    """The value is the limit or below it."""

    kind: Literal["at_most"] = "at_most"
    limit: DecimalText


class AtLeast(Contract):
    """The value is the limit or above it."""

    kind: Literal["at_least"] = "at_least"
    limit: DecimalText


class MoreThan(Contract):
    """The value is above the limit; the limit itself is outside."""

    kind: Literal["more_than"] = "more_than"
    limit: DecimalText


class Between(Contract):
    """The value is in a range; each bound says whether it is inside."""

    kind: Literal["range"] = "range"
    low: DecimalText
    low_inclusive: bool = True
    high: DecimalText
    high_inclusive: bool = True

    @model_validator(mode="after")
    def _is_not_empty(self) -> Self:
        low, high = Decimal(self.low), Decimal(self.high)
        if low > high or (low == high and not (self.low_inclusive and self.high_inclusive)):
            raise ValueError(f"no value lies between {self.low} and {self.high}")
        return self


class EqualsOneOf(Contract):
    """The outcome is one of these words."""

    kind: Literal["equals_one_of"] = "equals_one_of"
    accepted: Annotated[tuple[Text, ...], Field(min_length=1)]


class Informative(Contract):
    """The value is reported; there is no limit."""

    kind: Literal["informative"] = "informative"


Acceptance = Annotated[
    LessThan | AtMost | AtLeast | MoreThan | Between | EqualsOneOf | Informative,
    Field(discriminator="kind", title="Acceptance", description="What the result must be."),
]


class Criterion(Contract):
    """One line of a specification: what is measured where, how, and what it must be."""

    code: Code
    title: Text
    attribute: Text = Field(title="Quality attribute", description="For example viability.")
    test: Code = Field(title="Test", description="The code of the test that gives the result.")
    method: Text
    method_version: Text
    sample_point: Code = Field(
        title="Sample point", description="The sample of the master batch record it is read on."
    )
    result_kind: ResultKind
    unit: Unit | None = Field(default=None, description="None for an outcome in words.")
    acceptance: Acceptance
    rounding: Rounding = Rounding.USP
    gate: Gate
    level: Level
    critical: bool = False
    replicates: PositiveInt = Field(
        default=1, description="How many values the method asks for; their mean is reported."
    )
    due_days: int = Field(default=0, ge=0, le=400, title="Days the test takes")
    source: Text = Field(title="Source of the limit", description="A document, never a habit.")
    na_permitted: bool = Field(default=False, title="May be not applicable")
    rationale: LongText | None = Field(
        default=None, description="Why the limit, or why the test may not apply (R-ATMP-01)."
    )

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        wrong = self._what_is_wrong()
        if wrong:
            raise ValueError(f"criterion {self.code}: {wrong}")
        return self

    def _what_is_wrong(self) -> str | None:
        kind, accepts = self.result_kind, self.acceptance
        if isinstance(accepts, Informative) and self.gate not in {Gate.INFO, Gate.CHAR}:
            return "without a limit it cannot gate; make it info or char, or give a limit"
        if self.na_permitted and not self.rationale:
            return "it may be not applicable, so say why in the rationale"
        if isinstance(kind, CategoryResult | SterilityResult | KaryotypeResult):
            return self._wrong_in_words(kind.outcomes)
        return self._wrong_in_numbers(kind.units)

    def _wrong_in_numbers(self, units: tuple[Unit, ...]) -> str | None:
        if isinstance(self.acceptance, EqualsOneOf):
            return "a number is accepted by a limit or a range, not by words"
        if self.unit is None:
            return "a number needs a unit"
        if self.unit not in units:
            name, kind = self.unit.sign or self.unit.value, self.result_kind.kind
            return f"{name} is not a unit of this kind of result ({kind})"
        return None

    def _wrong_in_words(self, outcomes: tuple[str, ...]) -> str | None:
        if self.unit is not None:
            return "an outcome in words has no unit"
        if isinstance(self.acceptance, Informative):
            return None
        if not isinstance(self.acceptance, EqualsOneOf):
            return "an outcome in words is accepted by words, not by a number"
        unknown = [each for each in self.acceptance.accepted if each not in outcomes]
        return f"{', '.join(unknown)} is not among: {', '.join(outcomes)}" if unknown else None

    @property
    def gates(self) -> bool:
        """Whether a lot waits for this criterion (R-SPEC-02)."""
        return self.gate in {Gate.PRE, Gate.POST}

    @property
    def needs_recipient(self) -> bool:
        """Whether the verdict needs the recipient's actual weight (R-SPEC-06)."""
        kind = self.result_kind
        if isinstance(kind, EndotoxinResult):
            return kind.basis not in {EndotoxinBasis.PER_ML, EndotoxinBasis.TOTAL}
        return isinstance(kind, CellCountResult) and kind.basis is CountBasis.PER_KG


class OmittedTest(Contract):
    """A test this product does not do, and why that is acceptable (R-ATMP-01)."""

    attribute: Text
    rationale: Reason


class Specification(Contract):
    """The criteria of one product, as one version of one document (R-ATMP-02, R-SPEC-01)."""

    code: Code
    version: PositiveInt
    title: Text
    product_code: Code
    effective_from: date
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]
    omitted: tuple[OmittedTest, ...] = ()
    source: LongText = Field(description="Where the specification as a whole comes from.")

    @model_validator(mode="after")
    def _names_each_criterion_once(self) -> Self:
        codes = [each.code for each in self.criteria]
        twice = sorted({each for each in codes if codes.count(each) > 1})
        if twice:
            raise ValueError(f"criterion code used twice: {', '.join(twice)}")
        return self

    def criterion(self, code: str) -> Criterion:
        """The criterion with this code.

        Raises:
            KeyError: the specification has no such criterion.
        """
        for each in self.criteria:
            if each.code == code:
                return each
        raise KeyError(code)
