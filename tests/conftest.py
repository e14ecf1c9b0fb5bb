"""The test bed: databases built by the migrations, the cast, a clock, and browsers."""

import gc
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

os.environ.setdefault("PASSAGE_PASSWORD_MEMORY_KIB", "8192")
os.environ.setdefault("PASSAGE_PASSWORD_PASSES", "1")
os.environ["PASSAGE_FOLDER"] = os.environ.get("PASSAGE_TEST_FOLDER", "/nonexistent/passage")

import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app.db import Database
from app.demo.cast import CAST, PASSWORD, ZONE, person, signing  # noqa: F401 - every test's words
from app.main import create_app
from app.migrate import upgrade
from app.people import actions
from app.people.sessions import actor_of, cookie_name
from app.settings import settings
from app.trail import audit
from schemas.people import FirstSteps, NewAccount, SignIn
from tests.postgres import create_database, throwaway_postgres
from tests.shelf import ENGINES, Build, Clock, Folder, Place, Server, Shelf  # noqa: F401 - (as above)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest begin: two processes end together when what comes last is short."""
    items.sort(key=lambda each: "browser" not in each.path.parts)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    os.environ["PASSAGE_FOLDER"] = str(folder)
    settings.cache_clear()
    return folder


@pytest.fixture(scope="session")
def _sqlite_template(_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("databases") / "cast.db"
    _fill(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def _postgres() -> Iterator[str]:
    with throwaway_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def _postgres_template(_postgres: str, _folder: Path) -> str:
    _fill(create_database(_postgres, "cast"))
    return "cast"


def _fill(url: str) -> None:
    """Migrate a database and open the accounts of the cast in it."""
    upgrade(url)
    database = Database(url)
    at = Clock().now - timedelta(days=30)
    with database.writing() as session:
        first = FirstSteps(
            site_code="UNIT1",
            site_name="Unit One",
            zone=ZONE,
            name="Adam Reis",
            username="adam",
            password=PASSWORD,
        )
        admin = actions.open_site(session, first, at=at, record=audit.record)
        by = actor_of(session, admin).doing("account.open")
        for username, (name, roles, treating_site) in CAST.items():
            new = NewAccount(
                username=username,
                name=name,
                roles=roles,
                treating_site=treating_site,
                identity_checked="Passport seen",
                password=PASSWORD,
            )
            account = actions.open_account(session, new, by=by, at=at, record=audit.record)
            account.must_change_password = False
        audit.record(
            session, by=by, at=at, did="account.change", about="account", why="own passwords"
        )
    database.close()


@pytest.fixture(scope="session")
def shelf(request: pytest.FixtureRequest) -> Shelf:
    """Prepared databases of this test process."""

    @cache
    def place(engine: str) -> Place:
        if engine == "sqlite":
            return Folder(request.getfixturevalue("_sqlite_template").parent)
        request.getfixturevalue("_postgres_template")
        return Server(request.getfixturevalue("_postgres"))

    return Shelf(place)


@pytest.fixture(params=ENGINES)
def lent(request: pytest.FixtureRequest, shelf: Shelf) -> Iterator[tuple[Database, Clock]]:
    """A database on each engine and its time: with the cast in it, or as the mark `site` says.

    `site(build=...)` stands at a test or a module; with `fixture="unit"` it is for those tests
    of the module that ask for its fixture `unit`.
    """
    build, mark = None, request.node.get_closest_marker("site")
    if mark and mark.kwargs.get("fixture", "lent") in request.fixturenames:
        build = mark.kwargs["build"]
    with shelf.lent(request.param, build) as both:
        yield both


@pytest.fixture
def database(lent: tuple[Database, Clock]) -> Database:
    """A migrated database on each engine, with what the mark `site` asks for."""
    return lent[0]


@pytest.fixture
def sqlite_database(shelf: Shelf) -> Iterator[Database]:
    """A migrated SQLite database with the cast in it, where the engine cannot matter."""
    with shelf.lent("sqlite") as (opened, _):
        yield opened


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> Clock:
    """The time of this test's database; if it has none 2 March 2026, 9 o'clock in the unit."""
    if "lent" in request.fixturenames:
        return request.getfixturevalue("lent")[1]
    return Clock()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A transaction that may write; what a test leaves in it is not saved."""
    with database.writing() as writing:
        yield writing
        writing.rollback()


class Browser(TestClient):
    """A browser in which somebody is signed in; it sends where its forms come from."""

    def __init__(self, app: object, cookie: str | None) -> None:
        super().__init__(
            app,
            base_url="http://testserver",
            headers={"origin": "http://testserver"},  # type: ignore[arg-type]
            follow_redirects=False,
            raise_server_exceptions=True,
        )
        if cookie:
            self.cookies.set(cookie_name(), cookie)


@cache
def _application() -> FastAPI:
    return create_app(Database("sqlite://"))


def app_over(database: Database, clock: Clock) -> FastAPI:
    """The application over this database: one for each process, as its routes take their time.

    For a test that serves one site; the site that it served before is let go.
    """
    app = _application()
    app.state.database, app.state.clock = database, clock
    return app


@pytest.fixture
def browser(database: Database, clock: Clock) -> Callable[[str | None], Browser]:
    """`browser("olga")`: Olga's browser, signed in; `browser(None)`: a stranger's."""
    app = app_over(database, clock)

    def opened(username: str | None) -> Browser:
        if username is None:
            return Browser(app, None)
        with database.writing() as session:
            sign_in = SignIn(username=username, password=PASSWORD)
            token, _ = actions.begin_session(
                session, sign_in, address="test", at=clock(), record=audit.record
            )
        return Browser(app, token)

    return opened
