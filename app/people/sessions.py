"""Who is at the other end: browser sessions with an idle lock, and tokens for machines."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple

from anyio import Semaphore, WouldBlock, fail_after
from fastapi import Depends, Request
from sqlalchemy import Select, bindparam, select, true, update
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.errors import Forbidden, NotSignedIn
from app.kept import Answer, Ask, Row
from app.people.actor import Actor
from app.people.credentials import token_digest
from app.people.models import Account, ApiToken, BrowserSession, Site, roles_named
from app.people.permissions import MAY
from app.people.proving import tried_before
from app.settings import settings
from app.web.clock import moment_of
from app.web.unit import turns

SEEN_EVERY = timedelta(seconds=30)
TURN_SECONDS = 10

OWN_PASSWORD = "/account/password"  # noqa: S105 - a path

ACTOR = (
    *("account_id", "username", "name", "treating_site", "must_change_password"),
    *("zone", "site_code"),
)
_NAMED = select(
    Account.id.label("account_id"),
    Account.username,
    Account.name,
    Account.role_names,
    Account.treating_site,
    Account.must_change_password,
    Account.closed_at,
    Site.zone,
    Site.code.label("site_code"),
).join_from(Account, Site, true())
"""Whom a session or a token names, and the site: asked in one query, as every request asks it."""
_SESSION = (
    _NAMED.add_columns(
        *(BrowserSession.id, BrowserSession.seen_at, BrowserSession.began_at),
        *(BrowserSession.ended_at, BrowserSession.has_signed),
    )
    .join_from(Account, BrowserSession, BrowserSession.account_id == Account.id)
    .where(BrowserSession.token_digest == bindparam("digest"))
)
_TOKEN = (
    _NAMED.add_columns(ApiToken.revoked_at, ApiToken.expires_on)
    .join_from(Account, ApiToken, ApiToken.account_id == Account.id)
    .where(ApiToken.token_digest == bindparam("digest"))
)


class Sight(NamedTuple):
    """When a session was last seen."""

    session: int
    seen_at: datetime


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


async def signed_in(request: Request) -> Actor:
    """The person behind this request, looked for once.

    Raises:
        NotSignedIn: no session, an idle or ended one, a closed account, or a bad token.
    """
    known: Actor | None = getattr(request.state, "actor", None)
    if known is not None:
        return known
    at = moment_of(request)
    if request.url.path.startswith("/api/"):
        actor, stale = await _by_token(request, at), None
    else:
        actor, stale = await _by_cookie(request, at)
    if stale is not None:
        await _see_again(request, stale, at)
    request.state.actor = actor
    return actor


async def _see_again(request: Request, stale: Sight, at: datetime) -> None:
    """Note when a session was last seen. Who only looks waits for no writer, while there is time.

    Later they do: else who works while others write all the time would be locked out.
    """
    turn = turns(request).writing
    if at - stale.seen_at > timedelta(minutes=settings().idle_minutes) / 2:
        await turn.acquire()
    else:
        try:
            turn.acquire_nowait()
        except WouldBlock:
            return
    try:
        await run_in_threadpool(_write_sight, request, stale.session, at)
    finally:
        turn.release()


def _write_sight(request: Request, number: int, at: datetime) -> None:
    with request.app.state.database.writing() as writing:
        writing.execute(
            update(BrowserSession).where(BrowserSession.id == number).values(seen_at=at)
        )


async def _named(request: Request, question: Select[Any], token: str) -> Row | None:
    """Whom a token names.

    Raises:
        PoolTimeout: so many others are looked for that one's turn did not come.
    """
    turn = turns(request).asking
    try:
        turn.acquire_nowait()
    except WouldBlock:
        await _have(turn)
    try:
        ask = Ask(question, {"digest": token_digest(token)})
        found: Answer = await request.app.state.database.apart.answered(ask)
    finally:
        turn.release()
    return found.first()


async def _have(turn: Semaphore) -> None:
    try:
        with fail_after(TURN_SECONDS):
            await turn.acquire()
    except TimeoutError as late:
        raise PoolTimeout("nobody else is looked for in time") from late


async def _by_cookie(request: Request, at: datetime) -> tuple[Actor, Sight | None]:
    """The actor, and the last sight of the session when it should be written again."""
    token = request.cookies.get(cookie_name())
    if not token:
        raise NotSignedIn
    found = await _named(request, _SESSION, token)
    if found is None or found.ended_at is not None or found.closed_at is not None:
        raise NotSignedIn
    limits = settings()
    if at - found.seen_at > timedelta(minutes=limits.idle_minutes):
        raise NotSignedIn("The session was locked after a pause. Sign in again.")
    if at - found.began_at > timedelta(hours=limits.session_hours):
        raise NotSignedIn("The session has ended for today. Sign in again.")
    actor = _actor(found, session_id=found.id, has_signed=found.has_signed)
    stale = at - found.seen_at > SEEN_EVERY
    return actor, (Sight(found.id, found.seen_at) if stale else None)


async def _by_token(request: Request, at: datetime) -> Actor:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn("Send a token: Authorization: Bearer …")
    found = await _named(request, _TOKEN, token)
    if found is None or found.revoked_at is not None or found.closed_at is not None:
        raise NotSignedIn("This token is not valid.")
    if found.expires_on < at.date():
        raise NotSignedIn("This token has expired.")
    return _actor(found)


def actor_of(session: Session, account: Account) -> Actor:
    """An account as actions see it."""
    return _actor(session.execute(_NAMED.where(Account.id == account.id)).one())


def _actor(found: Row, **session: Any) -> Actor:
    known = {name: getattr(found, name) for name in ACTOR}
    return Actor(roles=roles_named(found.role_names), **known, **session)


SignedIn = Annotated[Actor, Depends(signed_in)]


@dataclass(frozen=True)
class Allowed:
    """The dependency that lets a person do one deed, or refuses it."""

    deed: str

    async def __call__(self, request: Request) -> Actor:
        """The person, in the role that may do this deed; with the password that signs it."""
        by = await signed_in(request)
        if by.must_change_password and request.url.path != OWN_PASSWORD:
            raise MustChangePassword
        actor = by.doing(self.deed)
        if request.method == "POST":
            tried = await tried_before(request, actor, at=moment_of(request))
            actor = replace(actor, tried=tried) if tried else actor
        request.state.actor = actor
        return actor


def allowed(deed: str) -> Any:
    """Bring in the person, in the role that may do this deed, as a dependency.

    Raises:
        Forbidden: no role of theirs may; the attempt goes to the trail (R-P11-07).
    """
    assert deed in MAY, f"{deed} is not in the table of who may do what"
    return Depends(Allowed(deed))
