"""What is entered for a criterion, raw as it was read, and what judging it says."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Amount, Contract, Count, CountOrNone, Moment, Reason, Text
from schemas.quantity import Calculation, RawText, Unit

RawValues = Annotated[tuple[RawText, ...], Field(min_length=1, max_length=96)]


class NumberReading(Contract):
    """Numbers as typed: 97.95, <0.1, >98.3; more than one only when the method asks for it."""

    kind: Literal["number"] = "number"
    values: RawValues = Field(title="Value", description="As the instrument says it: 97.5 or <0.1.")
    unit: Unit


class MarkerReading(Contract):
    """The percentage of cells with one marker or one stated combination (R-SPEC-07)."""

    kind: Literal["marker"] = "marker"
    marker: Text = Field(description="Exactly as the specification names it.")
    values: RawValues = Field(title="Positive cells", description="For example 98.3 or >98.3.")
    unit: Unit = Unit.PERCENT
    events: Count | None = Field(default=None, title="Events acquired")


class CategoryReading(Contract):
    """An outcome in words, one of those the specification offers."""

    kind: Literal["category"] = "category"
    outcome: Text


class ChamberCount(Contract):
    """Live and dead cells counted over so many large squares of a chamber."""

    live: CountOrNone = Field(title="Live cells")
    dead: CountOrNone = Field(title="Dead cells")
    squares: Count = Field(default=4, title="Large squares counted")


class CountReading(Contract):
    """Raw counts; viability, concentration and total are calculated from them (R-SPEC-13)."""

    kind: Literal["counts"] = "counts"
    counts: Annotated[tuple[ChamberCount, ...], Field(min_length=1, max_length=96)]
    dilution: Amount = Field(
        default=Decimal(1),
        gt=0,
        description="How many times the counted sample was diluted, stain too.",
    )
    suspension_ml: Amount | None = Field(
        default=None, gt=0, description="Volume of the suspension; needed for a total."
    )


class InhibitionReading(Contract):
    """Proliferation signals with and without the cells, at one ratio (R-EXP-11)."""

    kind: Literal["inhibition"] = "inhibition"
    ratio: Text = Field(description="Effector to responder cells, for example 1:10.")
    with_cells: RawValues
    without_cells: RawValues


class FoldReading(Contract):
    """Signals of the treated cells and of their control."""

    kind: Literal["fold"] = "fold"
    treated: RawValues
    control: RawValues


class Growth(StrEnum):
    """What a culture shows on a reading day."""

    NO_GROWTH = "no growth"
    GROWTH = "growth"


class CultureReading(Contract):
    """One look at one culture."""

    day: Count = Field(description="Day of incubation; the day of inoculation is day 0.")
    outcome: Growth
    read_at: Moment
    medium: Text | None = Field(default=None, description="When each medium is read apart.")


class SterilityReading(Contract):
    """The looks at the cultures so far."""

    kind: Literal["sterility"] = "sterility"
    inoculated_at: Moment
    readings: tuple[CultureReading, ...] = ()


class Interpretation(StrEnum):
    """What the cytogeneticist concludes."""

    NORMAL = "normal"
    ABNORMAL = "abnormal"
    INCONCLUSIVE = "inconclusive"


class KaryotypeReading(Contract):
    """ISCN text, metaphases and the conclusion that is signed with it (R-SPEC-08)."""

    kind: Literal["karyotype"] = "karyotype"
    iscn: Text = Field(title="ISCN", description="For example 46,XX[20].")
    metaphases: Count
    interpretation: Interpretation
    conclusion: Reason = Field(description="In the words of who interpreted it.")


class NotTestedReading(Contract):
    """The test was not done; the gate stays closed."""

    kind: Literal["not_tested"] = "not_tested"
    reason: Reason


class NotApplicableReading(Contract):
    """The test does not apply to this lot; the reason is signed where it is approved."""

    kind: Literal["not_applicable"] = "not_applicable"
    reason: Reason


class InvalidReading(Contract):
    """The assay failed its own suitability; there is no result (R-SPEC-03)."""

    kind: Literal["invalid"] = "invalid"
    reason: Reason


Reading = Annotated[
    NumberReading
    | MarkerReading
    | CategoryReading
    | CountReading
    | InhibitionReading
    | FoldReading
    | SterilityReading
    | KaryotypeReading
    | NotTestedReading
    | NotApplicableReading
    | InvalidReading,
    Field(discriminator="kind", title="Reading"),
]


class Dosing(Contract):
    """How the dose is actually given; limits per kilogram are judged with it (R-SPEC-06)."""

    recipient_weight_kg: Amount | None = Field(default=None, gt=0, le=500)
    volume_ml: Amount | None = Field(default=None, gt=0)
    infusion_hours: Amount | None = Field(
        default=None, gt=0, description="Less than one hour counts as one hour."
    )


class ResultState(StrEnum):
    """What a criterion's result is worth (R-SPEC-03)."""

    PENDING = "pending"
    PASS = "pass"  # noqa: S105  a verdict, not a password
    FAIL = "fail"
    INDETERMINATE = "indeterminate"
    INVALID = "invalid"
    NOT_TESTED = "not_tested"
    NOT_APPLICABLE = "not_applicable"

    @property
    def opens_gate(self) -> bool:
        """Only a pass, and a not-applicable that someone signed, open a gate."""
        return self in {ResultState.PASS, ResultState.NOT_APPLICABLE}


class Evaluation(Contract):
    """A reading judged against its criterion; the same inputs always say the same (R-SPEC-12)."""

    criterion: Text
    state: ResultState
    reported: Text | None = None
    """The value with its unit after the one rounding; None when there is no value."""
    compared_with: Text
    """The limit in words and digits, for example: at least 95.0 %."""
    explanation: Text
    formula: Text | None = None
    """Identifier and version of the last formula, when the value was calculated."""
    calculations: tuple[Calculation, ...] = ()
    """Every intermediate value, unrounded, in the order it was calculated."""
    rules: tuple[Text, ...]
    """The requirements the verdict rests on."""
