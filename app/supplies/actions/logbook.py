"""What the logbook of a piece of equipment says: what was due on a day, what was done last."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.supplies.models import Equipment, EquipmentEvent
from schemas.supply import EquipmentDeed


def last_event(
    session: Session, row: Equipment, deed: EquipmentDeed, *, until: date | None = None
) -> EquipmentEvent | None:
    """The event of this kind that was done last, up to a day if one is given.

    By the day it was done, not the day it was logged: an old certificate that comes late changes
    nothing that was done since.
    """
    wanted = select(EquipmentEvent).where(
        EquipmentEvent.equipment_id == row.id, EquipmentEvent.deed == deed
    )
    if until is not None:
        wanted = wanted.where(EquipmentEvent.done_on <= until)
    newest = wanted.order_by(EquipmentEvent.done_on.desc(), EquipmentEvent.id.desc())
    return session.scalars(newest.limit(1)).first()


def due_as_of(session: Session, row: Equipment, deed: EquipmentDeed, day: date) -> date | None:
    """Until when the calibration or cleaning held that counted on this day; None: none did."""
    event = last_event(session, row, deed, until=day)
    return event.due_on if event is not None else None


def failed_calibration(session: Session, row: Equipment) -> EquipmentEvent | None:
    """The calibration that was done last, if it failed."""
    event = last_event(session, row, EquipmentDeed.CALIBRATION)
    return None if event is None or event.passed else event
