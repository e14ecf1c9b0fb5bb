"""Screens of results: a report as one table, a line corrected, a report verified."""

from functools import partial
from typing import Annotated

from fastapi import Path, Request
from starlette.responses import Response

from app.intake import actions
from app.intake.pages.choices import MARKERS, YES_NO
from app.intake.roles import Tester, Verifier
from app.trail.separation import has_clash
from app.web.clock import Now
from app.web.closed import closed_if
from app.web.fields import options_of
from app.web.pages import go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, UnitOfWork
from schemas.intake_forms import CorrectResult, EnterResults, VerifyReport
from schemas.marker import MarkerOutcome
from schemas.trail import Meaning

pages = Addresses()

NumberInPath = Annotated[int, Path(ge=1, le=2_000_000_000)]


@pages.get("/intake/donors/{code}/results")
def results_form(request: Request, code: str, by: Tester, session: Look) -> Response:
    """One report, one line for each marker."""
    return show(
        request,
        "intake/results.html",
        contract=EnterResults,
        donor=actions.find_donor(session, code),
        markers=MARKERS,
        outcomes=options_of(MarkerOutcome),
        options={"laboratory_authorised": YES_NO},
    )


@pages.post("/intake/donors/{code}/results")
def enter_results(
    code: str,
    by: Tester,
    form: Annotated[EnterResults, sent(EnterResults)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Keep the report; it waits for a second person."""
    report = actions.enter_results(session, code, form, by=by, at=at)
    says = "Entered. The results count when a second person has verified them."
    return go_to(f"/intake/donors/{report.donor.code}", says)


@pages.get("/intake/results/{number}/correct")
def correction_form(request: Request, number: NumberInPath, by: Tester, session: Look) -> Response:
    """A line as it stands, to be entered as it should be."""
    row = actions.find_result(session, number)
    return show(
        request,
        "intake/correct.html",
        contract=CorrectResult,
        row=row,
        values=row.result.model_dump(),
        options={"marker": MARKERS, "laboratory_authorised": YES_NO},
        closed=closed_if(
            partial(actions.refuse_corrected_line, session, row),
            way_on=f"/intake/donors/{row.report.donor.code}",
        ),
    )


@pages.post("/intake/results/{number}/correct")
def correct_result(
    number: NumberInPath,
    by: Tester,
    form: Annotated[CorrectResult, sent(CorrectResult)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Keep the correction; the old line counts until it is verified."""
    report = actions.correct_result(session, number, form, by=by, at=at)
    says = "Corrected. The old line counts until a second person has verified the new one."
    return go_to(f"/intake/donors/{report.donor.code}", says)


@pages.get("/intake/reports/{number}/verify")
def verification_form(
    request: Request, number: NumberInPath, by: Verifier, session: Look
) -> Response:
    """The lines of a report as they were entered, and the signature."""
    report = actions.find_report(session, number)
    lines = actions.lines_to_verify(session, report)
    return show(
        request,
        "intake/verify.html",
        report=report,
        lines=lines,
        shown=actions.words_to_verify(report, lines).digest(),
        clash=has_clash(session, "intake.verify", about=report.ref, by=by),
        meaning=Meaning.VERIFIED,
    )


@pages.post("/intake/reports/{number}/verify")
def verify_report(
    number: NumberInPath,
    by: Verifier,
    form: Annotated[VerifyReport, sent(VerifyReport)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Sign the report; from now on it counts."""
    report = actions.verify_report(session, number, form, by=by, at=at)
    return go_to(f"/intake/donors/{report.donor.code}", "Verified. The results count now.")
