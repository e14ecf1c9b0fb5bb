"""What the logbook of a piece of equipment says was done last."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.supplies.models import EquipmentEvent
from schemas.supply import EquipmentDeed


def last_event(session: Session, equipment: int, deed: EquipmentDeed) -> EquipmentEvent | None:
    """The event of this kind that was done last.

    By the day it was done, not the day it was logged: an old certificate that comes late changes
    nothing that was done since.
    """
    newest = (
        select(EquipmentEvent)
        .where(EquipmentEvent.equipment_id == equipment, EquipmentEvent.deed == deed)
        .order_by(EquipmentEvent.done_on.desc(), EquipmentEvent.id.desc())
    )
    return session.scalars(newest.limit(1)).first()


def failed_calibration(session: Session, equipment: int) -> EquipmentEvent | None:
    """The calibration that was done last, if it failed."""
    event = last_event(session, equipment, EquipmentDeed.CALIBRATION)
    return None if event is None or event.passed else event
