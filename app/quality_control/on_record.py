"""What is on record for an entry about to be made: read for its criteria alone, under the lock.

A lot may have sixty results; an entry is judged by those of its own criterion, by its sample,
and by when the specification was approved.
"""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Row, Select, bindparam, distinct, exists, func, select
from sqlalchemy.orm import Session, lazyload

from app.db import asked, columns_of
from app.errors import NotFound
from app.expansion.gathering import words_of
from app.expansion.models import SampleTaken, StepRow, sample_ref
from app.lot.models import Lot
from app.masters.frozen import bundle_of
from app.masters.shelf import approval_of
from app.quality_control.models import Investigation, Result, ResultSigned, SampleReceipt
from app.quality_control.reading import investigation_facts, receipt_facts, result_facts
from app.quality_control.rules.entry import SampleFacts
from app.trail.signatures import signatures_about, signatures_bound
from schemas.quality import InvestigationFacts
from schemas.quality_record import CriterionFacts, ResultFacts
from schemas.result import ReceiptFacts
from schemas.specification import Criterion, Specification
from schemas.step_product import SampleValues
from schemas.trail import Signature


@dataclass
class LotAtHand:
    """What an entry asks of its lot, which stays locked: its number and what it froze."""

    id: int
    number: str
    product_code: str
    product_version: int
    product_digest: str
    specification_code: str
    specification_version: int
    specification_digest: str
    master_code: str
    master_version: int
    master_digest: str

    @property
    def ref(self) -> str:
        """How the trail refers to this lot."""
        return Lot.ref_of(self.number)


@dataclass(frozen=True)
class SampleAtHand:
    """What an entry asks of its sample, as it was taken."""

    id: int
    number: str
    entry_id: int
    sample_point: str
    taken_at: datetime
    lot: LotAtHand

    @property
    def ref(self) -> str:
        """How the trail refers to this sample."""
        return sample_ref(self.lot.ref, self.number)


AnyLot: TypeAlias = Lot | LotAtHand
AnySample: TypeAlias = SampleTaken | SampleAtHand

_LOT, _TAKEN = columns_of(Lot), columns_of(SampleTaken)
_OF_TAKEN = ("id", "number", "entry_id", "sample_point", "taken_at")
_LOCKED_SAMPLE = (
    select(*(_TAKEN[name] for name in _OF_TAKEN), *(_LOT[each.name] for each in fields(LotAtHand)))
    .where(_TAKEN.lot_id == _LOT.id, _TAKEN.number == bindparam("number"))
    .with_for_update(of=Lot)
)
_RESULT = columns_of(Result)
_OF_LOT = select(
    approval_of(bindparam("code"), bindparam("version")).scalar_subquery().label("approved_at"),
    select(func.count(distinct(_RESULT.number)))
    .where(_RESULT.lot_id == bindparam("lot"))
    .scalar_subquery()
    .label("numbers"),
    exists()
    .where(
        _RESULT.lot_id == bindparam("lot"),
        _RESULT.criterion.in_(bindparam("codes", expanding=True)),
    )
    .label("entered"),
)
"""When the specification was approved, how many results there are, and whether any of these."""


def _of_sample() -> Select[*tuple[Any, ...]]:
    """The same, and of a sample its receipt and the last correction of its step (R-ATMP-07)."""
    taken, receipt = columns_of(StepRow), columns_of(SampleReceipt)
    later = StepRow.__table__.alias()
    corrected = (
        select(later.c.id)
        .where(
            later.c.lot_id == taken.lot_id,
            later.c.step == taken.step,
            later.c.occurrence == taken.occurrence,
            later.c.replaces_id.is_not(None),
        )
        .order_by(later.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        _OF_LOT.add_columns(
            corrected.label("corrected"), *(receipt[name] for name in ReceiptFacts.model_fields)
        )
        .select_from(StepRow.__table__)
        .outerjoin(SampleReceipt.__table__, receipt.sample_id == bindparam("sample"))
        .where(taken.id == bindparam("entry"))
    )


_OF_SAMPLE = _of_sample()
_RESULTS = (
    select(Result)
    .where(
        Result.lot_id == bindparam("lot"), Result.criterion.in_(bindparam("codes", expanding=True))
    )
    .order_by(Result.id)
    .options(lazyload(Result.lot), lazyload(Result.sample))
)
_SIGNED = select(ResultSigned.result_id, ResultSigned.binding).where(
    ResultSigned.result_id.in_(bindparam("results", expanding=True))
)
_INVESTIGATIONS = (
    select(Investigation)
    .where(
        Investigation.lot_id == bindparam("lot"),
        Investigation.criterion.in_(bindparam("codes", expanding=True)),
    )
    .order_by(Investigation.id)
    .options(lazyload(Investigation.lot))
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True)
class OnRecord:
    """A lot's sample, and what was entered before for the criteria that are entered now."""

    lot: AnyLot
    specification: Specification
    approved_at: datetime | None
    taken: AnySample | None
    sample: SampleFacts | None
    codes: frozenset[str]
    """The criteria that were read for; of others nothing is known here."""
    count: int
    """Results of the whole lot, by their numbers."""
    results: tuple[ResultFacts, ...]
    investigations: tuple[InvestigationFacts, ...]

    def facts_on(self, criterion: Criterion) -> CriterionFacts:
        """What an entry for this criterion is judged by."""
        return CriterionFacts(
            criterion=criterion,
            sampled=self.sample is not None and self.sample.sample_point == criterion.sample_point,
            results=tuple(each for each in self.results if each.words.criterion == criterion.code),
            investigations=tuple(
                each for each in self.investigations if each.criterion == criterion.code
            ),
        )


def sample_for_entry(session: Session, number: str) -> SampleAtHand:
    """A sample by its number, its lot locked until the transaction ends.

    Raises:
        NotFound: there is no such sample.
    """
    row = asked(session, _LOCKED_SAMPLE, number=number).first()
    if row is None:
        raise NotFound(f"There is no sample “{number[:60]}”.")
    own = len(_OF_TAKEN)
    lot = LotAtHand(*row[own:])
    return SampleAtHand(**dict(zip(_OF_TAKEN, row[:own], strict=True)), lot=lot)


def on_record_of_sample(session: Session, number: str) -> OnRecord:
    """What is on record of every criterion that is read on a sample; its lot stays locked.

    Raises:
        NotFound: there is no such sample.
    """
    sample = sample_for_entry(session, number)
    criteria = bundle_of(session, sample.lot).specification.criteria
    codes = [each.code for each in criteria if each.sample_point == sample.sample_point]
    return on_record(session, sample.lot, sample, codes)


def on_record(
    session: Session,
    lot: AnyLot,
    sample: AnySample | None,
    codes: Collection[str],
) -> OnRecord:
    """What is on record of these criteria of a lot that is locked."""
    of_codes = {"lot": lot.id, "codes": tuple(codes)}
    of_lot = {"code": lot.specification_code, "version": lot.specification_version, **of_codes}
    if sample is None:
        known, facts = asked(session, _OF_LOT, **of_lot).one(), None
    else:
        of_sample = {"sample": sample.id, "entry": sample.entry_id, **of_lot}
        known = asked(session, _OF_SAMPLE, **of_sample).one()
        facts = _sample_facts(session, sample, known)
    rows = session.scalars(_RESULTS, of_codes).all() if known.entered else ()
    investigations = _investigations(session, of_codes) if rows else ()
    return OnRecord(
        lot=lot,
        specification=bundle_of(session, lot).specification,
        approved_at=known.approved_at,
        taken=sample,
        sample=facts,
        codes=frozenset(codes),
        count=known.numbers,
        results=result_facts(rows, _signed(session, rows), investigations),
        investigations=investigations,
    )


def _investigations(
    session: Session, of_codes: dict[str, object]
) -> tuple[InvestigationFacts, ...]:
    rows = session.scalars(_INVESTIGATIONS, of_codes).all()
    signed = signatures_about(session, *(row.ref for row in rows))
    return tuple(investigation_facts(row, signed) for row in rows)


def _signed(session: Session, results: Collection[Result]) -> dict[int, Signature]:
    if not results:
        return {}
    found = session.execute(_SIGNED, {"results": [row.id for row in results]}).all()
    signed = signatures_bound(session, {row.binding for row in found})
    return {row.result_id: signed[row.binding] for row in found}


def _sample_facts(session: Session, sample: AnySample, known: Row[Any]) -> SampleFacts:
    taken_at = sample.taken_at
    if known.corrected is not None:
        values = words_of(session.get_one(StepRow, known.corrected)).values
        taken_at = values.taken_at if isinstance(values, SampleValues) else taken_at
    return SampleFacts(
        number=sample.number,
        sample_point=sample.sample_point,
        taken_at=taken_at,
        receipt=receipt_facts(known) if known.received_at else None,
    )
