"""Training: who is trained on which version of a master, until when (R-P11-09)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import BadInput, FieldError, SamePerson
from app.people.actions.accounts import account_named, ref, refuse_closed
from app.people.actor import Actor
from app.people.models import Account, Training
from app.web.unit import Record
from schemas.people import NewTraining, TrainingState, TrainingView

SOON = timedelta(days=30)
"""What lapses within this time is shown beforehand."""


def record_training(
    session: Session, new: NewTraining, *, by: Actor, at: datetime, record: Record
) -> Training:
    """Note that a person is trained on a version of a master, until a date.

    Raises:
        NotFound: no such account.
        AccountClosed: it is closed.
        SamePerson: it is one's own.
        BadInput: the dates are the wrong way round.
    """
    account = account_named(session, new.username)
    refuse_closed(account)
    if by.username == account.username:
        raise SamePerson("Somebody else records that you are trained.")
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


def state_of_training(training: Training, *, on: date) -> TrainingState:
    """How a training stands on this day; the last day of it is still valid."""
    if training.trained_on > on:
        return TrainingState.TO_COME
    if training.valid_until < on:
        return TrainingState.LAPSED
    if training.valid_until <= on + SOON:
        return TrainingState.LAPSES_SOON
    return TrainingState.VALID


def _views(rows: Iterable[Training], on: date) -> tuple[TrainingView, ...]:
    return tuple(
        TrainingView(
            username=row.account.username,
            name=row.account.name,
            document_code=row.document_code,
            document_version=row.document_version,
            trained_on=row.trained_on,
            valid_until=row.valid_until,
            evidence=row.evidence,
            state=state_of_training(row, on=on),
        )
        for row in rows
    )


def trainings_of(session: Session, account_id: int, *, on: date) -> tuple[TrainingView, ...]:
    """One person's trainings, all that were recorded, the last to end first."""
    rows = session.scalars(
        select(Training)
        .where(Training.account_id == account_id)
        .order_by(Training.valid_until.desc(), Training.id)
    )
    return _views(rows, on)


def training_list(session: Session, *, on: date) -> tuple[TrainingView, ...]:
    """For each open account and version its longest training, what lapses first at the top."""
    rows = session.scalars(
        select(Training)
        .join(Training.account)
        .where(Account.closed_at.is_(None))
        .order_by(Training.valid_until, Training.id)
    )
    longest = {(row.account_id, row.document_code, row.document_version): row for row in rows}
    return _views(sorted(longest.values(), key=lambda row: (row.valid_until, row.id)), on)
