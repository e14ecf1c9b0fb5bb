"""What people look at: accounts and how they stand, and what waits for whom."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.people import credentials
from app.people.actions.training import training_list, trainings_of
from app.people.actor import Actor, local_day
from app.people.models import Account
from schemas.people import AccountState, AccountView, Role, Task, TrainingState, TrainingView


def state_of_account(account: Account, *, at: datetime) -> AccountState:
    """How an account stands at this moment."""
    if account.closed_at is not None:
        return AccountState.CLOSED
    if credentials.is_locked(account, at):
        return AccountState.LOCKED
    if account.must_change_password:
        return AccountState.GIVEN
    if account.must_be_confirmed:
        return AccountState.TO_BE_CONFIRMED
    return AccountState.OPEN


def account_view(
    account: Account, *, at: datetime, trainings: tuple[TrainingView, ...] = ()
) -> AccountView:
    """An account as lists show it."""
    return AccountView(
        username=account.username,
        name=account.name,
        roles=account.roles,
        treating_site=account.treating_site,
        identity_checked=account.identity_checked,
        state=state_of_account(account, at=at),
        opened_at=account.opened_at,
        closed_at=account.closed_at,
        locked_until=account.locked_until if credentials.is_locked(account, at) else None,
        version=account.version,
        trainings=trainings,
    )


def account_list(session: Session, *, by: Actor, at: datetime) -> tuple[AccountView, ...]:
    """Every account there ever was, with its trainings, by user name."""
    trained: dict[str, list[TrainingView]] = {}
    for each in training_list(session, on=local_day(by, at)):
        trained.setdefault(each.username, []).append(each)
    return tuple(
        account_view(row, at=at, trainings=tuple(trained.get(row.username, ())))
        for row in session.scalars(select(Account).order_by(Account.username))
    )


def account_with_training(
    session: Session, account: Account, *, by: Actor, at: datetime
) -> AccountView:
    """One account with every training it ever had."""
    trainings = trainings_of(session, account.id, on=local_day(by, at))
    return account_view(account, at=at, trainings=trainings)


def waiting(session: Session, by: Actor, at: datetime) -> tuple[Task, ...]:
    """What waits: lapsing training and passwords to confirm for QA, locks for administrators."""
    tasks: list[Task] = []
    if by.may("training.record"):
        tasks += _lapsing(session, local_day(by, at))
    if by.may("account.confirm"):
        tasks += _unconfirmed(session, by)
    if Role.ADMINISTRATOR in by.roles:
        tasks += _locked(session, at)
    return tuple(tasks)


def _lapsing(session: Session, today: date) -> Iterator[Task]:
    trainings = training_list(session, on=today)
    kept_up = {
        (each.username, each.document_code)
        for each in trainings
        if each.state is TrainingState.VALID
    }
    for each in trainings:
        renewed = (each.username, each.document_code) in kept_up
        if each.state is TrainingState.LAPSES_SOON and not renewed:
            yield Task(
                title=f"Training of {each.name} lapses on {each.valid_until}",
                about=f"{each.document_code} {each.document_version}",
                href=f"/training/new?username={each.username}",
            )


def _unconfirmed(session: Session, by: Actor) -> Iterator[Task]:
    for account in session.scalars(
        select(Account).where(
            Account.must_be_confirmed.is_(True),
            Account.must_change_password.is_(False),
            Account.closed_at.is_(None),
            Account.username != by.username,
        )
    ):
        yield Task(
            title=f"Confirm that {account.name} chose the new password",
            about=f"Account {account.username}: it signs nothing until then",
            href=f"/people/accounts/{account.username}/confirm",
        )


def _locked(session: Session, at: datetime) -> Iterator[Task]:
    for account in session.scalars(
        select(Account).where(Account.locked_until > at, Account.closed_at.is_(None))
    ):
        yield Task(
            title=f"Account of {account.name} is locked",
            about=f"Account {account.username}: too many failed attempts",
            href=f"/people/accounts/{account.username}",
            urgent=True,
        )
