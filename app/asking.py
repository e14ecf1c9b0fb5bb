"""What is asked and written inside a transaction, past the mapper: at once, in turn, or later."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Select, bindparam, event, false
from sqlalchemy.engine import Connection
from sqlalchemy.exc import PendingRollbackError
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from app.kept import Answer, Ask, answered

CONNECTION = "connection of this transaction"
WAITING = "rows that wait to be sent"
FAILED = "a statement failed"


class Waiting(NamedTuple):
    """A row to be written, and who is told what the database gave it."""

    ask: Ask
    then: Callable[[Answer], object] | None


def connection_of(session: Session) -> Connection:
    """The connection of a session's transaction, which the session looks for at each call."""
    send_waiting(session)
    return _connection(session)


def _connection(session: Session) -> Connection:
    known: Connection | None = session.info.get(CONNECTION)
    if known is None or known.closed:
        known = session.info[CONNECTION] = session.connection()
    return known


def asked(session: Session, question: Select[*tuple[Any, ...]], **values: object) -> Answer:
    """The rows that answer a question of bare columns, which is made once and kept."""
    (found,) = asked_in_turn(session, Ask(question, values))
    return found


def asked_in_turn(session: Session, *asks: Ask) -> list[Answer]:
    """The answers to several, sent at once: each sees what those before it did, and its locks.

    What waits to be written goes before them. When one fails, nobody knows which of the rows are
    there: the transaction can only be rolled back.
    """
    if session.info.get(FAILED):
        raise PendingRollbackError("A statement failed. Roll the transaction back.")
    waiting: list[Waiting] = session.info.pop(WAITING, [])
    try:
        found = answered(_connection(session), *(each.ask for each in waiting), *asks)
        for each, given in zip(waiting, found, strict=False):
            if each.then is not None:
                each.then(given)
    except BaseException:
        session.info[FAILED] = True
        raise
    return found[len(waiting) :]


def asked_under(
    session: Session, locks: Sequence[Ask], asks: Sequence[Ask]
) -> tuple[list[Answer] | None, list[Answer]]:
    """The rows that were locked until the transaction ends, and what was asked under the locks.

    On SQLite nobody else writes meanwhile: whatever is read is locked, and the first answer is
    None. On PostgreSQL a row that is found and was not among the locked came in between.
    """
    if _connection(session).dialect.name != "postgresql":
        return None, asked_in_turn(session, *asks) if asks else []
    found = asked_in_turn(session, *locks, *asks)
    return found[: len(locks)], found[len(locks) :]


def sent_later(session: Session, ask: Ask, then: Callable[[Answer], object] | None = None) -> None:
    """Write a row at the latest before anything else is asked of the session, or committed.

    Who takes the session's own connection, past `connection_of`, does not see it yet.
    """
    session.info.setdefault(WAITING, []).append(Waiting(ask, then))


def send_waiting(session: Session) -> None:
    """Send what waits.

    Raises:
        PendingRollbackError: something failed before; nothing of it is saved.
    """
    while session.info.get(WAITING) or session.info.get(FAILED):
        asked_in_turn(session)


def _before_others(execution: ORMExecuteState) -> None:
    send_waiting(execution.session)


def _before_flush(session: Session, _context: object, _instances: object) -> None:
    send_waiting(session)


def among(column: Column[Any], name: str, count: int) -> ColumnElement[bool]:
    """The condition for so many values, told by `each_told`, in a question that is kept.

    A place for any number of values is written anew into the question at every call.
    """
    if count == 0:
        return false()
    return column.in_([bindparam(f"{name}_{place}", type_=column.type) for place in range(count)])


def each_told(name: str, values: Iterable[object]) -> dict[str, object]:
    """The values of a condition that was made by `among`."""
    return {f"{name}_{place}": value for place, value in enumerate(values)}


def _forget(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        for each in (CONNECTION, WAITING, FAILED):
            session.info.pop(each, None)


event.listen(Session, "after_transaction_end", _forget)
event.listen(Session, "do_orm_execute", _before_others)
event.listen(Session, "before_flush", _before_flush)
event.listen(Session, "before_commit", send_waiting, insert=True)
# first, before the trail looks for rows that no entry holds
