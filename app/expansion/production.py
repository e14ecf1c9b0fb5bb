"""Production read back as one contract: for the screen, the release dossier and the record."""

from collections import defaultdict
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from app.expansion.book import Book
from app.expansion.calculating import cumulative_doublings, out_of_step
from app.expansion.cases import shown
from app.expansion.gathering import book_of
from app.expansion.growth import GrownPassage, GrowthCurve, growth_curve
from app.expansion.models import SampleTaken, StepCheck, StepRow
from app.expansion.passages import passages_of
from app.lot.models import Deviation, Lot
from app.masters.rounding import round_to_decimals
from app.people.models import Site
from app.supplies.actions.uses import supplies_of_lot
from app.trail.signatures import signatures_about, signatures_bound
from schemas.lot import FrozenVersion
from schemas.production import (
    CheckFacts,
    EntryRecord,
    EntryWords,
    LabelLine,
    NextStep,
    PhaseRecord,
    ProductionRecord,
    SampleFacts,
    StepRecord,
)
from schemas.step import LabelReconciliationValues, SampleValues
from schemas.trail import Meaning, Signature


def production_of(session: Session, lot: Lot) -> ProductionRecord:
    """Everything that was done to a lot, from its start to its endorsement (R-BR-02 to 20)."""
    book = book_of(session, lot)
    reached = cumulative_doublings(book)
    return ProductionRecord(
        lot_number=lot.number,
        product_name=lot.product_name,
        master=FrozenVersion(
            code=lot.master_code, version=lot.master_version, sha256=lot.master_digest
        ),
        master_title=book.master.title,
        zone=session.scalars(select(Site.zone)).one(),
        materials=book.master.materials,
        phases=_phases(session, lot, book),
        next_steps=tuple(
            NextStep(
                step=each.step.code,
                title=each.step.title,
                phase=each.phase.title,
                occurrence=each.occurrence,
            )
            for each in book.open_places()
        ),
        passages=book.followed(passages_of),
        labels=book.followed(_labels),
        samples=_samples(session, lot, book),
        supplies=supplies_of_lot(session, lot.number),
        carried_doublings=shown(book.carried),
        cumulative_doublings=None if reached is None else shown(reached),
        maximum_doublings=book.product.maximum_cumulative_doublings,
        out_of_step=book.followed(out_of_step),
        started_at=lot.started_at,
        completed_at=lot.completed_at,
        endorsement=_endorsement(session, lot),
    )


def growth_of(record: ProductionRecord) -> GrowthCurve | None:
    """The growth curve of the passages harvested so far; None before the first (R-EXP-02)."""
    grown = tuple(
        GrownPassage(
            name=each.name,
            seeded_at=each.seeded_at,
            harvested_at=each.harvested_at,
            seeded=(
                round_to_decimals(Decimal(each.seeded_in_harvested), 6)
                if each.seeded_counted and each.seeded_in_harvested
                else None
            ),
            harvested=round_to_decimals(Decimal(each.harvested_cells), 6),
        )
        for each in record.passages
        if each.harvested_at is not None and each.harvested_cells is not None
    )
    return growth_curve(grown, carried=record.carried_doublings) if grown else None


def samples_of(session: Session, lot: Lot) -> tuple[SampleFacts, ...]:
    """The samples taken from a lot, in order, as corrected since."""
    return _samples(session, lot, book_of(session, lot))


def _samples(session: Session, lot: Lot, book: Book) -> tuple[SampleFacts, ...]:
    rows = session.scalars(
        select(SampleTaken)
        .where(SampleTaken.lot_id == lot.id)
        .order_by(SampleTaken.id)
        .options(lazyload(SampleTaken.lot))
    )
    return tuple(sample_facts(row, book) for row in rows)


def sample_facts(row: SampleTaken, book: Book) -> SampleFacts:
    """A sample as it was taken, with the step's entry as it stands."""
    entry = book.at(row.entry.step, row.entry.occurrence)
    assert entry is not None, f"{row.number} was taken at a step that has no entry"
    values = entry.values
    assert isinstance(values, SampleValues), f"{entry.step} is no sample step"
    return SampleFacts(
        number=row.number,
        lot_number=row.lot.number,
        sample_point=row.sample_point,
        title=row.title,
        quantity=row.quantity,
        storage=row.storage,
        retention=row.retention,
        step=entry.step,
        occurrence=entry.occurrence,
        taken_at=values.taken_at,
        taken_by=row.taken_by,
        volume_per_container_ml=values.volume_per_container_ml,
        containers=values.containers,
        container_numbers=entry.containers,
        appearance=values.appearance,
    )


def _phases(session: Session, lot: Lot, book: Book) -> tuple[PhaseRecord, ...]:
    checks = _checks(session, lot)
    kept = select(StepRow.number, StepRow.sha256).where(StepRow.lot_id == lot.id)
    digests: dict[int, str] = dict(session.execute(kept).all())
    deviations: dict[str, list[str]] = defaultdict(list)
    for number, about in session.execute(
        select(Deviation.number, Deviation.about)
        .where(Deviation.lot_id == lot.id)
        .order_by(Deviation.id)
    ):
        deviations[about].append(number)

    def record(words: EntryWords) -> EntryRecord:
        about = f"{lot.ref}/step/{words.step}/{words.occurrence}"
        return EntryRecord(
            words=words,
            sha256=digests[words.entry],
            check=checks.get(words.entry),
            deviations=tuple(deviations.get(about, ())),
        )

    return tuple(
        PhaseRecord(
            code=phase.code,
            title=phase.title,
            passage=phase.passage,
            steps=tuple(
                StepRecord(
                    step=step,
                    entries=tuple(record(each) for each in book.of(step.code)),
                    superseded=tuple(record(each) for each in book.superseded(step.code)),
                )
                for step in phase.steps
            ),
        )
        for phase in book.master.phases
    )


def _checks(session: Session, lot: Lot) -> dict[int, CheckFacts]:
    rows = session.execute(
        select(StepRow.number, StepCheck.at, StepCheck.remark, StepCheck.binding)
        .join(StepCheck.entry)
        .where(StepRow.lot_id == lot.id)
    ).all()
    signed = signatures_bound(session, [row.binding for row in rows])
    return {
        row.number: CheckFacts(at=row.at, remark=row.remark, signature=signed[row.binding])
        for row in rows
    }


def _endorsement(session: Session, lot: Lot) -> Signature | None:
    found = [
        each for each in signatures_about(session, lot.ref) if each.meaning is Meaning.ENDORSED
    ]
    return found[-1] if found else None


def _labels(book: Book) -> tuple[LabelLine, ...]:
    return tuple(
        LabelLine(
            step=step.code,
            issued=entry.values.issued,
            applied=entry.values.applied,
            in_record=entry.values.in_record,
            destroyed=entry.values.destroyed,
        )
        for _, step in book.master.steps()
        for entry in book.of(step.code)
        if isinstance(entry.values, LabelReconciliationValues)
    )
