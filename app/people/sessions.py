"""Who is at the other end: browser sessions with an idle lock, and tokens for machines."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from sqlalchemy import select, true, update
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.errors import Forbidden, NotSignedIn
from app.people.actor import Actor
from app.people.credentials import token_digest
from app.people.models import Account, ApiToken, BrowserSession, Site
from app.people.permissions import MAY
from app.settings import settings
from app.web.clock import Now
from app.web.unit import turns

SEEN_EVERY = timedelta(seconds=30)
Named = TypeVar("Named", BrowserSession, ApiToken)

OWN_PASSWORD = "/account/password"  # noqa: S105 - a path


class MustChangePassword(Forbidden):
    """Choose a password of your own first: the present one was given to you."""

    kept = False
    title = "Choose your own password"
    go_to = OWN_PASSWORD


def cookie_name() -> str:
    """The session cookie; over https the browser itself binds it to this host."""
    return "__Host-passage" if settings().secure_cookies else "passage"


def set_cookie(response: Response, token: str) -> None:
    """Give the browser its session token, unreadable for scripts."""
    response.set_cookie(
        cookie_name(),
        token,
        httponly=True,
        samesite="lax",
        secure=settings().secure_cookies,
        path="/",
    )


async def signed_in(request: Request, at: Now) -> Actor:
    """The person behind this request.

    Raises:
        NotSignedIn: no session, an idle or ended one, a closed account, or a bad token.
    """
    known: Actor | None = getattr(request.state, "actor", None)
    if known is not None:
        return known
    actor, stale = await run_in_threadpool(_find, request, at)
    if stale is not None:
        async with turns(request).writing:
            await run_in_threadpool(_see_again, request, stale, at)
    request.state.actor = actor
    return actor


def _find(request: Request, at: datetime) -> tuple[Actor, int | None]:
    with request.app.state.database.reading() as session:
        if request.url.path.startswith("/api/"):
            return _by_token(session, request.headers.get("authorization"), at), None
        return _by_cookie(session, request.cookies.get(cookie_name()), at)


def _see_again(request: Request, number: int, at: datetime) -> None:
    with request.app.state.database.writing() as writing:
        writing.execute(
            update(BrowserSession).where(BrowserSession.id == number).values(seen_at=at)
        )


def _by_cookie(session: Session, token: str | None, at: datetime) -> tuple[Actor, int | None]:
    """The actor, and the id of the session when its last sight should be written again."""
    if not token:
        raise NotSignedIn
    found = _named(session, BrowserSession, token)
    if found is None:
        raise NotSignedIn
    row, site = found
    if row.ended_at is not None or row.account.closed_at is not None:
        raise NotSignedIn
    limits = settings()
    if at - row.seen_at > timedelta(minutes=limits.idle_minutes):
        raise NotSignedIn("The session was locked after a pause. Sign in again.")
    if at - row.began_at > timedelta(hours=limits.session_hours):
        raise NotSignedIn("The session has ended for today. Sign in again.")
    actor = _actor(row.account, site, session_id=row.id, has_signed=row.has_signed)
    return actor, (row.id if at - row.seen_at > SEEN_EVERY else None)


def _by_token(session: Session, header: str | None, at: datetime) -> Actor:
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn("Send a token: Authorization: Bearer …")
    found = _named(session, ApiToken, token)
    if found is None:
        raise NotSignedIn("This token is not valid.")
    row, site = found
    if row.revoked_at is not None or row.account.closed_at is not None:
        raise NotSignedIn("This token is not valid.")
    if row.expires_on < at.date():
        raise NotSignedIn("This token has expired.")
    return _actor(row.account, site)


def _named(session: Session, kind: type[Named], token: str) -> tuple[Named, Site] | None:
    """What a token names, and the site: asked in one query, because every request asks it."""
    wanted = select(kind, Site).join(Site, true()).where(kind.token_digest == token_digest(token))
    found = session.execute(wanted).first()
    return (found[0], found[1]) if found else None


def actor_of(session: Session, account: Account) -> Actor:
    """An account as actions see it."""
    return _actor(account, session.scalars(select(Site)).one())


def _actor(
    account: Account, site: Site, *, session_id: int | None = None, has_signed: bool = False
) -> Actor:
    return Actor(
        account_id=account.id,
        username=account.username,
        name=account.name,
        roles=account.roles,
        zone=site.zone,
        site_code=site.code,
        treating_site=account.treating_site,
        session_id=session_id,
        has_signed=has_signed,
        must_change_password=account.must_change_password,
    )


SignedIn = Annotated[Actor, Depends(signed_in)]


@dataclass(frozen=True)
class Allowed:
    """The dependency that lets a person do one deed, or refuses it."""

    deed: str

    def __call__(self, request: Request, by: SignedIn) -> Actor:
        """The person, in the role that may do this deed."""
        if by.must_change_password and request.url.path != OWN_PASSWORD:
            raise MustChangePassword
        actor = by.doing(self.deed)
        request.state.actor = actor
        return actor


def allowed(deed: str) -> Any:
    """Bring in the person, in the role that may do this deed, as a dependency.

    Raises:
        Forbidden: no role of theirs may; the attempt goes to the trail (R-P11-07).
    """
    assert deed in MAY, f"{deed} is not in the table of who may do what"
    return Depends(Allowed(deed))
