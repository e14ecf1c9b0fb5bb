"""What is on record for an entry about to be made: read for its criteria alone, under the lock.

A lot may have sixty results; an entry is judged by those of its own criterion, by its sample,
and by when the specification was approved.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import (
    BindParameter,
    Column,
    Label,
    Select,
    bindparam,
    distinct,
    exists,
    func,
    select,
)
from sqlalchemy.orm import Session, lazyload

from app.asking import among, asked, asked_under, each_told
from app.db import columns_of
from app.expansion.gathering import words_of
from app.expansion.models import SampleTaken, StepRow
from app.kept import Ask, Row
from app.lot.models import Lot
from app.masters.frozen import bundle_of
from app.masters.shelf import approval_of
from app.quality_control.at_hand import (
    LOCKED,
    OF_ENTRY,
    SAMPLE,
    AnyLot,
    EntryAtHand,
    SampleAtHand,
    at_hand,
    no_sample,
    sample_for_entry,
)
from app.quality_control.models import Investigation, Result, ResultSigned, SampleReceipt
from app.quality_control.reading import investigation_facts, receipt_facts, result_facts
from app.quality_control.rules.entry import SampleFacts
from app.supplies.actions.at_use import EquipmentAtUse, Use, locks_of, questions_of, told_of
from app.trail.signatures import signatures_about, signatures_bound
from schemas.quality import InvestigationFacts
from schemas.quality_record import CriterionFacts, ResultFacts
from schemas.result import ReceiptFacts
from schemas.specification import Criterion, Specification
from schemas.step_product import SampleValues
from schemas.trail import Signature

Place: TypeAlias = BindParameter[Any] | Column[Any]

_LOT, _TAKEN, _RESULT = columns_of(Lot), columns_of(SampleTaken), columns_of(Result)
_INVESTIGATION = columns_of(Investigation)


def _known(lot: Place, code: Place, version: Place, codes: int) -> Sequence[Label[Any]]:
    """When the specification was approved, how many results the lot has, and what of these codes.

    Whether there is an entry for any of them, and whether there is an investigation.
    """
    numbers = select(func.count(distinct(_RESULT.number))).where(_RESULT.lot_id == lot)
    named = among(_RESULT.criterion, "code", codes)
    return (
        approval_of(code, version).scalar_subquery().label("approved_at"),
        numbers.scalar_subquery().label("numbers"),
        exists().where(_RESULT.lot_id == lot, named).label("entered"),
        exists()
        .where(_INVESTIGATION.lot_id == lot, among(_INVESTIGATION.criterion, "code", codes))
        .label("investigated"),
    )


@cache
def _of_lot(codes: int) -> Select[*tuple[Any, ...]]:
    lot = bindparam("lot", type_=_LOT.id.type)
    code = bindparam("specification", type_=_LOT.specification_code.type)
    version = bindparam("version", type_=_LOT.specification_version.type)
    return select(*_known(lot, code, version, codes))


@cache
def _of_sample(codes: int) -> Select[*tuple[Any, ...]]:
    """The same beside a sample, its receipt, and the last correction of its step (R-ATMP-07)."""
    step, receipt = columns_of(StepRow), columns_of(SampleReceipt)
    later = StepRow.__table__.alias()
    corrected = (
        select(later.c.id)
        .where(
            later.c.lot_id == step.lot_id,
            later.c.step == step.step,
            later.c.occurrence == step.occurrence,
            later.c.replaces_id.is_not(None),
        )
        .order_by(later.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        SAMPLE.add_columns(
            *_known(_LOT.id, _LOT.specification_code, _LOT.specification_version, codes),
            corrected.label("corrected"),
            *(receipt[name] for name in ReceiptFacts.model_fields),
        )
        .join(StepRow.__table__, step.id == _TAKEN.entry_id)
        .outerjoin(SampleReceipt.__table__, receipt.sample_id == _TAKEN.id)
    )


@cache
def _entries(codes: int) -> Select[*tuple[Any, ...]]:
    """The entries of some criteria of a lot, and what binds the signature on each that has one."""
    signed = columns_of(ResultSigned)
    return (
        select(*(_RESULT[name] for name in OF_ENTRY), signed.binding)
        .outerjoin_from(Result.__table__, ResultSigned.__table__, signed.result_id == _RESULT.id)
        .where(_RESULT.lot_id == bindparam("lot"), among(_RESULT.criterion, "code", codes))
        .order_by(_RESULT.id)
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
    taken: SampleAtHand | None
    sample: SampleFacts | None
    codes: frozenset[str]
    """The criteria that were read for; of others nothing is known here."""
    count: int
    """Results of the whole lot, by their numbers."""
    results: tuple[ResultFacts, ...]
    investigations: tuple[InvestigationFacts, ...]

    def facts_on(self, criterion: Criterion) -> CriterionFacts:
        """What an entry for this criterion is judged by."""
        return CriterionFacts.model_construct(
            criterion=criterion,
            sampled=self.sample is not None and self.sample.sample_point == criterion.sample_point,
            results=tuple(each for each in self.results if each.words.criterion == criterion.code),
            investigations=tuple(
                each for each in self.investigations if each.criterion == criterion.code
            ),
        )


def everything_on_record(session: Session, number: str) -> OnRecord:
    """What is on record of every criterion that is read on a sample; its lot stays locked.

    Raises:
        NotFound: there is no such sample.
    """
    sample = sample_for_entry(session, number)
    criteria = bundle_of(session, sample.lot).specification.criteria
    codes = [each.code for each in criteria if each.sample_point == sample.sample_point]
    return on_record_of_sample(session, number, codes)


def on_record_of_sample(session: Session, number: str, codes: Collection[str]) -> OnRecord:
    """What is on record of some criteria that are read on a sample; its lot stays locked.

    Raises:
        NotFound: there is no such sample.
    """
    return on_record_with_equipment(session, number, codes, ())[0]


def on_record_with_equipment(
    session: Session, number: str, codes: Collection[str], uses: Sequence[Use]
) -> tuple[OnRecord, list[tuple[EquipmentAtUse | None, ...]]]:
    """The same, and the equipment of some uses as it stood then (`each_at_use`), asked at once.

    Raises:
        NotFound: there is no such sample.
    """
    locks = [Ask(LOCKED, {"number": number})]
    locks += locks_of(code for use in uses for code in use.codes)
    question = Ask(_of_sample(len(codes)), {"number": number, **each_told("code", codes)})
    locked, (found, *used) = asked_under(session, locks, [question, *questions_of(uses)])
    row = found.first()
    if locked is not None and locked[0].first() is None:  # it was taken in between
        raise no_sample(number)
    sample = at_hand(row, number)
    assert row is not None
    known = _on_record(session, sample.lot, row, codes, sample)
    return known, told_of(session, uses, used, locked[1:] if locked else None)


def on_record_of_lot(session: Session, lot: AnyLot, codes: Collection[str]) -> OnRecord:
    """What is on record of criteria without a sample, of a lot that is locked."""
    frozen = {"specification": lot.specification_code, "version": lot.specification_version}
    named = each_told("code", codes)
    row = asked(session, _of_lot(len(codes)), lot=lot.id, **frozen, **named).one()
    return _on_record(session, lot, row, codes, None)


def _on_record(
    session: Session,
    lot: AnyLot,
    row: Row,
    codes: Collection[str],
    sample: SampleAtHand | None,
) -> OnRecord:
    entries: tuple[EntryAtHand, ...] = ()
    if row.entered:
        found = asked(session, _entries(len(codes)), lot=lot.id, **each_told("code", codes))
        entries = tuple(EntryAtHand._make((*each, lot.ref)) for each in found)
    of_codes = {"lot": lot.id, "codes": tuple(codes)}
    investigations = _investigations(session, of_codes) if row.investigated else ()
    return OnRecord(
        lot=lot,
        specification=bundle_of(session, lot).specification,
        approved_at=row.approved_at,
        taken=sample,
        sample=_sample_facts(session, sample, row) if sample else None,
        codes=frozenset(codes),
        count=row.numbers,
        results=result_facts(entries, _signed(session, entries), investigations),
        investigations=investigations,
    )


def _investigations(
    session: Session, of_codes: dict[str, object]
) -> tuple[InvestigationFacts, ...]:
    rows = session.scalars(_INVESTIGATIONS, of_codes).all()
    signed = signatures_about(session, *(row.ref for row in rows))
    return tuple(investigation_facts(row, signed) for row in rows)


def _signed(session: Session, entries: Collection[EntryAtHand]) -> dict[int, Signature]:
    bindings = {each.id: each.binding for each in entries if each.binding is not None}
    signed = signatures_bound(session, set(bindings.values()))
    return {entry: signed[binding] for entry, binding in bindings.items()}


def _sample_facts(session: Session, sample: SampleAtHand, known: Row) -> SampleFacts:
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
