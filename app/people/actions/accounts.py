"""Accounts: opened, changed, confirmed, closed; never deleted, never given to someone else."""

import unicodedata
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.errors import BadInput, FieldError, NotFound, OutOfDate, RecordError, SamePerson
from app.people import credentials
from app.people.actor import Actor
from app.people.models import Account, ApiToken, BrowserSession, Site
from app.people.permissions import clashing_roles
from app.people.sessions import actor_of
from app.web.unit import Record
from schemas.people import (
    ChangeRoles,
    CloseAccount,
    ConfirmIdentity,
    FirstSteps,
    NewAccount,
    Role,
)


class AccountClosed(RecordError):
    """This account is closed and stays so. Open another one under another user name."""

    status = 409
    title = "Closed"


class NothingToConfirm(RecordError):
    """There is nothing to confirm: the person has not chosen a password since it was given."""

    status = 409
    title = "Nothing to confirm"


class LastAdministrator(RecordError):
    """This is the last administrator. Open another administrator's account first."""

    status = 409
    title = "The last administrator"


def site_of(session: Session) -> Site | None:
    """The site of this database, or None while it is empty."""
    return session.scalars(select(Site)).first()


def open_site(session: Session, first: FirstSteps, *, at: datetime, record: Record) -> Account:
    """Name the site and open the administrator's account. Only once.

    Raises:
        OutOfDate: the site has been opened already.
    """
    if site_of(session) is not None:
        raise OutOfDate("This site has been opened already. Sign in.")
    session.add(Site(code=first.site_code, name=first.site_name, zone=first.zone))
    account = Account(
        username=first.username,
        name=first.name,
        role_names=[Role.ADMINISTRATOR.value],
        identity_checked="Opened the site",
        password_hash=credentials.hashed(first.password.get_secret_value()),
        must_change_password=False,
        opened_at=at,
    )
    session.add(account)
    session.flush()
    by = actor_of(session, account)
    record(session, by=by, at=at, did="site.open", about=f"site/{first.site_code}")
    return account


def open_account(
    session: Session, new: NewAccount, *, by: Actor, at: datetime, record: Record
) -> Account:
    """Open an account. A name is never used twice, not even of a closed account (R-P11-16).

    Raises:
        BadInput: the name is taken, roles clash, or the treating site is missing.
    """
    _refuse_taken(session, new)
    _check_roles(new.roles, new.treating_site)
    account = Account(
        username=new.username,
        name=new.name,
        role_names=[role.value for role in Role if role in new.roles],
        treating_site=new.treating_site,
        identity_checked=new.identity_checked,
        password_hash=credentials.hashed(new.password.get_secret_value()),
        must_change_password=True,
        opened_at=at,
    )
    session.add(account)
    record(session, by=by, at=at, did="account.open", about=ref(account))
    return account


def _refuse_taken(session: Session, new: NewAccount) -> None:
    """Two people are told apart by the user name, and on paper by the full name."""
    wrong = []
    for account in session.scalars(select(Account)):
        if account.username == new.username:
            says = f"“{new.username}” belongs or belonged to someone. Choose another."
            wrong.append(FieldError("username", says))
        elif _read_aloud(account.name) == _read_aloud(new.name):
            says = (
                f"{account.username} is called so too, and signatures show the name. "
                "Add a second name or an initial."
            )
            wrong.append(FieldError("name", says))
    if wrong:
        raise BadInput(wrong)


def _read_aloud(name: str) -> str:
    """A name without capitals, accents and signs: what is the same in it is the same to readers."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    return "".join(each for each in letters if each.isalnum())


def _check_roles(roles: tuple[Role, ...], treating_site: str | None) -> None:
    clash = clashing_roles(roles)
    if clash:
        raise BadInput([FieldError("roles", clash)])
    if (Role.TREATING_SITE in roles) != (treating_site is not None):
        raise BadInput(
            [FieldError("treating_site", "A treating site has a site code; nobody else has one.")]
        )


def ref(account: Account) -> str:
    """How the trail refers to an account."""
    return f"account/{account.username}"


def account_named(session: Session, username: str) -> Account:
    """An account by its user name.

    Raises:
        NotFound: there never was one.
    """
    account = session.scalar(select(Account).where(Account.username == username))
    if account is None:
        raise NotFound(f"There is no account “{username[:60]}”.")
    return account


def _unchanged(account: Account, version: int) -> None:
    refuse_closed(account)
    if account.version != version:
        raise OutOfDate


def refuse_closed(account: Account) -> None:
    """Nothing is done with a closed account.

    Raises:
        AccountClosed: it is closed.
    """
    if account.closed_at is not None:
        raise AccountClosed


def change_roles(
    session: Session, username: str, change: ChangeRoles, *, by: Actor, at: datetime, record: Record
) -> Account:
    """Give an account other roles. Nobody chooses their own (R-A11D-04).

    Raises:
        OutOfDate: the account changed after the page was opened.
        AccountClosed: it is closed.
        SamePerson: it is one's own.
        LastAdministrator: nobody could open accounts any more.
        BadInput: the roles clash.
    """
    account = account_named(session, username)
    _unchanged(account, change.version)
    if by.username == username:
        raise SamePerson("Your own roles are changed by another administrator.")
    _check_roles(change.roles, change.treating_site)
    if Role.ADMINISTRATOR not in change.roles:
        _refuse_last_administrator(session, account)
    account.role_names = [role.value for role in Role if role in change.roles]
    account.treating_site = change.treating_site
    record(session, by=by, at=at, did="account.change", about=ref(account), why=change.reason)
    return account


def close_account(
    session: Session,
    username: str,
    change: CloseAccount,
    *,
    by: Actor,
    at: datetime,
    record: Record,
) -> Account:
    """Close an account, end its sessions and revoke its tokens. It is never deleted.

    Raises:
        OutOfDate: the account changed after the page was opened.
        AccountClosed: it is closed already.
        LastAdministrator: nobody could open accounts any more.
    """
    account = account_named(session, username)
    _unchanged(account, change.version)
    _refuse_last_administrator(session, account)
    account.closed_at = at
    shut_out(session, account, at=at)
    record(session, by=by, at=at, did="account.close", about=ref(account), why=change.reason)
    return account


def _refuse_last_administrator(session: Session, account: Account) -> None:
    left = session.scalars(select(Account).where(Account.closed_at.is_(None)))
    if [each.id for each in left if Role.ADMINISTRATOR in each.roles] == [account.id]:
        raise LastAdministrator


def shut_out(session: Session, account: Account, *, at: datetime) -> None:
    """End an account's sessions and revoke its tokens: whoever holds one is out at once."""
    session.execute(
        update(BrowserSession)
        .where(BrowserSession.account_id == account.id, BrowserSession.ended_at.is_(None))
        .values(ended_at=at)
    )
    for token in session.scalars(
        select(ApiToken).where(ApiToken.account_id == account.id, ApiToken.revoked_at.is_(None))
    ):
        token.revoked_at = at


def refuse_confirmed(account: Account) -> None:
    """Refuse to confirm what does not wait for it.

    Raises:
        AccountClosed: it is closed.
        NothingToConfirm: its password was not given anew, or not changed yet.
    """
    refuse_closed(account)
    if account.must_change_password or not account.must_be_confirmed:
        raise NothingToConfirm


def confirm_identity(
    session: Session,
    username: str,
    confirm: ConfirmIdentity,
    *,
    by: Actor,
    at: datetime,
    record: Record,
) -> Account:
    """Vouch that a password given anew is in its owner's hands; from now on it signs (R-P11-20).

    An administrator gives passwords and may not confirm them: using somebody else's signature
    takes two people.

    Raises:
        OutOfDate: the account changed after the page was opened.
        AccountClosed: it is closed.
        SamePerson: it is one's own.
        NothingToConfirm: its password was not given anew, or not changed yet.
    """
    account = account_named(session, username)
    _unchanged(account, confirm.version)
    if by.username == username:
        raise SamePerson("Somebody else has to confirm that it is you.")
    refuse_confirmed(account)
    account.must_be_confirmed = False
    account.identity_checked = confirm.identity_checked
    record(
        session,
        by=by,
        at=at,
        did="account.confirm",
        about=ref(account),
        why=confirm.identity_checked,
    )
    return account
