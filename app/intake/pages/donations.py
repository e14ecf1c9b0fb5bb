"""Screens of donations: worklist, registration, receipt, decision, and the donation's own page."""

from functools import partial
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app.intake import actions
from app.intake.pages.choices import INFUSIONS, RECEIPT, UNITS, YES_NO
from app.intake.roles import Decider, Reader, Receiver, Registrar
from app.people.actor import local_day
from app.trail import attachments
from app.web.clock import Now
from app.web.closed import closed_if
from app.web.fields import Option
from app.web.forms import upload_in
from app.web.matrix import data_matrix
from app.web.pages import Form, go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, UnitOfWork
from schemas.identification import identify_donation
from schemas.intake import DonationState
from schemas.intake_forms import (
    DecideDonation,
    DocumentNeed,
    NewPatientCode,
    ReceiveDonation,
    RegisterDonation,
)
from schemas.trail import Meaning

pages = Addresses()


@pages.get("/intake")
def worklist(
    request: Request,
    by: Reader,
    session: Look,
    q: str = "",
    state: DonationState | None = None,
) -> Response:
    """The donations and what each waits for."""
    return show(
        request,
        "intake/worklist.html",
        lines=actions.worklist(session, search=q[:80], state=state),
        reports=actions.reports_to_verify(session),
        q=q[:80],
        state=state,
        states=tuple(DonationState),
    )


@pages.get("/intake/patients/new")
def patient_form(request: Request, by: Registrar, session: Look) -> Response:
    """The form for a new patient code; a hospital is chosen once one has an account here."""
    known = tuple(Option(each, each) for each in actions.treating_sites(session))
    options = {"treating_site": known} if known else {}
    return show(request, "intake/patient_new.html", contract=NewPatientCode, options=options)


@pages.post("/intake/patients/new")
def make_patient_code(
    by: Registrar,
    form: Annotated[NewPatientCode, sent(NewPatientCode)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Make the code and show it."""
    row = actions.make_patient_code(session, form, by=by, at=at)
    return go_to(f"/intake/patients/{row.code}", "The code was made.")


@pages.get("/intake/patients/{code}")
def patient(request: Request, code: str, by: Reader, session: Look) -> Response:
    """A patient's code and the donations that carry it."""
    row = actions.find_patient(session, code)
    lines = actions.worklist(session, search=row.code)
    return show(request, "intake/patient.html", patient=row, lines=lines)


@pages.get("/intake/donations/new")
def donation_form(request: Request, by: Registrar, session: Look, donor: str = "") -> Response:
    """The form for a new donation."""
    known = tuple(Option(each.code, each.code) for each in actions.donors(session))
    return show(
        request,
        "intake/donation_new.html",
        contract=RegisterDonation,
        infusions=INFUSIONS,
        values={"donor_code": donor[:40]},
        options={"donor_code": known, "long_storage": YES_NO},
    )


@pages.post("/intake/donations/new")
def register_donation(
    by: Registrar,
    form: Annotated[RegisterDonation, sent(RegisterDonation)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Put the donation into quarantine."""
    row = actions.register_donation(session, form, by=by, at=at)
    return go_to(f"/intake/donations/{row.donation_code}", "Registered, in quarantine.")


@pages.get("/intake/donations/{code}")
def donation(request: Request, code: str, by: Reader, at: Now, session: Look) -> Response:
    """Everything known of one donation."""
    row = actions.find_donation(session, code)
    return show(
        request,
        "intake/donation.html",
        file=actions.donation_dossier(session, row, on=local_day(by, at)),
        verdicts=actions.verdicts_for(row.state),
        lots=actions.lots_from(session, row),
    )


@pages.get("/intake/donations/{code}/label")
def label(request: Request, code: str, by: Reader, at: Now, session: Look) -> Response:
    """Our own label of a donation, to be printed (R-ATMP-13)."""
    row = actions.find_donation(session, code)
    return show(
        request,
        "intake/label.html",
        file=actions.donation_dossier(session, row, on=local_day(by, at)),
        readable=identify_donation(row.donation_code).eye_readable,
        matrix=data_matrix(row.donation_code),
        at=at,
    )


@pages.get("/intake/donations/{code}/log")
def transport_log(code: str, by: Reader, session: Look) -> Response:
    """The file of the transport logger, as it was received."""
    log = actions.transport_log(session, actions.find_donation(session, code))
    return Response(
        attachments.read(log.sha256),
        media_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="{log.sha256[:12]}.log"'},
    )


@pages.get("/intake/donations/{code}/receive")
def receipt_form(request: Request, code: str, by: Receiver, at: Now, session: Look) -> Response:
    """The form of the receipt inspection."""
    row = actions.find_donation(session, code)
    products = actions.products_for(session, row, on=local_day(by, at))
    return show(
        request,
        "intake/receive.html",
        contract=ReceiveDonation,
        parts=RECEIPT,
        donation=row,
        values={"received_at": at},
        options={
            "product_code": tuple(Option(each.code, each.name) for each in products),
            "container_intact": YES_NO,
            "label_matches": YES_NO,
            "quantity_unit": UNITS,
        },
        left_out=() if actions.was_received(session, row) else ("reason",),
        closed=closed_if(partial(actions.refuse_decided, row), way_on=f"/intake/donations/{code}"),
    )


def sent_log(form: Form) -> actions.LoggerFile | None:
    """The logger's file, where one was chosen."""
    upload = upload_in(form, "log")
    if upload is None:
        return None
    kind = upload.content_type or "application/octet-stream"
    with upload.file as sent_file:
        return actions.LoggerFile(upload.filename or "log", kind, sent_file.read())


@pages.post("/intake/donations/{code}/receive")
def receive_donation(
    *,
    code: str,
    by: Receiver,
    form: Annotated[ReceiveDonation, sent(ReceiveDonation)],
    log: Annotated[actions.LoggerFile | None, Depends(sent_log)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Keep the inspection and the logger's file."""
    row = actions.receive_donation(session, code, form, log=log, by=by, at=at)
    return go_to(f"/intake/donations/{row.donation.donation_code}", "Receipt entered.")


@pages.get("/intake/donations/{code}/decide")
def decision_form(request: Request, code: str, by: Decider, at: Now, session: Look) -> Response:
    """Everything a decision rests on, and the signature."""
    row = actions.find_donation(session, code)
    verdicts = actions.verdicts_for(row.state)
    return show(
        request,
        "intake/decide.html",
        contract=DecideDonation,
        file=actions.donation_dossier(session, row, on=local_day(by, at)),
        options={"verdict": tuple(Option(each.value, each.label) for each in verdicts)},
        verdicts=verdicts,
        meaning=Meaning.DECIDED,
        closed=closed_if(
            partial(actions.refuse_undecidable, row), way_on=f"/intake/donations/{code}"
        ),
    )


@pages.post("/intake/donations/{code}/decide")
def decide_donation(
    code: str,
    by: Decider,
    form: Annotated[DecideDonation, sent(DecideDonation)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Sign the decision."""
    row = actions.decide_donation(session, code, form, by=by, at=at)
    return go_to(f"/intake/donations/{row.donation_code}", f"{row.state.label}.")


@pages.get("/intake/donations/{code}/urgent-need")
def need_form(request: Request, code: str, by: Decider, at: Now, session: Look) -> Response:
    """The form of an urgent medical need."""
    return show(
        request,
        "intake/urgent_need.html",
        contract=DocumentNeed,
        donation=actions.find_donation(session, code),
        values={"documented_on": local_day(by, at)},
        meaning=Meaning.DECIDED,
    )


@pages.post("/intake/donations/{code}/urgent-need")
def document_need(
    code: str,
    by: Decider,
    form: Annotated[DocumentNeed, sent(DocumentNeed)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Keep the urgent need, signed."""
    row = actions.document_need(session, code, form, by=by, at=at)
    return go_to(f"/intake/donations/{row.donation_code}", "The urgent need is on record.")
