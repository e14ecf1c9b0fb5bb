"""A site under load that may be stopped at any moment: real servers, and clients that keep at it.

A server is a process of its own (forked from one that has loaded the program, so that a start
takes a tenth of a second) with a socket of its own; it is stopped with SIGKILL. A client sends
each deed with an idempotency key, and sends it again until it has an answer.
"""

import http.client
import json
import multiprocessing
import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

os.environ.setdefault("PASSAGE_PASSWORD_MEMORY_KIB", "8192")
os.environ.setdefault("PASSAGE_PASSWORD_PASSES", "1")

import uvicorn
from sqlalchemy import text

from app.db import Database
from app.demo.cast import PASSWORD, Clock, person, site_with_cast
from app.demo.production import endorsed, form_for, next_place, through
from app.demo.starting import started, working_unit
from app.demo.testing import lot_through_testing
from app.main import create_app
from app.migrate import upgrade
from app.people import actions
from app.quality_control.quality import gather
from app.record.against_trail import JOBS
from app.settings import settings
from app.trail import audit
from app.trail.checkpoint import head_file
from app.trail.verify import verify
from schemas.people import NewToken
from schemas.specification import Gate
from schemas.trail import TrailFault

PRODUCT = "BM-MSC-AUTO"
PATIENCE_S = 600
"""How long a server may take to its first answer on a machine that is busy with other things."""

NETWORK = (OSError, http.client.HTTPException)


def go_home(folder: Path, url: str) -> None:
    """The application's own folder and database are these."""
    os.environ["PASSAGE_FOLDER"] = str(folder)
    os.environ["PASSAGE_DATABASE_URL"] = url
    settings.cache_clear()


def serve(folder: Path, url: str, port: int, ahead: timedelta) -> None:
    """What `passage serve` does, on a clock that goes on where the site's story ended."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    go_home(folder, url)
    upgrade(url)
    app = create_app(Database(url), lambda: datetime.now(UTC) + ahead)
    uvicorn.run(app, port=port, log_level="critical", server_header=False)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(0)


@dataclass
class Site:
    """A folder and a database with lots to work on, and whoever works there."""

    folder: Path
    url: str
    ahead: timedelta
    tokens: dict[str, str]
    testing: str
    results: dict[str, dict[str, Any]]
    steps: list[tuple[str, str, dict[str, Any]]]
    corrected: list[tuple[str, dict[str, Any]]]

    def database(self) -> Database:
        """The database, as another program opens it."""
        return Database(self.url)

    def faults(self) -> list[TrailFault]:
        """What `passage audit verify` finds."""
        database, found = self.database(), list[TrailFault]()
        at = datetime.now(UTC) + self.ahead
        files = self.folder / "files"
        verify(
            database, files=files, head_file=head_file(), at=at, found=found.append, further=(JOBS,)
        )
        database.close()
        return found


def filled(folder: Path, url: str, lots: int) -> Site:
    """Open a site: one lot in testing with every result entered, `lots` lots just started."""
    go_home(folder, url)
    upgrade(url)
    database, clock = Database(url), Clock(datetime.now(UTC) - timedelta(days=50))
    with database.writing() as session:
        site_with_cast(session, at=clock())
        clock.forward(hours=1)
        unit = working_unit(session, clock)
        tested = endorsed(unit, through(unit, started(unit, PRODUCT)))
        lot_through_testing(session, clock, tested.number, gates=(Gate.PRE, Gate.INFO))
        known = gather(session, tested)
        results = {each.words.number: each.words.plain() for each in known.results}
        steps = []
        for _ in range(lots):
            lot = started(unit, PRODUCT)
            place = next_place(unit.book(lot))
            steps.append((lot.number, place.step.code, form_for(unit, lot, place).plain()))
        tokens = {}
        for username in ("olga", "anton", "vera", "quinn", "ada"):
            new = NewToken(label="load", expires_on=clock().date() + timedelta(days=60))
            by = person(session, username, "account.own")
            tokens[username], _ = actions.make_token(
                session, new, by=by, at=clock(), record=audit.record
            )
    database.close()
    ahead = max(clock() - datetime.now(UTC), timedelta()) + timedelta(minutes=1)
    return Site(folder, url, ahead, tokens, tested.number, results, steps, [])


class Server:
    """A server process of the site, on a port of its own."""

    def __init__(self, site: Site) -> None:
        self.site = site
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._process: Any = None

    def start(self) -> None:
        """Start, and wait for the first answer."""
        loaded = multiprocessing.get_context("forkserver")
        loaded.set_forkserver_preload(["bench.preload"])
        told = (self.site.folder, self.site.url, self.port, self.site.ahead)
        self._process = loaded.Process(target=serve, args=told, daemon=True)
        self._process.start()
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            try:
                ask(self.port, "GET", "/api/v1/lots")
            except NETWORK:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"the server did not answer within {PATIENCE_S} seconds")

    def kill(self) -> None:
        """Stop it in the middle of whatever it does."""
        self._process.kill()
        self._process.join()

    def stop(self) -> None:
        """Ask it to end."""
        self._process.terminate()
        self._process.join()


def ask(
    port: int, method: str, path: str, *, token: str = "", body: Any = None, key: str = ""
) -> tuple[int, Any, str]:
    """One request; gives back status, body and content type."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    headers |= {"idempotency-key": key} if key else {}
    headers |= {"content-type": "application/json"} if body is not None else {}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        content, kind = answer.read(), answer.headers.get("content-type", "")
    finally:
        connection.close()
    return answer.status, json.loads(content) if "json" in kind else content.decode(), kind


@dataclass
class Deed:
    """Something a person does once: its mark is found in the rows if it was done."""

    kind: str
    path: str
    username: str
    body: dict[str, Any]
    mark: str
    count: str
    """SQL that counts the rows with this mark."""
    after: Callable[[Any], None] = lambda _: None
    key: str = field(default_factory=lambda: uuid4().hex)
    status: int = 0

    def send(self, port: int, token: str) -> None:
        """Do it, or learn that it was done.

        Raises:
            OSError, HTTPException: no answer came.
        """
        self.status, answer, _ = ask(
            port, "POST", f"/api/v1{self.path}", token=token, body=self.body, key=self.key
        )
        if self.status < 300:
            self.after(answer)

    @property
    def is_answered(self) -> bool:
        """Whether it was done, or refused for good."""
        return 200 <= self.status < 500


@contextmanager
def rows_of(site: Site) -> Iterator[Callable[[Deed], int]]:
    """Count the rows a deed left."""
    database = site.database()
    with database.engine.connect() as connection:
        yield lambda deed: int(
            connection.execute(text(deed.count), {"mark": f"%{deed.mark}%"}).scalar_one()
        )
    database.close()


def signing(username: str) -> dict[str, str]:
    """What a person types to sign."""
    return {"username": username, "password": PASSWORD}


def chance(seed: int) -> random.Random:
    """The dice of a run, which can be thrown again."""
    return random.Random(seed)
