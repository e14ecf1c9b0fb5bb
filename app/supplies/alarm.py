"""How supplies tell the lots they touched: given by main, because lots stand above supplies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from app.people.actor import Actor
from app.supplies.models import EquipmentEvent, MaterialLot


@dataclass(frozen=True)
class Loss:
    """What a lot hears of something it used that is no longer what it was."""

    about: str
    title: str
    why: str
    rule: str
    critical: bool


def rejected_after_use(lot: MaterialLot) -> Loss:
    """A material lot that QA rejected although some of it had been used (R-ATMP-34)."""
    return Loss(
        about=lot.ref,
        title=f"Material lot {lot.number} was rejected after use",
        why=f"{lot.material.title}, lot {lot.supplier_lot} of {lot.supplier.name}, was rejected "
        f"after it had been used: {lot.decision_reason}",
        rule="SUP-04",
        critical=lot.material.critical or lot.material.biological_origin,
    )


def calibration_failed_after_use(event: EquipmentEvent) -> Loss:
    """Equipment was used since its last good calibration, and the next one failed (R-BR-04)."""
    row = event.equipment
    return Loss(
        about=row.ref,
        title=f"Calibration of {row.code} failed after use",
        why=f"{row.title} was used since its last good calibration. Found on {event.done_on}: "
        f"{event.words}",
        rule="SUP-13",
        critical=False,
    )


class Alarm(Protocol):
    """Finds the lots that something touched, and opens a deviation in each of them."""

    def reached(self, session: Session, numbers: Sequence[str]) -> tuple[str, ...]:
        """These lots and all made of them, locked before anything else is."""
        ...

    def sound(
        self, session: Session, numbers: Sequence[str], loss: Loss, *, by: Actor, at: datetime
    ) -> object:
        """Open a deviation in each of these lots; a critical one holds the lot."""
        ...


def alarm_of(request: Request) -> Alarm:
    """The alarm of this application."""
    alarm: Alarm = request.app.state.alarm
    return alarm


Alarming = Annotated[Alarm, Depends(alarm_of)]
