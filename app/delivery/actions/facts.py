"""Orders, shipments, containers and events as other contracts carry them."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delivery.actions.cases import product_of, readings_of
from app.delivery.actions.events import events_of, holder_of
from app.delivery.actions.finding import containers_in
from app.delivery.actions.orders import state_of
from app.delivery.actions.packing import papers_of
from app.delivery.actions.setting_aside import why_set_aside
from app.delivery.models import (
    ContainerEvent,
    DispositionRow,
    Order,
    SetAsideRow,
    Shipment,
    ShipperQualification,
    TemperatureRow,
)
from app.delivery.rules.temperatures import excursions, minutes_outside
from app.lot.models import Container
from app.people.actor import Actor
from app.trail.signatures import signatures_about
from schemas.delivery import (
    ContainerLine,
    EventFacts,
    OrderFacts,
    SetAside,
    ShipmentFacts,
    ShipmentShown,
    ShipperFacts,
    TemperatureLog,
)
from schemas.delivery_forms import TemperaturePoint
from schemas.trail import KeptFile, Signature


def order_facts(session: Session, order: Order) -> OrderFacts:
    """An order as it stands."""
    shown = set(OrderFacts.model_fields) - {"state", "signatures"}
    return OrderFacts(
        **{each: getattr(order, each) for each in shown},
        state=state_of(session, order),
        signatures=signatures_about(session, order.ref),
    )


def shipment_facts(session: Session, shipment: Shipment) -> ShipmentFacts:
    """A shipment: what was packed, and what it went through."""
    containers = containers_in(session, shipment)
    found = (
        excursions(readings_of(session, shipment), product_of(session, containers[0]).transport)
        if containers
        else ()
    )
    return ShipmentFacts(
        number=shipment.number,
        order_number=shipment.order.number,
        shipper_code=shipment.qualification.code,
        seal=shipment.seal,
        estimated_arrival_at=shipment.estimated_arrival_at,
        packed_at=shipment.packed_at,
        packed_by=shipment.packed_by,
        papers=papers_of(shipment),
        logs=logs_of(session, shipment),
        excursions=found,
        minutes_outside=minutes_outside(found),
    )


def logs_of(session: Session, shipment: Shipment) -> tuple[TemperatureLog, ...]:
    """The readings of a shipment as they were entered, with the logger's files."""
    rows = session.scalars(
        select(TemperatureRow)
        .where(TemperatureRow.shipment_id == shipment.id)
        .order_by(TemperatureRow.id)
    )
    return tuple(
        TemperatureLog(
            entered_by=row.by,
            entered_at=row.at,
            points=tuple(TemperaturePoint.model_validate(each) for each in row.points),
            file=_file(row),
        )
        for row in rows
    )


def _file(row: TemperatureRow) -> KeptFile | None:
    if row.file_sha256 is None:
        return None
    return KeptFile(
        sha256=row.file_sha256,
        name=row.file_name or "log",
        media_type=row.file_media_type or "text/csv",
        size_bytes=row.file_size_bytes or 0,
    )


def container_line(session: Session, container: Container, *, by: Actor) -> ContainerLine:
    """Where a container is, and in whose hands."""
    return ContainerLine(
        number=container.number,
        lot_number=container.lot.number,
        state=container.state,
        holder=holder_of(session, container, by=by),
        expires_at=container.expires_at or container.lot.expires_at,
        viable_cells=container.viable_cells,
        set_aside=why_set_aside(session, container),
    )


def event_facts(session: Session, rows: Iterable[ContainerEvent]) -> tuple[EventFacts, ...]:
    """Events with their signatures, in the order given."""
    listed = list(rows)
    refs = {each.container.ref for each in listed}
    refs |= {each.shipment.ref for each in listed if each.shipment}
    signed = {each.binding: each for each in signatures_about(session, *sorted(refs))}
    return tuple(
        EventFacts(
            container=row.container.number,
            shipment=row.shipment.number if row.shipment else "",
            kind=row.kind,
            from_holder=row.from_holder,
            to_holder=row.to_holder,
            happened_at=row.happened_at,
            entered_at=row.at,
            by=row.by,
            words=row.words,
            signatures=_signatures(signed, row.signature, row.witness),
        )
        for row in listed
    )


def _signatures(signed: dict[str, Signature], *bindings: str | None) -> tuple[Signature, ...]:
    return tuple(signed[each] for each in bindings if each is not None)


def set_aside_facts(session: Session, containers: Sequence[Container]) -> tuple[SetAside, ...]:
    """What was set aside of these containers, and what QA decided, in order."""
    rows = session.scalars(
        select(SetAsideRow)
        .where(SetAsideRow.container_id.in_([each.id for each in containers]))
        .order_by(SetAsideRow.id)
    ).all()
    decisions = session.scalars(
        select(DispositionRow).where(DispositionRow.set_aside_id.in_([each.id for each in rows]))
    )
    decided = {each.set_aside_id: each for each in decisions}
    refs = sorted({each.ref for each in containers})
    signed = {each.binding: each for each in signatures_about(session, *refs)}
    return tuple(_set_aside(row, decided.get(row.id), signed) for row in rows)


def _set_aside(
    row: SetAsideRow, decided: DispositionRow | None, signed: dict[str, Signature]
) -> SetAside:
    return SetAside(
        number=row.id,
        container=row.container.number,
        rule=row.rule,
        reason=row.reason,
        deviation=row.deviation.number,
        at=row.at,
        disposition=decided.disposition if decided else None,
        decided_because=decided.reason if decided else None,
        stability_data=decided.stability_data if decided else None,
        decided_at=decided.at if decided else None,
        signature=signed[decided.signature] if decided else None,
    )


def shipment_shown(session: Session, shipment: Shipment, *, by: Actor) -> ShipmentShown:
    """A shipment with its containers as they stand, and all that happened to them in it."""
    containers = containers_in(session, shipment)
    events = [
        row
        for each in containers
        for row in events_of(session, each)
        if row.shipment_id == shipment.id
    ]
    return ShipmentShown(
        shipment=shipment_facts(session, shipment),
        containers=tuple(container_line(session, each, by=by) for each in containers),
        events=event_facts(session, sorted(events, key=lambda each: each.id)),
        set_aside=set_aside_facts(session, containers),
    )


def shipper_facts(row: ShipperQualification) -> ShipperFacts:
    """The qualification of a shipper as other contracts carry it."""
    shown = set(ShipperFacts.model_fields) - {"qualified_at"}
    return ShipperFacts(**{each: getattr(row, each) for each in shown}, qualified_at=row.at)
