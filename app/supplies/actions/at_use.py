"""Equipment as it stood when it was used: its status, and what its logbook says of that day."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Row, ScalarSelect, Select, bindparam, exists, select
from sqlalchemy.orm import Session

from app.db import among, asked, columns_of, each_told, lock
from app.errors import NotFound
from app.supplies.actions.finding import as_scanned
from app.supplies.models import Equipment, EquipmentEvent
from app.trail.history import as_it_was, changed_since, end_of_minute
from schemas.base import day_of
from schemas.supply import EquipmentCase, EquipmentDeed


class EquipmentAtUse(NamedTuple):
    """A piece of equipment at a time of use; what is due, its logbook says of that day (R-BR-04).

    Its present status stays until the transaction ends.
    """

    id: int
    code: str
    kind: str
    needs_calibration: bool
    needs_cleaning: bool
    in_service: bool
    out_of_service_reason: str | None
    calibration_due: date | None
    cleaning_due: date | None
    at: datetime
    day: date

    def case(self, asked_kind: str | None) -> EquipmentCase:
        """What the rules look at, when this kind of equipment was asked for."""
        return EquipmentCase.model_construct(
            code=self.code,
            kind=self.kind,
            asked_kind=asked_kind,
            in_service=self.in_service,
            out_of_service_reason=self.out_of_service_reason,
            needs_calibration=self.needs_calibration,
            calibration_due=self.calibration_due,
            needs_cleaning=self.needs_cleaning,
            cleaning_due=self.cleaning_due,
            today=self.day,
        )


AT_ONCE = 50
"""So many are locked by one question, of which there are then so many kinds."""
UNLISTED: dict[str, Any] = {
    "in_service": False,
    "out_of_service_reason": "it was not on the list then",
}
_EQUIPMENT = columns_of(Equipment)
_NOW = EquipmentAtUse._fields[:7]


@lru_cache(maxsize=64)
def _locked(count: int) -> Select[*tuple[Any, ...]]:
    named = among(_EQUIPMENT.code, "code", count)
    return select(_EQUIPMENT.id).where(named).order_by(_EQUIPMENT.code).with_for_update(read=True)


def _due(deed: EquipmentDeed) -> ScalarSelect[date | None]:
    event = columns_of(EquipmentEvent)
    return (
        select(event.due_on)
        .where(
            event.equipment_id == _EQUIPMENT.id,
            event.deed == deed,
            event.done_on <= bindparam("day"),
        )
        .order_by(event.done_on.desc(), event.id.desc())
        .limit(1)
        .scalar_subquery()
    )


@lru_cache(maxsize=64)
def _at_use_of(count: int) -> Select[*tuple[Any, ...]]:
    return select(
        *(_EQUIPMENT[name] for name in _NOW),
        _due(EquipmentDeed.CALIBRATION).label("calibration_due"),
        _due(EquipmentDeed.CLEANING).label("cleaning_due"),
        exists(changed_since(count)).label("changed"),
    ).where(among(_EQUIPMENT.code, "code", count))


def lock_equipment(session: Session, codes: Collection[str]) -> int | None:
    """Keep the status of equipment as it is until the transaction ends; how many were locked.

    Lots come first, then what is used, then the trail (`app.lot.alarm`): two deeds that took them
    in another order could wait for each other.
    """
    known, locked = sorted({as_scanned(each) for each in codes}), 0
    for first in range(0, len(known), AT_ONCE):
        some = known[first : first + AT_ONCE]
        count = lock(session, _locked(len(some)), **each_told("code", some))
        if count is None:
            return None
        locked += count
    return locked


def equipment_at_use(session: Session, code: str, *, at: datetime, zone: str) -> EquipmentAtUse:
    """A piece of equipment as it stood at a time of use.

    Raises:
        NotFound: there is none with this number.
    """
    (found,) = each_at_use(session, [code], at=at, zone=zone)
    if found is None:
        raise NotFound(f"There is no equipment “{code[:60]}”.")
    return found


def each_at_use(
    session: Session, codes: Sequence[str], *, at: datetime, zone: str
) -> tuple[EquipmentAtUse | None, ...]:
    """The same of several at once; None where there is none with the number."""
    if not codes:
        return ()
    scanned, day = [as_scanned(each) for each in codes], day_of(at, zone)
    locked = lock_equipment(session, scanned)
    named = each_told("code", scanned) | each_told("about", map(Equipment.ref_of, scanned))
    question = _at_use_of(len(scanned))
    rows = asked(session, question, day=day, since=end_of_minute(at), **named).all()
    if locked is not None and len(rows) > locked:  # one was registered in between: lock it too
        return each_at_use(session, codes, at=at, zone=zone)
    known = {row.code: _at_use(session, row, at, day) for row in rows}
    return tuple(known.get(each) for each in scanned)


def _at_use(session: Session, row: Row[Any], at: datetime, day: date) -> EquipmentAtUse:
    found = EquipmentAtUse._make((*row[:-1], at, day))
    if not row.changed:
        return found
    now = {name: getattr(found, name) for name in _NOW}
    then = as_it_was(session, Equipment, now, about=Equipment.ref_of(found.code), at=at)
    return found._replace(**{name: (then or UNLISTED)[name] for name in UNLISTED})
