"""What is calculated at each step, from what was entered there and before (R-EXP-01 to R-EXP-13).

Everything is calculated from raw entries as they stand, never from an earlier total: an entry
that was corrected carries its correction on, and what was recorded before is compared with it.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from app.expansion import formulae, step_formulae
from app.expansion.book import Book, seed_of
from app.expansion.sums import counted, hours, minutes, small
from app.masters.calculation import ARITHMETIC, value_of
from schemas.master_step import Step
from schemas.production import CalculatedValue, EntryWords, OutOfStep
from schemas.quantity import Calculation
from schemas.step import (
    CountedCells,
    FeedValues,
    FillValues,
    HarvestValues,
    SeedValues,
    StepValues,
    ThawValues,
)
from schemas.step_kind import CALCULATED

Named = Iterator[tuple[str, Calculation]]


def calculate(
    book: Book, step: Step, occurrence: int, values: StepValues
) -> tuple[CalculatedValue, ...]:
    """The calculated values of an entry, in the order of its kind.

    Raises:
        CannotCalculate: a raw value is outside what a formula is defined for.
    """
    return _in_order(step, dict(_calculated(book, step, occurrence, values)))


def calculated_again(book: Book, entry: EntryWords) -> tuple[CalculatedValue, ...]:
    """The calculated values of an entry as it stands, in the order of its kind."""
    step = book.master.step(entry.step)
    return _in_order(step, _sums(book, step, entry))


def _in_order(step: Step, found: Mapping[str, Calculation]) -> tuple[CalculatedValue, ...]:
    return tuple(
        CalculatedValue(name=each.name, title=each.title, calculation=found[each.name])
        for each in CALCULATED[step.kind]
        if each.name in found
    )


def _sums(book: Book, step: Step, entry: EntryWords) -> Mapping[str, Calculation]:
    return book.once(
        "all of it", entry, lambda: _calculated(book, step, entry.occurrence, entry.values)
    )


def _count(book: Book, entry: EntryWords, values: CountedCells) -> Mapping[str, Calculation]:
    return book.once("its count", entry, lambda: counted(values))


def out_of_step(book: Book) -> tuple[OutOfStep, ...]:
    """Recorded values that no longer follow from the entries as they stand (R-ATMP-07)."""
    return tuple(
        OutOfStep(
            step=entry.step,
            title=entry.title,
            occurrence=entry.occurrence,
            name=now.title,
            recorded=None if was is None else was.shown,
            now=now.calculation.shown,
        )
        for entry in book.current
        for now in calculated_again(book, entry)
        if _exact(was := entry.value(now.name)) != now.calculation.exact
    )


def _exact(calculation: Calculation | None) -> str | None:
    return None if calculation is None else calculation.exact


def cumulative_doublings(book: Book) -> Decimal | None:
    """Doublings from the bank's first passage to the last harvest; None before it (R-EXP-02)."""
    found = None
    for _, step in book.master.steps():
        for entry in book.of(step.code):
            if isinstance(entry.values, HarvestValues):
                found = _sums(book, step, entry)
    return None if found is None else value_of(found["cumulative_population_doublings"])


def _calculated(book: Book, step: Step, occurrence: int, values: StepValues) -> Named:
    match values:
        case HarvestValues():
            yield from _harvested(book, step, occurrence, values)
        case ThawValues():
            yield from _thawed(book, values)
        case CountedCells():
            yield from counted(values)
        case SeedValues():
            yield from _seeded(book, step, values)
        case FeedValues():
            yield from _fed(book, step, values)
        case FillValues():
            yield from _filled(book, step, values)
        case _:
            yield from small(values)


def cells_per_ml_from(book: Book, step: Step) -> Decimal | None:
    """Viable cells per ml in the suspension this step takes from, from its raw count."""
    entry = book.latest(step.cells_from) if step.cells_from else None
    if entry is None or not isinstance(entry.values, CountedCells):
        return None
    return value_of(_count(book, entry, entry.values)["cells_per_ml"])


def _seeded(book: Book, step: Step, values: SeedValues) -> Named:
    area = step_formulae.growth_area(
        vessels=Decimal(values.vessels), area_cm2=values.area_per_vessel_cm2
    )
    per_ml = cells_per_ml_from(book, step)
    if per_ml is not None:
        cells = step_formulae.seeded_cells(per_ml=per_ml, volume_ml=values.volume_seeded_ml)
        yield "viable_cells", cells
        yield (
            "density_per_cm2",
            formulae.density(seeded=value_of(cells), area_cm2=value_of(area)),
        )
    yield "area_cm2", area


def _fed(book: Book, step: Step, values: FeedValues) -> Named:
    seed = seed_of(book, step)
    if seed is not None:
        yield "hours_since_seed", hours(seed[2].seeded_at, values.fed_at)
    yield (
        "volume_change_ml",
        step_formulae.volume_change(
            added_ml=values.volume_added_ml, removed_ml=values.volume_removed_ml
        ),
    )


def _thawed(book: Book, values: ThawValues) -> Named:
    count = dict(counted(values))
    yield from count.items()
    if book.frozen_cells:
        thawed = value_of(count["viable_cells"])
        yield "recovery_percent", formulae.recovery(thawed=thawed, frozen=book.frozen_cells)
    yield "thaw_minutes", minutes(values.removed_at, values.thawed_at)


def seeded_in_harvested(book: Book, step: Step, values: HarvestValues) -> Decimal | None:
    """Viable cells that were seeded in the vessels harvested; None when they are not known."""
    seed = seed_of(book, step)
    if seed is None:
        return None
    seeding, _, seeded = seed
    per_ml = cells_per_ml_from(book, seeding)
    if per_ml is None:
        return None
    cells = ARITHMETIC.multiply(per_ml, seeded.volume_seeded_ml)
    if values.vessels_harvested == seeded.vessels:
        return cells
    share = ARITHMETIC.multiply(cells, Decimal(values.vessels_harvested))
    return ARITHMETIC.divide(share, Decimal(seeded.vessels))


def _harvested(book: Book, step: Step, occurrence: int, values: HarvestValues) -> Named:
    count = dict(counted(values))
    yield from count.items()
    harvested = value_of(count["viable_cells"])
    yield "enzyme_minutes", minutes(values.enzyme_added_at, values.enzyme_stopped_at)
    seed = seed_of(book, step)
    if seed is not None:
        grown = hours(seed[2].seeded_at, values.enzyme_added_at)
        yield "hours_since_seed", grown
        area = ARITHMETIC.multiply(seed[2].area_per_vessel_cm2, Decimal(values.vessels_harvested))
        yield "yield_per_cm2", formulae.yield_per_cm2(harvested=harvested, area_cm2=area)
        seeded = seeded_in_harvested(book, step, values)
        if step.doublings_counted and seeded:
            yield "fold_expansion", formulae.fold(harvested=harvested, seeded=seeded)
            yield (
                "doubling_time_hours",
                formulae.doubling_time(hours=value_of(grown), harvested=harvested, seeded=seeded),
            )
    doublings = _doublings(book, step, values, count)
    if doublings is not None:
        yield "population_doublings", doublings
    done = (*_doublings_before(book, step, occurrence), *_known(doublings))
    yield (
        "cumulative_population_doublings",
        formulae.cumulative_doublings(carried=book.carried, passages=done),
    )


def _doublings(
    book: Book, step: Step, values: HarvestValues, count: Mapping[str, Calculation]
) -> Calculation | None:
    seeded = seeded_in_harvested(book, step, values)
    if not step.doublings_counted or not seeded:
        return None
    harvested = value_of(count["viable_cells"])
    return formulae.population_doublings(harvested=harvested, seeded=seeded)


def _doublings_before(book: Book, step: Step, occurrence: int) -> Iterator[Decimal]:
    for earlier, entry in book.before(step.code, occurrence):
        if isinstance(entry.values, HarvestValues):
            count = _count(book, entry, entry.values)
            yield from _known(_doublings(book, earlier, entry.values, count))


def _known(doublings: Calculation | None) -> tuple[Decimal, ...]:
    return (Decimal(doublings.exact),) if doublings is not None and doublings.exact else ()


def _filled(book: Book, step: Step, values: FillValues) -> Named:
    per_ml = cells_per_ml_from(book, step)
    volume = values.volume_per_container_ml
    if per_ml is not None:
        yield (
            "cells_per_container",
            step_formulae.filled_cells(per_ml=per_ml, volume_ml=volume),
        )
    good = Decimal(values.containers_filled)
    yield (
        "fill_yield_percent",
        step_formulae.fill_yield(good=good, volume_ml=volume, before_ml=values.volume_to_fill_ml),
    )
    yield (
        "unreconciled_volume_ml",
        step_formulae.fill_balance(
            before_ml=values.volume_to_fill_ml,
            containers=good + Decimal(values.containers_rejected),
            volume_ml=volume,
            left_ml=values.volume_left_ml,
        ),
    )
    yield "fill_minutes", minutes(values.started_at, values.ended_at)


def recorded(entry: EntryWords, name: str) -> Decimal | None:
    """The exact value an entry recorded under this name, or None."""
    found = entry.value(name)
    return Decimal(found.exact) if found is not None and found.exact is not None else None
