"""Genealogy on one page: everything before and after one number."""

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from app.delivery.actions.genealogy import genealogy_of
from app.delivery.roles import Tracer
from app.web.pages import show
from app.web.routing import Addresses
from app.web.unit import Look

pages = Addresses()


@pages.get("/genealogy")
def genealogy(
    request: Request,
    by: Tracer,
    session: Look,
    ref: Annotated[str, Query(max_length=200, pattern=r"^[ -~]*$")] = "",
) -> Response:
    found = genealogy_of(session, ref) if ref.strip() else None
    return show(request, "delivery/genealogy.html", ref=ref, found=found)
