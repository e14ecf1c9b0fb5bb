"""Delivery: orders, shipments, and what happened to each container until its journey ended."""

from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import Field

from schemas.base import Amount, Code, Contract, Moment, Text, ZoneName, is_empty
from schemas.delivery_case import Excursion
from schemas.delivery_forms import Disposition, TemperaturePoint
from schemas.donor_records import DonorSummary
from schemas.finding import Finding
from schemas.lot import ContainerState, Stage
from schemas.trail import KeptFile, Signature


class EventKind(StrEnum):
    """What can happen to a container after it was filled."""

    PACKED = "packed"
    UNPACKED = "unpacked"
    CHECKED = "checked"
    MISMATCH = "mismatch"
    HANDED_OVER = "handed_over"
    RECEIVED = "received"
    PREPARED = "prepared"
    ADMINISTERED = "administered"
    RETURNED = "returned"
    DESTROYED = "destroyed"

    @property
    def label(self) -> str:
        """The event as people say it."""
        return EVENT_LABELS[self]


EVENT_LABELS = {
    EventKind.PACKED: "Packed",
    EventKind.UNPACKED: "Put back into store",
    EventKind.CHECKED: "Identified by a second person",
    EventKind.MISMATCH: "Stopped: identifiers do not agree",
    EventKind.HANDED_OVER: "Handed over",
    EventKind.RECEIVED: "Received",
    EventKind.PREPARED: "Thawed or opened",
    EventKind.ADMINISTERED: "Administered",
    EventKind.RETURNED: "Returned",
    EventKind.DESTROYED: "Destroyed",
}


class OrderState(StrEnum):
    """How far an order has come."""

    OPEN = "open"
    UNDER_WAY = "under_way"
    COMPLETE = "complete"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The state as people say it."""
        return self.value.replace("_", " ").capitalize()


class OrderFacts(Contract):
    """An order as it stands."""

    number: Code
    treating_site: Code
    product_code: Code
    product_name: Text
    patient_code: str
    lot_number: str | None
    weight_kg: Amount
    containers: int
    planned_at: Moment
    zone: ZoneName
    contact: Text
    note: str | None
    requested_by: Text
    requested_at: Moment
    state: OrderState
    cancelled_because: str | None
    version: int
    signatures: tuple[Signature, ...]

    @property
    def ref(self) -> str:
        """How the trail names this order; its shipments lie below it."""
        return f"order/{self.number}"


class Papers(Contract):
    """Label texts and shipping papers, as they were at packing (R-DEL-01 to 06)."""

    product_name: Text
    common_name: Text
    active_substance: Text
    strength: Text
    contents: Text
    excipients: Text
    route: str | None
    lots: tuple[Code, ...]
    certification: Text = Field(description="How far the lots were certified at packing")
    donations: tuple[str, ...]
    expires_at: Moment | None = Field(description="Of the container that expires first")
    zone: ZoneName
    storage: Text
    transport: Text
    warnings: tuple[Text, ...]
    disposal: Text
    manufacturer: Text
    holder: str | None
    authorisation_number: str | None
    trial: str | None
    for_one_patient: str | None = Field(description="For autologous use only, or directed")
    patient_code: str
    instruction_version: int | None
    instruction: str | None
    maximum_minutes: int | None
    dose_cells: Amount
    cells_per_kg: Amount
    donors: tuple[DonorSummary, ...] = Field(
        default=(),
        description="The accompanying summaries of the donors' records (R-DON-28)",
        exclude_if=is_empty,
    )


class TemperatureLog(Contract):
    """Readings that were entered together, with the logger's file if there was one."""

    entered_by: Text
    entered_at: Moment
    points: tuple[TemperaturePoint, ...]
    file: KeptFile | None


class SetAside(Contract):
    """A container that must not be used before QA decides, and what QA decided."""

    number: int
    container: Text
    rule: str
    reason: str
    deviation: Text
    at: Moment
    disposition: Disposition | None
    decided_because: str | None
    stability_data: str | None
    decided_at: Moment | None
    signature: Signature | None


class EventFacts(Contract):
    """One thing that happened to a container, and whose hands it went through (R-DEL-10)."""

    container: Text
    shipment: str
    kind: EventKind
    from_holder: Text
    to_holder: Text
    happened_at: Moment
    entered_at: Moment
    by: Text = Field(description="Full name")
    words: dict[str, Any]
    signatures: tuple[Signature, ...]


class ShipmentFacts(Contract):
    """A shipment: what was packed, what it went through, and where it is."""

    number: Code
    order_number: Code
    shipper_code: Code
    seal: Text
    estimated_arrival_at: Moment
    packed_at: Moment
    packed_by: Text
    papers: Papers
    logs: tuple[TemperatureLog, ...]
    excursions: tuple[Excursion, ...]
    minutes_outside: int


class ContainerLine(Contract):
    """Where a container is and in whose hands."""

    number: Text
    lot_number: Code
    state: ContainerState
    holder: Text
    expires_at: Moment | None
    viable_cells: Amount
    set_aside: str | None


class StopCause(StrEnum):
    """Why what was sent must not be given any more, or why its patient is followed up."""

    RECALLED = "recalled"
    REJECTED = "rejected"
    HELD = "held"

    @property
    def label(self) -> str:
        """The cause as people say it."""
        return self.value.capitalize()


class Notice(Contract):
    """To a treating site: a container it has, had, or will get is of a lot that was stopped."""

    container: Text
    lot_number: Code
    product_name: Text
    state: ContainerState
    order_number: Code
    treating_site: Code
    patient_code: str
    contact: Text
    cause: StopCause
    says: str
    acknowledged_at: Moment | None
    acknowledged_by: str | None
    measures: str | None


class DeliveryRecord(Contract):
    """Everything that happened to a lot's containers after its certification (R-DEL-13)."""

    lot_number: Code
    lot_stage: Stage
    orders: tuple[OrderFacts, ...]
    shipments: tuple[ShipmentFacts, ...]
    events: tuple[EventFacts, ...]
    set_aside: tuple[SetAside, ...]
    notices: tuple[Notice, ...]


class StepOutcome(Contract):
    """What a step came to: done, or stopped because the identifiers do not agree."""

    done: bool
    order_number: Code
    shipment_number: Code
    findings: tuple[Finding, ...] = ()
    deviations: tuple[str, ...] = ()


class OrderList(Contract):
    """Orders, newest first."""

    orders: tuple[OrderFacts, ...]


class ShipmentShown(Contract):
    """A shipment with its containers as they stand, and all that happened to them."""

    shipment: ShipmentFacts
    containers: tuple[ContainerLine, ...]
    events: tuple[EventFacts, ...]
    set_aside: tuple[SetAside, ...]


class ShipperFacts(Contract):
    """The qualification of a shipper that counts now."""

    code: Code
    title: Text
    minimum_c: Amount | None
    maximum_c: Amount | None
    hours: int
    valid_until: date
    evidence: Text
    qualified_by: Text
    qualified_at: Moment


class ContainerJourney(Contract):
    """One container: where it is, what happened to it, what it was set aside for."""

    container: ContainerLine
    events: tuple[EventFacts, ...]
    set_aside: tuple[SetAside, ...]


class NoticeList(Contract):
    """Notices, by container."""

    notices: tuple[Notice, ...]
