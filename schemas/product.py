"""A product: what is made, from whose cells, how it is kept, given and labelled.

A product is a document (R-ATMP-02): versioned, approved, superseded, never edited. What a law or
an authorisation may change (a statement, a limit, an address) stands here, not in code.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, PositiveInt, model_validator

from schemas.base import Amount, Code, Contract, LongText, Text
from schemas.origin import DonationUse, Jurisdiction, Tissue


class ContainerKind(StrEnum):
    """What a dose, or a bank portion, is filled into."""

    VIAL = "vial"
    BAG = "bag"
    SYRINGE = "syringe"


class RetentionSamples(StrEnum):
    """Whether samples of the finished product are kept (R-ATMP-22)."""

    KEPT = "kept"
    NOT_KEPT_JUSTIFIED = "not_kept_justified"


class TemperatureLimits(Contract):
    """Between which temperatures something is kept; both limits are inside."""

    words: Text = Field(title="In words", description="As it stands on the label.")
    minimum_c: Amount | None = Field(default=None, title="Not below (°C)")
    maximum_c: Amount | None = Field(default=None, title="Not above (°C)")

    @model_validator(mode="after")
    def _a_limit_in_order(self) -> Self:
        if self.minimum_c is None and self.maximum_c is None:
            raise ValueError(
                "name minimum_c, maximum_c or both: without a limit nothing is checked"
            )
        if (
            self.minimum_c is not None
            and self.maximum_c is not None
            and self.minimum_c > self.maximum_c
        ):
            raise ValueError("minimum_c is above maximum_c")
        return self

    def allow(self, temperature_c: Decimal) -> bool:
        """Whether this temperature is inside the limits."""
        return (self.minimum_c is None or temperature_c >= self.minimum_c) and (
            self.maximum_c is None or temperature_c <= self.maximum_c
        )


class ShelfLife(Contract):
    """How long the product lasts: in days when frozen, in hours when fresh; one of them."""

    frozen_days: Annotated[int, Field(ge=1, le=20_000)] | None = Field(
        default=None, title="Frozen: days after freezing"
    )
    fresh_hours: Annotated[int, Field(ge=1, le=240)] | None = Field(
        default=None, title="Fresh: hours after filling"
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.frozen_days is None) == (self.fresh_hours is None):
            raise ValueError("give frozen_days or fresh_hours, one of them")
        return self


class DoseRule(Contract):
    """How many viable cells a patient gets: so many per kg of body weight, or a fixed number."""

    minimum_cells_per_kg: Annotated[Amount, Field(gt=0)] | None = None
    maximum_cells_per_kg: Annotated[Amount, Field(gt=0)] | None = None
    minimum_cells: Annotated[Amount, Field(gt=0)] | None = None
    maximum_cells: Annotated[Amount, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _one_range(self) -> Self:
        per_kg = (self.minimum_cells_per_kg, self.maximum_cells_per_kg)
        fixed = (self.minimum_cells, self.maximum_cells)
        given = [each for each in (per_kg, fixed) if any(limit is not None for limit in each)]
        if len(given) != 1 or None in given[0]:
            raise ValueError(
                "give minimum_cells_per_kg and maximum_cells_per_kg, "
                "or minimum_cells and maximum_cells"
            )
        minimum, maximum = given[0]
        if minimum is not None and maximum is not None and minimum > maximum:
            raise ValueError("the minimum dose is above the maximum")
        return self


class Reconstitution(Contract):
    """How the treating site makes the product ready; the instruction is ours (R-ATMP-36)."""

    version: PositiveInt
    instruction: LongText
    maximum_minutes: Annotated[int, Field(ge=1, le=10_000)] = Field(
        title="Minutes from thawing or opening to the end of administration",
        description="R-DEL-11: a later end is refused or becomes a deviation.",
    )


class LabelTexts(Contract):
    """What stands on the label beside the lot's own facts (R-DEL-01 to R-DEL-05)."""

    description: Text = Field(description="A short description of the active substance.")
    contents: Text = Field(description="Form and contents: weight, volume, doses.")
    excipients: Text
    warnings: tuple[Text, ...] = Field(min_length=1)
    disposal: Text
    manufacturer_name: Text
    manufacturer_address: Text
    holder_name: Text | None = Field(default=None, title="Marketing authorisation holder")
    holder_address: Text | None = None
    authorisation_number: Text | None = None
    trial_number: Text | None = None
    sponsor_name: Text | None = None
    sponsor_address: Text | None = None


class CertificationTexts(Contract):
    """The statements a Qualified Person signs; editable under change control (R-QP-05, R-QP-08)."""

    final: LongText
    conditional: LongText | None = None


class Product(Contract):
    """One product, or one cell bank, in one version."""

    code: Code
    version: PositiveInt
    effective_from: date
    name: Text
    common_name: Text = Field(description="INN or common name.")
    dosage_form: Text
    active_substance: Text = Field(description="Says that it contains cells of human origin.")
    strength: Text
    donation_use: DonationUse
    tissue: Tissue
    jurisdictions: tuple[Jurisdiction, ...] = Field(min_length=1)
    is_bank: bool = Field(default=False, description="A bank lot: other lots start from it.")
    two_stage: bool = Field(
        default=False,
        title="Two-stage certification",
        description="Conditional before the last results, final after them (R-ATMP-26).",
    )
    at_risk_processing: bool = Field(
        default=False,
        description="Cells of a donor not yet decided may be processed, and never certified.",
    )
    investigational: bool = Field(default=False, description="For a clinical trial (R-ATMP-05).")
    hospital_exemption: bool = Field(default=False, description="Dir 2001/83 Art 3(7).")
    shelf_life: ShelfLife
    storage: TemperatureLimits
    transport: TemperatureLimits
    starting_transport: TemperatureLimits = Field(
        description="Of the donation on its way to us, or of the bank containers."
    )
    collection_to_receipt_maximum_hours: Annotated[int, Field(ge=1, le=240)] | None = Field(
        default=None, description="None only for a product that starts from a bank."
    )
    container: ContainerKind
    nominal_volume_ml: Annotated[Amount, Field(gt=0)]
    cells_per_container: Annotated[Amount, Field(gt=0)]
    dose: DoseRule | None = Field(default=None, description="None only for a bank.")
    route: Text | None = Field(default=None, description="None only for a bank.")
    reconstitution: Reconstitution | None = None
    label: LabelTexts
    retention_samples: RetentionSamples
    retention_reason: Text
    maximum_cumulative_doublings: Annotated[Amount, Field(gt=0)] = Field(
        description="From the first passage on, the bank's included (R-ATMP-15, R-EXP-02)."
    )
    certification: CertificationTexts
    specification_code: Code
    master_code: Code
    sources: tuple[Text, ...] = Field(min_length=1, description="Where the figures come from.")

    @model_validator(mode="after")
    def _says_what_its_flags_ask(self) -> Self:
        missing = tuple(_missing(self))
        if missing:
            raise ValueError("; ".join(missing))
        return self

    def frozen(self) -> bool:
        """Whether the product is kept frozen; otherwise it is fresh."""
        return self.shelf_life.frozen_days is not None


def _missing(product: Product) -> Iterator[str]:
    label = product.label
    if not product.is_bank and product.dose is None:
        yield "dose is missing: a product that is given to a patient has a dose"
    if not product.is_bank and product.route is None:
        yield "route is missing: say how the product is given"
    if product.is_bank and product.two_stage:
        yield "two_stage is true: a bank waits for all its results"
    if product.two_stage and product.certification.conditional is None:
        yield "certification.conditional is missing: two_stage needs its own statement (R-QP-08)"
    if product.investigational and not (label.trial_number and label.sponsor_name):
        yield "label.trial_number and label.sponsor_name are missing: investigational (R-ATMP-05)"
    if product.frozen() and product.reconstitution is None and not product.is_bank:
        yield "reconstitution is missing: a frozen product is thawed at the treating site"
