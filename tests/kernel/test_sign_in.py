"""Signing in: who gets in, who is slowed down, and what the trail keeps of it."""

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from app.db import Database
from app.people.credentials import hashed, matches, stored_hash, try_password
from app.people.models import Account
from app.trail.models import AuditEntry
from tests.conftest import PASSWORD, Browser, Clock, app_over

People = Callable[[str | None], Browser]


def _send(stranger: Browser, username: str, password: str) -> int:
    return stranger.post("/sign-in", data={"username": username, "password": password}).status_code


def test_olga_signs_in_and_sees_her_first_page(browser: People) -> None:
    stranger = browser(None)
    answer = stranger.post("/sign-in?next=/", data={"username": "olga", "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    page = stranger.get("/")
    assert page.status_code == 200
    assert "What waits for you" in page.text


def test_a_wrong_password_keeps_what_was_typed_and_is_in_the_trail(
    browser: People, database: Database
) -> None:
    stranger = browser(None)
    answer = stranger.post("/sign-in", data={"username": "olga", "password": "guess"})
    assert answer.status_code == 401
    assert 'value="olga"' in answer.text
    assert "guess" not in answer.text
    with database.reading() as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
        assert last is not None
        assert (last.did, last.about) == ("refused", "sign-in")


def test_the_fifth_wrong_password_locks_the_account_for_a_while(
    browser: People, clock: Clock
) -> None:
    stranger = browser(None)
    assert [_send(stranger, "olga", "guess") for _ in range(5)] == [401] * 5
    assert _send(stranger, "olga", PASSWORD) == 429
    clock.forward(minutes=16)
    assert _send(stranger, "olga", PASSWORD) == 303


def test_a_pause_locks_the_session(browser: People, clock: Clock) -> None:
    olga = browser("olga")
    assert olga.get("/").status_code == 200
    clock.forward(minutes=16)
    assert olga.get("/").headers["location"].startswith("/sign-in")


def test_signing_out_everywhere_ends_every_session(browser: People) -> None:
    first, second = browser("olga"), browser("olga")
    assert second.post("/sign-out?everywhere=yes").status_code == 303
    assert first.get("/").status_code == 303


def test_a_form_from_elsewhere_is_refused(browser: People) -> None:
    olga = browser("olga")
    assert (
        olga.post("/sign-out", headers={"origin": "https://elsewhere.example"}).status_code == 403
    )
    assert olga.post("/sign-out", headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_a_closed_account_is_out_at_once(browser: People, database: Database, clock: Clock) -> None:
    olga = browser("olga")
    with database.engine.begin() as raw:
        raw.execute(
            Account.__table__.update().where(Account.username == "olga").values(closed_at=clock())
        )
    assert olga.get("/").status_code == 303


def test_nobody_waits_behind_a_password_that_is_compared(
    sqlite_database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []
    compare = PasswordHasher.verify

    def looking_on(self: PasswordHasher, *words: str) -> bool:
        assert sqlite_database._turn is not None
        held.append(sqlite_database._turn.locked())
        return compare(self, *words)

    monkeypatch.setattr(PasswordHasher, "verify", looking_on)
    stranger = Browser(app_over(sqlite_database, clock), None)
    assert _send(stranger, "olga", PASSWORD) == 303
    assert held == [False]


def test_what_was_tried_counts_only_against_the_same_password(database: Database) -> None:
    with database.reading() as session:
        olga = session.scalars(select(Account).where(Account.username == "olga")).one()
        tried = try_password(stored_hash(olga), PASSWORD)
        assert (tried.right, matches(olga, PASSWORD, tried)) == (True, True)
        olga.password_hash = hashed("a new one entirely")
        assert not matches(olga, PASSWORD, tried)
        assert matches(olga, "a new one entirely", try_password(stored_hash(None), "guess"))
