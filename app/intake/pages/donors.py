"""Screens of donors: registration, consent, history, risks, and the donor's own page."""

from functools import partial
from typing import Annotated

from fastapi import Request
from starlette.responses import Response

from app.intake import actions
from app.intake.pages.choices import MARKERS, SUBJECTS, YES_NO
from app.intake.roles import Decider, Reader, Registrar
from app.people.actor import local_day
from app.web.clock import Now
from app.web.closed import closed_if
from app.web.pages import go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, UnitOfWork
from schemas.donor import DonorRegistration, Questionnaire
from schemas.intake_forms import AssessRisk, GiveConsent, WithdrawConsent
from schemas.trail import Meaning

pages = Addresses()


@pages.get("/intake/donors")
def donors(request: Request, by: Reader, session: Look) -> Response:
    """Every donor under their code."""
    return show(request, "intake/donors.html", donors=actions.donors(session))


@pages.get("/intake/donors/new")
def donor_form(request: Request, by: Registrar) -> Response:
    """The form for a new donor."""
    return show(
        request,
        "intake/donor_new.html",
        contract=DonorRegistration,
        values={"site_zone": by.zone},
    )


@pages.post("/intake/donors/new")
def register_donor(
    by: Registrar,
    form: Annotated[DonorRegistration, sent(DonorRegistration)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Put the donor on record."""
    row = actions.register_donor(session, form, by=by, at=at)
    return go_to(f"/intake/donors/{row.code}", "Registered. Enter the consent next.")


@pages.get("/intake/donors/{code}")
def donor(request: Request, code: str, by: Reader, session: Look) -> Response:
    """Everything on record under a donor's code."""
    return show(request, "intake/donor.html", file=actions.donor_file(session, code))


@pages.get("/intake/donors/{code}/consent")
def consent_form(request: Request, code: str, by: Registrar, session: Look) -> Response:
    """The form for a consent."""
    row = actions.find_donor(session, code)
    return show(request, "intake/consent.html", contract=GiveConsent, donor=row)


@pages.post("/intake/donors/{code}/consent")
def give_consent(
    code: str,
    by: Registrar,
    form: Annotated[GiveConsent, sent(GiveConsent)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Put the consent on record."""
    row = actions.give_consent(session, code, form, by=by, at=at)
    return go_to(f"/intake/donors/{row.code}", "Consent entered.")


@pages.get("/intake/donors/{code}/withdraw")
def withdrawal_form(request: Request, code: str, by: Registrar, session: Look) -> Response:
    """The form for a withdrawn consent."""
    row = actions.find_donor(session, code)
    return show(
        request,
        "intake/withdraw.html",
        contract=WithdrawConsent,
        donor=row,
        closed=closed_if(
            partial(actions.to_withdraw, session, row), way_on=f"/intake/donors/{row.code}"
        ),
    )


@pages.post("/intake/donors/{code}/withdraw")
def withdraw_consent(
    code: str,
    by: Registrar,
    form: Annotated[WithdrawConsent, sent(WithdrawConsent)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Withdraw the consent and hold what was made of the cells."""
    row = actions.withdraw_consent(session, code, form, by=by, at=at)
    return go_to(f"/intake/donors/{row.code}", "Withdrawn. Every lot of the cells is held.")


@pages.get("/intake/donors/{code}/questionnaire")
def questionnaire_form(request: Request, code: str, by: Registrar, session: Look) -> Response:
    """The form for the donor's history."""
    return show(
        request,
        "intake/questionnaire.html",
        contract=Questionnaire,
        donor=actions.find_donor(session, code),
        options={"interviewed": YES_NO, "further_tests": MARKERS},
    )


@pages.post("/intake/donors/{code}/questionnaire")
def add_questionnaire(
    code: str,
    by: Registrar,
    form: Annotated[Questionnaire, sent(Questionnaire)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Put the history on record."""
    row = actions.add_questionnaire(session, code, form, by=by, at=at)
    return go_to(f"/intake/donors/{row.code}", "Questionnaire entered.")


@pages.get("/intake/donors/{code}/risk")
def risk_form(request: Request, code: str, by: Decider, at: Now, session: Look) -> Response:
    """The form for a risk assessment."""
    return show(
        request,
        "intake/risk.html",
        contract=AssessRisk,
        donor=actions.find_donor(session, code),
        values={"decided_on": local_day(by, at)},
        options={"about": SUBJECTS, "marker": MARKERS},
        meaning=Meaning.DECIDED,
    )


@pages.post("/intake/donors/{code}/risk")
def assess_risk(
    code: str,
    by: Decider,
    form: Annotated[AssessRisk, sent(AssessRisk)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Sign the assessment."""
    row = actions.assess_risk(session, code, form, by=by, at=at)
    return go_to(f"/intake/donors/{row.code}", "The risk assessment is signed.")
