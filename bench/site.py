"""A site to measure: one lot really made, in the laboratory, and copies of it with open results."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database
from app.demo.cast import CAST, PASSWORD, Clock, person, site_with_cast
from app.demo.deviations import reported
from app.demo.production import endorsed, through
from app.demo.readings import DOSING, READING, plain_reading
from app.demo.starting import started, working_unit
from app.demo.testing import MICROSCOPE, received_samples, registered, samples_of
from app.lot.lots import find_lot
from app.migrate import upgrade
from app.people import actions
from app.people.sessions import cookie_name
from app.quality_control.models import SampleReceipt
from app.quality_control.quality import gather
from app.quality_control.sample_screen import criteria_at
from app.trail import audit
from schemas.people import NewToken, SignIn
from schemas.result import EnterResults, NewResult
from schemas.result_kind import CategoryResult, CountBasis, EndotoxinBasis, SterilityResult

BEGAN_DAYS_AGO = 40
PRODUCT = "BM-MSC-AUTO"
WHOLE_LOTS = 1_000
"""Copies of the lot that can be worked on; further ones only stand in lists."""


@dataclass(frozen=True)
class Measured:
    """What the measuring needs: who may ask, and what can be entered."""

    lot: str
    tokens: dict[str, str]
    cookies: dict[str, str]
    entries: tuple[tuple[str, dict[str, Any]], ...]
    """Sample number and body of each result that the lot's copies still ask for."""
    forms: tuple[tuple[str, dict[str, str]], ...]
    """The same of results chosen from a list, as the screen of the sample sends them."""


def fill(database: Database, now: datetime) -> Measured:
    """Migrate, open the site, make a lot up to its testing."""
    upgrade(database.url)
    clock = Clock(now - timedelta(days=BEGAN_DAYS_AGO))
    with database.writing() as session:
        site_with_cast(session, at=clock())
        clock.forward(hours=1)
        unit = working_unit(session, clock)
        lot = started(unit, PRODUCT)
        endorsed(unit, through(unit, lot))
        received_samples(session, clock, lot.number)
        clock.forward(hours=2)
        assert clock() < now, "production took longer than it may"
    with database.writing() as session:
        return Measured(
            lot=lot.number,
            tokens={each: _token(session, each, now) for each in ("anton", "ada", "quinn")},
            cookies={each: _cookie(session, each, now) for each in CAST},
            entries=tuple(_entries(session, lot.number, clock)),
            forms=tuple(_forms(session, lot.number, clock)),
        )


def _token(session: Session, username: str, now: datetime) -> str:
    new = NewToken(label="measuring", expires_on=now.date() + timedelta(days=7))
    by = person(session, username, "account.own")
    token, _ = actions.make_token(session, new, by=by, at=now, record=audit.record)
    return token


def _cookie(session: Session, username: str, now: datetime) -> str:
    sign_in = SignIn(username=username, password=PASSWORD)
    token, _ = actions.begin_session(session, sign_in, address="bench", at=now, record=audit.record)
    return f"{cookie_name()}={token}"


def _entries(session: Session, number: str, clock: Clock) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for sample in samples_of(session, number):
        assert session.scalar(select(SampleReceipt).where(SampleReceipt.sample_id == sample.id))
        known = gather(session, find_lot(session, number))
        for criterion in known.specification.criteria:
            kind = criterion.result_kind
            if criterion.sample_point != sample.sample_point or isinstance(kind, SterilityResult):
                continue
            basis = getattr(kind, "basis", None)
            needs_dosing = basis in {CountBasis.PER_KG, EndotoxinBasis.PER_KG, EndotoxinBasis.TOTAL}
            result = NewResult(
                criterion=criterion.code,
                reading=READING.validate_python(plain_reading(criterion, None, clock())),
                dosing=DOSING if needs_dosing else None,
                tested_at=clock(),
                equipment=registered(session, MICROSCOPE),
                raw_reference="Notebook QC-7, page 12",
            )
            found.append((sample.number, EnterResults(results=(result,)).plain()))
    return found


def _forms(session: Session, number: str, clock: Clock) -> Iterator[tuple[str, dict[str, str]]]:
    known = gather(session, find_lot(session, number))
    for sample in known.samples:
        for place, criterion in criteria_at(known, sample):
            reading = plain_reading(criterion, None, clock())
            if isinstance(criterion.result_kind, CategoryResult):
                yield (
                    sample.number,
                    {
                        f"results.{place}.reading.outcome": str(reading["outcome"]),
                        "common.tested_at": f"{clock():%Y-%m-%dT%H:%M}",
                        "common.equipment": registered(session, MICROSCOPE)[0],
                        "common.raw_reference": "Notebook QC-7, page 12",
                    },
                )


def add_deviations(database: Database, number: str, count: int, now: datetime) -> None:
    """Report deviations of a lot: each fills half a page of its record."""
    with database.writing() as session:
        lot = find_lot(session, number)
        for _ in range(count):
            reported(session, Clock(now), lot)
