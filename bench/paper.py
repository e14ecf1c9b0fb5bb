"""Records on paper: what sixty and three hundred pages take, and what the printing alone takes."""

import json
import subprocess
import sys
from datetime import UTC, datetime

from app.db import Database
from bench.engines import Engine
from bench.site import add_deviations


def made(engine: Engine, database: Database, lot: str, pages: int, *, bare: bool = False) -> str:
    """Deviations are reported until the record is long enough; then it is made, in a process."""
    took: dict[str, float] = {"pages": 0}
    while took["pages"] < pages:
        missing = pages - int(took["pages"])
        add_deviations(database, lot, max(5, missing if took["pages"] else 10), datetime.now(UTC))
        took = record(engine, lot)
    if bare:
        took |= record(engine, lot, "--bare")
    said = (
        f"a record of {took['pages']} pages: {took['cpu_s']:.1f} s of processor, "
        f"{took['seconds']:.1f} s on the clock, {took['assembling_s']:.1f} s of it to collect; "
        f"{took['memory_mib']:.0f} MiB at most, file of {took['file_kib']:.0f} KiB"
    )
    if bare:
        ratio = took["cpu_s"] / took["bare_cpu_s"]
        said += f"; the HTML alone in one pass {took['bare_cpu_s']:.1f} s: {ratio:.2f} times"
    return said


def record(engine: Engine, lot: str, *options: str) -> dict[str, float]:
    """Make the record of a lot in a process of its own, and hear what it took."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "bench.record", engine.url, lot, *options],
        capture_output=True,
        check=True,
    )
    took: dict[str, float] = json.loads(done.stdout)
    return took
