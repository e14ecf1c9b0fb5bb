"""Training: recorded by quality assurance, shown to all, told before it lapses (R-P11-09)."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from app.people import actions
from app.trail import audit
from schemas.people import CloseAccount, NewTraining, TrainingState
from tests.conftest import Browser, Clock, person

People = Callable[[str | None], Browser]
TODAY = date(2026, 3, 2)
FORM = {
    "username": "olga",
    "document_code": "MBR-UC-01",
    "document_version": "1",
    "trained_on": "2026-03-01",
    "valid_until": "2027-03-01",
    "evidence": "Form 12 of the folder",
}


def _train(
    session: Session,
    clock: Clock,
    until: date,
    *,
    who: str = "olga",
    version: str = "1",
    since: date = date(2025, 3, 1),
) -> None:
    new = NewTraining(
        username=who,
        document_code="MBR-UC-01",
        document_version=version,
        trained_on=since,
        valid_until=until,
        evidence="Form 12",
    )
    by = person(session, "quinn", "training.record")
    actions.record_training(session, new, by=by, at=clock(), record=audit.record)


def _told(session: Session, clock: Clock, who: str = "quinn") -> list[str]:
    return [each.title for each in actions.waiting(session, person(session, who), clock())]


def test_quinn_records_a_training_and_olga_sees_it(browser: People) -> None:
    quinn = browser("quinn")
    page = quinn.get("/training/new?username=olga").text
    assert '<option value="olga" selected>' in page
    assert quinn.post("/training/new", data=FORM).status_code == 303
    for reader in ("olga", "adam", "ada"):
        assert "MBR-UC-01" in browser(reader).get("/training").text
    assert "Form 12 of the folder" in browser("olga").get("/account").text


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"valid_until": "2026-02-28"}, "Ends before it begins"),
        ({"document_code": "mbr 1"}, "is not in the form expected"),
        ({"trained_on": "yesterday"}, "is not a date"),
    ],
)
def test_what_is_wrong_is_told_beside_it(
    browser: People, changed: dict[str, str], says: str
) -> None:
    page = browser("quinn").post("/training/new", data={**FORM, **changed})
    assert page.status_code == 422
    assert says in page.text
    assert 'value="Form 12 of the folder"' in page.text


@pytest.mark.parametrize(
    ("until", "state"),
    [
        pytest.param(TODAY - timedelta(days=1), TrainingState.LAPSED, id="yesterday"),
        pytest.param(TODAY, TrainingState.LAPSES_SOON, id="today is its last day"),
        pytest.param(TODAY + timedelta(days=30), TrainingState.LAPSES_SOON, id="in 30 days"),
        pytest.param(TODAY + timedelta(days=31), TrainingState.VALID, id="in 31 days"),
    ],
)
def test_how_a_training_stands(
    session: Session, clock: Clock, until: date, state: TrainingState
) -> None:
    _train(session, clock, until)
    (training,) = actions.training_list(session, on=TODAY)
    assert training.state is state
    assert bool(_told(session, clock)) is (state is TrainingState.LAPSES_SOON)
    counts = actions.training_of(
        session, person(session, "olga").account_id, "MBR-UC-01", "1", on=TODAY
    )
    assert (counts is None) is (state is TrainingState.LAPSED)


def test_a_training_begins_on_its_day(session: Session, clock: Clock) -> None:
    tomorrow = TODAY + timedelta(days=1)
    _train(session, clock, date(2027, 1, 1), since=tomorrow)
    olga = person(session, "olga").account_id
    assert actions.training_of(session, olga, "MBR-UC-01", "1", on=TODAY) is None
    assert actions.training_of(session, olga, "MBR-UC-01", "1", on=tomorrow) is not None
    assert actions.training_list(session, on=TODAY)[0].state is TrainingState.TO_COME


def test_a_training_on_another_version_does_not_count(session: Session, clock: Clock) -> None:
    _train(session, clock, date(2027, 1, 1))
    olga, anton = person(session, "olga").account_id, person(session, "anton").account_id
    assert actions.training_of(session, olga, "MBR-UC-01", "2", on=TODAY) is None
    assert actions.training_of(session, anton, "MBR-UC-01", "1", on=TODAY) is None


def test_a_renewed_training_waits_for_nobody(session: Session, clock: Clock) -> None:
    _train(session, clock, TODAY + timedelta(days=5))
    assert _told(session, clock) == ["Training of Olga Nowak lapses on 2026-03-07"]
    _train(session, clock, TODAY + timedelta(days=300), version="2")
    assert _told(session, clock) == []


def test_what_lapses_waits_for_quality_assurance_alone(session: Session, clock: Clock) -> None:
    _train(session, clock, TODAY)
    assert _told(session, clock, "qadir")
    assert not any(_told(session, clock, who) for who in ("olga", "adam", "ada", "petra"))


def test_a_closed_account_is_not_trained(session: Session, clock: Clock) -> None:
    _train(session, clock, TODAY)
    close = CloseAccount(
        reason="left the unit", version=actions.account_named(session, "olga").version
    )
    by = person(session, "adam", "account.close")
    actions.close_account(session, "olga", close, by=by, at=clock(), record=audit.record)
    assert _told(session, clock) == []
    with pytest.raises(actions.AccountClosed):
        _train(session, clock, date(2027, 1, 1))


def test_nobody_vouches_for_their_own_training(browser: People) -> None:
    page = browser("quinn").post("/training/new", data={**FORM, "username": "quinn"})
    assert page.status_code == 403
    assert "Somebody else records that you are trained" in page.text
    assert browser("qadir").post("/training/new", data={**FORM, "username": "quinn"}).is_redirect
