"""Audit entries, signatures and attachments. All are written once."""

from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, Index, Integer, and_, or_
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from app.db import BYTE_ORDER, AppendOnly, Base

SEQUENCE = BigInteger().with_variant(Integer, "sqlite")


class AuditEntry(AppendOnly, Base):
    """One deed or one refused attempt. `body` is the canonical JSON that the chain covers.

    The other columns repeat parts of the body so that it can be searched; verification
    compares them with it.
    """

    __tablename__ = "audit_entry"
    # a lot's own history, in order; who did what to it, for the separation of duties;
    # and what happened on a day, for whoever searches
    __table_args__ = (
        Index("ix_audit_entry_about_seq", "about", "seq"),
        Index("ix_audit_entry_by_did_about", "by", "did", "about"),
        Index("ix_audit_entry_at", "at"),
    )

    seq: Mapped[int] = mapped_column(SEQUENCE, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    by: Mapped[str]
    did: Mapped[str]
    about: Mapped[str] = mapped_column(BYTE_ORDER)
    body: Mapped[str]
    body_digest: Mapped[str]
    link: Mapped[str] = mapped_column(unique=True)


def within(
    about: str, column: InstrumentedAttribute[str] = AuditEntry.about
) -> ColumnElement[bool]:
    """Entries (or signatures) about this very thing, or about what lies below it.

    "lot/A-1" holds "lot/A-1/step/1", never "lot/A-10" and never "lot/a-1".
    """
    below = and_(column >= f"{about}/", column < f"{about}0")  # "0" follows "/"
    return or_(column == about, below)


class SignatureRow(AppendOnly, Base):
    """A person, a role, a meaning and a moment, bound to the digest of the words shown."""

    __tablename__ = "signature"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    username: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    meaning: Mapped[str]
    about: Mapped[str] = mapped_column(BYTE_ORDER, index=True)
    words: Mapped[str]
    words_digest: Mapped[str]
    at: Mapped[datetime]
    zone: Mapped[str]
    binding: Mapped[str] = mapped_column(unique=True)


class AttachmentRow(AppendOnly, Base):
    """A file kept by its SHA-256: a certificate, raw data, a sealed record."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    about: Mapped[str] = mapped_column(index=True)
    sha256: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str]
