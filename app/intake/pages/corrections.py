"""Screens that correct what was entered of a donor's history or of a donation."""

from functools import partial
from typing import Annotated

from fastapi import Path, Request
from starlette.responses import Response

from app.intake import actions
from app.intake.pages.choices import INFUSIONS, MARKERS, YES_NO
from app.intake.roles import Registrar
from app.web.clock import Now
from app.web.closed import closed_if
from app.web.pages import go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, UnitOfWork
from schemas.donor import Questionnaire
from schemas.intake_forms import CorrectDonation, CorrectQuestionnaire

pages = Addresses()

NumberInPath = Annotated[int, Path(ge=1, le=2_000_000_000)]


@pages.get("/intake/questionnaires/{number}/correct")
def questionnaire_form(
    request: Request, number: NumberInPath, by: Registrar, session: Look
) -> Response:
    """The questionnaire as it is, to be entered as it should be."""
    row = actions.find_questionnaire(session, number)
    return show(
        request,
        "intake/questionnaire_correct.html",
        contract=CorrectQuestionnaire,
        donor=row.donor,
        values=Questionnaire.model_validate(row.content).model_dump(),
        options={"interviewed": YES_NO, "further_tests": MARKERS},
        closed=closed_if(
            partial(actions.refuse_corrected, session, row),
            way_on=f"/intake/donors/{row.donor.code}",
        ),
    )


@pages.post("/intake/questionnaires/{number}/correct")
def correct_questionnaire(
    number: NumberInPath,
    by: Registrar,
    form: Annotated[CorrectQuestionnaire, sent(CorrectQuestionnaire)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Keep the correction."""
    donor = actions.correct_questionnaire(session, number, form, by=by, at=at)
    return go_to(f"/intake/donors/{donor.code}", "Corrected. What it said stays readable.")


@pages.get("/intake/donations/{code}/correct")
def donation_form(request: Request, code: str, by: Registrar, session: Look) -> Response:
    """The donation as it is, to be entered as it should be."""
    row = actions.find_donation(session, code)
    return show(
        request,
        "intake/donation_correct.html",
        contract=CorrectDonation,
        donation=row,
        infusions=INFUSIONS,
        values=row.contract.model_dump() | {"version": row.version},
        options={"long_storage": YES_NO},
        closed=closed_if(partial(actions.refuse_rejected, row), way_on=f"/intake/donations/{code}"),
    )


@pages.post("/intake/donations/{code}/correct")
def correct_donation(
    code: str,
    by: Registrar,
    form: Annotated[CorrectDonation, sent(CorrectDonation)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Keep the correction; QA decides again."""
    row = actions.correct_donation(session, code, form, by=by, at=at)
    return go_to(f"/intake/donations/{row.donation_code}", "Corrected. It waits in quarantine.")
