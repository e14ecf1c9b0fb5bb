"""What is learnt late of a donor finds every lot of their cells, through banks too."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import BadInput
from app.intake import actions
from app.lot.models import Deviation, Lot, Source
from app.trail import audit
from app.trail.models import AuditEntry
from schemas.donor import Questionnaire
from schemas.intake import DonationState
from schemas.intake_forms import Verdict, WithdrawConsent
from schemas.lot import SourceKind, Stage
from schemas.origin import DonationUse, Tissue
from schemas.trail import Entry
from tests.conftest import Clock, person
from tests.journeys import intake as journey

Descendants = Callable[[str], list[Lot]]


def a_lot(session: Session, clock: Clock, number: str, use: DonationUse, coi: str | None) -> Lot:
    lot = Lot(
        number=number,
        product_code="UC-WCB",
        product_version=1,
        product_digest="0" * 64,
        product_name="A product",
        specification_code="S",
        specification_version=1,
        specification_digest="0" * 64,
        master_code="M",
        master_version=1,
        master_digest="0" * 64,
        is_bank=False,
        donation_use=use,
        patient_coi=coi,
        stage=Stage.IN_PRODUCTION,
        started_at=clock(),
    )
    session.add(lot)
    session.flush()
    return lot


@pytest.fixture
def descendants(session: Session, clock: Clock) -> Callable[[str], list[Lot]]:
    """`descendants(code)`: a lot of this donation, one made of it, and one made of that."""

    def made(code: str) -> list[Lot]:
        donation = actions.find_donation(session, code)
        lots: list[Lot] = []
        for at in range(3):
            lot = a_lot(session, clock, f"U-26-000{at}", donation.use, donation.patient_code)
            kind = SourceKind.CONTAINER if lots else SourceKind.DONATION
            session.add(
                Source(
                    lot=lot,
                    kind=kind,
                    ref=f"{lots[-1].number}-001" if lots else code,
                    parent_lot=lots[-1] if lots else None,
                    quantity=Decimal(1),
                    unit="1",
                    at=clock(),
                )
            )
            lots.append(lot)
        a_lot(session, clock, "U-26-0009", donation.use, donation.patient_code)
        by = person(session, "olga", "lot.start")
        audit.record(session, by=by, at=clock(), did="lot.start", about="lot/U-26-0000")
        return lots

    return made


def held(lots: list[Lot]) -> list[bool]:
    return [each.held for each in lots]


def deviations(session: Session) -> list[tuple[str, str, bool]]:
    rows = session.scalars(select(Deviation).order_by(Deviation.id))
    return [(each.number, each.about, each.critical) for each in rows]


def state(session: Session, code: str) -> DonationState:
    return actions.find_donation(session, code).state


def withdraw(session: Session, clock: Clock, code: str, days: int = 0) -> None:
    words = WithdrawConsent(
        withdrawn_on=clock().date() + timedelta(days=days), reason="Letter of the donor's mother"
    )
    donor = actions.find_donation(session, code).donor.code
    by = person(session, "olga", "intake.register")
    actions.withdraw_consent(session, donor, words, by=by, at=clock())


def test_a_late_reactive_result_holds_every_lot_of_the_cells(
    session: Session, clock: Clock, descendants: Descendants
) -> None:
    code = journey.accepted_donation(session, clock)
    lots = descendants(code)
    report = journey.entered_results(session, clock, code, {"west_nile_nat": "reactive"})
    assert deviations(session) == []
    journey.verified(session, clock, report)
    assert held(lots) == [True, True, True]
    about = f"donation/{code}"
    assert deviations(session) == [(f"{each.number}-D01", about, True) for each in lots]
    assert state(session, code) is DonationState.QUARANTINE
    other = session.scalars(select(Lot).where(Lot.number == "U-26-0009")).one()
    assert not other.held


def test_a_reactive_result_stops_the_cells_before_anybody_verified_it(
    session: Session, clock: Clock, descendants: Descendants
) -> None:
    code = journey.accepted_donation(session, clock)
    lots = descendants(code)
    journey.entered_results(session, clock, code, {"hbsag": "reactive"})
    assert state(session, code) is DonationState.QUARANTINE
    assert held(lots) == [True] * 3
    assert deviations(session) == []
    assert all("Entered and not verified yet" in (each.hold_reason or "") for each in lots)


@pytest.mark.parametrize("outcome", ["non_reactive", "pending"])
def test_a_result_that_bars_nothing_stops_nothing_before_it_is_verified(
    session: Session, clock: Clock, descendants: Descendants, outcome: str
) -> None:
    code = journey.accepted_donation(session, clock)
    lots = descendants(code)
    journey.entered_results(session, clock, code, {"cmv": outcome})
    stopped = outcome == "pending"
    assert (state(session, code) is DonationState.QUARANTINE) is stopped
    assert held(lots) == [stopped] * 3


def test_a_late_harmless_result_holds_nothing(
    session: Session, clock: Clock, descendants: Descendants
) -> None:
    code = journey.accepted_donation(session, clock)
    lots = descendants(code)
    journey.verified_results(session, clock, code, {"west_nile_nat": "non_reactive"})
    assert held(lots) == [False, False, False]
    assert state(session, code) is DonationState.ACCEPTED


def test_results_that_come_in_while_cells_grow_at_risk_hold_nothing(
    session: Session, clock: Clock, descendants: Descendants
) -> None:
    code = journey.registered_donation(session, clock)
    journey.received(session, clock, code)
    journey.decided(session, clock, code, verdict=Verdict.ACCEPT_AT_RISK)
    lots = descendants(code)
    journey.verified_results(session, clock, code)
    assert held(lots) == [False, False, False]
    assert state(session, code) is DonationState.ACCEPTED_AT_RISK


def test_a_new_warning_for_the_label_of_own_cells_holds_the_lot(
    session: Session, clock: Clock, descendants: Descendants
) -> None:
    code = journey.accepted_donation(
        session, clock, use=DonationUse.AUTOLOGOUS, tissue=Tissue.BONE_MARROW
    )
    lots = descendants(code)
    journey.verified_results(session, clock, code, {"hbsag": "reactive"})
    assert held(lots) == [True, True, True]
    why = session.scalars(select(Deviation.description)).first()
    assert "The label now needs “BIOLOGICAL HAZARD”." in str(why)
    journey.decided(session, clock, code)
    assert state(session, code) is DonationState.ACCEPTED


def test_a_withdrawn_consent_holds_every_lot(
    session: Session, clock: Clock, descendants: Descendants
) -> None:
    code = journey.accepted_donation(session, clock)
    lots = descendants(code)
    withdraw(session, clock, code)
    assert held(lots) == [True, True, True]
    assert state(session, code) is DonationState.QUARANTINE
    with pytest.raises(actions.NothingToWithdraw):
        withdraw(session, clock, code)


def test_a_withdrawal_tomorrow_is_a_typing_error(session: Session, clock: Clock) -> None:
    code = journey.registered_donation(session, clock)
    with pytest.raises(BadInput, match="lies ahead"):
        withdraw(session, clock, code, days=1)


def test_a_withdrawal_before_the_consent_is_a_typing_error(session: Session, clock: Clock) -> None:
    code = journey.registered_donation(session, clock)
    with pytest.raises(BadInput, match="before a consent was given"):
        withdraw(session, clock, code, days=-1)


def test_a_risk_found_late_holds_every_lot(
    session: Session, clock: Clock, descendants: Descendants
) -> None:
    code = journey.accepted_donation(session, clock)
    lots = descendants(code)
    history = Questionnaire(
        assessed_on=clock().date(),
        assessed_by="physician",
        outcome="risk_found",
        risk="A stay in a malaria area in January",
        interviewed=True,
    )
    donor = actions.find_donation(session, code).donor.code
    by = person(session, "olga", "intake.register")
    actions.add_questionnaire(session, donor, history, by=by, at=clock())
    assert held(lots) == [True, True, True]


def test_a_donation_rejected_after_lots_began_holds_them(
    session: Session, clock: Clock, descendants: Descendants
) -> None:
    code = journey.accepted_donation(session, clock)
    lots = descendants(code)
    journey.decided(session, clock, code, verdict=Verdict.REJECT, jurisdictions=())
    assert held(lots) == [True, True, True]
    assert actions.lots_from(session, actions.find_donation(session, code)) == tuple(
        each.number for each in lots
    )


def test_the_trail_of_each_lot_says_why_it_is_held(
    session: Session, clock: Clock, descendants: Descendants
) -> None:
    code = journey.accepted_donation(session, clock)
    lots = descendants(code)
    withdraw(session, clock, code)
    told = session.scalars(
        select(AuditEntry).where(AuditEntry.did == "deviation.open").order_by(AuditEntry.seq)
    ).all()
    expected = [f"{lot.ref}/deviation/{lot.number}-D01" for lot in lots]
    assert [each.about for each in told] == expected
    withdrawn = "The consent was withdrawn on 2026-03-02."
    for entry in (Entry.from_canonical(each.body) for each in told):
        assert entry.why == f"EU: {withdrawn} US: {withdrawn}"
        assert {each.table for each in entry.changes} == {"lot", "deviation"}
