"""Passwords: one's own, and the first one that an administrator gives."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import BadInput, FieldError
from app.people import credentials
from app.people.actions.accounts import account_named, ref, refuse_closed, shut_out
from app.people.actions.sign_in import end_every_session
from app.people.actor import Actor
from app.people.models import Account
from app.web.unit import Record
from schemas.people import ChangePassword, SetPassword


def change_password(
    session: Session, change: ChangePassword, *, by: Actor, at: datetime, record: Record
) -> Account:
    """A person chooses a new password; the present one is asked.

    Raises:
        SignatureFailed: the present password is wrong.
        BadInput: the new one is the old one.
    """
    account = credentials.prove(session, by, change.current.get_secret_value(), at=at)
    fresh = change.password.get_secret_value()
    if credentials.matches(account, fresh):
        raise BadInput([FieldError("password", "Choose a password that is not the present one.")])
    account.password_hash = credentials.hashed(fresh)
    account.must_change_password = False
    end_every_session(session, account, at=at, but=by.session_id)
    record(session, by=by, at=at, did="account.password", about=ref(account))
    return account


def set_password(
    session: Session, username: str, change: SetPassword, *, by: Actor, at: datetime, record: Record
) -> Account:
    """An administrator gives a new first password; sessions end and tokens are revoked.

    It signs nothing: the person changes it first, and somebody else confirms that it was
    the person (`confirm_identity`).

    Raises:
        AccountClosed: the account is closed.
    """
    account = account_named(session, username)
    refuse_closed(account)
    account.password_hash = credentials.hashed(change.password.get_secret_value())
    account.must_change_password = True
    account.must_be_confirmed = True
    account.failed_attempts = 0
    account.locked_until = None
    shut_out(session, account, at=at)
    record(session, by=by, at=at, did="account.change", about=ref(account), why=change.reason)
    return account
