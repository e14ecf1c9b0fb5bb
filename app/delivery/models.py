"""Orders, shippers, shipments, what happened to each container, and what was set aside."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import AppendOnly, Base
from app.intake.models import PatientCode
from app.lot.models import Container, Deviation
from schemas.delivery import EventKind, StopCause
from schemas.delivery_forms import Disposition

BINDING = "signature.binding"
"""A signature is named by its binding; only the trail knows its table."""


class Order(Base):
    """A physician's request for one patient. Only its withdrawal is ever added to it."""

    __tablename__ = "delivery_order"
    __table_args__ = (
        CheckConstraint("(cancelled_at IS NULL) = (cancelled_because IS NULL)", name="says_why"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    treating_site: Mapped[str] = mapped_column(index=True)
    product_code: Mapped[str]
    product_name: Mapped[str]
    patient_code: Mapped[str] = mapped_column(ForeignKey("patient_code.code"), index=True)
    patient: Mapped[PatientCode] = relationship(lazy="select")
    lot_number: Mapped[str | None]
    weight_kg: Mapped[Decimal]
    containers: Mapped[int]
    planned_at: Mapped[datetime]
    zone: Mapped[str]
    contact: Mapped[str]
    note: Mapped[str | None]
    requested_by: Mapped[str]
    requested_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    cancelled_because: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it from the class

    @property
    def ref(self) -> str:
        """How the trail refers to this order."""
        return f"order/{self.number}"


class ShipperQualification(AppendOnly, Base):
    """What a shipper was shown to keep, and for how long; the last row of a code counts."""

    __tablename__ = "shipper_qualification"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    minimum_c: Mapped[Decimal | None]
    maximum_c: Mapped[Decimal | None]
    hours: Mapped[int]
    valid_until: Mapped[date]
    evidence: Mapped[str]
    qualified_by: Mapped[str]
    at: Mapped[datetime]


class Shipment(AppendOnly, Base):
    """Containers packed together for one order, with the papers that go with them."""

    __tablename__ = "shipment"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("delivery_order.id"), index=True)
    order: Mapped[Order] = relationship(lazy="joined", innerjoin=True)
    qualification_id: Mapped[int] = mapped_column(ForeignKey("shipper_qualification.id"))
    qualification: Mapped[ShipperQualification] = relationship(lazy="joined", innerjoin=True)
    seal: Mapped[str]
    estimated_arrival_at: Mapped[datetime]
    packed_at: Mapped[datetime]
    packed_by: Mapped[str]
    papers: Mapped[dict[str, Any]] = mapped_column(JSON)

    @property
    def ref(self) -> str:
        """How the trail refers to this shipment."""
        return f"{self.order.ref}/shipment/{self.number}"


class ContainerEvent(AppendOnly, Base):
    """One thing that happened to a container, and whose hands it went through."""

    __tablename__ = "container_event"
    # a container's journey in order; and what was shipped together
    __table_args__ = (Index("ix_container_event_container_id_id", "container_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    container_id: Mapped[int] = mapped_column(ForeignKey("container.id"))
    container: Mapped[Container] = relationship(lazy="joined", innerjoin=True)
    shipment_id: Mapped[int | None] = mapped_column(ForeignKey("shipment.id"), index=True)
    shipment: Mapped[Shipment | None] = relationship(lazy="select")
    kind: Mapped[EventKind]
    from_holder: Mapped[str]
    to_holder: Mapped[str]
    happened_at: Mapped[datetime]
    at: Mapped[datetime]
    by: Mapped[str]
    words: Mapped[dict[str, Any]] = mapped_column(JSON)
    signature: Mapped[str | None] = mapped_column(ForeignKey(BINDING))
    witness: Mapped[str | None] = mapped_column(ForeignKey(BINDING))


class TemperatureRow(AppendOnly, Base):
    """Readings of a shipment that were entered together; the logger's file is kept beside."""

    __tablename__ = "shipment_temperature"

    id: Mapped[int] = mapped_column(primary_key=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"), index=True)
    shipment: Mapped[Shipment] = relationship(lazy="select")
    points: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    file_sha256: Mapped[str | None]
    file_name: Mapped[str | None]
    file_media_type: Mapped[str | None]
    file_size_bytes: Mapped[int | None]
    by: Mapped[str]
    at: Mapped[datetime]


class SetAsideRow(AppendOnly, Base):
    """A container must not be used before QA decides, and why (R-DEL-08, R-DEL-09)."""

    __tablename__ = "container_set_aside"

    id: Mapped[int] = mapped_column(primary_key=True)
    container_id: Mapped[int] = mapped_column(ForeignKey("container.id"), index=True)
    container: Mapped[Container] = relationship(lazy="joined", innerjoin=True)
    rule: Mapped[str]
    reason: Mapped[str]
    deviation_id: Mapped[int] = mapped_column(ForeignKey("deviation.id"))
    deviation: Mapped[Deviation] = relationship(lazy="joined", innerjoin=True)
    at: Mapped[datetime]


class DispositionRow(AppendOnly, Base):
    """QA's decision on a container that was set aside; there is one."""

    __tablename__ = "container_disposition"
    __table_args__ = (
        CheckConstraint(
            "disposition = 'not_usable' OR stability_data IS NOT NULL", name="rests_on_data"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    set_aside_id: Mapped[int] = mapped_column(ForeignKey("container_set_aside.id"), unique=True)
    set_aside: Mapped[SetAsideRow] = relationship(lazy="joined", innerjoin=True)
    disposition: Mapped[Disposition]
    reason: Mapped[str]
    stability_data: Mapped[str | None]
    at: Mapped[datetime]
    signature: Mapped[str] = mapped_column(ForeignKey(BINDING))


class Acknowledgement(AppendOnly, Base):
    """A treating site has read a notice about a container, and says what was done (R-DEL-16)."""

    __tablename__ = "notice_acknowledgement"
    __table_args__ = (Index("ix_notice_acknowledgement_container_id", "container_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    container_id: Mapped[int] = mapped_column(ForeignKey("container.id"))
    container: Mapped[Container] = relationship(lazy="joined", innerjoin=True)
    cause: Mapped[StopCause]
    notice: Mapped[str]
    measures: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    signature: Mapped[str] = mapped_column(ForeignKey(BINDING))
