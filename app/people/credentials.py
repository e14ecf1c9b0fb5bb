"""Passwords and tokens: proving that somebody is who they say (R-P11-20 to 25)."""

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import SignatureFailed, TooManyAttempts
from app.people.actor import Actor, Tried
from app.people.models import Account, FailedAttempt
from app.settings import settings

ATTEMPTS_MAX = 5
LOCKED_FOR = timedelta(minutes=15)
ADDRESS_WINDOW = timedelta(minutes=5)
ADDRESS_ATTEMPTS_MAX = 30


@lru_cache
def hasher() -> PasswordHasher:
    """Argon2id, as costly as the settings say (64 MiB and three passes unless told)."""
    cost = settings()
    return PasswordHasher(time_cost=cost.password_passes, memory_cost=cost.password_memory_kib)


def hashed(password: str) -> str:
    """The argon2id hash of a password, with its parameters and salt."""
    return hasher().hash(password)


@lru_cache
def _nobodys_hash() -> str:
    return hashed(secrets.token_urlsafe())


def stored_hash(account: Account | None) -> str:
    """The account's hash; of an account that does not exist, one that takes as long to compare."""
    nobodys = _nobodys_hash()  # made before it is needed: the first stranger waits no longer
    return account.password_hash if account else nobodys


def try_password(stored: str, password: str) -> Tried:
    """Compare a password with a stored hash."""
    try:
        hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return Tried(stored, password, right=False)
    return Tried(stored, password, right=True)


def matches(account: Account | None, password: str, tried: Tried | None = None) -> bool:
    """Whether this is the account's password.

    What was tried before counts only for the same password against the same hash: one that was
    changed meanwhile is compared anew.
    """
    stored = stored_hash(account)
    if tried is None or (tried.stored, tried.password) != (stored, password):
        tried = try_password(stored, password)
    return tried.right and account is not None


def is_of_another_cost(account: Account) -> bool:
    """Whether the account's hash was made when the settings asked for another cost."""
    return hasher().check_needs_rehash(account.password_hash)


class GivenPassword(SignatureFailed):
    """An administrator gave you this password. Choose your own; until then it signs nothing."""


class Unconfirmed(SignatureFailed):
    """Your password was given anew. It signs once quality assurance confirmed that it is you."""


def confirm(session: Session, by: Actor, password: str, *, at: datetime) -> None:
    """Ask a signed-in person for the password again, before it signs.

    A password that an administrator gave signs nothing: not before it is changed, and not
    before a second person has vouched for its owner (21 CFR 11.200(a)(3), R-P11-20).

    Raises:
        SignatureFailed: wrong or given password; the attempt counts towards the lock.
        TooManyAttempts: the account is locked.
    """
    account = prove(session, by, password, at=at)
    if account.must_change_password:
        raise GivenPassword
    if account.must_be_confirmed:
        raise Unconfirmed


def prove(session: Session, by: Actor, password: str, *, at: datetime) -> Account:
    """Whether a signed-in person knows the present password of the account; gives it back.

    Raises:
        SignatureFailed: wrong password; the attempt counts towards the lock.
        TooManyAttempts: the account is locked.
    """
    account = session.get_one(Account, by.account_id)
    if is_locked(account, at):
        raise TooManyAttempts
    if account.closed_at is not None or not matches(account, password, by.tried):
        raise SignatureFailed
    return account


def is_locked(account: Account, at: datetime) -> bool:
    """Whether too many attempts have locked this account for now."""
    return account.locked_until is not None and at < account.locked_until


def seems_locked(session: Session, username: str, at: datetime) -> bool:
    """Whether this name, of no account, is answered like a locked account.

    Five failures lock what exists; whoever is told so of some names only learns who works here.
    """
    failures, last = session.execute(
        select(func.count(), func.max(FailedAttempt.at)).where(FailedAttempt.username == username)
    ).one()
    return bool(failures) and failures % ATTEMPTS_MAX == 0 and at < last + LOCKED_FOR


def count_failure(account: Account, *, at: datetime) -> None:
    """Count a failed attempt; the fifth in a row locks the account (R-P11-24)."""
    account.failed_attempts += 1
    if account.failed_attempts >= ATTEMPTS_MAX:
        account.locked_until = at + LOCKED_FOR
        account.failed_attempts = 0


class BusyAddress(TooManyAttempts):
    """Too many failed attempts from this address. Wait five minutes before the next one."""


def refuse_busy_address(session: Session, address: str, *, at: datetime) -> None:
    """Refuse an address that has failed too often in the last minutes.

    The first refusal is kept in the trail and the next ones are not: an address that goes on
    knocking cannot fill it.

    Raises:
        BusyAddress: 30 failures in five minutes.
    """
    recent = session.scalar(
        select(func.count())
        .select_from(FailedAttempt)
        .where(FailedAttempt.address == address, FailedAttempt.at > at - ADDRESS_WINDOW)
    )
    if (recent or 0) >= ADDRESS_ATTEMPTS_MAX:
        busy = BusyAddress()
        busy.kept = recent == ADDRESS_ATTEMPTS_MAX
        raise busy


def new_token() -> str:
    """256 random bits, safe in a cookie or a header."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
