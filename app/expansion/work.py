"""One step of one lot in somebody's hands: what all the deeds of production carry around."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.expansion.book import Book
from app.lot.models import Lot
from app.people.actor import Actor
from schemas.master_step import Step


@dataclass(frozen=True)
class Work:
    """A step of a lot, the book as it stood before, who acts, and when."""

    session: Session
    lot: Lot
    book: Book
    step: Step
    by: Actor
    at: datetime

    def ref(self, occurrence: int) -> str:
        """How the trail refers to this step and time."""
        return f"{self.lot.ref}/step/{self.step.code}/{occurrence}"
