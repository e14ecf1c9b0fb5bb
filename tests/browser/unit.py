"""A unit that can work, before the first page is opened: stocked, its masters approved, trained."""

from sqlalchemy.orm import Session

from tests.conftest import Clock
from tests.journeys.intake import approved_product
from tests.journeys.production import CREW, trained, working_unit

PRODUCTS = ("UC-WCB", "UC-MSC-CRYO", "BM-MSC-AUTO")


def ready(session: Session, clock: Clock) -> None:
    """Everything is in store, every starter product approved, Olga and Oskar trained on each."""
    unit = working_unit(session, clock)
    for product in PRODUCTS:
        approved_product(session, clock, product)
        for username in CREW:
            trained(unit, username, f"MBR-{product}")
    clock.forward(hours=1)
