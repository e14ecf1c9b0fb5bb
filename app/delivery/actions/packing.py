"""Containers leave the store for an order: judged, packed, papers written; or are put back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.delivery.actions.cases import container_case, load_cases, product_of
from app.delivery.actions.events import add_event, record_for_each
from app.delivery.actions.finding import (
    find_container,
    last_shipment,
    order_for_change,
    qualification_of,
    scanned_containers,
)
from app.delivery.models import Order, Shipment, ShipperQualification
from app.delivery.rules import CONTAINER, LOAD
from app.delivery.rules.containers import order_stands
from app.errors import NotFound, refuse_if
from app.intake.actions import donation_dossier, donor_summary, find_donation
from app.lot.containers import container_for_change
from app.lot.journey import SHIPPABLE
from app.lot.models import Container, Lot, Source
from app.people.actor import Actor
from app.rulebook import judge
from app.trail import audit
from app.trail.signatures import sign
from schemas.base import day_of
from schemas.delivery import EventKind, Papers
from schemas.delivery_case import OrderCase, Step
from schemas.delivery_forms import Pack, Qualification, QualifyShipper, Unpack
from schemas.donor_records import DonorSummary
from schemas.finding import Finding
from schemas.lot import ContainerState, SourceKind, Stage
from schemas.product import Product
from schemas.trail import Meaning

LISTED = 200


def qualify_shipper(
    session: Session, form: QualifyShipper, *, by: Actor, at: datetime
) -> ShipperQualification:
    """QA signs what a shipper keeps, and until when that holds; it counts from now on (R-DEL-07).

    Raises:
        SignatureFailed: the password is not right.
    """
    words = Qualification.model_validate(form.model_dump(exclude={"signing"}))
    about = f"shipper/{words.code}"
    sign(
        session,
        words,
        about=about,
        by=by,
        signing=form.signing,
        meaning=Meaning.APPROVED,
        at=at,
    )
    given = {name: getattr(words, name) for name in Qualification.model_fields}
    row = ShipperQualification(**given, qualified_by=by.name, at=at)
    session.add(row)
    audit.record(session, by=by, at=at, did="delivery.qualify", about=about, details=words.plain())
    return row


def pack(session: Session, order_number: str, form: Pack, *, by: Actor, at: datetime) -> Shipment:
    """Pack the scanned containers for an order, if every rule lets them go.

    Raises:
        NotFound: there is no such order.
        BadInput: a number is of no container, or was scanned twice.
        Refused: with everything the rules found in the containers and in the load.
    """
    order = order_for_change(session, order_number, by=by)
    containers = scanned_containers(session, form.scans)
    shipper = qualification_of(session, form.shipper_code)
    refuse_if(_judge(session, order, containers, form, shipper, by=by, at=at))
    assert shipper is not None, "DLV-20 lets no unqualified shipper through"
    before = select(func.count()).where(Shipment.order_id == order.id)
    shipment = Shipment(
        number=f"{order.number}-S{(session.scalar(before) or 0) + 1}",
        order=order,
        qualification=shipper,
        seal=form.seal,
        estimated_arrival_at=form.estimated_arrival_at,
        packed_at=at,
        packed_by=by.name,
        papers=papers_for(session, order, containers, by=by, at=at).plain(),
    )
    session.add(shipment)
    for each in containers:
        add_event(
            session,
            each,
            EventKind.PACKED,
            shipment=shipment,
            by=by,
            at=at,
            words={"shipper": shipper.code, "seal": form.seal},
        )
    details = {**form.plain(), "shipment": shipment.number}
    record_for_each(session, containers, did="delivery.pack", by=by, at=at, details=details)
    return shipment


def refuse_withdrawn(order: Order) -> None:
    """Refuse to pack for an order that was withdrawn; packing asks it of each container.

    Raises:
        Refused: DLV-12.
    """
    case = OrderCase(order=order.number, order_cancelled=order.cancelled_at is not None)
    refuse_if(judge((order_stands,), case))


def _judge(
    session: Session,
    order: Order,
    containers: Sequence[Container],
    form: Pack,
    shipper: ShipperQualification | None,
    *,
    by: Actor,
    at: datetime,
) -> tuple[Finding, ...]:
    found = [
        finding
        for each in containers
        for finding in judge(
            CONTAINER,
            container_case(
                session,
                each,
                order,
                None,
                step=Step.PACK,
                by=by,
                at=at,
                arrives_at=form.estimated_arrival_at,
            ),
        )
    ]
    for case in load_cases(session, order, containers, form, shipper, by=by, at=at):
        found += [each for each in judge(LOAD, case) if each not in found]
    return tuple(found)


def unpack(session: Session, number: str, form: Unpack, *, by: Actor, at: datetime) -> Container:
    """Put a packed container back into store before it left the unit.

    Raises:
        NotFound: there is no such container, or it was never packed.
        NoSuchMove: it is not packed.
    """
    find_container(session, number, by=by)
    container = container_for_change(session, number)
    shipment = last_shipment(session, container)
    if shipment is None:
        raise NotFound(f"{number} was never packed.")
    add_event(
        session,
        container,
        EventKind.UNPACKED,
        shipment=shipment,
        by=by,
        at=at,
        words=form.plain(),
    )
    record_for_each(session, [container], did="delivery.unpack", by=by, at=at, why=form.reason)
    return container


@dataclass(frozen=True)
class _Origin:
    donations: tuple[str, ...]
    label_texts: tuple[str, ...]
    donors: tuple[DonorSummary, ...]


def papers_for(
    session: Session, order: Order, containers: Sequence[Container], *, by: Actor, at: datetime
) -> Papers:
    """Label texts and shipping papers: the product's words, the donors', the lot's facts."""
    product = product_of(session, containers[0])
    lots = list(dict.fromkeys(each.lot for each in containers))
    origin = _origin(session, lots, product, by=by, at=at)
    cells = sum((each.viable_cells for each in containers), Decimal(0))
    expiries = [each.expires_at or each.lot.expires_at for each in containers]
    return Papers(
        **_product_words(product),
        lots=tuple(each.number for each in lots),
        certification=_certification(lots),
        donations=origin.donations,
        expires_at=min((each for each in expiries if each), default=None),
        zone=by.zone,
        warnings=tuple(dict.fromkeys((*product.label.warnings, *origin.label_texts))),
        for_one_patient=product.donation_use.statement,
        patient_code=order.patient_code,
        dose_cells=cells,
        cells_per_kg=(cells / order.weight_kg).quantize(Decimal(1)),
        donors=origin.donors,
    )


def _certification(lots: Sequence[Lot]) -> str:
    if any(each.stage is Stage.CONDITIONALLY_CERTIFIED for each in lots):
        return "Certified conditionally: results are outstanding"
    return "Certified"


def _product_words(product: Product) -> dict[str, Any]:
    label, ready = product.label, product.reconstitution
    return {
        "product_name": product.name,
        "common_name": product.common_name,
        "active_substance": product.active_substance,
        "strength": product.strength,
        "contents": label.contents,
        "excipients": label.excipients,
        "route": product.route,
        "storage": product.storage.words,
        "transport": product.transport.words,
        "disposal": label.disposal,
        "manufacturer": f"{label.manufacturer_name}, {label.manufacturer_address}",
        "holder": label.holder_name or label.sponsor_name,
        "authorisation_number": label.authorisation_number,
        "trial": label.trial_number,
        "instruction_version": ready.version if ready else None,
        "instruction": ready.instruction if ready else None,
        "maximum_minutes": ready.maximum_minutes if ready else None,
    }


def _origin(
    session: Session, lots: Sequence[Lot], product: Product, *, by: Actor, at: datetime
) -> _Origin:
    """The donations behind these lots, through banks too, and what must be said of their donors.

    By the rules of where the product goes: another law's warning would alarm for nothing.
    """
    found = list(lots)
    codes: list[str] = []
    for lot in found:
        for row in session.scalars(select(Source).where(Source.lot_id == lot.id)):
            if row.kind is SourceKind.DONATION:
                codes.append(row.ref)
            elif row.parent_lot is not None and row.parent_lot not in found:
                found.append(row.parent_lot)
    on = day_of(at, by.zone)
    asked = product.jurisdictions
    known = [
        donation_dossier(session, find_donation(session, code), on=on)
        for code in dict.fromkeys(codes)
    ]
    texts = [text for each in known for text in each.label_texts_for(asked)]
    return _Origin(
        donations=tuple(dict.fromkeys(codes)),
        label_texts=tuple(dict.fromkeys(texts)),
        donors=tuple(donor_summary(each, asked) for each in known),
    )


def papers_of(shipment: Shipment) -> Papers:
    """The papers as they were written at packing."""
    return Papers.model_validate(shipment.papers)


def containers_for(session: Session, order: Order) -> Sequence[Container]:
    """Containers in store that may be meant: of this product, certified, for this patient."""
    asked = (
        select(Container)
        .join(Lot)
        .where(
            Container.state == ContainerState.IN_STORE,
            Lot.product_code == order.product_code,
            Lot.stage.in_(SHIPPABLE),
            Lot.held.is_(False),
            Lot.is_bank.is_(False),
            Lot.patient_coi.is_(None) | (Lot.patient_coi == order.patient_code),
        )
        .order_by(Container.expires_at, Container.number)
        .limit(LISTED)
    )
    if order.lot_number is not None:
        asked = asked.where(Lot.number == order.lot_number)
    return session.scalars(asked).all()
