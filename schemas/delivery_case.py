"""What the rules of delivery look at: one container at one step, a load, a journey, an identity."""

from enum import StrEnum

from pydantic import Field

from schemas.base import Amount, Code, Contract, Moment, Text, ZoneName
from schemas.delivery_forms import TemperaturePoint
from schemas.lot import ContainerState, Stage
from schemas.origin import DonationUse
from schemas.product import DoseRule, TemperatureLimits


class Step(StrEnum):
    """The steps at which a container is judged again."""

    PACK = "pack"
    CHECK = "check"
    HAND_OVER = "hand_over"
    PREPARE = "prepare"
    ADMINISTER = "administer"


class OrderCase(Contract):
    """An order that somebody wants to work for."""

    order: Code
    order_cancelled: bool


class ContainerCase(OrderCase):
    """A container, its lot and its order at the moment of a step."""

    step: Step
    at: Moment = Field(description="Now; for an administration, when it began")
    zone: ZoneName
    container: Text
    state: ContainerState
    expires_at: Moment | None
    set_aside: str | None = Field(description="Why it was set aside and not let go on, if it was")
    lot: Code
    lot_stage: Stage
    lot_held: bool
    hold_reason: str | None
    is_bank: bool
    donation_use: DonationUse
    lot_patient: str | None
    lot_product: Code
    order_patient: str
    order_product: Code
    order_lot: str | None
    estimated_arrival_at: Moment | None = Field(description="None after the arrival")
    checked: bool = Field(description="Whether a second person identified the shipment")
    prepared: bool = Field(description="Whether it was opened or thawed under this order")


class LoadCase(Contract):
    """What is packed together for an order, and the shipper it goes into."""

    at: Moment
    zone: ZoneName
    packed: int
    still_ordered: int
    viable_cells: Amount
    viable_cells_on_the_order: Amount = Field(description="Of containers sent before, and not lost")
    weight_kg: Amount
    dose: DoseRule | None
    transport: TemperatureLimits
    shipper: Text
    shipper_minimum_c: Amount | None
    shipper_maximum_c: Amount | None
    shipper_hours: int | None = Field(description="None: this shipper was never qualified")
    shipper_lapsed: bool = Field(description="Its qualification is over on the day of arrival")
    estimated_arrival_at: Moment


class IdentityCase(Contract):
    """Two identifiers as they were read, and as they must be."""

    patient_read: str
    patient: str
    containers_read: tuple[str, ...]
    containers: tuple[str, ...] = Field(description="Those of the shipment")
    all_of_them: bool = Field(description="Whether none may be missing")
    seal_read: str | None = None
    seal: str | None = None


class JourneyCase(Contract):
    """A shipment on arrival: what it went through."""

    zone: ZoneName
    limits: TemperatureLimits
    readings: tuple[TemperaturePoint, ...]
    packed_at: Moment
    received_at: Moment | None = Field(description="None while it travels")
    arrival_c: Amount | None
    intact: bool | None
    brought_by: str | None
    last_holder: str


class Excursion(Contract):
    """One stretch of time outside the limits: how far, and how long (R-DEL-08)."""

    began_at: Moment
    ended_at: Moment = Field(description="The next reading inside, or the last reading there is")
    minutes: int
    extreme_c: Amount
    beyond_c: Amount = Field(description="How far beyond the limit")


class GivingCase(Contract):
    """An administration that took place, and how long the product may take."""

    minutes_opened: int
    maximum_minutes: int | None
    instruction_version: int | None
    instruction_read: int | None
