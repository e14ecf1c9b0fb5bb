"""How a reading becomes a result: typed as a number, read in words, or calculated from raw data."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from schemas.base import Contract, Text
from schemas.quantity import Unit

_PERCENT = (Unit.PERCENT,)
NO_GROWTH, GROWTH = "no growth", "growth"
NORMAL, ABNORMAL, INCONCLUSIVE = "normal", "abnormal", "inconclusive"


class NumberResult(Contract):
    """A number as the instrument gives it; the mean when the method asks for several."""

    kind: Literal["number"] = "number"
    units: ClassVar[tuple[Unit, ...]] = tuple(Unit)
    may_exceed_100: bool = Field(
        default=False, description="A percentage of something else, such as a recovery."
    )


class CategoryResult(Contract):
    """An outcome in words, chosen from a closed list."""

    kind: Literal["category"] = "category"
    choices: Annotated[tuple[Text, ...], Field(min_length=2)]

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The words an entry may be."""
        return self.choices


class MarkerResult(Contract):
    """Cells showing a marker, or a combination that is its own attribute (R-SPEC-07)."""

    kind: Literal["marker"] = "marker"
    units: ClassVar[tuple[Unit, ...]] = _PERCENT
    marker: Text = Field(description="For example CD105, CD105+/CD45-, or the negative cocktail.")
    pooled: bool = Field(default=False, description="One number for a cocktail of markers.")
    minimum_events: PositiveInt | None = None


class ViabilityResult(Contract):
    """Live cells among live and dead ones, from the raw counts (R-EXP-07)."""

    kind: Literal["viability"] = "viability"
    units: ClassVar[tuple[Unit, ...]] = _PERCENT


class CountBasis(StrEnum):
    """What a count is stated for."""

    PER_ML = "per_ml"
    TOTAL = "total"
    PER_KG = "per_kg"


_COUNT_UNITS = {
    CountBasis.PER_ML: (Unit.CELLS_PER_ML, Unit.MILLION_CELLS_PER_ML),
    CountBasis.TOTAL: (Unit.CELLS, Unit.MILLION_CELLS),
    CountBasis.PER_KG: (Unit.CELLS_PER_KG, Unit.MILLION_CELLS_PER_KG),
}


class CellCountResult(Contract):
    """Viable cells from a counting chamber (R-EXP-07), per mL, in all, or per kg of recipient."""

    kind: Literal["cell_count"] = "cell_count"
    basis: CountBasis = CountBasis.TOTAL
    viable_only: bool = True

    @property
    def units(self) -> tuple[Unit, ...]:
        """The units a limit on this basis may have."""
        return _COUNT_UNITS[self.basis]


class InhibitionResult(Contract):
    """Inhibition of proliferation from raw signals with and without the cells (R-EXP-11)."""

    kind: Literal["potency_inhibition"] = "potency_inhibition"
    units: ClassVar[tuple[Unit, ...]] = _PERCENT
    ratio: Text = Field(description="Effector to responder cells, for example 1:10.")


class FoldResult(Contract):
    """A signal as a multiple of its control, from raw values."""

    kind: Literal["potency_fold"] = "potency_fold"
    units: ClassVar[tuple[Unit, ...]] = (Unit.FOLD, Unit.ONE)


class EndotoxinBasis(StrEnum):
    """What the endotoxin limit is stated for."""

    PER_ML = "per_ml"
    TOTAL = "total"
    PER_KG = "per_kg"
    PER_KG_PER_HOUR = "per_kg_per_hour"


_ENDOTOXIN_UNITS = {
    EndotoxinBasis.PER_ML: (Unit.EU_PER_ML, Unit.IU_PER_ML),
    EndotoxinBasis.TOTAL: (Unit.EU, Unit.IU),
    EndotoxinBasis.PER_KG: (Unit.EU_PER_KG, Unit.IU_PER_KG),
    EndotoxinBasis.PER_KG_PER_HOUR: (Unit.EU_PER_KG_H, Unit.IU_PER_KG_H),
}


class EndotoxinResult(Contract):
    """Endotoxin; unless per mL, calculated for the dose as it is given (R-EXP-12)."""

    kind: Literal["endotoxin"] = "endotoxin"
    basis: EndotoxinBasis = EndotoxinBasis.PER_ML

    @property
    def units(self) -> tuple[Unit, ...]:
        """The units a limit on this basis may have."""
        return _ENDOTOXIN_UNITS[self.basis]


class SterilityResult(Contract):
    """Cultures read over days; negative only when the last day has been read negative."""

    kind: Literal["sterility"] = "sterility"
    days: PositiveInt = 14
    read_on_days: tuple[PositiveInt, ...] = Field(
        default=(), description="Days that must be read on the way; the last day always is."
    )
    media: tuple[Text, ...] = Field(default=(), description="When each medium is read apart.")

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The words an outcome may be."""
        return (NO_GROWTH, GROWTH)

    @model_validator(mode="after")
    def _reads_within_the_incubation(self) -> Self:
        if any(each > self.days for each in self.read_on_days):
            raise ValueError(f"a reading day lies after day {self.days}, the end of incubation")
        return self


class KaryotypeResult(Contract):
    """Chromosomes as ISCN text and metaphases, with an interpretation someone signs (R-SPEC-08)."""

    kind: Literal["karyotype"] = "karyotype"
    minimum_metaphases: PositiveInt = 20

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The words an interpretation may be."""
        return (NORMAL, ABNORMAL, INCONCLUSIVE)


ResultKind = Annotated[
    NumberResult
    | CategoryResult
    | MarkerResult
    | ViabilityResult
    | CellCountResult
    | InhibitionResult
    | FoldResult
    | EndotoxinResult
    | SterilityResult
    | KaryotypeResult,
    Field(discriminator="kind", title="Kind of result"),
]
