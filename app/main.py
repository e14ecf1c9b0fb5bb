"""The application: every stage's pages and API mounted, the trail given to those below it."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles
from sqlalchemy.orm import Session

from app import front
from app.db import Database
from app.delivery import api as delivery_api
from app.delivery import pages as delivery_pages
from app.delivery.actions import waiting as delivery_waiting
from app.expansion import actions as expansion_actions
from app.expansion import api as expansion_api
from app.expansion import pages as expansion_pages
from app.intake import actions as intake_actions
from app.intake import api as intake_api
from app.intake import pages as intake_pages
from app.lot import alarm
from app.masters import actions as masters_actions
from app.masters import api as masters_api
from app.masters import pages as masters_pages
from app.people import actions as people_actions
from app.people import api as people_api
from app.people import pages as people_pages
from app.people.actor import Actor
from app.people.sessions import signed_in
from app.quality_control import api as quality_api
from app.quality_control import pages as quality_pages
from app.quality_control import waiting as quality_waiting
from app.record import api as record_api
from app.record import pages as record_pages
from app.record.making import Worker
from app.record.press import print_apart
from app.release import api as release_api
from app.release import overview as release_overview
from app.release import pages as release_pages
from app.settings import VERSION, settings
from app.supplies import actions as supplies_actions
from app.supplies import api as supplies_api
from app.supplies import pages as supplies_pages
from app.trail import api as trail_api
from app.trail import audit
from app.trail import pages as trail_pages
from app.trail.attempts import keep_attempt
from app.web import document, problems
from app.web.clock import wall_clock
from app.web.guard import Guard
from app.web.pages import environment
from app.web.routing import API, Addresses, Index
from schemas.people import Task

HERE = Path(__file__).parent


@dataclass(frozen=True)
class MenuItem:
    """One word of the main menu, and the deed that lets a person see it."""

    label: str
    href: str
    deed: str


MENU = (
    MenuItem("Lots", "/lots", "lot.read"),
    MenuItem("Intake", "/intake", "intake.read"),
    MenuItem("Quality", "/quality", "lot.read"),
    MenuItem("Release", "/release", "release.read"),
    MenuItem("Delivery", "/delivery", "delivery.read"),
    MenuItem("Genealogy", "/genealogy", "genealogy.read"),
    MenuItem("Supplies", "/supplies", "supply.read"),
    MenuItem("Masters", "/masters", "master.read"),
    MenuItem("People", "/people", "account.read"),
    MenuItem("Trail", "/trail", "trail.read"),
)

BEGINNINGS = (
    MenuItem("Register a donation", "/intake/donations/new", "intake.register"),
    MenuItem("Start a lot", "/lots/new", "lot.start"),
    MenuItem("Receive a material lot", "/supplies/materials/new", "supply.receive"),
    MenuItem("Order for a patient", "/delivery/requests/new", "delivery.request"),
    MenuItem("Record a training", "/training/new", "training.record"),
    MenuItem("Open an account", "/people/new", "account.open"),
    MenuItem("Search the trail", "/trail", "trail.read"),
    MenuItem("Verify a record", "/verify", "record.read"),
)
"""What nobody waits for: somebody begins it, from their first page."""

PAGES: Sequence[Addresses] = (
    front.pages,
    people_pages.pages,
    trail_pages.pages,
    masters_pages.pages,
    supplies_pages.pages,
    intake_pages.pages,
    expansion_pages.pages,
    quality_pages.pages,
    release_pages.pages,
    delivery_pages.pages,
    record_pages.pages,
)
OPEN_PAGES: Sequence[Addresses] = (people_pages.open_pages,)
MACHINES: Sequence[Addresses] = (
    people_api.api,
    trail_api.api,
    masters_api.api,
    supplies_api.api,
    intake_api.api,
    expansion_api.api,
    quality_api.api,
    release_api.api,
    delivery_api.api,
    record_api.api,
)
WAITING: Sequence[Callable[[Session, Actor], Sequence[Task]]] = (
    masters_actions.waiting,
    supplies_actions.waiting,
    intake_actions.waiting,
    expansion_actions.waiting,
    quality_waiting.waiting,
    delivery_waiting.waiting,
)
DUE: Sequence[Callable[[Session, Actor, datetime], Sequence[Task]]] = (
    people_actions.waiting,
    supplies_actions.falling_due,
    release_overview.waiting,
)
"""What waits because of the day: asked with the moment, on each person's first page."""


def menu(by: Actor) -> tuple[MenuItem, ...]:
    """The words of the menu this person may follow."""
    return tuple(item for item in MENU if by.may(item.deed))


def beginnings(by: Actor) -> tuple[MenuItem, ...]:
    """What this person may begin."""
    return tuple(item for item in BEGINNINGS if by.may(item.deed))


environment.globals["menu"] = menu
environment.globals["beginnings"] = beginnings


def create_app(database: Database, clock: Callable[[], datetime] | None = None) -> FastAPI:
    """The application over a migrated database; a clock is given only by tests."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        worker = Worker(database, print_apart, clock or wall_clock)
        worker.start()
        yield
        worker.stop()
        database.close()

    app = FastAPI(
        title="Passage",
        version=VERSION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{API}/openapi.json",
    )
    app.state.database = database
    app.state.clock = clock
    app.state.record = audit.record
    app.state.alarm = alarm
    app.state.keep_attempt = keep_attempt
    app.state.waiting = WAITING
    app.state.due = DUE
    app.add_middleware(
        Guard,
        upload_bytes=settings().upload_mib * 2**20,
        secure=settings().secure_cookies,
        refuse=problems.refuse_plainly,
    )
    problems.install(app)
    app.mount("/static", StaticFiles(directory=HERE / "static"))
    known = [Depends(signed_in)]
    for each in OPEN_PAGES:
        each.onto(app, include_in_schema=False)
    for each in PAGES:
        each.onto(app, include_in_schema=False, dependencies=known)
    for each in MACHINES:
        each.onto(app, dependencies=known, responses=document.NO)
    app.router.routes.insert(0, Index(app.routes))
    document.complete(app)
    return app
