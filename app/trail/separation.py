"""Separation of duties, asked of the trail itself: what somebody did cannot be forgotten."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, literal_column, select
from sqlalchemy.orm import Session

from app.asking import asked
from app.db import columns_of
from app.errors import SamePerson
from app.people.actor import Actor
from app.people.duties import DONE, Pair, partners, scope_of
from app.trail.models import AuditEntry
from schemas.trail import place_of

_KEPT = columns_of(AuditEntry)


@cache
def earlier(did: str) -> Select[*tuple[Any, ...]]:
    """The question for what somebody did before, of the other halves of a deed."""
    others = sorted({deed for _, deeds in partners(did) for deed in deeds})
    return (
        select(_KEPT.did, _KEPT.about, _KEPT.at, _KEPT.seq.label("entry"))
        .where(
            _KEPT.by == bindparam("by"),
            _KEPT.did.in_([literal_column(f"'{each}'") for each in others]),
            _KEPT.about >= bindparam("about"),
            _KEPT.about < bindparam("beyond"),
        )
        .order_by(_KEPT.seq)
    )


@dataclass(frozen=True)
class OtherHalves:
    """The other halves of a deed about something, each with its pair and where it matters."""

    near: Mapping[tuple[str, str], Pair]

    @classmethod
    def of(cls, did: str, about: str) -> "OtherHalves":
        """All of them; there may be none."""
        return cls(
            {
                (deed, scope_of(about, pair.scope)): pair
                for pair, others in partners(did)
                for deed in others
            }
        )

    def asked_of(self, by: Actor) -> dict[str, str]:
        """What `earlier` has to be told."""
        widest = min((scope for _, scope in self.near), key=len)  # each begins what it is about
        return {"by": by.username, "about": widest, "beyond": f"{widest}0"}  # "0" follows "/"

    def refuse(self, found: Iterable[Any]) -> None:
        """Refuse where one of these entries, of one person, is the other half.

        Raises:
            SamePerson: with the pair's number, both deeds, and where the other half was done.
        """
        for each in found:
            for (deed, scope), pair in self.near.items():
                if each.did == deed and f"{each.about}/".startswith(f"{scope}/"):
                    raise SamePerson(_words(pair, each.did, each.about, each.at))


def refuse_same_person(session: Session, did: str, *, about: str, by: Actor) -> None:
    """Refuse a deed whose other half this person has done (requirements 3.4).

    The trail asks this of every deed it records. An action asks it first as well, so that a
    person is told before anything else is judged.

    Raises:
        SamePerson: with the pair's number, both deeds, and where the other half was done.
    """
    halves = OtherHalves.of(did, about)
    if halves.near:
        halves.refuse(asked(session, earlier(did), **halves.asked_of(by)))


def has_clash(session: Session, did: str, *, about: str, by: Actor) -> str | None:
    """What `refuse_same_person` would say, for a screen that should not offer the deed."""
    try:
        refuse_same_person(session, did, about=about, by=by)
    except SamePerson as no:
        return no.says
    return None


def _words(pair: Pair, did: str, about: str, at: datetime) -> str:
    return (
        f"{pair.number}: {pair.says} You {DONE[did]} {place_of(about)} "
        f"({at:%Y-%m-%d %H:%M} UTC). Ask a colleague. ({pair.cite})"
    )
