"""Many at once: repeated requests act once, and everyone gets to the end of the trail in turn."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import httpx2 as httpx
import pytest
import uvicorn
from sqlalchemy import Connection, func, select, text

from app.db import Database
from app.people import actions
from app.people.models import Account, ApiToken, BrowserSession
from app.trail import audit
from app.trail.models import AuditEntry
from app.web.machines import IdempotentAnswer
from app.web.unit import WRITING_MAX
from schemas.people import NewToken, SignIn
from tests.conftest import PASSWORD, Browser, Clock, app_over, person
from tests.shelf import Shelf
from tests.trail.conftest import Verified
from tests.trail.history import note_of_the_end

WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
NINA = {
    "username": "nina",
    "name": "Nina Berg",
    "roles": ["operator"],
    "identity_checked": "Passport seen",
    "password": "her first password",
}


def _token(database: Database, username: str, clock: Clock) -> str:
    with database.writing() as session:
        new = NewToken(label="a machine", expires_on=date(2027, 1, 1))
        by = person(session, username, "account.own")
        token, _ = actions.make_token(session, new, by=by, at=clock(), record=audit.record)
    return token


@pytest.fixture
def machine(database: Database, clock: Clock) -> Callable[..., httpx.Response]:
    """Adam's machine: `machine(path, body, key="...")`."""
    app = app_over(database, clock)
    token = _token(database, "adam", clock)

    def post(path: str, body: object, *, key: str | None = None) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"}
        if key is not None:
            headers["idempotency-key"] = key
        return Browser(app, None).post(f"/api/v1{path}", json=body, headers=headers)

    return post


def _count(database: Database, kind: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


# Idempotency keys


def test_a_repeated_request_acts_once_and_is_answered_alike(
    database: Database, machine: Callable[..., httpx.Response]
) -> None:
    first = machine("/people/accounts", NINA, key="k1")
    entries = _count(database, AuditEntry)
    again = machine("/people/accounts", NINA, key="k1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert again.headers["idempotent-replay"] == "true"
    assert "idempotent-replay" not in first.headers
    assert _count(database, AuditEntry) == entries


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param("/people/accounts", {**NINA, "name": "Nina Other"}, id="another body"),
        pytest.param("/people/training", NINA, id="another address"),
    ],
)
def test_a_key_is_not_used_for_something_else(
    database: Database, machine: Callable[..., httpx.Response], path: str, body: object
) -> None:
    machine("/people/accounts", NINA, key="k1")
    other = machine(path, body, key="k1")
    assert other.status_code in (403, 422)
    if other.status_code == 422:
        assert other.json()["title"] == "Key already used"
    assert _count(database, Account) == 13


def test_without_a_key_it_is_tried_again(
    database: Database, machine: Callable[..., httpx.Response]
) -> None:
    assert machine("/people/accounts", NINA).status_code == 200
    assert machine("/people/accounts", NINA).status_code == 422


def test_what_was_refused_may_be_repeated_with_its_key(
    database: Database, machine: Callable[..., httpx.Response]
) -> None:
    wrong = {**NINA, "username": "olga"}
    assert machine("/people/accounts", wrong, key="k1").status_code == 422
    assert _count(database, IdempotentAnswer) == 0
    assert machine("/people/accounts", NINA, key="k1").status_code == 200


def test_a_key_belongs_to_its_token(database: Database, clock: Clock) -> None:
    app = app_over(database, clock)
    made = []
    for username in ("olga", "oskar"):
        headers = {
            "authorization": f"Bearer {_token(database, username, clock)}",
            "idempotency-key": "k1",
        }
        answer = Browser(app, None).post("/api/v1/account/sessions/end", json={}, headers=headers)
        made.append("idempotent-replay" in answer.headers)
    assert made == [False, False]


def test_no_token_is_kept_for_a_repeated_answer(
    database: Database, machine: Callable[..., httpx.Response]
) -> None:
    new = {"label": "another machine", "expires_on": "2026-12-31"}
    token = machine("/account/tokens", new, key="k1").json()["token"]
    with database.reading() as session:
        assert all(token not in each.body for each in session.scalars(select(IdempotentAnswer)))
        assert token not in session.scalars(select(ApiToken.token_digest)).all()


def test_the_same_request_many_times_at_once_acts_once(
    database: Database, machine: Callable[..., httpx.Response]
) -> None:
    with ThreadPoolExecutor(6) as crowd:
        answers = list(crowd.map(lambda _: machine("/people/accounts", NINA, key="k1"), range(6)))
    assert [each.status_code for each in answers] == [200] * 6
    assert len({each.text for each in answers}) == 1
    assert sum("idempotent-replay" in each.headers for each in answers) == 5
    assert _count(database, Account) == 13


# The end of the trail


def test_writers_at_once_are_sealed_in_turn(
    database: Database, own_folder: Path, clock: Clock, verified: Callable[[], Verified]
) -> None:
    note_of_the_end(database)
    with database.reading() as session:
        before = audit.head(session).seq
    ready = threading.Barrier(8)

    def write(number: int) -> None:
        ready.wait()
        for at in range(5):
            with database.writing() as session:
                by = person(session, "olga", "lot.read")
                audit.record(session, by=by, at=clock(), did="test", about=f"lot/{number}/{at}")

    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(write, range(8)))
    with database.reading() as session:
        assert audit.head(session).seq == before + 40
    assert str(verified()) == ""


# A crowd


@contextmanager
def served(database: Database, clock: Clock) -> Iterator[str]:
    """The application as it really runs, in one event loop with its few threads."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(
        app_over(database, clock), host="127.0.0.1", port=port, log_level="error", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def test_attempts_at_once_are_all_counted(
    database: Database, clock: Clock, own_folder: Path, verified: Callable[[], Verified]
) -> None:
    note_of_the_end(database)
    wrong = {"username": "olga", "password": "guess"}
    with served(database, clock) as address, ThreadPoolExecutor(5) as crowd:

        def guess(_: int) -> int:
            return httpx.post(
                f"{address}/sign-in", data=wrong, headers={"origin": address}, timeout=60
            ).status_code

        answers = list(crowd.map(guess, range(5)))
    assert answers == [401] * 5
    with database.reading() as session:
        assert actions.account_named(session, "olga").locked_until is not None
    assert str(verified()) == ""


def test_a_crowd_of_writers_and_refused_does_not_stop_the_house(
    sqlite_database: Database, own_folder: Path, clock: Clock
) -> None:
    """More requests at once than there are threads: writing, refused, and looking."""
    with sqlite_database.writing() as session:
        cookie, _ = actions.begin_session(
            session,
            SignIn(username="olga", password=PASSWORD),
            address="test",
            at=clock(),
            record=audit.record,
        )
    token = _token(sqlite_database, "olga", clock)
    clock.forward(minutes=1)  # so that each first look is written down
    with served(sqlite_database, clock) as address:

        def ask(number: int) -> int:
            if number % 3 == 0:
                return httpx.get(
                    f"{address}/people/new", headers={"cookie": f"passage={cookie}"}, timeout=60
                ).status_code
            if number % 3 == 1:
                return httpx.get(
                    f"{address}/account", headers={"cookie": f"passage={cookie}"}, timeout=60
                ).status_code
            return httpx.post(
                f"{address}/api/v1/account/tokens",
                headers={"authorization": f"Bearer {token}"},
                json={"label": f"machine {number}", "expires_on": "2026-12-31"},
                timeout=60,
            ).status_code

        with ThreadPoolExecutor(120) as crowd:
            answers = list(crowd.map(ask, range(180)))
    assert [answers.count(each) for each in (403, 200)] == [60, 120]
    with sqlite_database.reading() as session:
        tokens = select(func.count()).select_from(ApiToken)
        assert session.scalar(tokens) == 61
        assert session.scalar(select(func.count()).select_from(BrowserSession)) == 1


@contextmanager
def all_turns_taken(
    database: Database, clock: Clock, *, minutes: int
) -> Iterator[tuple[Callable[[], httpx.Response], Connection]]:
    """Olga was last seen so long ago, and as many as may write wait for a deed of another server.

    Her look at a page, and what ends the deed: its connection.
    """
    with database.writing() as session:
        form = SignIn(username="olga", password=PASSWORD)
        cookie, _ = actions.begin_session(
            session, form, address="test", at=clock(), record=audit.record
        )
    token = {"authorization": f"Bearer {_token(database, 'olga', clock)}"}
    clock.forward(minutes=minutes)
    with (
        served(database, clock) as address,
        ThreadPoolExecutor(WRITING_MAX) as crowd,
        database.engine.connect() as other,
    ):
        other.execute(select(func.pg_advisory_xact_lock(audit.TRAIL_LOCK)))
        for number in range(WRITING_MAX):
            new = {"label": f"machine {number}", "expires_on": "2026-12-31"}
            url = f"{address}/api/v1/account/tokens"
            crowd.submit(httpx.post, url, headers=token, json=new, timeout=60)
        while other.execute(WAITING).scalar_one() < WRITING_MAX:
            time.sleep(0.01)
        account = f"{address}/account"
        yield lambda: httpx.get(account, cookies={"passage": cookie}, timeout=60), other


def last_seen(database: Database) -> datetime:
    with database.reading() as session:
        return session.scalars(select(BrowserSession.seen_at)).one()


def test_who_only_looks_waits_for_no_writer(shelf: Shelf) -> None:
    with (
        shelf.lent("postgresql") as (database, clock),
        all_turns_taken(database, clock, minutes=1) as (look, other),
    ):
        assert look().status_code == 200
        assert last_seen(database) < clock.now
        other.rollback()
        clock.forward(minutes=1)
        looks = (look().status_code for _ in range(200))  # the turns are given back one by one
        assert any(last_seen(database) == clock.now for answer in looks if answer == 200)


def test_who_works_among_many_who_write_is_not_locked_out(shelf: Shelf) -> None:
    """Half of the pause has passed: that she was seen is waited for, and noted."""
    with shelf.lent("postgresql") as (database, clock), ThreadPoolExecutor(1) as olga:
        with all_turns_taken(database, clock, minutes=10) as (look, other):
            looks = olga.submit(look)
            time.sleep(0.2)
            assert not looks.done()
            other.rollback()
            assert looks.result().status_code == 200
        assert last_seen(database) == clock.now
