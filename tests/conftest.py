"""The test bed: databases built by the migrations, the cast, a clock, and browsers."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("PASSAGE_PASSWORD_MEMORY_KIB", "8192")
os.environ.setdefault("PASSAGE_PASSWORD_PASSES", "1")
os.environ["PASSAGE_FOLDER"] = os.environ.get("PASSAGE_TEST_FOLDER", "/nonexistent/passage")

import pytest
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app.db import Database
from app.demo.cast import CAST, PASSWORD, ZONE, person, signing  # noqa: F401 - every test's words
from app.demo.cast import Clock as StoryClock
from app.main import create_app
from app.migrate import upgrade
from app.people import actions
from app.people.sessions import actor_of, cookie_name
from app.settings import settings
from app.trail import audit
from schemas.people import FirstSteps, NewAccount, SignIn
from tests.postgres import create_database, throwaway_postgres


@dataclass
class Clock(StoryClock):
    """The time of a test: 2 March 2026 to begin with; it goes on only when told."""

    now: datetime = field(default_factory=lambda: datetime(2026, 3, 2, 8, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    os.environ["PASSAGE_FOLDER"] = str(folder)
    settings.cache_clear()
    return folder


@pytest.fixture(scope="session")
def _sqlite_template(_folder: Path) -> Path:
    path = _folder / "template.db"
    _fill(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def _postgres() -> Iterator[str]:
    with throwaway_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def _postgres_template(_postgres: str, _folder: Path) -> str:
    _fill(create_database(_postgres, "template_site"))
    return "template_site"


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


ENGINES = ("sqlite", "postgresql")
Build = Callable[[Session, Clock], None]


class Shelf:
    """Databases prepared once in a test process and copied for each test.

    A lot that was really made takes seconds; a copy of the database it was made in takes
    milliseconds. `build` drives the real actions; its clock's last time goes with the copy.
    """

    def __init__(self, request: pytest.FixtureRequest, folder: Path) -> None:
        self._request = request
        self._folder = folder
        self._made: dict[tuple[str, str], datetime] = {}
        self._copies = 0

    def open(self, engine: str, name: str, build: Build) -> tuple[Database, Clock]:
        """A copy of the database called `name` on this engine, and a clock at its last time."""
        if (engine, name) not in self._made:
            database, clock = self._copy(engine, None, f"shelf_{name}"), Clock()
            with database.writing() as session:
                build(session, clock)
            database.close()  # the last connection folds SQLite's log into its file
            self._made[engine, name] = clock()
        self._copies += 1
        copied = self._copy(engine, f"shelf_{name}", f"t{self._copies}_{name}")
        return copied, Clock(self._made[engine, name])

    def plain(self, engine: str) -> Database:
        """A database with the cast in it, and nothing else."""
        self._copies += 1
        return self._copy(engine, None, f"t{self._copies}")

    def _copy(self, engine: str, source: str | None, name: str) -> Database:
        if engine == "sqlite":
            template: Path = self._request.getfixturevalue("_sqlite_template")
            found = self._folder / f"{source}.db" if source else template
            path = self._folder / f"{name}.db"
            shutil.copyfile(found, path)
            return Database(f"sqlite:///{path}")
        server = self._request.getfixturevalue("_postgres")
        template_name = source or self._request.getfixturevalue("_postgres_template")
        return Database(create_database(server, name, template=template_name))


@pytest.fixture(scope="session")
def shelf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Prepared databases of this test process."""
    return Shelf(request, tmp_path_factory.mktemp("shelf"))


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, shelf: Shelf) -> Iterator[Database]:
    """A migrated database with the cast in it, on each engine."""
    opened = shelf.plain(request.param)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(tmp_path: Path, _sqlite_template: Path) -> Iterator[Database]:
    """A migrated SQLite database with the cast in it, where the engine cannot matter."""
    path = tmp_path / "site.db"
    shutil.copyfile(_sqlite_template, path)
    opened = Database(f"sqlite:///{path}")
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    """The time of this test: 2 March 2026, 9 o'clock in the unit."""
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


@pytest.fixture
def browser(database: Database, clock: Clock) -> Callable[[str | None], Browser]:
    """`browser("olga")`: Olga's browser, signed in; `browser(None)`: a stranger's."""
    app = create_app(database, clock)

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
