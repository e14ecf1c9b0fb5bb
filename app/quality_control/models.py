"""Receipts of samples, results and their verification, written once; investigations."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import AppendOnly, Base
from app.expansion.models import SampleTaken
from app.lot.models import Lot
from schemas.quality import Conclusion, InvestigationState
from schemas.reading import ResultState
from schemas.result import ResultChange, SampleCondition


def result_ref(lot: str, number: str) -> str:
    """How the trail refers to a result of the lot that it refers to so."""
    return f"{lot}/result/{number}"


class SampleReceipt(AppendOnly, Base):
    """A sample arrived in the laboratory, once."""

    __tablename__ = "sample_receipt"

    id: Mapped[int] = mapped_column(primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample_taken.id"), unique=True)
    sample: Mapped[SampleTaken] = relationship(lazy="joined")
    received_at: Mapped[datetime]
    condition: Mapped[SampleCondition]
    containers: Mapped[int]
    temperature_c: Mapped[Decimal | None]
    kept_in: Mapped[str]
    remark: Mapped[str | None]
    received_by: Mapped[str]
    recorded_at: Mapped[datetime]


class Result(AppendOnly, Base):
    """One entry of a result. `number` stays, `revision` counts; nothing is ever overwritten."""

    __tablename__ = "result"
    __table_args__ = (
        UniqueConstraint("number", "revision", name="uq_result_number_revision"),
        CheckConstraint("change <> 'corrected' OR reason IS NOT NULL", name="says_why"),
        CheckConstraint("(revision = 1) = (replaces IS NULL)", name="replaces_the_one_before"),
        # every result of a lot, in the order they were entered
        Index("ix_result_lot_id_id", "lot_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str]
    revision: Mapped[int]
    change: Mapped[ResultChange]
    replaces: Mapped[str | None] = mapped_column(unique=True)
    reason: Mapped[str | None]
    retest_of: Mapped[str | None]
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    lot: Mapped[Lot] = relationship(lazy="joined")
    sample_id: Mapped[int | None] = mapped_column(ForeignKey("sample_taken.id"), index=True)
    sample: Mapped[SampleTaken | None] = relationship(lazy="joined")
    criterion: Mapped[str]
    state: Mapped[ResultState]
    reading: Mapped[str]
    evaluation: Mapped[str]
    words: Mapped[str]
    words_digest: Mapped[str] = mapped_column(unique=True)
    raw_file: Mapped[str | None]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]

    @property
    def ref(self) -> str:
        """How the trail refers to this result, through all its entries."""
        return result_ref(self.lot.ref, self.number)


class ResultSigned(AppendOnly, Base):
    """A second person's signature on one entry: verified, or not applicable."""

    __tablename__ = "result_signed"

    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"), unique=True)
    result: Mapped[Result] = relationship(lazy="joined")
    about: Mapped[str]
    binding: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]


class Investigation(Base):
    """The investigation of a result: opened by a failure or a reviewer, answered by QA."""

    __tablename__ = "investigation"
    __table_args__ = (
        CheckConstraint("state <> 'closed' OR conclusion IS NOT NULL", name="closed_with_words"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    lot: Mapped[Lot] = relationship(lazy="joined")
    result_number: Mapped[str] = mapped_column(index=True)
    criterion: Mapped[str]
    title: Mapped[str]
    opened_at: Mapped[datetime]
    opened_for: Mapped[str]
    state: Mapped[InvestigationState] = mapped_column(index=True)
    through_revision: Mapped[int]
    checks: Mapped[str | None]
    conclusion: Mapped[Conclusion | None]
    cause: Mapped[str | None]
    plan: Mapped[str | None]
    retests: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it from the class

    @property
    def result_ref(self) -> str:
        """How the trail refers to the result under investigation."""
        return result_ref(self.lot.ref, self.result_number)

    @property
    def ref(self) -> str:
        """How the trail refers to this investigation: below its result, for SOD-09 and SOD-10."""
        return f"{self.result_ref}/investigation/{self.number}"
