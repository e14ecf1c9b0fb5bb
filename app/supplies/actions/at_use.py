"""Equipment as it stood when it was used: its status, and what its logbook says of that day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ScalarSelect, Select, bindparam, exists, select
from sqlalchemy.orm import Session

from app.asking import among, asked_under, each_told
from app.db import columns_of
from app.errors import NotFound
from app.kept import Answer, Ask, Row
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


@dataclass(frozen=True)
class Use:
    """Equipment, by its scanned codes, and when it is used."""

    codes: tuple[str, ...]
    at: datetime
    zone: str

    @classmethod
    def of(cls, codes: Iterable[str], *, at: datetime, zone: str) -> "Use":
        """The use of equipment with these codes, as people type or scan them."""
        return cls(tuple(as_scanned(each) for each in codes), at, zone)

    @property
    def day(self) -> date:
        """The day of the use where it was done."""
        return day_of(self.at, self.zone)

    @property
    def question(self) -> Ask:
        """What the register, the logbook and the trail know of it."""
        told = each_told("code", self.codes)
        told |= each_told("about", map(Equipment.ref_of, self.codes))
        told |= {"day": self.day, "since": end_of_minute(self.at)}
        return Ask(_at_use_of(len(self.codes)), told)


def locks_of(codes: Iterable[str]) -> list[Ask]:
    """What keeps the status of equipment as it is until the transaction ends.

    Lots come first, then what is used, then the trail (`app.lot.alarm`): two deeds that took them
    in another order could wait for each other.
    """
    known = sorted(set(codes))
    parts = (known[first : first + AT_ONCE] for first in range(0, len(known), AT_ONCE))
    return [Ask(_locked(len(some)), each_told("code", some)) for some in parts]


def lock_equipment(session: Session, codes: Iterable[str]) -> None:
    """Keep the status of equipment as it is until the transaction ends."""
    asked_under(session, locks_of(as_scanned(each) for each in codes), [])


def equipment_at_use(session: Session, code: str, *, at: datetime, zone: str) -> EquipmentAtUse:
    """A piece of equipment as it stood at a time of use.

    Raises:
        NotFound: there is none with this number.
    """
    ((found,),) = each_at_use(session, [Use.of([code], at=at, zone=zone)])
    if found is None:
        raise NotFound(f"There is no equipment “{code[:60]}”.")
    return found


def each_at_use(session: Session, uses: Sequence[Use]) -> list[tuple[EquipmentAtUse | None, ...]]:
    """The equipment of each use as it stood then; None where there is none with the code."""
    locks = locks_of(code for use in uses for code in use.codes)
    locked, found = asked_under(session, locks, questions_of(uses))
    return told_of(session, uses, found, locked)


def questions_of(uses: Sequence[Use]) -> list[Ask]:
    """What is asked of uses, each under `locks_of` all their codes."""
    return [each.question for each in uses if each.codes]


def told_of(
    session: Session,
    uses: Sequence[Use],
    found: Sequence[Answer],
    locked: Sequence[Answer] | None,
) -> list[tuple[EquipmentAtUse | None, ...]]:
    """The equipment of each use, from the answers to `questions_of` them and `locks_of` it.

    One that was registered in between was not locked: it is not there yet.
    """
    held = None if locked is None else {each for rows in locked for each in rows.scalars()}
    answers = iter(found)
    told: list[tuple[EquipmentAtUse | None, ...]] = []
    for use in uses:
        rows = next(answers).all() if use.codes else []
        known = {
            row.code: _at_use(session, row, use) for row in rows if held is None or row.id in held
        }
        told.append(tuple(known.get(each) for each in use.codes))
    return told


def _at_use(session: Session, row: Row, use: Use) -> EquipmentAtUse:
    found = EquipmentAtUse._make((*row[:-1], use.at, use.day))
    if not row.changed:
        return found
    now = {name: getattr(found, name) for name in _NOW}
    then = as_it_was(session, Equipment, now, about=Equipment.ref_of(found.code), at=use.at)
    return found._replace(**{name: (then or UNLISTED)[name] for name in UNLISTED})
