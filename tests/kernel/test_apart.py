"""Questions that the event loop asks by itself: answered alone, and by whoever is still there."""

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from time import sleep
from typing import Any, TypeVar

import pytest
from sqlalchemy import bindparam, func, make_url, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from app import apart
from app.apart import IDLE_MAX
from app.db import Database, columns_of
from app.engines import GIVEN_UP, connection_told
from app.kept import Ask
from app.people.models import Account
from tests.shelf import Shelf

T = TypeVar("T")
ACCOUNTS = columns_of(Account)
NAMED = select(ACCOUNTS.username, ACCOUNTS.role_names, ACCOUNTS.opened_at).where(
    ACCOUNTS.username == bindparam("username")
)
WHO = Ask(select(func.pg_backend_pid()), {})
SLEEPS = Ask(select(func.pg_sleep(bindparam("seconds"))), {"seconds": 0.2})
WRONG = Ask(select(func.chr(bindparam("code", type_=ACCOUNTS.id.type))), {"code": 0})
CONNECTED = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")


def run(asks: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asks)


@pytest.fixture
def postgres(shelf: Shelf) -> Iterator[Database]:
    with shelf.lent("postgresql") as (database, _):
        yield database


async def who(database: Database) -> int:
    number: int = (await database.apart.answered(WHO)).scalar_one()
    return number


def test_it_reads_what_a_session_reads(database: Database) -> None:
    found = run(database.apart.answered(Ask(NAMED, {"username": "olga"}))).one()
    with database.reading() as session:
        assert found == session.execute(NAMED, {"username": "olga"}).one()


def test_it_sees_what_was_saved_a_moment_ago(database: Database) -> None:
    ask = Ask(NAMED, {"username": "olga"})
    before = run(database.apart.answered(ask)).one()
    with database.engine.begin() as other:
        other.execute(text("UPDATE account SET username = 'olga2' WHERE username = 'olga'"))
    assert before.username == "olga"
    assert run(database.apart.answered(ask)).first() is None


def test_the_same_connection_is_asked_again(postgres: Database) -> None:
    assert run(who(postgres)) == run(who(postgres))


def test_one_that_broke_while_it_lay_idle_is_replaced(postgres: Database) -> None:
    """Nobody is told: the question changes nothing, so another one is asked."""
    broken = run(who(postgres))
    with postgres.engine.connect() as orders:
        orders.execute(text("SELECT pg_terminate_backend(:number)"), {"number": broken})
    assert run(who(postgres)) != broken


def test_a_question_that_is_wrong_is_told_and_asked_once(postgres: Database) -> None:
    number = run(who(postgres))
    with pytest.raises(DBAPIError, match="null character") as told:
        run(postgres.apart.answered(WRONG))
    assert not told.value.connection_invalidated
    assert run(who(postgres)) != number, "what failed is not trusted again"


def test_who_goes_away_in_the_middle_leaves_no_answer_to_the_next(postgres: Database) -> None:
    async def left() -> tuple[int, int]:
        before = await who(postgres)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(postgres.apart.answered(SLEEPS), 0.05)
        return before, await who(postgres)

    before, after = run(left())
    assert before != after


def test_many_at_once_are_all_answered_and_few_connections_are_kept(postgres: Database) -> None:
    async def all_at_once() -> list[Any]:
        asks = (postgres.apart.answered(SLEEPS) for _ in range(2 * IDLE_MAX))
        return [each.all() for each in await asyncio.gather(*asks)]

    with postgres.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as orders:
        before = orders.execute(CONNECTED).scalar_one()
        assert len(run(all_at_once())) == 2 * IDLE_MAX
        for _ in range(500):  # the server needs a moment to see that they left
            left = orders.execute(CONNECTED).scalar_one() - before
            if left == IDLE_MAX:
                break
            sleep(0.01)
    assert left == IDLE_MAX


def test_where_no_database_is_it_says_so(postgres: Database) -> None:
    nowhere = Database(postgres.url.replace("/d", "/nothing_"))
    with pytest.raises(OperationalError) as told:
        run(nowhere.apart.answered(WHO))
    assert told.value.connection_invalidated
    nowhere.close()


def test_a_server_that_does_not_answer_is_not_waited_for_long() -> None:
    assert connection_told("postgresql://passage@far").items() > GIVEN_UP.items()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"postgresql+psycopg://127.0.0.1:{silent.getsockname()[1]}/passage"
        far = Database(f"{where}?connect_timeout=2")
        assert "connect_timeout" not in connection_told(far.url)
        with pytest.raises(OperationalError, match="timeout") as told:
            run(far.apart.answered(WHO))
        far.close()
    assert told.value.connection_invalidated


def test_an_answer_that_does_not_come_is_not_waited_for(
    postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody holds the table of accounts: who is looked for is told after a while."""
    monkeypatch.setattr(apart, "ANSWER_SECONDS", 0.2)
    database = Database(postgres.url)
    with database.engine.begin() as other:
        other.execute(text("LOCK TABLE account IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(OperationalError, match="statement timeout"):
            run(database.apart.answered(Ask(NAMED, {"username": "olga"})))
    assert run(database.apart.answered(Ask(NAMED, {"username": "olga"}))).one()
    database.close()


@contextmanager
def way_to(server: str) -> Iterator[tuple[str, threading.Event]]:
    """A way to a server on which everything is lost while the event is set; its port."""
    lost = threading.Event()
    ends: list[socket.socket] = []

    def carry(here: socket.socket, there: socket.socket) -> None:
        with suppress(OSError):
            while some := here.recv(65536):
                if not lost.is_set():
                    there.sendall(some)
        with suppress(OSError):
            there.shutdown(socket.SHUT_RDWR)

    def accept(door: socket.socket) -> None:
        with suppress(OSError):
            while True:
                here, _ = door.accept()
                there = socket.socket(socket.AF_UNIX)
                ends.extend((here, there))
                there.connect(server)
                for ways in ((here, there), (there, here)):
                    threading.Thread(target=carry, args=ways, daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=accept, args=(door,), daemon=True).start()
        yield str(door.getsockname()[1]), lost
        door.shutdown(socket.SHUT_RDWR)
        for each in ends:
            each.close()


def test_a_server_that_is_there_and_says_nothing_is_given_up(
    postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its machine hangs with our question: whoever asks is told so, and the next is answered."""
    monkeypatch.setattr(apart, "ANSWER_SECONDS", 0.3)
    url = make_url(postgres.url)
    place = f"{url.query['host']}/.s.PGSQL.5432"
    with way_to(place) as (port, lost):
        where = {"host": "127.0.0.1", "port": port, "connect_timeout": "2", "sslmode": "disable"}
        far = Database(url.set(query=where).render_as_string(hide_password=False))
        ask = Ask(NAMED, {"username": "olga"})
        assert run(far.apart.answered(ask)).one()
        lost.set()
        with pytest.raises(OperationalError) as told:
            run(far.apart.answered(ask))
        assert told.value.connection_invalidated
        lost.clear()
        assert run(far.apart.answered(ask)).one()
        far.close()
