"""What stands around the rows: the files, the end that was written down, the triggers."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper

from app.db import AppendOnly
from app.trail.capture import audited_mappers
from app.trail.models import AttachmentRow, AuditEntry
from app.trail.verify.entries import Found
from app.trail.verify.reading import rows_of
from schemas.trail import Checkpoint, Head, TrailFault

PIECE = 2**20


def check_files(connection: Connection, folder: Path, found: Found) -> int:
    """Each kept file is there and has its digest; gives back how many rows name one."""
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
    return count


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
    """Nobody but the application added entries. `noted` was read after the walk."""
    if noted is None:
        return
    strange = [(each.first, min(each.last, end.seq)) for each in noted.not_ours]
    strange.append((noted.head.seq + 1, end.seq))
    for first, last in strange:
        if first <= last:
            found(
                TrailFault(
                    where=f"audit_entry/{first}",
                    says=f"entries {first} to {last} were not written by the application "
                    "(or the machine stopped at that very moment).",
                )
            )


def check_triggers(connection: Connection, found: Found) -> int:
    """The database still refuses what it must; gives back how many triggers were looked for."""
    there = _armed_postgres(connection) if _postgres(connection) else _armed_sqlite(connection)
    expected = {
        name: str(mapper.local_table)
        for mapper in (*audited_mappers(), inspect(AuditEntry))
        for name in _expected(mapper, postgres=_postgres(connection))
    }
    for name, table in expected.items():
        if name not in there:
            found(
                TrailFault(
                    where=f"trigger {name}",
                    says=f"missing or disarmed: the database no longer guards {table}.",
                )
            )
    return len(expected)


def _postgres(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _expected(mapper: Mapper[object], *, postgres: bool) -> Iterator[str]:
    table = str(mapper.local_table)
    if not issubclass(mapper.class_, AppendOnly):
        yield f"{table}_kept"
    elif postgres:
        yield f"{table}_stays"
    else:
        yield from (f"{table}_stays_{event}" for event in ("update", "delete", "replace"))


def _armed_sqlite(connection: Connection) -> set[str]:
    rows = connection.execute(
        text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
    )
    return {
        row.name
        for row in rows
        if row.name.startswith(f"{row.tbl_name}_") and "SELECT RAISE(ABORT," in row.sql
    }


def _armed_postgres(connection: Connection) -> set[str]:
    rows = connection.execute(
        text(
            "SELECT t.tgname FROM pg_trigger t"
            " JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgenabled = 'A' AND p.proname = 'passage_refuses'"
            " AND p.prosrc LIKE '%RAISE EXCEPTION%' AND t.tgname LIKE c.relname || '%'"
            " AND c.relnamespace = CAST(CAST(current_schema() AS text) AS regnamespace)"
        )
    )
    return set(rows.scalars())
