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
from app.people.actor import Actor
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


def matches(account: Account | None, password: str) -> bool:
    """Whether this is the account's password. Takes as long for an account that does not exist."""
    stored = account.password_hash if account else _nobodys_hash()
    try:
        hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
    return account is not None


def confirm(session: Session, by: Actor, password: str, *, at: datetime) -> None:
    """Ask a signed-in person for the password again.

    Raises:
        SignatureFailed: wrong password; the attempt counts towards the lock.
        TooManyAttempts: the account is locked.
    """
    account = session.get_one(Account, by.account_id)
    if is_locked(account, at):
        raise TooManyAttempts
    if account.closed_at is not None or not matches(account, password):
        raise SignatureFailed


def is_locked(account: Account, at: datetime) -> bool:
    """Whether too many attempts have locked this account for now."""
    return account.locked_until is not None and at < account.locked_until


def count_failure(account: Account, *, at: datetime) -> None:
    """Count a failed attempt; the fifth in a row locks the account (R-P11-24)."""
    account.failed_attempts += 1
    if account.failed_attempts >= ATTEMPTS_MAX:
        account.locked_until = at + LOCKED_FOR
        account.failed_attempts = 0


def refuse_busy_address(session: Session, address: str, *, at: datetime) -> None:
    """Refuse an address that has failed too often in the last minutes.

    Raises:
        TooManyAttempts: 30 failures in five minutes.
    """
    recent = session.scalar(
        select(func.count())
        .select_from(FailedAttempt)
        .where(FailedAttempt.address == address, FailedAttempt.at > at - ADDRESS_WINDOW)
    )
    if (recent or 0) >= ADDRESS_ATTEMPTS_MAX:
        raise TooManyAttempts


def new_token() -> str:
    """256 random bits, safe in a cookie or a header."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
