"""A throw-away PostgreSQL: Debian's server in a temporary folder, gone when the tests are.

It listens on a unix socket only, and never waits for a disk. PostgreSQL refuses to run as root;
for root it runs as the user `postgres`, whom Debian's package brings. Each test process may start
its own; a start takes about a second.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

OWNER = "passage"
SERVER_USER = "postgres"
ALONE = ("-c", "listen_addresses=")
ROOM = 4 * 2**30
FORGETFUL = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


@contextmanager
def throwaway_postgres(*, durable: bool = False) -> Iterator[str]:
    """Run a PostgreSQL server of our own; yield the SQLAlchemy URL of its first database.

    A `durable` one waits for its disk at each commit, as Debian's does: for measuring.

    Raises:
        RuntimeError: this machine has no PostgreSQL server, or it does not start.
    """
    programs = _programs()
    # A socket's path may have 107 bytes: the temporary folders of pytest are too deep.
    place = "/tmp" if durable else _quick_place()
    folder = Path(tempfile.mkdtemp(prefix="passage-pg-", dir=place))
    if os.getuid() == 0:
        shutil.chown(folder, SERVER_USER, SERVER_USER)
    cluster = folder / "cluster"
    control = (f"{programs}/pg_ctl", "-D", f"{cluster}", "-w", "-s")
    options = " ".join((*ALONE, *(() if durable else FORGETFUL), "-k", f"{folder}"))
    try:
        make = (f"{programs}/initdb", "-D", f"{cluster}", "-U", OWNER, "-A", "trust")
        _run(*make, "--no-sync", "-E", "UTF8", "--locale=C.UTF-8", folder=folder)
        _run(*control, "-l", f"{folder}/log", "-o", options, "start", folder=folder)
        try:
            yield _text(
                URL.create(
                    "postgresql+psycopg",
                    username=OWNER,
                    database="postgres",
                    query={"host": f"{folder}"},
                )
            )
        finally:
            _run(*control, "-m", "immediate", "stop", folder=folder)
    finally:
        shutil.rmtree(folder)


def _quick_place() -> str:
    """In memory, where there is room for some hundred databases: each is a thousand files."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > ROOM
    return f"{memory}" if roomy else "/tmp"


@contextmanager
def stopped(server: str) -> Iterator[None]:
    """The server of this URL is away for a while, gone from one moment to the next."""
    folder = Path(str(make_url(server).query["host"]))
    control = (f"{_programs()}/pg_ctl", "-D", f"{folder}/cluster", "-w", "-s")
    options = " ".join((*ALONE, "-k", f"{folder}"))
    _run(*control, "-m", "immediate", "stop", folder=folder)
    try:
        yield
    finally:
        _run(*control, "-l", f"{folder}/log", "-o", options, "start", folder=folder)


def create_database(server: str, name: str, template: str | None = None) -> str:
    """Make a database on the server of this URL, and return the URL of the new one.

    With a `template` it begins as a copy of that database, which nobody may be connected to. Its
    files are copied as they are: quicker than by way of the log.
    """
    copied = sql.Identifier(template or "template1")
    order = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    _order(server, order.format(sql.Identifier(name), copied))
    return _text(make_url(server).set(database=name))


def drop_database(server: str, name: str) -> None:
    """Remove a database, if there is one, whoever is still connected to it."""
    _order(server, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _order(server: str, order: sql.Composed) -> None:
    plain = make_url(server).set(drivername="postgresql")
    with psycopg.connect(_text(plain), autocommit=True) as connection:
        connection.execute(order)


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def _programs() -> Path:
    """Find the folder of initdb and pg_ctl: `$PG_BIN`, else Debian's newest."""
    told = os.environ.get("PG_BIN")
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    newest_first = sorted(debian, key=lambda each: float(each.parent.name), reverse=True)
    for folder in [Path(told)] if told else newest_first:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise RuntimeError(
        f"No PostgreSQL server in {told or '/usr/lib/postgresql'}: "
        "apt-get install postgresql, or name the folder of initdb and pg_ctl in PG_BIN."
    )


def _run(*command: str, folder: Path) -> None:
    """Run a program of the server in its folder, never as root."""
    user = SERVER_USER if os.getuid() == 0 else None
    said = folder / "said"
    with said.open("wb") as output:
        # pg_ctl hands its output on to the server: a pipe would never end.
        done = subprocess.run(
            command,
            cwd=folder,
            stdout=output,
            stderr=output,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            check=False,
        )
    if done.returncode != 0:
        log = folder / "log"
        words = said.read_text() + (log.read_text() if log.exists() else "")
        raise RuntimeError(f"PostgreSQL: {' '.join(command)} failed.\n{words}")
