"""What touched a lot, and which lots something touched (R-ATMP-11)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.supplies.actions.finding import find_equipment, find_material_lot, find_room
from app.supplies.models import EquipmentUse, MaterialUse, RoomUse
from schemas.quantity import Unit
from schemas.supply import EquipmentUsed, LotSupplies, MaterialUsed, RoomUsed


def supplies_of_lot(session: Session, lot_number: str) -> LotSupplies:
    """Every material, piece of equipment and room used in a lot, in the order of use."""
    materials = session.scalars(
        select(MaterialUse)
        .where(MaterialUse.lot_number == lot_number)
        .order_by(MaterialUse.at, MaterialUse.id)
    )
    equipment = session.scalars(
        select(EquipmentUse)
        .where(EquipmentUse.lot_number == lot_number)
        .order_by(EquipmentUse.at, EquipmentUse.id)
    )
    rooms = session.scalars(
        select(RoomUse).where(RoomUse.lot_number == lot_number).order_by(RoomUse.at, RoomUse.id)
    )
    return LotSupplies(
        lot_number=lot_number,
        materials=tuple(material_used(each) for each in materials),
        equipment=tuple(equipment_used(each) for each in equipment),
        rooms=tuple(room_used(each) for each in rooms),
    )


def lots_touched_by(session: Session, material_lot_number: str) -> tuple[str, ...]:
    """The lots in which some of this material lot was used, in the order of first use.

    Raises:
        NotFound: no material lot has this number.
    """
    uses = uses_of_material_lot(session, material_lot_number)
    return tuple(dict.fromkeys(each.lot_number for each in uses))


def uses_of_material_lot(session: Session, number: str) -> tuple[MaterialUsed, ...]:
    """Each use of a material lot, in order.

    Raises:
        NotFound: no material lot has this number.
    """
    lot = find_material_lot(session, number)
    rows = session.scalars(
        select(MaterialUse)
        .where(MaterialUse.material_lot_id == lot.id)
        .order_by(MaterialUse.at, MaterialUse.id)
    )
    return tuple(material_used(each) for each in rows)


def uses_of_equipment(session: Session, code: str) -> tuple[EquipmentUsed, ...]:
    """Each use of a piece of equipment, in order.

    Raises:
        NotFound: no equipment has this number.
    """
    row = find_equipment(session, code)
    rows = session.scalars(
        select(EquipmentUse)
        .where(EquipmentUse.equipment_id == row.id)
        .order_by(EquipmentUse.at, EquipmentUse.id)
    )
    return tuple(equipment_used(each) for each in rows)


def uses_of_room(session: Session, code: str) -> tuple[RoomUsed, ...]:
    """Each use of a room, in order.

    Raises:
        NotFound: no room has this number.
    """
    row = find_room(session, code)
    rows = session.scalars(
        select(RoomUse).where(RoomUse.room_id == row.id).order_by(RoomUse.at, RoomUse.id)
    )
    return tuple(room_used(each) for each in rows)


def material_used(use: MaterialUse) -> MaterialUsed:
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
    )


def equipment_used(use: EquipmentUse) -> EquipmentUsed:
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
    )


def room_used(use: RoomUse) -> RoomUsed:
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
    )
