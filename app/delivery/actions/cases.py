"""The facts the rules look at, read from the rows at the moment of a step."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delivery.actions.events import holder_of, kinds_in
from app.delivery.actions.finding import containers_in, shipments_of
from app.delivery.actions.setting_aside import why_set_aside
from app.delivery.models import Order, Shipment, ShipperQualification, TemperatureRow
from app.delivery.rules import CONTAINER
from app.lot.models import Container
from app.masters.frozen import bundle_of
from app.people.actor import Actor
from app.rulebook import judge
from schemas.base import day_of
from schemas.delivery import EventKind
from schemas.delivery_case import ContainerCase, IdentityCase, JourneyCase, LoadCase, Step
from schemas.delivery_forms import Arrival, Identified, Pack, TemperaturePoint
from schemas.finding import Finding
from schemas.lot import ContainerState
from schemas.product import Product

LOST = (ContainerState.RETURNED, ContainerState.DESTROYED)
"""States in which a container no longer counts towards its order."""


def product_of(session: Session, container: Container) -> Product:
    """The product of a container, in the version its lot froze."""
    return bundle_of(session, container.lot).product


def counted(session: Session, order: Order) -> list[Container]:
    """The containers that were packed for an order and were not lost on the way."""
    return [
        each
        for shipment in shipments_of(session, order)
        for each in containers_in(session, shipment)
        if each.state not in LOST
    ]


def still_ordered(session: Session, order: Order) -> int:
    """How many containers an order still asks for."""
    if order.cancelled_at is not None:
        return 0
    return max(order.containers - len(counted(session, order)), 0)


def container_case(
    session: Session,
    container: Container,
    order: Order,
    shipment: Shipment | None,
    *,
    step: Step,
    by: Actor,
    at: datetime,
    arrives_at: datetime | None = None,
) -> ContainerCase:
    """A container at a step, for an order."""
    lot = container.lot
    kinds = {each.kind for each in kinds_in(session, container, shipment)} if shipment else set()
    return ContainerCase(
        step=step,
        at=at,
        zone=by.zone,
        container=container.number,
        state=container.state,
        expires_at=container.expires_at or lot.expires_at,
        set_aside=why_set_aside(session, container),
        lot=lot.number,
        lot_stage=lot.stage,
        lot_held=lot.held,
        hold_reason=lot.hold_reason,
        is_bank=lot.is_bank,
        donation_use=lot.donation_use,
        lot_patient=lot.patient_coi,
        lot_product=lot.product_code,
        order=order.number,
        order_cancelled=order.cancelled_at is not None,
        order_patient=order.patient_code,
        order_product=order.product_code,
        order_lot=order.lot_number,
        estimated_arrival_at=arrives_at,
        checked=EventKind.CHECKED in kinds,
        prepared=EventKind.PREPARED in kinds,
    )


def judge_containers(
    session: Session,
    containers: Sequence[Container],
    shipment: Shipment,
    *,
    step: Step,
    by: Actor,
    at: datetime,
) -> tuple[Finding, ...]:
    """What the rules find in the containers of a shipment at a step."""
    before_arrival = step in (Step.CHECK, Step.HAND_OVER)
    return tuple(
        finding
        for each in containers
        for finding in judge(
            CONTAINER,
            container_case(
                session,
                each,
                shipment.order,
                shipment,
                step=step,
                by=by,
                at=at,
                arrives_at=shipment.estimated_arrival_at if before_arrival else None,
            ),
        )
    )


def load_cases(
    session: Session,
    order: Order,
    containers: Sequence[Container],
    form: Pack,
    shipper: ShipperQualification | None,
    *,
    by: Actor,
    at: datetime,
) -> Iterator[LoadCase]:
    """The load, judged by each version of the product that is in it."""
    arrives_on = day_of(form.estimated_arrival_at, by.zone)
    before = sum((each.viable_cells for each in counted(session, order)), Decimal(0))
    products = {each.lot.product_digest: product_of(session, each) for each in containers}
    for product in products.values():
        yield LoadCase(
            at=at,
            zone=by.zone,
            packed=len(containers),
            still_ordered=still_ordered(session, order),
            viable_cells=sum((each.viable_cells for each in containers), Decimal(0)),
            viable_cells_on_the_order=before,
            weight_kg=order.weight_kg,
            dose=product.dose,
            transport=product.transport,
            shipper=form.shipper_code,
            shipper_minimum_c=shipper.minimum_c if shipper else None,
            shipper_maximum_c=shipper.maximum_c if shipper else None,
            shipper_hours=shipper.hours if shipper else None,
            shipper_lapsed=shipper is not None and arrives_on > shipper.valid_until,
            estimated_arrival_at=form.estimated_arrival_at,
        )


def identity_case(
    form: Identified, shipment: Shipment, containers: Sequence[Container], *, all_of_them: bool
) -> IdentityCase:
    """What was read from the labels, beside what has to stand there."""
    return IdentityCase(
        patient_read=form.patient_code,
        patient=shipment.order.patient_code,
        containers_read=tuple(each.container for each in form.scans),
        containers=tuple(each.number for each in containers),
        all_of_them=all_of_them,
    )


def readings_of(session: Session, shipment: Shipment) -> tuple[TemperaturePoint, ...]:
    """Every reading of a shipment, in the order of time."""
    rows = session.scalars(
        select(TemperatureRow)
        .where(TemperatureRow.shipment_id == shipment.id)
        .order_by(TemperatureRow.id)
    )
    points = [TemperaturePoint.model_validate(each) for row in rows for each in row.points]
    return tuple(sorted(points, key=lambda each: each.at))


def journey_case(
    session: Session,
    shipment: Shipment,
    container: Container,
    arrival: Arrival | None,
    *,
    by: Actor,
) -> JourneyCase:
    """What a container of a shipment went through until now, or until it arrived."""
    return JourneyCase(
        zone=by.zone,
        limits=product_of(session, container).transport,
        readings=readings_of(session, shipment),
        packed_at=shipment.packed_at,
        received_at=arrival.received_at if arrival else None,
        arrival_c=arrival.temperature_c if arrival else None,
        intact=arrival.intact if arrival else None,
        brought_by=arrival.handed_over_by if arrival else None,
        last_holder=holder_of(session, container, by=by),
    )
