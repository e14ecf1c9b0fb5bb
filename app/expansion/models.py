"""Entries of steps, their checks, and the samples taken. All are written once."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import AppendOnly, Base
from app.lot.models import Lot


class StepRow(AppendOnly, Base):
    """One entry of a step. Never edited: a correction is a new entry that names the old one.

    `words` is the canonical JSON of the entry, which a second person checks; `sha256` its digest.
    The other columns repeat parts of it, so that the database itself can refuse.
    """

    __tablename__ = "step_entry"
    __table_args__ = (
        UniqueConstraint("lot_id", "number"),
        CheckConstraint("replaces_id IS NULL OR why IS NOT NULL", name="says_why"),
        # a step is performed once for each time; all else about it are corrections
        Index(
            "uq_step_entry_place",
            "lot_id",
            "step",
            "occurrence",
            unique=True,
            sqlite_where=text("replaces_id IS NULL"),
            postgresql_where=text("replaces_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    lot: Mapped[Lot] = relationship(lazy="joined")
    number: Mapped[int]
    step: Mapped[str]
    occurrence: Mapped[int]
    words: Mapped[str]
    sha256: Mapped[str]
    performed_by: Mapped[str]
    performed_at: Mapped[datetime]
    entered_at: Mapped[datetime]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("step_entry.id"), unique=True)
    why: Mapped[str | None]

    @property
    def ref(self) -> str:
        """How the trail refers to this step and time."""
        return f"{self.lot.ref}/step/{self.step}/{self.occurrence}"


class StepCheck(AppendOnly, Base):
    """The second person's check of one entry; its signature binds the entry's digest."""

    __tablename__ = "step_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("step_entry.id"), unique=True)
    entry: Mapped[StepRow] = relationship(lazy="joined")
    checked_by: Mapped[str]
    at: Mapped[datetime]
    remark: Mapped[str | None]
    binding: Mapped[str]


def sample_ref(lot: str, number: str) -> str:
    """How the trail refers to a sample of the lot that it refers to so."""
    return f"{lot}/sample/{number}"


class SampleTaken(AppendOnly, Base):
    """A sample taken from a lot: quality control takes it over from here (R-BR-11).

    What it says of itself is what was entered first; a correction of the step stands in
    `app.expansion.production.samples_of`.
    """

    __tablename__ = "sample_taken"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    lot: Mapped[Lot] = relationship(lazy="joined")
    entry_id: Mapped[int] = mapped_column(ForeignKey("step_entry.id"), unique=True)
    entry: Mapped[StepRow] = relationship(lazy="joined")
    sample_point: Mapped[str]
    title: Mapped[str]
    quantity: Mapped[str]
    storage: Mapped[str]
    retention: Mapped[bool]
    taken_at: Mapped[datetime]
    taken_by: Mapped[str]
    volume_ml: Mapped[Decimal]
    """Of one sample container."""
    containers: Mapped[int]
    appearance: Mapped[str]

    @property
    def ref(self) -> str:
        """How the trail refers to this sample."""
        return sample_ref(self.lot.ref, self.number)
