"""Tokens: a machine acts for a person, until a day."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import BadInput, FieldError, NotFound
from app.people import credentials
from app.people.actor import Actor
from app.people.models import Account, ApiToken
from app.web.unit import Record
from schemas.people import NewToken, TokenView


def make_token(
    session: Session, new: NewToken, *, by: Actor, at: datetime, record: Record
) -> tuple[str, ApiToken]:
    """A token for a machine that acts for this person; shown once, stored as a digest.

    Raises:
        BadInput: it would have expired already.
    """
    if new.expires_on < at.date():
        raise BadInput([FieldError("expires_on", "This day is over. Give a later one.")])
    token = credentials.new_token()
    row = ApiToken(
        token_digest=credentials.token_digest(token),
        account=session.get_one(Account, by.account_id),
        label=new.label,
        made_at=at,
        expires_on=new.expires_on,
    )
    session.add(row)
    record(session, by=by, at=at, did="account.token", about=f"account/{by.username}")
    return token, row


def token_view(row: ApiToken) -> TokenView:
    """A token as its owner sees it."""
    return TokenView(
        id=row.id,
        label=row.label,
        made_at=row.made_at,
        expires_on=row.expires_on,
        revoked_at=row.revoked_at,
    )


def tokens_of(session: Session, by: Actor) -> tuple[TokenView, ...]:
    """A person's own tokens, newest first."""
    rows = session.scalars(
        select(ApiToken).where(ApiToken.account_id == by.account_id).order_by(ApiToken.id.desc())
    )
    return tuple(token_view(row) for row in rows)


def own_token(session: Session, number: int, by: Actor) -> ApiToken:
    """One of a person's own tokens.

    Raises:
        NotFound: there is none of theirs with this number.
    """
    row = session.scalar(
        select(ApiToken).where(ApiToken.id == number, ApiToken.account_id == by.account_id)
    )
    if row is None:
        raise NotFound("You have no token with this number.")
    return row


def revoke_token(
    session: Session, number: int, *, by: Actor, at: datetime, record: Record
) -> ApiToken:
    """Take a token back; it is refused from now on. Repeating it changes nothing.

    Raises:
        NotFound: the person has no such token.
    """
    row = own_token(session, number, by)
    if row.revoked_at is None:
        row.revoked_at = at
        record(session, by=by, at=at, did="account.token", about=f"account/{by.username}")
    return row
