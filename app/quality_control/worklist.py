"""What waits in the laboratory and with the quality unit, oldest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session, aliased, contains_eager, lazyload

from app.expansion.models import SampleTaken
from app.lot.models import Deviation, Lot
from app.masters.frozen import bundle_of
from app.quality_control.models import Investigation, Result, ResultSigned, SampleReceipt
from app.quality_control.quality import LotQuality, gather_each
from app.quality_control.rules.standing import is_open, read_on
from schemas.lot import DeviationState, Stage
from schemas.quality import Conclusion, InvestigationState
from schemas.quality_record import CriterionFacts
from schemas.reading import ResultState

UNDER_TEST = (Stage.IN_PRODUCTION, Stage.IN_TESTING, Stage.CONDITIONALLY_CERTIFIED)
"""The stages in which results are still asked for."""

SHOWN_MAX = 100


@dataclass(frozen=True)
class DueSample:
    """A sample with results still to come, and the first day one of them is due."""

    number: str
    lot_number: str
    title: str
    missing: tuple[str, ...]
    due_at: datetime
    received_at: datetime


@dataclass(frozen=True)
class ToVerify:
    """Results of one sample that wait for a second person."""

    sample_number: str
    lot_number: str
    titles: tuple[str, ...]
    since: datetime


def samples_to_receive(session: Session) -> Sequence[SampleTaken]:
    """Samples that were taken and are not in the laboratory; retention samples go elsewhere."""
    return session.scalars(
        select(SampleTaken)
        .join(SampleTaken.lot)
        .where(
            Lot.stage.in_(UNDER_TEST),
            ~SampleTaken.retention,
            ~exists().where(SampleReceipt.sample_id == SampleTaken.id),
        )
        .order_by(SampleTaken.taken_at)
        .limit(SHOWN_MAX)
    ).all()


def results_due(session: Session) -> tuple[DueSample, ...]:
    """Samples in the laboratory with criteria that have no result yet, the most urgent first.

    It looks on until it has enough: samples that are done with never hide one that is not.
    """
    receipts = session.scalars(
        select(SampleReceipt)
        .join(SampleReceipt.sample)
        .join(SampleTaken.lot)
        .where(Lot.stage.in_(UNDER_TEST))
        .order_by(SampleReceipt.received_at)
        .options(
            contains_eager(SampleReceipt.sample).options(
                contains_eager(SampleTaken.lot), lazyload(SampleTaken.entry)
            )
        )
        .execution_options(yield_per=SHOWN_MAX)
    )
    found: list[DueSample] = []
    for some in receipts.partitions():
        lots = {each.sample.lot_id: each.sample.lot for each in some}
        known = gather_each(session, lots.values())
        found += [due for each in some if (due := _due(each, known[each.sample.lot_id]))]
        if len(found) >= SHOWN_MAX:
            break
    receipts.close()
    return tuple(sorted(found, key=lambda each: each.due_at)[:SHOWN_MAX])


def _due(receipt: SampleReceipt, known: LotQuality) -> DueSample | None:
    sample = receipt.sample
    missing = [
        each
        for each in known.specification.criteria
        if each.sample_point == sample.sample_point and _asked(known.facts_on(each))
    ]
    due = [at for each in missing if (at := known.due_at(each)) is not None]
    if not due or not receipt.condition.fit:
        return None
    return DueSample(
        sample.number,
        sample.lot.number,
        sample.title,
        tuple(each.title for each in missing),
        min(due),
        receipt.received_at,
    )


def _asked(facts: CriterionFacts) -> bool:
    return is_open(facts) or read_on(facts) is not None


def _unsigned() -> ColumnElement[bool]:
    """The current entries that nobody signed and no investigation set aside."""
    later = aliased(Result)
    return and_(
        ~exists().where(ResultSigned.result_id == Result.id),
        ~exists().where(later.number == Result.number, later.revision > Result.revision),
        ~exists().where(
            Investigation.result_number == Result.number,
            Investigation.through_revision >= Result.revision,
            Investigation.state == InvestigationState.CLOSED,
            Investigation.conclusion == Conclusion.SET_ASIDE,
        ),
    )


def results_to_verify(session: Session) -> tuple[ToVerify, ...]:
    """Samples with results that wait for a reviewer, oldest first."""
    waiting = and_(
        _unsigned(),
        Result.sample_id.is_not(None),
        Result.state.not_in([ResultState.PENDING, ResultState.NOT_APPLICABLE]),
    )
    oldest = (
        select(Result.sample_id)
        .where(waiting)
        .group_by(Result.sample_id)
        .order_by(func.min(Result.id))
        .limit(SHOWN_MAX)
    )
    rows = session.scalars(
        select(Result).where(waiting, Result.sample_id.in_(oldest)).order_by(Result.id)
    )
    by_sample: dict[str, list[Result]] = {}
    for row in rows:
        assert row.sample is not None
        by_sample.setdefault(row.sample.number, []).append(row)
    return tuple(
        ToVerify(number, each[0].lot.number, _titles(session, each), each[0].entered_at)
        for number, each in by_sample.items()
    )


def _titles(session: Session, results: Sequence[Result]) -> tuple[str, ...]:
    """What these results of one sample are results of, in the words of its specification."""
    specification = bundle_of(session, results[0].lot).specification
    titles = {each.code: each.title for each in specification.criteria}
    return tuple(titles[each.criterion] for each in results)


def proposals(session: Session) -> Sequence[Result]:
    """Results that propose “not applicable” and wait for QA."""
    return session.scalars(
        select(Result)
        .where(_unsigned(), Result.state == ResultState.NOT_APPLICABLE)
        .order_by(Result.id)
        .limit(SHOWN_MAX)
    ).all()


def open_investigations(session: Session) -> Sequence[Investigation]:
    """Investigations that are not closed, oldest first."""
    return session.scalars(
        select(Investigation)
        .where(Investigation.state != InvestigationState.CLOSED)
        .order_by(Investigation.id)
        .limit(SHOWN_MAX)
    ).all()


def open_deviations(session: Session) -> Sequence[Deviation]:
    """Deviations that are not closed: critical ones first, then the oldest."""
    return session.scalars(
        select(Deviation)
        .where(Deviation.state != DeviationState.CLOSED)
        .order_by(Deviation.critical.desc(), Deviation.id)
        .limit(SHOWN_MAX)
    ).all()
