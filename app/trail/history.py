"""A row as it was at an earlier moment, as the trail tells it: for what is entered late."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.asking import among, asked, each_told
from app.db import Base, columns_of
from app.trail.models import AuditEntry
from schemas.trail import Entry

Row: TypeAlias = Mapping[str, Any]
"""The columns of a row as it is now, in the words of the trail; at least those that are asked."""

_KEPT = columns_of(AuditEntry)


def changed_since(count: int) -> Select[*tuple[Any, ...]]:
    """The question for the entries about so many things, `about_0` and on, from `since` on."""
    about = among(_KEPT.about, "about", count)
    return select(_KEPT.body).where(about, _KEPT.at >= bindparam("since"))


_LATER = changed_since(1).order_by(_KEPT.seq)


def end_of_minute(at: datetime) -> datetime:
    """When the minute of this moment is over: the times that people enter have no seconds."""
    minute = at.replace(second=0, microsecond=0)
    try:
        return minute + timedelta(minutes=1)
    except OverflowError:  # the last minute of the calendar is never over
        return datetime.max.replace(tzinfo=at.tzinfo)


def as_it_was(
    session: Session, kind: type[Base], row: Row, *, about: str, at: datetime
) -> dict[str, Any] | None:
    """What a row held at a moment, as the trail keeps it; None before it was written.

    Only what was recorded `about` the row itself is told. What was done within the same minute
    was done by then.
    """
    later = asked(session, _LATER, since=end_of_minute(at), **each_told("about", [about])).scalars()
    table, key = kind.__tablename__, str(row["id"])
    for body in later:
        for change in Entry.from_canonical(body).changes:
            if (change.table, change.key) == (table, key):
                return None if change.old is None else {**change.new, **change.old}
    return dict(row)
