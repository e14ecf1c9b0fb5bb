"""Records on paper: what sixty and three hundred pages take, and what the printing alone takes."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from app.db import Database
from bench.engines import Engine, passage
from bench.entering import open_forms
from bench.load import Ask, measured, post, some
from bench.site import Measured, add_deviations

CLIENTS = 4
FORMS = 40
IDLE_FORMS = 400


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

        def made() -> bool:
            states = _said(port, ("GET", *post(records, None, token)[1:]))
            return states[0]["state"] not in OPEN

        measured(server, port, some(waiting, FORMS), CLIENTS)
        idle = measured(server, port, some(waiting, IDLE_FORMS), CLIENTS)
        _said(port, post(records, {"reason": "Measured while people type"}, token))
        begun = time.perf_counter()
        busy = measured(server, port, _until(made, waiting), CLIENTS)
        seconds = time.perf_counter() - begun
    return (
        f"{busy.requests} forms while it was made ({seconds:.0f} s): p95 {busy.p95_ms:.0f} ms; "
        f"{idle.p95_ms:.0f} ms when nobody prints: {busy.p95_ms / idle.p95_ms:.2f} times"
    )


def _until(made: Callable[[], bool], asks: Iterator[Ask]) -> Iterator[Ask]:
    """What is asked until something is made, which is looked at now and then."""
    while not made():
        yield from some(asks, FORMS)


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
