"""The screens of one result: its history, a correction, and a test that does not apply."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import Request
from starlette.responses import Response

from app.lot.lots import lot_for_change
from app.people.actor import Actor
from app.people.sessions import allowed
from app.quality_control.actions.investigations import open_investigation, refuse_investigated
from app.quality_control.actions.results import correct_result
from app.quality_control.actions.samples import keep_raw_data
from app.quality_control.actions.verification import approve_not_applicable, refuse_unproposed
from app.quality_control.boxes import Place, correction_boxes
from app.quality_control.quality import LotQuality, find_result, gather
from app.quality_control.typed_correction import header_values, read_correction
from app.quality_control.typed_screen import instruments_named
from app.supplies.actions.at_use import lock_equipment
from app.web.clock import Now
from app.web.closed import closed_if
from app.web.fields import Typed
from app.web.forms import upload_in
from app.web.pages import Form, go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, UnitOfWork
from schemas.quality import OpenInvestigation
from schemas.quality_forms import CorrectionHeader
from schemas.quality_record import ResultFacts
from schemas.result import ApproveNotApplicable
from schemas.trail import Meaning

pages = Addresses()

Reader = Annotated[Actor, allowed("lot.read")]
Corrects = Annotated[Actor, allowed("result.correct")]
Leads = Annotated[Actor, allowed("investigation.lead")]
Agrees = Annotated[Actor, allowed("result.not_applicable")]


def entries_of(session: Look, number: str) -> tuple[LotQuality, tuple[ResultFacts, ...]]:
    """Every entry of a result, the last one at the end, and all of its lot."""
    known = gather(session, find_result(session, number).lot)
    return known, tuple(each for each in known.results if each.words.number == number)


def shown_result(known: LotQuality, entries: tuple[ResultFacts, ...]) -> Mapping[str, Any]:
    """What every screen of a result shows."""
    last = entries[-1]
    criterion = known.specification.criterion(last.words.criterion)
    return {
        "lot": known.lot,
        "entries": entries,
        "last": last,
        "record": known.record_of(criterion),
        "files": {file.sha256: file for each in known.samples for file in each.files},
    }


@pages.get("/quality/results/{number}")
def result(request: Request, number: str, by: Reader, session: Look) -> Response:
    """A result with every entry it ever had."""
    return show(request, "quality/result.html", by=by, **shown_result(*entries_of(session, number)))


@pages.get("/quality/results/{number}/correct")
def correct_form(request: Request, number: str, by: Corrects, at: Now, session: Look) -> Response:
    """Enter a result again rightly."""
    known, entries = entries_of(session, number)
    typed: Typed = getattr(request.state, "typed", Typed())
    shown = shown_result(known, entries)
    place = Place("", typed, by.zone, at, entries[-1].words.reading)
    return show(
        request,
        "quality/correct.html",
        by=by,
        **shown,
        boxes_of_result=correction_boxes(shown["record"].criterion, place),
        contract=CorrectionHeader,
        values=header_values(entries[-1]),
    )


@pages.post("/quality/results/{number}/correct")
def correct(number: str, by: Corrects, form: Form, at: Now, session: UnitOfWork) -> Response:
    """Save a correction; the entry before stays readable."""
    lot_for_change(session, find_result(session, number).lot.number)
    known, entries = entries_of(session, number)
    file = kept_file(session, entries[-1], form, by=by, at=at)
    correction = read_correction(known, entries[-1], form, file, zone=by.zone)
    correct_result(session, number, correction, by=by, at=at)
    return go_to(f"/quality/results/{number}", "Corrected. It has to be verified again.")


def kept_file(
    session: UnitOfWork, last: ResultFacts, form: Form, *, by: Actor, at: datetime
) -> str | None:
    """The digest of a new file of raw data, or of the one that was there."""
    upload = upload_in(form, "file")
    if upload is None or last.words.sample_number is None:
        return last.words.raw_file
    lock_equipment(session, instruments_named(form))
    kept = keep_raw_data(
        session,
        last.words.sample_number,
        upload.file.read(),
        name=upload.filename or "raw data",
        media_type=upload.content_type or "application/octet-stream",
        by=by,
        at=at,
    )
    return kept.sha256


@pages.get("/quality/results/{number}/not-applicable")
def not_applicable_form(request: Request, number: str, by: Agrees, session: Look) -> Response:
    """A proposal that a test does not apply."""
    shown = shown_result(*entries_of(session, number))
    return show(
        request,
        "quality/not_applicable.html",
        by=by,
        **shown,
        contract=ApproveNotApplicable,
        meaning=Meaning.APPROVED,
        closed=closed_if(
            partial(refuse_unproposed, shown["last"]),
            way_on=f"/quality/results/{number}",
        ),
    )


@pages.post("/quality/results/{number}/not-applicable")
def not_applicable(
    number: str,
    by: Agrees,
    form: Annotated[ApproveNotApplicable, sent(ApproveNotApplicable)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Agree that a test does not apply to this lot."""
    approve_not_applicable(session, number, form, by=by, at=at)
    return go_to(f"/quality/results/{number}", "Signed: not applicable to this lot.")


@pages.get("/quality/results/{number}/investigate")
def investigate_form(request: Request, number: str, by: Leads, session: Look) -> Response:
    """Have a result investigated."""
    known, entries = entries_of(session, number)
    return show(
        request,
        "quality/open_investigation.html",
        by=by,
        **shown_result(known, entries),
        contract=OpenInvestigation,
        closed=closed_if(
            partial(refuse_investigated, known, entries[-1]),
            way_on=f"/quality/results/{number}",
        ),
    )


@pages.post("/quality/results/{number}/investigate")
def investigate(
    number: str,
    by: Leads,
    form: Annotated[OpenInvestigation, sent(OpenInvestigation)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Open an investigation."""
    opened = open_investigation(session, number, form, by=by, at=at)
    return go_to(f"/quality/investigations/{opened.number}", "The investigation is open.")
