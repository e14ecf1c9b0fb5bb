"""The trail on screen and by machine: found, read, exported; only by those who may."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.db import Database
from app.trail import audit
from app.trail.chain import GENESIS, body_digest, next_link
from schemas.base import canonical_json
from tests.conftest import Browser, Clock, person
from tests.trail.history import live_here

People = Callable[[str | None], Browser]


@pytest.fixture
def lots(database: Database, own_folder: Path, clock: Clock) -> Database:
    """Deeds on two lots whose numbers begin alike, over two days."""
    live_here(database, clock)
    deeds = (
        ("olga", "lot.start", "lot/A-1", datetime(2026, 3, 10, 22, 59, tzinfo=UTC)),
        ("olga", "step.perform", "lot/A-1/step/1/1", datetime(2026, 3, 10, 23, 0, tzinfo=UTC)),
        ("oskar", "step.check", "lot/A-1/step/1/1", datetime(2026, 3, 11, 8, 0, tzinfo=UTC)),
        ("oskar", "lot.start", "lot/A-10", datetime(2026, 3, 11, 22, 59, tzinfo=UTC)),
        ("quinn", "lot.hold", "lot/A-10", datetime(2026, 3, 11, 23, 0, tzinfo=UTC)),
    )
    for username, did, about, at in deeds:
        with database.writing() as session:
            by = person(session, username, did)
            audit.record(session, by=by, at=at, did=did, about=about, why=f"{did}, of course")
    return database


def _listed(page: str) -> int:
    return page.count('<th scope="row"><a href="/trail/')


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("about=lot/A-1", 3, id="a lot and all below it, not its namesake"),
        pytest.param("about=lot/A-1/", 3, id="with a slash at the end"),
        pytest.param("about=lot/A-10", 2, id="the namesake"),
        pytest.param("about=lot/a-1", 0, id="capitals matter"),
        pytest.param("about=lot/A-_", 0, id="no pattern"),
        pytest.param("about=lot&by=oskar", 2, id="what a person did with lots"),
        pytest.param("did=lot.start", 2, id="a deed"),
        pytest.param("did=step.", 2, id="deeds of a kind"),
        pytest.param("about=lot&since=2026-03-11", 4, id="from a day of the site on"),
        pytest.param("about=lot&until=2026-03-11", 4, id="to a day of the site"),
        pytest.param("about=lot&since=2026-03-12&until=2026-03-12", 1, id="one day"),
        pytest.param("about=&by=&did=&since=&until=9999-12-31&did=lot.start", 2, id="blanks"),
    ],
)
def test_what_is_looked_for_is_found(
    lots: Database, browser: People, query: str, found: int
) -> None:
    page = browser("ada").get(f"/trail?{query}")
    assert page.status_code == 200
    assert _listed(page.text) == found


def test_a_date_nobody_can_read_is_told_beside_it(lots: Database, browser: People) -> None:
    page = browser("ada").get("/trail?since=yesterday&by=olga")
    assert page.status_code == 422
    assert "“yesterday” is not a date" in page.text
    assert 'value="olga"' in page.text


def test_all_pages_together_show_everything_once(lots: Database, browser: People) -> None:
    ada = browser("ada")
    with lots.writing() as session:
        for _ in range(120):
            audit.record(session, by=None, at=datetime(2026, 3, 12, tzinfo=UTC), did="x", about="y")
    with lots.reading() as session:
        last = audit.head(session).seq
    seen: list[int] = []
    path: str | None = "/trail"
    while path:
        page = ada.get(path).text
        rows = page.split('<th scope="row"><a href="/trail/')[1:]
        seen += [int(row.split('"')[0]) for row in rows]
        older = page.split('href="/trail?before=')[1:]
        path = f"/trail?before={older[0].split(chr(34))[0]}" if older else None
    assert seen == list(range(last, 0, -1))


def test_an_entry_shows_old_and_new_with_who_when_and_why(lots: Database, browser: People) -> None:
    ada = browser("ada")
    with lots.reading() as session:
        last = audit.head(session).seq
    pages = [ada.get(f"/trail/{seq}").text for seq in range(1, last + 1)]
    changed = next(each for each in pages if "moves to the laboratory" in each)
    assert '<span class="was">operator</span></td><td>qc_technician' in changed
    assert "Adam Reis (adam)" in changed
    assert "<dd>Administrator" in changed
    assert "UTC+01:00 (Europe/Warsaw)" in changed
    assert ada.get(f"/trail/{last + 1}").status_code == 404


def test_the_export_leads_to_the_head(lots: Database, browser: People) -> None:
    answer = browser("quinn").get("/trail/export")
    lines = [json.loads(each) for each in answer.text.splitlines()]
    link = GENESIS
    for each in lines:
        assert body_digest(canonical_json(each["entry"])) == each["body_digest"]
        link = next_link(link, each["body_digest"])
        assert link == each["link"]
    with lots.reading() as session:
        assert audit.head(session).link == link


def test_the_export_keeps_to_what_is_looked_for(lots: Database, browser: People) -> None:
    answer = browser("quinn").get("/trail/export?about=lot/A-1")
    assert answer.headers["content-disposition"] == 'attachment; filename="trail.jsonl"'
    assert [json.loads(each)["entry"]["did"] for each in answer.text.splitlines()] == [
        "lot.start",
        "step.perform",
        "step.check",
    ]


@pytest.mark.parametrize("path", ["/trail", "/trail/1", "/trail/export"])
@pytest.mark.parametrize(
    ("who", "status"),
    [
        *((each, 200) for each in ("quinn", "petra", "ada", "adam")),
        *((each, 403) for each in ("olga", "anton", "vera", "lars", "sita")),
    ],
)
def test_who_reads_it(
    sqlite_database: Database, browser_of: People, path: str, who: str, status: int
) -> None:
    assert browser_of(who).get(path).status_code == status


def test_how_the_trail_stands_is_on_its_page(lots: Database, browser: People) -> None:
    ada = browser("ada")
    assert "Never" in ada.get("/trail").text
    assert '<span class="state state--good">The same</span>' in ada.get("/trail").text
