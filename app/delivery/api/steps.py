"""Orders and shipments for machines, step by step."""

from typing import Any

from fastapi import Response

from app.delivery.actions import (
    facts,
    finding,
    giving,
    handing,
    orders,
    packing,
    temperatures,
    waiting,
)
from app.delivery.roles import (
    Checker,
    Giver,
    Hander,
    Logger,
    NumberInPath,
    Packer,
    Physician,
    Reader,
    Receiver,
)
from app.web import document
from app.web.clock import Now
from app.web.machines import Once, answers_once
from app.web.routing import Addresses
from app.web.unit import Look
from schemas.delivery import (
    OrderFacts,
    OrderList,
    ShipmentShown,
    StepOutcome,
)
from schemas.delivery_forms import (
    Administer,
    CancelOrder,
    CheckShipment,
    HandOver,
    Pack,
    Prepare,
    ReceiveShipment,
    RecordTemperatures,
    RequestDelivery,
)

api = Addresses()

STOPPED = 409
STOPS: dict[int | str, dict[str, Any]] = {
    STOPPED: {"model": StepOutcome, **document.NO["4XX"], "description": "Stopped, and on record"}
}
"""What a step answers that was stopped: its outcome; or the problem that it was refused for."""


def _said(outcome: StepOutcome, response: Response) -> StepOutcome:
    """A step that was stopped is on record, and answers 409."""
    response.status_code = 200 if outcome.done else STOPPED
    return outcome


@api.get("/delivery/orders")
def list_orders(by: Reader, session: Look) -> OrderList:
    """The orders, newest first; a treating site's own."""
    lines = waiting.worklist(session, by=by)
    return OrderList(orders=tuple(facts.order_facts(session, each.order) for each in lines))


@api.post("/delivery/orders", status_code=201)
@answers_once
def request_delivery(by: Physician, form: RequestDelivery, at: Now, session: Once) -> OrderFacts:
    """A physician orders for a patient, signed."""
    return facts.order_facts(session, orders.request_delivery(session, form, by=by, at=at))


@api.get("/delivery/orders/{number}")
def show_order(number: NumberInPath, by: Reader, session: Look) -> OrderFacts:
    """One order; another site's is not found."""
    return facts.order_facts(session, finding.find_order(session, number, by=by))


@api.post("/delivery/orders/{number}/cancellation")
@answers_once
def cancel_order(
    number: NumberInPath, by: Physician, form: CancelOrder, at: Now, session: Once
) -> OrderFacts:
    """An order is withdrawn."""
    row = orders.cancel_order(session, number, form, by=by, at=at)
    return facts.order_facts(session, row)


@api.post("/delivery/orders/{number}/shipments", status_code=201)
@answers_once
def pack(number: NumberInPath, by: Packer, form: Pack, at: Now, session: Once) -> ShipmentShown:
    """Containers are packed for an order."""
    row = packing.pack(session, number, form, by=by, at=at)
    return facts.shipment_shown(session, row, by=by)


@api.get("/delivery/shipments/{number}")
def show_shipment(number: NumberInPath, by: Reader, session: Look) -> ShipmentShown:
    """A shipment, its containers, and all that happened to them."""
    return facts.shipment_shown(session, finding.find_shipment(session, number, by=by), by=by)


@api.post("/delivery/shipments/{number}/check", responses=STOPS)
@answers_once
def check_shipment(
    number: NumberInPath,
    by: Checker,
    form: CheckShipment,
    at: Now,
    session: Once,
    response: Response,
) -> StepOutcome:
    """A second person identifies it; 409 when identifiers do not agree, and everything stops."""
    return _said(handing.check_shipment(session, number, form, by=by, at=at), response)


@api.post("/delivery/shipments/{number}/hand-over", responses=STOPS)
@answers_once
def hand_over(
    number: NumberInPath,
    by: Hander,
    form: HandOver,
    at: Now,
    session: Once,
    response: Response,
) -> StepOutcome:
    """It changes hands; 409 when identifiers do not agree."""
    return _said(handing.hand_over(session, number, form, by=by, at=at), response)


@api.post("/delivery/shipments/{number}/temperatures")
@answers_once
def record_temperatures(
    number: NumberInPath,
    by: Logger,
    form: RecordTemperatures,
    at: Now,
    session: Once,
) -> StepOutcome:
    """Readings on the way, with the logger's file."""
    return temperatures.record_temperatures(session, number, form, by=by, at=at)


@api.post("/delivery/shipments/{number}/receipt", responses=STOPS)
@answers_once
def receive_shipment(
    number: NumberInPath,
    by: Receiver,
    form: ReceiveShipment,
    at: Now,
    session: Once,
    response: Response,
) -> StepOutcome:
    """It arrives at the treating site; 409 when identifiers do not agree."""
    return _said(handing.receive_shipment(session, number, form, by=by, at=at), response)


@api.post("/delivery/shipments/{number}/preparation", responses=STOPS)
@answers_once
def prepare(
    number: NumberInPath, by: Giver, form: Prepare, at: Now, session: Once, response: Response
) -> StepOutcome:
    """It is thawed or opened; 409 when identifiers do not agree."""
    return _said(giving.prepare(session, number, form, by=by, at=at), response)


@api.post("/delivery/shipments/{number}/administration", responses=STOPS)
@answers_once
def administer(
    number: NumberInPath, by: Giver, form: Administer, at: Now, session: Once, response: Response
) -> StepOutcome:
    """The patient was given it; 409 when identifiers do not agree."""
    return _said(giving.administer(session, number, form, by=by, at=at), response)
