"""A physician asks for a product for one patient, and may withdraw the order."""

import secrets
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.delivery.actions.cases import counted
from app.delivery.actions.finding import order_for_change
from app.delivery.models import Order
from app.errors import BadInput, FieldError, OutOfDate, RecordError
from app.intake.models import PatientCode
from app.lot.models import Lot
from app.masters import shelf
from app.people.actor import Actor
from app.trail import audit
from app.trail.signatures import sign
from schemas.base import day_of
from schemas.chain_of_identity import CODES, chain_of_identity
from schemas.delivery import OrderState
from schemas.delivery_forms import CancelOrder, RequestDelivery
from schemas.delivery_words import OrderWords
from schemas.document import DocumentKind, DocumentState
from schemas.lot import ContainerState
from schemas.product import Product
from schemas.trail import Meaning

MOVING = (ContainerState.PACKED, ContainerState.ON_THE_WAY, ContainerState.AT_SITE)


class NotWithdrawn(RecordError):
    """Something is packed or on its way for this order. Take it back first, then withdraw it."""

    status = 409
    title = "Under way"


def products_on_offer(session: Session, *, by: Actor, at: datetime) -> tuple[Product, ...]:
    """The products that are given to patients and in force today."""
    on = day_of(at, by.zone)
    found = [
        shelf.content_of(shelf.document_at(session, each.code, each.version))
        for each in shelf.shelf(session, on=on)
        if each.kind is DocumentKind.PRODUCT and each.state is DocumentState.EFFECTIVE
    ]
    return tuple(each for each in found if isinstance(each, Product) and not each.is_bank)


def request_delivery(session: Session, form: RequestDelivery, *, by: Actor, at: datetime) -> Order:
    """Put a physician's order on record, signed; a patient new to us gets a code (R-DON-30).

    Raises:
        BadInput: no such product, patient or lot for this site, or a moment that is over.
        SignatureFailed: the password is not right.
    """
    product = _product(session, form, by=by, at=at)
    _refuse_wrong(session, form, product, by=by, at=at)
    order = Order(
        number=_next_number(session, by, at=at),
        treating_site=by.treating_site,
        product_code=product.code,
        product_name=product.name,
        patient=_patient(session, form, by=by, at=at),
        lot_number=form.lot_number,
        weight_kg=form.weight_kg,
        containers=form.containers,
        planned_at=form.planned_at,
        zone=by.zone,
        contact=form.contact,
        note=form.note,
        requested_by=by.name,
        requested_at=at,
    )
    session.add(order)
    session.flush()
    words = order_words(order)
    sign(
        session,
        words,
        about=order.ref,
        by=by,
        signing=form.signing,
        meaning=Meaning.REQUESTED,
        at=at,
    )
    audit.record(
        session, by=by, at=at, did="delivery.request", about=order.ref, details=words.plain()
    )
    return order


def order_words(order: Order) -> OrderWords:
    """What the physician signs."""
    shown = set(OrderWords.model_fields) - {"order_number"}
    return OrderWords(order_number=order.number, **{each: getattr(order, each) for each in shown})


def _product(session: Session, form: RequestDelivery, *, by: Actor, at: datetime) -> Product:
    for each in products_on_offer(session, by=by, at=at):
        if each.code == form.product_code:
            return each
    raise BadInput([FieldError("product_code", "Choose a product from the list.")])


def _refuse_wrong(
    session: Session, form: RequestDelivery, product: Product, *, by: Actor, at: datetime
) -> None:
    errors = []
    if form.planned_at <= at:
        errors.append(FieldError("planned_at", "Enter a moment that lies ahead."))
    if form.patient_code is None and product.donation_use.for_one_patient:
        says = f"{product.name} is made for one patient; choose the patient's code."
        errors.append(FieldError("patient_code", says))
    if form.patient_code is not None and _own(session, form.patient_code, by) is None:
        says = f"None of your patients has the code {form.patient_code}."
        errors.append(FieldError("patient_code", says))
    if form.lot_number is not None and not _lot_may_be_named(session, form):
        says = f"There is no lot {form.lot_number} of this product for this patient."
        errors.append(FieldError("lot_number", says))
    if errors:
        raise BadInput(errors)


def _lot_may_be_named(session: Session, form: RequestDelivery) -> bool:
    lot = session.scalar(select(Lot).where(Lot.number == form.lot_number))
    if lot is None or lot.product_code != form.product_code:
        return False
    return lot.patient_coi in (None, form.patient_code)


def _own(session: Session, code: str, by: Actor) -> PatientCode | None:
    return session.scalar(
        select(PatientCode).where(
            PatientCode.code == code, PatientCode.treating_site == (by.treating_site or "")
        )
    )


def _patient(session: Session, form: RequestDelivery, *, by: Actor, at: datetime) -> PatientCode:
    known = _own(session, form.patient_code, by) if form.patient_code else None
    if known is not None:
        return known
    assert by.treating_site is not None, "only a treating site asks for a delivery"
    code = chain_of_identity(secrets.randbelow(CODES))
    return PatientCode(code=code, treating_site=by.treating_site, made_at=at)


def _next_number(session: Session, by: Actor, *, at: datetime) -> str:
    year = at.astimezone(ZoneInfo(by.zone)).year % 100
    prefix = f"{by.site_code}-O{year:02d}-"
    last = session.scalar(
        select(func.max(Order.number)).where(Order.number.startswith(prefix, autoescape=True))
    )
    return f"{prefix}{int(last.rsplit('-', 1)[1]) + 1 if last else 1:04d}"


def cancel_order(
    session: Session, number: str, form: CancelOrder, *, by: Actor, at: datetime
) -> Order:
    """Withdraw what is left of an order.

    Raises:
        NotFound: there is no such order of this site.
        NotWithdrawn: something is packed or on its way.
        OutOfDate: it was withdrawn meanwhile.
    """
    order = order_for_change(session, number, by=by)
    if order.version != form.version:
        raise OutOfDate
    refuse_kept(session, order)
    order.cancelled_at = at
    order.cancelled_because = form.reason
    audit.record(session, by=by, at=at, did="delivery.cancel", about=order.ref, why=form.reason)
    return order


def refuse_kept(session: Session, order: Order) -> None:
    """Refuse to withdraw an order that is under way, or withdrawn.

    Raises:
        OutOfDate: it was withdrawn.
        NotWithdrawn: something is packed or on its way.
    """
    if order.cancelled_at is not None:
        raise OutOfDate(f"Order {order.number} was withdrawn already.")
    if any(each.state in MOVING for each in counted(session, order)):
        raise NotWithdrawn


def state_of(session: Session, order: Order) -> OrderState:
    """How far an order has come."""
    found = counted(session, order)
    if order.cancelled_at is not None:
        return OrderState.CANCELLED
    given = [each for each in found if each.state is ContainerState.ADMINISTERED]
    if len(given) >= order.containers:
        return OrderState.COMPLETE
    return OrderState.UNDER_WAY if found else OrderState.OPEN
