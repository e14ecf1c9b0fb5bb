"""Everybody's accounts: the list, opening, roles, first passwords, confirming, closing."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated

from fastapi import Request
from starlette.responses import Response

from app.people import actions
from app.people.actor import Actor
from app.people.models import Account
from app.people.sessions import allowed
from app.web.clock import Now
from app.web.closed import closed_if
from app.web.pages import go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, Recording, UnitOfWork
from schemas.people import ChangeRoles, CloseAccount, ConfirmIdentity, NewAccount, SetPassword

pages = Addresses()

Reader = Annotated[Actor, allowed("account.read")]
Opener = Annotated[Actor, allowed("account.open")]
Changer = Annotated[Actor, allowed("account.change")]
Closer = Annotated[Actor, allowed("account.close")]
Confirmer = Annotated[Actor, allowed("account.confirm")]


@pages.get("/people")
def list_accounts(request: Request, by: Reader, at: Now, session: Look) -> Response:
    """Every account there ever was."""
    return show(
        request, "people/accounts.html", accounts=actions.account_list(session, by=by, at=at)
    )


@pages.get("/people/new")
def new_account(request: Request, by: Opener) -> Response:
    """The form to open an account."""
    return show(request, "people/account_new.html", contract=NewAccount)


@pages.post("/people/new")
def open_account(
    by: Opener,
    form: Annotated[NewAccount, sent(NewAccount)],
    at: Now,
    record: Recording,
    session: UnitOfWork,
) -> Response:
    """Open an account."""
    account = actions.open_account(session, form, by=by, at=at, record=record)
    return go_to(_page_of(account.username), f"The account of {account.name} is open.")


def _page_of(username: str) -> str:
    return f"/people/accounts/{username}"


@pages.get("/people/accounts/{username}")
def show_account(request: Request, username: str, by: Reader, at: Now, session: Look) -> Response:
    """One account with its state, roles and training."""
    account = actions.account_named(session, username)
    view = actions.account_with_training(session, account, by=by, at=at)
    return show(request, "people/account.html", account=view)


@pages.get("/people/accounts/{username}/roles")
def roles_form(request: Request, username: str, by: Changer, session: Look) -> Response:
    """The form to give other roles."""
    account = actions.account_named(session, username)
    values = {
        "roles": account.roles,
        "treating_site": account.treating_site,
        "version": account.version,
    }
    return _form(request, "Change roles", ChangeRoles, account, values=values)


@pages.post("/people/accounts/{username}/roles")
def change_roles(
    *,
    username: str,
    by: Changer,
    form: Annotated[ChangeRoles, sent(ChangeRoles)],
    at: Now,
    record: Recording,
    session: UnitOfWork,
) -> Response:
    """Give an account other roles."""
    actions.change_roles(session, username, form, by=by, at=at, record=record)
    return go_to(_page_of(username), "The roles are changed.")


@pages.get("/people/accounts/{username}/password")
def password_form(request: Request, username: str, by: Changer, session: Look) -> Response:
    """The form to give a new first password."""
    account = actions.account_named(session, username)
    hint = (
        "It ends this person’s sessions and revokes their tokens. It signs nothing: the person "
        "chooses another one, and quality assurance confirms that it was the person."
    )
    return _form(request, "Give a new password", SetPassword, account, hint=hint)


@pages.post("/people/accounts/{username}/password")
def set_password(
    *,
    username: str,
    by: Changer,
    form: Annotated[SetPassword, sent(SetPassword)],
    at: Now,
    record: Recording,
    session: UnitOfWork,
) -> Response:
    """Give a new first password."""
    actions.set_password(session, username, form, by=by, at=at, record=record)
    return go_to(_page_of(username), "The new password is set; it must be changed first.")


@pages.get("/people/accounts/{username}/confirm")
def confirm_form(request: Request, username: str, by: Confirmer, session: Look) -> Response:
    """The form to confirm that a new password is in its owner's hands."""
    account = actions.account_named(session, username)
    hint = (
        f"An administrator gave {account.name} a new password. You confirm that it was "
        f"{account.name} who then chose another one; from now on it signs."
    )
    values = {"version": account.version}
    return _form(
        request,
        "Confirm",
        ConfirmIdentity,
        account,
        hint=hint,
        values=values,
        refuse=actions.refuse_confirmed,
    )


@pages.post("/people/accounts/{username}/confirm")
def confirm_identity(
    *,
    username: str,
    by: Confirmer,
    form: Annotated[ConfirmIdentity, sent(ConfirmIdentity)],
    at: Now,
    record: Recording,
    session: UnitOfWork,
) -> Response:
    """Confirm that a new password is in its owner's hands."""
    actions.confirm_identity(session, username, form, by=by, at=at, record=record)
    return go_to(_page_of(username), "Confirmed: the password signs again.")


@pages.get("/people/accounts/{username}/close")
def close_form(request: Request, username: str, by: Closer, session: Look) -> Response:
    """The form to close an account."""
    account = actions.account_named(session, username)
    hint = "A closed account stays closed, and its user name is never given to anyone else."
    values = {"version": account.version}
    return _form(request, "Close the account", CloseAccount, account, hint=hint, values=values)


@pages.post("/people/accounts/{username}/close")
def close_account(
    *,
    username: str,
    by: Closer,
    form: Annotated[CloseAccount, sent(CloseAccount)],
    at: Now,
    record: Recording,
    session: UnitOfWork,
) -> Response:
    """Close an account."""
    actions.close_account(session, username, form, by=by, at=at, record=record)
    return go_to(_page_of(username), "The account is closed.")


def _form(
    request: Request,
    verb: str,
    contract: type[ChangeRoles | CloseAccount | ConfirmIdentity | SetPassword],
    account: Account,
    *,
    hint: str = "",
    values: Mapping[str, object] | None = None,
    refuse: Callable[[Account], None] = actions.refuse_closed,
) -> Response:
    return show(
        request,
        "people/account_form.html",
        verb=verb,
        contract=contract,
        name=account.name,
        back=_page_of(account.username),
        hint=hint,
        values=dict(values or {}),
        closed=closed_if(partial(refuse, account), way_on=_page_of(account.username)),
    )
