"""Materials and their lots, suppliers, equipment, rooms, and each use of them."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, and_, exists
from sqlalchemy.orm import Mapped, aliased, declared_attr, mapped_column, relationship

from app.db import AppendOnly, Base
from schemas.master_step import RoomGrade
from schemas.supply import EquipmentDeed, MaterialState, Standing


class Material(AppendOnly, Base):
    """What a material is and must be (R-ATMP-03). Something else is another material."""

    __tablename__ = "material"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    unit: Mapped[str]
    critical: Mapped[bool]
    biological_origin: Mapped[bool]
    limits: Mapped[str]
    testing: Mapped[str]
    storage: Mapped[str]
    storage_days_max: Mapped[int | None]


class Supplier(AppendOnly, Base):
    """Who supplies. Whether they may, for which material, says the last approval."""

    __tablename__ = "supplier"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class SupplierApproval(AppendOnly, Base):
    """QA's decision on a supplier for one material; the last one counts (R-ATMP-14)."""

    __tablename__ = "supplier_approval"
    # the last decision on a supplier for a material, asked at each release
    __table_args__ = (Index("ix_supplier_approval_pair", "supplier_id", "material_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    supplier: Mapped[Supplier] = relationship(lazy="joined")
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"))
    material: Mapped[Material] = relationship(lazy="joined")
    standing: Mapped[Standing]
    agreement_until: Mapped[date]
    evidence: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]


class MaterialLot(Base):
    """One received lot of a material, with a number of ours."""

    __tablename__ = "material_lot"
    __table_args__ = (
        CheckConstraint("state = 'quarantine' OR decision_reason IS NOT NULL", name="says_why"),
        CheckConstraint("usable_until <= expires_on", name="expiry_holds"),
        # what may be picked for a material, first expired first
        Index("ix_material_lot_pick", "material_id", "state", "used_up", "usable_until"),
        # what is in store, what waits for QA, what expires soon
        Index("ix_material_lot_store", "state", "used_up", "usable_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"))
    material: Mapped[Material] = relationship(lazy="joined")
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"), index=True)
    supplier: Mapped[Supplier] = relationship(lazy="joined")
    supplier_lot: Mapped[str] = mapped_column(index=True)
    certificate_sha256: Mapped[str | None]
    certificate_name: Mapped[str | None]
    received: Mapped[Decimal]
    received_at: Mapped[datetime]
    received_by: Mapped[str]
    expires_on: Mapped[date]
    usable_until: Mapped[date]
    storage: Mapped[str]
    state: Mapped[MaterialState]
    used_up: Mapped[bool] = mapped_column(default=False)
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it from the class

    @property
    def ref(self) -> str:
        """How the trail refers to this material lot."""
        return f"material/{self.number}"


class Use(AppendOnly):
    """A use of something in a lot. One booked in error is taken back by a row that names it."""

    @declared_attr.directive
    def __table_args__(cls) -> tuple[CheckConstraint]:  # noqa: N805 - SQLAlchemy gives the class
        return (CheckConstraint("takes_back_id IS NULL OR why IS NOT NULL", name="says_why"),)

    @declared_attr
    def takes_back_id(cls) -> Mapped[int | None]:  # noqa: N805 - SQLAlchemy gives the class
        """The use that this row takes back; each is taken back once."""
        table = cls.__tablename__  # type: ignore[attr-defined]
        return mapped_column(ForeignKey(f"{table}.id"), index=True, unique=True)

    why: Mapped[str | None]


class MaterialUse(Use, Base):
    """Some of a material lot, used in a lot (R-BR-06). What is left is what these rows leave.

    A row that takes a use back has its quantity below zero: the sum is what was really used.
    """

    __tablename__ = "material_use"

    id: Mapped[int] = mapped_column(primary_key=True)
    material_lot_id: Mapped[int] = mapped_column(ForeignKey("material_lot.id"), index=True)
    material_lot: Mapped[MaterialLot] = relationship(lazy="joined")
    lot_number: Mapped[str] = mapped_column(index=True)
    about: Mapped[str]
    quantity: Mapped[Decimal]
    unit: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    name: Mapped[str]


class Room(Base):
    """A room and the grade it is qualified for."""

    __tablename__ = "room"
    __table_args__ = (
        CheckConstraint("in_service OR out_of_service_reason IS NOT NULL", name="says_why"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    grade: Mapped[RoomGrade]
    in_service: Mapped[bool] = mapped_column(default=True)
    out_of_service_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it from the class

    @property
    def ref(self) -> str:
        """How the trail refers to this room."""
        return f"room/{self.code}"


class RoomUse(Use, Base):
    """A room used in a lot, with its grade at that time."""

    __tablename__ = "room_use"

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"), index=True)
    room: Mapped[Room] = relationship(lazy="joined")
    grade: Mapped[RoomGrade]
    lot_number: Mapped[str] = mapped_column(index=True)
    about: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    name: Mapped[str]


class Equipment(Base):
    """A piece of equipment with its present status; how it came to it says its logbook."""

    __tablename__ = "equipment"
    __table_args__ = (
        CheckConstraint("in_service OR out_of_service_reason IS NOT NULL", name="says_why"),
        # what may be picked for a step
        Index("ix_equipment_kind", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    title: Mapped[str]
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"), index=True)
    room: Mapped[Room | None] = relationship(lazy="joined")
    needs_calibration: Mapped[bool]
    calibration_due: Mapped[date | None]
    needs_cleaning: Mapped[bool]
    cleaning_due: Mapped[date | None]
    in_service: Mapped[bool] = mapped_column(default=True)
    out_of_service_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it from the class

    @property
    def ref(self) -> str:
        """How the trail refers to this equipment."""
        return self.ref_of(self.code)

    @staticmethod
    def ref_of(code: str) -> str:
        """How the trail refers to the equipment with this number."""
        return f"equipment/{code}"


class EquipmentEvent(AppendOnly, Base):
    """One line of the logbook of a piece of equipment (R-INS-07)."""

    __tablename__ = "equipment_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    equipment_id: Mapped[int] = mapped_column(ForeignKey("equipment.id"), index=True)
    equipment: Mapped[Equipment] = relationship(lazy="joined")
    deed: Mapped[EquipmentDeed]
    done_on: Mapped[date]
    passed: Mapped[bool]
    due_on: Mapped[date | None]
    words: Mapped[str]
    evidence_sha256: Mapped[str | None]
    evidence_name: Mapped[str | None]
    at: Mapped[datetime]
    by: Mapped[str]
    name: Mapped[str]


class EquipmentUse(Use, Base):
    """A piece of equipment used in a lot, with its status at that time (R-BR-04)."""

    __tablename__ = "equipment_use"

    id: Mapped[int] = mapped_column(primary_key=True)
    equipment_id: Mapped[int] = mapped_column(ForeignKey("equipment.id"), index=True)
    equipment: Mapped[Equipment] = relationship(lazy="joined")
    needs_calibration: Mapped[bool]
    calibration_due: Mapped[date | None]
    needs_cleaning: Mapped[bool]
    cleaning_due: Mapped[date | None]
    lot_number: Mapped[str] = mapped_column(index=True)
    about: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    name: Mapped[str]


def stands(kind: type[MaterialUse | EquipmentUse | RoomUse]) -> ColumnElement[bool]:
    """Uses that were made and not taken back."""
    other = aliased(kind)
    return and_(kind.takes_back_id.is_(None), ~exists().where(other.takes_back_id == kind.id))
