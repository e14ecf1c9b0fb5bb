"""What was stopped or set aside: notices to the sites, contacts, dispositions by QA."""

from typing import Annotated

from fastapi import Request
from starlette.responses import Response

from app.delivery.actions import facts, finding, record, setting_aside, stops
from app.delivery.roles import NumberInPath, Quality, Reader, RowInPath, Site
from app.web.clock import Now
from app.web.pages import go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, UnitOfWork
from schemas.delivery_forms import AcknowledgeNotice, DisposeContainer
from schemas.trail import Meaning

pages = Addresses()


@pages.get("/delivery/notices")
def notices(request: Request, by: Reader, session: Look) -> Response:
    return show(request, "delivery/notices.html", notices=stops.notices(session, by))


@pages.get("/delivery/notices/{container}")
def notice(request: Request, container: NumberInPath, by: Reader, session: Look) -> Response:
    return show(
        request,
        "delivery/notice.html",
        warned=stops.find_notice(session, container, by=by),
        contract=AcknowledgeNotice,
        meaning=Meaning.RECEIVED,
        may=by.may("delivery.acknowledge"),
    )


@pages.post("/delivery/notices/{container}")
def acknowledge(
    container: NumberInPath,
    by: Site,
    form: Annotated[AcknowledgeNotice, sent(AcknowledgeNotice)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    stops.acknowledge(session, container, form, by=by, at=at)
    return go_to(f"/delivery/notices/{container}", "Acknowledged and signed.")


@pages.get("/delivery/lots/{number}")
def lot(request: Request, number: NumberInPath, by: Reader, session: Look) -> Response:
    row = record.find_lot_seen(session, number, by=by)
    return show(
        request,
        "delivery/lot.html",
        lot=row,
        lines=record.contacts_of(session, row, by=by),
        notices=stops.notices(session, by, lot=row),
    )


@pages.get("/delivery/set-aside/{number}")
def disposition_form(request: Request, number: RowInPath, by: Quality, session: Look) -> Response:
    row = setting_aside.find_set_aside(session, number)
    listed = facts.set_aside_facts(session, [row.container])
    return show(
        request,
        "delivery/dispose.html",
        row=next(each for each in listed if each.number == number),
        line=facts.container_line(session, row.container, by=by),
        shipment=finding.last_shipment(session, row.container),
        contract=DisposeContainer,
        meaning=Meaning.DECIDED,
    )


@pages.post("/delivery/set-aside/{number}")
def dispose(
    number: RowInPath,
    by: Quality,
    form: Annotated[DisposeContainer, sent(DisposeContainer)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    row = setting_aside.dispose(session, number, form, by=by, at=at)
    return go_to(
        f"/delivery/containers/{row.set_aside.container.number}",
        f"Decided: {row.disposition.label.lower()}.",
    )
