"""What quality control knows of a lot, gathered from its rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.expansion.models import SampleTaken, StepRow
from app.lot.models import Lot
from app.masters.frozen import bundle_of
from app.masters.limits import words_of
from app.masters.shelf import document_at
from app.quality_control.models import Investigation, Result, ResultSigned, SampleReceipt
from app.quality_control.rules.standing import Entry, standing_of
from app.quality_control.rules.verdict import verdict_of
from app.trail import attachments
from app.trail.signatures import signatures_about
from schemas.lot import FrozenVersion
from schemas.production import EntryWords
from schemas.quality import InvestigationFacts
from schemas.quality_record import (
    CriterionFacts,
    CriterionRecord,
    QualityRecord,
    ResultFacts,
    SampleRecord,
)
from schemas.result import ReceiptFacts, ResultWords
from schemas.specification import Criterion, Specification
from schemas.step_product import SampleValues
from schemas.trail import Signature


def find_sample(session: Session, number: str) -> SampleTaken:
    """A sample by its number.

    Raises:
        NotFound: there is no such sample.
    """
    row = session.scalar(select(SampleTaken).where(SampleTaken.number == number))
    if row is None:
        raise NotFound(f"There is no sample “{number[:60]}”.")
    return row


def find_result(session: Session, number: str) -> Result:
    """The last entry of a result by its number.

    Raises:
        NotFound: there is no such result.
    """
    row = session.scalars(
        select(Result).where(Result.number == number).order_by(Result.revision.desc()).limit(1)
    ).first()
    if row is None:
        raise NotFound(f"There is no result “{number[:60]}”.")
    return row


def specification_of(session: Session, lot: Lot) -> tuple[Specification, datetime | None]:
    """The specification a lot froze at its start, and when it was approved."""
    row = document_at(session, lot.specification_code, lot.specification_version)
    approved_at = row.approval.at if row.approval else None
    return bundle_of(session, lot).specification, approved_at


@dataclass(frozen=True)
class LotQuality:
    """The rows of a lot as contracts, ready to be judged."""

    lot: Lot
    specification: Specification
    approved_at: datetime | None
    samples: tuple[SampleRecord, ...]
    results: tuple[ResultFacts, ...]
    investigations: tuple[InvestigationFacts, ...]
    rows: dict[str, Result] = field(default_factory=dict)

    def sample(self, number: str | None) -> SampleRecord | None:
        """The sample with this number, if it is one of this lot."""
        return next((each for each in self.samples if each.number == number), None)

    def facts_on(self, criterion: Criterion) -> CriterionFacts:
        """What the verdict on a criterion rests on."""
        return CriterionFacts(
            criterion=criterion,
            sampled=any(each.sample_point == criterion.sample_point for each in self.samples),
            results=tuple(each for each in self.results if each.words.criterion == criterion.code),
            investigations=tuple(
                each for each in self.investigations if each.criterion == criterion.code
            ),
        )

    def record_of(self, criterion: Criterion) -> CriterionRecord:
        """A criterion with its results and what they come to."""
        facts = self.facts_on(criterion)
        verdict = verdict_of(facts)
        return CriterionRecord(
            criterion=criterion,
            limit=words_of(criterion.acceptance, criterion.unit),
            state=verdict.state,
            reported=verdict.reported,
            interim=verdict.interim,
            says=verdict.says,
            findings=verdict.findings,
            due_at=self.due_at(criterion),
            results=facts.results,
            investigations=facts.investigations,
        )

    def due_at(self, criterion: Criterion) -> datetime | None:
        """When the result is due: the days of the test after its first sample came in."""
        begun = [
            each.receipt.received_at if each.receipt else each.taken_at
            for each in self.samples
            if each.sample_point == criterion.sample_point
        ]
        return min(begun) + timedelta(days=criterion.due_days) if begun else None

    def record(self) -> QualityRecord:
        """Everything, as release judges it and the record prints it."""
        lot = self.lot
        return QualityRecord(
            lot_number=lot.number,
            specification=frozen_version(lot),
            title=self.specification.title,
            specification_approved_at=self.approved_at,
            criteria=tuple(self.record_of(each) for each in self.specification.criteria),
            samples=self.samples,
            investigations=self.investigations,
        )


def frozen_version(lot: Lot) -> FrozenVersion:
    """The specification of a lot, by digest."""
    return FrozenVersion(
        code=lot.specification_code,
        version=lot.specification_version,
        sha256=lot.specification_digest,
    )


def quality_of(session: Session, lot: Lot) -> QualityRecord:
    """The quality control of a lot: every criterion, every result, every signature."""
    return gather(session, lot).record()


def gather(session: Session, lot: Lot) -> LotQuality:
    """Read a lot's samples, results and investigations, each in one query."""
    specification, approved_at = specification_of(session, lot)
    investigations = _investigations(session, lot)
    rows = session.scalars(select(Result).where(Result.lot_id == lot.id).order_by(Result.id)).all()
    return LotQuality(
        lot=lot,
        specification=specification,
        approved_at=approved_at,
        samples=_samples(session, lot),
        results=_results(session, lot, rows, investigations),
        investigations=investigations,
        rows={row.words_digest: row for row in rows},
    )


def _results(
    session: Session,
    lot: Lot,
    rows: Sequence[Result],
    investigations: tuple[InvestigationFacts, ...],
) -> tuple[ResultFacts, ...]:
    signed = _signatures(session, lot)
    entries = [Entry(row.number, row.revision) for row in rows]
    return tuple(
        ResultFacts(
            words=ResultWords.from_canonical(row.words),
            words_digest=row.words_digest,
            standing=standing_of(entry, entries, investigations),
            signature=signed.get(row.id),
        )
        for row, entry in zip(rows, entries, strict=True)
    )


def _signatures(session: Session, lot: Lot) -> dict[int, Signature]:
    signed = session.scalars(
        select(ResultSigned).join(ResultSigned.result).where(Result.lot_id == lot.id)
    ).all()
    found = {
        each.binding: each for each in signatures_about(session, *{row.about for row in signed})
    }
    return {row.result_id: found[row.binding] for row in signed}


def _samples(session: Session, lot: Lot) -> tuple[SampleRecord, ...]:
    rows = session.scalars(
        select(SampleTaken).where(SampleTaken.lot_id == lot.id).order_by(SampleTaken.id)
    ).all()
    receipts = session.scalars(
        select(SampleReceipt).where(SampleReceipt.sample_id.in_([row.id for row in rows]))
    )
    by_sample = {each.sample_id: each for each in receipts}
    corrected = _corrected_steps(session, lot)
    return tuple(
        sample_record(
            session,
            row,
            by_sample.get(row.id),
            corrected.get((row.entry.step, row.entry.occurrence)),
        )
        for row in rows
    )


def _corrected_steps(session: Session, lot: Lot) -> dict[tuple[str, int], SampleValues]:
    """What the sample steps that were corrected say now, by step and time (R-ATMP-07)."""
    rows = session.scalars(
        select(StepRow)
        .where(StepRow.lot_id == lot.id, StepRow.replaces_id.is_not(None))
        .order_by(StepRow.number)
    )
    read = {(row.step, row.occurrence): EntryWords.from_canonical(row.words) for row in rows}
    return {
        place: words.values
        for place, words in read.items()
        if isinstance(words.values, SampleValues)
    }


def sample_record(
    session: Session,
    row: SampleTaken,
    receipt: SampleReceipt | None,
    corrected: SampleValues | None = None,
) -> SampleRecord:
    """A sample as the record shows it, with what was corrected at its step since."""
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
        receipt=_receipt_facts(receipt) if receipt else None,
        files=attachments.kept_about(session, row.ref),
    )


def _receipt_facts(row: SampleReceipt) -> ReceiptFacts:
    return ReceiptFacts(**{name: getattr(row, name) for name in ReceiptFacts.model_fields})


def _investigations(session: Session, lot: Lot) -> tuple[InvestigationFacts, ...]:
    rows = session.scalars(
        select(Investigation).where(Investigation.lot_id == lot.id).order_by(Investigation.id)
    ).all()
    signed = signatures_about(session, *{row.ref for row in rows})
    return tuple(investigation_facts(row, signed) for row in rows)


def investigation_facts(row: Investigation, signed: Sequence[Signature]) -> InvestigationFacts:
    """An investigation with those of the signatures that are on it."""
    shown = set(InvestigationFacts.model_fields) - {"signatures"}
    return InvestigationFacts(
        **{name: getattr(row, name) for name in shown},
        signatures=tuple(each for each in signed if each.about == row.ref),
    )
