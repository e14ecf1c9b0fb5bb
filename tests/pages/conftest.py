"""Programs that act for people, beside the browsers in which people sit."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.db import Database
from app.people import actions as people
from app.trail import audit
from schemas.people import NewToken
from tests.conftest import Browser, Clock, person


@pytest.fixture
def machine(
    database: Database, browser: Callable[[str | None], Browser], clock: Clock
) -> Callable[[str], Browser]:
    """`machine("olga")`: a program that acts for Olga."""

    def opened(username: str) -> Browser:
        with database.writing() as session:
            new = NewToken(label="a program", expires_on=clock().date() + timedelta(days=30))
            by = person(session, username)
            token, _ = people.make_token(session, new, by=by, at=clock(), record=audit.record)
        program = browser(None)
        program.headers["authorization"] = f"Bearer {token}"
        return program

    return opened
