"""Deviations: a critical one holds the lot; who investigated does not decide; closed is closed."""

import pytest
from sqlalchemy.orm import Session

from app.errors import OutOfDate, SamePerson, SignatureFailed
from app.lot import deviations
from app.lot.deviations import DeviationClosed, NotInvestigated
from app.lot.models import Deviation
from schemas.lot import Decide, DeviationState, Impact, Investigate, NewDeviation
from tests.conftest import Clock, person, signing
from tests.lot.lots import bare_lot


def opened(session: Session, clock: Clock, *, critical: bool = False) -> Deviation:
    lot = bare_lot(session, clock())
    new = NewDeviation(
        title="Incubator door left open", description="Two minutes at 31 °C", critical=critical
    )
    by = person(session, "anton", "deviation.open")
    return deviations.open_deviation(session, lot.number, new, by=by, at=clock())


def found(row: Deviation, username: str, password: str | None = None) -> Investigate:
    return Investigate(
        cause="Latch worn",
        assessment="No effect on growth or viability expected",
        correction="Latch replaced; all latches inspected",
        other_lots="None was in this incubator",
        version=row.version,
        signing=signing(username) if password is None else signing(username, password),
    )


def decision(row: Deviation, username: str) -> Decide:
    return Decide(
        impact=Impact.NONE,
        reason="Within validated excursion",
        version=row.version,
        signing=signing(username),
    )


def test_a_deviation_is_investigated_by_one_and_decided_by_another(
    session: Session, clock: Clock
) -> None:
    row = opened(session, clock)
    vera = person(session, "vera", "deviation.investigate")
    deviations.investigate(session, row.number, found(row, "vera"), by=vera, at=clock())
    quinn = person(session, "quinn", "deviation.decide")
    deviations.decide(session, row.number, decision(row, "quinn"), by=quinn, at=clock())
    assert row.state is DeviationState.CLOSED
    facts = deviations.deviation_facts(session, row)
    assert [(each.name, each.meaning.value) for each in facts.signatures] == [
        ("Vera Lind", "investigated"),
        ("Quinn Adler", "decided"),
    ]


def test_who_investigated_does_not_decide(session: Session, clock: Clock) -> None:
    row = opened(session, clock)
    quinn = person(session, "quinn", "deviation.investigate")
    deviations.investigate(session, row.number, found(row, "quinn"), by=quinn, at=clock())
    with pytest.raises(SamePerson, match="SOD-08"):
        deviations.decide(session, row.number, decision(row, "quinn"), by=quinn, at=clock())


def test_nothing_is_decided_before_it_is_investigated(session: Session, clock: Clock) -> None:
    row = opened(session, clock)
    quinn = person(session, "quinn", "deviation.decide")
    with pytest.raises(NotInvestigated):
        deviations.decide(session, row.number, decision(row, "quinn"), by=quinn, at=clock())


def test_a_closed_deviation_stays_as_it_is(session: Session, clock: Clock) -> None:
    row = opened(session, clock)
    vera = person(session, "vera", "deviation.investigate")
    quinn = person(session, "quinn", "deviation.decide")
    deviations.investigate(session, row.number, found(row, "vera"), by=vera, at=clock())
    deviations.decide(session, row.number, decision(row, "quinn"), by=quinn, at=clock())
    with pytest.raises(DeviationClosed):
        deviations.investigate(session, row.number, found(row, "vera"), by=vera, at=clock())


def test_a_page_opened_before_the_investigation_is_out_of_date(
    session: Session, clock: Clock
) -> None:
    row = opened(session, clock)
    stale = decision(row, "quinn")
    vera = person(session, "vera", "deviation.investigate")
    deviations.investigate(session, row.number, found(row, "vera"), by=vera, at=clock())
    with pytest.raises(OutOfDate):
        deviations.decide(
            session, row.number, stale, by=person(session, "quinn", "deviation.decide"), at=clock()
        )


def test_a_wrong_password_signs_nothing(session: Session, clock: Clock) -> None:
    row = opened(session, clock)
    vera = person(session, "vera", "deviation.investigate")
    with pytest.raises(SignatureFailed):
        deviations.investigate(
            session, row.number, found(row, "vera", "not hers at all"), by=vera, at=clock()
        )


@pytest.mark.parametrize("critical", [True, False])
def test_only_a_critical_deviation_holds_the_lot(
    session: Session, clock: Clock, *, critical: bool
) -> None:
    row = opened(session, clock, critical=critical)
    assert row.lot.held is critical
