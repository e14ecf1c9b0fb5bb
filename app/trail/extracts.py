"""Reading the trail for others: what is known about some references, and the chain around it."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.trail.audit import head
from app.trail.chain import GENESIS
from app.trail.models import AuditEntry, SignatureRow, within
from app.trail.signatures import as_signature
from schemas.trail import Entry, KeptEntry, Link, SignedWords, TrailExtract

RANGE_MAX = 200_000
"""The longest range of links that is attached to a record: about 13 MB before compression."""


def _about(column: InstrumentedAttribute[str], refs: Sequence[str]) -> ColumnElement[bool]:
    """The condition for rows that speak of these references, or of what lies inside them."""
    return or_(*(within(ref, column) for ref in refs))


def entries_about(
    session: Session, refs: Sequence[str], *, without: Sequence[str] = ()
) -> tuple[Entry, ...]:
    """The entries about these references in order, but for the deeds left out."""
    rows = session.scalars(
        select(AuditEntry.body)
        .where(_about(AuditEntry.about, refs), AuditEntry.did.not_in(without))
        .order_by(AuditEntry.seq)
    )
    return tuple(Entry.from_canonical(body) for body in rows)


def last_seq_about(session: Session, refs: Sequence[str], *, without: Sequence[str] = ()) -> int:
    """The number of the last entry about these references, or 0."""
    last = session.scalar(
        select(func.max(AuditEntry.seq)).where(
            _about(AuditEntry.about, refs), AuditEntry.did.not_in(without)
        )
    )
    return last or 0


def refused_at(session: Session, path: str) -> tuple[Entry, ...]:
    """The refused attempts at this path of the application and below it, in order (R-DI-14)."""
    rows = session.scalars(
        select(AuditEntry.body)
        .where(AuditEntry.did == "refused", _about(AuditEntry.about, [path]))
        .order_by(AuditEntry.seq)
    )
    return tuple(Entry.from_canonical(body) for body in rows)


def link_at(session: Session, seq: int) -> str:
    """The link of an entry; before the first one, the beginning of the chain."""
    return session.scalar(select(AuditEntry.link).where(AuditEntry.seq == seq)) or GENESIS


def signed_about(session: Session, refs: Sequence[str]) -> tuple[SignedWords, ...]:
    """Every signature about these references with the exact words it binds, in order."""
    rows = session.scalars(
        select(SignatureRow).where(_about(SignatureRow.about, refs)).order_by(SignatureRow.id)
    )
    return tuple(SignedWords(signature=as_signature(row), words=row.words) for row in rows)


def extract(session: Session, refs: Sequence[str]) -> TrailExtract:
    """The part of the trail about these references, chained up to the head."""
    entries = tuple(
        KeptEntry(link=Link(seq=row.seq, body_digest=row.body_digest, link=row.link), body=row.body)
        for row in session.scalars(
            select(AuditEntry).where(_about(AuditEntry.about, refs)).order_by(AuditEntry.seq)
        )
    )
    end = head(session)
    first = entries[0].link.seq if entries else end.seq
    digests: tuple[str, ...] = ()
    if end.seq - first < RANGE_MAX:
        digests = tuple(
            session.scalars(
                select(AuditEntry.body_digest)
                .where(AuditEntry.seq.between(first, end.seq))
                .order_by(AuditEntry.seq)
            )
        )
    return TrailExtract(
        before=link_at(session, first - 1),
        first_seq=first,
        digests=digests,
        entries=entries,
        head=end,
    )
