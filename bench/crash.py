"""Kill -9 at random moments under load, again and again: what was acknowledged is there, once.

    python -m bench.crash --engine sqlite --rounds 200
    python -m bench.crash --engine postgresql --rounds 200

Each round: a server starts, every client repeats what it had no answer to, then does whatever it
does, and the server is killed. After every few kills each deed that was acknowledged is in the
rows exactly once, each that was refused is not, and the trail is verified. At the end every record
that was asked for is made once.
"""

import argparse
import collections
import shutil
import tempfile
import threading
import time
from pathlib import Path

from sqlalchemy import text

from bench.deeds import Work
from bench.rig import NETWORK, Deed, Server, Site, chance, filled, rows_of
from tests.postgres import create_database, throwaway_postgres

CLIENTS = 4
ROUND_MAX_S = 60
LOOK_EVERY = 5


class Client:
    """Somebody who does one thing after the other, and does not let go of an unanswered one."""

    def __init__(self, site: Site, number: int, seed: int) -> None:
        self.site = site
        self.deeds = Work(site, number, CLIENTS, chance(seed * 100 + number)).deeds()
        self.pending: Deed | None = None
        self.done: list[Deed] = []
        self.errors: list[tuple[str, int]] = []

    def work(self, port: int, until: threading.Event) -> None:
        """Go on until the server is gone."""
        while not until.is_set():
            try:
                self.next(port)
            except NETWORK:
                return

    def next(self, port: int) -> None:
        """Repeat what has no answer, or do something new."""
        deed = self.pending = self.pending or next(self.deeds)
        deed.send(port, self.site.tokens[deed.username])
        if deed.status >= 500:
            self.errors.append((deed.kind, deed.status))
            time.sleep(0.05)
        if deed.is_answered:
            self.pending = None
            self.done.append(deed)


def one_round(server: Server, clients: list[Client], answers: int, seconds: float) -> None:
    """Start, wait for so many answers and a moment more, kill."""
    server.start()
    gone = threading.Event()
    threads = [
        threading.Thread(target=each.work, args=(server.port, gone), daemon=True)
        for each in clients
    ]
    for each in threads:
        each.start()
    until = time.monotonic() + ROUND_MAX_S
    wanted = answers + sum(len(each.done) for each in clients)
    while sum(len(each.done) for each in clients) < wanted and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(seconds)
    server.kill()
    gone.set()
    for each in threads:
        each.join()


def wrong_with(site: Site, deeds: list[Deed]) -> list[str]:
    """What is lost, what is there twice, what is there though it was refused; and the trail."""
    found = []
    with rows_of(site) as count:
        for deed in deeds:
            there, wanted = count(deed), int(deed.status < 300)
            if there != wanted:
                found.append(f"{deed.kind} {deed.mark}: status {deed.status}, {there} times there")
    return found + [f"{each.where}: {each.says}" for each in site.faults()]


def finish(site: Site, server: Server, clients: list[Client], patience_s: int) -> list[str]:
    """Everybody gets an answer, every record is made once."""
    server.start()
    for each in clients:
        while each.pending is not None:
            each.next(server.port)
    open_jobs = text("SELECT count(*) FROM record_job WHERE state IN ('waiting', 'running')")
    database, until = site.database(), time.monotonic() + patience_s
    with database.engine.connect() as connection:
        while connection.execute(open_jobs).scalar_one() and time.monotonic() < until:
            connection.rollback()
            time.sleep(1)
        jobs = dict(connection.execute(text(JOBS_BY_STATE)).all())
        twice = connection.execute(text(SEALED_TWICE)).scalar_one()
    database.close()
    server.stop()
    print(f"records: {jobs}; sealed more than once: {twice}")
    return ["a job is neither done nor failed"] * bool(jobs.keys() - {"done", "failed"}) + [
        f"{twice} records were sealed twice"
    ] * bool(twice)


JOBS_BY_STATE = "SELECT state, count(*) FROM record_job GROUP BY state"
SEALED_TWICE = """
SELECT (SELECT count(*) FROM audit_entry WHERE did = 'record.seal')
  - (SELECT count(*) FROM record_job WHERE state = 'done')
"""


def run(folder: Path, url: str, *, rounds: int, seed: int) -> int:
    """All rounds on one engine; gives back how much is wrong."""
    began, dice = time.monotonic(), chance(seed)
    site = filled(folder, url, lots=min(12, rounds))
    server = Server(site)
    clients = [Client(site, number, seed) for number in range(CLIENTS)]
    wrong: list[str] = []
    seen = [0] * CLIENTS
    for number in range(1, rounds + 1):
        one_round(server, clients, dice.randint(2, 9), dice.uniform(0, 0.1))
        if number % LOOK_EVERY and number < rounds:
            continue
        fresh = [
            deed for each, place in zip(clients, seen, strict=True) for deed in each.done[place:]
        ]
        seen = [len(each.done) for each in clients]
        found = wrong_with(site, fresh)
        wrong += found
        for each in found:
            print(f"kill {number}: {each}", flush=True)
        print(f"{number} kills, {sum(seen)} deeds, {time.monotonic() - began:.0f} s", flush=True)
    wrong += finish(site, server, clients, patience_s=300)
    everything = [deed for each in clients for deed in each.done]
    wrong += wrong_with(site, everything)
    kinds = collections.Counter(f"{each.kind} {each.status}" for each in everything)
    errors = collections.Counter(error for each in clients for error in each.errors)
    print(
        f"{rounds} kills, {time.monotonic() - began:.0f} s; answers: {dict(sorted(kinds.items()))}"
    )
    print(f"server errors: {dict(errors) or 'none'}; wrong: {len(wrong)}")
    return len(wrong)


def main() -> None:
    """Ask what to do, do it in a folder that is gone afterwards."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    asked.add_argument("--rounds", type=int, default=200)
    asked.add_argument("--seed", type=int, default=1)
    told = asked.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="passage-crash-"))
    try:
        if told.engine == "sqlite":
            url = f"sqlite:///{folder / 'passage.db'}"
            found = run(folder, url, rounds=told.rounds, seed=told.seed)
        else:
            with throwaway_postgres() as server:
                url = create_database(server, "crash")
                found = run(folder, url, rounds=told.rounds, seed=told.seed)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
