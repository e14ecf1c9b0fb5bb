"""Finding lots, numbering them, moving them on, holding them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, lazyload

from app.db import begins_with
from app.errors import NotFound, OutOfDate
from app.lot.journey import refuse_move
from app.lot.models import Container, Lot, Source
from app.people.actor import Actor
from app.trail import audit
from schemas.lot import ContainerFacts, FrozenVersion, HoldLot, LotFacts, LotSource, Stage
from schemas.quantity import Unit


def next_lot_number(session: Session, by: Actor, *, at: datetime) -> str:
    """The next lot number of this site and year: UNIT1-26-0001. Unique for ever (R-ATMP-28)."""
    year = at.astimezone(ZoneInfo(by.zone)).year % 100
    prefix = f"{by.site_code}-{year:02d}-"
    last = session.scalar(select(func.max(Lot.number)).where(begins_with(Lot.number, prefix)))
    return f"{prefix}{int(last.rsplit('-', 1)[1]) + 1 if last else 1:04d}"


def find_lot(session: Session, number: str) -> Lot:
    """A lot by its number.

    Raises:
        NotFound: there is no such lot.
    """
    lot = session.scalar(select(Lot).where(Lot.number == number))
    if lot is None:
        raise NotFound(f"There is no lot “{number[:60]}”.")
    return lot


def lot_for_change(session: Session, number: str, *, version: int | None = None) -> Lot:
    """A lot, locked until the transaction ends: deeds on one lot are done one after the other.

    Raises:
        NotFound: there is no such lot.
        OutOfDate: the lot changed after the page with this `version` was opened.
    """
    lot = session.scalar(
        select(Lot)
        .where(Lot.number == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if lot is None:
        raise NotFound(f"There is no lot “{number[:60]}”.")
    if version is not None and lot.version != version:
        raise OutOfDate
    return lot


def move(lot: Lot, to: Stage) -> None:
    """Move a lot on its journey.

    Raises:
        NoSuchMove: the table of moves does not hold it.
    """
    refuse_move(lot.number, lot.stage, to)
    lot.stage = to


def hold(lot: Lot, reason: str) -> None:
    """Hold a lot: nothing goes on until QA lets it. A second reason is added to the first."""
    lot.hold_reason = f"{lot.hold_reason}; {reason}" if lot.hold_reason else reason
    lot.held = True


def hold_lot(session: Session, number: str, words: HoldLot, *, by: Actor, at: datetime) -> Lot:
    """Hold a lot by decision of QA or the QP.

    Raises:
        OutOfDate: the lot changed after the page was opened.
    """
    lot = lot_for_change(session, number, version=words.version)
    hold(lot, words.reason)
    audit.record(session, by=by, at=at, did="lot.hold", about=lot.ref, why=words.reason)
    return lot


def release_hold(session: Session, number: str, words: HoldLot, *, by: Actor, at: datetime) -> Lot:
    """Let a held lot go on. This certifies nothing.

    Raises:
        OutOfDate: the lot changed after the page was opened.
    """
    lot = lot_for_change(session, number, version=words.version)
    lot.held = False
    lot.hold_reason = None
    audit.record(session, by=by, at=at, did="lot.unhold", about=lot.ref, why=words.reason)
    return lot


def sources_of(session: Session, lot: Lot) -> tuple[LotSource, ...]:
    """What this lot came from, in order."""
    rows = session.scalars(
        select(Source)
        .where(Source.lot_id == lot.id)
        .order_by(Source.id)
        .options(lazyload(Source.lot), lazyload(Source.parent_lot))
    )
    return tuple(
        LotSource(
            kind=row.kind,
            ref=row.ref,
            parent_lot=row.parent_lot.number if row.parent_lot else None,
            quantity=row.quantity,
            unit=Unit(row.unit),
            at=row.at,
        )
        for row in rows
    )


def containers_of(session: Session, lot: Lot) -> tuple[Container, ...]:
    """The containers of this lot, in the order of their numbers."""
    rows = session.scalars(
        select(Container)
        .where(Container.lot_id == lot.id)
        .order_by(Container.number)
        .options(lazyload(Container.lot))
    )
    return tuple(rows)


def facts_of(lot: Lot, by: Actor) -> LotFacts:
    """A lot as other contracts carry it."""
    return LotFacts(
        number=lot.number,
        site=by.site_code,
        is_bank=lot.is_bank,
        donation_use=lot.donation_use,
        patient_coi=lot.patient_coi,
        product=FrozenVersion(
            code=lot.product_code, version=lot.product_version, sha256=lot.product_digest
        ),
        product_name=lot.product_name,
        specification=FrozenVersion(
            code=lot.specification_code,
            version=lot.specification_version,
            sha256=lot.specification_digest,
        ),
        master=FrozenVersion(
            code=lot.master_code, version=lot.master_version, sha256=lot.master_digest
        ),
        stage=lot.stage,
        held=lot.held,
        hold_reason=lot.hold_reason,
        started_at=lot.started_at,
        completed_at=lot.completed_at,
        expires_at=lot.expires_at,
        zone=by.zone,
    )


def container_facts(row: Container) -> ContainerFacts:
    """A container as other contracts carry it."""
    return ContainerFacts(
        number=row.number,
        lot_number=row.lot.number,
        kind=row.kind,
        volume_ml=row.volume_ml,
        viable_cells=row.viable_cells,
        state=row.state,
        position=row.position,
        patient_coi=row.lot.patient_coi,
        made_at=row.made_at,
        expires_at=row.expires_at,
    )
