"""One's own account: password, sessions, tokens, training."""

from typing import Annotated

from fastapi import Request
from starlette.responses import Response

from app.people import actions
from app.people.actor import Actor, local_day
from app.people.sessions import allowed
from app.web.clock import Now
from app.web.pages import go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, Recording, UnitOfWork
from schemas.people import ChangePassword, NewToken

pages = Addresses()

Owner = Annotated[Actor, allowed("account.own")]


@pages.get("/account")
def own_account(request: Request, by: Owner, at: Now, session: Look) -> Response:
    """One's own account, where one is signed in, and one's tokens."""
    account = actions.account_named(session, by.username)
    return show(
        request,
        "people/own.html",
        account=actions.account_with_training(session, account, by=by, at=at),
        sessions=actions.sessions_of(session, by, at=at),
        tokens=actions.tokens_of(session, by),
        today=local_day(by, at),
    )


@pages.get("/account/password")
def own_password_form(request: Request, by: Owner) -> Response:
    """The form to choose a password; the only page for who was given one."""
    return show(
        request, "people/own_password.html", contract=ChangePassword, given=by.must_change_password
    )


@pages.post("/account/password")
def change_password(
    by: Owner,
    form: Annotated[ChangePassword, sent(ChangePassword)],
    at: Now,
    record: Recording,
    session: UnitOfWork,
) -> Response:
    """Choose a password of one's own."""
    actions.change_password(session, form, by=by, at=at, record=record)
    return go_to("/account", "Your password is changed. You are signed out everywhere else.")


@pages.get("/account/tokens/new")
def new_token(request: Request, by: Owner) -> Response:
    """The form to make a token."""
    return show(request, "people/token_new.html", contract=NewToken)


@pages.post("/account/tokens/new")
def make_token(
    *,
    request: Request,
    by: Owner,
    form: Annotated[NewToken, sent(NewToken)],
    at: Now,
    record: Recording,
    session: UnitOfWork,
) -> Response:
    """Make a token and show it, this once; a redirect would leave it in the history."""
    token, row = actions.make_token(session, form, by=by, at=at, record=record)
    return show(request, "people/token_made.html", token=token, made=actions.token_view(row))


@pages.get("/account/tokens/{number}/revoke")
def revoke_form(request: Request, number: int, by: Owner, session: Look) -> Response:
    """Ask before a token is taken back."""
    row = actions.own_token(session, number, by)
    return show(request, "people/token_revoke.html", token=actions.token_view(row))


@pages.post("/account/tokens/{number}/revoke")
def revoke_token(
    number: int, by: Owner, at: Now, record: Recording, session: UnitOfWork
) -> Response:
    """Take a token back."""
    actions.revoke_token(session, number, by=by, at=at, record=record)
    return go_to("/account", "The token is revoked.")
