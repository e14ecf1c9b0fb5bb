"""Accounts, training and tokens for machines: the same deeds, answered in JSON."""

import re
from collections.abc import Callable
from datetime import date
from hashlib import sha256

import httpx2 as httpx
import pytest
from sqlalchemy import select

from app.db import Database
from app.people import actions
from app.trail import audit
from app.web.machines import IdempotentAnswer
from schemas.people import NewToken
from tests.conftest import PASSWORD, Browser, Clock, app_over, person

People = Callable[[str | None], Browser]
Machine = Callable[..., httpx.Response]


@pytest.fixture
def machine(database: Database, clock: Clock) -> Machine:
    """`machine("adam", "/account")` reads; with a body it writes."""
    app = app_over(database, clock)
    tokens: dict[str, str] = {}

    def ask(
        who: str, path: str, body: object = None, *, token: str | None = None
    ) -> httpx.Response:
        if who not in tokens:
            with database.writing() as session:
                new = NewToken(label="a machine", expires_on=date(2026, 3, 31))
                by = person(session, who, "account.own")
                tokens[who], _ = actions.make_token(
                    session, new, by=by, at=clock(), record=audit.record
                )
        headers = {"authorization": f"Bearer {token or tokens[who]}"}
        method = "GET" if body is None else "POST"
        return Browser(app, None).request(method, f"/api/v1{path}", json=body, headers=headers)

    return ask


def test_an_account_from_its_opening_to_its_end(machine: Machine) -> None:
    new = {
        "username": "nina",
        "name": "Nina Berg",
        "roles": ["operator"],
        "identity_checked": "Passport seen",
        "password": "her first password",
    }
    nina = machine("adam", "/people/accounts", new).json()
    assert (nina["state"], nina["roles"]) == ("given_password", ["operator"])
    assert not {"password", "password_hash"} & set(nina)
    change = {"roles": ["qa"], "reason": "another work", "version": nina["version"]}
    nina = machine("adam", "/people/accounts/nina/roles", change).json()
    assert nina["roles"] == ["qa"]
    stale = machine("adam", "/people/accounts/nina/roles", change)
    assert (stale.status_code, stale.json()["type"]) == (409, "urn:passage:OutOfDate")
    training = {
        "username": "nina",
        "document_code": "SOP-1",
        "document_version": "1",
        "trained_on": "2026-03-01",
        "valid_until": "2026-03-20",
        "evidence": "Form 12",
    }
    nina = machine("quinn", "/people/training", training).json()
    assert nina["trainings"][0]["state"] == "lapses_soon"
    close = {"reason": "left the unit", "version": nina["version"]}
    assert machine("adam", "/people/accounts/nina/close", close).json()["state"] == "closed"
    assert "nina" in [
        each["username"] for each in machine("ada", "/people/accounts").json()["accounts"]
    ]
    assert machine("ada", "/people/accounts/nobody").status_code == 404


def test_a_refused_field_is_named(machine: Machine) -> None:
    answer = machine("adam", "/people/accounts", {"username": "olga"})
    assert answer.status_code == 422
    assert {each["field"] for each in answer.json()["errors"]} >= {"name", "roles", "password"}


def test_ones_own_account(machine: Machine) -> None:
    assert machine("olga", "/account").json()["name"] == "Olga Nowak"
    change = {"current": "guess", "password": "a word of her own"}
    assert machine("olga", "/account/password", change).status_code == 401
    change["current"] = PASSWORD
    assert machine("olga", "/account/password", change).status_code == 200
    assert machine("olga", "/account/sessions").json() == {"sessions": []}


def test_who_was_given_a_password_is_told_to_choose_one(machine: Machine) -> None:
    other = machine("olga", "/account/tokens", {"label": "x", "expires_on": "2026-03-31"}).json()
    given = {"password": "given by adam 1", "reason": "she forgot hers"}
    assert machine("adam", "/people/accounts/olga/password", given).status_code == 200
    answer = machine("olga", "/account", token=other["token"])
    assert (answer.status_code, answer.json()["detail"]) == (401, "This token is not valid.")


def test_a_token_is_shown_once_and_revoked(browser: People, machine: Machine, clock: Clock) -> None:
    olga = browser("olga")
    form = {"label": "the counter", "expires_on": "2026-03-31"}
    page = olga.post("/account/tokens/new", data=form)
    assert page.status_code == 200
    token = re.findall(r"<code>([\w-]{43})</code>", page.text)[0]
    assert token not in olga.get("/account").text
    assert machine("olga", "/account", token=token).status_code == 200
    number = re.findall(r"/account/tokens/(\d+)/revoke", olga.get("/account").text)[-1]
    assert "the counter" in olga.get(f"/account/tokens/{number}/revoke").text
    assert browser("oskar").get(f"/account/tokens/{number}/revoke").status_code == 404
    assert browser("oskar").post(f"/account/tokens/{number}/revoke").status_code == 404
    assert olga.post(f"/account/tokens/{number}/revoke").status_code == 303
    assert machine("olga", "/account", token=token).status_code == 401


@pytest.mark.parametrize(
    ("on", "status"),
    [
        pytest.param(date(2026, 3, 31), 200, id="its last day"),
        pytest.param(date(2026, 4, 1), 401, id="the day after"),
    ],
)
def test_a_token_expires(machine: Machine, clock: Clock, on: date, status: int) -> None:
    assert machine("olga", "/account").status_code == 200
    clock.now = clock.now.replace(month=on.month, day=on.day)
    assert machine("olga", "/account").status_code == status


def test_the_token_of_a_closed_account_is_worth_nothing(machine: Machine) -> None:
    other = machine("olga", "/account/tokens", {"label": "x", "expires_on": "2026-03-31"}).json()
    version = machine("adam", "/people/accounts/olga").json()["version"]
    close = {"reason": "left the unit", "version": version}
    assert machine("adam", "/people/accounts/olga/close", close).status_code == 200
    for token in (None, other["token"]):
        assert machine("olga", "/account", token=token).status_code == 401
        wrong = machine("olga", "/masters", {"text": "x", "change": "y"}, token=token)
        assert wrong.status_code == 401


def test_another_work_counts_at_once(machine: Machine) -> None:
    assert machine("olga", "/lots").status_code == 200
    version = machine("adam", "/people/accounts/olga").json()["version"]
    change = {
        "roles": ["treating_site"],
        "treating_site": "HOSP1",
        "reason": "another work",
        "version": version,
    }
    assert machine("adam", "/people/accounts/olga/roles", change).status_code == 200
    assert machine("olga", "/lots").status_code == 403


def test_a_token_that_is_over_already_is_not_made(browser: People) -> None:
    form = {"label": "the counter", "expires_on": "2026-03-01"}
    page = browser("olga").post("/account/tokens/new", data=form)
    assert page.status_code == 422
    assert "Give a later one" in page.text


def test_a_machine_does_not_come_in_by_cookie(browser: People) -> None:
    assert browser("adam").get("/api/v1/people/accounts").status_code == 401


def test_what_is_kept_of_a_request_does_not_let_its_password_be_guessed(
    database: Database, clock: Clock
) -> None:
    """A digest is quick to try; with the token in it, who reads the database has nothing to try."""
    with database.writing() as session:
        new = NewToken(label="a machine", expires_on=date(2026, 3, 31))
        by = person(session, "olga", "account.own")
        token, _ = actions.make_token(session, new, by=by, at=clock(), record=audit.record)
    sent = b'{"current":"correct horse battery","password":"a word of her own"}'
    headers = {
        "authorization": f"Bearer {token}",
        "idempotency-key": "1",
        "content-type": "application/json",
    }
    path = "/api/v1/account/password"
    olga = Browser(app_over(database, clock), None)
    assert olga.post(path, content=sent, headers=headers).status_code == 200
    again = olga.post(path, content=sent, headers=headers)
    assert (again.status_code, again.headers["idempotent-replay"]) == (200, "true")
    with database.reading() as session:
        kept = session.scalars(select(IdempotentAnswer.request_digest)).one()
    asked = f"POST {path}\n".encode() + sent
    assert kept != sha256(asked).hexdigest()
    assert kept == sha256(f"Bearer {token}\n".encode() + asked).hexdigest()
