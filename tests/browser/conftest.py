"""Browsers for people: Debian's Chromium without its frame, a window for each, a real site."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests.browser.serving import Site, served
from tests.browser.unit import ready
from tests.browser.visitor import Visitor
from tests.conftest import Build, Shelf

CHROMIUM = "/usr/bin/chromium-headless-shell"
QUIET = (
    *("--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run", "--disable-quic"),
)
TABLET = ViewportSize(width=1280, height=800)
"""Ten inches, held across."""
TELEPHONE = ViewportSize(width=390, height=844)

PATIENCE_MS = 60_000
"""A busy machine is no fault of a page."""

Enter = Callable[..., Visitor]
Serve = Callable[..., Site]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a file. As root it runs without its sandbox.

    While it is open an event loop runs in the thread of the tests: other tests want it closed.
    """
    arguments = [*QUIET, *(("--no-sandbox",) if os.getuid() == 0 else ())]
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield launched
        launched.close()


@pytest.fixture
def serve(shelf: Shelf) -> Iterator[Serve]:
    """`serve(build)`: the site as `build` leaves it, served."""
    with ExitStack() as open_sites:

        def serving(build: Build = ready, engine: str = "sqlite") -> Site:
            database, clock = open_sites.enter_context(shelf.lent(engine, build))
            return open_sites.enter_context(served(database, clock))

        yield serving


@pytest.fixture(scope="session")
def examined() -> set[str]:
    """The pages this process has examined for accessibility, each shape of them once."""
    return set()


@pytest.fixture
def enter(chromium: Browser, examined: set[str]) -> Iterator[Enter]:
    """`enter(site, "olga")`: Olga's own browser window; the same one when she comes again."""
    windows: dict[tuple[str, str], Visitor] = {}

    def entering(site: Site, username: str, *, scripts: bool = True) -> Visitor:
        if (site.address, username) not in windows:
            context = chromium.new_context(
                viewport=TABLET, java_script_enabled=scripts, locale="en-GB"
            )
            context.set_default_timeout(PATIENCE_MS)
            visitor = Visitor(
                username, context.new_page(), site.address, scripts=scripts, examined=examined
            )
            windows[site.address, username] = visitor
        return windows[site.address, username]

    yield entering
    complaints = [each for visitor in windows.values() for each in visitor.complaints]
    for visitor in windows.values():
        visitor.page.context.close()
    assert complaints == []
