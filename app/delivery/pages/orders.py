"""The worklist, a physician's request, an order with its next deed, packing, shippers."""

from functools import partial
from typing import Annotated

from fastapi import Request
from starlette.responses import Response

from app.delivery.actions import facts, finding, orders, packing, waiting
from app.delivery.actions.cases import still_ordered
from app.delivery.roles import NumberInPath, Packer, Physician, Qualifier, Reader
from app.web.clock import Now
from app.web.closed import closed_if
from app.web.fields import Option
from app.web.pages import go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, UnitOfWork
from schemas.delivery_forms import CancelOrder, Pack, QualifyShipper, RequestDelivery
from schemas.trail import Meaning

pages = Addresses()


@pages.get("/delivery")
def worklist(request: Request, by: Reader, session: Look) -> Response:
    lines = waiting.worklist(session, by=by)
    return show(request, "delivery/worklist.html", lines=lines)


@pages.get("/delivery/requests/new")
def request_form(request: Request, by: Physician, at: Now, session: Look) -> Response:
    options = {
        "product_code": tuple(
            Option(each.code, f"{each.name} ({each.code})")
            for each in orders.products_on_offer(session, by=by, at=at)
        ),
        "patient_code": (
            Option("", "A patient new to us: a code is made"),
            *(Option(each.code, each.code) for each in finding.patients_of(session, by)),
        ),
    }
    return show(
        request,
        "delivery/request.html",
        contract=RequestDelivery,
        options={name: found for name, found in options.items() if found},
        meaning=Meaning.REQUESTED,
    )


@pages.post("/delivery/requests/new")
def request_delivery(
    by: Physician,
    form: Annotated[RequestDelivery, sent(RequestDelivery)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    order = orders.request_delivery(session, form, by=by, at=at)
    return go_to(f"/delivery/orders/{order.number}", "Ordered and signed.")


@pages.get("/delivery/orders/{number}")
def order(request: Request, number: NumberInPath, by: Reader, session: Look) -> Response:
    row = finding.find_order(session, number, by=by)
    shipments = finding.shipments_of(session, row)
    return show(
        request,
        "delivery/order.html",
        order=facts.order_facts(session, row),
        shipments=[facts.shipment_shown(session, each, by=by) for each in shipments],
        deeds=waiting.next_of_order(session, row, by=by),
        left=still_ordered(session, row),
    )


@pages.get("/delivery/orders/{number}/cancel")
def cancel_form(request: Request, number: NumberInPath, by: Physician, session: Look) -> Response:
    row = finding.find_order(session, number, by=by)
    return show(
        request,
        "delivery/cancel.html",
        order=facts.order_facts(session, row),
        contract=CancelOrder,
        closed=closed_if(
            partial(orders.refuse_kept, session, row), way_on=f"/delivery/orders/{number}"
        ),
    )


@pages.post("/delivery/orders/{number}/cancel")
def cancel(
    number: NumberInPath,
    by: Physician,
    form: Annotated[CancelOrder, sent(CancelOrder)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    orders.cancel_order(session, number, form, by=by, at=at)
    return go_to(f"/delivery/orders/{number}", "Withdrawn.")


@pages.get("/delivery/orders/{number}/pack")
def pack_form(request: Request, number: NumberInPath, by: Packer, session: Look) -> Response:
    row = finding.find_order(session, number, by=by)
    shippers = tuple(
        Option(each.code, f"{each.code}: {each.title}, {each.hours} h")
        for each in finding.qualifications(session)
    )
    return show(
        request,
        "delivery/pack.html",
        order=facts.order_facts(session, row),
        candidates=packing.containers_for(session, row),
        contract=Pack,
        values={"scans": [{}] * max(still_ordered(session, row), 1)},
        options={"shipper_code": shippers} if shippers else {},
        closed=closed_if(
            partial(packing.refuse_withdrawn, row), way_on=f"/delivery/orders/{number}"
        ),
    )


@pages.post("/delivery/orders/{number}/pack")
def pack(
    number: NumberInPath,
    by: Packer,
    form: Annotated[Pack, sent(Pack)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    shipment = packing.pack(session, number, form, by=by, at=at)
    return go_to(
        f"/delivery/shipments/{shipment.number}", "Packed. A second person identifies it now."
    )


@pages.get("/delivery/patients/{code}")
def patient(request: Request, code: NumberInPath, by: Reader, session: Look) -> Response:
    row = finding.find_patient(session, code, by=by)
    found = finding.orders_for(session, row, by=by)
    return show(
        request,
        "delivery/patient.html",
        patient=row,
        orders=[facts.order_facts(session, each) for each in found],
    )


@pages.get("/delivery/shippers")
def shippers(request: Request, by: Reader, session: Look) -> Response:
    finding.refuse_outsiders(by)
    return show(request, "delivery/shippers.html", shippers=finding.qualifications(session))


@pages.get("/delivery/shippers/new")
def shipper_form(request: Request, by: Qualifier) -> Response:
    return show(
        request, "delivery/shipper_new.html", contract=QualifyShipper, meaning=Meaning.APPROVED
    )


@pages.post("/delivery/shippers/new")
def qualify(
    by: Qualifier,
    form: Annotated[QualifyShipper, sent(QualifyShipper)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    row = packing.qualify_shipper(session, form, by=by, at=at)
    return go_to("/delivery/shippers", f"{row.code} is qualified until {row.valid_until}.")
