"""What the logbook of a piece of equipment says: what was due on a day, what was done last."""

from datetime import date
from typing import TypeAlias

from sqlalchemy import ScalarSelect, bindparam, select
from sqlalchemy.orm import Session

from app.db import asked, columns_of
from app.supplies.actions.finding import EquipmentForUse
from app.supplies.models import Equipment, EquipmentEvent
from schemas.supply import EquipmentDeed

Numbered: TypeAlias = Equipment | EquipmentForUse


def _due(deed: EquipmentDeed) -> ScalarSelect[date | None]:
    event = columns_of(EquipmentEvent)
    return (
        select(event.due_on)
        .where(
            event.equipment_id == bindparam("equipment"),
            event.deed == deed,
            event.done_on <= bindparam("day"),
        )
        .order_by(event.done_on.desc(), event.id.desc())
        .limit(1)
        .scalar_subquery()
    )


_DUES = select(
    _due(EquipmentDeed.CALIBRATION).label("calibration"),
    _due(EquipmentDeed.CLEANING).label("cleaning"),
)


def last_event(session: Session, row: Numbered, deed: EquipmentDeed) -> EquipmentEvent | None:
    """The event of this kind that was done last.

    By the day it was done, not the day it was logged: an old certificate that comes late changes
    nothing that was done since.
    """
    newest = (
        select(EquipmentEvent)
        .where(EquipmentEvent.equipment_id == row.id, EquipmentEvent.deed == deed)
        .order_by(EquipmentEvent.done_on.desc(), EquipmentEvent.id.desc())
    )
    return session.scalars(newest.limit(1)).first()


def dues_as_of(session: Session, row: Numbered, day: date) -> tuple[date | None, date | None]:
    """Until when the calibration and the cleaning held that counted on this day; None: none did."""
    due = asked(session, _DUES, equipment=row.id, day=day).one()
    return due.calibration, due.cleaning


def failed_calibration(session: Session, row: Numbered) -> EquipmentEvent | None:
    """The calibration that was done last, if it failed."""
    event = last_event(session, row, EquipmentDeed.CALIBRATION)
    return None if event is None or event.passed else event
