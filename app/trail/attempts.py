"""Refused attempts: kept, although the deed itself left nothing behind (R-P11-24, R-DI-14)."""

from datetime import datetime

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import RecordError, SignatureFailed, TooManyAttempts
from app.people.actor import Actor
from app.people.credentials import count_failure
from app.people.models import Account, FailedAttempt, Site
from app.trail.audit import record
from app.web.clock import moment_of
from app.web.guard import client_address
from app.web.routing import API

LONGEST = 400


def keep_attempt(session: Session, request: Request, no: RecordError) -> None:
    """Record who tried what, on which address of the application, and why it was refused."""
    by: Actor | None = getattr(request.state, "actor", None)
    at = moment_of(request)
    tried = getattr(no, "username", None)
    if isinstance(no, SignatureFailed | TooManyAttempts):
        guessed = tried if isinstance(no, SignatureFailed) else None
        session.add(FailedAttempt(address=client_address(request), username=guessed, at=at))
    if isinstance(no, SignatureFailed):
        _count(session, by.username if by else tried, at=at)
    site_zone = session.scalar(select(Site.zone)) or "UTC"
    record(
        session,
        by=by,
        at=at,
        did="refused",
        about=_typeable(request.url.path).removeprefix(API).strip("/") or "home",
        why=no.says,
        details={
            "method": request.method,
            "status": no.status,
            "rules": [each.rule for each in no.findings],
            **({"username": tried} if tried else {}),
        },
        zone=site_zone,
    )


def _typeable(path: str) -> str:
    """A path without what nobody can type, and no longer than anybody reads."""
    return "".join(each if each.isprintable() else "?" for each in path)[:LONGEST]


def _count(session: Session, username: str | None, *, at: datetime) -> None:
    # one attempt after the other: two at once would count as one
    account = session.scalar(
        select(Account).where(Account.username == username).with_for_update(of=Account)
    )
    if account is not None:
        count_failure(account, at=at)
