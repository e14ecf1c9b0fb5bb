"""One container: its journey, its way back, its end."""

from functools import partial
from typing import Annotated

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.delivery.actions import ending, facts, finding, packing
from app.delivery.actions.events import events_of
from app.delivery.roles import Destroyer, NumberInPath, Packer, Reader, Returner
from app.lot.journey import refuse_container_move
from app.people.actor import Actor
from app.web.clock import Now
from app.web.closed import closed_if
from app.web.pages import go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, UnitOfWork
from schemas.base import Contract
from schemas.delivery_forms import Destroy, Return, Unpack
from schemas.lot import ContainerState
from schemas.trail import Meaning

pages = Addresses()


def _form(
    request: Request,
    session: Session,
    by: Actor,
    number: NumberInPath,
    template: str,
    contract: type[Contract],
    leads_to: ContainerState,
    **context: object,
) -> Response:
    row = finding.find_container(session, number, by=by)
    return show(
        request,
        f"delivery/{template}.html",
        line=facts.container_line(session, row, by=by),
        volume_ml=row.volume_ml,
        contract=contract,
        closed=closed_if(
            partial(refuse_container_move, number, row.state, leads_to),
            way_on=f"/delivery/containers/{number}",
        ),
        **{"values": {}, **context},
    )


@pages.get("/delivery/containers/{number}")
def container(request: Request, number: NumberInPath, by: Reader, session: Look) -> Response:
    row = finding.find_container(session, number, by=by)
    return show(
        request,
        "delivery/container.html",
        line=facts.container_line(session, row, by=by),
        product_name=row.lot.product_name,
        events=facts.event_facts(session, events_of(session, row)),
        set_aside=facts.set_aside_facts(session, [row]),
        states=ContainerState,
    )


@pages.get("/delivery/containers/{number}/unpack")
def unpack_form(request: Request, number: NumberInPath, by: Packer, session: Look) -> Response:
    return _form(request, session, by, number, "unpack", Unpack, ContainerState.IN_STORE)


@pages.post("/delivery/containers/{number}/unpack")
def unpack(
    number: NumberInPath,
    by: Packer,
    form: Annotated[Unpack, sent(Unpack)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    packing.unpack(session, number, form, by=by, at=at)
    return go_to(f"/delivery/containers/{number}", "Back in store.")


@pages.get("/delivery/containers/{number}/return")
def return_form(
    request: Request, number: NumberInPath, by: Returner, at: Now, session: Look
) -> Response:
    back = ContainerState.RETURNED
    return _form(request, session, by, number, "return", Return, back, values={"returned_at": at})


@pages.post("/delivery/containers/{number}/return")
def return_container(
    number: NumberInPath,
    by: Returner,
    form: Annotated[Return, sent(Return)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    ending.return_container(session, number, form, by=by, at=at)
    return go_to(f"/delivery/containers/{number}", "On its way back. It is never given again.")


@pages.get("/delivery/containers/{number}/destroy")
def destroy_form(
    request: Request, number: NumberInPath, by: Destroyer, at: Now, session: Look
) -> Response:
    return _form(
        request,
        session,
        by,
        number,
        "destroy",
        Destroy,
        ContainerState.DESTROYED,
        values={"destroyed_at": at},
        meaning=Meaning.PERFORMED,
        witnessed=Meaning.CHECKED,
    )


@pages.post("/delivery/containers/{number}/destroy")
def destroy(
    number: NumberInPath,
    by: Destroyer,
    form: Annotated[Destroy, sent(Destroy)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    ending.destroy_container(session, number, form, by=by, at=at)
    return go_to(f"/delivery/containers/{number}", "Destroyed, signed and witnessed.")
