"""What every request passes first, and the words of the answers that no stage gives."""

import re
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from app.db import Database
from app.main import create_app
from app.settings import settings
from tests.conftest import Browser

People = Callable[[str | None], Browser]
TOO_LARGE = settings().upload_mib * 2**20 + 1


def test_a_form_of_another_site_is_refused_on_a_page(browser: People) -> None:
    answer = browser("olga").post(
        "/sign-out", headers={"sec-fetch-site": "cross-site", "origin": "https://elsewhere.example"}
    )
    assert answer.status_code == 403
    assert "<h1" in answer.text
    assert "sent by a page of another site" in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_a_machine_is_told_in_its_own_form(browser: People) -> None:
    answer = browser("olga").post("/api/v1/donors", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"


def _in_pieces() -> Iterator[bytes]:
    """More than the site takes, without saying so before."""
    for _ in range(TOO_LARGE // 2**20 + 1):
        yield b"x" * 2**20


def test_what_is_too_large_is_refused_with_the_limit(browser: People) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    olga = browser("olga")
    announced = olga.post("/sign-in", headers={**form, "content-length": str(TOO_LARGE)})
    grown = olga.post("/sign-in", headers=form, content=_in_pieces())
    for answer in (announced, grown):
        assert answer.status_code == 413
        assert f"larger than the {settings().upload_mib} MiB" in answer.text
        assert "<h1" in answer.text


@pytest.mark.parametrize(
    ("wrong", "status", "says"),
    [
        (OperationalError("", {}, Exception()), 503, "wait a moment and repeat"),
        (ZeroDivisionError("inside"), 500, "Nothing was saved"),
    ],
    ids=["the database is gone", "a fault of ours"],
)
def test_a_fault_is_said_on_a_page_without_a_word_of_what_is_inside(
    sqlite_database: Database, wrong: Exception, status: int, says: str
) -> None:
    app = create_app(sqlite_database)

    def fails() -> None:
        raise wrong

    app.add_api_route("/fails", fails)
    answer = TestClient(app, raise_server_exceptions=False).get("/fails")
    assert answer.status_code == status
    assert says in answer.text
    assert "<h1" in answer.text
    assert "inside" not in answer.text


def test_a_page_is_never_kept_and_what_it_wears_for_long(browser: People) -> None:
    stranger = browser(None)
    page = stranger.get("/sign-in")
    assert page.headers["cache-control"] == "no-store"
    sheets = re.findall(r'"(/static/[^"]+)"', page.text)
    assert len(sheets) > 4
    for each in sheets:
        sheet = stranger.get(each)
        assert sheet.status_code == 200
        assert "immutable" in sheet.headers["cache-control"]
    font = stranger.get("/static/vendor/plex-sans/IBMPlexSans-Regular.woff2")
    assert "immutable" not in font.headers["cache-control"]
