"""A lot is held by a decision of QA or the QP, and let go on when nothing speaks against it."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import refuse_if
from app.lot.deviations import deviations_of
from app.lot.lots import lot_for_change, release_hold
from app.lot.models import Lot
from app.people.actor import Actor
from app.quality_control.quality import quality_of
from app.quality_control.rules import holding
from app.quality_control.rules.holding import HoldFacts
from app.rulebook import judge
from schemas.lot import DeviationState, HoldLot, Impact
from schemas.reading import ResultState


def let_go(session: Session, number: str, words: HoldLot, *, by: Actor, at: datetime) -> Lot:
    """Let a held lot go on. This certifies nothing.

    Raises:
        OutOfDate: the lot changed after the page was opened.
        Refused: a certified lot fails, or has an unsettled deviation (QC-41 to QC-43).
    """
    lot = lot_for_change(session, number, version=words.version)
    refuse_if(judge(holding.RULES, hold_facts(session, lot)))
    return release_hold(session, number, words, by=by, at=at)


def hold_facts(session: Session, lot: Lot) -> HoldFacts:
    """What speaks against letting a lot go on."""
    return HoldFacts(
        stage=lot.stage,
        failing=tuple(
            each.criterion.title
            for each in quality_of(session, lot).criteria
            if each.criterion.gates and each.state is ResultState.FAIL
        ),
        unsettled=tuple(
            each.number
            for each in deviations_of(session, lot)
            if each.impact is Impact.REJECT
            or (each.critical and each.state is not DeviationState.CLOSED)
        ),
    )
