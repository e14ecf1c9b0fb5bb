"""A donation: what was taken from whom, when, for whom, and how it arrived."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, PositiveInt, model_validator

from schemas.base import Amount, Contract, LongText, Moment
from schemas.chain_of_identity import ChainOfIdentity
from schemas.identification import DonationCode
from schemas.origin import DonationUse, Tissue
from schemas.product import TemperatureLimits

Volume = Annotated[Amount, Field(ge=0)]
Weight = Annotated[Amount, Field(gt=0, le=500)]
SiteMoment = Annotated[
    Moment, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC))
]
"""A moment of this century or the next: any other is a typing error, and no calendar holds it."""

Celsius = Annotated[Amount, Field(ge=-273, le=200)]


class Relation(StrEnum):
    """What the donor is to the patient of a directed donation."""

    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    HALF_SIBLING = "half_sibling"
    GRANDPARENT = "grandparent"
    GRANDCHILD = "grandchild"
    AUNT_OR_UNCLE = "aunt_or_uncle"
    NIECE_OR_NEPHEW = "niece_or_nephew"
    COUSIN = "cousin"
    NOT_BY_BLOOD = "not_by_blood"

    @property
    def near_by_blood(self) -> bool:
        """Whether this is a first- or second-degree blood relative (R-DON-27)."""
        return self not in (Relation.COUSIN, Relation.NOT_BY_BLOOD)


class MarrowReading(StrEnum):
    """How the site reads a bone marrow donor under the EU rules (R-DON-11)."""

    STEM_CELL_DONOR = "stem_cell_donor"
    """Sampled within 30 days before; NAT does not replace a repeat sample."""
    TISSUE_DONOR = "tissue_donor"
    """Sampled like any other living donor."""


class Donation(Contract):
    """One donation. Infused volumes are those of the person whose blood was sampled."""

    donation_code: DonationCode
    tissue: Tissue = Field(title="Tissue")
    use: DonationUse = Field(title="For whom")
    patient_code: ChainOfIdentity | None = Field(
        default=None,
        title="Patient's chain-of-identity code",
        description="COI-XXXX-XXXX. For an autologous or directed donation; otherwise blank.",
    )
    relation: Relation | None = Field(
        default=None, title="Donor is the patient's", description="For a directed donation."
    )
    collected_at: SiteMoment = Field(title="Collected at", description="When the collection ended.")
    long_storage: bool = Field(
        default=True,
        title="Can be stored for long",
        description="Yes when the cells, or what is made of them, can be kept frozen.",
    )
    marrow_reading: MarrowReading = Field(
        default=MarrowReading.STEM_CELL_DONOR,
        title="Bone marrow donor counts as",
        description="The site's reading of the rules; for bone marrow only.",
    )
    blood_infused_ml: Volume = Field(
        default=Decimal(0),
        title="Whole blood or red cells received",
        description="In the 48 hours before the blood sample.",
        json_schema_extra={"unit": "mL"},
    )
    colloids_infused_ml: Volume = Field(
        default=Decimal(0),
        title="Plasma, platelets or colloids received",
        description="In the 48 hours before the blood sample.",
        json_schema_extra={"unit": "mL"},
    )
    crystalloids_infused_ml: Volume = Field(
        default=Decimal(0),
        title="Crystalloids received",
        description="In the hour before the blood sample.",
        json_schema_extra={"unit": "mL"},
    )
    weight_kg: Weight | None = Field(
        default=None,
        title="Body weight of the person sampled",
        description="Needed when anything was infused.",
        json_schema_extra={"unit": "kg"},
    )
    pre_transfusion_sample: bool = Field(
        default=False, title="The sample tested was taken before the infusions"
    )
    tests_validated_for_dilution: bool = Field(
        default=False, title="The tests are validated for diluted plasma"
    )

    @model_validator(mode="after")
    def _for_one_patient_or_for_none_known(self) -> Self:
        if self.use.for_one_patient and self.patient_code is None:
            raise ValueError(
                "an autologous or directed donation is for one patient: "
                "enter the chain-of-identity code"
            )
        if not self.use.for_one_patient and self.patient_code is not None:
            raise ValueError(
                "an allogeneic donation is for no patient known yet: "
                "leave the chain-of-identity code blank"
            )
        if (self.use is DonationUse.DIRECTED_ALLOGENEIC) != (self.relation is not None):
            raise ValueError(
                "the donor's relation to the patient is entered for a directed donation, only then"
            )
        return self


class InspectionOutcome(StrEnum):
    """What the receipt inspection decided."""

    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"


class ReceivedUnit(StrEnum):
    """In what a donation is measured on receipt."""

    MILLILITRE = "mL"
    GRAM = "g"
    CENTIMETRE = "cm"
    PIECE = "piece"


class Receipt(Contract):
    """A donation's arrival: scanned again from its own container, inspected, measured."""

    donation_code: DonationCode
    received_at: SiteMoment = Field(title="Received at")
    lowest_temperature_c: Celsius | None = Field(
        default=None,
        title="Lowest temperature on the way",
        description="As the logger recorded it; blank when nothing was recorded.",
        json_schema_extra={"unit": "°C"},
    )
    highest_temperature_c: Celsius | None = Field(
        default=None,
        title="Highest temperature on the way",
        description="As the logger recorded it; blank when nothing was recorded.",
        json_schema_extra={"unit": "°C"},
    )
    container_intact: bool = Field(title="Container intact, seal unbroken")
    label_matches: bool = Field(title="Label agrees with the accompanying papers")
    inspection: InspectionOutcome = Field(title="Inspection")
    condition: LongText = Field(title="Condition", description="What was seen, in words.")
    quantity: Annotated[Amount, Field(gt=0)] = Field(title="Quantity")
    quantity_unit: ReceivedUnit = Field(title="Unit")

    @model_validator(mode="after")
    def _temperatures_in_order(self) -> Self:
        lowest, highest = self.lowest_temperature_c, self.highest_temperature_c
        if (lowest is None) != (highest is None):
            raise ValueError("enter both temperatures of the logger, lowest and highest")
        if lowest is not None and highest is not None and lowest > highest:
            raise ValueError("the lowest temperature is above the highest; exchange the two")
        return self


class ReceiptLimits(Contract):
    """What the product allows its donation on the way: taken from the product's version."""

    temperature: TemperatureLimits
    maximum_hours: PositiveInt | None = Field(
        default=None, description="From collection to receipt; None where no limit is set."
    )
