"""Receipt: a donation arrives, is inspected and measured, and stays in quarantine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from app.errors import BadInput, FieldError, NotFound, OutOfDate
from app.intake.actions.days import not_to_come
from app.intake.actions.donations import donation_for_change
from app.intake.models import DonationRow, ReceiptRow
from app.intake.rules import judge_receipt
from app.intake.rules.acceptance import judge_identity
from app.masters import shelf
from app.people.actor import Actor, local_day
from app.trail import attachments, audit
from schemas.document import DocumentKind, DocumentState
from schemas.donation import Receipt, ReceiptLimits
from schemas.finding import Finding
from schemas.intake import DonationState, ReceiptLine
from schemas.intake_forms import ReceiveDonation
from schemas.product import Product
from schemas.trail import KeptFile


@dataclass(frozen=True)
class LoggerFile:
    """The transport logger's file as it was sent."""

    name: str
    media_type: str
    content: bytes


def products_for(session: Session, donation: DonationRow, *, on: date) -> Sequence[Product]:
    """The products in force on this day that start from such a donation, not from a bank."""
    effective = [
        shelf.content_of(shelf.document_at(session, each.code, each.version))
        for each in shelf.shelf(session, on=on)
        if each.kind is DocumentKind.PRODUCT and each.state is DocumentState.EFFECTIVE
    ]
    return [
        each
        for each in effective
        if isinstance(each, Product)
        and each.tissue is donation.tissue
        and each.donation_use is donation.use
        and each.collection_to_receipt_maximum_hours is not None
    ]


def refuse_decided(donation: DonationRow) -> None:
    """Refuse a receipt inspection of what was decided: it would not be what the decision rests on.

    Raises:
        OutOfDate: QA decided the donation.
    """
    if donation.state is not DonationState.QUARANTINE:
        now = donation.state.label.lower()
        raise OutOfDate(f"{donation.donation_code} is {now} already; its receipt stays as it is.")


def receive_donation(
    session: Session,
    code: str,
    received: ReceiveDonation,
    *,
    log: LoggerFile | None,
    by: Actor,
    at: datetime,
) -> ReceiptRow:
    """Put a receipt inspection on record, with the product's limits; it stays in quarantine.

    What it shows is judged when it is looked at, and stands against acceptance (R-DEL-08 to 10).

    Raises:
        NotFound: there is no such donation.
        BadInput: no such product for it, a moment ahead, or a correction without a reason.
        OutOfDate: QA decided the donation meanwhile.
    """
    donation = donation_for_change(session, code)
    refuse_decided(donation)
    not_to_come("received_at", received.received_at, by.zone, at)
    product = _product_for(session, donation, received.product_code, on=local_day(by, at))
    before = receipt_rows(session, donation)
    if before and received.reason is None:
        says = "It was received before. To correct that inspection, say why."
        raise BadInput([FieldError("reason", says)])
    row = _receipt_row(donation, received, product, before, by=by, at=at)
    session.add(row)
    session.flush()
    if log is not None:
        attachments.keep(
            session,
            log.content,
            name=log.name,
            media_type=log.media_type,
            about=row.ref,
            by=by,
            at=at,
        )
    why = received.reason if before else None
    audit.record(session, by=by, at=at, did="intake.receive", about=donation.ref, why=why)
    return row


def _receipt_row(
    donation: DonationRow,
    received: ReceiveDonation,
    product: Product,
    before: Sequence[ReceiptRow],
    *,
    by: Actor,
    at: datetime,
) -> ReceiptRow:
    facts = {name: getattr(received, name) for name in Receipt.model_fields}
    limits = ReceiptLimits(
        temperature=product.starting_transport,
        maximum_hours=product.collection_to_receipt_maximum_hours,
    )
    return ReceiptRow(
        donation=donation,
        content=Receipt.model_validate(facts).plain(),
        product_code=product.code,
        product_version=product.version,
        limits=limits.plain(),
        handed_over_by=received.handed_over_by,
        patient_code_on_container=received.patient_code_on_container,
        entered_by=by.name,
        at=at,
        corrects_id=before[-1].id if before else None,
        reason=received.reason if before else None,
    )


def _product_for(session: Session, donation: DonationRow, code: str, *, on: date) -> Product:
    products = products_for(session, donation, on=on)
    for each in products:
        if each.code == code:
            return each
    right = ", ".join(each.code for each in products) or "none yet: approve its master first"
    says = f"{code} is no product in force for this tissue and use. Right would be: {right}."
    raise BadInput([FieldError("product_code", says)])


def receipt_rows(session: Session, donation: DonationRow) -> Sequence[ReceiptRow]:
    """The receipt inspections of a donation, in order; the last one stands."""
    return session.scalars(
        select(ReceiptRow)
        .where(ReceiptRow.donation_id == donation.id)
        .order_by(ReceiptRow.id)
        .options(lazyload(ReceiptRow.donation))
    ).all()


def was_received(session: Session, donation: DonationRow) -> bool:
    """Whether a receipt inspection is on record; another one then corrects it."""
    return bool(receipt_rows(session, donation))


def transport_log(session: Session, donation: DonationRow) -> KeptFile:
    """The logger's file of the receipt that stands.

    Raises:
        NotFound: it was not received yet, or no file is attached.
    """
    rows = receipt_rows(session, donation)
    logs = attachments.kept_about(session, rows[-1].ref) if rows else ()
    if not logs:
        raise NotFound("No transport log is attached.")
    return logs[0]


def receipt_line(session: Session, row: ReceiptRow) -> ReceiptLine:
    """A receipt inspection as other contracts carry it, with the logger's file."""
    logs = attachments.kept_about(session, row.ref)
    return ReceiptLine(
        number=row.id,
        receipt=Receipt.model_validate(row.content),
        product_code=row.product_code,
        product_version=row.product_version,
        limits=ReceiptLimits.model_validate(row.limits),
        handed_over_by=row.handed_over_by,
        patient_code_on_container=row.patient_code_on_container,
        entered_by=row.entered_by,
        entered_at=row.at,
        corrects=row.corrects_id,
        reason=row.reason,
        log=logs[0] if logs else None,
    )


def judge_line(donation: DonationRow, line: ReceiptLine) -> tuple[Finding, ...]:
    """Everything an arrival shows against the donation: time, temperature, state, identity."""
    contract = donation.contract
    return (
        *judge_receipt(line.receipt, contract, line.limits),
        *judge_identity(line.patient_code_on_container, contract),
    )
