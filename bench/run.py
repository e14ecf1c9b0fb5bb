"""What Passage takes on this machine: `.venv/bin/python bench/run.py [--quick]`.

Prints, on SQLite and on PostgreSQL: result entries through the API at one and at eight clients
beside a bare framework with one durable insert; the pages of a unit with a thousand and with a
hundred thousand lots; a record of sixty pages. Timings decide nothing; docs/benchmarks.md keeps
those of a named machine.
"""

import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

FOLDER = Path(tempfile.mkdtemp(prefix="passage-bench-"))
os.environ |= {
    "PASSAGE_FOLDER": str(FOLDER),
    "PASSAGE_PASSWORD_MEMORY_KIB": "8192",
    "PASSAGE_PASSWORD_PASSES": "1",
    "PASSAGE_IDLE_MINUTES": "60",
    "PYTHONPATH": str(ROOT),
}

from app.db import Database  # noqa: E402 - the settings above come first
from bench.load import Ask, measured, page, post, serving, some  # noqa: E402
from bench.many_lots import THIN, copy_lot, number_of  # noqa: E402
from bench.site import Measured, add_deviations, fill  # noqa: E402
from tests.postgres import create_database, throwaway_postgres  # noqa: E402

QUICK = "--quick" in sys.argv
WHOLE_LOTS, MANY_LOTS = 1_000, 10_000 if QUICK else 100_000
ENTRIES, LOOKS = (100, 10) if QUICK else (400, 40)
PAGES_WANTED = 60


def main() -> None:
    """Both engines, one after the other."""
    print(machine())
    for engine in ("SQLite", "PostgreSQL"):
        with ExitStack() as stack:
            folder = FOLDER / engine
            folder.mkdir()
            os.environ["PASSAGE_FOLDER"] = str(folder)
            url = f"sqlite:///{folder / 'passage.db'}"
            if engine == "PostgreSQL":
                server = stack.enter_context(throwaway_postgres(durable=True))
                url = create_database(server, "passage")
            print(f"\n{engine}")
            measure(url)


def measure(url: str) -> None:
    """Everything, on one engine."""
    database = Database(url)
    site = fill(database, datetime.now(UTC))
    copy_lot(database, site.lot, range(1, WHOLE_LOTS + 1))
    results(url, site)
    looks(url, site, WHOLE_LOTS)
    copy_lot(database, site.lot, range(WHOLE_LOTS + 1, MANY_LOTS + 1), THIN)
    looks(url, site, MANY_LOTS)
    paper(url, database, site)
    database.close()


def results(url: str, site: Measured) -> None:
    """Result entries at one and at eight clients, and the floor under them."""
    port = free_port()
    command = [sys.executable, str(ROOT / "bench/floor.py"), url, str(port)]
    with serving(command, port, {}) as server:
        body = site.entries[0][1]
        for clients in (1, 8):
            asks = [post("/row", body)] * ENTRIES
            print(f"  floor, {clients} clients   {measured(server, port, asks, clients)}")
    with passage(url) as (server, port):
        waiting = open_results(site)
        measured(server, port, some(waiting, 10))
        for clients in (1, 8):
            figures = measured(server, port, some(waiting, ENTRIES), clients)
            print(f"  result, {clients} clients  {figures}")


def open_results(site: Measured) -> Iterator[Ask]:
    """Each result that the copies still ask for, lot by lot."""
    for copy in range(1, WHOLE_LOTS + 1):
        for sample, body in site.entries:
            number = sample.replace(site.lot, number_of(copy))
            yield post(f"/api/v1/quality/samples/{number}/results", body, site.tokens["anton"])


def looks(url: str, site: Measured, count: int) -> None:
    """The pages that people open most, with so many lots in the unit."""
    quinn, anton = site.cookies["quinn"], site.cookies["anton"]
    pages = {
        "lots, newest": page("/lots", quinn),
        "lots, half way": page(f"/lots?before={count // 2}", quinn),
        "lots, in testing": page("/lots?stage=in_testing", quinn),
        "lots, by number": page(f"/lots?words={number_of(count // 2)}", quinn),
        "a lot": page(f"/lots/{site.lot}", quinn),
        "its production": page(f"/lots/{site.lot}/production", quinn),
        "its results": page(f"/quality/lots/{site.lot}", quinn),
        "its release": page(f"/lots/{site.lot}/release", quinn),
        "laboratory's list": page("/quality", anton),
        "QA's first page": page("/", quinn),
        "QC's first page": page("/", anton),
    }
    with passage(url) as (server, port):
        print(f"  with {count:,} lots")
        for name, ask in pages.items():
            measured(server, port, [ask] * 2)
            print(f"    {name:<18}{measured(server, port, [ask] * LOOKS)}", flush=True)


def paper(url: str, database: Database, site: Measured) -> None:
    """A record of sixty pages: printed and sealed in a process of its own."""
    took = {"pages": 0}
    while took["pages"] < PAGES_WANTED:
        add_deviations(database, site.lot, 15, datetime.now(UTC))
        done = subprocess.run(
            [sys.executable, str(ROOT / "bench/record.py"), url, site.lot],
            capture_output=True,
            check=True,
        )
        took = json.loads(done.stdout)
    print(
        f"  a record of {took['pages']} pages: {took['seconds']:.1f} s "
        f"({took['cpu_s']:.1f} s of processor, {took['assembling_s']:.1f} s to collect), "
        f"{took['memory_mib']:.0f} MiB at most, file of {took['file_kib']:.0f} KiB"
    )


class passage:  # noqa: N801 - it reads as what it is: with passage(url)
    """The real server, by the real command line, on a free port."""

    def __init__(self, url: str) -> None:
        self.port = free_port()
        command = [sys.executable, "-P", "-m", "app.cli", "serve", "--port", str(self.port)]
        self.serving = serving(command, self.port, {"PASSAGE_DATABASE_URL": url})

    def __enter__(self) -> tuple[subprocess.Popen[bytes], int]:
        return self.serving.__enter__(), self.port

    def __exit__(self, *raised: object) -> None:
        self.serving.__exit__(None, None, None)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def machine() -> str:
    """Name what it was measured on, and how busy that was."""
    cpu = next(
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    )
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return (
        f"{os.cpu_count()} cores of {cpu}, {system}, Python {platform.python_version()}; "
        f"{os.getloadavg()[0]:.1f} processes ran or waited when this began."
    )


if __name__ == "__main__":
    main()
