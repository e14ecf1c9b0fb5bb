"""What the batch record holds of a lot's delivery."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delivery.actions.descent import sent_of
from app.delivery.actions.facts import event_facts, order_facts, set_aside_facts, shipment_facts
from app.delivery.actions.finding import of_a_site
from app.delivery.actions.stops import notices
from app.delivery.models import ContainerEvent, Shipment
from app.errors import NotFound
from app.lot.lots import containers_of, find_lot
from app.lot.models import Lot
from app.people.actor import Actor
from schemas.delivery import DeliveryRecord
from schemas.genealogy import PatientLine


def delivery_of(session: Session, lot: Lot) -> DeliveryRecord:
    """Everything that happened to a lot's containers after they were filled (R-DEL-13)."""
    containers = containers_of(session, lot)
    events = session.scalars(
        select(ContainerEvent)
        .where(ContainerEvent.container_id.in_([each.id for each in containers]))
        .order_by(ContainerEvent.id)
    ).all()
    numbers = {each.shipment_id for each in events if each.shipment_id is not None}
    shipments = session.scalars(
        select(Shipment).where(Shipment.id.in_(sorted(numbers))).order_by(Shipment.id)
    ).all()
    orders = list(dict.fromkeys(each.order for each in shipments))
    return DeliveryRecord(
        lot_number=lot.number,
        lot_stage=lot.stage,
        orders=tuple(order_facts(session, each) for each in orders),
        shipments=tuple(shipment_facts(session, each) for each in shipments),
        events=event_facts(session, events),
        set_aside=set_aside_facts(session, containers),
        notices=notices(session, lot=lot),
    )


def contacts_of(session: Session, lot: Lot, *, by: Actor) -> tuple[PatientLine, ...]:
    """Whom to reach for each container that left; a treating site reads its own (R-DEL-16)."""
    lines = sent_of(session, lot.id)
    if of_a_site(by):
        return tuple(each for each in lines if each.treating_site == by.treating_site)
    return lines


def find_lot_seen(session: Session, number: str, *, by: Actor) -> Lot:
    """A lot by its number; a treating site finds those it was sent something of.

    Raises:
        NotFound: there is no such lot, or nothing of it went to this site.
    """
    lot = find_lot(session, number)
    if of_a_site(by) and not contacts_of(session, lot, by=by):
        raise NotFound(f"There is no lot “{number[:60]}”.")
    return lot
