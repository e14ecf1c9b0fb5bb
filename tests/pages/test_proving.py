"""A password that signs is compared once, and nobody who writes waits behind it."""

from collections.abc import Callable, Iterator

import pytest

from app.db import Database
from app.masters.starters import starter_texts
from app.people import credentials, proving
from app.people.actor import Tried
from tests.conftest import PASSWORD, Browser

Open = Callable[[str | None], Browser]
DRAFT = {"text": starter_texts()["product-bm-msc-auto.yaml"], "change": "First version"}
APPROVAL = "/masters/BM-MSC-AUTO/1/approval"
PAGE = "/masters/BM-MSC-AUTO/1/approve"


@pytest.fixture
def compared(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """Of each password that is compared, whether somebody held the right to write meanwhile."""
    held: list[bool] = []
    real = credentials.try_password

    def noting(stored: str, password: str) -> Tried:
        turn = database._turn
        held.append(turn is not None and turn.locked())
        return real(stored, password)

    for place in (credentials, proving):
        monkeypatch.setattr(place, "try_password", noting)
    return held


def signed(password: str = PASSWORD) -> dict[str, str]:
    return {"signing.username": "quinn", "signing.password": password}


def test_by_a_form(browser: Open, compared: list[bool]) -> None:
    browser("olga").post("/masters/import", data=DRAFT)
    quinn = browser("quinn")
    compared.clear()
    assert quinn.post(PAGE, data=signed()).status_code == 303
    assert compared == [False]


def test_by_a_machine(machine: Callable[[str], Browser], compared: list[bool]) -> None:
    olga, quinn = machine("olga"), machine("quinn")
    olga.post("/api/v1/masters", json=DRAFT)
    compared.clear()
    sign = {"signing": {"username": "quinn", "password": PASSWORD}}
    assert quinn.post(f"/api/v1{APPROVAL}", json=sign).status_code == 200
    assert compared == [False]


def test_a_wrong_one_counts_and_a_locked_account_compares_none(
    browser: Open, compared: list[bool]
) -> None:
    browser("olga").post("/masters/import", data=DRAFT)
    quinn = browser("quinn")
    compared.clear()
    said = [quinn.post(PAGE, data=signed("guess")).status_code for _ in range(5)]
    assert (said, compared) == ([401] * 5, [False] * 5)
    assert quinn.post(PAGE, data=signed()).status_code == 429
    assert compared == [False] * 5


def test_nor_is_one_of_somebody_who_may_not(browser: Open, compared: list[bool]) -> None:
    olga = browser("olga")
    olga.post("/masters/import", data=DRAFT)
    compared.clear()
    assert olga.post(PAGE, data=signed()).status_code == 403
    assert compared == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"signing":' + b"[" * 100_000, id="deeper than anybody reads"),
        pytest.param(b'{"signing": {"password": 7}}', id="a number"),
        pytest.param(b'{"signing": "password"}', id="a word"),
        pytest.param(b'"signing"', id="no object"),
        pytest.param(b'{"signing": {"password": ""}}', id="nothing"),
    ],
)
def test_what_is_no_signature_is_compared_with_nothing(
    machine: Callable[[str], Browser], browser: Open, compared: list[bool], body: bytes
) -> None:
    olga, quinn, herself = machine("olga"), machine("quinn"), browser("quinn")
    olga.post("/api/v1/masters", json=DRAFT)
    compared.clear()
    headers = {"content-type": "application/json"}
    for path in (f"/api/v1{APPROVAL}", "/api/v1/account/tokens"):
        answer = quinn.post(path, content=body, headers=headers)
        assert 400 <= answer.status_code < 500
    assert herself.post("/sign-out", content=body, headers=headers).status_code == 303
    assert compared == []
