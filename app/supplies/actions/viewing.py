"""The stores as screens and machines see them."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.people.actor import Actor
from app.supplies.actions.finding import (
    find_equipment,
    find_material_lot,
    find_room,
    known_materials,
    used_of,
)
from app.supplies.actions.suppliers import approvals
from app.supplies.actions.uses import (
    newest_uses_of_equipment,
    newest_uses_of_room,
    uses_of_material_lot,
)
from app.supplies.models import Equipment, EquipmentEvent, Material, MaterialLot, Room, Supplier
from schemas.base import day_of
from schemas.quantity import Unit
from schemas.supply import MaterialState
from schemas.supply_views import (
    Catalogue,
    EquipmentPage,
    EquipmentView,
    LogbookLine,
    MaterialLotView,
    MaterialPage,
    MaterialView,
    RoomPage,
    RoomView,
    SupplierView,
    SupplyOverview,
    SupplySearch,
)

SHOWN_MAX = 200
USES_MAX = 50
"""Uses on the page of equipment or of a room; each one is in the record of its lot."""


def overview(session: Session, search: SupplySearch, *, by: Actor, at: datetime) -> SupplyOverview:
    """The material lots, equipment and rooms that match, what expires first at the top.

    Unless everything is asked for, lots that are rejected or used up stay out.
    """
    today, words = day_of(at, by.zone), search.words.strip()
    lots = material_lots(session, words, today=today, everything=search.everything)
    equipment = session.scalars(
        select(Equipment)
        .where(_holds(words, Equipment.code, Equipment.kind, Equipment.title))
        .order_by(Equipment.code)
    )
    rooms = session.scalars(
        select(Room).where(_holds(words, Room.code, Room.title)).order_by(Room.code)
    )
    return SupplyOverview(
        materials=tuple(lots[:SHOWN_MAX]),
        more_materials=len(lots) > SHOWN_MAX,
        equipment=tuple(equipment_view(each, today=today) for each in equipment),
        rooms=tuple(room_view(each) for each in rooms),
    )


def _holds(words: str, *columns: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    sought = words.lower()
    return or_(*(func.lower(each).contains(sought, autoescape=True) for each in columns))


def material_lots(
    session: Session, words: str, *, today: date, everything: bool
) -> list[MaterialLotView]:
    """The material lots that match, what expires first at the top; one more than is shown."""
    wanted = (
        select(MaterialLot)
        .join(MaterialLot.material)
        .join(MaterialLot.supplier)
        .where(
            _holds(
                words,
                MaterialLot.number,
                MaterialLot.supplier_lot,
                Material.code,
                Material.title,
                Supplier.name,
            )
        )
    )
    if not everything:
        wanted = wanted.where(MaterialLot.state != MaterialState.REJECTED, ~MaterialLot.used_up)
    rows = session.scalars(
        wanted.order_by(MaterialLot.usable_until, MaterialLot.number).limit(SHOWN_MAX + 1)
    ).all()
    return lot_views(session, rows, today=today)


def lot_views(
    session: Session, rows: Sequence[MaterialLot], *, today: date
) -> list[MaterialLotView]:
    """Material lots with what was used of them and what is left."""
    used = used_of(session, rows)
    return [_lot_view(each, used.get(each.id, Decimal(0)), today=today) for each in rows]


def _lot_view(lot: MaterialLot, used: Decimal, *, today: date) -> MaterialLotView:
    return MaterialLotView(
        number=lot.number,
        material_code=lot.material.code,
        title=lot.material.title,
        critical=lot.material.critical,
        biological_origin=lot.material.biological_origin,
        supplier_code=lot.supplier.code,
        supplier=lot.supplier.name,
        supplier_lot=lot.supplier_lot,
        certificate_sha256=lot.certificate_sha256,
        certificate_name=lot.certificate_name,
        received=lot.received,
        used=used,
        left=lot.received - used,
        unit=Unit(lot.material.unit),
        received_at=lot.received_at,
        received_by=lot.received_by,
        expires_on=lot.expires_on,
        usable_until=lot.usable_until,
        days_left=(lot.usable_until - today).days,
        storage=lot.storage,
        state=lot.state,
        decision_reason=lot.decision_reason,
        version=lot.version,
    )


def equipment_view(row: Equipment, *, today: date) -> EquipmentView:
    """A piece of equipment, and how many days are left until it is due."""
    calibration, cleaning = row.calibration_due, row.cleaning_due
    return EquipmentView(
        code=row.code,
        kind=row.kind,
        title=row.title,
        room=row.room.code if row.room else None,
        in_service=row.in_service,
        out_of_service_reason=row.out_of_service_reason,
        needs_calibration=row.needs_calibration,
        calibration_due=calibration,
        calibration_days_left=(calibration - today).days if calibration else None,
        needs_cleaning=row.needs_cleaning,
        cleaning_due=cleaning,
        cleaning_days_left=(cleaning - today).days if cleaning else None,
        version=row.version,
    )


def room_view(row: Room) -> RoomView:
    """A room."""
    return RoomView.model_validate({key: getattr(row, key) for key in RoomView.model_fields})


def material_page(session: Session, number: str, *, by: Actor, at: datetime) -> MaterialPage:
    """A material lot, each use of it, and the lots it touched.

    Raises:
        NotFound: nothing was received under this number.
    """
    lot = find_material_lot(session, number)
    uses = uses_of_material_lot(session, number)
    return MaterialPage(
        material=lot_views(session, [lot], today=day_of(at, by.zone))[0],
        uses=uses,
        lots=tuple(dict.fromkeys(each.lot_number for each in uses if each.taken_back is None)),
    )


def equipment_page(session: Session, code: str, *, by: Actor, at: datetime) -> EquipmentPage:
    """A piece of equipment, its logbook and its newest uses, the last one first.

    Raises:
        NotFound: there is none with this number.
    """
    row = find_equipment(session, code)
    shown = LogbookLine.model_fields
    events = session.scalars(
        select(EquipmentEvent)
        .where(EquipmentEvent.equipment_id == row.id)
        .order_by(EquipmentEvent.id.desc())
    )
    uses = newest_uses_of_equipment(session, row, count=USES_MAX + 1)
    return EquipmentPage(
        equipment=equipment_view(row, today=day_of(at, by.zone)),
        logbook=tuple(
            LogbookLine.model_validate({key: getattr(each, key) for key in shown})
            for each in events
        ),
        uses=uses[:USES_MAX],
        more_uses=len(uses) > USES_MAX,
    )


def room_page(session: Session, code: str) -> RoomPage:
    """A room and its newest uses, the last one first.

    Raises:
        NotFound: there is none with this number.
    """
    row = find_room(session, code)
    uses = newest_uses_of_room(session, row, count=USES_MAX + 1)
    return RoomPage(room=room_view(row), uses=uses[:USES_MAX], more_uses=len(uses) > USES_MAX)


def catalogue(session: Session) -> Catalogue:
    """Every material known here, and who may supply it."""
    return Catalogue(
        materials=tuple(material_view(each) for each in known_materials(session)),
        approvals=tuple(
            SupplierView(
                code=each.supplier.code,
                name=each.supplier.name,
                material_code=each.material.code,
                standing=each.standing,
                agreement_until=each.agreement_until,
                evidence=each.evidence,
            )
            for each in approvals(session)
        ),
    )


def material_view(row: Material) -> MaterialView:
    """A material and what it must be."""
    return MaterialView.model_validate(
        {key: getattr(row, key) for key in MaterialView.model_fields}
    )
