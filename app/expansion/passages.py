"""The passage log: one line for each seeding, with its harvest when there is one (R-BR-19)."""

from collections.abc import Iterator

from app.expansion.book import Book
from app.expansion.calculating import calculated_again, seeded_in_harvested
from app.masters.rounding import digits
from schemas.master import Phase
from schemas.master_step import Step
from schemas.production import EntryWords, PassageLine
from schemas.quantity import Calculation, with_unit
from schemas.step import HarvestValues, SeedValues


def passages_of(book: Book) -> tuple[PassageLine, ...]:
    """Every passage of a lot in its order, calculated from the entries as they stand."""
    return tuple(
        _line(book, phase, step, entry, seeded)
        for phase, step in book.master.steps()
        for entry in book.of(step.code)[-1:]
        if isinstance(seeded := entry.values, SeedValues)
    )


def _line(
    book: Book, phase: Phase, step: Step, entry: EntryWords, seeded: SeedValues
) -> PassageLine:
    seeding = _by_name(book, entry)
    harvest = next(_harvests(book, step.code), None)
    values = harvest[1].values if harvest else None
    found = _by_name(book, harvest[1]) if harvest else {}
    in_harvested = None
    if harvest and isinstance(values, HarvestValues):
        in_harvested = seeded_in_harvested(book, harvest[0], values)
    return PassageLine(
        phase=phase.code,
        name=f"P{phase.passage}" if phase.passage is not None else phase.code,
        passage=phase.passage,
        seeded_at=seeded.seeded_at,
        vessels=seeded.vessels,
        area_cm2=_shown(seeding.get("area_cm2")) or "-",
        seeded_cells=_exact(seeding.get("viable_cells")),
        seeded_counted=harvest is None or harvest[0].doublings_counted,
        density=_shown(seeding.get("density_per_cm2")),
        harvested_at=values.enzyme_added_at if isinstance(values, HarvestValues) else None,
        harvested_cells=_exact(found.get("viable_cells")),
        vessels_harvested=values.vessels_harvested if isinstance(values, HarvestValues) else None,
        seeded_in_harvested=None if in_harvested is None else digits(in_harvested),
        viability=_shown(found.get("viability_percent")),
        confluence=(
            f"{values.confluence_percent:f} %" if isinstance(values, HarvestValues) else None
        ),
        yield_per_cm2=_shown(found.get("yield_per_cm2")),
        doublings=_shown(found.get("population_doublings")),
        cumulative=_shown(found.get("cumulative_population_doublings")),
        doubling_time=_shown(found.get("doubling_time_hours")),
    )


def _harvests(book: Book, seeding: str) -> Iterator[tuple[Step, EntryWords]]:
    for _, step in book.master.steps():
        for entry in book.of(step.code):
            if step.seeded_in == seeding and isinstance(entry.values, HarvestValues):
                yield step, entry


def _by_name(book: Book, entry: EntryWords) -> dict[str, Calculation]:
    return {each.name: each.calculation for each in calculated_again(book, entry)}


def _shown(calculation: Calculation | None) -> str | None:
    if calculation is None:
        return None
    return with_unit(calculation.shown, calculation.unit if calculation.exact else None)


def _exact(calculation: Calculation | None) -> str | None:
    return None if calculation is None else calculation.exact
