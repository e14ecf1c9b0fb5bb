"""The screens of an investigation: what is known, the conclusion, and QA's answer."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import Request
from starlette.responses import Response

from app.people.actor import Actor
from app.people.sessions import allowed
from app.quality_control.actions.investigations import (
    answer_investigation,
    find_investigation,
    lead_investigation,
    refuse_elsewhere,
)
from app.quality_control.models import Investigation
from app.quality_control.quality import gather
from app.trail.separation import has_clash
from app.trail.signatures import signatures_about
from app.web.clock import Now
from app.web.closed import Closed, closed_if
from app.web.pages import go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, UnitOfWork
from schemas.quality import AnswerInvestigation, InvestigationState, LeadInvestigation
from schemas.trail import Meaning

pages = Addresses()

Reader = Annotated[Actor, allowed("lot.read")]
Leads = Annotated[Actor, allowed("investigation.lead")]
Answers = Annotated[Actor, allowed("investigation.approve")]


def shown_investigation(session: Look, row: Investigation) -> Mapping[str, Any]:
    """What every screen of an investigation shows."""
    known = gather(session, row.lot)
    return {
        "row": row,
        "entries": [each for each in known.results if each.words.number == row.result_number],
        "record": known.record_of(known.specification.criterion(row.criterion)),
        "signatures": signatures_about(session, row.ref),
    }


def _elsewhere(row: Investigation, step: InvestigationState) -> Closed | None:
    return closed_if(
        partial(refuse_elsewhere, row, step), way_on=f"/quality/investigations/{row.number}"
    )


@pages.get("/quality/investigations/{number}")
def investigation(request: Request, number: str, by: Reader, session: Look) -> Response:
    """An investigation as it stands."""
    row = find_investigation(session, number)
    return show(request, "quality/investigation.html", by=by, **shown_investigation(session, row))


@pages.get("/quality/investigations/{number}/lead")
def lead_form(request: Request, number: str, by: Leads, session: Look) -> Response:
    """Phase 1: what the laboratory found."""
    row = find_investigation(session, number)
    return show(
        request,
        "quality/lead.html",
        by=by,
        **shown_investigation(session, row),
        clash=has_clash(session, "investigation.lead", about=row.result_ref, by=by),
        contract=LeadInvestigation,
        closed=_elsewhere(row, InvestigationState.OPEN),
        meaning=Meaning.INVESTIGATED,
    )


@pages.post("/quality/investigations/{number}/lead")
def lead(
    number: str,
    by: Leads,
    form: Annotated[LeadInvestigation, sent(LeadInvestigation)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Sign the conclusion of the laboratory."""
    lead_investigation(session, number, form, by=by, at=at)
    return go_to(f"/quality/investigations/{number}", "Signed. It is with quality assurance now.")


@pages.get("/quality/investigations/{number}/answer")
def answer_form(request: Request, number: str, by: Answers, session: Look) -> Response:
    """What the quality unit says to the conclusion."""
    row = find_investigation(session, number)
    return show(
        request,
        "quality/answer.html",
        by=by,
        **shown_investigation(session, row),
        clash=has_clash(session, "investigation.approve", about=row.ref, by=by),
        contract=AnswerInvestigation,
        closed=_elsewhere(row, InvestigationState.LED),
        meaning=Meaning.DECIDED,
    )


@pages.post("/quality/investigations/{number}/answer")
def answer(
    number: str,
    by: Answers,
    form: Annotated[AnswerInvestigation, sent(AnswerInvestigation)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Approve the conclusion, or send it back."""
    row = answer_investigation(session, number, form, by=by, at=at)
    return go_to(f"/quality/investigations/{number}", f"Signed. It is {row.state.label.lower()}.")
