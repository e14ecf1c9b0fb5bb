"""Release by people: nobody gets round it, and what was signed can be asked again."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import BadInput, NotFound, OutOfDate, Refused, SamePerson, SignatureFailed
from app.lot.lots import hold
from app.lot.models import Lot
from app.people.models import Account
from app.quality_control.actions.holding import let_go
from app.release import actions, reviewing
from app.release.dossier import last_entry_seq, register_of
from app.release.rules import judge_release
from app.trail import attachments, audit
from schemas.lot import HoldLot, Stage
from schemas.release import Act, Checklist, Dossier, Question, ReleaseVerdict, Review, ReviewKind
from tests.conftest import ENGINES, Clock, Shelf, person, signing
from tests.journeys.release import ALL_CHECKED, certified, certify_form, reviewed, stopped
from tests.journeys.testing import last_lot, lot_in_testing, lot_through_testing


@pytest.fixture(params=ENGINES)
def site(request: pytest.FixtureRequest, shelf: Shelf) -> Iterator[tuple[Database, Clock]]:
    with shelf.lent(request.param, lot_in_testing) as lent:
        yield lent


@pytest.fixture
def database(site: tuple[Database, Clock]) -> Database:
    return site[0]


@pytest.fixture
def clock(site: tuple[Database, Clock]) -> Clock:
    return site[1]


@pytest.fixture
def lot(session: Session) -> Lot:
    return last_lot(session)


def with_roles(session: Session, clock: Clock, username: str, *roles: str) -> None:
    """Give a person of the cast more roles, so that only the pair of duties stands in the way."""
    account = session.scalars(select(Account).where(Account.username == username)).one()
    account.role_names = [*account.role_names, *roles]
    admin = person(session, "adam", "account.change")
    audit.record(session, by=admin, at=clock(), did="account.change", about=f"account/{username}")


def test_conditionally_then_finally(session: Session, clock: Clock, lot: Lot) -> None:
    reviewed(session, clock, lot)
    first = certified(session, clock, lot, Act.CONDITIONAL)
    assert lot.stage is Stage.CONDITIONALLY_CERTIFIED
    assert {each.criterion for each in register_of(session, lot)[0].obligations} == {
        "STERILITY",
        "POTENCY",
    }
    lot_through_testing(session, clock, lot.number)
    with pytest.raises(Refused, match="REL-08"):
        certified(session, clock, lot)
    reviewed(session, clock, lot)
    last = certified(session, clock, lot)
    assert (first.number, last.number) == (1, 2)
    assert lot.stage is Stage.CERTIFIED
    assert first.statement != last.statement


def test_what_was_signed_can_be_asked_again(session: Session, clock: Clock, lot: Lot) -> None:
    reviewed(session, clock, lot)
    line = certified(session, clock, lot, Act.CONDITIONAL)
    dossier = Dossier.from_canonical(attachments.read(line.dossier_digest))
    verdict = ReleaseVerdict.from_canonical(attachments.read(line.verdict_digest))
    assert dossier.digest() == line.dossier_digest
    assert judge_release(Question(dossier=dossier, at=verdict.at)) == verdict


def test_nothing_is_certified_without_its_reviews(session: Session, clock: Clock, lot: Lot) -> None:
    with pytest.raises(Refused, match=r"REL-08.*REL-09"):
        certified(session, clock, lot, Act.CONDITIONAL)
    assert lot.stage is Stage.IN_TESTING
    assert register_of(session, lot) == ()


def test_a_one_stage_way_is_not_opened_by_asking_for_it(
    session: Session, clock: Clock, lot: Lot
) -> None:
    reviewed(session, clock, lot)
    with pytest.raises(Refused, match="Final certification is not open"):
        certified(session, clock, lot, Act.FINAL)


def test_a_stale_page_certifies_nothing(session: Session, clock: Clock, lot: Lot) -> None:
    reviewed(session, clock, lot)
    form = certify_form(session, clock, lot, Act.CONDITIONAL)
    hold(lot, "Alarm of the incubator")
    audit.record(
        session, by=person(session, "quinn", "lot.hold"), at=clock(), did="lot.hold", about=lot.ref
    )
    petra = person(session, "petra", "lot.certify")
    with pytest.raises(OutOfDate):
        actions.certify(session, lot.number, form, by=petra, at=clock())


def test_the_same_form_sent_twice_certifies_once(session: Session, clock: Clock, lot: Lot) -> None:
    reviewed(session, clock, lot)
    form = certify_form(session, clock, lot, Act.CONDITIONAL)
    petra = person(session, "petra", "lot.certify")
    actions.certify(session, lot.number, form, by=petra, at=clock())
    with pytest.raises(OutOfDate):
        actions.certify(session, lot.number, form, by=petra, at=clock())
    assert len(register_of(session, lot)) == 1


@pytest.mark.parametrize(
    ("username", "pair"),
    [("olga", "SOD-04"), ("oskar", "SOD-04"), ("anton", "SOD-05"), ("vera", "SOD-05")],
)
def test_who_made_or_tested_the_lot_does_not_certify_it(
    session: Session, clock: Clock, lot: Lot, username: str, pair: str
) -> None:
    reviewed(session, clock, lot)
    with_roles(session, clock, username, "qp")
    with pytest.raises(SamePerson, match=pair):
        certified(session, clock, lot, Act.CONDITIONAL, by=username)


def test_who_reviewed_the_record_does_not_certify_it(
    session: Session, clock: Clock, lot: Lot
) -> None:
    reviewed(session, clock, lot)
    with_roles(session, clock, "quinn", "qp")
    with pytest.raises(SamePerson, match="SOD-07"):
        certified(session, clock, lot, Act.CONDITIONAL, by="quinn")


def test_who_reviewed_only_the_trail_does_not_certify_it_either(
    session: Session, clock: Clock, lot: Lot
) -> None:
    with_roles(session, clock, "petra", "qa")
    petra = person(session, "petra", "trail.review")
    form = Review(
        comment="All seen", through_seq=last_entry_seq(session, lot), signing=signing("petra")
    )
    reviewing.review(session, lot.number, ReviewKind.TRAIL, form, by=petra, at=clock())
    reviewed(session, clock, lot)
    with pytest.raises(SamePerson, match="SOD-07"):
        certified(session, clock, lot, Act.CONDITIONAL)


@pytest.mark.parametrize("username", ["olga", "vera"])
def test_who_made_or_tested_the_lot_does_not_review_it(
    session: Session, clock: Clock, lot: Lot, username: str
) -> None:
    with_roles(session, clock, username, "qa")
    with pytest.raises(SamePerson, match="SOD-06"):
        reviewed(session, clock, lot, by=username)


def test_a_review_of_a_page_that_has_gone_on_is_refused(
    session: Session, clock: Clock, lot: Lot
) -> None:
    seen = last_entry_seq(session, lot)
    hold(lot, "Alarm")
    quinn = person(session, "quinn", "trail.review")
    audit.record(session, by=quinn, at=clock(), did="lot.hold", about=lot.ref)
    form = Review(comment="All seen", through_seq=seen, signing=signing("quinn"))
    with pytest.raises(OutOfDate):
        reviewing.review(session, lot.number, ReviewKind.TRAIL, form, by=quinn, at=clock())


def test_a_wrong_password_enters_no_line(session: Session, clock: Clock, lot: Lot) -> None:
    reviewed(session, clock, lot)
    form = certify_form(session, clock, lot, Act.CONDITIONAL)
    wrong = form.model_copy(update={"signing": signing("petra", "not hers at all")})
    with pytest.raises(SignatureFailed):
        actions.certify(
            session, lot.number, wrong, by=person(session, "petra", "lot.certify"), at=clock()
        )
    assert register_of(session, lot) == ()


def test_every_point_of_the_checklist_is_asked(session: Session, clock: Clock, lot: Lot) -> None:
    reviewed(session, clock, lot)
    form = certify_form(session, clock, lot, Act.CONDITIONAL)
    petra = person(session, "petra", "lot.certify")
    for point in Checklist.model_fields:
        left_open = ALL_CHECKED.model_copy(update={point: False})
        changed = form.model_copy(update={"checklist": left_open})
        with pytest.raises(BadInput, match=f"checklist.{point}"):
            actions.certify(session, lot.number, changed, by=petra, at=clock())


def test_a_rejected_lot_is_never_certified(session: Session, clock: Clock, lot: Lot) -> None:
    reviewed(session, clock, lot)
    stopped(session, clock, lot, Act.REJECT)
    assert lot.stage is Stage.REJECTED
    with pytest.raises(Refused):
        certified(session, clock, lot, Act.CONDITIONAL)


@pytest.mark.parametrize("act", [Act.FINAL, Act.CONDITIONAL])
def test_certifying_has_its_own_form(session: Session, clock: Clock, lot: Lot, act: Act) -> None:
    with pytest.raises(NotFound):
        stopped(session, clock, lot, act)


def test_failed_sterility_after_conditional_certification(
    session: Session, clock: Clock, lot: Lot
) -> None:
    reviewed(session, clock, lot)
    certified(session, clock, lot, Act.CONDITIONAL)
    lot_through_testing(session, clock, lot.number, {"STERILITY": "fails"})
    assert lot.held
    reviewed(session, clock, lot)
    with pytest.raises(Refused, match="Sterility"):
        certified(session, clock, lot)
    form = HoldLot(reason="The patient has had it anyway", version=lot.version)
    quinn = person(session, "quinn", "lot.hold")
    with pytest.raises(Refused, match=r"QC-41.*QC-42"):
        let_go(session, lot.number, form, by=quinn, at=clock())
    stopped(session, clock, lot, Act.RECALL)
    assert lot.stage is Stage.RECALLED
    with pytest.raises(Refused, match="QC-43"):
        let_go(
            session,
            lot.number,
            form.model_copy(update={"version": lot.version}),
            by=quinn,
            at=clock(),
        )
    assert lot.held
    assert [each.act for each in register_of(session, lot)] == [Act.CONDITIONAL, Act.RECALL]
