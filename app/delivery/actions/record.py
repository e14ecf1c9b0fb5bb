"""What the batch record holds of a lot's delivery."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delivery.actions.facts import event_facts, order_facts, set_aside_facts, shipment_facts
from app.delivery.actions.stops import notices
from app.delivery.models import ContainerEvent, Shipment
from app.lot.lots import containers_of
from app.lot.models import Lot
from schemas.delivery import DeliveryRecord


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
