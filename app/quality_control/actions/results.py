"""Results are entered, cultures read on, wrong entries corrected; nothing is overwritten."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from itertools import count

from sqlalchemy.orm import Session

from app.errors import BadInput, FieldError, OutOfDate, refuse_if
from app.lot.lots import lot_for_change
from app.people.actor import Actor
from app.quality_control.actions.failures import follow_up
from app.quality_control.actions.instruments import (
    Instruments,
    registered,
    use_instruments,
    uses_of,
)
from app.quality_control.actions.samples import check_attached
from app.quality_control.at_hand import AnyLot
from app.quality_control.drafts import Draft
from app.quality_control.models import Result, result_ref
from app.quality_control.on_record import (
    OnRecord,
    on_record_of_lot,
    on_record_of_sample,
    on_record_with_equipment,
)
from app.quality_control.quality import find_result, frozen_version
from app.quality_control.rules import entry
from app.quality_control.rules.standing import retests_left
from app.rulebook import judge
from app.supplies.actions.at_use import EquipmentAtUse, each_at_use
from app.trail import audit
from app.trail.appending import append
from app.trail.separation import refuse_same_person
from schemas.quality_record import ResultFacts, Standing
from schemas.result import (
    CorrectResult,
    EnterResults,
    ResultChange,
    ResultWords,
)
from schemas.specification import Criterion, Specification


def enter_results(
    session: Session, sample_number: str, entered: EnterResults, *, by: Actor, at: datetime
) -> tuple[ResultFacts, ...]:
    """Enter results of one sample: all of them are saved, or none (R-SPEC-01 to R-SPEC-08).

    A culture that is still read on is entered whole: what was read before, and what is new.
    A failing result opens its investigation by itself; a late one holds the lot. Given back is
    what was entered: each is the entry that is read, and nobody has signed it yet.

    Raises:
        NotFound, BadInput, Refused: with every finding of QC-10 to QC-20.
        OutOfDate: the culture was read on after the page was opened.
    """
    by = by.doing("result.enter")
    known, instruments = on_record_with_equipment(
        session, sample_number, codes_in(entered), uses_of(entered.results, by=by, at=at)
    )
    return _enter(session, known, entered, instruments, by=by, at=at)


def enter_without_sample(
    session: Session, lot_number: str, entered: EnterResults, *, by: Actor, at: datetime
) -> tuple[ResultFacts, ...]:
    """Say of criteria without a sample that they were not tested, or do not apply.

    Raises:
        NotFound, BadInput, Refused: with every finding of QC-10 to QC-20.
    """
    by = by.doing("result.enter")
    lot = lot_for_change(session, lot_number)
    known = on_record_of_lot(session, lot, codes_in(entered))
    return enter_on_record(session, known, entered, by=by, at=at)


def codes_in(entered: EnterResults) -> list[str]:
    """The criteria that results are entered for."""
    return [each.criterion for each in entered.results]


def enter_on_record(
    session: Session, known: OnRecord, entered: EnterResults, *, by: Actor, at: datetime
) -> tuple[ResultFacts, ...]:
    """Enter results upon what was read of a lot that has been locked since.

    Raises:
        BadInput, Refused, OutOfDate: as `enter_results`.
    """
    by = by.doing("result.enter")
    instruments = each_at_use(session, uses_of(entered.results, by=by, at=at))
    return _enter(session, known, entered, instruments, by=by, at=at)


def _enter(
    session: Session,
    known: OnRecord,
    entered: EnterResults,
    instruments: Sequence[Instruments],
    *,
    by: Actor,
    at: datetime,
) -> tuple[ResultFacts, ...]:
    criteria = _criteria(known.specification, codes_in(entered))
    assert known.codes.issuperset(codes_in(entered))
    drafts: list[tuple[Draft, tuple[EquipmentAtUse, ...]]] = []
    errors: list[FieldError] = []
    of_each = zip(entered.results, criteria, instruments, strict=True)
    for place, (new, criterion, named) in enumerate(of_each):
        with _collected(errors, f"results.{place}."):
            used = registered(named, new.equipment)
            check_attached(session, known.taken, new.raw_file)
            drafts.append((Draft.of(known, criterion, new, at=at), used))
    if errors:
        raise BadInput(errors)
    refuse_if([found for each, _ in drafts for found in judge(entry.RULES, each.facts)])
    numbers = (f"{known.lot.number}-R{place:02d}" for place in count(known.count + 1))
    return tuple(_write(session, known, each, used, numbers, by=by, at=at) for each, used in drafts)


def correct_result(
    session: Session, number: str, correction: CorrectResult, *, by: Actor, at: datetime
) -> ResultFacts:
    """Enter a result again rightly; the entry before stays, and a second person verifies anew.

    A failing entry stays in the verdict until its investigation is answered (QC-01).

    Raises:
        NotFound, BadInput, Refused, SamePerson.
        OutOfDate: it was corrected after the page was opened.
    """
    by = by.doing("result.correct")
    row = find_result(session, number)
    lot = lot_for_change(session, row.lot.number)  # read anew: what follows asks of its stage
    if row.sample is None:
        known = on_record_of_lot(session, lot, [row.criterion])
    else:
        known = on_record_of_sample(session, row.sample.number, [row.criterion])
    before = next(each for each in reversed(known.results) if each.words.number == number)
    if before.words.revision != correction.revision:
        raise OutOfDate
    (named,) = each_at_use(session, uses_of([correction], by=by, at=at))
    instruments = registered(named, correction.equipment)
    check_attached(session, known.taken, correction.raw_file)
    criterion = known.specification.criterion(before.words.criterion)
    draft = Draft.of(known, criterion, correction, at=at, before=before)
    refuse_if(judge(entry.RULES, draft.facts))
    refuse_same_person(session, "result.correct", about=row.ref, by=by)
    return _write(session, known, draft, instruments, iter(()), by=by, at=at)


def _write(
    session: Session,
    known: OnRecord,
    draft: Draft,
    instruments: tuple[EquipmentAtUse, ...],
    numbers: Iterator[str],
    *,
    by: Actor,
    at: datetime,
) -> ResultFacts:
    before, lot = draft.facts.before, known.lot
    words = _words(lot, draft, before.words.number if before else next(numbers), by=by, at=at)
    about = result_ref(lot.ref, words.number)
    did = "result.correct" if words.change is ResultChange.CORRECTED else "result.enter"
    if did == "result.enter" and before is not None:
        refuse_same_person(session, did, about=about, by=by)
    use_instruments(session, instruments, words, before, about=about, by=by)
    digest = _keep(session, known, words)
    follow_up(session, lot.id, words, draft.facts.investigations, by=by, at=at)
    audit.record(session, by=by, at=at, did=did, about=about, why=words.reason)
    return ResultFacts(words=words, words_digest=digest, standing=Standing.CURRENT, signature=None)


def _keep(session: Session, known: OnRecord, words: ResultWords) -> str:
    """Write the row of an entry; the digest of its words."""
    stored = words.canonical()
    digest = sha256(stored).hexdigest()
    append(
        session,
        Result,
        number=words.number,
        revision=words.revision,
        change=words.change,
        replaces=words.replaces,
        reason=words.reason,
        retest_of=words.retest_of,
        lot_id=known.lot.id,
        sample_id=known.taken.id if known.taken else None,
        criterion=words.criterion,
        state=words.state,
        reading=words.reading.canonical().decode(),
        evaluation=words.evaluation.canonical().decode(),
        words=stored.decode(),
        words_digest=digest,
        raw_file=words.raw_file,
        entered_by=words.entered_by,
        entered_at=words.entered_at,
    )
    return digest


def _words(lot: AnyLot, draft: Draft, number: str, *, by: Actor, at: datetime) -> ResultWords:
    typed, facts = draft.typed, draft.facts
    criterion, before = facts.criterion, facts.before
    plans = retests_left(facts.results, facts.investigations)
    retest_of = plans[0][0].number if facts.change is ResultChange.RETEST else None
    if before is not None:
        retest_of = before.words.retest_of
    return ResultWords(
        number=number,
        revision=before.words.revision + 1 if before else 1,
        change=facts.change,
        replaces=before.words_digest if before else None,
        reason=typed.reason if isinstance(typed, CorrectResult) else None,
        retest_of=retest_of,
        lot_number=lot.number,
        sample_number=facts.sample.number if facts.sample else None,
        specification=frozen_version(lot),
        criterion=criterion.code,
        title=criterion.title,
        method=criterion.method,
        method_version=criterion.method_version,
        limit=draft.evaluation.compared_with,
        reading=typed.reading,
        dosing=typed.dosing,
        tested_at=typed.tested_at,
        equipment=typed.equipment,
        raw_file=typed.raw_file,
        raw_reference=typed.raw_reference,
        evaluation=draft.evaluation,
        entered_by=by.username,
        entered_name=by.name,
        entered_at=at,
    )


def _criteria(specification: Specification, codes: list[str]) -> tuple[Criterion, ...]:
    """The criterion of each entry.

    Raises:
        BadInput: one is not in the specification, or is there twice.
    """
    by_code = {each.code: each for each in specification.criteria}
    errors = [
        FieldError(f"results.{place}.criterion", f"{code} is not in the specification.")
        for place, code in enumerate(codes)
        if code not in by_code
    ]
    errors += [
        FieldError(f"results.{place}.criterion", f"{code} is entered twice.")
        for place, code in enumerate(codes)
        if codes.index(code) < place
    ]
    if errors:
        raise BadInput(errors)
    return tuple(by_code[each] for each in codes)


@contextmanager
def _collected(errors: list[FieldError], prefix: str) -> Iterator[None]:
    try:
        yield
    except BadInput as wrong:
        errors.extend(FieldError(prefix + each.field, each.says) for each in wrong.errors)
