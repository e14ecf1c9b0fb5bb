"""Files kept by their SHA-256: certificates, raw data, sealed records.

A file is written before its row is committed, and never changed: what an entry names can be
read, and what is altered on disk no longer has its name.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound, RecordError
from app.people.actor import Actor
from app.settings import settings
from app.trail.models import AttachmentRow
from schemas.base import readable
from schemas.trail import KeptFile

UNFINISHED = "tmp"
"""How the name of a file begins that is being written; a stopped program may leave one behind."""

_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}", re.ASCII)


class Altered(RecordError):
    """The stored file is missing or altered. Tell the administrator: restore it from the backup."""

    status = 500


def folder() -> Path:
    """Where files are kept."""
    return settings().folder / "files"


def keep(
    session: Session,
    content: bytes,
    *,
    name: str,
    media_type: str,
    about: str,
    by: Actor,
    at: datetime,
) -> KeptFile:
    """Keep a file and name it. The caller records the deed.

    The same content kept twice is stored once.
    """
    digest = hashlib.sha256(content).hexdigest()
    _write_once(_path(digest), content)
    kept = KeptFile(
        sha256=digest,
        name=readable(name)[:200] or "file",
        media_type=media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream",
        size_bytes=len(content),
    )
    session.add(AttachmentRow(about=about, at=at, by=by.username, **kept.model_dump()))
    session.flush()
    return kept


def read(digest: str) -> bytes:
    """The content of a kept file.

    Raises:
        Altered: the file is gone or no longer has this digest.
    """
    try:
        content = _path(digest).read_bytes()
    except FileNotFoundError as gone:
        raise Altered from gone
    if hashlib.sha256(content).hexdigest() != digest:
        raise Altered
    return content


def kept_about(session: Session, about: str) -> tuple[KeptFile, ...]:
    """The files kept for exactly this reference, in order."""
    rows = session.scalars(
        select(AttachmentRow).where(AttachmentRow.about == about).order_by(AttachmentRow.id)
    )
    return tuple(as_kept(row) for row in rows)


def kept_about_each(session: Session, abouts: Collection[str]) -> dict[str, tuple[KeptFile, ...]]:
    """The files kept for each of these references, in order; a reference without is not in it."""
    kept: dict[str, tuple[KeptFile, ...]] = {}
    if abouts:
        rows = session.scalars(
            select(AttachmentRow).where(AttachmentRow.about.in_(abouts)).order_by(AttachmentRow.id)
        )
        for row in rows:
            kept[row.about] = (*kept.get(row.about, ()), as_kept(row))
    return kept


def kept_file(session: Session, digest: str) -> AttachmentRow:
    """The first row that names this file.

    Raises:
        NotFound: nobody kept such a file.
    """
    row = session.scalars(
        select(AttachmentRow)
        .where(AttachmentRow.sha256 == digest)
        .order_by(AttachmentRow.id)
        .limit(1)
    ).first()
    if row is None:
        raise NotFound
    return row


def as_kept(row: AttachmentRow) -> KeptFile:
    """A stored row as a contract."""
    return KeptFile(
        sha256=row.sha256, name=row.name, media_type=row.media_type, size_bytes=row.size_bytes
    )


def _path(digest: str) -> Path:
    return folder() / digest[:2] / digest


def _write_once(path: Path, content: bytes) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=UNFINISHED, dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)
