"""A site with certified lots, for tests that are not about release: certification is one move."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.lot.lots import find_lot
from app.lot.models import Lot
from tests.journeys.production import lot_at, moved_to_certified, working_unit
from tests.shelf import Clock


@dataclass(frozen=True)
class CertifiedSite:
    """The numbers of a certified autologous and a certified allogeneic lot, and of its bank."""

    autologous: str
    allogeneic: str
    bank: str


def certified_lots(session: Session, clock: Clock) -> None:
    """Make the lots: the frozen one first, the fresh one last, so that it is still fresh."""
    unit = working_unit(session, clock)
    for product in ("UC-MSC-CRYO", "BM-MSC-AUTO"):
        moved_to_certified(session, clock, lot_at(session, clock, product, unit=unit))
    clock.forward(hours=1)


def certified_site(session: Session) -> CertifiedSite:
    """What `certified_lots` made."""
    numbers = {each.product_code: each.number for each in session.scalars(select(Lot))}
    return CertifiedSite(
        autologous=numbers["BM-MSC-AUTO"],
        allogeneic=numbers["UC-MSC-CRYO"],
        bank=numbers["UC-WCB"],
    )


def lots_of(session: Session, site: CertifiedSite) -> tuple[Lot, Lot]:
    """The autologous lot, and the allogeneic one."""
    return find_lot(session, site.autologous), find_lot(session, site.allogeneic)
