"""What has happened at the demo site in the last ten weeks, and what waits there today."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.demo import delivery, deviations, intake, production, release, testing
from app.demo.calendar import Calendar
from app.demo.cast import Clock, person, site_with_cast
from app.demo.production_values import read_off
from app.demo.starting import WorkingUnit, started, working_unit
from app.demo.supplies import received_lot
from app.lot.models import Lot
from app.record.making import ask_for_record
from schemas.origin import DonationUse, Tissue
from schemas.record import MakeRecord
from schemas.release import Act
from schemas.specification import Gate

BEGAN_DAYS_AGO = 75
"""When the site was opened: the bank is made and tested in a month, a lot from it in another."""


@dataclass
class Story:
    """What the tellers share: the unit, and the lots that somebody else needs later."""

    session: Session
    unit: WorkingUnit
    lots: dict[str, Lot] = field(default_factory=dict)

    def at(self, clock: Clock) -> WorkingUnit:
        """The unit as the people of one story see it, with their own clock."""
        return replace(self.unit, clock=clock)


def tell(session: Session, today: datetime) -> Lot:
    """Everything until `today`; gives the lot whose journey has ended and whose record is made."""
    calendar = Calendar(today)
    clock = Clock(calendar.morning(BEGAN_DAYS_AGO))
    site_with_cast(session, at=clock())
    clock.forward(hours=1)
    story = Story(session, working_unit(session, clock))
    for product in ("UC-WCB", "UC-MSC-CRYO", "BM-MSC-AUTO", "BM-MSC-DIR"):
        clock.forward(minutes=20)
        intake.approved_product(session, clock, product)
    calendar.add(BEGAN_DAYS_AGO - 1, lambda clock: _frozen_lot(story, clock))
    calendar.add(30, lambda clock: _conditional_lot(story, clock))
    calendar.add(24, lambda clock: _lot_in_testing(story, clock))
    calendar.add(12, lambda clock: _lot_with_deviation(story, clock))
    calendar.add(6, lambda clock: _lot_half_way(story, clock))
    calendar.add(1, lambda clock: _arrivals(story, clock))
    calendar.tell()
    made = story.lots["frozen"]
    _record_asked_for(session, made, at=today)
    return made


def _frozen_lot(story: Story, clock: Clock) -> None:
    """A bank, and a lot of frozen vials from it: the whole journey."""
    unit, session = story.at(clock), story.session
    bank = started(unit, "UC-WCB")
    production.endorsed(unit, production.through(unit, bank))
    testing.lot_through_testing(session, clock, bank.number)
    clock.forward(days=1)
    release.reviewed(session, clock, bank)
    clock.forward(hours=3)
    release.certified(session, clock, bank)
    story.lots["bank"] = bank
    clock.forward(days=1)
    lot = started(unit, "UC-MSC-CRYO", bank)
    production.through(unit, lot, until="S140")
    production.corrected(
        unit, lot, "S130", confluence_percent=45, reason="45 % is on the slip; 35 % was copied"
    )
    deviation = deviations.reported(session, clock, lot)
    production.endorsed(unit, production.through(unit, lot))
    deviations.investigated(session, clock, deviation)
    clock.forward(hours=4)
    deviations.decided(session, clock, deviation)
    testing.lot_through_testing(session, clock, lot.number)
    clock.forward(days=1)
    release.reviewed(session, clock, lot)
    clock.forward(hours=2)
    release.certified(session, clock, lot)
    story.lots["frozen"] = lot
    clock.forward(days=1)
    delivery.delivered(session, clock, lot)


def _conditional_lot(story: Story, clock: Clock) -> None:
    """A patient's own cells, fresh: given before the sterility test has ended."""
    unit, session = story.at(clock), story.session
    lot = started(unit, "BM-MSC-AUTO")
    production.endorsed(unit, production.through(unit, lot))
    testing.lot_through_testing(session, clock, lot.number, gates=(Gate.PRE,))
    release.reviewed(session, clock, lot)
    release.certified(session, clock, lot, Act.CONDITIONAL)
    delivery.delivered(session, clock, lot, shipper="BOX-02")
    testing.lot_through_testing(session, clock, lot.number, gates=(Gate.POST,))


def _lot_in_testing(story: Story, clock: Clock) -> None:
    """Another lot from the bank: results are entered, and nobody has verified them."""
    unit, session = story.at(clock), story.session
    lot = started(unit, "UC-MSC-CRYO", story.lots["bank"])
    production.endorsed(unit, production.through(unit, lot))
    testing.received_samples(session, clock, lot.number)
    testing.entered_results(session, clock, lot.number)


def _lot_with_deviation(story: Story, clock: Clock) -> None:
    """A relative's cells: spun for too short a time, and a slip of the pen corrected."""
    unit = story.at(clock)
    lot = started(unit, "BM-MSC-DIR")
    production.through(unit, lot, until="S110")
    step = unit.book(lot).master.step("S110")
    production.performed(unit, lot, values=read_off(step, SPIN_MINUTES="22"))
    production.performed(unit, lot)
    production.performed(unit, lot)
    production.performed(unit, lot)
    production.corrected(
        unit, lot, "S130", confluence_percent=30, reason="Flask 1 was read twice; 30 % is right"
    )
    production.through(unit, lot)


def _lot_half_way(story: Story, clock: Clock) -> None:
    """A patient's own cells in their first week of culture."""
    unit = story.at(clock)
    production.through(unit, started(unit, "BM-MSC-AUTO"))


def _arrivals(story: Story, clock: Clock) -> None:
    """Yesterday: a cord QA decides on, marrow with unverified results, vials sent and ordered."""
    session = story.session
    sent = delivery.ordered(session, clock, story.lots["frozen"])
    delivery.taken_to(sent, delivery.handed_over)
    cord = intake.registered_donation(session, clock)
    intake.verified_results(session, clock, cord)
    intake.received(session, clock, cord)
    clock.forward(hours=1)
    marrow = intake.registered_donation(session, clock, DonationUse.AUTOLOGOUS, Tissue.BONE_MARROW)
    intake.entered_results(session, clock, marrow)
    received_lot(session, "MAT-HPL", at=clock())
    delivery.ordered(session, clock, story.lots["frozen"])


def _record_asked_for(session: Session, lot: Lot, *, at: datetime) -> None:
    quinn = person(session, "quinn", "record.seal")
    form = MakeRecord(reason="The journey of this lot has ended")
    ask_for_record(session, lot.number, form, by=quinn, at=at)
