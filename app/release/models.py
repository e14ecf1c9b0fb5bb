"""Reviews and the register of certificates. Lines are added; none is ever changed."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import AppendOnly, Base
from app.lot.models import Lot
from schemas.release import Act, ReviewKind


class ReviewRow(AppendOnly, Base):
    """A signed review of a lot, up to one entry of the trail."""

    __tablename__ = "review"

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    lot: Mapped[Lot] = relationship(lazy="joined", innerjoin=True)
    kind: Mapped[ReviewKind]
    through_seq: Mapped[int]
    entries: Mapped[int]
    comment: Mapped[str]
    at: Mapped[datetime]
    signature: Mapped[str] = mapped_column(ForeignKey("signature.binding"), unique=True)


class Certificate(AppendOnly, Base):
    """One line of the register: what a Qualified Person signed of which dossier (R-QP-01)."""

    __tablename__ = "certificate"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    lot: Mapped[Lot] = relationship(lazy="joined", innerjoin=True)
    act: Mapped[Act]
    statement: Mapped[str]
    destination: Mapped[str]
    obligations: Mapped[str]
    reason: Mapped[str | None]
    dossier_digest: Mapped[str]
    verdict_digest: Mapped[str]
    at: Mapped[datetime]
    zone: Mapped[str]
    signature: Mapped[str] = mapped_column(ForeignKey("signature.binding"), unique=True)
