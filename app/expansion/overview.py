"""The list of lots, page by page, and what hinders a person at a lot."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Select, Text, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from app.asking import connection_of
from app.db import begins_with
from app.expansion.book import Book
from app.expansion.cases import MEDIA_FILL, entries, is_trained, worker_case
from app.expansion.rules.step import words
from app.intake.actions import acceptable_donations
from app.intake.models import DonationRow
from app.lot.models import Container, Lot, Source
from app.masters.shelf import shelf
from app.people.actor import Actor, local_day
from schemas.document import DocumentFacts, DocumentKind, DocumentState
from schemas.lot import ContainerState, SourceKind, Stage
from schemas.lot_list import LotLine, LotList, LotSearch
from schemas.master import FromParentLot, MasterBatchRecord
from schemas.product import Product

PAGE = 25
FIELDS = tuple(LotLine.model_fields)
READ = TypeAdapter(tuple[LotLine, ...])
LINES = select(
    Lot.number,
    Lot.product_code,
    Lot.product_name,
    type_coerce(Lot.stage, Text).label("stage"),
    Lot.held,
    Lot.started_at,
    Lot.expires_at,
    Lot.id,
).order_by(Lot.id.desc())
"""The fields of a line in their order, and the key of the page after it."""


def _products() -> Select[Any]:
    after = select(func.min(Lot.product_code).label("code")).cte("products", recursive=True)
    further = select(func.min(Lot.product_code)).where(Lot.product_code > after.c.code)
    codes = after.union_all(
        select(further.scalar_subquery()).select_from(after).where(after.c.code.is_not(None))
    )
    return select(codes.c.code).where(codes.c.code.is_not(None))


PRODUCTS = _products()


def lots(session: Session, search: LotSearch) -> LotList:
    """Twenty-five lots, newest first, after `before` (R-ATMP-28).

    The page is found by its key, so that the thousandth is as near as the first.
    """
    wanted = LINES.limit(PAGE + 1)
    if search.stage is not None:
        wanted = wanted.where(Lot.stage == search.stage)
    if search.product is not None:
        wanted = wanted.where(Lot.product_code == search.product)
    if search.words:
        sought = search.words.strip().upper()
        wanted = wanted.where(or_(begins_with(Lot.number, sought), Lot.patient_coi == sought))
    if search.before is not None:
        wanted = wanted.where(Lot.id < search.before)
    rows = connection_of(session).execute(wanted).all()
    lines = [dict(zip(FIELDS, row, strict=False)) for row in rows[:PAGE]]
    return LotList(
        lines=READ.validate_python(lines),
        next_before=rows[PAGE - 1].id if len(rows) > PAGE else None,
    )


def product_codes(session: Session) -> Sequence[str]:
    """The products that lots were made of, by code: each found in the index after the one before.

    Asking for what is distinct would read every lot there is.
    """
    return connection_of(session).scalars(PRODUCTS).all()


def products(session: Session, *, by: Actor, at: datetime) -> tuple[DocumentFacts, ...]:
    """The products a lot can be started of today."""
    return tuple(
        each
        for each in shelf(session, on=local_day(by, at))
        if each.kind is DocumentKind.PRODUCT and each.state is DocumentState.EFFECTIVE
    )


def donations_for(session: Session, product: Product) -> tuple[DonationRow, ...]:
    """The donations that may be taken for a product, newest first."""
    found = acceptable_donations(session, tissue=product.tissue, use=product.donation_use)
    return tuple(found)


def containers_for(
    session: Session, master: MasterBatchRecord, *, at: datetime
) -> tuple[Container, ...]:
    """The containers of certified banks that may be taken, first expired first."""
    start = master.starting_from
    if not isinstance(start, FromParentLot):
        return ()
    taken = select(Source.ref).where(Source.kind == SourceKind.CONTAINER)
    rows = session.scalars(
        select(Container)
        .join(Container.lot)
        .where(
            Lot.product_code == start.product_code,
            Lot.stage == Stage.CERTIFIED,
            ~Lot.held,
            Container.state == ContainerState.IN_STORE,
            Container.number.not_in(taken),
            or_(Container.expires_at.is_(None), Container.expires_at > at),
        )
        .order_by(Container.expires_at, Container.number)
        .limit(100)
    )
    return tuple(rows)


def hindrances(session: Session, lot: Lot, book: Book, *, by: Actor, at: datetime) -> Iterator[str]:
    """What stands between this person and the next step, in words."""
    if lot.stage is not Stage.IN_PRODUCTION:
        return
    if lot.held:
        yield f"The lot is held: {lot.hold_reason}"
    waiting = book.to_check()
    if waiting:
        yield f"Not checked yet: {words(entries(waiting))}."
    if not by.may("step.perform"):
        return
    if not is_trained(session, by, book.master, local_day(by, at)):
        yield f"You are not trained on {book.master.code} version {book.master.version}."
    elif not worker_case(session, by, book.master, at).aseptic:
        yield f"No valid media fill of yours is recorded ({MEDIA_FILL}): no open processing."
