"""Delivery through the browser: Sita orders, Lars packs, Oskar identifies, Sita receives, gives."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from app.lot.lots import find_lot
from app.masters.frozen import bundle_of
from schemas.product import Product
from tests.browser.serving import Site
from tests.browser.visitor import Visitor
from tests.journeys.delivery import COURIER, SHIPPER, in_store, inside, needed
from tests.journeys.production_forms import local

People = Callable[[str], Visitor]
SEAL = "S-4711"


@dataclass
class Journey:
    """A lot on its way to one patient, through the screens."""

    site: Site
    people: People
    product: Product
    lot: str
    patient: str
    containers: tuple[str, ...]
    order: str
    shipment: str = ""

    def path(self, step: str) -> str:
        return f"/delivery/shipments/{self.shipment}/{step}"

    def labels(self) -> dict[str, str]:
        """The two identifiers, as a scanner reads them from the labels."""
        scans = {f"scans.{at}.container": each for at, each in enumerate(self.containers)}
        return {"patient_code": self.patient, **scans}

    def steps_out(self, username: str, step: str, boxes: dict[str, str], button: str) -> Visitor:
        """Somebody scans the labels, types the rest, signs where it is signed, and sends."""
        visitor = self.people(username)
        visitor.opens(self.path(step))
        visitor.examines()
        visitor.scans(self.labels())
        visitor.types(boxes)
        if visitor.page.locator('[name="signing.password"]').count():
            visitor.signs()
        assert visitor.presses(button).ok, visitor.refusal()
        return visitor


def shipper_qualified(site: Site, people: People, product: Product) -> None:
    """Quinn signs that a shipper keeps this product for four days."""
    limits = product.transport
    boxes = {
        "code": SHIPPER,
        "title": "Dry shipper 7 L, pack-out SOP-31",
        "hours": "96",
        "valid_until": (site.clock() + timedelta(days=180)).date().isoformat(),
        "evidence": "Qualification report PQ-31, version 2",
    }
    for name, limit in (("minimum_c", limits.minimum_c), ("maximum_c", limits.maximum_c)):
        if limit is not None:
            boxes[name] = format(limit, "f")
    people("quinn").does("/delivery/shippers/new", boxes, "Qualify and sign", signed=True)


def ordered(site: Site, people: People, number: str, patient: str | None) -> Journey:
    """Sita orders for her patient, or for one who is new to the unit."""
    with site.looking() as session:
        lot = find_lot(session, number)
        product = bundle_of(session, lot).product
        count, weight = needed(product)
        containers = tuple(in_store(session, lot, count))
    boxes = {
        "product_code": product.code,
        "weight_kg": format(weight, "f"),
        "containers": str(count),
        "planned_at": local(site.clock() + timedelta(hours=24)),
        "contact": "Dr. S. Rao, +48 000 000 001",
    }
    if patient:
        boxes["patient_code"] = patient
    sita = people("sita")
    sita.does("/delivery/requests/new", boxes, "Order and sign", signed=True)
    sita.sees("Ordered and signed.")
    sita.examines()
    order = sita.page.url.split("?")[0].rsplit("/", 1)[1]
    code = sita.page.locator('a[href^="/delivery/patients/"]').first.inner_text()
    return Journey(site, people, product, number, code, containers, order)


def packed(journey: Journey) -> None:
    """Lars scans each container from the store and seals the shipper."""
    journey.site.clock.forward(minutes=20)
    lars = journey.people("lars")
    lars.opens(f"/delivery/orders/{journey.order}/pack")
    lars.examines()
    scans = {name: code for name, code in journey.labels().items() if name.startswith("scans")}
    lars.scans(scans)
    arrival = journey.site.clock() + timedelta(hours=6)
    lars.types({"shipper_code": SHIPPER, "seal": SEAL, "estimated_arrival_at": local(arrival)})
    assert lars.presses("Pack").ok, lars.refusal()
    lars.sees("Packed. A second person identifies it now.")
    journey.shipment = lars.page.url.split("?")[0].rsplit("/", 1)[1]


def identified(journey: Journey) -> None:
    """Oskar identifies the patient and every container."""
    journey.site.clock.forward(minutes=5)
    journey.steps_out("oskar", "check", {}, "Identified: sign").sees("Identified.")


def handed_over(journey: Journey, patient: str | None = None) -> Visitor:
    """Lars gives the sealed shipper to the courier, scanning what stands on it."""
    journey.site.clock.forward(minutes=10)
    lars = journey.people("lars")
    lars.opens(journey.path("hand-over"))
    lars.examines()
    lars.scans({"patient_code": patient or journey.patient, "seal": SEAL})
    lars.types({"taken_by": COURIER, "handed_over_at": local(journey.site.clock())})
    assert lars.presses("Hand over").ok, lars.refusal()
    return lars


def logged(journey: Journey) -> None:
    """Sita reads the logger out: its file, one reading an hour."""
    clock, lines = journey.site.clock, ["time,temperature"]
    for _ in range(4):
        clock.forward(hours=1)
        lines.append(f"{local(clock())},{inside(journey.product):f}")
    sita = journey.people("sita")
    sita.opens(journey.path("temperatures"))
    sita.examines()
    sita.encloses("file", "logger.csv", "\n".join(lines).encode())
    assert sita.presses("Enter the readings").ok, sita.refusal()
    sita.sees("Readings are on record.")


def received(journey: Journey) -> None:
    """Sita opens the shipper, scans what is in it, and signs."""
    journey.site.clock.forward(minutes=15)
    boxes = {
        "received_at": local(journey.site.clock()),
        "handed_over_by": COURIER,
        "intact": "true",
        "temperature_c": format(inside(journey.product), "f"),
        "condition": "Seal whole, labels readable",
    }
    journey.steps_out("sita", "receive", boxes, "Received: sign").sees("Received and signed.")


def prepared(journey: Journey) -> None:
    """Sita thaws or opens it, by the instruction that came with it."""
    journey.site.clock.forward(minutes=30)
    boxes = {"opened_at": local(journey.site.clock())}
    if journey.product.reconstitution:
        boxes["instruction_version"] = str(journey.product.reconstitution.version)
    journey.steps_out("sita", "prepare", boxes, "Record").sees("On record. Now give it.")


def administered(journey: Journey) -> None:
    """Sita signs that her patient was given all of it."""
    started = journey.site.clock.forward(minutes=10)
    journey.site.clock.forward(minutes=40)
    boxes = {
        "patient_identified": "true",
        "started_at": local(started),
        "ended_at": local(journey.site.clock()),
        "given_ml": format(Decimal(30), "f"),
        "left_ml": "0",
    }
    sita = journey.steps_out("sita", "administer", boxes, "Administered: sign")
    sita.sees("The administration is on record and signed.")


def delivered(site: Site, people: People, number: str, patient: str | None) -> Journey:
    """From the order to the administered containers."""
    with site.looking() as session:
        product = bundle_of(session, find_lot(session, number)).product
    shipper_qualified(site, people, product)
    journey = ordered(site, people, number, patient)
    packed(journey)
    identified(journey)
    handed_over(journey).sees("Handed over.")
    for step in (logged, received, prepared, administered):
        step(journey)
    return journey
