"""What a step does to containers, to the expiry and to the samples of its lot."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.expansion.models import SampleTaken, StepRow
from app.expansion.rules.bench import taken_to
from app.expansion.work import Work
from app.lot.containers import (
    container_for_change,
    give_back,
    make_containers,
    move_container,
)
from app.lot.lots import containers_of
from schemas.lot import ContainerState
from schemas.production import EntryWords
from schemas.step import FillValues, FreezeValues, SampleValues, ThawValues

GONE = frozenset({ContainerState.DESTROYED, ContainerState.CONSUMED})


def apply_effects(work: Work, row: StepRow, words: EntryWords) -> None:
    """Consume what was thawed, make what was filled, store what was frozen, hand over samples."""
    match words.values:
        case ThawValues(containers=numbers):
            _move(work.session, numbers, ContainerState.CONSUMED)
        case FillValues() as values:
            _fill(work, words, values)
        case FreezeValues() as values:
            _move(work.session, words.containers, taken_to(work.step))
            _store(work, values)
        case SampleValues() as values:
            _move(work.session, words.containers, taken_to(work.step))
            _sample(work, row, values)
        case _:
            return


def _move(session: Session, numbers: tuple[str, ...], to: ContainerState) -> None:
    for number in numbers:
        move_container(container_for_change(session, number), to)


def correct_effects(work: Work, was: EntryWords, words: EntryWords) -> None:
    """Carry a corrected entry on to the containers it made, stored, took or lost."""
    match words.values:
        case FillValues() as values:
            for each in containers_of(work.session, work.lot):
                each.volume_ml = values.volume_per_container_ml
                each.viable_cells = _cells(words)
                each.made_at = values.ended_at
            _set_fresh_expiry(work, values)
        case FreezeValues() as values:
            _exchange(work, was, words)
            _store(work, values)
        case SampleValues():
            _exchange(work, was, words)
        case _:
            return


def _exchange(work: Work, was: EntryWords, words: EntryWords) -> None:
    """Other containers left the store than was entered; those that did not are in it again."""
    now, before = set(words.containers), set(was.containers)
    for number in sorted(before - now):
        give_back(container_for_change(work.session, number))
    _move(work.session, tuple(sorted(now - before)), taken_to(work.step))


def _fill(work: Work, words: EntryWords, values: FillValues) -> None:
    plan = work.step.containers
    assert plan is not None, "a fill step plans its containers"
    make_containers(
        work.session,
        work.lot,
        count=values.containers_filled,
        kind=plan.kind,
        volume_ml=values.volume_per_container_ml,
        viable_cells=_cells(words),
        made_at=values.ended_at,
        expires_at=None,
    )
    _set_fresh_expiry(work, values)


def _cells(words: EntryWords) -> Decimal:
    cells = words.value("cells_per_container")
    return Decimal(cells.shown) if cells is not None else Decimal(0)


def _set_fresh_expiry(work: Work, values: FillValues) -> None:
    hours = work.book.product.shelf_life.fresh_hours
    if hours is None:
        return
    work.lot.expires_at = values.ended_at + timedelta(hours=hours)
    for each in containers_of(work.session, work.lot):
        each.expires_at = work.lot.expires_at


def _store(work: Work, values: FreezeValues) -> None:
    days = work.book.product.shelf_life.frozen_days
    if days is not None:
        work.lot.expires_at = values.freezing_ended_at + timedelta(days=days)
    for each in containers_of(work.session, work.lot):
        if each.state not in GONE:
            each.position = values.storage_position
            each.expires_at = work.lot.expires_at


def _sample(work: Work, row: StepRow, values: SampleValues) -> None:
    session, lot, plan = work.session, work.lot, work.step.sample
    assert plan is not None, "a sample step plans its sample"
    taken = session.scalar(select(func.count()).where(SampleTaken.lot_id == lot.id)) or 0
    session.add(
        SampleTaken(
            number=f"{lot.number}-S{taken + 1:02d}",
            lot=lot,
            entry=row,
            sample_point=plan.sample_point,
            title=plan.title,
            quantity=plan.quantity,
            storage=plan.storage,
            retention=plan.retention,
            taken_at=values.taken_at,
            taken_by=work.by.name,
            volume_ml=values.volume_per_container_ml,
            containers=values.containers,
            appearance=values.appearance,
        )
    )
