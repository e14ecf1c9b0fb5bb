"""What touched a lot, and which lots something touched (R-ATMP-11)."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.supplies.actions.finding import find_equipment, find_material_lot
from app.supplies.models import Equipment, EquipmentUse, MaterialUse, Room, RoomUse
from schemas.quantity import Unit
from schemas.supply import EquipmentUsed, LotSupplies, MaterialUsed, RoomUsed, TakenBack

AnyUse = TypeVar("AnyUse", MaterialUse, EquipmentUse, RoomUse)
Used = TypeVar("Used", MaterialUsed, EquipmentUsed, RoomUsed)


def supplies_of_lot(session: Session, lot_number: str) -> LotSupplies:
    """Every material, piece of equipment and room used in a lot, in the order of use."""
    materials = _uses(session, MaterialUse, MaterialUse.lot_number == lot_number, material_used)
    equipment = _uses(session, EquipmentUse, EquipmentUse.lot_number == lot_number, equipment_used)
    rooms = _uses(session, RoomUse, RoomUse.lot_number == lot_number, room_used)
    return LotSupplies(
        lot_number=lot_number,
        materials=tuple(each for each in materials if each.taken_back is None),
        equipment=tuple(each for each in equipment if each.taken_back is None),
        rooms=tuple(each for each in rooms if each.taken_back is None),
        materials_taken_back=tuple(each for each in materials if each.taken_back),
        equipment_taken_back=tuple(each for each in equipment if each.taken_back),
        rooms_taken_back=tuple(each for each in rooms if each.taken_back),
    )


def _uses(
    session: Session,
    kind: type[AnyUse],
    which: ColumnElement[bool],
    used: Callable[[AnyUse, TakenBack | None], Used],
) -> tuple[Used, ...]:
    """Each use, in the order of use; those that were taken back say so."""
    rows = session.scalars(select(kind).where(which).order_by(kind.at, kind.id)).all()
    back = {each.takes_back_id: taken_back(each) for each in rows if each.takes_back_id}
    return tuple(used(each, back.get(each.id)) for each in rows if not each.takes_back_id)


def _newest(
    session: Session,
    kind: type[AnyUse],
    which: ColumnElement[bool],
    used: Callable[[AnyUse, TakenBack | None], Used],
    *,
    count: int,
) -> tuple[Used, ...]:
    """The newest uses, the last one first: what is used for years has more than a page shows."""
    rows = session.scalars(
        select(kind)
        .where(which, kind.takes_back_id.is_(None))
        .order_by(kind.at.desc(), kind.id.desc())
        .limit(count)
    ).all()
    given = session.scalars(select(kind).where(kind.takes_back_id.in_([each.id for each in rows])))
    back = {each.takes_back_id: taken_back(each) for each in given}
    return tuple(used(each, back.get(each.id)) for each in rows)


def taken_back(row: AnyUse) -> TakenBack:
    """By whom, when and why a use was taken back."""
    assert row.why is not None, "what takes a use back says why"
    return TakenBack(at=row.at, by=row.by, name=row.name, why=row.why)


def lots_touched_by(session: Session, material_lot_number: str) -> tuple[str, ...]:
    """The lots in which some of this material lot was used, in the order of first use.

    Raises:
        NotFound: no material lot has this number.
    """
    uses = uses_of_material_lot(session, material_lot_number)
    return tuple(dict.fromkeys(each.lot_number for each in uses if each.taken_back is None))


def uses_of_material_lot(session: Session, number: str) -> tuple[MaterialUsed, ...]:
    """Each use of a material lot, in order, those that were taken back among them.

    Raises:
        NotFound: no material lot has this number.
    """
    lot = find_material_lot(session, number)
    return _uses(session, MaterialUse, MaterialUse.material_lot_id == lot.id, material_used)


def uses_of_equipment(session: Session, code: str) -> tuple[EquipmentUsed, ...]:
    """Each use of a piece of equipment, in order, those that were taken back among them.

    Raises:
        NotFound: no equipment has this number.
    """
    row = find_equipment(session, code)
    return _uses(session, EquipmentUse, EquipmentUse.equipment_id == row.id, equipment_used)


def newest_uses_of_equipment(
    session: Session, row: Equipment, *, count: int
) -> tuple[EquipmentUsed, ...]:
    """The newest uses of a piece of equipment, the last one first."""
    here = EquipmentUse.equipment_id == row.id
    return _newest(session, EquipmentUse, here, equipment_used, count=count)


def newest_uses_of_room(session: Session, row: Room, *, count: int) -> tuple[RoomUsed, ...]:
    """The newest uses of a room, the last one first."""
    return _newest(session, RoomUse, RoomUse.room_id == row.id, room_used, count=count)


def material_used(use: MaterialUse, back: TakenBack | None) -> MaterialUsed:
    """A use of a material lot as the record prints it."""
    lot, material = use.material_lot, use.material_lot.material
    return MaterialUsed(
        material_code=material.code,
        title=material.title,
        critical=material.critical,
        biological_origin=material.biological_origin,
        number=lot.number,
        supplier=lot.supplier.name,
        supplier_lot=lot.supplier_lot,
        certificate_sha256=lot.certificate_sha256,
        state=lot.state,
        expires_on=lot.expires_on,
        usable_until=lot.usable_until,
        quantity=use.quantity,
        unit=Unit(use.unit),
        lot_number=use.lot_number,
        about=use.about,
        at=use.at,
        by=use.by,
        name=use.name,
        taken_back=back,
    )


def equipment_used(use: EquipmentUse, back: TakenBack | None) -> EquipmentUsed:
    """A use of equipment as the record prints it."""
    return EquipmentUsed(
        code=use.equipment.code,
        kind=use.equipment.kind,
        title=use.equipment.title,
        needs_calibration=use.needs_calibration,
        calibration_due=use.calibration_due,
        needs_cleaning=use.needs_cleaning,
        cleaning_due=use.cleaning_due,
        lot_number=use.lot_number,
        about=use.about,
        at=use.at,
        by=use.by,
        name=use.name,
        taken_back=back,
    )


def room_used(use: RoomUse, back: TakenBack | None) -> RoomUsed:
    """A use of a room as the record prints it."""
    return RoomUsed(
        code=use.room.code,
        title=use.room.title,
        grade=use.grade,
        lot_number=use.lot_number,
        about=use.about,
        at=use.at,
        by=use.by,
        name=use.name,
        taken_back=back,
    )
