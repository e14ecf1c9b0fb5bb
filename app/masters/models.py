"""Master documents as they were handed in, approved and withdrawn: three facts, none edited."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import AppendOnly, Base
from schemas.document import DocumentKind


class MasterDocument(AppendOnly, Base):
    """One version of a product, a specification or a master batch record (R-ATMP-02).

    `content` is its canonical JSON, `digest` the SHA-256 of it, `source` the text handed in.
    """

    __tablename__ = "master_document"
    __table_args__ = (
        UniqueConstraint("code", "document_version"),
        CheckConstraint("document_version >= 1", name="version"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[DocumentKind]
    code: Mapped[str]
    document_version: Mapped[int]
    title: Mapped[str]
    product_code: Mapped[str] = mapped_column(index=True)
    effective_from: Mapped[date]
    content: Mapped[str]
    digest: Mapped[str] = mapped_column(index=True)
    source: Mapped[str]
    change: Mapped[str]
    imported_by: Mapped[str]
    imported_at: Mapped[datetime]
    approval: Mapped["MasterApproval | None"] = relationship(lazy="joined", viewonly=True)
    withdrawal: Mapped["MasterWithdrawal | None"] = relationship(lazy="joined", viewonly=True)

    @property
    def ref(self) -> str:
        """How the trail names this version."""
        return f"master/{self.code}/{self.document_version}"


class MasterApproval(AppendOnly, Base):
    """A version was approved, by someone other than its author."""

    __tablename__ = "master_approval"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("master_document.id"), unique=True)
    document: Mapped[MasterDocument] = relationship(lazy="joined")
    by: Mapped[str]
    at: Mapped[datetime]


class MasterWithdrawal(AppendOnly, Base):
    """A version may start no lot any more."""

    __tablename__ = "master_withdrawal"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("master_document.id"), unique=True)
    document: Mapped[MasterDocument] = relationship(lazy="joined")
    why: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
