"""The worklist of the laboratory, a lot's quality record, and files of raw data."""

from functools import partial
from typing import Annotated

from fastapi import Request
from starlette.responses import Response

from app.errors import refuse_if
from app.lot.deviations import deviations_of
from app.lot.lots import find_lot, hold_lot
from app.people.actor import Actor
from app.people.sessions import allowed
from app.quality_control import worklist
from app.quality_control.actions import holding
from app.quality_control.actions.results import enter_without_sample
from app.quality_control.quality import gather
from app.quality_control.rules.holding import RULES as LETTING_GO
from app.quality_control.rules.standing import is_open
from app.quality_control.typed_results import read_without_sample
from app.rulebook import judge
from app.trail import attachments
from app.web.clock import Now
from app.web.closed import closed_if
from app.web.fields import Option
from app.web.pages import go_to, saved_as, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, UnitOfWork
from schemas.base import Digest
from schemas.lot import HoldLot
from schemas.quality_forms import WithoutSample

pages = Addresses()

Reader = Annotated[Actor, allowed("lot.read")]
Holder = Annotated[Actor, allowed("lot.hold")]
Enters = Annotated[Actor, allowed("result.enter")]


@pages.get("/quality")
def laboratory(request: Request, by: Reader, at: Now, session: Look) -> Response:
    """What waits in the laboratory and with the quality unit."""
    return show(
        request,
        "quality/worklist.html",
        by=by,
        at=at,
        to_receive=worklist.samples_to_receive(session),
        due=worklist.results_due(session),
        to_verify=worklist.results_to_verify(session),
        proposals=worklist.proposals(session),
        investigations=worklist.open_investigations(session),
        deviations=worklist.open_deviations(session),
    )


@pages.get("/quality/lots/{number}")
def lot_quality(request: Request, number: str, by: Reader, at: Now, session: Look) -> Response:
    """Everything quality control knows of a lot."""
    lot = find_lot(session, number)
    return show(
        request,
        "quality/lot.html",
        by=by,
        lot=lot,
        at=at,
        record=gather(session, lot).record(),
        deviations=deviations_of(session, lot),
    )


@pages.get("/quality/lots/{number}/not-tested")
def not_tested_form(request: Request, number: str, by: Enters, session: Look) -> Response:
    """Say of a criterion that it was not tested, or does not apply."""
    known = gather(session, find_lot(session, number))
    open_still = [each for each in known.specification.criteria if is_open(known.facts_on(each))]
    options = tuple(Option(each.code, each.title) for each in open_still)
    return show(
        request,
        "quality/not_tested.html",
        by=by,
        lot=known.lot,
        contract=WithoutSample,
        options={"criterion": options},
    )


@pages.post("/quality/lots/{number}/not-tested")
def not_tested(
    number: str,
    by: Enters,
    form: Annotated[WithoutSample, sent(WithoutSample)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Record why there is no result."""
    enter_without_sample(session, number, read_without_sample(form), by=by, at=at)
    return go_to(f"/quality/lots/{number}", "Recorded.")


@pages.get("/quality/lots/{number}/hold")
@pages.get("/quality/lots/{number}/let-go")
def hold_form(request: Request, number: str, by: Holder, session: Look) -> Response:
    """Hold a lot, or let it go on."""
    lot = find_lot(session, number)
    closed = None
    if request.url.path.endswith("/let-go"):
        bars = judge(LETTING_GO, holding.hold_facts(session, lot))
        closed = closed_if(partial(refuse_if, bars), way_on=f"/quality/lots/{number}")
    return show(request, "quality/hold.html", by=by, lot=lot, contract=HoldLot, closed=closed)


@pages.post("/quality/lots/{number}/hold")
def hold(
    number: str,
    by: Holder,
    form: Annotated[HoldLot, sent(HoldLot)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Hold a lot."""
    hold_lot(session, number, form, by=by, at=at)
    return go_to(f"/quality/lots/{number}", "The lot is on hold.")


@pages.post("/quality/lots/{number}/let-go")
def let_go(
    number: str,
    by: Holder,
    form: Annotated[HoldLot, sent(HoldLot)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Let a held lot go on."""
    holding.let_go(session, number, form, by=by, at=at)
    return go_to(f"/quality/lots/{number}", "The lot may go on.")


@pages.get("/quality/files/{sha256}", dependencies=[allowed("lot.read")])
def raw_data(sha256: Digest, session: Look) -> Response:
    """A file of raw data, as it was attached."""
    row = attachments.kept_file(session, sha256)
    return Response(
        attachments.read(sha256),
        media_type="application/octet-stream",
        headers=saved_as(row.name),
    )
