"""Finding what is in store by its number, as scanned or typed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.supplies.models import Equipment, Material, MaterialLot, MaterialUse, Room, Supplier
from schemas.base import day_of
from schemas.supply import MaterialState


def as_scanned(number: str) -> str:
    """A number as it is stored, whatever a scanner or a thumb added around it."""
    return number.strip().upper()


def find_material(session: Session, code: str) -> Material:
    """A material by its code.

    Raises:
        NotFound: no such material is known here.
    """
    row = session.scalar(select(Material).where(Material.code == as_scanned(code)))
    if row is None:
        raise NotFound(f"There is no material “{code[:60]}”. QA defines it first.")
    return row


def find_supplier(session: Session, code: str) -> Supplier:
    """A supplier by its code.

    Raises:
        NotFound: no such supplier is known here.
    """
    row = session.scalar(select(Supplier).where(Supplier.code == as_scanned(code)))
    if row is None:
        raise NotFound(f"There is no supplier “{code[:60]}”. QA approves it first.")
    return row


def find_material_lot(session: Session, number: str) -> MaterialLot:
    """A material lot by our number.

    Raises:
        NotFound: nothing was received under it.
    """
    row = session.scalar(select(MaterialLot).where(MaterialLot.number == as_scanned(number)))
    if row is None:
        raise NotFound(f"There is no material lot “{number[:60]}”. Scan our own label.")
    return row


def material_lot_for_change(session: Session, number: str) -> MaterialLot:
    """A material lot, locked until the transaction ends: uses of it come one after the other.

    Raises:
        NotFound: nothing was received under this number.
    """
    row = session.scalar(
        select(MaterialLot)
        .where(MaterialLot.number == as_scanned(number))
        .with_for_update(of=MaterialLot)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound(f"There is no material lot “{number[:60]}”. Scan our own label.")
    return row


def find_equipment(session: Session, code: str) -> Equipment:
    """A piece of equipment by its number.

    Raises:
        NotFound: there is none with it.
    """
    row = session.scalar(select(Equipment).where(Equipment.code == as_scanned(code)))
    if row is None:
        raise NotFound(f"There is no equipment “{code[:60]}”. Scan its label.")
    return row


def find_room(session: Session, code: str) -> Room:
    """A room by its number.

    Raises:
        NotFound: there is none with it.
    """
    row = session.scalar(select(Room).where(Room.code == as_scanned(code)))
    if row is None:
        raise NotFound(f"There is no room “{code[:60]}”. Scan the label on its door.")
    return row


def used_of(session: Session, lots: Iterable[MaterialLot]) -> dict[int, Decimal]:
    """How much of each of these material lots was used, by its id; nothing used is not in it."""
    used: dict[int, Decimal] = {}
    rows = session.execute(
        select(MaterialUse.material_lot_id, MaterialUse.quantity).where(
            MaterialUse.material_lot_id.in_([each.id for each in lots])
        )
    )
    for lot_id, quantity in rows:
        used[lot_id] = used.get(lot_id, Decimal(0)) + quantity
    return used


def left_of(session: Session, lot: MaterialLot) -> Decimal:
    """How much of a material lot is left; never below zero."""
    return lot.received - used_of(session, [lot]).get(lot.id, Decimal(0))


def usable_lots(
    session: Session, material_code: str, *, at: datetime, zone: str
) -> list[MaterialLot]:
    """The lots of a material that may be used now, first expired first."""
    rows = session.scalars(
        select(MaterialLot)
        .join(MaterialLot.material)
        .where(
            Material.code == material_code,
            MaterialLot.state == MaterialState.RELEASED,
            ~MaterialLot.used_up,
            MaterialLot.usable_until >= day_of(at, zone),
        )
        .order_by(MaterialLot.usable_until, MaterialLot.number)
    )
    return list(rows)


def lots_in_date(
    session: Session, material_code: str, *, at: datetime, zone: str
) -> list[MaterialLot]:
    """The lots of a material that were here, decided and in date at a moment, used up or not."""
    rows = session.scalars(
        select(MaterialLot)
        .join(MaterialLot.material)
        .where(
            Material.code == material_code,
            MaterialLot.received_at <= at,
            MaterialLot.decided_at.is_not(None),
            MaterialLot.usable_until >= day_of(at, zone),
        )
        .order_by(MaterialLot.usable_until, MaterialLot.number)
    )
    return list(rows)


def equipment_of(session: Session, kind: str) -> list[Equipment]:
    """All equipment of a kind, whatever its status."""
    return list(
        session.scalars(select(Equipment).where(Equipment.kind == kind).order_by(Equipment.code))
    )


def all_rooms(session: Session) -> list[Room]:
    """The rooms, in service or not, by their numbers."""
    return list(session.scalars(select(Room).order_by(Room.code)))


def usable_equipment(
    session: Session, kind: str | None, *, at: datetime, zone: str
) -> list[Equipment]:
    """The equipment of a kind (or of any, when None) that may be used now, by its number."""
    today = day_of(at, zone)
    wanted = select(Equipment).where(
        Equipment.in_service,
        ~Equipment.needs_calibration | (Equipment.calibration_due >= today),
        ~Equipment.needs_cleaning | (Equipment.cleaning_due >= today),
    )
    if kind is not None:
        wanted = wanted.where(Equipment.kind == kind)
    return list(session.scalars(wanted.order_by(Equipment.code)))


def rooms(session: Session) -> list[Room]:
    """The rooms in service, by their numbers."""
    return list(session.scalars(select(Room).where(Room.in_service).order_by(Room.code)))


def known_materials(session: Session) -> Sequence[Material]:
    """Every material known here, by its code."""
    return session.scalars(select(Material).order_by(Material.code)).all()


def known_suppliers(session: Session) -> Sequence[Supplier]:
    """Every supplier known here, by its code."""
    return session.scalars(select(Supplier).order_by(Supplier.code)).all()


def known_kinds(session: Session) -> Sequence[str]:
    """The kinds of equipment there are, by their codes."""
    return session.scalars(select(Equipment.kind).distinct().order_by(Equipment.kind)).all()


def page_for(session: Session, words: str) -> str:
    """The page of the one thing that has this number, or the page that lists what matches."""
    number = as_scanned(words)
    for kind, column, page in (
        (MaterialLot, MaterialLot.number, "materials"),
        (Equipment, Equipment.code, "equipment"),
        (Room, Room.code, "rooms"),
    ):
        if session.scalar(select(kind.id).where(column == number)):
            return f"/supplies/{page}/{number}"
    return f"/supplies?words={quote(words.strip())}"
