"""The people of the demo site, the time their story is told in, and what they type to sign."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.people import actions
from app.people.actor import Actor
from app.people.sessions import actor_of
from app.trail import audit
from schemas.people import ChangePassword, FirstSteps, NewAccount, Role, Signing

PASSWORD = "correct horse battery"  # noqa: S105 - the demo shows it to everybody
"""Everybody's: it is printed on the screen, and protects nothing."""

FIRST_PASSWORD = "given on the first day"  # noqa: S105 - (as above)
"""What the administrator gives; each person changes it before it signs anything."""

ZONE = "Europe/Warsaw"
SITE_NAME = "Unit One"
ADMINISTRATOR = ("adam", "Adam Reis")
CAST: dict[str, tuple[str, tuple[Role, ...], str | None]] = {
    "olga": ("Olga Nowak", (Role.OPERATOR,), None),
    "oskar": ("Oskar Wit", (Role.OPERATOR,), None),
    "anton": ("Anton Berg", (Role.QC_TECHNICIAN,), None),
    "vera": ("Vera Lind", (Role.QC_REVIEWER,), None),
    "quinn": ("Quinn Adler", (Role.QA,), None),
    "qadir": ("Qadir Salem", (Role.QA,), None),
    "petra": ("Petra Holm", (Role.QP,), None),
    "lars": ("Lars Dahl", (Role.LOGISTICS,), None),
    "sita": ("Sita Rao", (Role.TREATING_SITE,), "HOSP1"),
    "tomas": ("Tomas Kral", (Role.TREATING_SITE,), "HOSP2"),
    "ada": ("Ada Falk", (Role.AUDITOR,), None),
}
"""Olga grows, Oskar grows too, Anton tests, Vera verifies, Quinn and Qadir assure quality,
Petra certifies, Lars ships, Sita and Tomas treat in two hospitals, Ada reads, Adam administers."""


@dataclass
class Clock:
    """The time of a story; it goes on only when told."""

    now: datetime

    def __call__(self) -> datetime:
        """This moment, in UTC."""
        return self.now

    def forward(self, **span: float) -> datetime:
        """Let time pass, in the words of a timedelta."""
        self.now += timedelta(**span)
        return self.now


def site_with_cast(session: Session, *, at: datetime) -> None:
    """Adam opens the site and an account for everybody; each person chooses the password."""
    username, name = ADMINISTRATOR
    first = FirstSteps.model_validate(
        {
            "site_code": "UNIT1",
            "site_name": SITE_NAME,
            "zone": ZONE,
            "name": name,
            "username": username,
            "password": PASSWORD,
        }
    )
    adam = actor_of(session, actions.open_site(session, first, at=at, record=audit.record))
    for each, (full_name, roles, treating_site) in CAST.items():
        new = NewAccount.model_validate(
            {
                "username": each,
                "name": full_name,
                "roles": roles,
                "treating_site": treating_site,
                "identity_checked": "Passport seen",
                "password": FIRST_PASSWORD,
            }
        )
        by = adam.doing("account.open")
        actions.open_account(session, new, by=by, at=at, record=audit.record)
        change = ChangePassword.model_validate({"current": FIRST_PASSWORD, "password": PASSWORD})
        by = person(session, each, "account.own")
        actions.change_password(session, change, by=by, at=at, record=audit.record)


def person(session: Session, username: str, deed: str | None = None) -> Actor:
    """A person of the cast as actions see them, in the role that may do `deed`."""
    actor = actor_of(session, actions.account_named(session, username))
    return actor.doing(deed) if deed else actor


def signing(username: str, password: str = PASSWORD) -> Signing:
    """What a person of the cast types to sign."""
    return Signing.model_validate({"username": username, "password": password})
