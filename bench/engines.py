"""Where it is measured: a scratch folder, both engines, the real server as people start it."""

import os
import platform
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from app.db import Database
from app.settings import settings
from bench.load import serving
from tests.postgres import create_database, throwaway_postgres

ROOT = Path(__file__).parent.parent
QUICK = "--quick" in sys.argv
CHEAP_PASSWORDS = {"PASSAGE_PASSWORD_MEMORY_KIB": "8192", "PASSAGE_PASSWORD_PASSES": "1"}
"""Filling a site signs hundreds of times; nothing that is measured here asks for a password."""


@dataclass(frozen=True)
class Engine:
    """One empty database, and the folder beside it."""

    name: str
    url: str
    folder: Path


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for everything that is made to be measured, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="passage-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def engines() -> Iterator[Engine]:
    """SQLite, then a PostgreSQL that waits for its disk; each ends before the next begins."""
    with scratch() as folder:
        _use(folder)
        yield Engine("SQLite", f"sqlite:///{folder / 'passage.db'}", folder)
    with scratch() as folder, throwaway_postgres(durable=True) as server:
        _use(folder)
        yield Engine("PostgreSQL", create_database(server, "passage"), folder)


def _use(folder: Path) -> None:
    """Keep files, and the end of the trail, in this folder: here and in the servers started."""
    os.environ |= {
        "PASSAGE_FOLDER": str(folder),
        "PASSAGE_IDLE_MINUTES": "60",
        "PYTHONPATH": str(ROOT),
        **CHEAP_PASSWORDS,
    }
    settings.cache_clear()


@contextmanager
def passage(engine: Engine) -> Iterator[tuple[Popen[bytes], int]]:
    """The application on a free port."""
    port = free_port()
    command = [sys.executable, "-P", "-m", "app.cli", "serve", "--port", str(port)]
    with serving(command, port, {"PASSAGE_DATABASE_URL": engine.url}) as server:
        yield server, port


@contextmanager
def floor(engine: Engine) -> Iterator[tuple[Popen[bytes], int]]:
    """The bare framework on the same database."""
    port = free_port()
    command = [sys.executable, "-P", "-m", "bench.floor", engine.url, str(port)]
    with serving(command, port, {}) as server:
        yield server, port


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def tidy(database: Database) -> None:
    """Let the planner know what is there now."""
    with database.engine.connect() as connection:
        autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
        autocommit.exec_driver_sql("ANALYZE")


def machine() -> str:
    """Name what it was measured on, and how busy that was."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    cpu = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return (
        f"{os.cpu_count()} cores of {cpu}, {system}, Python {platform.python_version()}; "
        f"{os.getloadavg()[0]:.1f} processes ran or waited when this began."
    )
