"""What both engines give back alike."""

from datetime import UTC

from sqlalchemy import make_url, select, text
from sqlalchemy.orm import Session

from app.db import Database
from app.people.models import Account
from tests.shelf import Shelf


def test_a_moment_comes_in_utc(session: Session) -> None:
    assert {each.tzinfo for each in session.scalars(select(Account.opened_at))} == {UTC}


def test_postgresql_tells_moments_in_utc_and_keeps_the_options_of_its_url(
    shelf: Shelf,
) -> None:
    with shelf.lent("postgresql") as (database, _):
        url = make_url(database.url)
        set_apart = {"options": "-c TimeZone=Asia/Tokyo -c geqo=off"}
        again = Database(url.update_query_dict(set_apart).render_as_string(hide_password=False))
        with again.engine.connect() as connection:
            told = [connection.scalar(text(f"SHOW {each}")) for each in ("TimeZone", "geqo")]
        again.close()
    assert told == ["UTC", "off"]


def test_an_answer_has_its_columns_described(database: Database) -> None:
    with database.engine.connect() as connection:
        found = connection.execute(text("SELECT 1 AS one, 'two' AS two"))
        assert tuple(found.keys()) == ("one", "two")
        assert found.cursor is not None
        assert [each[0] for each in found.cursor.description or ()] == ["one", "two"]
        assert found.one() == (1, "two")
