"""A site on which a lot was made, tested, certified and given; copied for each attack on it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url, select

from app.db import Database
from app.lot.models import Lot
from app.people import actions
from app.record.against_trail import JOBS
from app.record.making import ask_for_record
from app.settings import settings
from app.trail import audit
from app.trail.checkpoint import head_file
from app.trail.verify import verify
from schemas.people import NewToken, SignIn
from schemas.record import MakeRecord
from schemas.trail import TrailFault
from tests.conftest import PASSWORD, Clock, person
from tests.postgres import create_database
from tests.record.lots import exceptional_lot
from tests.trail.history import note_of_the_end


@contextmanager
def at_home(folder: Path) -> Iterator[None]:
    """The application's own folder is this one."""
    before = os.environ["PASSAGE_FOLDER"]
    os.environ["PASSAGE_FOLDER"] = str(folder)
    settings.cache_clear()
    try:
        yield
    finally:
        os.environ["PASSAGE_FOLDER"] = before
        settings.cache_clear()


@dataclass
class Site:
    """A database, the folder beside it, and the time there."""

    database: Database
    folder: Path
    clock: Clock

    def sign_in(self, username: str) -> None:
        """An honest deed."""
        with at_home(self.folder), self.database.writing() as session:
            sign_in = SignIn(username=username, password=PASSWORD)
            at = self.clock.forward(minutes=1)
            actions.begin_session(session, sign_in, address="here", at=at, record=audit.record)

    def verified(self) -> list[TrailFault]:
        """What a verification of everything finds."""
        found: list[TrailFault] = []
        with at_home(self.folder):
            verify(
                self.database,
                files=self.folder / "files",
                head_file=head_file(),
                at=self.clock(),
                found=found.append,
                further=(JOBS,),
            )
        return found


@dataclass(frozen=True)
class Kept:
    """A site that was put away: its database's address, its folder, and its last time."""

    url: str
    folder: Path
    now: datetime

    @contextmanager
    def copied(self, folder: Path, name: str) -> Iterator[Site]:
        """A copy to do anything to."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        url = f"sqlite:///{folder / 'passage.db'}"
        if not self.url.startswith("sqlite"):
            url = create_database(self.url, name, template=make_url(self.url).database)
        site = Site(Database(url), folder, Clock(self.now))
        try:
            yield site
        finally:
            site.database.close()  # what was done to it may have brought another


def whole_history(url: str, folder: Path) -> Kept:
    """Everything happens to a lot; a machine has a token, browsers are open, a record is asked."""
    database, clock = Database(url), Clock()
    with at_home(folder):
        note_of_the_end(database)
        with database.writing() as session:
            exceptional_lot(session, clock)
            olga = person(session, "olga", "account.own")
            token = NewToken(label="the counter", expires_on=clock().date())
            actions.make_token(session, token, by=olga, at=clock(), record=audit.record)
            lot = session.scalars(select(Lot)).one()
            quinn, form = person(session, "quinn", "record.seal"), MakeRecord(reason="Released")
            ask_for_record(session, lot.number, form, by=quinn, at=clock())
        site = Site(database, folder, clock)
        for username in ("olga", "petra"):
            site.sign_in(username)
        with database.writing() as session:
            petra, at = person(session, "petra"), clock.forward(minutes=1)
            actions.end_session(session, petra, at=at, everywhere=True, record=audit.record)
    database.close()
    return Kept(url, folder, clock())
