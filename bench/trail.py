"""Verifying a trail of a million entries, beside hashing and parsing the same bytes."""

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

import app.tables  # noqa: F401 - every table must be known before it is compared
from app.db import Database
from app.people.models import Account, Training
from app.trail.audit import head
from app.trail.capture import plain
from app.trail.chain import body_digest, next_link
from app.trail.models import AuditEntry
from app.trail.verify import one_view, verify
from app.web.clock import wall_clock
from bench.engines import Engine, tidy
from schemas.trail import Entry, RowChange, TrailFault

AT_ONCE = 5_000


def fill(database: Database, count: int) -> None:
    """Go on with the trail, honestly chained, by records of training and the rows they wrote."""
    with database.reading() as session:
        end = head(session)
        olga = session.scalars(select(Account.id).where(Account.username == "olga")).one()
        last = max(session.scalars(select(Training.id)), default=0)
        at = session.scalars(select(AuditEntry.at).order_by(AuditEntry.at.desc()).limit(1)).one()
    link = end.link
    with database.engine.connect() as connection:
        for start in range(0, count, AT_ONCE):
            rows = list(_trainings(olga, last + start, min(AT_ONCE, count - start)))
            entries = []
            for seq, row in enumerate(rows, end.seq + start + 1):
                entry = _entry(seq, row, at)
                link = next_link(link, entry["body_digest"])
                entries.append(entry | {"link": link})
            connection.execute(insert(Training), rows)
            connection.execute(insert(AuditEntry), entries)
            connection.commit()
    tidy(database)


def _trainings(account: int, after: int, count: int) -> Iterator[dict[str, Any]]:
    for number in range(after + 1, after + count + 1):
        yield {
            "id": number,
            "account_id": account,
            "document_code": "UC-MSC-ALLO-MBR",
            "document_version": "1",
            "trained_on": date(2026, 3, 2),
            "valid_until": date(2027, 3, 2),
            "evidence": f"Training record {number}, seen by quality assurance",
        }


def _entry(seq: int, row: dict[str, Any], at: datetime) -> dict[str, Any]:
    entry = Entry(
        seq=seq,
        at=at,
        zone="Europe/Warsaw",
        by="quinn",
        name="Quinn Adeyemi",
        role="qa",
        did="training.record",
        about="account/olga",
        why=None,
        details={},
        changes=(
            RowChange(
                table="training",
                key=str(row["id"]),
                new={name: plain(value) for name, value in row.items()},
            ),
        ),
    )
    body = entry.canonical()
    return {
        "seq": seq,
        "at": at,
        "by": entry.by,
        "did": entry.did,
        "about": entry.about,
        "body": body.decode(),
        "body_digest": body_digest(body),
    }


def verified(engine: Engine, count: int) -> None:
    """Both in processes of their own, so that the memory of each is its own."""
    ours, base = _apart(engine, "whole"), _apart(engine, "bare")
    print(
        f"  trail of {count:,} entries ({base['mib']:.0f} MiB): {ours['cpu_s']:.1f} s of CPU, "
        f"{ours['memory_mib']:.0f} MiB at most, {ours['faults']:.0f} faults; "
        f"hashed and parsed {base['cpu_s']:.1f} s: {ours['cpu_s'] / base['cpu_s']:.1f} times",
        flush=True,
    )


def _apart(engine: Engine, what: str) -> dict[str, float]:
    command = [sys.executable, "-P", "-m", "bench.trail", what, engine.url, str(engine.folder)]
    took: dict[str, float] = json.loads(
        subprocess.run(command, capture_output=True, check=True).stdout
    )
    return took


def main(what: str, url: str, folder: str) -> None:
    """Verify the trail, or only hash and parse it; say what it took as JSON."""
    database, begun = Database(url), time.process_time()
    took = whole(database, Path(folder)) if what == "whole" else bare(database)
    took["cpu_s"] = time.process_time() - begun
    took["memory_mib"] = _most_memory()
    print(json.dumps(took))


def _most_memory() -> float:
    """The most this process had; what `resource` says begins with what its parent had."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def whole(database: Database, folder: Path) -> dict[str, float]:
    """What `passage audit verify` does, the end that was written down apart."""
    faults: list[TrailFault] = []
    verify(database, files=folder / "files", head_file=None, at=wall_clock(), found=faults.append)
    return {"faults": len(faults)}


def bare(database: Database) -> dict[str, float]:
    """The floor: every body read, hashed and parsed."""
    size = 0
    with one_view(database) as connection:
        bodies = connection.execution_options(yield_per=500).execute(
            select(AuditEntry.body).order_by(AuditEntry.seq)
        )
        for (body,) in bodies:
            content = body.encode()
            size += len(content)
            hashlib.sha256(content).digest()
            json.loads(content)
    return {"mib": size / 2**20}


if __name__ == "__main__":
    main(*sys.argv[1:])
