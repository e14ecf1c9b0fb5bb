"""What quality control knows of a lot, gathered from its rows."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from app.errors import NotFound
from app.expansion.models import SampleTaken
from app.lot.models import Lot
from app.masters.frozen import Freezes, bundle_of
from app.masters.limits import words_of
from app.masters.shelf import approved_at
from app.quality_control.models import Result
from app.quality_control.reading import (
    read_investigations,
    read_results,
    read_samples,
    read_signed,
    result_facts,
)
from app.quality_control.rules.verdict import verdict_of
from schemas.lot import FrozenVersion
from schemas.quality import InvestigationFacts
from schemas.quality_record import (
    CriterionFacts,
    CriterionRecord,
    QualityRecord,
    ResultFacts,
    SampleRecord,
)
from schemas.specification import Criterion, Specification


def find_sample(session: Session, number: str) -> SampleTaken:
    """A sample by its number.

    Raises:
        NotFound: there is no such sample.
    """
    row = session.scalar(
        select(SampleTaken).where(SampleTaken.number == number).options(lazyload(SampleTaken.entry))
    )
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


def frozen_version(lot: Freezes) -> FrozenVersion:
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
    return gather_each(session, [lot])[lot.id]


def gather_each(session: Session, lots: Collection[Lot]) -> dict[int, LotQuality]:
    """The same of many lots in as many queries as of one; by the lot's id."""
    ids = [lot.id for lot in lots]
    investigations = read_investigations(session, ids)
    rows, samples = read_results(session, ids), read_samples(session, ids)
    signed = read_signed(session, ids) if any(rows.values()) else {}
    approved = {
        each: approved_at(session, *each)
        for each in {(lot.specification_code, lot.specification_version) for lot in lots}
    }
    return {
        lot.id: LotQuality(
            lot=lot,
            specification=bundle_of(session, lot).specification,
            approved_at=approved[lot.specification_code, lot.specification_version],
            samples=samples[lot.id],
            results=result_facts(rows[lot.id], signed, investigations[lot.id]),
            investigations=investigations[lot.id],
            rows={row.words_digest: row for row in rows[lot.id]},
        )
        for lot in lots
    }
