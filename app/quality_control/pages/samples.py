"""The screens of a sample: received, its results entered at once, verified at once."""

from functools import partial
from typing import Annotated

from fastapi import Request
from starlette.responses import Response

from app.people.actor import Actor
from app.people.sessions import allowed
from app.quality_control.actions.results import enter_on_record
from app.quality_control.actions.samples import keep_raw_data, receive_sample, refuse_received
from app.quality_control.actions.verification import to_verify, verify_results
from app.quality_control.on_record import everything_on_record
from app.quality_control.quality import LotQuality, find_sample, gather
from app.quality_control.sample_screen import common_boxes, screen_of
from app.quality_control.typed_screen import instruments_named, read_screen, uploads
from app.supplies.actions.at_use import lock_equipment
from app.trail.separation import has_clash
from app.web.clock import Now
from app.web.closed import closed_if
from app.web.fields import Typed
from app.web.pages import Form, go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, UnitOfWork
from schemas.quality_record import SampleRecord
from schemas.result import ReceiveSample, VerifyResults
from schemas.trail import Meaning

pages = Addresses()

Reader = Annotated[Actor, allowed("lot.read")]
Receives = Annotated[Actor, allowed("sample.receive")]
Enters = Annotated[Actor, allowed("result.enter")]
Verifies = Annotated[Actor, allowed("result.verify")]


def known_sample(session: Look, number: str) -> tuple[LotQuality, SampleRecord]:
    """A sample and everything known of its lot."""
    row = find_sample(session, number)
    known = gather(session, row.lot)
    sample = known.sample(number)
    assert sample is not None
    return known, sample


@pages.get("/quality/samples/{number}")
def sample_screen(request: Request, number: str, by: Reader, at: Now, session: Look) -> Response:
    """Every criterion of a sample, with the boxes to enter it."""
    known, sample = known_sample(session, number)
    typed: Typed = getattr(request.state, "typed", Typed())
    return show(
        request,
        "quality/sample.html",
        by=by,
        lot=known.lot,
        sample=sample,
        tests=screen_of(known, sample, typed, zone=by.zone, at=at),
        common=common_boxes(typed, zone=by.zone, at=at),
        to_verify=len(to_verify(known, number)),
    )


@pages.post("/quality/samples/{number}")
def enter(number: str, by: Enters, form: Form, at: Now, session: UnitOfWork) -> Response:
    """Save everything that was typed for a sample."""
    known = everything_on_record(session, number)
    assert known.sample is not None
    sent_files = uploads(known, known.sample, form)
    if sent_files:
        lock_equipment(session, instruments_named(form))
    files = {
        place: keep_raw_data(
            session,
            number,
            file.file.read(),
            name=file.filename or "raw data",
            media_type=file.content_type or "application/octet-stream",
            by=by,
            at=at,
        ).sha256
        for place, file in sent_files
    }
    typed = read_screen(known, known.sample, form, files, zone=by.zone, at=at)
    with typed.on_screen():
        saved = enter_on_record(session, known, typed.words, by=by, at=at)
    return go_to(f"/quality/samples/{number}", f"{len(saved)} saved.")


@pages.get("/quality/samples/{number}/receive")
def receive_form(request: Request, number: str, by: Receives, session: Look) -> Response:
    """Receive a sample in the laboratory."""
    row = find_sample(session, number)
    return show(
        request,
        "quality/receive.html",
        by=by,
        sample=row,
        contract=ReceiveSample,
        closed=closed_if(
            partial(refuse_received, session, row), way_on=f"/quality/samples/{number}"
        ),
    )


@pages.post("/quality/samples/{number}/receive")
def receive(
    number: str,
    by: Receives,
    form: Annotated[ReceiveSample, sent(ReceiveSample)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Take a sample into the laboratory."""
    receive_sample(session, number, form, by=by, at=at)
    return go_to(f"/quality/samples/{number}", "Received in the laboratory.")


@pages.get("/quality/samples/{number}/verify")
def verify_form(request: Request, number: str, by: Verifies, session: Look) -> Response:
    """The results of a sample that wait for a second person."""
    known, sample = known_sample(session, number)
    waiting = to_verify(known, number)
    refs = {each.words_digest: known.rows[each.words_digest].ref for each in waiting}
    return show(
        request,
        "quality/verify.html",
        by=by,
        lot=known.lot,
        sample=sample,
        results=waiting,
        clashes={
            digest: has_clash(session, "result.verify", about=ref, by=by)
            for digest, ref in refs.items()
        },
        meaning=Meaning.VERIFIED,
    )


@pages.post("/quality/samples/{number}/verify")
def verify(
    number: str,
    by: Verifies,
    form: Annotated[VerifyResults, sent(VerifyResults)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Verify the chosen results under one signature."""
    verify_results(session, number, form, by=by, at=at)
    return go_to(f"/quality/samples/{number}", f"{len(form.digests)} verified.")
