"""Screens of material lots: receipt, certificate, decision, uses."""

from functools import partial
from typing import Annotated, Literal

from fastapi import Request
from starlette.responses import Response

from app.people.actor import Actor
from app.people.sessions import SignedIn, allowed
from app.supplies import actions
from app.supplies.actions.materials import refuse_decided
from app.supplies.alarm import Alarming
from app.supplies.pages.uploads import sent_with_file
from app.trail.separation import has_clash
from app.trail.signatures import signatures_about
from app.web.clock import Now
from app.web.closed import closed_if
from app.web.forms import Option
from app.web.matrix import data_matrix
from app.web.pages import go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, UnitOfWork
from schemas.base import Code, Digest
from schemas.quantity import Unit
from schemas.supply import MaterialState
from schemas.supply_forms import AttachCertificate, DecideMaterial, ReceiveMaterial
from schemas.trail import Meaning

pages = Addresses(prefix="/supplies")

Reader = Annotated[Actor, allowed("supply.read")]
Receiver = Annotated[Actor, allowed("supply.receive")]
Decider = Annotated[Actor, allowed("supply.decide")]

Decision = Literal["released", "rejected"]
MEANINGS = {"released": Meaning.APPROVED, "rejected": Meaning.REJECTED}


@pages.get("/materials/new", dependencies=[allowed("supply.receive")])
def receipt_form(request: Request, session: Look) -> Response:
    """The form of goods that have arrived."""
    known = tuple(
        Option(each.code, f"{each.title} ({Unit(each.unit).sign or 'pieces'})")
        for each in actions.known_materials(session)
    )
    suppliers = tuple(Option(each.code, each.name) for each in actions.known_suppliers(session))
    options = {"material_code": known, "supplier_code": suppliers}
    return show(request, "supplies/receive.html", contract=ReceiveMaterial, options=options)


@pages.post("/materials/new")
def receive_material(
    by: Receiver,
    form: Annotated[ReceiveMaterial, sent_with_file(ReceiveMaterial)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Receive a material lot into quarantine."""
    lot = actions.receive_material(session, form, by=by, at=at)
    return go_to(f"/supplies/materials/{lot.number}", "Received into quarantine.")


@pages.get("/materials/{number}")
def material_lot(request: Request, number: Code, by: Reader, at: Now, session: Look) -> Response:
    """One material lot with its decision and its uses."""
    page = actions.material_page(session, number, by=by, at=at)
    ref = page.material.ref
    return show(
        request,
        "supplies/material.html",
        page=page,
        signatures=signatures_about(session, ref),
        may_decide=by.may("supply.decide"),
        clash=has_clash(session, "supply.decide", about=ref, by=by),
        may_attach=by.may("supply.receive"),
    )


@pages.get("/materials/{number}/label")
def label(request: Request, number: Code, by: Reader, at: Now, session: Look) -> Response:
    """Our own label of a material lot, to be printed (R-ATMP-13)."""
    lot = actions.material_page(session, number, by=by, at=at).material
    return show(
        request,
        "supplies/label.html",
        lot=lot,
        storage=actions.find_material(session, lot.material_code).storage,
        matrix=data_matrix(lot.number),
        at=at,
    )


@pages.get("/materials/{number}/certificate", dependencies=[allowed("supply.receive")])
def certificate_form(
    request: Request, number: Code, by: SignedIn, at: Now, session: Look
) -> Response:
    """The form for a certificate that came later."""
    page = actions.material_page(session, number, by=by, at=at)
    return show(request, "supplies/certificate.html", material=page.material)


@pages.post("/materials/{number}/certificate")
def attach_certificate(
    number: Code,
    by: Receiver,
    form: Annotated[AttachCertificate, sent_with_file(AttachCertificate)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Attach the certificate."""
    actions.attach_certificate(session, number, form, by=by, at=at)
    return go_to(f"/supplies/materials/{number}", "Certificate attached.")


@pages.get("/materials/{number}/decision/{state}")
def decision_form(
    *, request: Request, number: Code, state: Decision, by: Decider, at: Now, session: Look
) -> Response:
    """What is decided, what stands against it, and the signature."""
    page = actions.material_page(session, number, by=by, at=at)
    bars = actions.what_bars_release(session, number, by=by, at=at)
    to = MaterialState(state)
    refuse = partial(refuse_decided, number, page.material.state, to)
    return show(
        request,
        "supplies/decide.html",
        material=page.material,
        touched=page.lots,
        state=to,
        bars={"released": bars, "rejected": ()}[state],
        contract=DecideMaterial,
        meaning=MEANINGS[state],
        closed=closed_if(refuse, way_on=f"/supplies/materials/{number}"),
    )


@pages.post("/materials/{number}/decision/{state}")
def decide_material(
    *,
    number: Code,
    state: Decision,
    by: Decider,
    form: Annotated[DecideMaterial, sent(DecideMaterial)],
    at: Now,
    alarm: Alarming,
    session: UnitOfWork,
) -> Response:
    """Release or reject the lot."""
    actions.decide_material(session, number, form, alarm=alarm, by=by, at=at)
    return go_to(f"/supplies/materials/{number}", f"The lot is {state}.")


@pages.get("/{kind}/{number}/files/{sha256}", dependencies=[allowed("supply.read")])
def evidence(
    kind: Literal["materials", "equipment"], number: Code, sha256: Digest, session: Look
) -> Response:
    """A certificate, to be kept by the browser and not run in it."""
    about = {"materials": "material", "equipment": "equipment"}[kind]
    kept, content = actions.evidence_about(session, f"{about}/{number}", sha256)
    ending = kept.media_type.rsplit("/", 1)[1]
    name = f'attachment; filename="{number}-{sha256[:8]}.{ending}"'
    return Response(content, 200, {"content-disposition": name}, kept.media_type)
