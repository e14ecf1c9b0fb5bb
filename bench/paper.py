"""Records on paper: what sixty and three hundred pages take, and what the printing alone takes."""

import http.client
import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any

from app.db import Database
from bench.engines import Engine, passage
from bench.entering import open_forms
from bench.load import Ask, Figures, measured, post, some
from bench.site import Measured, add_deviations

CLIENTS = 4
FORMS = 40


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


def meanwhile(engine: Engine, site: Measured) -> str:
    """Forms that people send while a record is made, beside the same when nobody prints."""
    waiting, token = open_forms(site), site.tokens["quinn"]
    records = f"/api/v1/lots/{site.lot}/records"
    with passage(engine) as (server, port):
        measured(server, port, some(waiting, FORMS), CLIENTS)
        idle = [measured(server, port, some(waiting, FORMS), CLIENTS) for _ in range(3)]
        _said(port, post(records, {"reason": "Measured while people type"}, token))
        begun, busy = time.perf_counter(), list[Figures]()
        while _said(port, ("GET", *post(records, None, token)[1:]))[0]["state"] in OPEN:
            busy.append(measured(server, port, some(waiting, FORMS), CLIENTS))
        seconds = time.perf_counter() - begun
    quiet, printing = (max(each.p95_ms for each in rounds) for rounds in (idle, busy))
    return (
        f"{len(busy) * FORMS} forms while it was made ({seconds:.0f} s): p95 at most "
        f"{printing:.0f} ms; {quiet:.0f} ms when nobody prints: {printing / quiet:.2f} times"
    )


OPEN = ("waiting", "running")


def _said(port: int, ask: Ask) -> Any:
    """What the API answers."""
    method, path, headers, body = ask
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request(method, path, None if method == "GET" else body, headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    assert answer.status < 300, content
    return json.loads(content)
