"""The trail for machines: found, read one by one, and its end."""

from typing import Annotated

from fastapi import Path, Query

from app.people.actor import Actor
from app.people.sessions import allowed
from app.trail import audit
from app.trail.search import PAGE_ENTRIES, entry_numbered, find_entries
from app.web.routing import API, Addresses
from app.web.unit import Look
from schemas.trail import ChainedEntry, Head, TrailPage, TrailSearch

api = Addresses(prefix=API, tags=["trail"])

Reader = Annotated[Actor, allowed("trail.read")]
Before = Annotated[int | None, Query(ge=1, le=2**62)]
Limit = Annotated[int, Query(ge=1, le=500)]
Number = Annotated[int, Path(ge=1, le=2**62)]


@api.post("/trail/search")
def search_trail(
    *,
    by: Reader,
    search: TrailSearch,
    session: Look,
    before: Before = None,
    limit: Limit = PAGE_ENTRIES,
) -> TrailPage:
    """Entries, newest first; ask again with `before` for older ones. It writes nothing."""
    return find_entries(session, search, zone=by.zone, before=before, limit=limit)


@api.get("/trail/head")
def trail_head(by: Reader, session: Look) -> Head:
    """The end of the trail."""
    return audit.head(session)


@api.get("/trail/{number}")
def show_entry(number: Number, by: Reader, session: Look) -> ChainedEntry:
    """One entry with its place in the chain."""
    return entry_numbered(session, number)
