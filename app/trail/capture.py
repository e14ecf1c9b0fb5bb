"""The session's own witness: every audited row that is written is noted, without being asked.

An action cannot forget a row: what was written and not recorded fails the commit. What is
append-only is not changed, and nothing audited is deleted (R-P11-05, design idea 2).
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, SessionTransaction
from sqlalchemy.orm.base import NO_VALUE

from app.db import AppendOnly, Base, Technical, key_of
from app.trail.models import AuditEntry
from schemas.trail import RowChange

AS_IT_IS = frozenset({str, int, bool})
NOTED = "rows written and not yet recorded"


class Untrailed(AssertionError):
    """Rows were written without an entry in the trail. This is our own mistake."""


def plain(value: object) -> Any:
    """A column's value as JSON: exact and the same on both databases."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return value.hex()
    return value


@cache
def secrets_of(mapper: Mapper[Any]) -> frozenset[str]:
    """The columns of which the trail keeps a digest alone."""
    return frozenset(each.key for each in mapper.column_attrs if each.columns[0].info.get("secret"))


def shown(mapper: Mapper[Any], key: str, value: object) -> Any:
    """A column's value for the trail; of a secret only a digest."""
    if value is not None and key in secrets_of(mapper):
        return "sha256:" + sha256(str(value).encode()).hexdigest()
    return value if type(value) in AS_IT_IS else plain(value)


def state_of(row: Base) -> dict[str, Any]:
    """The whole row, as the trail keeps it and as verification compares it."""
    mapper = inspect(row).mapper
    return {
        each.key: shown(mapper, each.key, getattr(row, each.key)) for each in mapper.column_attrs
    }


def audited_mappers() -> tuple[Mapper[Any], ...]:
    """Every mapped class the trail watches, by the name of its table."""
    found = (each for each in Base.registry.mappers if _watched(each.class_))
    return tuple(sorted(found, key=lambda each: str(each.local_table)))


def _was(row: Base) -> dict[str, Any]:
    """What the changed columns held before this flush."""
    facts = inspect(row)
    old: dict[str, Any] = {}
    for each in facts.mapper.column_attrs:
        gone = facts.attrs[each.key].history.deleted
        if gone and gone[0] is not NO_VALUE:
            old[each.key] = shown(facts.mapper, each.key, gone[0])
    counted = facts.mapper.version_id_col
    if counted is not None:
        # The flush counts the version by itself, past the history of the attribute.
        key = facts.mapper.get_property_by_column(counted).key
        old[key] = getattr(row, key) - 1
    return old


def _watched(kind: type) -> bool:
    return not issubclass(kind, Technical | AuditEntry)


def _audited(row: object) -> bool:
    return _watched(type(row))


def _refuse_changes(session: Session, _context: object, _instances: object) -> None:
    for row in session.dirty:
        if isinstance(row, AppendOnly) and session.is_modified(row):
            raise Untrailed(f"{type(row).__name__} is append-only: correct it with a new row")
    for row in session.deleted:
        if _audited(row):
            raise Untrailed(f"{type(row).__name__} rows are never deleted")


def note(session: Session, kind: type[Base], key: str, new: dict[str, Any]) -> None:
    """Let the next entry of the trail hold a row that was just written."""
    noted: list[RowChange] = session.info.setdefault(NOTED, [])
    noted.append(RowChange.model_construct(table=kind.__tablename__, key=key, new=new))


def _note_rows(session: Session, _context: object) -> None:
    for row in session.new:
        if isinstance(row, Base) and _audited(row):
            note(session, type(row), key_of(row), state_of(row))
    noted: list[RowChange] = session.info.setdefault(NOTED, [])
    noted.extend(
        RowChange(table=row.__tablename__, key=key_of(row), new=state_of(row), old=_was(row))
        for row in session.dirty
        if _audited(row) and session.is_modified(row)
    )


def _refuse_bulk(execution: ORMExecuteState) -> None:
    if not (execution.is_insert or execution.is_update or execution.is_delete):
        return
    written = str(getattr(execution.statement, "table", ""))
    for mapper in Base.registry.mappers:
        if str(mapper.local_table) == written and not issubclass(mapper.class_, Technical):
            raise Untrailed(f"bulk changes of {mapper.class_.__name__} would pass the trail by")


def _refuse_savepoints(_session: Session, transaction: SessionTransaction) -> None:
    # Rolling back to a savepoint would forget rows that were noted before it.
    if transaction.nested:
        raise Untrailed("no savepoints: a request is saved whole, or not at all")


def _remember_old_values() -> None:
    # Without this an attribute that was expired is set without asking what it held,
    # and the trail would show a new value without the old one.
    changing = (each for each in audited_mappers() if not issubclass(each.class_, AppendOnly))
    for mapper in changing:
        for each in mapper.column_attrs:
            mapper.class_manager[each.key].impl.active_history = True


def _refuse_untrailed(session: Session) -> None:
    session.flush()
    left: list[RowChange] = session.info.get(NOTED, [])
    if left:
        tables = sorted({each.table for each in left})
        raise Untrailed(f"written without an entry in the trail: {', '.join(tables)}")


def take_noted(session: Session) -> tuple[RowChange, ...]:
    """Flush, and hand over the rows written since the last entry."""
    session.flush()
    return tuple(session.info.pop(NOTED, []))


def _forget(session: Session, *_: object) -> None:
    session.info.clear()


def watch() -> None:
    """Begin to watch every session of this process. Called once, by the application's start."""
    if event.contains(Session, "before_flush", _refuse_changes):
        return
    event.listen(Session, "before_flush", _refuse_changes)
    event.listen(Session, "after_transaction_create", _refuse_savepoints)
    event.listen(Session, "after_flush", _note_rows)
    event.listen(Session, "do_orm_execute", _refuse_bulk)
    event.listen(Session, "before_commit", _refuse_untrailed)
    event.listen(Session, "after_commit", _forget)
    event.listen(Session, "after_soft_rollback", _forget)
    event.listen(Mapper, "after_configured", _remember_old_values)


watch()
