"""Certificates and other evidence: kept as files a reader can open in thirty years."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import BadInput, FieldError, NotFound
from app.people.actor import Actor
from app.trail import attachments
from schemas.supply_forms import SentFile
from schemas.trail import KeptFile

# How each kind of file begins; what it is called does not matter.
BEGINNINGS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}


def keep_evidence(
    session: Session, sent: SentFile, *, about: str, by: Actor, at: datetime
) -> KeptFile:
    """Keep a PDF or a picture. The caller records the deed.

    Raises:
        BadInput: it is neither.
    """
    media_type = next(
        (kind for begins, kind in BEGINNINGS.items() if sent.content.startswith(begins)), None
    )
    if media_type is None:
        raise BadInput(
            [FieldError("file", f"“{sent.name[:60]}” is no PDF, PNG or JPEG file. Attach one.")]
        )
    return attachments.keep(
        session, sent.content, name=sent.name, media_type=media_type, about=about, by=by, at=at
    )


def evidence_about(session: Session, about: str, sha256: str) -> tuple[KeptFile, bytes]:
    """A file kept for exactly this reference, and its content.

    Raises:
        NotFound: nobody kept such a file for it. Altered: it is no longer what was kept.
    """
    for kept in attachments.kept_about(session, about):
        if kept.sha256 == sha256:
            return kept, attachments.read(sha256)
    raise NotFound
