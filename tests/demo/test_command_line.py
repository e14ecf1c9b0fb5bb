"""The command line as people type it: what it says, and with which number it ends."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from app.cli import main
from app.db import Database
from app.masters.models import MasterDocument
from app.masters.starters import starter_texts
from app.people.actions import account_named
from app.settings import settings
from app.trail.models import AuditEntry
from tests.conftest import PASSWORD

ROOT = Path(__file__).parent.parent.parent
HEAVY = ("sqlalchemy", "fastapi", "uvicorn", "starlette", "alembic", "weasyprint")


def typed(*words: str | Path, keys: str = "") -> Result:
    return CliRunner().invoke(main, [str(each) for each in words], input=keys)


@pytest.fixture
def here(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """The site that the command line finds by its settings."""
    monkeypatch.setenv("PASSAGE_DATABASE_URL", sqlite_database.url)
    monkeypatch.setenv("PASSAGE_FOLDER", str(tmp_path))
    settings.cache_clear()
    yield sqlite_database
    monkeypatch.undo()
    settings.cache_clear()


def documents(folder: Path) -> list[Path]:
    """The starter documents of one product, as files."""
    named = {name: text for name, text in starter_texts().items() if name.endswith("uc-wcb.yaml")}
    for name, text in named.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in named]


def imported(*files: Path, by: str = "olga", password: str = PASSWORD) -> Result:
    words = ("--by", by, "--change", "First version")
    return typed("masters", "import", *files, *words, keys=f"{password}\n")


def drafts(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(MasterDocument.code).order_by(MasterDocument.id)))


def test_help_names_the_commands_and_the_exit_codes() -> None:
    said = typed("--help").output
    assert [each for each in ("demo", "serve", "migrate", "verify", "audit") if each in said]
    assert "Exit code 0" in said


def test_verify_loads_neither_a_web_server_nor_a_database() -> None:
    script = (
        "import sys; from app.cli import main\n"
        "try: main(['verify', sys.argv[1]])\n"
        "except SystemExit as end: print(end.code)\n"
        f"print([each for each in {HEAVY} if each in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(ROOT / "README.md")],
        cwd=ROOT,
        env={**os.environ, "PASSAGE_FOLDER": "/nonexistent", "PASSAGE_UPLOAD_MIB": "not a number"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-2:] == ["1", "[]"], done.stderr
    assert "does not hold" in done.stdout


def test_a_server_starts_without_what_draws_and_seals() -> None:
    drawing = ("weasyprint", "fontTools", "pikepdf", "pyhanko")
    script = f"import sys, app.main; print([each for each in {drawing} if each in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_file_that_is_not_there_is_named() -> None:
    said = typed("verify", "/nonexistent/record.pdf")
    assert said.exit_code == 2
    assert "/nonexistent/record.pdf cannot be read" in said.output


def test_an_authority_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "authority.pem").write_text("no certificate")
    said = typed("verify", ROOT / "README.md", "--trust", tmp_path / "authority.pem")
    assert said.exit_code == 1
    assert "Traceback" not in said.output


def test_masters_are_imported_by_who_knows_the_password(here: Database, tmp_path: Path) -> None:
    said = imported(*documents(tmp_path))
    assert said.exit_code == 0, said.output
    assert said.output.count("version 1 imported") == 3
    assert sorted(drafts(here)) == ["MBR-UC-WCB", "SPEC-UC-WCB", "UC-WCB"]
    again = imported(*documents(tmp_path))
    assert again.exit_code == 0
    assert again.output.count("is here already") == 3


@pytest.mark.parametrize(
    ("by", "password", "says"),
    [
        pytest.param("olga", "not the password", "password is not right", id="wrong password"),
        pytest.param("lars", PASSWORD, "may not do this", id="not their role"),
        pytest.param("nobody", PASSWORD, "no account", id="no such person"),
    ],
)
def test_nobody_else_imports(
    here: Database, tmp_path: Path, by: str, password: str, says: str
) -> None:
    said = imported(*documents(tmp_path), by=by, password=password)
    assert said.exit_code == 1
    assert says in said.output
    assert drafts(here) == []


def test_a_wrong_password_counts_and_stays_in_the_trail(here: Database, tmp_path: Path) -> None:
    imported(*documents(tmp_path), password="not the password")
    with here.reading() as session:
        assert account_named(session, "olga").failed_attempts == 1
        refused = session.scalars(select(AuditEntry).where(AuditEntry.about == "masters")).one()
    assert refused.did == "refused"
    assert '"username":"olga"' in refused.body


def test_a_document_that_cannot_be_read_is_named_with_its_line(
    here: Database, tmp_path: Path
) -> None:
    files = documents(tmp_path)
    wrong = files[-1].read_text().replace("version: 1", "version: one", 1)
    files[-1].write_text(wrong)
    said = imported(*files)
    assert said.exit_code == 1
    assert "Line 3, master-uc-wcb.yaml: version" in said.output
    assert drafts(here) == []


def test_the_database_is_upgraded_twice_without_harm(here: Database) -> None:
    assert [typed("migrate").exit_code for _ in range(2)] == [0, 0]


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_that_is_taken_is_said_before_anything_is_made(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSAGE_FOLDER", str(tmp_path / "var"))
    settings.cache_clear()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = typed(command, "--port", str(taken.getsockname()[1]))
    monkeypatch.undo()
    settings.cache_clear()
    assert said.exit_code == 2
    assert "choose another port with --port" in said.output
    assert not (tmp_path / "var").exists()


def test_the_demo_is_not_made_in_another_database(here: Database) -> None:
    said = typed("demo", "--port", "0")
    assert said.exit_code == 2
    assert "without PASSAGE_DATABASE_URL" in said.output
