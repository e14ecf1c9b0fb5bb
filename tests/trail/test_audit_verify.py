"""The command `passage audit verify`, as an administrator or an inspector types it."""

from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from app.cli import main
from app.db import Database
from app.settings import settings
from app.trail.verify import last_report
from tests.conftest import Clock
from tests.trail.history import behind_its_back, live_here


@pytest.fixture
def lived_in(
    database: Database, own_folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Database:
    """A site with an honest history, which the command line finds by its settings."""
    monkeypatch.setenv("PASSAGE_DATABASE_URL", database.url)
    settings.cache_clear()
    live_here(database, clock)
    return database


def _verify() -> Result:
    return CliRunner().invoke(main, ["audit", "verify"])


def test_all_is_well(lived_in: Database) -> None:
    said = _verify()
    assert said.exit_code == 0, said.output
    assert "FOUND" not in said.output
    assert said.output.count("ok ") == 8
    assert "The trail ends at entry" in said.output
    kept = last_report()
    assert kept is not None
    assert kept.faults == 0


def test_what_is_wrong_is_named_line_by_line(lived_in: Database) -> None:
    with behind_its_back(lived_in, "account") as raw:
        raw.execute(text("UPDATE account SET name = 'Nobody' WHERE username = 'olga'"))
    said = _verify()
    assert said.exit_code == 1
    named = [each for each in said.output.splitlines() if each.startswith("FOUND account/")]
    assert len(named) == 1
    assert (
        "name was changed behind the trail: “Olga Nowak” in entry 3 (account.open by adam)"
        in named[0]
    )
    assert "now “Nobody”" in named[0]


def test_without_a_database_nothing_is_made(
    own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSAGE_DATABASE_URL", f"sqlite:///{own_folder}/absent.db")
    settings.cache_clear()
    said = _verify()
    assert said.exit_code == 2
    assert "There is no trail" in said.output
    assert not (own_folder / "absent.db").exists()


@pytest.mark.parametrize("torn", [0, 8192])
def test_a_file_that_is_damaged_is_said_not_traced(
    sqlite_database: Database, own_folder: Path, monkeypatch: pytest.MonkeyPatch, torn: int
) -> None:
    """A header that is none, and pages that are torn out of the middle."""
    path = own_folder / "damaged.db"
    whole = Path(sqlite_database.url.removeprefix("sqlite:///")).read_bytes()
    path.write_bytes(whole[:torn] + b"\xa5" * 200_000 + whole[torn + 200_000 :])
    monkeypatch.setenv("PASSAGE_DATABASE_URL", f"sqlite:///{path}")
    settings.cache_clear()
    said = _verify()
    assert said.exit_code == 2, said.output
    assert "The database cannot be read" in said.output
