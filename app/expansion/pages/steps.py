"""Screens of a lot's steps: all of them, the one to be done, its check, its correction, the end."""

from functools import partial
from typing import Annotated

from fastapi import Path, Request
from starlette.responses import Response

from app.expansion import actions, overview, showing
from app.expansion.gathering import book_of, step_of
from app.expansion.pages import drawing, used
from app.expansion.pages.sent import read_correction, read_performed
from app.lot.lots import containers_of, find_lot
from app.people.actor import Actor
from app.people.sessions import allowed
from app.trail.separation import has_clash
from app.web.clock import Now
from app.web.closed import closed_if
from app.web.forms import upload_in
from app.web.pages import Form, go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, UnitOfWork
from schemas.expansion import CheckStep, Endorse
from schemas.step import StepKind
from schemas.trail import Meaning

pages = Addresses(prefix="/lots/{number}")
Number = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,60}$")]
Reader = Annotated[Actor, allowed("lot.read")]
Performer = Annotated[Actor, allowed("step.perform")]
Checker = Annotated[Actor, allowed("step.check")]
Corrector = Annotated[Actor, allowed("step.correct")]
Endorser = Annotated[Actor, allowed("production.endorse")]


@pages.get("/production")
def production(request: Request, number: Number, by: Reader, at: Now, session: Look) -> Response:
    """Every phase and step of a lot: what is done, what comes next, and what hinders it."""
    lot = find_lot(session, number)
    return show(
        request,
        "expansion/production.html",
        lot=lot,
        page=showing.production_page(session, lot, by=by, at=at),
    )


@pages.get("/steps/{code}")
def step_form(
    request: Request, number: Number, code: Number, by: Performer, at: Now, session: Look
) -> Response:
    """The form of a step that is open, or why it is not."""
    lot = find_lot(session, number)
    book, typed = book_of(session, lot), drawing.typed_in(request)
    step = step_of(book.master, code)
    filled = bool(containers_of(session, lot))
    stores = used.Stores(session, at, by.zone)
    return show(
        request,
        "expansion/step.html",
        lot=lot,
        step=step,
        place=book.place(code),
        hindrances=tuple(overview.hindrances(session, lot, book, by=by, at=at)),
        values=drawing.value_fields(step, typed, zone=by.zone),
        materials=used.material_lines(stores, book.master, step, typed),
        equipment=used.equipment_lines(stores, book.master, step, typed),
        common=used.common_fields(
            stores,
            step,
            typed,
            containers=filled and step.kind in {StepKind.SAMPLE, StepKind.FREEZE},
        ),
        with_file=step.kind is StepKind.FREEZE,
        limits=showing.limit_words(step),
        sources=showing.sources_to_thaw(session, lot, step),
    )


@pages.post("/steps/{code}")
def perform(
    *, number: Number, code: Number, by: Performer, form: Form, at: Now, session: UnitOfWork
) -> Response:
    """Perform the step, with the file of the freezer where one is attached."""
    lot = find_lot(session, number)
    step = step_of(book_of(session, lot).master, code)
    done = read_performed(step, form, by.zone)
    keep = showing.Curve(lot, step.code, done.occurrence, upload_in(form, "file"))
    done = done.model_copy(update={"values": keep.within(session, done.values, by=by, at=at)})
    row = actions.perform_step(session, number, code, done, by=by, at=at)
    return go_to(f"/lots/{number}/production#{row.step}", f"{row.step} is entered.")


@pages.get("/steps/{code}/{occurrence}/check")
def check_form(
    request: Request, number: Number, code: Number, occurrence: int, by: Checker, session: Look
) -> Response:
    """The entry to check, complete, and the place to sign."""
    lot = find_lot(session, number)
    entry = showing.entry_to_check(session, lot, code, occurrence)
    return show(
        request,
        "expansion/check.html",
        lot=lot,
        entry=entry,
        contract=CheckStep,
        clash=has_clash(session, "step.check", about=entry.ref, by=by),
        meaning=Meaning.CHECKED,
    )


@pages.post("/steps/{code}/{occurrence}/check")
def check(
    *,
    number: Number,
    code: Number,
    occurrence: int,
    by: Checker,
    form: Annotated[CheckStep, sent(CheckStep)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Check the entry and sign it."""
    actions.check_step(session, number, code, occurrence, form, by=by, at=at)
    return go_to(f"/lots/{number}/production#{code}", f"{code} is checked.")


@pages.get("/steps/{code}/{occurrence}/correct")
def correct_form(
    request: Request, number: Number, code: Number, occurrence: int, by: Corrector, session: Look
) -> Response:
    """The entry as it stands, to be corrected."""
    lot = find_lot(session, number)
    entry, typed = showing.entry_page(session, lot, code, occurrence), drawing.typed_in(request)
    words, step, master = entry.words, entry.step, book_of(session, lot).master
    stores = used.Stores(session, words.performed_at, by.zone, words)
    return show(
        request,
        "expansion/correct.html",
        lot=lot,
        entry=entry,
        values=drawing.value_fields(step, typed, words.values.model_dump(), zone=by.zone),
        materials=used.material_lines(stores, master, step, typed),
        equipment=used.equipment_lines(stores, master, step, typed),
        beside=used.correction_fields(stores, words, step, typed),
        with_file=step.kind is StepKind.FREEZE,
        clash=has_clash(session, "step.correct", about=entry.ref, by=by),
        closed=closed_if(
            partial(actions.refuse_endorsed, lot, by), way_on=f"/lots/{number}/production"
        ),
    )


@pages.post("/steps/{code}/{occurrence}/correct")
def correct(
    *,
    number: Number,
    code: Number,
    occurrence: int,
    by: Corrector,
    form: Form,
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Correct the entry; what it said stays readable."""
    lot = find_lot(session, number)
    entry = showing.entry_page(session, lot, code, occurrence)
    correction = read_correction(entry.step, form, by.zone)
    keep = showing.Curve(lot, code, occurrence, upload_in(form, "file"), entry.words)
    values = keep.within(session, correction.values, by=by, at=at)
    correction = correction.model_copy(update={"values": values})
    actions.correct_step(session, number, code, occurrence, correction, by=by, at=at)
    return go_to(f"/lots/{number}/production#{code}", f"{code} is corrected.")


@pages.get("/endorse")
def endorse_form(
    request: Request, number: Number, by: Endorser, at: Now, session: Look
) -> Response:
    """What the responsible person stands for, and the place to sign."""
    lot = find_lot(session, number)
    return show(
        request,
        "expansion/endorse.html",
        lot=lot,
        page=showing.production_page(session, lot, by=by, at=at),
        findings=actions.endorsement_findings(session, lot, by=by),
        words=actions.endorsement_words(session, lot),
        meaning=Meaning.ENDORSED,
    )


@pages.post("/endorse")
def endorse(
    number: Number,
    by: Endorser,
    form: Annotated[Endorse, sent(Endorse)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Endorse the whole; the lot goes to testing."""
    actions.endorse(session, number, form, by=by, at=at)
    return go_to(f"/lots/{number}/production", "Production is endorsed.")
