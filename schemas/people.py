"""People of a site: roles, accounts, sign-in, training, and the second password of a signature."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, SecretStr

from schemas.base import Code, Contract, Moment, Reason, Text, ZoneName
from schemas.names import FullName, Username


class Role(StrEnum):
    """What a person is at this site (design, "Who it is for")."""

    OPERATOR = "operator"
    QC_TECHNICIAN = "qc_technician"
    QC_REVIEWER = "qc_reviewer"
    QA = "qa"
    QP = "qp"
    LOGISTICS = "logistics"
    TREATING_SITE = "treating_site"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """The role as people say it."""
        return ROLE_TITLES[self]


ROLE_TITLES = {
    Role.OPERATOR: "Operator",
    Role.QC_TECHNICIAN: "QC technician",
    Role.QC_REVIEWER: "QC reviewer",
    Role.QA: "Quality assurance",
    Role.QP: "Qualified Person",
    Role.LOGISTICS: "Logistics",
    Role.TREATING_SITE: "Treating site",
    Role.AUDITOR: "Auditor",
    Role.ADMINISTRATOR: "Administrator",
}

NewPassword = Annotated[SecretStr, Field(min_length=12, max_length=128)]
Password = Annotated[SecretStr, Field(min_length=1, max_length=200)]


class SignIn(Contract):
    """Who signs in."""

    username: Username = Field(title="User name")
    password: Password = Field(title="Password")


class FirstSteps(Contract):
    """The first screen of an empty site: what it is called, and its administrator."""

    site_code: Code = Field(
        title="Site code",
        description="Short and for ever, for example UNIT1. It begins every lot number.",
        max_length=8,
    )
    site_name: Text = Field(title="Name of the site", description="As it is printed on records")
    zone: ZoneName = Field(
        "Europe/Warsaw", title="Time zone", description="An IANA name, for example Europe/Warsaw"
    )
    name: FullName = Field(title="Administrator's full name")
    username: Username = Field(title="User name", description="Small letters, digits, dot, dash")
    password: NewPassword = Field(title="Password", description="At least 12 characters")


class NewAccount(Contract):
    """An account to be opened. Its user name is never used again for anyone else (R-P11-16)."""

    username: Username = Field(
        title="User name", description="Small letters, digits, dot, dash; never reused"
    )
    name: FullName = Field(title="Full name", description="As it is printed beside signatures")
    roles: tuple[Role, ...] = Field(title="Roles", min_length=1)
    treating_site: Code | None = Field(
        None,
        title="Treating site",
        description="Only for the role treating site: the code of the hospital",
    )
    identity_checked: Text = Field(
        title="Identity checked by",
        description="How the person's identity was verified (21 CFR 11.100(b))",
    )
    password: NewPassword = Field(
        title="First password",
        description="At least 12 characters; the person changes it at the first sign-in",
    )


class ChangeRoles(Contract):
    """New roles for an account, and why."""

    roles: tuple[Role, ...] = Field(title="Roles", min_length=1)
    treating_site: Code | None = Field(None, title="Treating site")
    reason: Reason = Field(title="Reason")
    version: int = Field(ge=1)


class CloseAccount(Contract):
    """An account is closed, never deleted."""

    reason: Reason = Field(title="Reason")
    version: int = Field(ge=1)


class ChangePassword(Contract):
    """A person changes their own password."""

    current: Password = Field(title="Current password")
    password: NewPassword = Field(title="New password", description="At least 12 characters")


class SetPassword(Contract):
    """An administrator gives a new first password; the person must change it."""

    password: NewPassword = Field(
        title="New first password",
        description="At least 12 characters; changed at the next sign-in",
    )
    reason: Reason = Field(title="Reason")


class NewTraining(Contract):
    """A person is trained on one version of a master, until a date (R-P11-09)."""

    username: Username = Field(title="Person")
    document_code: Code = Field(title="Master")
    document_version: Code = Field(title="Version")
    trained_on: date = Field(title="Trained on")
    valid_until: date = Field(title="Valid until")
    evidence: Text = Field(title="Evidence", description="Where the training record is kept")


class ConfirmIdentity(Contract):
    """A colleague vouches that the new password is in its owner's hands (R-P11-20)."""

    identity_checked: Text = Field(
        title="How you know",
        description="For example: she chose her password beside me, passport seen",
    )
    version: int = Field(ge=1)


class NewToken(Contract):
    """A token with which a machine acts for an account."""

    label: Text = Field(title="What it is for")
    expires_on: date = Field(title="Expires on")


class Signing(Contract):
    """The second asking for the password; being signed in is not a signature (21 CFR 11.200)."""

    username: Username | None = Field(
        None, title="User name", description="Asked for at the first signature of a session"
    )
    password: Password = Field(title="Password")


class AccountState(StrEnum):
    """How an account stands at a moment."""

    OPEN = "open"
    GIVEN = "given_password"
    TO_BE_CONFIRMED = "to_be_confirmed"
    LOCKED = "locked"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The state in words."""
        return STATE_TITLES[self]


STATE_TITLES = {
    AccountState.OPEN: "Open",
    AccountState.GIVEN: "Has not chosen a password",
    AccountState.TO_BE_CONFIRMED: "Signs nothing until confirmed",
    AccountState.LOCKED: "Locked after failed attempts",
    AccountState.CLOSED: "Closed",
}


class TrainingState(StrEnum):
    """How a training stands on a day."""

    TO_COME = "to_come"
    VALID = "valid"
    LAPSES_SOON = "lapses_soon"
    LAPSED = "lapsed"

    @property
    def label(self) -> str:
        """The state in words."""
        return self.value.replace("_", " ").capitalize()


class TrainingView(Contract):
    """A training as lists show it."""

    username: str
    name: Text
    document_code: str
    document_version: str
    trained_on: date
    valid_until: date
    evidence: Text
    state: TrainingState


class TrainingList(Contract):
    """Trainings, the ones that lapse first at the top."""

    trainings: tuple[TrainingView, ...]


class AccountView(Contract):
    """An account as lists show it; nothing of its secrets."""

    username: str
    name: Text
    roles: tuple[Role, ...]
    treating_site: str | None
    identity_checked: Text
    state: AccountState
    opened_at: Moment
    closed_at: Moment | None
    locked_until: Moment | None
    version: int
    trainings: tuple[TrainingView, ...] = ()


class AccountList(Contract):
    """Every account there ever was, by user name."""

    accounts: tuple[AccountView, ...]


class TokenView(Contract):
    """A token as its owner sees it: never the token itself."""

    id: int
    label: Text
    made_at: Moment
    expires_on: date
    revoked_at: Moment | None


class TokenList(Contract):
    """The tokens of one account, newest first."""

    tokens: tuple[TokenView, ...]


class MadeToken(Contract):
    """A new token, shown this once."""

    token: str
    made: TokenView


class SessionView(Contract):
    """A browser in which somebody is signed in."""

    began_at: Moment
    seen_at: Moment
    here: bool


class SessionList(Contract):
    """Where a person is signed in now."""

    sessions: tuple[SessionView, ...]


class Task(Contract):
    """Something that waits for a person: on the first page, most urgent first."""

    title: Text
    about: Text
    href: str
    since: Moment | None = None
    urgent: bool = False
