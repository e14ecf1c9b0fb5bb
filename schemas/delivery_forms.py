"""What people enter when containers leave, travel, arrive, are given, come back or are destroyed.

A form that is signed adds `signing` to the words it signs: the words come first, apart.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, PositiveInt, StringConstraints

from schemas.base import Code, Contract, LongText, Reason, Text
from schemas.chain_of_identity import ChainOfIdentity
from schemas.donation import Celsius, SiteMoment, Volume, Weight
from schemas.people import Signing
from schemas.scanned import packed_code
from schemas.supply_forms import SentFile


def _as_printed(entered: str) -> str:
    return packed_code(entered, "number")


Scanned = Annotated[
    str, StringConstraints(min_length=1, max_length=80), AfterValidator(_as_printed)
]
"""A number as it was scanned, or copied from a label."""


class Scan(Contract):
    """One container, scanned from its own label."""

    container: Scanned = Field(title="Container")


class Request(Contract):
    """A physician asks for a product for one patient (R-DEL-09)."""

    product_code: Code = Field(title="Product")
    patient_code: ChainOfIdentity | None = Field(
        default=None,
        title="Patient",
        description="Autologous and directed products are for the patient whose code they carry.",
    )
    lot_number: Scanned | None = Field(
        default=None,
        title="Lot",
        description="Only when one lot is meant; otherwise the unit chooses a certified one.",
    )
    weight_kg: Weight = Field(title="Body weight", json_schema_extra={"unit": "kg"})
    containers: Annotated[int, Field(ge=1, le=50)] = Field(title="Number of containers")
    planned_at: SiteMoment = Field(title="Planned administration")
    contact: Text = Field(
        title="Reachable day and night",
        description="Name and telephone of who answers when a late result concerns this patient.",
    )
    note: LongText | None = Field(default=None, title="For the unit")


class RequestDelivery(Request):
    """A request, signed by the physician."""

    signing: Signing


class CancelOrder(Contract):
    """An order is withdrawn before anything was packed for it."""

    reason: Reason = Field(title="Reason")
    version: PositiveInt


class Qualification(Contract):
    """What a shipper was shown to keep, for how long, and until when that holds (R-DEL-07)."""

    code: Code = Field(title="Shipper", description="The number on its lid, for example DS-01")
    title: Text = Field(title="What it is", description="Maker, type, pack-out instruction")
    minimum_c: Celsius | None = Field(
        default=None, title="Keeps not below", json_schema_extra={"unit": "°C"}
    )
    maximum_c: Celsius | None = Field(
        default=None, title="Keeps not above", json_schema_extra={"unit": "°C"}
    )
    hours: Annotated[int, Field(ge=1, le=1000)] = Field(
        title="For how long", json_schema_extra={"unit": "h"}
    )
    valid_until: date = Field(title="Qualification holds until", description="This day included")
    evidence: Text = Field(title="Evidence", description="Report of the qualification, its version")


class QualifyShipper(Qualification):
    """QA signs the qualification of a shipper; the last one counts."""

    signing: Signing


class Pack(Contract):
    """Containers are taken from store for an order and packed into a shipper."""

    scans: tuple[Scan, ...] = Field(
        min_length=1, max_length=50, title="Containers", description="Scan each from its own label"
    )
    shipper_code: Code = Field(title="Shipper")
    seal: Scanned = Field(
        title="Seal", description="The number of the seal; it is asked for at the hand-over"
    )
    estimated_arrival_at: SiteMoment = Field(title="Estimated arrival")


class Identified(Contract):
    """Two identifiers, read from the labels at hand: the patient's, and each container's."""

    patient_code: ChainOfIdentity = Field(
        title="Patient's code on the label",
        description="Scan it, or copy it character by character",
    )
    scans: tuple[Scan, ...] = Field(
        min_length=1, max_length=50, title="Containers", description="Scan each from its own label"
    )


class CheckShipment(Identified):
    """A second person identifies every packed container (R-DEL-09)."""

    signing: Signing


class HandOver(Contract):
    """A sealed shipper changes hands: to a courier, or from one courier to the next (R-DEL-10)."""

    patient_code: ChainOfIdentity = Field(
        title="Patient's code on the shipper", description="Scan it, or copy it"
    )
    seal: Scanned = Field(title="Seal", description="Read it from the shipper")
    taken_by: Text = Field(title="Taken over by", description="Company and name of the courier")
    handed_over_at: SiteMoment = Field(title="Handed over at")
    temperature_c: Celsius | None = Field(
        default=None, title="Temperature shown", json_schema_extra={"unit": "°C"}
    )


class TemperaturePoint(Contract):
    """One reading of the logger."""

    at: SiteMoment = Field(title="At")
    temperature_c: Celsius = Field(title="Temperature", json_schema_extra={"unit": "°C"})


class RecordTemperatures(Contract):
    """Readings on the way, typed or from the logger's file (R-DEL-08)."""

    points: tuple[TemperaturePoint, ...] = Field(
        default=(),
        max_length=20_000,
        title="Readings",
        description="Blank when the logger's file (CSV: time, temperature) has them.",
        json_schema_extra={"rows": 4},
    )
    file: SentFile | None = Field(default=None, title="Logger's file")


class Arrival(Identified):
    """A shipment arrives at the treating site and is opened."""

    received_at: SiteMoment = Field(title="Received at")
    handed_over_by: Text = Field(title="Handed over by", description="Who brought it")
    intact: bool = Field(default=False, title="Seal, shipper and containers are intact")
    temperature_c: Celsius = Field(title="Temperature on arrival", json_schema_extra={"unit": "°C"})
    condition: Text = Field(title="Condition", description="What was seen, in words")


class ReceiveShipment(Arrival):
    """A receipt, signed."""

    signing: Signing


class Prepare(Identified):
    """Containers are opened or thawed at the treating site (R-ATMP-36)."""

    opened_at: SiteMoment = Field(title="Thawed or opened at")
    instruction_version: PositiveInt | None = Field(
        default=None,
        title="Version of the instruction followed",
        description="It stands on the shipping papers.",
    )
    materials: Text | None = Field(
        default=None, title="Materials used", description="With their lot numbers"
    )


class Administration(Identified):
    """What the patient was given (R-DEL-13)."""

    patient_identified: bool = Field(
        default=False, title="The patient at the bedside was identified by name and wristband"
    )
    started_at: SiteMoment = Field(title="Started at")
    ended_at: SiteMoment = Field(title="Ended at")
    given_ml: Volume = Field(title="Volume given", json_schema_extra={"unit": "mL"})
    left_ml: Volume = Field(title="Volume left", json_schema_extra={"unit": "mL"})
    adverse_reaction: LongText | None = Field(
        default=None, title="Adverse reaction", description="Blank: none was seen"
    )
    given_all_the_same: Reason | None = Field(
        default=None,
        title="Given although the rules said no: why",
        description="Only after a refusal. It is recorded with a critical deviation.",
    )


class Administer(Administration):
    """An administration, signed."""

    signing: Signing


class Return(Contract):
    """A container goes back to the unit. It is never given to anyone (R-DEL-14)."""

    reason: Reason = Field(title="Reason")
    taken_by: Text = Field(title="Taken over by", description="Company and name of the courier")
    returned_at: SiteMoment = Field(title="Handed over at")


class Unpack(Contract):
    """A packed container goes back into store before it left the unit."""

    reason: Reason = Field(title="Reason")


class Destruction(Contract):
    """A container is destroyed before a witness (R-DEL-14)."""

    reason: Reason = Field(title="Reason")
    how: Text = Field(title="How", description="For example: incinerated as biological waste")
    destroyed_ml: Volume = Field(title="Volume destroyed", json_schema_extra={"unit": "mL"})
    destroyed_at: SiteMoment = Field(title="Destroyed at")


class Destroy(Destruction):
    """A destruction, signed by who did it and by who watched."""

    signing: Signing
    witness: Signing


class Disposition(StrEnum):
    """What QA decides of a container that was set aside."""

    USABLE = "usable"
    NOT_USABLE = "not_usable"

    @property
    def label(self) -> str:
        """The decision as people say it."""
        return "May be used" if self is Disposition.USABLE else "Must not be used"


class Dispose(Contract):
    """QA decides whether a container that was set aside may be used (R-DEL-08)."""

    disposition: Disposition = Field(title="Decision")
    reason: Reason = Field(title="Reason")
    stability_data: Text | None = Field(
        default=None,
        title="Stability data",
        description="The report the decision rests on; without data it must not be used.",
    )


class DisposeContainer(Dispose):
    """A disposition, signed."""

    signing: Signing


class Measures(Contract):
    """What the treating site has done about a notice (R-DEL-16)."""

    measures: LongText = Field(
        title="What was done",
        description="Physician and patient informed, container set aside, follow-up planned",
    )


class AcknowledgeNotice(Measures):
    """An acknowledgement, signed."""

    signing: Signing
