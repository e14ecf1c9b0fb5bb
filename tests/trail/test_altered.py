"""An altered record is known when it is opened, not only when the trail is verified (R-P11-01)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.db import Database
from app.errors import NotAsWritten
from app.masters import frozen, shelf
from app.people import actions as people
from app.trail import audit
from schemas.people import NewToken
from tests.conftest import Browser, Clock, person
from tests.journeys.testing import last_lot, lot_reviewed
from tests.trail.edits import intruder

pytestmark = pytest.mark.site(build=lot_reviewed)
People = Callable[[str | None], Browser]
SAYS = "is not what was written down"
EDITS = {
    "a step entry": ("UPDATE step_entry SET words = replace(words, '37', '36')", "/step/"),
    "a step entry cut off": ("UPDATE step_entry SET words = substr(words, 1, 200)", "/step/"),
    "a result": ("UPDATE result SET words = replace(words, 'pass', 'fail')", "/result/"),
    "the digest of a result": (
        "UPDATE result SET words_digest = replace(words_digest, 'a', 'b')",
        "/result/",
    ),
    "a master": (
        "UPDATE master_document SET content = replace(content, 'cells', 'Cells')",
        "master/BM-MSC-AUTO/1",
    ),
}


@pytest.fixture(params=EDITS)
def where(request: pytest.FixtureRequest, database: Database) -> str:
    """Somebody changes rows with the tools of the database; where a page should say so."""
    statement, named = EDITS[request.param]
    with intruder(database) as raw:
        raw.execute(text(statement))
    frozen._kept.clear()  # a server that knew the master still has it as it was
    return named


def test_the_lot_is_not_shown_as_if_nothing_were(
    where: str, database: Database, browser: People
) -> None:
    with database.reading() as session:
        path = f"/lots/{last_lot(session).number}"
    for page in (path, f"{path}/release", f"{path}/certify/conditional"):
        answer = browser("petra").get(page)
        assert answer.status_code == 409, page
        assert "Changed from outside" in answer.text
        assert SAYS in answer.text
        assert where in answer.text


def test_a_machine_is_told_and_nothing_is_certified(
    where: str, database: Database, browser: People, clock: Clock
) -> None:
    with database.writing() as session:
        number = last_lot(session).number
        new = NewToken(label="a machine", expires_on=clock().date() + timedelta(days=9))
        by = person(session, "petra", "account.own")
        token, _ = people.make_token(session, new, by=by, at=clock(), record=audit.record)
    machine = browser(None)
    machine.headers["authorization"] = f"Bearer {token}"
    told = machine.get(f"/api/v1/lots/{number}/verdict")
    assert (told.status_code, told.headers["content-type"]) == (409, "application/problem+json")
    assert where in told.json()["detail"]


def test_it_does_not_hide_the_other_work(where: str, browser: People) -> None:
    for username in ("quinn", "petra"):
        home = browser(username).get("/")
        assert home.status_code == 200
        assert SAYS in home.text
    listed = browser("quinn").get("/release")
    assert (listed.status_code, SAYS in listed.text) == (200, True)


@pytest.mark.parametrize("code", ["BM-MSC-AUTO", "SPEC-BM-MSC-AUTO", "MBR-BM-MSC-AUTO"])
def test_no_lot_starts_on_an_altered_document(database: Database, clock: Clock, code: str) -> None:
    with intruder(database) as raw:
        change = (
            "UPDATE master_document SET content = replace(content, '1', '2') WHERE code = :code"
        )
        raw.execute(text(change), {"code": code})
    with database.reading() as session, pytest.raises(NotAsWritten, match=f"master/{code}/1"):
        shelf.effective_bundle(session, "BM-MSC-AUTO", on=clock().date())
