"""Results are entered, cultures read on, wrong entries corrected; nothing is overwritten."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from app.errors import BadInput, FieldError, OutOfDate, refuse_if
from app.expansion.models import SampleTaken
from app.lot.lots import lot_for_change
from app.lot.models import Lot
from app.people.actor import Actor
from app.quality_control.actions.failures import follow_up
from app.quality_control.actions.instruments import check_registered, use_instruments
from app.quality_control.drafts import Draft
from app.quality_control.models import Result
from app.quality_control.quality import (
    LotQuality,
    find_result,
    find_sample,
    frozen_version,
    gather,
)
from app.quality_control.rules import entry
from app.quality_control.rules.standing import retests_left
from app.rulebook import judge
from app.trail import audit
from app.trail.separation import refuse_same_person
from schemas.result import (
    CorrectResult,
    EnterResults,
    ResultChange,
    ResultWords,
)
from schemas.specification import Criterion


def enter_results(
    session: Session, sample_number: str, entered: EnterResults, *, by: Actor, at: datetime
) -> tuple[Result, ...]:
    """Enter results of one sample: all of them are saved, or none (R-SPEC-01 to R-SPEC-08).

    A culture that is still read on is entered whole: what was read before, and what is new.
    A failing result opens its investigation by itself; a late one holds the lot.

    Raises:
        NotFound, BadInput, Refused: with every finding of QC-10 to QC-20.
        OutOfDate: the culture was read on after the page was opened.
    """
    sample = find_sample(session, sample_number)
    return _enter(session, sample.lot.number, sample, entered, by=by, at=at)


def enter_without_sample(
    session: Session, lot_number: str, entered: EnterResults, *, by: Actor, at: datetime
) -> tuple[Result, ...]:
    """Say of criteria without a sample that they were not tested, or do not apply.

    Raises:
        NotFound, BadInput, Refused: with every finding of QC-10 to QC-20.
    """
    return _enter(session, lot_number, None, entered, by=by, at=at)


def _enter(
    session: Session,
    lot_number: str,
    sample: SampleTaken | None,
    entered: EnterResults,
    *,
    by: Actor,
    at: datetime,
) -> tuple[Result, ...]:
    by = by.doing("result.enter")
    lot = lot_for_change(session, lot_number)
    known = gather(session, lot)
    criteria = _criteria(known, entered)
    drafts: list[Draft] = []
    errors: list[FieldError] = []
    for place, (new, criterion) in enumerate(zip(entered.results, criteria, strict=True)):
        with _collected(errors, f"results.{place}."):
            check_registered(session, new.equipment)
            number = sample.number if sample else None
            drafts.append(Draft.of(known, criterion, new, number, at=at))
    if errors:
        raise BadInput(errors)
    refuse_if([found for each in drafts for found in judge(entry.RULES, each.facts)])
    return tuple(_write(session, known, sample, draft, by=by, at=at) for draft in drafts)


def correct_result(
    session: Session, number: str, correction: CorrectResult, *, by: Actor, at: datetime
) -> Result:
    """Enter a result again rightly; the entry before stays, and a second person verifies anew.

    A failing entry stays in the verdict until its investigation is answered (QC-01).

    Raises:
        NotFound, BadInput, Refused, SamePerson.
        OutOfDate: it was corrected after the page was opened.
    """
    by = by.doing("result.correct")
    row = find_result(session, number)
    lot = lot_for_change(session, row.lot.number)
    known = gather(session, lot)
    before = next(each for each in reversed(known.results) if each.words.number == number)
    if before.words.revision != correction.revision:
        raise OutOfDate
    check_registered(session, correction.equipment)
    criterion = known.specification.criterion(before.words.criterion)
    draft = Draft.of(known, criterion, correction, before.words.sample_number, at=at, before=before)
    refuse_if(judge(entry.RULES, draft.facts))
    refuse_same_person(session, "result.correct", about=row.ref, by=by)
    return _write(session, known, row.sample, draft, by=by, at=at)


def _write(
    session: Session,
    known: LotQuality,
    sample: SampleTaken | None,
    draft: Draft,
    *,
    by: Actor,
    at: datetime,
) -> Result:
    lot = known.lot
    words = _words(lot, known, draft, by=by, at=at)
    stored = words.canonical()
    row = Result(
        number=words.number,
        revision=words.revision,
        change=words.change,
        replaces=words.replaces,
        reason=words.reason,
        retest_of=words.retest_of,
        lot=lot,
        sample=sample,
        criterion=words.criterion,
        state=words.state,
        reading=words.reading.canonical().decode(),
        evaluation=words.evaluation.canonical().decode(),
        words=stored.decode(),
        words_digest=sha256(stored).hexdigest(),
        raw_file=words.raw_file,
        entered_by=by.username,
        entered_at=at,
    )
    known.rows[row.words_digest] = row
    session.add(row)
    did = "result.correct" if words.change is ResultChange.CORRECTED else "result.enter"
    if did == "result.enter" and draft.facts.before is not None:
        refuse_same_person(session, did, about=row.ref, by=by)
    before = draft.facts.before
    use_instruments(session, words, before, about=row.ref, by=by, at=at)
    follow_up(session, lot, row, words, draft.facts.investigations, by=by, at=at)
    audit.record(session, by=by, at=at, did=did, about=row.ref, why=words.reason)
    return row


def _words(lot: Lot, known: LotQuality, draft: Draft, *, by: Actor, at: datetime) -> ResultWords:
    typed, facts = draft.typed, draft.facts
    criterion, before = facts.criterion, facts.before
    plans = retests_left(facts.results, facts.investigations)
    retest_of = plans[0][0].number if facts.change is ResultChange.RETEST else None
    if before is not None:
        retest_of = before.words.retest_of
    return ResultWords(
        number=before.words.number if before else _next_number(known),
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


def _next_number(known: LotQuality) -> str:
    taken = len({row.number for row in known.rows.values()})
    return f"{known.lot.number}-R{taken + 1:02d}"


def _criteria(known: LotQuality, entered: EnterResults) -> tuple[Criterion, ...]:
    """The criterion of each entry.

    Raises:
        BadInput: one is not in the specification, or is there twice.
    """
    by_code = {each.code: each for each in known.specification.criteria}
    codes = [each.criterion for each in entered.results]
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
