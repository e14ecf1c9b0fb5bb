"""Lots at the moment when somebody comes to the screen, made through the actions."""

from sqlalchemy.orm import Session

from schemas.release import Act
from schemas.specification import Gate
from tests.conftest import Clock
from tests.journeys import delivery
from tests.journeys.production import lot_at, started, through, working_unit
from tests.journeys.release import certified, reviewed
from tests.journeys.supplies import released_lot
from tests.journeys.testing import entered_results, lot_through_testing, received_samples

LOT = "UNIT1-26-0001"


def conditional(session: Session, clock: Clock) -> None:
    """A patient's own cells, certified before the culture for sterility has ended."""
    lot = lot_at(session, clock, "BM-MSC-AUTO")
    lot_through_testing(session, clock, lot.number, gates=(Gate.PRE,))
    reviewed(session, clock, lot)
    certified(session, clock, lot, Act.CONDITIONAL)
    delivery.qualified_shipper(session, clock, delivery.ordered(session, clock, lot).product)


def given(session: Session, clock: Clock) -> None:
    """The same, and its patient was given them."""
    lot = lot_at(session, clock, "BM-MSC-AUTO")
    lot_through_testing(session, clock, lot.number, gates=(Gate.PRE,))
    reviewed(session, clock, lot)
    certified(session, clock, lot, Act.CONDITIONAL)
    delivery.delivered(session, clock, lot)


def entered(session: Session, clock: Clock) -> None:
    """Anton has entered the first results of a lot; they wait for a second person."""
    lot = lot_at(session, clock, "BM-MSC-AUTO")
    received_samples(session, clock, lot.number)
    entered_results(session, clock, lot.number, gates=(Gate.PRE,))


def begun(session: Session, clock: Clock) -> None:
    """A lot of a patient's own cells, its first step next."""
    started(working_unit(session, clock), "BM-MSC-AUTO")


def at_the_medium(session: Session, clock: Clock) -> None:
    """The same, at the step that prepares the medium, and a lot of medium that ends today."""
    unit = working_unit(session, clock)
    through(unit, started(unit, "BM-MSC-AUTO"), until="S100")
    released_lot(session, "MAT-AMEM", at=clock(), days=0)
