"""What the paper needs beside the record itself: the growth curve's coordinates, and word lists."""

from decimal import Decimal

from app.expansion.growth import Chart, GrownPassage, doublings_chart, growth_curve
from schemas.production import EntryRecord, ProductionRecord
from schemas.record import BatchRecord
from schemas.trail import Entry


def curve_on_paper(production: ProductionRecord) -> Chart | None:
    """The growth curve of a lot, ready to be drawn; None before the first harvest (R-BR-19)."""
    grown = tuple(
        GrownPassage(
            name=line.name,
            seeded_at=line.seeded_at,
            harvested_at=line.harvested_at,
            seeded=(
                Decimal(line.seeded_in_harvested)
                if line.seeded_counted and line.seeded_in_harvested
                else None
            ),
            harvested=Decimal(line.harvested_cells),
        )
        for line in production.passages
        if line.harvested_at is not None and line.harvested_cells is not None
    )
    if not grown:
        return None
    return doublings_chart(growth_curve(grown, carried=Decimal(production.carried_doublings)))


def corrected_entries(production: ProductionRecord) -> tuple[tuple[EntryRecord, EntryRecord], ...]:
    """Each correction of a step: the entry it replaced, and the entry that replaced it."""
    every = {
        each.words.entry: each
        for phase in production.phases
        for step in phase.steps
        for each in (*step.entries, *step.superseded)
    }
    return tuple(
        (every[each.words.corrects], each)
        for each in every.values()
        if each.words.corrects is not None and each.words.corrects in every
    )


def late_entries(production: ProductionRecord) -> tuple[EntryRecord, ...]:
    """The entries that were made late, with their reasons (R-DI-14)."""
    return tuple(each for each in production.entries() if each.words.late_reason)


def trail_entries(record: BatchRecord) -> tuple[Entry, ...]:
    """The lot's entries of the trail, read back from their exact text."""
    return tuple(Entry.from_canonical(each.body) for each in record.trail.entries)
