"""Rows of quality control read as contracts: each table in one query, for one lot or for many."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from app.expansion.gathering import words_of
from app.expansion.models import SampleTaken, StepRow
from app.kept import Row
from app.quality_control.at_hand import EntryAtHand
from app.quality_control.models import Investigation, Result, ResultSigned, SampleReceipt
from app.quality_control.rules.standing import Entry, standing_of
from app.trail import attachments
from app.trail.signatures import signatures_about, signatures_bound
from app.trail.written import as_written
from schemas.quality import InvestigationFacts
from schemas.quality_record import ResultFacts, SampleRecord
from schemas.result import ReceiptFacts, ResultWords
from schemas.step_product import SampleValues
from schemas.trail import KeptFile, Signature

Lots: TypeAlias = Collection[int]
"""The ids of lots; what is read of them is given back by the same ids."""


def read_investigations(session: Session, lots: Lots) -> dict[int, tuple[InvestigationFacts, ...]]:
    """The investigations of these lots, in the order they were opened."""
    rows = session.scalars(
        select(Investigation)
        .where(Investigation.lot_id.in_(lots))
        .order_by(Investigation.id)
        .options(lazyload(Investigation.lot))
    ).all()
    signed = signatures_about(session, *{row.ref for row in rows})
    return {
        lot: tuple(investigation_facts(row, signed) for row in rows if row.lot_id == lot)
        for lot in lots
    }


def investigation_facts(row: Investigation, signed: Sequence[Signature]) -> InvestigationFacts:
    """An investigation with those of the signatures that are on it."""
    shown = set(InvestigationFacts.model_fields) - {"signatures"}
    return InvestigationFacts(
        **{name: getattr(row, name) for name in shown},
        signatures=tuple(each for each in signed if each.about == row.ref),
    )


def read_results(session: Session, lots: Lots) -> dict[int, list[Result]]:
    """The entries of results of these lots, in the order they were entered."""
    rows = session.scalars(
        select(Result)
        .where(Result.lot_id.in_(lots))
        .order_by(Result.id)
        .options(lazyload(Result.lot), lazyload(Result.sample))
    )
    found: dict[int, list[Result]] = {lot: [] for lot in lots}
    for row in rows:
        found[row.lot_id].append(row)
    return found


def result_facts(
    rows: Sequence[Result | EntryAtHand],
    signed: Mapping[int, Signature],
    investigations: tuple[InvestigationFacts, ...],
) -> tuple[ResultFacts, ...]:
    """The entries of one lot, each with its standing and the signature on it."""
    entries = [Entry(row.number, row.revision) for row in rows]
    return tuple(
        ResultFacts(
            words=as_written(ResultWords, row.words, row.words_digest, row),
            words_digest=row.words_digest,
            standing=standing_of(entry, entries, investigations),
            signature=signed.get(row.id),
        )
        for row, entry in zip(rows, entries, strict=True)
    )


def read_signed(session: Session, lots: Lots) -> dict[int, Signature]:
    """The signature on each entry of these lots' results that has one, by the entry's id."""
    rows = session.execute(
        select(ResultSigned.result_id, ResultSigned.binding)
        .join(ResultSigned.result)
        .where(Result.lot_id.in_(lots))
    ).all()
    signed = signatures_bound(session, {row.binding for row in rows})
    return {row.result_id: signed[row.binding] for row in rows}


def read_samples(session: Session, lots: Lots) -> dict[int, tuple[SampleRecord, ...]]:
    """The samples of these lots as the record shows them, as corrected at their steps since."""
    rows = session.execute(
        select(SampleTaken, SampleReceipt, StepRow.step, StepRow.occurrence)
        .join(SampleTaken.entry)
        .outerjoin(SampleReceipt, SampleReceipt.sample_id == SampleTaken.id)
        .where(SampleTaken.lot_id.in_(lots))
        .order_by(SampleTaken.id)
        .options(
            lazyload(SampleTaken.lot), lazyload(SampleTaken.entry), lazyload(SampleReceipt.sample)
        )
    ).all()
    files = attachments.kept_about_each(session, [sample.ref for sample, *_ in rows])
    corrected = _corrected_steps(session, lots) if rows else {}
    found: dict[int, list[SampleRecord]] = defaultdict(list)
    for sample, receipt, step, occurrence in rows:
        values = corrected.get((sample.lot_id, step, occurrence))
        found[sample.lot_id].append(_sample_record(sample, receipt, values, files))
    return {lot: tuple(found[lot]) for lot in lots}


def _corrected_steps(session: Session, lots: Lots) -> dict[tuple[int, str, int], SampleValues]:
    """What sample steps that were corrected say now, by lot, step and time (R-ATMP-07)."""
    rows = session.scalars(
        select(StepRow)
        .where(StepRow.lot_id.in_(lots), StepRow.replaces_id.is_not(None))
        .order_by(StepRow.number)
        .options(lazyload(StepRow.lot))
    )
    read = {(row.lot_id, row.step, row.occurrence): words_of(row) for row in rows}
    return {
        place: words.values
        for place, words in read.items()
        if isinstance(words.values, SampleValues)
    }


def _sample_record(
    row: SampleTaken,
    receipt: SampleReceipt | None,
    corrected: SampleValues | None,
    files: Mapping[str, tuple[KeptFile, ...]],
) -> SampleRecord:
    return SampleRecord(
        number=row.number,
        lot_number=row.lot.number,
        sample_point=row.sample_point,
        title=row.title,
        quantity=row.quantity,
        storage=row.storage,
        retention=row.retention,
        taken_at=corrected.taken_at if corrected else row.taken_at,
        taken_by=row.taken_by,
        volume_ml=corrected.volume_per_container_ml if corrected else row.volume_ml,
        containers=corrected.containers if corrected else row.containers,
        appearance=corrected.appearance if corrected else row.appearance,
        receipt=receipt_facts(receipt) if receipt else None,
        files=files.get(row.ref, ()),
    )


def receipt_facts(row: SampleReceipt | Row) -> ReceiptFacts:
    """The arrival of a sample in the laboratory."""
    return ReceiptFacts(**{name: getattr(row, name) for name in ReceiptFacts.model_fields})
