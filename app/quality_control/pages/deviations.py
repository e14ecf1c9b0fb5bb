"""The screens of deviations: reported, investigated, decided."""

from functools import partial
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from app.lot.deviations import (
    decide,
    deviation_facts,
    find_deviation,
    investigate,
    open_deviation,
    refuse_closed,
    refuse_undecidable,
)
from app.lot.lots import find_lot
from app.people.actor import Actor
from app.people.sessions import allowed
from app.trail.separation import has_clash
from app.web.clock import Now
from app.web.closed import closed_if
from app.web.pages import go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, UnitOfWork
from schemas.lot import Decide, Investigate, NewDeviation
from schemas.trail import Meaning

pages = Addresses()

Reader = Annotated[Actor, allowed("lot.read")]
Opens = Annotated[Actor, allowed("deviation.open")]
Investigates = Annotated[Actor, allowed("deviation.investigate")]
Decides = Annotated[Actor, allowed("deviation.decide")]
OfLot = Annotated[str, Query(max_length=40)]


@pages.get("/quality/deviations/new")
def new_deviation_form(request: Request, lot: OfLot, by: Opens, session: Look) -> Response:
    """Report something that was not as it should be."""
    return show(
        request,
        "quality/deviation_new.html",
        by=by,
        lot=find_lot(session, lot),
        contract=NewDeviation,
    )


@pages.post("/quality/deviations/new")
def new_deviation(
    lot: OfLot,
    by: Opens,
    form: Annotated[NewDeviation, sent(NewDeviation)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Open a deviation."""
    row = open_deviation(session, lot, form, by=by, at=at)
    return go_to(f"/quality/deviations/{row.number}", "The deviation is open.")


@pages.get("/quality/deviations/{number}")
def deviation(request: Request, number: str, by: Reader, session: Look) -> Response:
    """A deviation as it stands."""
    row = find_deviation(session, number)
    return show(
        request,
        "quality/deviation.html",
        by=by,
        lot=row.lot,
        deviation=deviation_facts(session, row),
    )


@pages.get("/quality/deviations/{number}/investigate")
def investigate_form(request: Request, number: str, by: Investigates, session: Look) -> Response:
    """Say what was found out."""
    row = find_deviation(session, number)
    return show(
        request,
        "quality/deviation_form.html",
        by=by,
        lot=row.lot,
        version=row.version,
        deviation=deviation_facts(session, row),
        values={name: getattr(row, name, None) for name in Investigate.model_fields},
        clash=has_clash(session, "deviation.investigate", about=row.ref, by=by),
        contract=Investigate,
        meaning=Meaning.INVESTIGATED,
        heading="Investigate",
        closed=closed_if(partial(refuse_closed, row), way_on=f"/quality/deviations/{number}"),
    )


@pages.post("/quality/deviations/{number}/investigate")
def investigate_deviation(
    number: str,
    by: Investigates,
    form: Annotated[Investigate, sent(Investigate)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Sign what was found out."""
    investigate(session, number, form, by=by, at=at)
    return go_to(f"/quality/deviations/{number}", "Signed. QA decides on it.")


@pages.get("/quality/deviations/{number}/decide")
def decide_form(request: Request, number: str, by: Decides, session: Look) -> Response:
    """Decide what it means for the lot."""
    row = find_deviation(session, number)
    return show(
        request,
        "quality/deviation_form.html",
        by=by,
        lot=row.lot,
        version=row.version,
        deviation=deviation_facts(session, row),
        values={},
        clash=has_clash(session, "deviation.decide", about=row.ref, by=by),
        contract=Decide,
        meaning=Meaning.DECIDED,
        heading="Decide",
        closed=closed_if(partial(refuse_undecidable, row), way_on=f"/quality/deviations/{number}"),
    )


@pages.post("/quality/deviations/{number}/decide")
def decide_deviation(
    number: str,
    by: Decides,
    form: Annotated[Decide, sent(Decide)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Decide, and close the deviation."""
    decide(session, number, form, by=by, at=at)
    return go_to(f"/quality/deviations/{number}", "Decided. The deviation is closed.")
