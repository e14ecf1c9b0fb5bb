"""The real server, in a thread of the test: a socket, its workers, the clock of the test."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import uvicorn
from sqlalchemy.orm import Session

from app.db import Database
from app.main import create_app
from app.record.site_key import site_key
from tests.conftest import Clock
from tests.journeys.production import WorkingUnit
from tests.journeys.supplies import stock_of

STARTS_WITHIN_S = 20


@dataclass(frozen=True)
class Site:
    """A site that is served: where, over which database, at what time."""

    address: str
    database: Database
    clock: Clock

    @contextmanager
    def unit(self) -> Iterator[WorkingUnit]:
        """The unit as the drivers see it, to look and to compute what a person would type."""
        with self.database.reading() as session:
            yield WorkingUnit(session, self.clock, stock_of(session))

    @contextmanager
    def looking(self) -> Iterator[Session]:
        """A look into the database behind the screens."""
        with self.database.reading() as session:
            yield session


@contextmanager
def served(database: Database, clock: Clock) -> Iterator[Site]:
    """Serve a site on a free port of this machine until the block ends."""
    # Its certificate is older than the lots it seals.
    site_key("Unit One", at=replace(Clock()).forward(days=-30))
    config = uvicorn.Config(
        create_app(database, clock), host="127.0.0.1", port=0, log_level="warning", ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="site", daemon=True)
    thread.start()
    begun = time.monotonic()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() - begun < STARTS_WITHIN_S, "the server starts too slowly"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Site(f"http://127.0.0.1:{port}", database, clock)
    finally:
        server.should_exit = True
        thread.join(timeout=STARTS_WITHIN_S)
