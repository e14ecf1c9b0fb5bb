"""Testing a lot as people do it, in the words of the demo site, and short cuts before release."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.cast import Clock
from app.demo.readings import *  # noqa: F403 - the same words, under the name the journeys know
from app.demo.testing import *  # noqa: F403 - (as above)
from app.demo.testing import lot_through_testing
from app.lot.models import Lot
from schemas.lot import Stage
from schemas.specification import Gate
from tests.journeys.production import lot_at
from tests.journeys.release import reviewed

BEFORE = (Gate.PRE, Gate.INFO, Gate.CHAR)


def lot_in_testing(session: Session, clock: Clock) -> None:
    """An autologous lot, tested but for what takes longer than the cells live."""
    made = lot_at(session, clock, "BM-MSC-AUTO", Stage.IN_TESTING)
    lot_through_testing(session, clock, made.number, gates=BEFORE)


def lot_reviewed(session: Session, clock: Clock) -> None:
    """The same lot with both its reviews signed: it may be certified conditionally."""
    lot_in_testing(session, clock)
    reviewed(session, clock, last_lot(session))


def last_lot(session: Session) -> Lot:
    """The lot that was started last."""
    lot = session.scalars(select(Lot).order_by(Lot.id.desc())).first()
    assert lot is not None, "no lot was made"
    return lot
