"""An entry that was read and judged, not yet written."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from app.errors import BadInput, FieldError, OutOfDate
from app.masters.evaluate import evaluate
from app.quality_control.on_record import OnRecord
from app.quality_control.rules.entry import EntryFacts
from app.quality_control.rules.standing import current, retests_left
from schemas.quality_record import CriterionFacts, ResultFacts
from schemas.reading import Dosing, Evaluation, ResultState, SterilityReading
from schemas.result import CorrectResult, NewResult, ResultChange
from schemas.specification import Criterion

Typed: TypeAlias = NewResult | CorrectResult


@dataclass(frozen=True)
class Draft:
    """What was typed, what the rules ask of it, and what it is worth."""

    typed: Typed
    facts: EntryFacts
    evaluation: Evaluation

    @classmethod
    def of(
        cls,
        known: OnRecord,
        criterion: Criterion,
        typed: Typed,
        *,
        at: datetime,
        before: ResultFacts | None = None,
    ) -> "Draft":
        """Judge what was typed against its criterion and gather what the rules ask.

        Raises:
            BadInput: it cannot be read as the criterion asks.
            OutOfDate: the culture was read on after the page was opened.
        """
        facts = known.facts_on(criterion)  # of parts that were checked, each by itself
        change = ResultChange.CORRECTED
        if isinstance(typed, NewResult):
            change, before = _change(facts, typed)
        asked = EntryFacts.model_construct(
            criterion=criterion,
            sample=known.sample,
            reading=typed.reading,
            change=change,
            tested_at=typed.tested_at,
            names_raw_data=bool(typed.raw_file or typed.raw_reference),
            entered_at=at,
            specification_approved_at=known.approved_at,
            before=before,
            results=facts.results,
            investigations=facts.investigations,
        )
        with _prefixed("reading."):
            evaluation = evaluate(criterion, typed.reading, context=typed.dosing or Dosing())
        return cls(typed, asked, evaluation)


def _change(facts: CriterionFacts, typed: NewResult) -> tuple[ResultChange, ResultFacts | None]:
    """Why this is entered: the first, the next reading, a repeat, or a planned retest."""
    results = facts.results
    last = current(results)[-1] if current(results) else None
    is_culture = isinstance(typed.reading, SterilityReading)
    if last is not None and is_culture and last.words.state is ResultState.PENDING:
        if typed.seen_revision not in {None, last.words.revision}:
            raise OutOfDate
        return ResultChange.CONTINUED, last
    if typed.seen_revision:
        raise OutOfDate
    if retests_left(results, facts.investigations):
        return ResultChange.RETEST, None
    if last is not None and last.words.state is ResultState.INVALID:
        return ResultChange.REPEAT, None
    return ResultChange.FIRST, None


@contextmanager
def _prefixed(prefix: str) -> Iterator[None]:
    try:
        yield
    except BadInput as wrong:
        raise BadInput(
            [FieldError(prefix + each.field, each.says) for each in wrong.errors]
        ) from wrong
