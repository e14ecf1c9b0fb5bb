"""How supplies tell the lots they touched: given by main, because lots stand above supplies."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from app.people.actor import Actor


class Alarm(Protocol):
    """Finds the lots that something touched, and opens a deviation in each of them."""

    def reached(self, session: Session, numbers: Sequence[str]) -> tuple[str, ...]:
        """These lots and all made of them, locked before anything else is."""
        ...

    def sound(
        self,
        session: Session,
        numbers: Sequence[str],
        *,
        about: str,
        title: str,
        why: str,
        rule: str,
        critical: bool,
        by: Actor,
        at: datetime,
    ) -> object:
        """Open a deviation in each of these lots; a critical one holds the lot."""
        ...


def alarm_of(request: Request) -> Alarm:
    """The alarm of this application."""
    alarm: Alarm = request.app.state.alarm
    return alarm


Alarming = Annotated[Alarm, Depends(alarm_of)]
