"""A use that was booked in error, or at a wrong time, is taken back by a new row (R-ATMP-07).

The caller records it. The row that was booked stays; what stands is what no row takes back.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.people.actor import Actor
from app.rulebook import judge
from app.supplies.actions.at_use import equipment_at_use
from app.supplies.actions.finding import material_lot_for_change
from app.supplies.actions.using import material_case, room_case
from app.supplies.models import EquipmentUse, MaterialUse, RoomUse, stands
from app.supplies.rules import EQUIPMENT_RULES, MATERIAL_RULES, ROOM_RULES
from schemas.finding import Finding

AnyUse = TypeVar("AnyUse", MaterialUse, EquipmentUse, RoomUse)


def standing_uses(session: Session, kind: type[AnyUse], about: str) -> Sequence[AnyUse]:
    """The uses about one deed that stand, in the order they were booked."""
    return session.scalars(
        select(kind).where(kind.about == about, stands(kind)).order_by(kind.id)
    ).all()


def take_back(session: Session, use: AnyUse, *, why: str, by: Actor, at: datetime) -> None:
    """Take a use back; what was booked of a material lot is in its stock again."""
    row = _like(use, takes_back_id=use.id, why=why, at=at, by=by.username, name=by.name)
    if isinstance(row, MaterialUse):
        row.quantity = -row.quantity
        material_lot_for_change(session, row.material_lot.number).used_up = False
    session.add(row)
    session.flush()


def move_use(
    session: Session, use: AnyUse, *, to: datetime, why: str, by: Actor, at: datetime
) -> tuple[Finding, ...]:
    """Book a use at the time it really was, and tell what the rules say of that time.

    It has happened: nothing of it is refused.
    """
    take_back(session, use, why=why, by=by, at=at)
    row = _like(use, at=to, by=by.username, name=by.name)
    if isinstance(row, MaterialUse):
        findings = _moved_material(session, row, by.zone)
    elif isinstance(row, EquipmentUse):
        findings = _moved_equipment(session, row, by.zone)
    else:
        findings = judge(ROOM_RULES, room_case(session, row.room, None, at=to))
    session.add(row)
    session.flush()
    return findings


def _like(use: AnyUse, **changed: object) -> AnyUse:
    kind = type(use)
    thing = {MaterialUse: "material_lot", EquipmentUse: "equipment", RoomUse: "room"}[kind]
    kept = {each.key for each in kind.__mapper__.column_attrs} - {"id", f"{thing}_id"} | {thing}
    return kind(**{**{key: getattr(use, key) for key in kept}, **changed})


def _moved_material(session: Session, row: MaterialUse, zone: str) -> tuple[Finding, ...]:
    lot = row.material_lot
    case = material_case(session, lot, None, row.quantity, row.unit, zone=zone, at=row.at)
    lot.used_up = row.quantity == case.left
    return judge(MATERIAL_RULES, case)


def _moved_equipment(session: Session, row: EquipmentUse, zone: str) -> tuple[Finding, ...]:
    case = equipment_at_use(session, row.equipment.code, at=row.at, zone=zone).case(None)
    row.needs_calibration, row.calibration_due = case.needs_calibration, case.calibration_due
    row.needs_cleaning, row.cleaning_due = case.needs_cleaning, case.cleaning_due
    return judge(EQUIPMENT_RULES, case)
