"""Every page there is, opened by who would open it: accessible, on a tablet and on a telephone."""

import re

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from playwright.sync_api import ViewportSize

from app.db import Database
from app.lot.lots import find_lot
from app.main import create_app
from app.settings import VERSION
from tests.browser.accessibility import faults_on, too_small, too_wide
from tests.browser.busy_site import busy
from tests.browser.conftest import TABLET, TELEPHONE, Enter, Serve
from tests.browser.rounds import GIVEN, ROUNDS

FILES = {
    "/intake/donations/{code}/log",
    "/delivery/shipments/{number}/files/{digest}",
    "/quality/files/{sha256}",
    "/supplies/{kind}/{number}/files/{sha256}",
    "/masters/{code}/{version}/source",
    "/lots/{number}/record/{version}.pdf",
    "/lots/{number}/certificates/{line}.pdf",
    "/lots/{number}/labels.pdf",
    "/delivery/shipments/{number}/papers.pdf",
    "/trail/export",
    "/find",
}
"""What is downloaded, or leads to another page; not shown."""

PARTS = {"/lots/{number}/record"}
"""What a page fetches to show in itself."""

ELSEWHERE = {
    "/first-steps": "the one page of an empty site: tests/browser/test_without_scripts.py",
    "/lots/{number}/record/{version}/proof": "of a sealed record: the journeys of whole lots",
}
ZOOMED = ViewportSize(width=640, height=400)
"""A tablet of 1280 x 800 at 200 per cent."""
IN_UTC = re.compile(r".{0,60}[0-9]:[0-9]{2} UTC(?![+-]).{0,20}")
"""A moment that is not in the zone of the unit."""


def shapes() -> dict[str, re.Pattern[str]]:
    """Each page that is shown: the path of its route, and what its paths look like."""
    found = {}
    for each in iter_route_contexts(create_app(Database("sqlite://")).routes):
        path, route = each.path, each.original_route
        if isinstance(route, APIRoute) and "GET" in route.methods and not path.startswith("/api/"):
            found[path] = re.compile(re.sub(r"\\?\{[^}]*\\?\}", "[^/]+", re.escape(path)) + "$")
    return found


def shape_of(path: str, known: dict[str, re.Pattern[str]]) -> str | None:
    """The route a path leads to: of several, the one that names most of it."""
    fits = [each for each, pattern in known.items() if pattern.match(path.partition("?")[0])]
    return min(fits, key=lambda each: each.count("{"), default=None)


def test_no_page_is_forgotten() -> None:
    known = shapes()
    assert len(known) > 100, "the routes are not found"
    visited = {shape_of(path, known) for paths in ROUNDS.values() for path in paths}
    assert known.keys() - visited - FILES - PARTS - ELSEWHERE.keys() == set()


@pytest.mark.parametrize("username", ROUNDS)
def test_every_page_is_usable_by_everybody(username: str, serve: Serve, enter: Enter) -> None:
    site = serve(busy)
    visitor = enter(site, username)
    with site.looking() as session:
        patient = find_lot(session, GIVEN).patient_coi
    faults = []
    for path in (each.replace("{patient}", patient or "") for each in ROUNDS[username]):
        answer = visitor.opens(path) if username != "nobody" else visitor.goes_to(path)
        missing = path == "/nothing/here"
        if answer.status != (404 if missing else 200):
            faults.append(f"{path}: status {answer.status}: {visitor.reads()[:300]}")
            continue
        visitor.page.wait_for_load_state("load")
        faults += [f"{path}: {each}" for each in faults_on(visitor.page)]
        for screen in (TELEPHONE, ZOOMED):
            visitor.page.set_viewport_size(screen)
            wide = too_wide(visitor.page)
            if wide:
                faults.append(f"{path}: {wide} px too wide at {screen['width']} px")
            faults += [f"{path}: too small for a glove: {each}" for each in too_small(visitor.page)]
        visitor.page.set_viewport_size(TABLET)
        faults += [f"{path}: told in UTC: {each}" for each in IN_UTC.findall(visitor.reads())]
        if f"Passage {VERSION}" not in visitor.reads():
            faults.append(f"{path}: the foot does not say which version this is")
        if visitor.page.locator("h1").count() != 1:
            faults.append(f"{path}: {visitor.page.locator('h1').count()} headings of the page")
    assert not faults, "\n".join(faults)
