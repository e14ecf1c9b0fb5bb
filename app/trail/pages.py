"""The trail on screen: searched, one entry read in full, exported (R-A11D-05, R-DI-02)."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Path, Query, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response, StreamingResponse

from app.errors import BadInput
from app.people.actor import Actor
from app.people.sessions import allowed
from app.trail import audit
from app.trail.checkpoint import head_file, read_checkpoint
from app.trail.search import entry_numbered, export, find_entries
from app.trail.shown import changed_rows, told
from app.trail.verify import last_report
from app.web.fields import Typed
from app.web.forms import read_form
from app.web.pages import show
from app.web.routing import Addresses
from app.web.unit import Look
from schemas.trail import TrailSearch

pages = Addresses()

Reader = Annotated[Actor, allowed("trail.read")]
Before = Annotated[int | None, Query(ge=1, le=2**62)]
Number = Annotated[int, Path(ge=1, le=2**62)]


def asked_for(request: Request) -> TrailSearch:
    """What the address of the page looks for; what cannot be read is shown beside its field."""
    asked: list[tuple[str, str | UploadFile]] = [
        (name, value)
        for name, value in request.query_params.multi_items()
        if name in TrailSearch.model_fields
    ]
    typed = Typed({name: [str(value)] for name, value in asked})
    request.state.typed = typed
    try:
        return read_form(TrailSearch, FormData(asked), "UTC")
    except BadInput as wrong:
        request.state.refusal = wrong
        request.state.typed = Typed(typed.values, wrong.errors)
        return TrailSearch()


Search = Annotated[TrailSearch, Depends(asked_for)]


@pages.get("/trail")
def search_trail(
    request: Request, by: Reader, search: Search, session: Look, before: Before = None
) -> Response:
    """The newest entries that are looked for, or those before a number."""
    found = find_entries(session, search, zone=by.zone, before=before)
    asked = {key: value for key, value in search.plain().items() if value is not None}
    return show(
        request,
        "trail/search.html",
        contract=TrailSearch,
        entries=found.entries,
        older="/trail?" + urlencode({**asked, "before": found.before}) if found.before else "",
        export="/trail/export?" + urlencode(asked),
        head=audit.head(session),
        noted=read_checkpoint(head_file()),
        verified=last_report(),
    )


@pages.get("/trail/export")
def export_trail(request: Request, by: Reader, search: Search) -> Response:
    """Every entry that is looked for, as JSON lines with digests and links, oldest first."""
    lines = export(request.app.state.database, search, zone=by.zone)
    named = {"content-disposition": 'attachment; filename="trail.jsonl"'}
    return StreamingResponse(lines, media_type="application/jsonl", headers=named)


@pages.get("/trail/{number}")
def show_entry(request: Request, number: Number, by: Reader, session: Look) -> Response:
    """One entry: who, in which role, what, old and new, when, why."""
    chained = entry_numbered(session, number)
    return show(
        request,
        "trail/entry.html",
        entry=chained.entry,
        chained=chained,
        rows=changed_rows(chained.entry),
        details=told(chained.entry.details),
        last=audit.head(session).seq,
    )
