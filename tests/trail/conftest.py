"""A site of its own for each test of the trail: its folder, its files, its written-down end."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.db import Database
from app.people import actions
from app.settings import settings
from app.trail import audit
from app.trail.checkpoint import head_file
from app.trail.verify import verify
from schemas.people import SignIn
from schemas.trail import TrailFault
from tests.conftest import PASSWORD, Browser, Clock, app_over


@pytest.fixture
def own_folder(_folder: Path, tmp_path: Path) -> Iterator[Path]:
    """A folder that no other test writes to."""
    before = os.environ["PASSAGE_FOLDER"]
    os.environ["PASSAGE_FOLDER"] = str(tmp_path)
    settings.cache_clear()
    yield tmp_path
    os.environ["PASSAGE_FOLDER"] = before
    settings.cache_clear()


@pytest.fixture
def template(_sqlite_template: Path) -> Path:
    """The SQLite database with the cast in it that every test begins with."""
    return _sqlite_template


@dataclass
class Verified:
    """What a verification found, for reading in a test."""

    faults: list[TrailFault]

    @property
    def names(self) -> set[str]:
        return {each.where for each in self.faults}

    def __str__(self) -> str:
        return "\n".join(f"{each.where}: {each.says}" for each in self.faults)


@pytest.fixture
def verified(database: Database, own_folder: Path, clock: Clock) -> Callable[[], Verified]:
    """Verify this test's database, files and end of the trail."""

    def look() -> Verified:
        faults: list[TrailFault] = []
        verify(
            database,
            files=own_folder / "files",
            head_file=head_file(),
            at=clock(),
            found=faults.append,
        )
        return Verified(faults)

    return look


@pytest.fixture
def browser_of(sqlite_database: Database, clock: Clock) -> Callable[[str], Browser]:
    """Browsers of one SQLite site, where the engine cannot matter."""
    app = app_over(sqlite_database, clock)

    def opened(username: str) -> Browser:
        with sqlite_database.writing() as session:
            sign_in = SignIn(username=username, password=PASSWORD)
            token, _ = actions.begin_session(
                session, sign_in, address="test", at=clock(), record=audit.record
            )
        return Browser(app, token)

    return opened
