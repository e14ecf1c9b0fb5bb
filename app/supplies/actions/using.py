"""Material, equipment and rooms when they touch a lot: judged, written, not recorded.

The deed that uses them records them with itself: one entry in the trail holds the step and
everything it used. `at` is when they were used, and they are judged as they stood then: an entry
that is made late, or corrected, asks nothing of today.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import refuse_if
from app.people.actor import Actor
from app.rulebook import judge
from app.supplies.actions.at_use import UNLISTED, EquipmentAtUse
from app.supplies.actions.finding import (
    as_scanned,
    find_room,
    left_of,
    material_lot_for_change,
)
from app.supplies.models import (
    EquipmentUse,
    MaterialLot,
    MaterialUse,
    Room,
    RoomUse,
)
from app.supplies.rules import EQUIPMENT_RULES, MATERIAL_RULES, ROOM_RULES
from app.trail.appending import append
from app.trail.capture import state_of
from app.trail.history import as_it_was
from schemas.base import day_of, local_words
from schemas.master_step import RoomGrade
from schemas.quantity import Unit
from schemas.supply import EquipmentCase, MaterialCase, MaterialState, RoomCase


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
) -> MaterialLot:
    """Use some of a material lot in a lot; the caller records it (R-BR-06).

    `material_code` is what the step asks for, None when it names nothing; `unit` is a value of
    `Unit`. The material lot stays locked until the transaction ends, so that two steps cannot
    both use the last of it.

    Raises:
        Refused: SUP-01 to SUP-08. NotFound: no material lot has this number.
    """
    lot = material_lot_for_change(session, material_lot)
    case = material_case(session, lot, material_code, quantity, unit, zone=by.zone, at=at)
    refuse_if(judge(MATERIAL_RULES, case))
    append(
        session,
        MaterialUse,
        material_lot_id=lot.id,
        lot_number=lot_number,
        about=about,
        quantity=quantity,
        unit=unit,
        at=at,
        by=by.username,
        name=by.name,
    )
    lot.used_up = quantity == case.left
    return lot


def material_case(
    session: Session,
    lot: MaterialLot,
    asked_code: str | None,
    quantity: Decimal,
    unit: str,
    *,
    zone: str,
    at: datetime,
) -> MaterialCase:
    """A material lot as it stood at a time of use, with what is left of it now."""
    then = as_it_was(session, MaterialLot, state_of(lot), about=lot.ref, at=at) or {"state": None}
    released = _released_after(lot, at, zone)
    return MaterialCase(
        number=lot.number,
        material_code=lot.material.code,
        asked_code=asked_code,
        state=lot.state if released else then["state"],
        released_after_use=released,
        usable_until=lot.usable_until,
        today=day_of(at, zone),
        unit=Unit(lot.material.unit),
        asked_unit=unit,
        left=left_of(session, lot),
        quantity=quantity,
    )


def _released_after(lot: MaterialLot, used_at: datetime, zone: str) -> str | None:
    """When a lot was released, if that was after it was used; a use is known by the minute."""
    if lot.state is not MaterialState.RELEASED or lot.decided_at is None:
        return None
    if lot.decided_at.replace(second=0, microsecond=0) <= used_at:
        return None
    return local_words(lot.decided_at, zone)


def lock_material_lots(session: Session, numbers: tuple[str, ...]) -> None:
    """Lock material lots in one order, so that two deeds never wait for each other."""
    scanned = {as_scanned(each) for each in numbers}
    session.scalars(
        select(MaterialLot.id)
        .where(MaterialLot.number.in_(scanned))
        .order_by(MaterialLot.id)
        .with_for_update(of=MaterialLot)
    ).all()


def use_equipment(
    session: Session,
    *,
    equipment: EquipmentAtUse,
    kind: str | None,
    lot_number: str,
    about: str,
    by: Actor,
) -> EquipmentCase:
    """Use equipment in a lot, and keep its status at this time; the caller records it (R-BR-04).

    Raises:
        Refused: SUP-11 to SUP-14.
    """
    case = equipment.case(kind)
    refuse_if(judge(EQUIPMENT_RULES, case))
    append(
        session,
        EquipmentUse,
        equipment_id=equipment.id,
        needs_calibration=case.needs_calibration,
        calibration_due=case.calibration_due,
        needs_cleaning=case.needs_cleaning,
        cleaning_due=case.cleaning_due,
        lot_number=lot_number,
        about=about,
        at=equipment.at,
        by=by.username,
        name=by.name,
    )
    return case


def use_room(
    session: Session,
    *,
    room: str,
    grade: str | None,
    lot_number: str,
    about: str,
    by: Actor,
    at: datetime,
) -> None:
    """Work in a room, and keep its grade at this time; the caller records it (R-ATMP-16).

    `grade` is a value of `RoomGrade`, None when the step asks for none.

    Raises:
        Refused: SUP-21, SUP-22. NotFound: no room has this number.
    """
    row = find_room(session, room)
    case = room_case(session, row, grade, at=at)
    refuse_if(judge(ROOM_RULES, case))
    append(
        session,
        RoomUse,
        room_id=row.id,
        grade=case.grade,
        lot_number=lot_number,
        about=about,
        at=at,
        by=by.username,
        name=by.name,
    )


def room_case(session: Session, row: Room, asked: str | None, *, at: datetime) -> RoomCase:
    """A room as it stood at a time of use."""
    known = as_it_was(session, Room, state_of(row), about=row.ref, at=at) or UNLISTED
    return RoomCase(
        code=row.code,
        grade=row.grade,
        asked_grade=RoomGrade(asked) if asked is not None else None,
        in_service=known["in_service"],
        out_of_service_reason=known["out_of_service_reason"],
    )
