"""Finding orders, shipments and containers: a treating site finds its own, and nothing else."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.delivery.models import ContainerEvent, Order, Shipment, ShipperQualification
from app.errors import BadInput, FieldError, NotFound
from app.intake.models import PatientCode
from app.lot.containers import container_for_change
from app.lot.models import Container
from app.people.actor import Actor
from app.trail import attachments
from schemas.delivery import EventKind
from schemas.delivery_forms import Scan
from schemas.lot import ContainerState
from schemas.people import Role
from schemas.trail import KeptFile


def of_a_site(by: Actor) -> bool:
    """Whether this person stands outside the unit, in one treating site."""
    return Role.TREATING_SITE in by.roles


def orders_seen(by: Actor) -> Select[Order]:
    """The orders this person may know of: a treating site's own, the unit's all."""
    everything = select(Order)
    if not of_a_site(by):
        return everything
    return everything.where(Order.treating_site == (by.treating_site or ""))


def find_order(session: Session, number: str, *, by: Actor) -> Order:
    """An order by its number.

    Raises:
        NotFound: there is none, or it is another site's.
    """
    row = session.scalar(orders_seen(by).where(Order.number == number))
    if row is None:
        raise NotFound(f"There is no order “{number[:60]}”.")
    return row


def order_for_change(session: Session, number: str, *, by: Actor) -> Order:
    """An order, locked until the transaction ends.

    Raises:
        NotFound: there is none, or it is another site's.
    """
    row = session.scalar(
        orders_seen(by)
        .where(Order.number == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound(f"There is no order “{number[:60]}”.")
    return row


def find_shipment(session: Session, number: str, *, by: Actor) -> Shipment:
    """A shipment by its number.

    Raises:
        NotFound: there is none, or it goes to another site.
    """
    row = session.scalar(select(Shipment).where(Shipment.number == number))
    if row is None or (of_a_site(by) and row.order.treating_site != by.treating_site):
        raise NotFound(f"There is no shipment “{number[:60]}”.")
    return row


def shipment_for_change(session: Session, number: str, *, by: Actor) -> Shipment:
    """A shipment, with its order locked until the transaction ends.

    Raises:
        NotFound: there is none, or it goes to another site.
    """
    shipment = find_shipment(session, number, by=by)
    order_for_change(session, shipment.order.number, by=by)
    return shipment


def shipments_of(session: Session, order: Order) -> Sequence[Shipment]:
    """The shipments of an order, in order."""
    return session.scalars(
        select(Shipment).where(Shipment.order_id == order.id).order_by(Shipment.id)
    ).all()


def containers_in(session: Session, shipment: Shipment) -> Sequence[Container]:
    """The containers of a shipment, in the order of their numbers; not those put back."""
    in_it = select(ContainerEvent.container_id).where(ContainerEvent.shipment_id == shipment.id)
    return session.scalars(
        select(Container)
        .where(
            Container.id.in_(in_it.where(ContainerEvent.kind == EventKind.PACKED)),
            Container.id.not_in(in_it.where(ContainerEvent.kind == EventKind.UNPACKED)),
        )
        .order_by(Container.number)
    ).all()


def locked_in(session: Session, shipment: Shipment, *states: ContainerState) -> list[Container]:
    """The containers of a shipment that are in one of these states, locked with their lots.

    Raises:
        NotFound: none is; this step is over, or has not come.
    """
    numbers = [each.number for each in containers_in(session, shipment)]
    locked = [container_for_change(session, number) for number in numbers]
    found = [each for each in locked if each.state in states]
    refuse_none_of(shipment.number, found, states)
    return found


def refuse_none_of(number: str, found: Sequence[object], states: Sequence[ContainerState]) -> None:
    """Refuse a step of a shipment that is about no container of it.

    Raises:
        NotFound: none was found in these states; this step is over, or has not come.
    """
    if not found:
        labels = " or ".join(each.label.lower() for each in states)
        raise NotFound(f"No container of {number} is {labels}: this step is over, or has not come.")


def scanned_containers(session: Session, scans: Sequence[Scan]) -> list[Container]:
    """The containers that were scanned, locked, in the order of their numbers.

    Raises:
        BadInput: a number is of no container at all, or was scanned twice.
    """
    errors = unknown_scans(session, scans)
    numbers = [each.container for each in scans]
    errors += [
        FieldError(f"scans.{at}.container", f"{number} was scanned before.")
        for at, number in enumerate(numbers)
        if number in numbers[:at]
    ]
    if errors:
        raise BadInput(errors)
    return [container_for_change(session, number) for number in sorted(numbers)]


def unknown_scans(session: Session, scans: Sequence[Scan]) -> list[FieldError]:
    """Numbers that are of no container: misread, so to be read again."""
    known = set(
        session.scalars(
            select(Container.number).where(Container.number.in_([each.container for each in scans]))
        )
    )
    return [
        FieldError(f"scans.{at}.container", f"No container has the number {each.container}.")
        for at, each in enumerate(scans)
        if each.container not in known
    ]


def find_container(session: Session, number: str, *, by: Actor) -> Container:
    """A container by its number; a treating site finds those that are, or were, on their way to it.

    Raises:
        NotFound: there is none, or it is another site's.
    """
    row = session.scalar(select(Container).where(Container.number == number))
    if row is not None and of_a_site(by):
        shipment = last_shipment(session, row)
        if shipment is None or shipment.order.treating_site != by.treating_site:
            row = None
    if row is None:
        raise NotFound(f"There is no container “{number[:60]}”.")
    return row


def last_shipment(session: Session, container: Container) -> Shipment | None:
    """The shipment a container was last packed into, if it was."""
    return session.scalars(
        select(Shipment)
        .join(ContainerEvent, ContainerEvent.shipment_id == Shipment.id)
        .where(
            ContainerEvent.container_id == container.id,
            ContainerEvent.kind == EventKind.PACKED,
        )
        .order_by(ContainerEvent.id.desc())
        .limit(1)
    ).first()


def patients_of(session: Session, by: Actor) -> Sequence[PatientCode]:
    """The patients of this person's treating site, the newest first."""
    return session.scalars(
        select(PatientCode)
        .where(PatientCode.treating_site == (by.treating_site or ""))
        .order_by(PatientCode.id.desc())
    ).all()


def find_patient(session: Session, code: str, *, by: Actor) -> PatientCode:
    """A patient by chain-of-identity code; a treating site finds its own.

    Raises:
        NotFound: there is none, or it is another site's.
    """
    row = session.scalar(select(PatientCode).where(PatientCode.code == code))
    if row is None or (of_a_site(by) and row.treating_site != by.treating_site):
        raise NotFound(f"There is no patient “{code[:60]}” here.")
    return row


def qualification_of(session: Session, code: str) -> ShipperQualification | None:
    """The qualification of a shipper that counts: the last one."""
    return session.scalars(
        select(ShipperQualification)
        .where(ShipperQualification.code == code)
        .order_by(ShipperQualification.id.desc())
        .limit(1)
    ).first()


def qualifications(session: Session) -> Sequence[ShipperQualification]:
    """The qualification that counts of every shipper, by code."""
    last: dict[str, ShipperQualification] = {}
    for row in session.scalars(select(ShipperQualification).order_by(ShipperQualification.id)):
        last[row.code] = row
    return [last[code] for code in sorted(last)]


def orders_for(session: Session, patient: PatientCode, *, by: Actor) -> Sequence[Order]:
    """The orders for a patient, the newest first."""
    return session.scalars(
        orders_seen(by).where(Order.patient_code == patient.code).order_by(Order.id.desc())
    ).all()


def refuse_outsiders(by: Actor) -> None:
    """Refuse what is of the unit's own concern to a treating site.

    Raises:
        NotFound: nothing of it is theirs.
    """
    if of_a_site(by):
        raise NotFound


def kept_log(session: Session, shipment: Shipment, digest: str) -> KeptFile:
    """A logger's file of this shipment, by its digest.

    Raises:
        NotFound: no such file was kept with it.
    """
    for each in attachments.kept_about(session, shipment.ref):
        if each.sha256 == digest:
            return each
    raise NotFound
