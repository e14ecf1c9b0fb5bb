"""What waits in delivery: the next deed of each order, what was set aside, whom a stop concerns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delivery.actions.cases import still_ordered
from app.delivery.actions.events import kinds_in, prepared_in
from app.delivery.actions.finding import containers_in, of_a_site, orders_seen, shipments_of
from app.delivery.actions.orders import state_of
from app.delivery.actions.setting_aside import undecided
from app.delivery.actions.stops import notices
from app.delivery.models import ContainerEvent, Order, Shipment
from app.lot.models import Container
from app.people.actor import Actor
from app.trail.separation import has_clash
from schemas.base import shortened
from schemas.delivery import EventKind, OrderState
from schemas.lot import ContainerState
from schemas.people import Task

LISTED = 100
MOVING = (ContainerState.PACKED, ContainerState.ON_THE_WAY, ContainerState.AT_SITE)


@dataclass(frozen=True)
class NextDeed:
    """What happens next to an order or a shipment: the deed, its words, and where it is done."""

    deed: str
    label: str
    href: str
    since: datetime
    waits_for: str
    hindered: str | None = None


@dataclass(frozen=True)
class OrderLine:
    """One order of the worklist, and what comes next."""

    order: Order
    state: OrderState
    next: tuple[NextDeed, ...]


def next_of_shipment(session: Session, shipment: Shipment, *, by: Actor) -> NextDeed | None:
    """What happens next to a shipment; nothing when its journey has ended."""
    moving = [each for each in containers_in(session, shipment) if each.state in MOVING]
    if not moving:
        return None
    first = moving[0]
    base = f"/delivery/shipments/{shipment.number}"
    if first.state is ContainerState.PACKED:
        return _in_the_unit(session, shipment, first, base, by=by)
    if first.state is ContainerState.ON_THE_WAY:
        since = shipment.estimated_arrival_at
        return NextDeed("delivery.receive", "Receive", f"{base}/receive", since, "Treating site")
    opened = prepared_in(session, first, shipment)
    if opened is None:
        label, since = "Thaw or open", shipment.order.planned_at
        return NextDeed("delivery.administer", label, f"{base}/prepare", since, "Treating site")
    return NextDeed(
        "delivery.administer",
        "Record the administration",
        f"{base}/administer",
        opened.happened_at,
        "Treating site",
    )


def _in_the_unit(
    session: Session, shipment: Shipment, first: Container, base: str, *, by: Actor
) -> NextDeed:
    kinds = {each.kind for each in kinds_in(session, first, shipment)}
    if EventKind.CHECKED in kinds:
        since, waits = shipment.packed_at, "Logistics"
        return NextDeed("delivery.hand_over", "Hand over", f"{base}/hand-over", since, waits)
    return NextDeed(
        "delivery.check",
        "Identify: second person",
        f"{base}/check",
        shipment.packed_at,
        "Logistics or operator, who did not pack",
        has_clash(session, "delivery.check", about=first.ref, by=by),
    )


def next_of_order(session: Session, order: Order, *, by: Actor) -> tuple[NextDeed, ...]:
    """What happens next to an order: each of its shipments, and what is still to be packed."""
    found = [
        deed
        for each in shipments_of(session, order)
        if (deed := next_of_shipment(session, each, by=by)) is not None
    ]
    if still_ordered(session, order) > 0:
        href = f"/delivery/orders/{order.number}/pack"
        found.append(NextDeed("delivery.pack", "Pack", href, order.requested_at, "Logistics"))
    return tuple(found)


def worklist(session: Session, *, by: Actor) -> tuple[OrderLine, ...]:
    """The orders this person may know of, the newest first, with what comes next."""
    orders = session.scalars(orders_seen(by).order_by(Order.id.desc()).limit(LISTED))
    return tuple(
        OrderLine(each, state_of(session, each), next_of_order(session, each, by=by))
        for each in orders
    )


def waiting(session: Session, by: Actor) -> Sequence[Task]:
    """What waits for this person: what was stopped first, then the next deed of each order."""
    if not by.may("delivery.read"):
        return ()
    tasks = [*_stopped(session, by)]
    if by.may("delivery.decide"):
        tasks += [
            Task(
                title=f"Decide on {row.container.number}, set aside",
                about=shortened(row.reason),
                href=f"/delivery/set-aside/{row.id}",
                since=row.at,
                urgent=True,
            )
            for row in undecided(session)
        ]
    return [*tasks, *_next(session, by)]


def _stopped(session: Session, by: Actor) -> list[Task]:
    """Containers outside of a stopped lot: for logistics, QA and the site, until acknowledged."""
    if not (of_a_site(by) or by.may("delivery.decide") or by.may("delivery.hand_over")):
        return []
    return [
        Task(
            title=f"{each.cause.label}: {each.container} ({each.state.label.lower()})",
            about=shortened(f"{each.says} {each.treating_site}, patient {each.patient_code}."),
            href=f"/delivery/notices/{each.container}",
            urgent=True,
        )
        for each in notices(session, by)
        if each.acknowledged_at is None or each.state is not ContainerState.ADMINISTERED
    ]


def _next(session: Session, by: Actor) -> list[Task]:
    doing = ("delivery.pack", "delivery.check", "delivery.receive")
    if not any(by.may(each) for each in doing):
        return []
    return [
        Task(
            title=f"{deed.label}: {order.number}",
            about=f"{order.product_name}, {order.treating_site}, patient {order.patient_code}",
            href=deed.href,
            since=deed.since,
        )
        for order in _open_orders(session, by)
        for deed in next_of_order(session, order, by=by)
        if by.may(deed.deed) and deed.hindered is None
    ]


def _open_orders(session: Session, by: Actor) -> Sequence[Order]:
    """Orders with something under way, or with fewer containers packed than ordered."""
    moving = (
        select(Shipment.order_id)
        .join(ContainerEvent, ContainerEvent.shipment_id == Shipment.id)
        .join(Container, Container.id == ContainerEvent.container_id)
        .where(Container.state.in_(MOVING))
    )
    rows = session.scalars(
        orders_seen(by)
        .where(Order.cancelled_at.is_(None) | Order.id.in_(moving))
        .order_by(Order.id.desc())
        .limit(LISTED)
    )
    return rows.all()
