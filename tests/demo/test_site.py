"""The demo site: filled once by real work, kept afterwards, and never in another site's way."""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import main
from app.db import Database
from app.demo.cast import CAST
from app.demo.site import FillingFailed, NotADemo, demo_site, poster
from app.main import create_app
from app.migrate import upgrade
from app.people import actions
from app.settings import settings
from app.trail import audit
from app.web.clock import wall_clock
from schemas.people import SignIn
from tests.conftest import PASSWORD, Browser

ROOT = Path(__file__).parent.parent.parent
BROKEN = {**os.environ, "PASSAGE_IDLE_MINUTES": "not a number"}
"""An environment in which filling cannot even begin: whoever asks for it finds out."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo site that was just filled."""
    folder = tmp_path_factory.mktemp("demo") / "var"
    demo_site(folder, {**os.environ, "PYTHONPATH": str(ROOT)})
    return folder


@pytest.fixture
def inside(demo: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The demo's folder, with the settings of its site."""
    monkeypatch.setenv("PASSAGE_FOLDER", str(demo))
    settings.cache_clear()
    yield demo
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def opened(inside: Path) -> Iterator[Database]:
    database = Database(settings().url)
    yield database
    database.close()


def typed(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(each) for each in words])


def browser(database: Database, username: str) -> Browser:
    with database.writing() as session:
        token, _ = actions.begin_session(
            session,
            SignIn.model_validate({"username": username, "password": PASSWORD}),
            address="test",
            at=wall_clock(),
            record=audit.record,
        )
    return Browser(create_app(database), token)


def test_nothing_is_left_of_the_filling(demo: Path) -> None:
    assert not (demo / "filling").exists()
    assert not list(demo.glob("*-wal"))


def test_the_next_start_keeps_what_is_there(demo: Path) -> None:
    before = (demo / "passage.db").read_bytes()
    assert demo_site(demo, BROKEN).exists()
    assert (demo / "passage.db").read_bytes() == before


def test_the_record_holds_and_one_flipped_byte_is_found(demo: Path, tmp_path: Path) -> None:
    record = demo_site(demo, BROKEN)
    trusted = typed("verify", record, "--trust", demo / "keys" / "authority.pem")
    assert trusted.exit_code == 0, trusted.output
    assert typed("verify", record).exit_code == 3
    content = bytearray(record.read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "flipped.pdf").write_bytes(content)
    flipped = typed("verify", tmp_path / "flipped.pdf")
    assert flipped.exit_code == 1
    assert "does not hold  The seal" in flipped.output


def test_the_trail_says_the_same_as_the_rows(inside: Path) -> None:
    said = typed("audit", "verify")
    assert said.exit_code == 0, said.output


def test_time_never_goes_back_in_the_trail(demo: Path) -> None:
    with sqlite3.connect(demo / "passage.db") as looking:
        moments = [at for (at,) in looking.execute("SELECT at FROM audit_entry ORDER BY seq")]
    assert len(moments) > 400
    assert moments == sorted(moments)


def test_there_is_a_lot_at_every_turn_of_the_journey(demo: Path) -> None:
    with sqlite3.connect(demo / "passage.db") as looking:
        stages = [stage for (stage,) in looking.execute("SELECT stage FROM lot")]
        given = looking.execute("SELECT count(*) FROM container WHERE state = 'administered'")
        assert given.fetchone()[0] >= 2
    wanted = {"certified": 2, "conditionally_certified": 1, "in_testing": 1, "in_production": 2}
    assert {each: stages.count(each) for each in wanted} == wanted


@pytest.mark.parametrize(
    ("username", "waits"),
    [
        ("olga", "Perform S"),
        ("oskar", "Perform S"),
        ("anton", "Enter results of sample"),
        ("vera", "Verify results of"),
        ("quinn", "Decide donation"),
        ("qadir", "Investigate deviation"),
        ("petra", "Certified conditionally"),
        ("lars", "Pack"),
        ("sita", "Receive"),
    ],
)
def test_work_waits_on_the_first_page(opened: Database, username: str, waits: str) -> None:
    page = browser(opened, username).get("/")
    assert page.status_code == 200
    assert waits in page.text


@pytest.mark.parametrize("username", ["tomas", "ada", "adam"])
def test_the_others_sign_in_too(opened: Database, username: str) -> None:
    assert browser(opened, username).get("/").status_code == 200


def test_the_poster_names_everybody(demo: Path) -> None:
    said = poster("http://localhost:8000", demo, demo / "records" / "lot.pdf")
    assert [each for each in CAST if each not in said] == []
    assert PASSWORD in said
    assert "http://localhost:8000" in said


# What stops it, and what it leaves alone


def test_a_failed_filling_leaves_no_site(tmp_path: Path) -> None:
    with pytest.raises(FillingFailed):
        demo_site(tmp_path / "var", BROKEN)
    assert list((tmp_path / "var").iterdir()) == []


def filled(folder: Path) -> Path:
    """A filling that has ended, and nothing has moved."""
    filling = folder / "filling"
    (filling / "keys").mkdir(parents=True)
    (filling / "keys" / "seal.p12").write_text("key")
    (filling / "passage.db").write_text("database")
    (filling / "demo.json").write_text(json.dumps({"record": "records/lot.pdf"}))
    return filling


@pytest.mark.parametrize("moved", [(), ("keys",), ("keys", "passage.db")], ids=len)
def test_a_move_that_was_stopped_is_finished(tmp_path: Path, moved: tuple[str, ...]) -> None:
    filling = filled(tmp_path)
    for name in moved:
        shutil.move(filling / name, tmp_path / name)
    assert demo_site(tmp_path, BROKEN) == tmp_path / "records" / "lot.pdf"
    assert (tmp_path / "keys" / "seal.p12").read_text() == "key"
    assert (tmp_path / "passage.db").read_text() == "database"
    assert not filling.exists()


def test_a_site_that_nobody_opened_gives_way(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'passage.db'}")
    filled(tmp_path)
    demo_site(tmp_path, BROKEN)
    assert (tmp_path / "passage.db").read_text() == "database"


def test_another_site_is_left_alone(sqlite_database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "var"
    folder.mkdir()
    site = Path(str(sqlite_database.engine.url.database))
    shutil.copyfile(site, folder / "passage.db")
    for prepare in (lambda _: None, filled):
        prepare(folder)
        with pytest.raises(NotADemo, match=r"passage\.db belongs to another site"):
            demo_site(folder, BROKEN)
        assert (folder / "passage.db").read_bytes() == site.read_bytes()


@pytest.mark.parametrize("name", ["files", "keys"])
def test_files_of_a_site_whose_database_is_elsewhere_are_left_alone(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(NotADemo, match=name):
        demo_site(tmp_path, BROKEN)
    assert (tmp_path / name).exists()


def test_a_demo_without_its_database_says_how_to_begin_again(tmp_path: Path) -> None:
    filled(tmp_path)
    demo_site(tmp_path, BROKEN)
    (tmp_path / "passage.db").unlink()
    with pytest.raises(NotADemo, match="remove the whole"):
        demo_site(tmp_path, BROKEN)
