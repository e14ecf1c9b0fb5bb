"""Lots, what they come from, what they yield, and their deviations."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import BYTE_ORDER, AppendOnly, Base
from schemas.lot import ContainerState, DeviationState, Impact, SourceKind, Stage
from schemas.origin import DonationUse
from schemas.product import ContainerKind


class Lot(Base):
    """One lot. Its number is unique for ever; the documents it runs on are frozen by digest."""

    __tablename__ = "lot"
    __table_args__ = (
        CheckConstraint("held OR hold_reason IS NULL", name="hold_reason"),
        CheckConstraint(
            "(donation_use = 'allogeneic') = (patient_coi IS NULL)", name="one_patient"
        ),
        # the list of lots, newest first, filtered by stage
        Index("ix_lot_stage_id", "stage", "id"),
        Index("ix_lot_product_code", "product_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(BYTE_ORDER, unique=True)
    product_code: Mapped[str]
    product_version: Mapped[int]
    product_digest: Mapped[str]
    product_name: Mapped[str]
    specification_code: Mapped[str]
    specification_version: Mapped[int]
    specification_digest: Mapped[str]
    master_code: Mapped[str]
    master_version: Mapped[int]
    master_digest: Mapped[str]
    is_bank: Mapped[bool]
    donation_use: Mapped[DonationUse]
    patient_coi: Mapped[str | None] = mapped_column(index=True)
    stage: Mapped[Stage]
    held: Mapped[bool] = mapped_column(default=False)
    hold_reason: Mapped[str | None]
    started_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it from the class

    @property
    def ref(self) -> str:
        """How the trail refers to this lot."""
        return self.ref_of(self.number)

    @staticmethod
    def ref_of(number: str) -> str:
        """How the trail refers to the lot with this number."""
        return f"lot/{number}"


class Source(AppendOnly, Base):
    """One thing a lot came from: a donation, or a container of a parent lot (R-ATMP-11)."""

    __tablename__ = "lot_source"
    # what became of this donation, of this container
    __table_args__ = (Index("ix_lot_source_kind_ref", "kind", "ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    lot: Mapped[Lot] = relationship(foreign_keys=[lot_id], lazy="joined")
    kind: Mapped[SourceKind]
    ref: Mapped[str]
    parent_lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"), index=True)
    parent_lot: Mapped[Lot | None] = relationship(foreign_keys=[parent_lot_id], lazy="joined")
    quantity: Mapped[Decimal]
    unit: Mapped[str]
    at: Mapped[datetime]


class Container(Base):
    """One vial, bag or syringe, with a number of its own."""

    __tablename__ = "container"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    lot: Mapped[Lot] = relationship(lazy="joined")
    kind: Mapped[ContainerKind]
    volume_ml: Mapped[Decimal]
    viable_cells: Mapped[Decimal]
    state: Mapped[ContainerState]
    position: Mapped[str | None]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it from the class

    @property
    def ref(self) -> str:
        """How the trail refers to this container."""
        return f"{self.lot.ref}/container/{self.number}"


class Deviation(Base):
    """Something that was not as it should be: opened by a rule or a person, closed by QA."""

    __tablename__ = "deviation"
    __table_args__ = (
        CheckConstraint("state <> 'closed' OR impact IS NOT NULL", name="closed_with_impact"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    lot: Mapped[Lot] = relationship(lazy="joined")
    about: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    rule: Mapped[str | None]
    critical: Mapped[bool]
    state: Mapped[DeviationState] = mapped_column(index=True)
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    cause: Mapped[str | None]
    assessment: Mapped[str | None]
    correction: Mapped[str | None]
    other_lots: Mapped[str | None]
    impact: Mapped[Impact | None]
    reason: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it from the class

    @property
    def ref(self) -> str:
        """How the trail refers to this deviation."""
        return f"{self.lot.ref}/deviation/{self.number}"
