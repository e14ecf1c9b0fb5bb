"""Something that touched cells is no longer what it was: every lot of those cells is told.

Deeds of earlier stages sound it: a donor's late result, a material lot rejected after use.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.lot.deviations import raise_deviation
from app.lot.lots import lot_for_change
from app.lot.models import Deviation, Lot, Source
from app.people.actor import Actor
from app.supplies.alarm import Loss
from app.trail import audit


def with_descendants(session: Session, numbers: Sequence[str]) -> tuple[str, ...]:
    """These lots and every lot made of their containers, through banks too, in order."""
    rows = session.execute(select(Lot.id, Lot.number).where(Lot.number.in_(numbers)))
    found = {row.id: row.number for row in rows}
    parents = set(found)
    while parents:
        children = session.execute(
            select(Lot.id, Lot.number)
            .join(Source, Source.lot_id == Lot.id)
            .where(Source.parent_lot_id.in_(sorted(parents)))
        )
        made = {row.id: row.number for row in children if row.id not in found}
        found |= made
        parents = set(made)
    return tuple(sorted(found.values()))


def lock_lots(session: Session, numbers: Sequence[str]) -> None:
    """Lock lots in order, before what touched them and before the trail: so nobody waits in a ring.

    Whoever performs a step locks its lot first, then what the step uses, then the trail.
    """
    for number in sorted(numbers):
        lot_for_change(session, number)


def sound(
    session: Session, numbers: Sequence[str], loss: Loss, *, by: Actor, at: datetime
) -> tuple[Lot, ...]:
    """Open a deviation in each of these lots, and record it; a critical one holds the lot."""
    lots = []
    for number in sorted(numbers):
        lot = lot_for_change(session, number)
        about = tell(session, lot, loss, by=by, at=at).ref
        audit.record(session, by=by, at=at, did="deviation.open", about=about, why=loss.why)
        lots.append(lot)
    return tuple(lots)


def tell(session: Session, lot: Lot, loss: Loss, *, by: Actor, at: datetime) -> Deviation:
    """Open the deviation of a loss in one lot; the caller records it."""
    return raise_deviation(
        session,
        lot,
        about=loss.about,
        title=loss.title,
        description=loss.why,
        rule=loss.rule,
        critical=loss.critical,
        by=by,
        at=at,
    )


def reached(session: Session, numbers: Sequence[str]) -> tuple[str, ...]:
    """The lots an alarm about these would reach, locked for it."""
    found = with_descendants(session, numbers)
    lock_lots(session, found)
    return found
