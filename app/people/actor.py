"""Who acts: a person, in one role, at one site. Handed to every action as `by`."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from app.errors import Forbidden
from app.people.permissions import acting_role, who_may
from schemas.base import day_of
from schemas.people import Role


@dataclass(frozen=True)
class Tried:
    """A password that was compared with a stored hash before anything was locked for it."""

    stored: str
    password: str = field(repr=False)
    right: bool


@dataclass(frozen=True)
class Actor:
    """A signed-in person as actions see them. `role` is the one in which they act now."""

    account_id: int
    username: str
    name: str
    roles: tuple[Role, ...]
    zone: str
    site_code: str
    treating_site: str | None = None
    role: Role | None = None
    session_id: int | None = None
    has_signed: bool = False
    must_change_password: bool = False
    tried: Tried | None = None
    """The password this request signs with; whether it counts is for the action to say."""

    def may(self, deed: str) -> bool:
        """Whether one of this person's roles may do this deed."""
        return acting_role(self.roles, deed) is not None

    def doing(self, deed: str) -> "Actor":
        """The same person in the role that may do this deed.

        Raises:
            Forbidden: none of the person's roles may do it (R-P11-07).
        """
        role = acting_role(self.roles, deed)
        if role is None:
            held = ", ".join(each.label for each in self.roles)
            raise Forbidden(
                f"The role {held} may not do this ({deed}); {who_may(deed)} may. "
                "The attempt was recorded."
            )
        return self if role is self.role else replace(self, role=role)


def local_day(by: Actor, at: datetime) -> date:
    """The day it is where this person works."""
    return day_of(at, by.zone)
