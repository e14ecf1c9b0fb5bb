"""The surroundings fail under load: a full disk, a database that stops, one of two servers.

    python -m bench.outage            # all three; the full disk needs root, for a small tmpfs

Nobody ever gets a 500; what was acknowledged is there once; work goes on by itself afterwards; the
trail is verified. The database is stopped as by a power cut of its process (pg_ctl -m immediate).
"""

import collections
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.crash import CLIENTS, Client, wrong_with
from bench.rig import NETWORK, Server, Site, filled
from tests.postgres import create_database, stopped, throwaway_postgres


@contextmanager
def loaded(servers: list[Server], clients: list[Client]) -> Iterator[None]:
    """Clients work on, each at one of the servers, through whatever happens."""
    over = threading.Event()

    def working(client: Client, port: int) -> None:
        while not over.is_set():
            try:
                client.next(port)
            except NETWORK:
                time.sleep(0.05)

    threads = [
        threading.Thread(target=working, args=(each, servers[place % len(servers)].port))
        for place, each in enumerate(clients)
    ]
    for each in threads:
        each.start()
    try:
        yield
    finally:
        over.set()
        for each in threads:
            each.join()


def until(done: Callable[[], bool], patience_s: int = 300) -> None:
    """Wait for something that is sure to come."""
    end = time.monotonic() + patience_s
    while not done():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


def answered(clients: list[Client]) -> int:
    """How many deeds have their answer."""
    return sum(len(each.done) for each in clients)


def more(clients: list[Client], count: int) -> None:
    """Wait for so many further answers."""
    wanted = answered(clients) + count
    until(lambda: answered(clients) >= wanted)


def report(what: str, site: Site, clients: list[Client], allowed: set[int]) -> int:
    """Print what came of it; gives back how much is wrong."""
    errors = collections.Counter(status for each in clients for _, status in each.errors)
    wrong = wrong_with(site, [deed for each in clients for deed in each.done])
    wrong += [f"status {each}" for each in errors if each not in allowed]
    print(f"{what}: {answered(clients)} deeds, refusals {dict(errors)}, wrong: {len(wrong)}")
    for each in wrong:
        print(f"  {each}")
    return len(wrong)


def database_stops(folder: Path, server: str) -> int:
    """PostgreSQL stops three times under load, for a moment."""
    site = filled(folder, create_database(server, "stops"), lots=4)
    serving, clients = Server(site), [Client(site, number, 5) for number in range(CLIENTS)]
    serving.start()
    with loaded([serving], clients):
        for _ in range(3):
            more(clients, 10)
            with stopped(server):
                seen = sum(len(each.errors) for each in clients)
                until(lambda: sum(len(each.errors) for each in clients) > seen + CLIENTS)  # noqa: B023 - asked at once
        more(clients, 10)
    serving.stop()
    return report("database stopped and started", site, clients, {503})


def disk_fills(folder: Path) -> int:
    """The disk of an SQLite site is full under load, and has room again."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", folder], check=True)
    try:
        site = filled(folder, f"sqlite:///{folder / 'passage.db'}", lots=2)
        serving, clients = Server(site), [Client(site, number, 6) for number in range(CLIENTS)]
        serving.start()
        ballast = folder / "ballast"
        with loaded([serving], clients):
            for _ in range(3):
                more(clients, 10)
                _fill_up(ballast)
                seen = sum(len(each.errors) for each in clients)
                until(lambda: sum(len(each.errors) for each in clients) > seen + CLIENTS)  # noqa: B023 - asked at once
                ballast.unlink()
            more(clients, 10)
        serving.stop()
        return report("disk filled and freed", site, clients, {503, 507})
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def _fill_up(ballast: Path) -> None:
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def two_servers(folder: Path, server: str) -> int:
    """Two servers share a database and a folder; clients of both, and every record made once."""
    site = filled(folder, create_database(server, "shared"), lots=8)
    servers, clients = [Server(site), Server(site)], [Client(site, n, 7) for n in range(CLIENTS)]
    for each in servers:
        each.start()
    with loaded(servers, clients):
        more(clients, 80)
        servers[1].kill()
        servers[1].start()
        more(clients, 40)
    for each in servers:
        each.stop()
    return report("two servers, one of them killed", site, clients, set())


def main() -> None:
    """All of it, in folders that are gone afterwards."""
    wrong = 0
    above = Path(tempfile.mkdtemp(prefix="passage-outage-"))
    folders = {each: above / each for each in ("stops", "full", "two")}
    for each in folders.values():
        each.mkdir()
    try:
        with throwaway_postgres(durable=True) as server:
            wrong += two_servers(folders["two"], server)
            wrong += database_stops(folders["stops"], server)
        if os.getuid() == 0:
            wrong += disk_fills(folders["full"])
        else:
            print("disk filled: not tried, it needs root for a file system of its own")
    finally:
        shutil.rmtree(above, ignore_errors=True)
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
