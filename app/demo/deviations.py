"""Deviations as people report, investigate and decide them."""

from sqlalchemy.orm import Session

from app.demo.cast import Clock, person, signing
from app.lot import deviations
from app.lot.models import Deviation, Lot
from schemas.lot import Decide, Impact, Investigate, NewDeviation


def reported(session: Session, clock: Clock, lot: Lot, by: str = "oskar") -> Deviation:
    """Oskar reports what he found in the morning."""
    new = NewDeviation(
        title="CO2 in the incubator was below its limit for 20 minutes",
        description=(
            "Expected 4.5 to 5.5 %. The log of the incubator shows 4.1 % from 05:10 to 05:30. "
            "The gas bottle had run empty; the reserve took over. The flasks stayed inside."
        ),
    )
    oskar = person(session, by, "deviation.open")
    return deviations.open_deviation(session, lot.number, new, by=oskar, at=clock())


def investigated(session: Session, clock: Clock, deviation: Deviation, by: str = "vera") -> None:
    """Vera finds out why, and signs."""
    found = Investigate(
        cause="The bottle was not changed at 20 bar, as the weekly check asks.",
        assessment=(
            "The medium is buffered for hours; colour and appearance did not change, and the "
            "next harvest lay within its limits. No risk is seen for the product."
        ),
        correction="The bottle was changed. The check is made twice a week from now on.",
        other_lots="None: no other lot was in this incubator.",
        version=deviation.version,
        signing=signing(by),
    )
    vera = person(session, by, "deviation.investigate")
    deviations.investigate(session, deviation.number, found, by=vera, at=clock())


def decided(session: Session, clock: Clock, deviation: Deviation, by: str = "quinn") -> None:
    """Quinn decides what it means for the lot, and closes it."""
    decision = Decide(
        impact=Impact.NONE,
        reason="Cause found and mended; growth and viability are as in earlier lots",
        version=deviation.version,
        signing=signing(by),
    )
    quinn = person(session, by, "deviation.decide")
    deviations.decide(session, deviation.number, decision, by=quinn, at=clock())
