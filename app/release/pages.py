"""The release screen, the reviews, the certification, the register."""

from functools import partial
from typing import Annotated

from fastapi import Request
from starlette.responses import Response

from app.lot.lots import find_lot
from app.people.actor import Actor
from app.people.sessions import allowed
from app.release import actions, dossier, overview, reviewing
from app.release.statements import statement_of
from app.trail.separation import has_clash
from app.web.clock import Now
from app.web.closed import Closed, closed_if
from app.web.pages import go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, UnitOfWork
from schemas.release import Act, Certify, RejectLot, ReleaseVerdict, Review, ReviewKind
from schemas.trail import Meaning

pages = Addresses()


@pages.get("/release")
def worklist(
    request: Request, by: Annotated[Actor, allowed("release.read")], at: Now, session: Look
) -> Response:
    waiting = overview.lots_to_release(session, by=by, at=at)
    return show(request, "release/list.html", waiting=waiting)


@pages.get("/release/register")
def register(
    request: Request,
    by: Annotated[Actor, allowed("register.read")],
    session: Look,
    before: int | None = None,
) -> Response:
    lines = overview.register(session, before=before)
    return show(request, "release/register.html", lines=lines)


@pages.get("/lots/{number}/release")
def release(
    request: Request,
    number: str,
    by: Annotated[Actor, allowed("release.read")],
    at: Now,
    session: Look,
) -> Response:
    lot = find_lot(session, number)
    facts, verdict = actions.ask(session, lot, by=by, at=at)
    return show(
        request,
        "release/lot.html",
        lot=lot,
        dossier=facts,
        verdict=verdict,
        acts=overview.offered(session, lot, verdict, by=by),
        kinds=ReviewKind,
    )


@pages.get("/lots/{number}/review/{kind}")
def review_form(
    request: Request,
    number: str,
    kind: ReviewKind,
    by: Annotated[Actor, allowed("record.review")],
    at: Now,
    session: Look,
) -> Response:
    lot = find_lot(session, number)
    entries = dossier.deeds_on(session, lot)
    facts, _ = actions.look(session, lot, by=by, at=at)
    return show(
        request,
        "release/review.html",
        lot=lot,
        kind=kind,
        entries=entries,
        exceptions=tuple(each for each in entries if each.why),
        refused=overview.refused_on(session, lot),
        dossier=facts,
        contract=Review,
        through_seq=dossier.last_entry_seq(session, lot),
        meaning=Meaning.REVIEWED,
        clash=has_clash(session, reviewing.REVIEW_DEED[kind], about=lot.ref, by=by),
    )


@pages.post("/lots/{number}/review/{kind}")
def review(
    number: str,
    kind: ReviewKind,
    by: Annotated[Actor, allowed("record.review")],
    form: Annotated[Review, sent(Review)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    reviewing.review(session, number, kind, form, by=by, at=at)
    return go_to(f"/lots/{number}/release", f"{kind.label} reviewed and signed.")


def _closed(verdict: ReleaseVerdict, act: Act) -> Closed | None:
    way_on = f"/lots/{verdict.lot_number}/release"
    return closed_if(partial(actions.refuse_closed, verdict, act), way_on=way_on)


@pages.get("/lots/{number}/certify/{act}")
def certify_form(
    request: Request,
    number: str,
    act: Act,
    by: Annotated[Actor, allowed("lot.certify")],
    at: Now,
    session: Look,
) -> Response:
    actions.only(act, actions.CERTIFYING)
    lot = find_lot(session, number)
    facts, verdict = actions.ask(session, lot, by=by, at=at)
    return show(
        request,
        "release/certify.html",
        lot=lot,
        act=act,
        dossier=facts,
        verdict=verdict,
        statement=statement_of(facts, act),
        contract=Certify,
        meaning=actions.MEANS[act],
        closed=_closed(verdict, act),
        clash=has_clash(session, "lot.certify", about=lot.ref, by=by),
    )


@pages.post("/lots/{number}/certify/{act}")
def certify(
    number: str,
    act: Act,
    by: Annotated[Actor, allowed("lot.certify")],
    form: Annotated[Certify, sent(Certify)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    line = actions.certify(session, number, form, by=by, at=at)
    return go_to(f"/lots/{number}/release", f"Entered as line {line.number} of the register.")


@pages.get("/lots/{number}/stop/{act}")
def stop_form(
    request: Request,
    number: str,
    act: Act,
    by: Annotated[Actor, allowed("lot.reject")],
    at: Now,
    session: Look,
) -> Response:
    actions.only(act, actions.STOPPING)
    lot = find_lot(session, number)
    facts, verdict = actions.ask(session, lot, by=by, at=at)
    return show(
        request,
        "release/stop.html",
        lot=lot,
        act=act,
        dossier=facts,
        verdict=verdict,
        statement=statement_of(facts, act),
        contract=RejectLot,
        meaning=actions.MEANS[act],
        closed=_closed(verdict, act),
    )


@pages.post("/lots/{number}/stop/{act}")
def stop(
    number: str,
    act: Act,
    by: Annotated[Actor, allowed("lot.reject")],
    form: Annotated[RejectLot, sent(RejectLot)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    line = actions.stop(session, number, act, form, by=by, at=at)
    return go_to(f"/lots/{number}/release", f"Entered as line {line.number} of the register.")
