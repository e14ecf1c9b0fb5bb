"""Records that were made, and the jobs that make them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import AppendOnly, Base, Technical
from app.lot.models import Lot
from schemas.record import JobState


class RecordRow(AppendOnly, Base):
    """A sealed record of a lot: one version, one file, never changed (R-SIG-11)."""

    __tablename__ = "record"
    __table_args__ = (UniqueConstraint("lot_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    lot: Mapped[Lot] = relationship(lazy="joined", innerjoin=True)
    version: Mapped[int]
    reason: Mapped[str]
    status: Mapped[str]
    record_digest: Mapped[str]
    file_sha256: Mapped[str]
    pages: Mapped[int]
    head_seq: Mapped[int]
    head_link: Mapped[str]
    made_at: Mapped[datetime]


class RecordJobRow(Technical, Base):
    """A record to be made. It survives a restart, and is finished by one worker only."""

    __tablename__ = "record_job"
    # the next job that is due
    __table_args__ = (
        UniqueConstraint("lot_id", "version"),
        Index("ix_record_job_state_due_at", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    lot: Mapped[Lot] = relationship(lazy="joined", innerjoin=True)
    version: Mapped[int]
    reason: Mapped[str]
    asked_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime]
    state: Mapped[JobState]
    stage: Mapped[str]
    due_at: Mapped[datetime]
    worker: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    sha256: Mapped[str | None]
    says: Mapped[str | None]
