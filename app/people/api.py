"""Accounts, training and tokens for machines: the same actions, the same contracts."""

from typing import Annotated

from fastapi import Path

from app.people import actions
from app.people.actor import Actor, local_day
from app.people.models import Account
from app.people.sessions import allowed
from app.web.clock import Now
from app.web.machines import Once, answers_once
from app.web.routing import API, Addresses
from app.web.unit import Look, Recording, UnitOfWork
from schemas.people import (
    AccountList,
    AccountView,
    ChangePassword,
    ChangeRoles,
    CloseAccount,
    ConfirmIdentity,
    MadeToken,
    NewAccount,
    NewToken,
    NewTraining,
    SessionList,
    SetPassword,
    TokenList,
    TokenView,
    TrainingList,
)

api = Addresses(prefix=API, tags=["people"])

Reader = Annotated[Actor, allowed("account.read")]
Opener = Annotated[Actor, allowed("account.open")]
Changer = Annotated[Actor, allowed("account.change")]
Closer = Annotated[Actor, allowed("account.close")]
Confirmer = Annotated[Actor, allowed("account.confirm")]
Owner = Annotated[Actor, allowed("account.own")]
TrainingReader = Annotated[Actor, allowed("training.read")]
TrainingRecorder = Annotated[Actor, allowed("training.record")]
UsernameInPath = Annotated[str, Path(max_length=40)]
TokenInPath = Annotated[int, Path(ge=1, le=2**31 - 1)]


def _view(session: Once, account: Account, by: Actor, at: Now) -> AccountView:
    return actions.account_with_training(session, account, by=by, at=at)


@api.get("/people/accounts")
def list_accounts(by: Reader, at: Now, session: Look) -> AccountList:
    """Every account there ever was."""
    return AccountList(accounts=actions.account_list(session, by=by, at=at))


@api.get("/people/accounts/{username}")
def show_account(username: UsernameInPath, by: Reader, at: Now, session: Look) -> AccountView:
    """One account with every training it ever had."""
    return _view(session, actions.account_named(session, username), by, at)


@api.post("/people/accounts")
@answers_once
def open_account(
    by: Opener, new: NewAccount, at: Now, record: Recording, session: Once
) -> AccountView:
    """Open an account; its user name is never used again."""
    account = actions.open_account(session, new, by=by, at=at, record=record)
    return _view(session, account, by, at)


@api.post("/people/accounts/{username}/roles")
@answers_once
def change_roles(
    *,
    username: UsernameInPath,
    by: Changer,
    change: ChangeRoles,
    at: Now,
    record: Recording,
    session: Once,
) -> AccountView:
    """Give an account other roles."""
    account = actions.change_roles(session, username, change, by=by, at=at, record=record)
    return _view(session, account, by, at)


@api.post("/people/accounts/{username}/password")
@answers_once
def set_password(
    *,
    username: UsernameInPath,
    by: Changer,
    change: SetPassword,
    at: Now,
    record: Recording,
    session: Once,
) -> AccountView:
    """Give a new first password, which signs nothing."""
    account = actions.set_password(session, username, change, by=by, at=at, record=record)
    return _view(session, account, by, at)


@api.post("/people/accounts/{username}/confirm")
@answers_once
def confirm_identity(
    *,
    username: UsernameInPath,
    by: Confirmer,
    confirm: ConfirmIdentity,
    at: Now,
    record: Recording,
    session: Once,
) -> AccountView:
    """Confirm that a password given anew is in its owner's hands."""
    account = actions.confirm_identity(session, username, confirm, by=by, at=at, record=record)
    return _view(session, account, by, at)


@api.post("/people/accounts/{username}/close")
@answers_once
def close_account(
    *,
    username: UsernameInPath,
    by: Closer,
    change: CloseAccount,
    at: Now,
    record: Recording,
    session: Once,
) -> AccountView:
    """Close an account for ever."""
    account = actions.close_account(session, username, change, by=by, at=at, record=record)
    return _view(session, account, by, at)


@api.get("/people/training")
def list_training(by: TrainingReader, at: Now, session: Look) -> TrainingList:
    """Every training that counts, what lapses first at the top."""
    return TrainingList(trainings=actions.training_list(session, on=local_day(by, at)))


@api.post("/people/training")
@answers_once
def record_training(
    by: TrainingRecorder, new: NewTraining, at: Now, record: Recording, session: Once
) -> AccountView:
    """Record a training; gives back the person's account with all of them."""
    training = actions.record_training(session, new, by=by, at=at, record=record)
    return _view(session, training.account, by, at)


@api.get("/account")
def own_account(by: Owner, at: Now, session: Look) -> AccountView:
    """The account this token acts for."""
    return _view(session, actions.account_named(session, by.username), by, at)


@api.get("/account/sessions")
def own_sessions(by: Owner, at: Now, session: Look) -> SessionList:
    """Where the person is signed in now."""
    return SessionList(sessions=actions.sessions_of(session, by, at=at))


@api.post("/account/sessions/end")
@answers_once
def end_sessions(by: Owner, at: Now, record: Recording, session: Once) -> SessionList:
    """Sign the person out everywhere."""
    actions.end_session(session, by, at=at, everywhere=True, record=record)
    return SessionList(sessions=actions.sessions_of(session, by, at=at))


@api.post("/account/password")
@answers_once
def change_password(
    by: Owner, change: ChangePassword, at: Now, record: Recording, session: Once
) -> AccountView:
    """Choose another password of one's own."""
    account = actions.change_password(session, change, by=by, at=at, record=record)
    return _view(session, account, by, at)


@api.get("/account/tokens")
def own_tokens(by: Owner, session: Look) -> TokenList:
    """The person's tokens, newest first."""
    return TokenList(tokens=actions.tokens_of(session, by))


@api.post("/account/tokens")
def make_token(
    by: Owner, new: NewToken, at: Now, record: Recording, session: UnitOfWork
) -> MadeToken:
    """Make a token. It is shown this once, so a repeated request makes another one."""
    token, row = actions.make_token(session, new, by=by, at=at, record=record)
    return MadeToken(token=token, made=actions.token_view(row))


@api.post("/account/tokens/{number}/revoke")
@answers_once
def revoke_token(
    number: TokenInPath, by: Owner, at: Now, record: Recording, session: Once
) -> TokenView:
    """Take a token back."""
    return actions.token_view(actions.revoke_token(session, number, by=by, at=at, record=record))
