"""The site, its accounts, their sessions, tokens and training."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import AppendOnly, Base, Technical
from schemas.people import Role

SECRET = {"secret": True}
"""The trail keeps only a digest of such a column."""


class Site(Base):
    """The one site of this database: its code begins every lot number, its zone every time."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    zone: Mapped[str]


class Account(Base):
    """A person's account. Closed, never deleted; the user name is never used again."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("version >= 1", name="version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role_names: Mapped[list[str]] = mapped_column(JSON)
    treating_site: Mapped[str | None]
    identity_checked: Mapped[str]
    password_hash: Mapped[str] = mapped_column(info=SECRET)
    must_change_password: Mapped[bool]
    # an administrator gave a new password: it signs nothing until somebody else vouches
    must_be_confirmed: Mapped[bool] = mapped_column(default=False)
    failed_attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it from the class

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles, in the order of the list of roles."""
        return roles_named(self.role_names)


def roles_named(names: Collection[str]) -> tuple[Role, ...]:
    """The roles of these names, in the order of the list of roles."""
    return tuple(role for role in Role if role.value in names)


class BrowserSession(Technical, Base):
    """A signed-in browser. Only the digest of its token is stored."""

    __tablename__ = "browser_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    account: Mapped[Account] = relationship(lazy="joined")
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    has_signed: Mapped[bool] = mapped_column(default=False)


class FailedAttempt(Technical, Base):
    """A failed attempt from an address, and on a user name, kept to slow the next ones down."""

    __tablename__ = "failed_attempt"
    # counts the last minutes of one address at each sign-in
    __table_args__ = (Index("ix_failed_attempt_address_at", "address", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str]
    username: Mapped[str | None] = mapped_column(index=True)
    at: Mapped[datetime]


class ApiToken(Base):
    """A token with which a machine acts for an account. Revoked, never deleted."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(unique=True, info=SECRET)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    account: Mapped[Account] = relationship(lazy="joined")
    label: Mapped[str]
    made_at: Mapped[datetime]
    expires_on: Mapped[date]
    revoked_at: Mapped[datetime | None]


class Training(AppendOnly, Base):
    """A person was trained on one version of a master, until a date (R-P11-09)."""

    __tablename__ = "training"
    # asked at every step: is this person trained on this version today
    __table_args__ = (
        Index("ix_training_person_document", "account_id", "document_code", "document_version"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    account: Mapped[Account] = relationship(lazy="joined")
    document_code: Mapped[str]
    document_version: Mapped[str]
    trained_on: Mapped[date]
    valid_until: Mapped[date]
    evidence: Mapped[str]
