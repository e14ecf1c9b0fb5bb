"""The surroundings fail: a full disk, a database that is gone. A clear no, nothing half-written."""

import resource
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import anyio
import httpx2 as httpx
from sqlalchemy import create_engine, make_url, text

from app.db import Database
from app.people import actions
from app.trail import audit
from schemas.people import NewToken
from tests.conftest import Browser, Clock, Shelf, app_over, person

People = Callable[[str | None], Browser]


@contextmanager
def full_disk() -> Iterator[None]:
    """No file can grow, as on a disk without room."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def machine(database: Database, clock: Clock, username: str) -> Browser:
    """A machine that acts for somebody."""
    with database.writing() as session:
        new = NewToken(label="a machine", expires_on=clock().date() + timedelta(days=9))
        by = person(session, username, "account.own")
        token, _ = actions.make_token(session, new, by=by, at=clock(), record=audit.record)
    asked = Browser(app_over(database, clock), None)
    asked.headers["authorization"] = f"Bearer {token}"
    return asked


def count(database: Database) -> int:
    with database.engine.connect() as looking:
        return int(looking.execute(text("SELECT count(*) FROM audit_entry")).scalar_one())


def test_a_full_disk_is_told_on_a_page_and_what_was_typed_stays(
    browser: People, database: Database
) -> None:
    quinn, before = browser("quinn"), count(database)
    token = {"label": "the counter", "expires_on": "2026-03-31"}
    with full_disk():
        told = quinn.post("/account/tokens/new", data=token)
    assert told.status_code == 507
    assert "Nothing was saved" in told.text
    assert 'value="the counter"' in told.text
    assert count(database) == before
    assert quinn.post("/account/tokens/new", data=token).status_code == 200


def test_a_full_disk_is_a_problem_for_a_machine(database: Database, clock: Clock) -> None:
    asked, before = machine(database, clock, "quinn"), count(database)
    token = {"label": "the counter", "expires_on": "2026-03-31"}
    with full_disk():
        told = asked.post("/api/v1/account/tokens", json=token)
    assert (told.status_code, told.headers["content-type"]) == (507, "application/problem+json")
    assert "Nothing was saved" in told.json()["detail"]
    assert count(database) == before
    assert asked.post("/api/v1/account/tokens", json=token).status_code < 300


def test_a_refusal_that_cannot_be_kept_is_not_a_fault(browser: People) -> None:
    olga = browser("olga")
    with full_disk():
        assert olga.get("/people").status_code == 507
    assert olga.get("/people").status_code == 403


def test_a_database_that_went_away_is_told_and_used_again_when_it_is_back(
    shelf: Shelf, clock: Clock
) -> None:
    with shelf.lent("postgresql") as (database, _):
        gone_and_back(database, clock)


def gone_and_back(database: Database, clock: Clock) -> None:
    url = make_url(database.url)
    asked = machine(database, clock, "ada")
    assert asked.get("/api/v1/lots").status_code == 200
    name = url.database
    server = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as orders:
        orders.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        orders.execute(
            text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        )
        told = asked.get("/api/v1/lots")
        assert (told.status_code, told.headers["content-type"]) == (503, "application/problem+json")
        page = Browser(asked.app, "a cookie").get("/lots")
        assert page.status_code == 503
        assert "The database does not answer" in page.text
        orders.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    assert asked.get("/api/v1/lots").status_code == 200
    server.dispose()


def test_who_sends_no_end_of_a_request_stops_nobody_who_writes(
    sqlite_database: Database, clock: Clock
) -> None:
    """A tablet that lost its network, half-way through: it waits without the turn to write."""
    adam = machine(sqlite_database, clock, "adam")
    asked = {**adam.headers, "idempotency-key": "one"}

    async def half() -> AsyncIterator[bytes]:
        yield b"{"
        await anyio.sleep_forever()

    async def both() -> int:
        transport = httpx.ASGITransport(app=adam.app)
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://testserver") as at_once,
            anyio.create_task_group() as tasks,
        ):
            send = partial(at_once.post, "/api/v1/account/sessions/end")
            tasks.start_soon(partial(send, content=half(), headers=asked))
            await anyio.wait_all_tasks_blocked()
            with anyio.fail_after(20):
                answer = await send(headers=adam.headers)
            tasks.cancel_scope.cancel()
            return answer.status_code

    assert anyio.run(both) == 200
