"""Failed attempts: slowed down, locked, kept, and telling nobody who has an account."""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.db import Database
from app.people import actions, credentials
from app.people.models import Account, FailedAttempt
from app.settings import settings
from app.trail.models import AuditEntry
from schemas.trail import Entry
from tests.conftest import PASSWORD, Browser, Clock

People = Callable[[str | None], Browser]


def _try(stranger: Browser, username: str, password: str = "guess") -> int:
    return stranger.post("/sign-in", data={"username": username, "password": password}).status_code


def _refused(database: Database) -> list[Entry]:
    with database.reading() as session:
        rows = session.scalars(
            select(AuditEntry.body).where(AuditEntry.did == "refused").order_by(AuditEntry.seq)
        )
        return [Entry.from_canonical(each) for each in rows]


def test_an_unknown_name_takes_as_long(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a race of milliseconds: the same costly hash is computed, from the first try on."""
    monkeypatch.setenv("PASSAGE_PASSWORD_MEMORY_KIB", "65536")
    monkeypatch.setenv("PASSAGE_PASSWORD_PASSES", "3")
    settings.cache_clear()
    credentials.hasher.cache_clear()
    credentials._nobodys_hash.cache_clear()
    with database.reading() as session:
        olga = actions.account_named(session, "olga")
        olga.password_hash = credentials.hashed(PASSWORD)
        taken: dict[bool, list[float]] = {True: [], False: []}
        for known in (True, False) * 5:
            began = time.perf_counter()
            credentials.matches(olga if known else None, "guess")
            taken[known].append(time.perf_counter() - began)
        session.expunge(olga)
    for cache in (settings, credentials.hasher, credentials._nobodys_hash):
        cache.cache_clear()
    # the first of each pays for warming up
    known_s, unknown_s = (statistics.median(taken[known][1:]) for known in (True, False))
    assert unknown_s > known_s / 2


def test_wrong_and_unknown_and_closed_sound_alike(browser: People, database: Database) -> None:
    with database.engine.begin() as raw:
        table = Account.__table__
        raw.execute(table.update().where(table.c.username == "oskar").values(closed_at=Clock().now))
    answers = {
        browser(None)
        .post("/sign-in", data={"username": name, "password": password})
        .text.replace(name, "NAME")
        for name, password in (("olga", "guess"), ("nobody", "guess"), ("oskar", PASSWORD))
    }
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("failures", "answer"),
    [pytest.param(4, 303, id="four are forgiven"), pytest.param(5, 429, id="the fifth locks")],
)
def test_how_many_attempts_an_account_has(browser: People, failures: int, answer: int) -> None:
    stranger = browser(None)
    assert [_try(stranger, "olga") for _ in range(failures)] == [401] * failures
    assert _try(stranger, "olga", PASSWORD) == answer


@pytest.mark.parametrize(
    ("waited", "answer"),
    [
        pytest.param(credentials.LOCKED_FOR - timedelta(seconds=1), 429, id="still locked"),
        pytest.param(credentials.LOCKED_FOR, 303, id="open again"),
    ],
)
def test_how_long_an_account_is_locked(
    browser: People, clock: Clock, waited: timedelta, answer: int
) -> None:
    stranger = browser(None)
    for _ in range(5):
        _try(stranger, "olga")
    clock.now += waited
    assert _try(stranger, "olga", PASSWORD) == answer


def test_a_name_of_nobody_is_locked_like_one_of_somebody(browser: People, clock: Clock) -> None:
    """Else five tries would tell who has an account."""
    stranger = browser(None)
    told = {}
    for name in ("olga", "nobody"):
        told[name] = [_try(stranger, name) for _ in range(6)]
        clock.now += credentials.LOCKED_FOR - timedelta(seconds=1)
        told[name].append(_try(stranger, name))
        clock.now += timedelta(seconds=1)
        told[name].append(_try(stranger, name))
    assert told["olga"] == told["nobody"] == [401] * 5 + [429, 429, 401]


def test_who_goes_on_at_a_locked_account_does_not_fill_the_trail(
    browser: People, database: Database
) -> None:
    stranger = browser(None)
    assert {_try(stranger, "olga") for _ in range(40)} == {401, 429}
    refused = _refused(database)
    assert len(refused) == 31, "30 attempts of the address, and that it was refused then"
    assert {each.details["username"] for each in refused[:-1]} == {"olga"}


def test_a_success_begins_the_count_anew(browser: People) -> None:
    stranger = browser(None)
    for _ in range(2):
        assert [_try(stranger, "olga") for _ in range(4)] == [401] * 4
        assert _try(stranger, "olga", PASSWORD) == 303


def test_wrong_signatures_lock_too(browser: People) -> None:
    olga = browser("olga")
    for _ in range(5):
        wrong = {"current": "guess", "password": "a word of her own"}
        assert olga.post("/account/password", data=wrong).status_code == 401
    right = {"current": PASSWORD, "password": "a word of her own"}
    assert olga.post("/account/password", data=right).status_code == 429


def _fail_before(database: Database, clock: Clock, times: int, *, ago: timedelta) -> None:
    with database.writing() as session:
        session.add_all(
            FailedAttempt(address="testclient", at=clock.now - ago) for _ in range(times)
        )


@pytest.mark.parametrize(
    ("failures", "ago", "answer"),
    [
        pytest.param(29, timedelta(), 401, id="29 failures: one more try"),
        pytest.param(30, timedelta(), 429, id="30 failures: wait"),
        pytest.param(30, timedelta(minutes=4, seconds=59), 429, id="within five minutes"),
        pytest.param(30, timedelta(minutes=5), 401, id="five minutes ago"),
    ],
)
def test_how_often_an_address_may_fail(
    browser: People, database: Database, clock: Clock, failures: int, ago: timedelta, answer: int
) -> None:
    _fail_before(database, clock, failures, ago=ago)
    assert _try(browser(None), "nobody") == answer


def test_an_address_that_goes_on_knocking_does_not_fill_the_trail(
    browser: People, database: Database, clock: Clock
) -> None:
    _fail_before(database, clock, 30, ago=timedelta())
    stranger = browser(None)
    assert [_try(stranger, "nobody") for _ in range(5)] == [429] * 5
    assert len(_refused(database)) == 1


def test_each_attempt_is_in_the_trail_and_the_password_is_not(
    browser: People, database: Database
) -> None:
    stranger = browser(None)
    _try(stranger, "olga", "Secret-Guess-1")
    _try(stranger, "nobody", "Secret-Guess-2")
    refused = _refused(database)
    assert [each.details["username"] for each in refused] == ["olga", "nobody"]
    assert [each.by for each in refused] == ["-", "-"]
    assert all("Secret-Guess" not in each.canonical().decode() for each in refused)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(FailedAttempt)) == 2


def test_what_a_role_may_not_do_is_in_the_trail(browser: People, database: Database) -> None:
    assert browser("olga").get("/people/new").status_code == 403
    last = _refused(database)[-1]
    assert (last.by, last.about, last.details["status"]) == ("olga", "people/new", 403)
