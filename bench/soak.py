"""Start and endurance: seconds to the first page, memory after ten thousand requests."""

import time
from itertools import cycle, islice
from pathlib import Path

from bench.engines import QUICK, Engine, floor, passage
from bench.load import measured, page, post
from bench.site import Measured

REQUESTS = 1_000 if QUICK else 10_000


def start(engine: Engine) -> None:
    """From the command to the first page; the bare framework beside it."""
    took = {}
    for name, server in (("bare", floor), ("ours", passage)):
        begun = time.perf_counter()
        with server(engine):
            took[name] = time.perf_counter() - begun
    print(
        f"  start to first page {took['ours']:.1f} s; bare FastAPI with the same imports "
        f"{took['bare']:.1f} s",
        flush=True,
    )


def memory(engine: Engine, site: Measured) -> None:
    """Pages, the API and refusals in turn; the memory held is read after each tenth."""
    cookie = site.cookies["quinn"]
    asks = [
        page("/", cookie),
        page("/lots", cookie),
        page(f"/lots/{site.lot}", cookie),
        page(f"/quality/lots/{site.lot}", cookie),
        page("/quality", cookie),
        page("/trail", cookie),
        post("/api/v1/trail/search", {}, site.tokens["quinn"]),
    ]
    with passage(engine) as (server, port):
        held = []
        for _ in range(10):
            measured(server, port, islice(cycle(asks), REQUESTS // 10), 4)
            held.append(_mib(server.pid))
    print(
        f"  memory after each tenth of {REQUESTS:,} requests, MiB: "
        + " ".join(f"{each:.0f}" for each in held),
        flush=True,
    )


def _mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024
