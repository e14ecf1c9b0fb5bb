"""The exact words that are signed between an order and the end of a container's journey."""

from typing import Any

from pydantic import Field

from schemas.base import Amount, Code, Contract, Moment, Text, ZoneName
from schemas.delivery import EventKind
from schemas.delivery_forms import Disposition


class OrderWords(Contract):
    """The words under a physician's signature."""

    order_number: Code
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


class StepWords(Contract):
    """The words under any later signature: what was done to which containers of which order."""

    kind: EventKind
    order_number: Code | None
    shipment_number: Code | None
    product_name: Text
    patient_code: str | None
    container: str | None = Field(default=None, description="None: those the form names")
    words: dict[str, Any] = Field(description="The form, as it was filled in")


class DispositionWords(Contract):
    """The words under QA's decision on a container that was set aside."""

    container: Text
    lot_number: Code
    set_aside_because: str
    disposition: Disposition
    reason: Text
    stability_data: str | None


class AcknowledgementWords(Contract):
    """The words under a treating site's acknowledgement of a notice."""

    container: Text
    lot_number: Code
    patient_code: str
    notice: str
    measures: str
