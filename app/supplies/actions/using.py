"""Material, equipment and rooms at the moment they touch a lot: judged, written, not recorded.

The deed that uses them records them with itself: one entry in the trail holds the step and
everything it used.
"""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.errors import refuse_if
from app.people.actor import Actor
from app.rulebook import judge
from app.supplies.actions.finding import (
    day_of,
    equipment_for_use,
    find_room,
    left_of,
    material_lot_for_change,
)
from app.supplies.actions.logbook import due_as_of
from app.supplies.models import EquipmentUse, MaterialLot, MaterialUse, RoomUse
from app.supplies.rules import EQUIPMENT_RULES, MATERIAL_RULES, ROOM_RULES
from schemas.master_step import RoomGrade
from schemas.quantity import Unit
from schemas.supply import EquipmentCase, EquipmentDeed, MaterialCase, MaterialState, RoomCase


def use_material(
    session: Session,
    *,
    material_lot: str,
    material_code: str | None,
    quantity: Decimal,
    unit: str,
    lot_number: str,
    about: str,
    by: Actor,
    at: datetime,
) -> MaterialUse:
    """Use some of a material lot in a lot, at this moment of use; the caller records it (R-BR-06).

    `material_code` is what the step asks for, None when it names nothing; `unit` is a value of
    `Unit`. The material lot stays locked, so that two steps cannot both use the last of it.

    Raises:
        Refused: SUP-01 to SUP-08. NotFound: no material lot has this number.
    """
    lot = material_lot_for_change(session, material_lot)
    left = left_of(session, lot)
    case = MaterialCase(
        number=lot.number,
        material_code=lot.material.code,
        asked_code=material_code,
        state=lot.state,
        released_after_use=_released_after(lot, at, by.zone),
        usable_until=lot.usable_until,
        today=day_of(at, by.zone),
        unit=Unit(lot.material.unit),
        asked_unit=unit,
        left=left,
        quantity=quantity,
    )
    refuse_if(judge(MATERIAL_RULES, case))
    use = MaterialUse(
        material_lot=lot,
        lot_number=lot_number,
        about=about,
        quantity=quantity,
        unit=unit,
        at=at,
        by=by.username,
        name=by.name,
    )
    lot.used_up = quantity == left
    session.add(use)
    session.flush()
    return use


def _released_after(lot: MaterialLot, used_at: datetime, zone: str) -> str | None:
    """When a lot was released, if that was after it was used; a use is known by the minute."""
    if lot.state is not MaterialState.RELEASED or lot.decided_at is None:
        return None
    if lot.decided_at.replace(second=0, microsecond=0) <= used_at:
        return None
    return lot.decided_at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %Z")


def use_equipment(
    session: Session,
    *,
    equipment: str,
    kind: str | None,
    lot_number: str,
    about: str,
    by: Actor,
    at: datetime,
) -> EquipmentUse:
    """Use equipment in a lot, and keep its status at this time; the caller records it (R-BR-04).

    The logbook says what was due on the day of use, whatever was logged for a later day.

    Raises:
        Refused: SUP-11 to SUP-14. NotFound: no equipment has this number.
    """
    row, today = equipment_for_use(session, equipment), day_of(at, by.zone)
    calibration_due = due_as_of(session, row, EquipmentDeed.CALIBRATION, today)
    cleaning_due = due_as_of(session, row, EquipmentDeed.CLEANING, today)
    case = EquipmentCase(
        code=row.code,
        kind=row.kind,
        asked_kind=kind,
        in_service=row.in_service,
        out_of_service_reason=row.out_of_service_reason,
        needs_calibration=row.needs_calibration,
        calibration_due=calibration_due,
        needs_cleaning=row.needs_cleaning,
        cleaning_due=cleaning_due,
        today=today,
    )
    refuse_if(judge(EQUIPMENT_RULES, case))
    use = EquipmentUse(
        equipment=row,
        needs_calibration=row.needs_calibration,
        calibration_due=calibration_due,
        needs_cleaning=row.needs_cleaning,
        cleaning_due=cleaning_due,
        lot_number=lot_number,
        about=about,
        at=at,
        by=by.username,
        name=by.name,
    )
    session.add(use)
    session.flush()
    return use


def use_room(
    session: Session,
    *,
    room: str,
    grade: str | None,
    lot_number: str,
    about: str,
    by: Actor,
    at: datetime,
) -> RoomUse:
    """Work in a room, and keep its grade at this time; the caller records it (R-ATMP-16).

    `grade` is a value of `RoomGrade`, None when the step asks for none.

    Raises:
        Refused: SUP-21, SUP-22. NotFound: no room has this number.
    """
    row = find_room(session, room)
    case = RoomCase(
        code=row.code,
        grade=row.grade,
        asked_grade=RoomGrade(grade) if grade is not None else None,
        in_service=row.in_service,
        out_of_service_reason=row.out_of_service_reason,
    )
    refuse_if(judge(ROOM_RULES, case))
    use = RoomUse(
        room=row,
        grade=row.grade,
        lot_number=lot_number,
        about=about,
        at=at,
        by=by.username,
        name=by.name,
    )
    session.add(use)
    session.flush()
    return use
