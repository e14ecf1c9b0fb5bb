"""Delivery as people do it: ordered by Sita at HOSP1, packed by Lars, checked by Oskar.

`delivered(session, clock, lot)` takes a certified lot from an order to an administered container;
its parts serve where a journey leaves the straight way. Everything goes through the actions.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.delivery.actions import finding, giving, handing, orders, packing, temperatures
from app.delivery.models import Order, Shipment
from app.demo.cast import Clock, person, signing
from app.lot.lots import containers_of
from app.lot.models import Container, Lot
from app.masters.frozen import bundle_of
from schemas.delivery import StepOutcome
from schemas.delivery_forms import (
    Administer,
    CheckShipment,
    HandOver,
    Pack,
    Prepare,
    QualifyShipper,
    ReceiveShipment,
    RecordTemperatures,
    RequestDelivery,
)
from schemas.lot import ContainerState
from schemas.product import Product

COURIER = "Kurier Krew, Jan Wolny"
SHIPPER = "DS-01"
TITLES = {SHIPPER: "Dry shipper 7 L, pack-out SOP-31", "BOX-02": "Cool box 12 L, pack-out SOP-32"}


@dataclass
class Delivery:
    """A lot on its way to one patient: the order, the shipment, and the clock they go by."""

    session: Session
    clock: Clock
    lot: Lot
    order: Order
    site: str = "sita"
    shipment: Shipment | None = None
    shipper: str = SHIPPER

    @property
    def number(self) -> str:
        """The number of the shipment."""
        assert self.shipment is not None, "pack first"
        return self.shipment.number

    @property
    def product(self) -> Product:
        """The product of the lot, as the lot froze it."""
        return bundle_of(self.session, self.lot).product

    def containers(self) -> list[Container]:
        """Those of the shipment."""
        assert self.shipment is not None, "pack first"
        return list(finding.containers_in(self.session, self.shipment))

    def scans(self) -> list[dict[str, str]]:
        """What a scanner reads from the labels."""
        return [{"container": each.number} for each in self.containers()]

    def labels(self) -> dict[str, Any]:
        """The two identifiers as they stand on the labels."""
        return {"patient_code": self.order.patient_code, "scans": self.scans()}


def needed(product: Product) -> tuple[int, Decimal]:
    """How many full containers make up a dose, and for whom: a weight that fits."""
    assert product.dose is not None, "a bank has no dose"
    per_kg = product.dose.minimum_cells_per_kg
    return (4, Decimal(70)) if per_kg is not None else (1, Decimal(70))


def qualified_shipper(
    session: Session, clock: Clock, product: Product, *, code: str = SHIPPER, **changed: Any
) -> str:
    """Quinn signs that the shipper keeps this product for four days."""
    limits = product.transport
    plain = {
        "code": code,
        "title": TITLES.get(code, "A shipper of another kind"),
        "minimum_c": limits.minimum_c,
        "maximum_c": limits.maximum_c,
        "hours": 96,
        "valid_until": clock().date() + timedelta(days=180),
        "evidence": "Qualification report PQ-31, version 2",
        "signing": signing("quinn"),
    }
    form = QualifyShipper.model_validate(plain | changed)
    by = person(session, "quinn", "delivery.qualify")
    return packing.qualify_shipper(session, form, by=by, at=clock()).code


def request_form(product: Product, clock: Clock, patient: str | None, **changed: Any) -> Any:
    """What Sita enters for a patient of 70 kg, to be treated tomorrow."""
    count, weight = needed(product)
    plain = {
        "product_code": product.code,
        "patient_code": patient,
        "weight_kg": weight,
        "containers": count,
        "planned_at": clock() + timedelta(hours=24),
        "contact": "Dr. S. Rao, +48 000 000 001",
        "signing": signing("sita"),
    }
    return RequestDelivery.model_validate(plain | changed)


def ordered(
    session: Session, clock: Clock, lot: Lot, *, site: str = "sita", **changed: Any
) -> Delivery:
    """Sita orders the product of this lot, for its patient or for one new to us."""
    product = bundle_of(session, lot).product
    form = request_form(product, clock, lot.patient_coi, **{"signing": signing(site)} | changed)
    by = person(session, site, "delivery.request")
    order = orders.request_delivery(session, form, by=by, at=clock())
    return Delivery(session, clock, lot, order, site)


def in_store(session: Session, lot: Lot, count: int) -> list[str]:
    """The numbers of containers that may be packed."""
    rows = containers_of(session, lot)
    return [each.number for each in rows if each.state is ContainerState.IN_STORE][:count]


def pack_form(delivery: Delivery, **changed: Any) -> Pack:
    """What Lars scans and enters."""
    numbers = in_store(delivery.session, delivery.lot, delivery.order.containers)
    plain = {
        "scans": [{"container": each} for each in numbers],
        "shipper_code": delivery.shipper,
        "seal": "S-4711",
        "estimated_arrival_at": delivery.clock() + timedelta(hours=6),
    }
    return Pack.model_validate(plain | changed)


def packed(delivery: Delivery, **changed: Any) -> Delivery:
    """Lars packs, into a shipper that is qualified for the product."""
    session, clock = delivery.session, delivery.clock
    clock.forward(minutes=20)
    if finding.qualification_of(session, delivery.shipper) is None:
        qualified_shipper(session, clock, delivery.product, code=delivery.shipper)
    form = pack_form(delivery, **changed)
    by = person(session, "lars", "delivery.pack")
    delivery.shipment = packing.pack(session, delivery.order.number, form, by=by, at=clock())
    return delivery


def checked(delivery: Delivery, *, by: str = "oskar", **changed: Any) -> StepOutcome:
    """Oskar identifies every container and the patient."""
    delivery.clock.forward(minutes=5)
    form = CheckShipment.model_validate(delivery.labels() | {"signing": signing(by)} | changed)
    actor = person(delivery.session, by, "delivery.check")
    return handing.check_shipment(
        delivery.session, delivery.number, form, by=actor, at=delivery.clock()
    )


def handed_over(delivery: Delivery, *, by: str = "lars", **changed: Any) -> StepOutcome:
    """Lars gives the sealed shipper to the courier."""
    clock = delivery.clock
    clock.forward(minutes=10)
    plain = {
        "patient_code": delivery.order.patient_code,
        "seal": "S-4711",
        "taken_by": COURIER,
        "handed_over_at": clock(),
    }
    form = HandOver.model_validate(plain | changed)
    actor = person(delivery.session, by, "delivery.hand_over")
    return handing.hand_over(delivery.session, delivery.number, form, by=actor, at=clock())


def inside(product: Product) -> Decimal:
    """A temperature that the product may travel at."""
    limits = product.transport
    if limits.minimum_c is None:
        assert limits.maximum_c is not None, "limits have a limit"
        return limits.maximum_c - 20
    return limits.minimum_c + 3


def logged(delivery: Delivery, *temperatures_c: Decimal) -> StepOutcome:
    """Sita reads the logger out: a reading each hour."""
    clock, session = delivery.clock, delivery.session
    points = []
    for each in temperatures_c or (inside(delivery.product),) * 4:
        clock.forward(hours=1)
        points.append({"at": clock(), "temperature_c": each})
    form = RecordTemperatures.model_validate({"points": points})
    by = person(session, delivery.site, "delivery.temperature")
    return temperatures.record_temperatures(session, delivery.number, form, by=by, at=clock())


def received(delivery: Delivery, **changed: Any) -> StepOutcome:
    """Sita opens the shipper, identifies what is in it, and signs."""
    clock, session = delivery.clock, delivery.session
    clock.forward(minutes=15)
    plain = {
        **delivery.labels(),
        "received_at": clock(),
        "handed_over_by": COURIER,
        "intact": True,
        "temperature_c": inside(delivery.product),
        "condition": "Seal whole, labels readable",
        "signing": signing(delivery.site),
    }
    form = ReceiveShipment.model_validate(plain | changed)
    by = person(session, delivery.site, "delivery.receive")
    return handing.receive_shipment(session, delivery.number, form, by=by, at=clock())


def prepared(delivery: Delivery, **changed: Any) -> StepOutcome:
    """Sita thaws or opens it, by the instruction that came with it."""
    clock, session = delivery.clock, delivery.session
    clock.forward(minutes=30)
    ready = delivery.product.reconstitution
    plain = {
        **delivery.labels(),
        "opened_at": clock(),
        "instruction_version": ready.version if ready else None,
    }
    form = Prepare.model_validate(plain | changed)
    by = person(session, delivery.site, "delivery.administer")
    return giving.prepare(session, delivery.number, form, by=by, at=clock())


def administered(delivery: Delivery, *, minutes: int = 40, **changed: Any) -> StepOutcome:
    """Sita signs that her patient was given all of it."""
    clock, session = delivery.clock, delivery.session
    started_at = clock() + timedelta(minutes=10)
    clock.forward(minutes=10 + minutes)
    plain = {
        **delivery.labels(),
        "patient_identified": True,
        "started_at": started_at,
        "ended_at": clock(),
        "given_ml": Decimal(30),
        "left_ml": Decimal(0),
        "signing": signing(delivery.site),
    }
    form = Administer.model_validate(plain | changed)
    by = person(session, delivery.site, "delivery.administer")
    return giving.administer(session, delivery.number, form, by=by, at=clock())


STEPS = (checked, handed_over, logged, received, prepared, administered)


def taken_to(delivery: Delivery, last: Any) -> Delivery:
    """Pack, and do every step up to and including `last`."""
    packed(delivery)
    for step in STEPS[: STEPS.index(last) + 1]:
        outcome = step(delivery)
        assert outcome.done, outcome
    return delivery


def delivered(
    session: Session, clock: Clock, lot: Lot, *, site: str = "sita", shipper: str = SHIPPER
) -> Delivery:
    """From the order to the administration, the straight way."""
    delivery = ordered(session, clock, lot, site=site)
    delivery.shipper = shipper
    return taken_to(delivery, administered)
