"""A site with certified lots, made once for all tests of a module: making a lot takes seconds.

Each test gets a copy of its own. The lots are really made; certification is one move, as these
tests are not about release.
"""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.db import Database
from app.lot.lots import find_lot
from app.lot.models import Lot
from schemas.origin import DonationUse
from tests.conftest import Clock
from tests.journeys.production import lot_at, moved_to_certified, working_unit

PRODUCTS = {
    DonationUse.AUTOLOGOUS: "BM-MSC-AUTO",
    DonationUse.ALLOGENEIC: "UC-MSC-CRYO",
}


@dataclass(frozen=True)
class CertifiedSite:
    """A database with a certified autologous and a certified allogeneic lot, and when it is."""

    path: Path
    now: datetime
    autologous: str
    allogeneic: str
    bank: str


def certified_site(template: Path, folder: Path) -> CertifiedSite:
    """Make the lots: the frozen one first, the fresh one last, so that it is still fresh."""
    path = folder / "certified.db"
    shutil.copyfile(template, path)
    database, clock = Database(f"sqlite:///{path}"), Clock()
    with database.writing() as session:
        unit = working_unit(session, clock)
        numbers = {}
        for use in (DonationUse.ALLOGENEIC, DonationUse.AUTOLOGOUS):
            lot = lot_at(session, clock, PRODUCTS[use], unit=unit)
            moved_to_certified(session, clock, lot)
            numbers[use] = lot.number
        clock.forward(hours=1)
    database.close()
    allogeneic = numbers[DonationUse.ALLOGENEIC]
    return CertifiedSite(
        path=path,
        now=clock.now,
        autologous=numbers[DonationUse.AUTOLOGOUS],
        allogeneic=allogeneic,
        bank=f"{allogeneic[:-4]}{int(allogeneic[-4:]) - 1:04d}",
    )


def copied(site: CertifiedSite, folder: Path) -> Database:
    """A copy of the site for one test."""
    path = folder / "site.db"
    shutil.copyfile(site.path, path)
    return Database(f"sqlite:///{path}")


def lots_of(session: Session, site: CertifiedSite) -> tuple[Lot, Lot]:
    """The autologous lot, and the allogeneic one."""
    return find_lot(session, site.autologous), find_lot(session, site.allogeneic)
