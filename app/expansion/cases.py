"""Rows made into the facts that the rules look at."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.expansion.book import (
    Book,
    Place,
    gone_before,
    performed_at,
    seed_of,
    taken_from,
    times_of,
)
from app.expansion.calculating import cumulative_doublings
from app.expansion.gathering import doublings_of
from app.intake.actions.donations import donation_for_change
from app.intake.actions.dossier import donation_dossier
from app.lot.containers import container_for_change
from app.lot.lots import container_facts, containers_of, facts_of
from app.lot.models import Container, Lot, Source
from app.masters.rounding import round_to_decimals
from app.people.actions import training_of
from app.people.actor import Actor, local_day
from app.people.models import Training
from schemas.eligibility import EligibilityStatus
from schemas.expansion import PerformStep, UsedDonation
from schemas.expansion_facts import (
    ContainerCase,
    DonationCase,
    PlaceCase,
    StepCase,
    WindowCase,
    WorkerCase,
)
from schemas.intake import ConsentState, DonationDossier
from schemas.lot import SourceKind
from schemas.master import MasterBatchRecord
from schemas.master_step import Step
from schemas.product import Product
from schemas.production import EntryWords
from schemas.step import CountedCells

MEDIA_FILL = "MEDIA-FILL"
"""The code under which QA records that a person has passed a media fill, and until when."""


def worker_case(session: Session, by: Actor, master: MasterBatchRecord, at: datetime) -> WorkerCase:
    """Who acts, with training on this master and media fill as they are today."""
    today = local_day(by, at)
    media_fill = session.scalars(
        select(Training.id)
        .where(
            Training.account_id == by.account_id,
            Training.document_code == MEDIA_FILL,
            Training.trained_on <= today,
            Training.valid_until >= today,
        )
        .limit(1)
    ).first()
    return WorkerCase(
        name=by.name,
        roles=by.roles,
        trained=is_trained(session, by, master, today),
        aseptic=media_fill is not None,
    )


def is_trained(session: Session, by: Actor, master: MasterBatchRecord, on: date) -> bool:
    """Whether a person is trained on this version of a master on this day (R-P11-09)."""
    version = str(master.version)
    return training_of(session, by.account_id, master.code, version, on=on) is not None


def donation_case(
    session: Session, used: UsedDonation, product: Product, *, by: Actor, at: datetime
) -> DonationCase:
    """A donation and its donor as known now; both stay locked, so that news waits or is here.

    Raises:
        NotFound: there is no such donation.
    """
    row = donation_for_change(session, used.donation)
    dossier = donation_dossier(session, row, on=local_day(by, at))
    receipt = dossier.receipt.receipt if dossier.receipt else None
    return DonationCase(
        code=row.donation_code,
        state=dossier.state,
        tissue=dossier.donation.tissue,
        use=dossier.donation.use,
        patient_code=dossier.donation.patient_code,
        not_accepted_for=dossier.not_accepted_for(product.jurisdictions),
        bars=tuple(_bars(dossier, product)),
        undecided=tuple(_undecided(dossier, product)),
        received=receipt.quantity if receipt else None,
        unit=receipt.quantity_unit.value if receipt else "-",
        used=used_of_donation(session, row.donation_code),
        asked=used.quantity,
    )


def _bars(dossier: DonationDossier, product: Product) -> list[str]:
    found = [
        f"{each.jurisdiction}: {bar.says}"
        for each in dossier.eligibilities
        if each.jurisdiction in product.jurisdictions
        and each.status is EligibilityStatus.INELIGIBLE
        for bar in each.bars
    ]
    if dossier.consent_state is not ConsentState.GIVEN:
        found.append(f"Consent: {dossier.consent_state.value}.")
    return found


def _undecided(dossier: DonationDossier, product: Product) -> list[str]:
    return [
        f"{each.jurisdiction}: {missing.says}"
        for each in dossier.eligibilities
        if each.jurisdiction in product.jurisdictions and each.status is EligibilityStatus.UNDECIDED
        for missing in each.missing
    ]


def used_of_donation(session: Session, code: str) -> Decimal:
    """How much of a donation has gone into lots."""
    used = session.scalars(
        select(Source.quantity).where(Source.kind == SourceKind.DONATION, Source.ref == code)
    )
    return sum(used, Decimal(0))


def container_case(session: Session, number: str) -> ContainerCase:
    """A container of a parent lot; it and its lot stay locked until the transaction ends.

    Raises:
        NotFound: there is no such container.
    """
    row = container_for_change(session, number)
    taken = session.scalars(
        select(Source).where(Source.kind == SourceKind.CONTAINER, Source.ref == row.number).limit(1)
    ).first()
    return ContainerCase(
        container=container_facts(row),
        product_code=row.lot.product_code,
        stage=row.lot.stage,
        held=row.lot.held,
        taken_by=taken.lot.number if taken else None,
        doublings=shown(doublings_of(session, row.lot)),
    )


def shown(doublings: Decimal) -> Decimal:
    """Doublings with as many decimals as a contract's amount holds."""
    return round_to_decimals(doublings, 9)


def step_case(
    session: Session,
    lot: Lot,
    book: Book,
    step: Step,
    done: PerformStep,
    *,
    by: Actor,
    at: datetime,
) -> StepCase:
    """Everything the rules look at before a step is performed."""
    reached, when = cumulative_doublings(book), performed_at(done.values, done.performed_at, at)
    return StepCase(
        **bench_facts(session, lot, book, step, done.occurrence, by=by),
        # Who performed it was trained when it was done, not when it is entered.
        worker=worker_case(session, by, book.master, min(max(when, lot.started_at), at)),
        done=done,
        values=done.values,
        performed_at=when,
        times=times_of(done.values),
        now=at,
        open_places=places(book.open_places()),
        to_check=entries(book.to_check()),
        last_done_at=book.last_done_at(),
        windows=_windows(book, step),
        doublings=None if reached is None else shown(reached),
        maximum_doublings=book.product.maximum_cumulative_doublings,
        sources=source_containers(session, lot),
    )


def bench_facts(
    session: Session, lot: Lot, book: Book, step: Step, occurrence: int, *, by: Actor
) -> dict[str, Any]:
    """What is known of a step before anybody enters or corrects it."""
    seed = seed_of(book, step)
    count = book.latest(step.cells_from) if step.cells_from else None
    counted = count.values if count else None
    here = (step.code, occurrence)
    return {
        "lot": facts_of(lot, by),
        "step": step,
        "seeded_at": seed[2].seeded_at if seed else None,
        "vessels_seeded": seed[2].vessels if seed else None,
        "vessels_gone": gone_before(book, step, occurrence),
        "counted_ml": counted.suspension_volume_ml if isinstance(counted, CountedCells) else None,
        "taken_ml": taken_from(book, step.cells_from, without=here),
        "own": tuple(container_facts(each) for each in containers_of(session, lot)),
    }


def source_containers(session: Session, lot: Lot) -> tuple[ContainerCase, ...]:
    """The containers this lot was started from, as they are now."""
    rows = session.scalars(
        select(Container)
        .join(Source, Source.ref == Container.number)
        .where(Source.lot_id == lot.id, Source.kind == SourceKind.CONTAINER)
        .order_by(Container.number)
    )
    return tuple(
        ContainerCase(
            container=container_facts(row),
            product_code=row.lot.product_code,
            stage=row.lot.stage,
            held=row.lot.held,
            taken_by=lot.number,
            doublings=Decimal(0),
        )
        for row in rows
    )


def places(open_places: tuple[Place, ...]) -> tuple[PlaceCase, ...]:
    """Open places as the rules see them."""
    return tuple(
        PlaceCase(step=each.step.code, title=each.step.title, occurrence=each.occurrence)
        for each in open_places
    )


def entries(waiting: tuple[EntryWords, ...]) -> tuple[PlaceCase, ...]:
    """Entries as the rules see them."""
    return tuple(
        PlaceCase(step=each.step, title=each.title, occurrence=each.occurrence) for each in waiting
    )


def _windows(book: Book, step: Step) -> tuple[WindowCase, ...]:
    found = []
    for window in step.windows:
        earlier = book.latest(window.after_step)
        if earlier is not None:
            ended = earlier.performed_at
            found.append(WindowCase(window=window, title=earlier.title, ended_at=ended))
    return tuple(found)
