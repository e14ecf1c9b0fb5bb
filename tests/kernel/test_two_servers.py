"""Two application servers on one PostgreSQL and one folder: whatever is known to one binds both."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.db import Database
from app.main import create_app
from app.people import actions
from app.trail import audit
from schemas.people import NewToken
from tests.conftest import PASSWORD, Browser, Clock, Shelf, person


@dataclass
class Pair:
    """Two servers, each with its own pool of connections."""

    first: Database
    second: Database
    clock: Clock

    def browsers(self) -> tuple[Browser, Browser]:
        """A stranger's browser at each."""
        return (
            Browser(create_app(self.first, self.clock), None),
            Browser(create_app(self.second, self.clock), None),
        )

    def machines(self, username: str) -> tuple[Browser, Browser]:
        """The same machine at each."""
        with self.first.writing() as session:
            new = NewToken(label="both", expires_on=self.clock().date() + timedelta(days=9))
            by, at = person(session, username, "account.own"), self.clock()
            token, _ = actions.make_token(session, new, by=by, at=at, record=audit.record)
        both = self.browsers()
        for each in both:
            each.headers["authorization"] = f"Bearer {token}"
        return both

    def count(self, asked: str) -> int:
        with self.first.engine.connect() as looking:
            return int(looking.execute(text(f"SELECT count(*) FROM {asked}")).scalar_one())


@pytest.fixture
def pair(shelf: Shelf, clock: Clock) -> Iterator[Pair]:
    with shelf.lent("postgresql") as (first, _):
        second = Database(first.url)
        yield Pair(first, second, clock)
        second.close()


def test_who_signed_in_at_one_is_signed_in_at_the_other_and_out_everywhere(pair: Pair) -> None:
    here, there = pair.browsers()
    here.post("/sign-in", data={"username": "olga", "password": PASSWORD})
    there.cookies.update(here.cookies)
    assert (here.get("/").status_code, there.get("/").status_code) == (200, 200)
    there.post("/sign-out", data={"everywhere": "true"})
    assert here.get("/").status_code == 303


def test_wrong_passwords_count_together(pair: Pair) -> None:
    both = pair.browsers()
    for number in range(5):
        wrong = {"username": "olga", "password": f"guess {number}"}
        assert both[number % 2].post("/sign-in", data=wrong).status_code == 401
    right = {"username": "olga", "password": PASSWORD}
    assert [each.post("/sign-in", data=right).status_code for each in both] == [429, 429]


def test_a_key_that_is_sent_to_both_at_once_acts_once(pair: Pair) -> None:
    both = pair.machines("quinn")
    training = {
        "username": "olga",
        "document_code": "MBR-UC-01",
        "document_version": "1",
        "trained_on": "2026-03-01",
        "valid_until": "2027-03-01",
        "evidence": "Form 12 of the folder",
    }

    def sent(machine: Browser) -> tuple[int, str]:
        key = {"idempotency-key": "once"}
        answer = machine.post("/api/v1/people/training", json=training, headers=key)
        return answer.status_code, answer.text

    with ThreadPoolExecutor(4) as crowd:
        answers = set(crowd.map(sent, [*both, *both]))
    assert pair.count("training") == 1
    assert [status for status, _ in answers] == [200]


def test_entries_of_both_are_one_chain(pair: Pair) -> None:
    both = pair.machines("olga")

    def made(number: int) -> int:
        body = {"label": f"machine {number}", "expires_on": "2026-03-31"}
        return int(both[number % 2].post("/api/v1/account/tokens", json=body).status_code)

    before = pair.count("audit_entry")
    with ThreadPoolExecutor(6) as crowd:
        assert max(crowd.map(made, range(24))) < 300
    assert pair.count("audit_entry") == before + 24
    with pair.first.engine.connect() as looking:
        last = looking.execute(text("SELECT max(seq) FROM audit_entry")).scalar_one()
    assert last == before + 24
