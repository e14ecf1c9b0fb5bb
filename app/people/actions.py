"""Signing in and out; opening, changing and closing accounts; training; tokens."""

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.errors import (
    BadInput,
    FieldError,
    NotFound,
    OutOfDate,
    RecordError,
    SignatureFailed,
    TooManyAttempts,
)
from app.people import credentials
from app.people.actor import Actor
from app.people.models import Account, ApiToken, BrowserSession, Site, Training
from app.people.permissions import clashing_roles
from app.people.sessions import actor_of
from app.web.unit import Record
from schemas.people import (
    ChangePassword,
    ChangeRoles,
    CloseAccount,
    FirstSteps,
    NewAccount,
    NewToken,
    NewTraining,
    Role,
    SetPassword,
    SignIn,
)


class SignInFailed(SignatureFailed):
    """The user name or the password is not right."""

    title = "Not signed in"

    def __init__(self, username: str) -> None:
        super().__init__()
        self.username = username


def site_of(session: Session) -> Site | None:
    """The site of this database, or None while it is empty."""
    return session.scalars(select(Site)).first()


def begin_session(
    session: Session, sign_in: SignIn, *, address: str, at: datetime, record: Record
) -> tuple[str, Account]:
    """Sign in; returns the token for the browser and the account.

    Raises:
        SignInFailed: unknown or closed account, or wrong password; all sound alike.
        TooManyAttempts: the account or the address is locked for now.
    """
    credentials.refuse_busy_address(session, address, at=at)
    account = session.scalar(select(Account).where(Account.username == sign_in.username))
    if account is not None and credentials.is_locked(account, at):
        raise TooManyAttempts
    right = credentials.matches(account, sign_in.password.get_secret_value())
    if account is None or not right or account.closed_at is not None:
        raise SignInFailed(sign_in.username)
    account.failed_attempts = 0
    account.locked_until = None
    token = credentials.new_token()
    session.add(
        BrowserSession(
            token_digest=credentials.token_digest(token), account=account, began_at=at, seen_at=at
        )
    )
    session.flush()
    by = actor_of(session, account)
    record(
        session, by=by, at=at, did="session.begin", about=ref(account), details={"address": address}
    )
    return token, account


def end_session(
    session: Session, by: Actor, *, at: datetime, everywhere: bool, record: Record
) -> None:
    """Sign out here, or on every machine at once."""
    ends = update(BrowserSession).where(
        BrowserSession.account_id == by.account_id, BrowserSession.ended_at.is_(None)
    )
    if not everywhere:
        ends = ends.where(BrowserSession.id == by.session_id)
    session.execute(ends.values(ended_at=at))
    record(
        session,
        by=by,
        at=at,
        did="session.end",
        about=f"account/{by.username}",
        details={"everywhere": everywhere},
    )


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
    """Open an account. A user name is never used twice, not even of a closed account (R-P11-16).

    Raises:
        BadInput: the name is taken, roles clash, or the treating site is missing.
    """
    taken = session.scalar(select(Account.id).where(Account.username == new.username))
    if taken is not None:
        raise BadInput(
            [
                FieldError(
                    "username", f"“{new.username}” belongs or belonged to someone. Choose another."
                )
            ]
        )
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
    if account.version != version:
        raise OutOfDate


def change_roles(
    session: Session, username: str, change: ChangeRoles, *, by: Actor, at: datetime, record: Record
) -> Account:
    """Give an account other roles.

    Raises:
        OutOfDate: the account changed after the page was opened.
        BadInput: the roles clash.
    """
    account = account_named(session, username)
    _unchanged(account, change.version)
    _check_roles(change.roles, change.treating_site)
    account.role_names = [role.value for role in Role if role in change.roles]
    account.treating_site = change.treating_site
    record(session, by=by, at=at, did="account.change", about=ref(account), why=change.reason)
    return account


class LastAdministrator(RecordError):
    """This is the last administrator. Open another administrator's account first."""

    status = 409


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
        LastAdministrator: nobody could open accounts any more.
    """
    account = account_named(session, username)
    _unchanged(account, change.version)
    if Role.ADMINISTRATOR in account.roles and _administrators(session) == [account.id]:
        raise LastAdministrator
    account.closed_at = at
    session.execute(
        update(BrowserSession)
        .where(BrowserSession.account_id == account.id, BrowserSession.ended_at.is_(None))
        .values(ended_at=at)
    )
    for token in session.scalars(
        select(ApiToken).where(ApiToken.account_id == account.id, ApiToken.revoked_at.is_(None))
    ):
        token.revoked_at = at
    record(session, by=by, at=at, did="account.close", about=ref(account), why=change.reason)
    return account


def _administrators(session: Session) -> list[int]:
    open_accounts = session.scalars(select(Account).where(Account.closed_at.is_(None)))
    return [each.id for each in open_accounts if Role.ADMINISTRATOR in each.roles]


def change_password(
    session: Session, change: ChangePassword, *, by: Actor, at: datetime, record: Record
) -> Account:
    """A person chooses a new password; the present one is asked.

    Raises:
        SignatureFailed: the present password is wrong.
        BadInput: the new one is the old one.
    """
    credentials.confirm(session, by, change.current.get_secret_value(), at=at)
    account = session.get_one(Account, by.account_id)
    fresh = change.password.get_secret_value()
    if credentials.matches(account, fresh):
        raise BadInput([FieldError("password", "Choose a password that is not the present one.")])
    account.password_hash = credentials.hashed(fresh)
    account.must_change_password = False
    session.execute(
        update(BrowserSession)
        .where(
            BrowserSession.account_id == account.id,
            BrowserSession.id != by.session_id,
            BrowserSession.ended_at.is_(None),
        )
        .values(ended_at=at)
    )
    record(session, by=by, at=at, did="account.password", about=ref(account))
    return account


def set_password(
    session: Session, username: str, change: SetPassword, *, by: Actor, at: datetime, record: Record
) -> Account:
    """An administrator gives a new first password. It signs nothing: it must be changed first."""
    account = account_named(session, username)
    account.password_hash = credentials.hashed(change.password.get_secret_value())
    account.must_change_password = True
    account.failed_attempts = 0
    account.locked_until = None
    session.execute(
        update(BrowserSession)
        .where(BrowserSession.account_id == account.id, BrowserSession.ended_at.is_(None))
        .values(ended_at=at)
    )
    record(session, by=by, at=at, did="account.change", about=ref(account), why=change.reason)
    return account


def record_training(
    session: Session, new: NewTraining, *, by: Actor, at: datetime, record: Record
) -> Training:
    """Note that a person is trained on a version of a master, until a date.

    Raises:
        NotFound: no such account. BadInput: the dates are the wrong way round.
    """
    account = account_named(session, new.username)
    if new.valid_until < new.trained_on:
        raise BadInput([FieldError("valid_until", "Ends before it begins. Give a later date.")])
    training = Training(
        account=account,
        document_code=new.document_code,
        document_version=new.document_version,
        trained_on=new.trained_on,
        valid_until=new.valid_until,
        evidence=new.evidence,
    )
    session.add(training)
    record(session, by=by, at=at, did="training.record", about=ref(account))
    return training


def training_of(
    session: Session, account_id: int, document_code: str, document_version: str, *, on: date
) -> Training | None:
    """The longest training on this version that is valid on this day, or None (R-P11-09)."""
    return session.scalars(
        select(Training)
        .where(
            Training.account_id == account_id,
            Training.document_code == document_code,
            Training.document_version == document_version,
            Training.trained_on <= on,
            Training.valid_until >= on,
        )
        .order_by(Training.valid_until.desc())
        .limit(1)
    ).first()


def make_token(
    session: Session, new: NewToken, *, by: Actor, at: datetime, record: Record
) -> tuple[str, ApiToken]:
    """A token for a machine that acts for this person; shown once, stored as a digest."""
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
