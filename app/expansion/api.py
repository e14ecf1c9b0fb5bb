"""Production by machine: the same deeds, the same contracts."""

from typing import Annotated

from fastapi import Path, Query

from app.expansion import actions, overview
from app.expansion.gathering import words_of
from app.expansion.production import production_of
from app.lot.lots import facts_of, find_lot
from app.people.actor import Actor
from app.people.sessions import allowed
from app.web.clock import Now
from app.web.machines import Once, answers_once
from app.web.routing import API, Addresses
from app.web.unit import Look
from schemas.expansion import CheckStep, CorrectStep, Endorse, PerformStep, StartLot
from schemas.lot import LotFacts
from schemas.lot_list import LotList, LotSearch
from schemas.production import (
    Checked,
    EndorsementWords,
    EntryWords,
    ProductionRecord,
)

Number = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,60}$")]
"""A lot's number or a step's code: anything else is not found."""

api = Addresses(prefix=f"{API}/lots", tags=["production"])


@api.get("", dependencies=[allowed("lot.read")])
def lots(search: Annotated[LotSearch, Query()], session: Look) -> LotList:
    """Every lot, newest first."""
    return overview.lots(session, search)


@api.post("")
@answers_once
def start(
    by: Annotated[Actor, allowed("lot.start")], form: StartLot, at: Now, session: Once
) -> LotFacts:
    """Start a lot."""
    return facts_of(actions.start_lot(session, form, by=by, at=at), by)


@api.get("/{number}/production", dependencies=[allowed("lot.read")])
def production(number: Number, session: Look) -> ProductionRecord:
    """Everything that was done to a lot."""
    return production_of(session, find_lot(session, number))


@api.post("/{number}/steps/{code}")
@answers_once
def perform(
    *,
    number: Number,
    code: Number,
    by: Annotated[Actor, allowed("step.perform")],
    form: PerformStep,
    at: Now,
    session: Once,
) -> EntryWords:
    """Perform a step."""
    return words_of(actions.perform_step(session, number, code, form, by=by, at=at))


@api.post("/{number}/steps/{code}/{occurrence}/check")
@answers_once
def check(
    *,
    number: Number,
    code: Number,
    occurrence: int,
    by: Annotated[Actor, allowed("step.check")],
    form: CheckStep,
    at: Now,
    session: Once,
) -> Checked:
    """Check an entry as the second person."""
    row = actions.check_step(session, number, code, occurrence, form, by=by, at=at)
    return Checked(entry=row.entry.number, checked_by=row.checked_by, at=row.at)


@api.post("/{number}/steps/{code}/{occurrence}/correct")
@answers_once
def correct(
    *,
    number: Number,
    code: Number,
    occurrence: int,
    by: Annotated[Actor, allowed("step.correct")],
    form: CorrectStep,
    at: Now,
    session: Once,
) -> EntryWords:
    """Correct an entry."""
    return words_of(actions.correct_step(session, number, code, occurrence, form, by=by, at=at))


@api.get("/{number}/endorsement", dependencies=[allowed("lot.read")])
def endorsement(number: Number, session: Look) -> EndorsementWords:
    """What would be endorsed now; its digest is what `shown` names."""
    return actions.endorsement_words(session, find_lot(session, number))


@api.post("/{number}/endorse")
@answers_once
def endorse(
    *,
    number: Number,
    by: Annotated[Actor, allowed("production.endorse")],
    form: Endorse,
    at: Now,
    session: Once,
) -> LotFacts:
    """Endorse the production of a lot."""
    return facts_of(actions.endorse(session, number, form, by=by, at=at), by)
