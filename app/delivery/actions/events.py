"""What happened to a container: added, never changed; custody passes from hand to hand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delivery.models import ContainerEvent, Shipment
from app.errors import BadInput, FieldError
from app.lot.containers import move_container
from app.lot.models import Container
from app.people.actor import Actor
from app.trail import audit
from schemas.delivery import EventKind
from schemas.lot import ContainerState
from schemas.trail import Signature

LEADS_TO = {
    EventKind.PACKED: ContainerState.PACKED,
    EventKind.UNPACKED: ContainerState.IN_STORE,
    EventKind.HANDED_OVER: ContainerState.ON_THE_WAY,
    EventKind.RECEIVED: ContainerState.AT_SITE,
    EventKind.ADMINISTERED: ContainerState.ADMINISTERED,
    EventKind.RETURNED: ContainerState.RETURNED,
    EventKind.DESTROYED: ContainerState.DESTROYED,
}
"""Where an event leaves a container; what is not here leaves it where it is."""


def events_of(session: Session, container: Container) -> Sequence[ContainerEvent]:
    """What happened to a container, in order."""
    return session.scalars(
        select(ContainerEvent)
        .where(ContainerEvent.container_id == container.id)
        .order_by(ContainerEvent.id)
    ).all()


def holder_of(session: Session, container: Container, *, by: Actor) -> str:
    """In whose hands a container is: the last on record, or the unit that made it."""
    last = last_event(session, container)
    return last.to_holder if last else by.site_code


def last_event(session: Session, container: Container) -> ContainerEvent | None:
    """The last thing that happened to a container, if anything did."""
    return session.scalars(
        select(ContainerEvent)
        .where(ContainerEvent.container_id == container.id)
        .order_by(ContainerEvent.id.desc())
        .limit(1)
    ).first()


def kinds_in(
    session: Session, container: Container, shipment: Shipment
) -> tuple[ContainerEvent, ...]:
    """What happened to a container in a shipment since identifiers last did not agree, if ever."""
    rows = [each for each in events_of(session, container) if each.shipment_id == shipment.id]
    stops = [at for at, each in enumerate(rows) if each.kind is EventKind.MISMATCH]
    return tuple(rows[stops[-1] + 1 :] if stops else rows)


def prepared_in(
    session: Session, container: Container, shipment: Shipment
) -> ContainerEvent | None:
    """When a container was thawed or opened in this shipment, if it was."""
    rows = [each for each in events_of(session, container) if each.shipment_id == shipment.id]
    return next((each for each in rows if each.kind is EventKind.PREPARED), None)


def add_event(
    session: Session,
    container: Container,
    kind: EventKind,
    *,
    shipment: Shipment | None,
    by: Actor,
    at: datetime,
    happened_at: datetime | None = None,
    to_holder: str | None = None,
    words: Mapping[str, Any] | None = None,
    signature: Signature | None = None,
    witness: Signature | None = None,
) -> ContainerEvent:
    """Add an event and move the container where it leads (caller records).

    Custody begins where the last one ended; without `to_holder` it stays (R-DEL-10).

    Raises:
        NoSuchMove: the table of container moves does not hold it.
    """
    holder = holder_of(session, container, by=by)
    leads_to = LEADS_TO.get(kind)
    if leads_to is not None and leads_to is not container.state:
        move_container(container, leads_to)
    row = ContainerEvent(
        container=container,
        shipment=shipment,
        kind=kind,
        from_holder=holder,
        to_holder=to_holder or holder,
        happened_at=happened_at or at,
        at=at,
        by=by.name,
        words=dict(words or {}),
        signature=signature.binding if signature else None,
        witness=witness.binding if witness else None,
    )
    session.add(row)
    session.flush()
    return row


def record_for_each(
    session: Session,
    containers: Sequence[Container],
    *,
    did: str,
    by: Actor,
    at: datetime,
    why: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """One entry in the trail for each container; the first carries the rows of all."""
    for each in containers:
        audit.record(
            session,
            by=by,
            at=at,
            did=did,
            about=each.ref,
            why=why,
            details=dict(details or {}),
        )


def minute_of(moment: datetime) -> datetime:
    """A moment as a form knows it: without seconds."""
    return moment.replace(second=0, microsecond=0)


def refuse_odd_moment(
    field: str, moment: datetime, *, after: datetime | None, at: datetime
) -> None:
    """Refuse a moment that lies ahead, or before what has to come before it.

    Raises:
        BadInput: names the field.
    """
    if minute_of(moment) > minute_of(at):
        raise BadInput([FieldError(field, "This moment lies ahead; enter when it happened.")])
    if after is not None and minute_of(moment) < minute_of(after):
        says = f"This is before what was recorded last ({after:%Y-%m-%d %H:%M} UTC)."
        raise BadInput([FieldError(field, says)])


def latest(session: Session, containers: Sequence[Container]) -> datetime | None:
    """When the last thing on record happened to any of these containers."""
    found = [last_event(session, each) for each in containers]
    return max((each.happened_at for each in found if each), default=None)
