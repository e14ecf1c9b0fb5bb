"""A lot is recalled, rejected or held: every container outside is found, every site told."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.delivery.actions.finding import find_container, of_a_site
from app.delivery.models import Acknowledgement, ContainerEvent, Order, Shipment
from app.errors import NotFound
from app.lot.containers import container_for_change
from app.lot.models import Container, Lot
from app.people.actor import Actor
from app.trail import audit
from app.trail.signatures import sign
from schemas.delivery import EventKind, Notice, StopCause
from schemas.delivery_forms import AcknowledgeNotice
from schemas.delivery_words import AcknowledgementWords
from schemas.lot import ContainerState, Stage
from schemas.trail import Meaning

OUTSIDE = (ContainerState.ON_THE_WAY, ContainerState.AT_SITE, ContainerState.ADMINISTERED)
CAUSES = {Stage.RECALLED: StopCause.RECALLED, Stage.REJECTED: StopCause.REJECTED}
WHAT_TO_DO = {
    ContainerState.ON_THE_WAY: "It is on its way. Set it aside when it arrives.",
    ContainerState.AT_SITE: "Do not use it. Set it aside.",
    ContainerState.ADMINISTERED: "It was given. Inform the physician and follow the patient up.",
}


def notices(
    session: Session, by: Actor | None = None, *, lot: Lot | None = None
) -> tuple[Notice, ...]:
    """A notice for each container that left the unit and whose lot was stopped (R-DEL-16).

    For a person of a treating site, only of its own patients; of one lot, if asked.
    """
    asked = (
        select(Container, Order)
        .join(ContainerEvent, ContainerEvent.container_id == Container.id)
        .join(Shipment, Shipment.id == ContainerEvent.shipment_id)
        .join(Order, Order.id == Shipment.order_id)
        .join(Lot, Lot.id == Container.lot_id)
        .where(
            ContainerEvent.kind == EventKind.PACKED,
            Container.state.in_(OUTSIDE),
            or_(Lot.held, Lot.stage.in_(CAUSES)),
        )
        .order_by(Container.number, ContainerEvent.id)
    )
    if lot is not None:
        asked = asked.where(Lot.id == lot.id)
    if by is not None and of_a_site(by):
        asked = asked.where(Order.treating_site == (by.treating_site or ""))
    # The last order counts: what was packed for one and put back may have gone to another.
    last = dict(session.execute(asked).all())
    known = _acknowledged(session, list(last))
    return tuple(_notice(container, order, known) for container, order in last.items())


def _acknowledged(
    session: Session, containers: Sequence[Container]
) -> dict[tuple[int, str], Acknowledgement]:
    rows = session.scalars(
        select(Acknowledgement)
        .where(Acknowledgement.container_id.in_([each.id for each in containers]))
        .order_by(Acknowledgement.id)
    )
    return {(row.container_id, row.notice): row for row in rows}


def _notice(
    container: Container, order: Order, known: dict[tuple[int, str], Acknowledgement]
) -> Notice:
    cause, says = cause_of(container.lot), words_of(container)
    read = known.get((container.id, says))
    return Notice(
        container=container.number,
        lot_number=container.lot.number,
        product_name=container.lot.product_name,
        state=container.state,
        order_number=order.number,
        treating_site=order.treating_site,
        patient_code=order.patient_code,
        contact=order.contact,
        cause=cause,
        says=says,
        acknowledged_at=read.at if read else None,
        acknowledged_by=read.by if read else None,
        measures=read.measures if read else None,
    )


def cause_of(lot: Lot) -> StopCause:
    """Why a lot is stopped: recalled, rejected, or else held."""
    return CAUSES.get(lot.stage, StopCause.HELD)


def words_of(container: Container) -> str:
    """What a notice says of a container, as things stand: a new fact makes a new notice."""
    lot = container.lot
    why = f": {lot.hold_reason}" if lot.hold_reason else ""
    return f"Lot {lot.number} is {cause_of(lot).label.lower()}{why}. {WHAT_TO_DO[container.state]}"


def find_notice(session: Session, container_number: str, *, by: Actor) -> Notice:
    """The notice about a container, if its lot is stopped.

    Raises:
        NotFound: there is no such container of this site, or no notice about it.
    """
    container = find_container(session, container_number, by=by)
    for each in notices(session, by, lot=container.lot):
        if each.container == container.number:
            return each
    raise NotFound(f"There is no notice about {container_number[:60]}.")


def acknowledge(
    session: Session, container_number: str, form: AcknowledgeNotice, *, by: Actor, at: datetime
) -> Notice:
    """The treating site has read a notice, and signs what was done.

    Raises:
        NotFound: there is no such container of this site, or no notice about it.
        SignatureFailed: the password is not right.
    """
    find_container(session, container_number, by=by)
    container = container_for_change(session, container_number)
    notice = find_notice(session, container_number, by=by)
    words = AcknowledgementWords(
        container=container.number,
        lot_number=container.lot.number,
        patient_code=notice.patient_code,
        notice=notice.says,
        measures=form.measures,
    )
    signature = sign(
        session,
        words,
        about=f"{container.ref}/notice",
        by=by,
        signing=form.signing,
        meaning=Meaning.RECEIVED,
        at=at,
    )
    session.add(
        Acknowledgement(
            container=container,
            cause=notice.cause,
            notice=notice.says,
            measures=form.measures,
            by=by.name,
            at=at,
            signature=signature.binding,
        )
    )
    audit.record(
        session,
        by=by,
        at=at,
        did="delivery.acknowledge",
        about=container.ref,
        details=words.plain(),
    )
    return find_notice(session, container_number, by=by)
