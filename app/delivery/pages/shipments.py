"""A shipment step by step: identified, handed over, read out, received, opened, given."""

from base64 import b64encode
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.delivery.actions import facts, finding, giving, handing, temperatures, waiting
from app.delivery.roles import (
    Checker,
    DigestInPath,
    Giver,
    Hander,
    Logger,
    NumberInPath,
    Reader,
    Receiver,
)
from app.people.actor import Actor
from app.trail import attachments
from app.trail.separation import has_clash
from app.web.clock import Now
from app.web.closed import closed_if
from app.web.fields import Option
from app.web.forms import read_form, upload_in
from app.web.pages import Form, go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, UnitOfWork
from schemas.base import Contract
from schemas.delivery import StepOutcome
from schemas.delivery_forms import (
    Administer,
    CheckShipment,
    HandOver,
    Prepare,
    ReceiveShipment,
    RecordTemperatures,
)
from schemas.lot import ContainerState
from schemas.trail import Meaning

pages = Addresses()


S = ContainerState
ELSEWHERE = Option("Somebody else", "Somebody else: say who under “Condition”")


def _form(
    request: Request,
    session: Session,
    by: Actor,
    number: NumberInPath,
    template: str,
    contract: type[Contract],
    *states: ContainerState,
    **context: Any,
) -> Response:
    """Draw the form of a step: the shipment, and a blank line for each container it is about."""
    row = finding.find_shipment(session, number, by=by)
    shown = facts.shipment_shown(session, row, by=by)
    about = [each for each in shown.containers if each.state in states]
    way_on = f"/delivery/shipments/{number}"
    refuse = partial(finding.refuse_none_of, number, about, states)
    values = {"scans": [{}] * len(about), **context.pop("values", {})}
    return show(
        request,
        f"delivery/{template}.html",
        order=facts.order_facts(session, row.order),
        shown=shown,
        about=about,
        contract=contract,
        values=values,
        closed=closed_if(refuse, way_on=way_on) if states else None,
        **{"options": {}, "meaning": None, "clash": None, **context},
    )


def _on(outcome: StepOutcome, notice: str) -> Response:
    """Go on to the shipment: with the notice, or with what stopped the step."""
    says = " ".join(each.says for each in outcome.findings)
    words = notice if outcome.done else f"STOP. Not done: {says}"
    return go_to(f"/delivery/shipments/{outcome.shipment_number}", words)


@pages.get("/delivery/shipments/{number}")
def shipment(request: Request, number: NumberInPath, by: Reader, session: Look) -> Response:
    row = finding.find_shipment(session, number, by=by)
    return show(
        request,
        "delivery/shipment.html",
        order=facts.order_facts(session, row.order),
        shown=facts.shipment_shown(session, row, by=by),
        deed=waiting.next_of_shipment(session, row, by=by),
    )


@pages.get("/delivery/shipments/{number}/papers")
def papers(request: Request, number: NumberInPath, by: Reader, session: Look) -> Response:
    row = finding.find_shipment(session, number, by=by)
    shown = facts.shipment_shown(session, row, by=by)
    return show(request, "delivery/papers.html", shown=shown, papers=shown.shipment.papers)


@pages.get("/delivery/shipments/{number}/check")
def check_form(request: Request, number: NumberInPath, by: Checker, session: Look) -> Response:
    row = finding.find_shipment(session, number, by=by)
    first = next(iter(finding.containers_in(session, row)), None)
    clash = has_clash(session, "delivery.check", about=first.ref, by=by) if first else None
    return _form(
        request,
        session,
        by,
        number,
        "check",
        CheckShipment,
        S.PACKED,
        meaning=Meaning.CHECKED,
        clash=clash,
    )


@pages.post("/delivery/shipments/{number}/check")
def check(
    number: NumberInPath,
    by: Checker,
    form: Annotated[CheckShipment, sent(CheckShipment)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    return _on(handing.check_shipment(session, number, form, by=by, at=at), "Identified.")


@pages.get("/delivery/shipments/{number}/hand-over")
def hand_over_form(
    request: Request, number: NumberInPath, by: Hander, at: Now, session: Look
) -> Response:
    return _form(
        request,
        session,
        by,
        number,
        "hand_over",
        HandOver,
        S.PACKED,
        S.ON_THE_WAY,
        values={"handed_over_at": at},
    )


@pages.post("/delivery/shipments/{number}/hand-over")
def hand_over(
    number: NumberInPath,
    by: Hander,
    form: Annotated[HandOver, sent(HandOver)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    return _on(handing.hand_over(session, number, form, by=by, at=at), "Handed over.")


@pages.get("/delivery/shipments/{number}/temperatures")
def temperatures_form(
    request: Request, number: NumberInPath, by: Logger, session: Look
) -> Response:
    return _form(request, session, by, number, "temperatures", RecordTemperatures)


def read_out(by: Logger, form: Form) -> RecordTemperatures:
    """The readings that were typed, and the logger's file if one was chosen."""
    upload = upload_in(form, "file")
    fixed: dict[str, Any] = {}
    if upload is not None:
        with upload.file as file:
            fixed["file"] = {"name": upload.filename, "content": b64encode(file.read())}
    return read_form(RecordTemperatures, form, by.zone, fixed)


@pages.post("/delivery/shipments/{number}/temperatures")
def record_temperatures(
    number: NumberInPath,
    by: Logger,
    form: Annotated[RecordTemperatures, Depends(read_out)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    outcome = temperatures.record_temperatures(session, number, form, by=by, at=at)
    return _on(outcome, "Readings are on record.")


@pages.get("/delivery/shipments/{number}/files/{digest}")
def logger_file(number: NumberInPath, digest: DigestInPath, by: Reader, session: Look) -> Response:
    row = finding.find_shipment(session, number, by=by)
    kept = finding.kept_log(session, row, digest)
    return Response(
        attachments.read(kept.sha256),
        media_type="text/plain; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{kept.sha256[:12]}.csv"'},
    )


@pages.get("/delivery/shipments/{number}/receive")
def receive_form(
    request: Request, number: NumberInPath, by: Receiver, at: Now, session: Look
) -> Response:
    row = finding.find_shipment(session, number, by=by)
    holders = dict.fromkeys(
        each.holder for each in facts.shipment_shown(session, row, by=by).containers
    )
    options = (*(Option(each, each) for each in holders), ELSEWHERE)
    return _form(
        request,
        session,
        by,
        number,
        "receive",
        ReceiveShipment,
        S.ON_THE_WAY,
        meaning=Meaning.RECEIVED,
        options={"handed_over_by": options},
        values={"received_at": at},
    )


@pages.post("/delivery/shipments/{number}/receive")
def receive(
    number: NumberInPath,
    by: Receiver,
    form: Annotated[ReceiveShipment, sent(ReceiveShipment)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    outcome = handing.receive_shipment(session, number, form, by=by, at=at)
    return _on(outcome, "Received and signed.")


@pages.get("/delivery/shipments/{number}/prepare")
def prepare_form(
    request: Request, number: NumberInPath, by: Giver, at: Now, session: Look
) -> Response:
    return _form(
        request,
        session,
        by,
        number,
        "prepare",
        Prepare,
        S.AT_SITE,
        values={"opened_at": at},
    )


@pages.post("/delivery/shipments/{number}/prepare")
def prepare(
    number: NumberInPath,
    by: Giver,
    form: Annotated[Prepare, sent(Prepare)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    return _on(giving.prepare(session, number, form, by=by, at=at), "On record. Now give it.")


@pages.get("/delivery/shipments/{number}/administer")
def administer_form(
    request: Request, number: NumberInPath, by: Giver, at: Now, session: Look
) -> Response:
    return _form(
        request,
        session,
        by,
        number,
        "administer",
        Administer,
        S.AT_SITE,
        meaning=Meaning.ADMINISTERED,
        values={"ended_at": at},
    )


@pages.post("/delivery/shipments/{number}/administer")
def administer(
    number: NumberInPath,
    by: Giver,
    form: Annotated[Administer, sent(Administer)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    outcome = giving.administer(session, number, form, by=by, at=at)
    return _on(outcome, "The administration is on record and signed.")
