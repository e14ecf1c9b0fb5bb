"""Statements that are kept, and rows that are sent later: what both engines promise."""

from datetime import datetime

import pytest
from sqlalchemy import bindparam, func, insert, literal, select, text, union_all
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    OperationalError,
    PendingRollbackError,
)
from sqlalchemy.orm import Session

from app.asking import among, asked, asked_in_turn, asked_under, connection_of, sent_later
from app.db import Database, columns_of
from app.kept import CURSORS, CURSORS_MAX, ROWS_KEPT, Ask, kept
from app.people.models import Account
from app.web.machines import IdempotentAnswer
from tests.shelf import Clock, Shelf

NEITHER = "\ud800"
"""Half of a letter, which neither driver can send."""
KEYS = columns_of(IdempotentAnswer)
KEEP = insert(IdempotentAnswer).values({each.key: bindparam(each.key) for each in KEYS})
COUNT = select(func.count(KEYS.key))
OPENED_KEYS = select(KEYS.key)
NAMED = select(KEYS.key, KEYS.status, KEYS.at).where(KEYS.key == bindparam("key"))
ACCOUNTS = columns_of(Account)
OPENED = select(ACCOUNTS.username, ACCOUNTS.opened_at).order_by(ACCOUNTS.username)


def answer(key: str, clock: Clock, status: int = 200) -> Ask:
    values = {"request_digest": "d", "status": status, "body": "", "at": clock()}
    return Ask(KEEP, {"key": key, **values})


def test_a_kept_question_reads_what_sqlalchemy_reads(session: Session) -> None:
    found = asked(session, OPENED).all()
    assert found == session.execute(OPENED).all()
    assert found[0].username == "ada"
    assert isinstance(found[0].opened_at, datetime)


def test_each_sees_what_those_before_it_did(session: Session, clock: Clock) -> None:
    count = Ask(COUNT, {})
    found = asked_in_turn(session, count, answer("a", clock), count, answer("b", clock), count)
    assert [each.scalar_one() for each in found[::2]] == [0, 1, 2]
    assert [each.all() for each in found[1::2]] == [[], []]


def test_it_sees_nothing_that_comes_after_it(session: Session, clock: Clock) -> None:
    before, _ = asked_in_turn(session, Ask(OPENED_KEYS, {}), answer("a", clock))
    assert before.all() == []


def test_the_same_question_twice_at_once_has_two_answers(session: Session, clock: Clock) -> None:
    asked_in_turn(session, answer("a", clock), answer("b", clock, 409))
    first, second = asked_in_turn(session, Ask(NAMED, {"key": "a"}), Ask(NAMED, {"key": "b"}))
    assert [first.one().status, second.one().status] == [200, 409]


@pytest.mark.parametrize("others", [0, 2])
def test_what_the_database_refuses_is_told_as_ever(
    database: Database, clock: Clock, others: int
) -> None:
    """Sent alone or with others: nothing is saved, and the connection is good for the next."""
    asks = [answer("a", clock), *[Ask(COUNT, {})] * others]
    with database.writing() as session:
        asked_in_turn(session, *asks)
    with pytest.raises(IntegrityError, match="idempotent_answer"), database.writing() as session:
        asked_in_turn(session, answer("b", clock), *asks)
    with database.writing() as session:
        assert asked(session, COUNT).scalar_one() == 1
        asked_in_turn(session, answer("b", clock), *asks[1:])


def test_a_number_that_fits_no_column_is_told_as_such(session: Session) -> None:
    question = select(KEYS.key).where(KEYS.status == bindparam("status"))
    with pytest.raises(DataError):
        asked(session, question, status=2**70)


def test_a_broken_connection_is_given_up_and_the_next_one_is_new(shelf: Shelf) -> None:
    with shelf.lent("postgresql") as (database, _):
        broken_in_the_middle(database)


def broken_in_the_middle(database: Database) -> None:
    end = text("SELECT pg_terminate_backend(:number)")
    number = select(func.pg_backend_pid())
    for asks in ([Ask(COUNT, {})], [Ask(COUNT, {})] * 3):
        with database.writing() as session:
            own = asked(session, number).scalar_one()
            with database.engine.connect() as orders:
                orders.execute(end, {"number": own})
            with pytest.raises(OperationalError) as told:
                asked_in_turn(session, *asks)
            assert told.value.connection_invalidated
            session.rollback()
        with database.writing() as session:
            assert asked(session, number).scalar_one() != own


def test_a_cursor_that_held_much_is_let_go_of(session: Session) -> None:
    many = union_all(*[select(literal(each).label("n")) for each in range(ROWS_KEPT + 1)])
    few = select(literal(1).label("n"))
    found = [asked(session, each).scalars() for each in (many, few)]
    assert [len(each) for each in found] == [ROWS_KEPT + 1, 1]
    cursors = connection_of(session).connection.info[CURSORS]
    assert few in cursors
    assert many not in cursors


def test_the_cursor_that_was_used_longest_ago_makes_room(session: Session) -> None:
    first, *others = [select(literal(each).label("n")) for each in range(CURSORS_MAX + 1)]
    for each in (first, *others[:-1], first, others[-1]):
        asked(session, each).all()
    cursors = connection_of(session).connection.info[CURSORS]
    assert len(cursors) == CURSORS_MAX
    assert first in cursors
    assert others[0] not in cursors


def test_among_none_is_nobody(session: Session) -> None:
    nobody = select(ACCOUNTS.username).where(among(ACCOUNTS.username, "name", 0))
    assert asked(session, nobody).all() == []


def test_two_columns_with_one_name_are_our_own_mistake(session: Session) -> None:
    with pytest.raises(AssertionError, match="one name"):
        asked(session, select(ACCOUNTS.id, ACCOUNTS.username.label("id")))


def test_a_question_with_a_place_for_any_number_is_not_kept(session: Session) -> None:
    question = select(KEYS.key).where(KEYS.key.in_(["a", "b"]))
    with pytest.raises(AssertionError, match="written anew"):
        kept(question, connection_of(session).dialect)


def test_a_value_that_was_not_told_is_our_own_mistake(session: Session) -> None:
    with pytest.raises(KeyError, match="key"):
        asked(session, NAMED)


@pytest.mark.parametrize("by", ["mapper", "question", "connection", "lock", "commit"])
def test_what_waits_goes_before_anything_else(database: Database, clock: Clock, by: str) -> None:
    told: list[object] = []
    with database.writing() as session:
        sent_later(session, answer("a", clock), told.append)
        sent_later(session, answer("b", clock))
        assert not told
        if by == "mapper":
            assert session.scalar(select(func.count()).select_from(IdempotentAnswer)) == 2
        elif by == "question":
            assert asked(session, COUNT).scalar_one() == 2
        elif by == "connection":
            assert connection_of(session).scalar(COUNT) == 2
        elif by == "lock":
            asked_under(session, [Ask(COUNT, {})], [Ask(COUNT, {})])
        assert bool(told) == (by != "commit")
    with database.reading() as session:
        assert asked(session, COUNT).scalar_one() == 2


def test_what_waits_goes_before_what_the_session_adds(session: Session, clock: Clock) -> None:
    """Two with one key: the second to be written is refused, and that is what was added."""
    sent_later(session, answer("a", clock, 409))
    again = IdempotentAnswer(key="a", request_digest="d", body="", status=200, at=clock())
    session.add(again)
    with pytest.raises(IntegrityError):
        session.flush()


def test_what_waits_is_forgotten_when_nothing_is_saved(database: Database, clock: Clock) -> None:
    with database.writing() as session:
        sent_later(session, answer("a", clock))
        session.rollback()
    with database.writing() as session:
        assert asked(session, COUNT).scalar_one() == 0


def test_what_failed_in_a_turn_cannot_be_saved_in_part(database: Database, clock: Clock) -> None:
    """The first row is written, the second is not, and nobody was told of either."""
    refused = Ask(KEEP, {**answer("b", clock).values, "body": NEITHER})

    def goes_on_after(session: Session) -> None:
        with pytest.raises((UnicodeError, DBAPIError)):
            asked_in_turn(session, answer("a", clock), refused)
        with pytest.raises(PendingRollbackError):
            asked(session, COUNT)
        with pytest.raises(PendingRollbackError):
            session.scalar(COUNT)

    with pytest.raises(PendingRollbackError), database.writing() as session:
        goes_on_after(session)
    with database.writing() as session:
        assert asked(session, COUNT).scalar_one() == 0


def test_a_row_that_is_sent_for_another_is_sent_as_well(database: Database, clock: Clock) -> None:
    with database.writing() as session:
        second = answer("b", clock)
        sent_later(session, answer("a", clock), lambda _: sent_later(session, second))
    with database.reading() as session:
        assert asked(session, COUNT).scalar_one() == 2
