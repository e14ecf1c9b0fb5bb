"""Separation of duties, asked of the trail itself: what somebody did cannot be forgotten."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.errors import SamePerson
from app.people.actor import Actor
from app.people.duties import Pair, partners, scope_of
from app.trail.models import AuditEntry, within


def refuse_same_person(session: Session, did: str, *, about: str, by: Actor) -> None:
    """Refuse a deed whose other half this person has done (requirements 3.4).

    The trail asks this of every deed it records. An action asks it first as well, so that a
    person is told before anything else is judged.

    Raises:
        SamePerson: with the pair's number, both deeds, and where the other half was done.
    """
    near = {
        (deed, scope_of(about, pair.scope)): pair
        for pair, others in partners(did)
        for deed in others
    }
    if not near:
        return
    for earlier in session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.by == by.username,
            AuditEntry.did.in_({deed for deed, _ in near}),
            or_(*(within(scope) for scope in {scope for _, scope in near})),
        )
        .order_by(AuditEntry.seq)
    ):
        for (deed, scope), pair in near.items():
            if earlier.did == deed and f"{earlier.about}/".startswith(f"{scope}/"):
                raise SamePerson(_words(pair, earlier))


def has_clash(session: Session, did: str, *, about: str, by: Actor) -> str | None:
    """What `refuse_same_person` would say, for a screen that should not offer the deed."""
    try:
        refuse_same_person(session, did, about=about, by=by)
    except SamePerson as no:
        return no.says
    return None


def _words(pair: Pair, earlier: AuditEntry) -> str:
    return (
        f"{pair.number}: {pair.says} You did “{earlier.did}” on {earlier.about} "
        f"({earlier.at:%Y-%m-%d %H:%M} UTC). Ask a colleague. ({pair.cite})"
    )
