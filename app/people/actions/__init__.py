"""What people do with accounts: sign in, open, change and close them, train, make tokens."""

from app.people.actions.accounts import (
    AccountClosed,
    LastAdministrator,
    account_named,
    change_roles,
    close_account,
    confirm_identity,
    open_account,
    open_site,
    ref,
    refuse_closed,
    refuse_confirmed,
    site_of,
)
from app.people.actions.lists import (
    account_list,
    account_with_training,
    state_of_account,
    waiting,
)
from app.people.actions.passwords import change_password, set_password
from app.people.actions.sign_in import (
    SignInFailed,
    begin_session,
    end_session,
    hash_to_try,
    sessions_of,
)
from app.people.actions.tokens import make_token, own_token, revoke_token, token_view, tokens_of
from app.people.actions.training import (
    SOON,
    record_training,
    state_of_training,
    training_list,
    training_of,
    trainings_of,
)

__all__ = [
    "SOON",
    "AccountClosed",
    "LastAdministrator",
    "SignInFailed",
    "account_list",
    "account_named",
    "account_with_training",
    "begin_session",
    "change_password",
    "change_roles",
    "close_account",
    "confirm_identity",
    "end_session",
    "hash_to_try",
    "make_token",
    "open_account",
    "open_site",
    "own_token",
    "record_training",
    "ref",
    "refuse_closed",
    "refuse_confirmed",
    "revoke_token",
    "sessions_of",
    "set_password",
    "site_of",
    "state_of_account",
    "state_of_training",
    "token_view",
    "tokens_of",
    "training_list",
    "training_of",
    "trainings_of",
    "waiting",
]
