"""Production as people do it, in the words of the demo site, and short cuts to a lot.

`lot_at(session, clock, "BM-MSC-AUTO", Stage.IN_TESTING)` gives a lot that was really made: every
step performed by Olga, checked by Oskar where the master asks, endorsed by Olga, with the clock
going on as it would.
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from app.demo.cast import Clock, person
from app.demo.production import *  # noqa: F403 - the same words, under the name the journeys know
from app.demo.production import endorsed, through
from app.demo.starting import *  # noqa: F403 - (as above)
from app.demo.starting import WorkingUnit, started
from app.demo.starting import working_unit as unit_made
from app.lot.lots import move
from app.lot.models import Lot
from app.masters.frozen import bundle_of
from app.trail import audit
from schemas.lot import Stage
from tests.journeys.supplies import stock_of

Certify = Callable[[Session, Clock, Lot], None]

BANK_OF = {"UC-MSC-CRYO": "UC-WCB"}


def working_unit(session: Session, clock: Clock) -> WorkingUnit:
    """A unit that can work: the one of this database if it was prepared, else made now."""
    found = stock_of(session)
    return WorkingUnit(session, clock, found) if found.lots else unit_made(session, clock)


def moved_to_certified(session: Session, clock: Clock, lot: Lot) -> None:
    """A bank lot certified in one move, where a test is not about its testing and release."""
    move(lot, Stage.CERTIFIED)
    by = person(session, "petra", "lot.certify")
    audit.record(session, by=by, at=clock(), did="lot.certify", about=lot.ref)


def bank_for(unit: WorkingUnit, product_code: str, certify: Certify = moved_to_certified) -> Lot:
    """A certified bank lot that this product starts from."""
    bank = started(unit, BANK_OF[product_code])
    endorsed(unit, through(unit, bank))
    certify(unit.session, unit.clock, bank)
    unit.clock.forward(days=1)
    return bank


def lot_at(
    session: Session,
    clock: Clock,
    product_code: str,
    stage: Stage = Stage.IN_TESTING,
    *,
    unit: WorkingUnit | None = None,
    certify: Certify = moved_to_certified,
) -> Lot:
    """A lot of a starter product, just started or with its production endorsed.

    A product that starts from a bank gets its bank lot made first, certified by `certify`.
    """
    unit = unit or working_unit(session, clock)
    bank = bank_for(unit, product_code, certify) if product_code in BANK_OF else None
    lot = started(unit, product_code, bank)
    if stage is Stage.IN_TESTING:
        endorsed(unit, through(unit, lot))
    assert lot.stage is stage, f"production leads to {lot.stage}, not to {stage}"
    assert bundle_of(session, lot).product.code == product_code
    return lot
