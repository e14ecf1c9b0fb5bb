"""Nobody signs as somebody else alone (R-P11-20): giving a password takes a second person."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from app.errors import Forbidden, SamePerson, SignatureFailed
from app.people import actions, credentials
from app.people.actions.accounts import NothingToConfirm
from app.trail import audit
from app.trail.signatures import sign
from schemas.people import ChangePassword, ConfirmIdentity, NewToken, SetPassword, Signing
from schemas.trail import Meaning
from tests.conftest import PASSWORD, Browser, Clock, person

GIVEN, OWN = "given by adam 1", "chosen after that"
WORDS = NewToken(label="any words", expires_on="2026-04-01")


def _give(session: Session, clock: Clock, username: str = "petra") -> None:
    actions.set_password(
        session,
        username,
        SetPassword(password=GIVEN, reason="she forgot hers"),
        by=person(session, "adam", "account.change"),
        at=clock(),
        record=audit.record,
    )


def _choose(session: Session, clock: Clock, username: str = "petra") -> None:
    actions.change_password(
        session,
        ChangePassword(current=GIVEN, password=OWN),
        by=person(session, username),
        at=clock(),
        record=audit.record,
    )


def _confirm(session: Session, clock: Clock, by: str, username: str = "petra") -> None:
    version = actions.account_named(session, username).version
    actions.confirm_identity(
        session,
        username,
        ConfirmIdentity(identity_checked="chose it beside me", version=version),
        by=person(session, by, "account.confirm"),
        at=clock(),
        record=audit.record,
    )


def _sign(session: Session, clock: Clock, password: str, username: str = "petra") -> None:
    sign(
        session,
        WORDS,
        about="lot/A-1",
        by=person(session, username, "lot.certify" if username == "petra" else "record.review"),
        signing=Signing(username=username, password=password),
        meaning=Meaning.CERTIFIED,
        at=clock(),
    )


def test_ones_own_password_signs(session: Session, clock: Clock) -> None:
    _sign(session, clock, PASSWORD)


def test_a_given_password_signs_nothing(session: Session, clock: Clock) -> None:
    _give(session, clock)
    with pytest.raises(credentials.GivenPassword):
        _sign(session, clock, GIVEN)


def test_nor_does_the_one_that_is_chosen_with_it(session: Session, clock: Clock) -> None:
    _give(session, clock)
    _choose(session, clock)
    with pytest.raises(credentials.Unconfirmed):
        _sign(session, clock, OWN)


def test_until_quality_assurance_confirms_it(session: Session, clock: Clock) -> None:
    _give(session, clock)
    _choose(session, clock)
    _confirm(session, clock, "quinn")
    _sign(session, clock, OWN)


def test_a_wrong_password_is_told_as_wrong_whatever_else(session: Session, clock: Clock) -> None:
    _give(session, clock)
    with pytest.raises(SignatureFailed, match="not right"):
        _sign(session, clock, "guess")


@pytest.mark.parametrize(
    ("by", "refused"),
    [
        pytest.param("adam", Forbidden, id="the administrator who gave it"),
        pytest.param("olga", Forbidden, id="an operator"),
        pytest.param("petra", SamePerson, id="the person herself"),
    ],
)
def test_who_does_not_confirm(
    session: Session, clock: Clock, by: str, refused: type[Exception]
) -> None:
    _give(session, clock)
    _choose(session, clock)
    with pytest.raises(refused):
        _confirm(session, clock, by)


def test_what_was_not_given_anew_is_not_confirmed(session: Session, clock: Clock) -> None:
    with pytest.raises(NothingToConfirm):
        _confirm(session, clock, "quinn")
    _give(session, clock)
    with pytest.raises(NothingToConfirm):
        _confirm(session, clock, "quinn")


def test_it_waits_for_quality_assurance_on_the_first_page(
    browser: Callable[[str | None], Browser], clock: Clock
) -> None:
    adam = browser("adam")
    sent = {"password": GIVEN, "reason": "she forgot hers"}
    assert adam.post("/people/accounts/petra/password", data=sent).status_code == 303
    petra = browser(None)
    petra.cookies.update(
        petra.post("/sign-in", data={"username": "petra", "password": GIVEN}).cookies
    )
    petra.post("/account/password", data={"current": GIVEN, "password": OWN})
    quinn = browser("quinn")
    assert "/people/accounts/petra/confirm" in quinn.get("/").text
    form = quinn.get("/people/accounts/petra/confirm").text
    version = form.split('name="version" value="')[1].split('"')[0]
    sent = {"identity_checked": "chose it beside me", "version": version}
    assert quinn.post("/people/accounts/petra/confirm", data=sent).status_code == 303
    assert "/people/accounts/petra/confirm" not in quinn.get("/").text
