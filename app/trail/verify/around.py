"""What stands around the rows: the files, and the end that was written down."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import inspect, select
from sqlalchemy.engine import Connection

from app.trail.attachments import UNFINISHED
from app.trail.checkpoint import extended
from app.trail.models import AttachmentRow
from app.trail.verify.entries import Found
from app.trail.verify.reading import rows_of
from schemas.trail import Checkpoint, Head, TrailFault

PIECE = 2**20


def check_files(connection: Connection, folder: Path, found: Found) -> int:
    """Each kept file is there and has its digest; gives back how many rows name one.

    A file that no row names is what a stopped program leaves behind, if it is what its name says.
    """
    count = 0
    for row in rows_of(connection, inspect(AttachmentRow)):
        count += 1
        where = f"attachment/{row['id']}"
        named = f"“{row['name']}” on {row['about']}"
        path = folder / str(row["sha256"])[:2] / str(row["sha256"])
        try:
            digest, size = _digest(path)
        except OSError:
            found(TrailFault(where=where, says=f"the file of {named} is missing: {path}."))
            continue
        if digest != row["sha256"] or size != row["size_bytes"]:
            found(TrailFault(where=where, says=f"the file of {named} was altered: {path}."))
    for path in _put_in(connection, folder):
        found(TrailFault(where=f"{path}", says="put in behind the trail: nobody kept this file."))
    return count


def _put_in(connection: Connection, folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name.startswith(UNFINISHED):
            continue
        kept = select(AttachmentRow.id).where(AttachmentRow.sha256 == path.name).limit(1)
        if connection.scalar(kept) is None and path.name != _digest(path)[0]:
            yield path


def _digest(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size


def check_end(
    path: Path, noted: Checkpoint | None, link_there: str | None, end: Head, found: Found
) -> int:
    """The end is where the application wrote it down: nothing is cut off, nothing was added.

    `noted` was read before the walk, `link_there` is the link of its entry during the walk.
    """
    if noted is None:
        if end.seq:
            found(
                TrailFault(
                    where=str(path),
                    says="the end of the trail is not written down there, or cannot be read: "
                    "a cut end cannot be seen.",
                )
            )
        return 0
    if noted.head.seq > end.seq:
        found(
            TrailFault(
                where=f"audit_entry/{end.seq + 1}",
                says=f"cut off: the application wrote up to {noted.head.seq}, the trail ends at "
                f"{end.seq}. Was an older copy of the database put back?",
            )
        )
    elif link_there != noted.head.link:
        found(
            TrailFault(
                where=f"audit_entry/{noted.head.seq}",
                says="the chain up to here is not the one the application wrote: "
                "the trail was made anew.",
            )
        )
    return 1


def check_additions(noted: Checkpoint | None, end: Head, found: Found) -> None:
    """Nobody but the application added entries. `noted` was read after the walk.

    The last entries may be known by their intent alone: the program was stopped just when they
    were committed, or has yet to say so.
    """
    if noted is None:
        return
    if noted.intended is not None and noted.intended.head == end:
        noted = extended(noted, noted.intended.first, end)
    strange = [(each.first, min(each.last, end.seq)) for each in noted.not_ours]
    strange.append((noted.head.seq + 1, end.seq))
    for first, last in strange:
        if first <= last:
            found(
                TrailFault(
                    where=f"audit_entry/{first}",
                    says=f"entries {first} to {last} were not written down by the application: "
                    "somebody else added them, or its note of the end was lost (a power cut, or "
                    "a restored copy).",
                )
            )
