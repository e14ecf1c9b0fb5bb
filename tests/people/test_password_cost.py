"""What a hash costs to guess follows the settings, without anybody choosing a new password."""

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from app.people import actions, credentials
from app.trail import audit
from schemas.people import SignIn
from tests.conftest import PASSWORD, Clock


def _sign_in(session: Session, clock: Clock) -> None:
    sign_in = SignIn.model_validate({"username": "olga", "password": PASSWORD})
    actions.begin_session(session, sign_in, address="test", at=clock(), record=audit.record)


def test_a_hash_of_another_cost_is_made_anew_at_sign_in(session: Session, clock: Clock) -> None:
    olga = actions.account_named(session, "olga")
    olga.password_hash = PasswordHasher(time_cost=2, memory_cost=8192).hash(PASSWORD)
    assert credentials.is_of_another_cost(olga)
    _sign_in(session, clock)
    assert not credentials.is_of_another_cost(olga)
    assert credentials.matches(olga, PASSWORD)


def test_a_hash_of_the_right_cost_stays(session: Session, clock: Clock) -> None:
    olga = actions.account_named(session, "olga")
    before = olga.password_hash
    _sign_in(session, clock)
    assert olga.password_hash == before
