"""Signing in and out, and where somebody is signed in."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.errors import SignatureFailed, TooManyAttempts
from app.people import credentials
from app.people.actions.accounts import ref
from app.people.actor import Actor, Tried
from app.people.models import Account, BrowserSession
from app.people.sessions import actor_of
from app.settings import settings
from app.web.unit import Record
from schemas.people import SessionView, SignIn


class SignInFailed(SignatureFailed):
    """The user name or the password is not right."""

    title = "Not signed in"

    def __init__(self, username: str) -> None:
        super().__init__()
        self.username = username


class LockedOut(TooManyAttempts):
    """This account is locked for some minutes: too many failed attempts."""

    def __init__(self, username: str) -> None:
        super().__init__()
        self.username = username


def hash_to_try(session: Session, sign_in: SignIn, *, address: str, at: datetime) -> str | None:
    """The hash a password is compared with before the writing begins: nobody waits for that.

    It decides nothing: `begin_session` asks everything again. None where it will be refused
    anyway, so that an address that goes on knocking costs no more than a look.
    """
    try:
        account = _account_open_to(session, sign_in, address=address, at=at)
    except TooManyAttempts:
        return None
    return credentials.stored_hash(account)


def _account_open_to(
    session: Session, sign_in: SignIn, *, address: str, at: datetime
) -> Account | None:
    credentials.refuse_busy_address(session, address, at=at)
    account = session.scalar(select(Account).where(Account.username == sign_in.username))
    if (
        credentials.is_locked(account, at)
        if account
        else credentials.seems_locked(session, sign_in.username, at)
    ):
        raise LockedOut(sign_in.username)
    return account


def begin_session(
    session: Session,
    sign_in: SignIn,
    *,
    address: str,
    at: datetime,
    record: Record,
    tried: Tried | None = None,
) -> tuple[str, Account]:
    """Sign in; returns the token for the browser and the account.

    A hash of another cost than the settings ask for is made anew: now the password is known.

    Raises:
        SignInFailed: unknown or closed account, or wrong password; all sound alike.
        LockedOut: the account is locked for now.
        BusyAddress: the address is.
    """
    account = _account_open_to(session, sign_in, address=address, at=at)
    right = credentials.matches(account, sign_in.password.get_secret_value(), tried)
    if account is None or not right or account.closed_at is not None:
        raise SignInFailed(sign_in.username)
    account.failed_attempts = 0
    account.locked_until = None
    if credentials.is_of_another_cost(account):
        account.password_hash = credentials.hashed(sign_in.password.get_secret_value())
    token = credentials.new_token()
    digest = credentials.token_digest(token)
    begun = BrowserSession(token_digest=digest, account=account, began_at=at, seen_at=at)
    session.add(begun)
    session.flush()
    by = actor_of(session, account)
    # the table of sessions is technical: by these words a session nobody began is found out
    details = {"address": address, "session": begun.id, "browser": digest}
    record(session, by=by, at=at, did="session.begin", about=ref(account), details=details)
    return token, account


def end_session(
    session: Session, by: Actor, *, at: datetime, everywhere: bool, record: Record
) -> None:
    """Sign out here, or on every machine at once.

    The entry comes first: whoever signed in before it in the trail is seen by what follows.
    """
    record(
        session,
        by=by,
        at=at,
        did="session.end",
        about=f"account/{by.username}",
        details={"everywhere": everywhere, "session": by.session_id},
    )
    ends = update(BrowserSession).where(
        BrowserSession.account_id == by.account_id, BrowserSession.ended_at.is_(None)
    )
    if not everywhere:
        ends = ends.where(BrowserSession.id == by.session_id)
    session.execute(ends.values(ended_at=at))


def end_every_session(
    session: Session, account: Account, *, at: datetime, but: int | None = None
) -> None:
    """End an account's sessions on all machines, but for the one given."""
    session.execute(
        update(BrowserSession)
        .where(
            BrowserSession.account_id == account.id,
            BrowserSession.id != (but or 0),
            BrowserSession.ended_at.is_(None),
        )
        .values(ended_at=at)
    )


def sessions_of(session: Session, by: Actor, *, at: datetime) -> tuple[SessionView, ...]:
    """Where a person is signed in now, the last seen first."""
    limits = settings()
    rows = session.scalars(
        select(BrowserSession)
        .where(
            BrowserSession.account_id == by.account_id,
            BrowserSession.ended_at.is_(None),
            BrowserSession.seen_at >= at - timedelta(minutes=limits.idle_minutes),
            BrowserSession.began_at >= at - timedelta(hours=limits.session_hours),
        )
        .order_by(BrowserSession.seen_at.desc(), BrowserSession.id.desc())
    )
    return tuple(
        SessionView(began_at=row.began_at, seen_at=row.seen_at, here=row.id == by.session_id)
        for row in rows
    )
