"""Judge a reading against its criterion (R-SPEC-03 to R-SPEC-08).

The same criterion, reading and dosing always give the same evaluation (R-SPEC-12): nothing here
knows a clock, a database or a person.
"""

from app.masters.limits import Verdict, judge_number, words_of
from app.masters.measure import NotEnough, Result, asked, possible_values
from app.masters.outcomes import judge_category, judge_karyotype, judge_sterility
from app.masters.raw import cells_from_raw, fold_from_raw, inhibition_from_raw, viability_from_raw
from app.masters.typed import endotoxin, marker_percentage, typed_number
from schemas.quantity import Calculation
from schemas.reading import (
    CategoryReading,
    CountReading,
    Dosing,
    Evaluation,
    FoldReading,
    InhibitionReading,
    InvalidReading,
    KaryotypeReading,
    MarkerReading,
    NotApplicableReading,
    NotTestedReading,
    NumberReading,
    Reading,
    ResultState,
    SterilityReading,
)
from schemas.result_kind import (
    CategoryResult,
    CellCountResult,
    EndotoxinResult,
    FoldResult,
    InhibitionResult,
    KaryotypeResult,
    MarkerResult,
    NumberResult,
    SterilityResult,
    ViabilityResult,
)
from schemas.specification import Criterion

_NO_DOSING = Dosing()
_STATES = "R-SPEC-03"


def evaluate(
    criterion: Criterion, reading: Reading | None, *, context: Dosing = _NO_DOSING
) -> Evaluation:
    """Judge one reading; without a reading the criterion is pending.

    A limit per kilogram needs the recipient's weight, the volume and the time in `context`;
    without them the result is indeterminate, never passed. An informative criterion is
    evaluated like any other: whether it gates is said by `criterion.gates`.

    Raises:
        UnreadableReading: the entry cannot be read as the criterion asks (a ValueError, 422).
        CannotCalculate: its raw values cannot be calculated with (a ValueError, 422).
    """
    verdict, calculations = _judged(criterion, reading, context)
    return Evaluation(
        criterion=criterion.code,
        state=verdict.state,
        reported=verdict.reported,
        compared_with=words_of(criterion.acceptance, criterion.unit),
        explanation=verdict.explanation,
        formula=calculations[-1].formula if calculations else None,
        calculations=calculations,
        rules=tuple(dict.fromkeys((_STATES, *verdict.rules))),
    )


def _judged(
    criterion: Criterion, reading: Reading | None, dosing: Dosing
) -> tuple[Verdict, tuple[Calculation, ...]]:
    match reading:
        case None:
            return _without_value(ResultState.PENDING, "There is no result yet."), ()
        case NotTestedReading(reason=reason):
            return _without_value(ResultState.NOT_TESTED, f"Not tested: {reason}"), ()
        case InvalidReading(reason=reason):
            return _without_value(ResultState.INVALID, f"The assay is not valid: {reason}"), ()
        case NotApplicableReading(reason=reason):
            return _not_applicable(criterion, reason), ()
        case _:
            return _with_value(criterion, reading, dosing)


def _with_value(
    criterion: Criterion, reading: Reading, dosing: Dosing
) -> tuple[Verdict, tuple[Calculation, ...]]:
    match criterion.result_kind:
        case CategoryResult() as kind:
            category = asked(reading, CategoryReading, criterion)
            return judge_category(kind, category, criterion.acceptance), ()
        case SterilityResult() as kind:
            looks = asked(reading, SterilityReading, criterion)
            return judge_sterility(kind, looks, criterion.acceptance), ()
        case KaryotypeResult() as kind:
            karyotype = asked(reading, KaryotypeReading, criterion)
            return judge_karyotype(kind, karyotype, criterion.acceptance), ()
        case NumberResult() | MarkerResult() | EndotoxinResult():
            return _judged_number(criterion, _typed(criterion, reading, dosing))
        case ViabilityResult() | CellCountResult() | InhibitionResult() | FoldResult():
            return _judged_number(criterion, _raw(criterion, reading, dosing))


def _typed(criterion: Criterion, reading: Reading, dosing: Dosing) -> Result | NotEnough:
    match criterion.result_kind:
        case MarkerResult() as kind:
            marker = asked(reading, MarkerReading, criterion)
            return marker_percentage(criterion, kind, marker)
        case EndotoxinResult() as kind:
            return endotoxin(criterion, kind, asked(reading, NumberReading, criterion), dosing)
        case _:
            return typed_number(criterion, asked(reading, NumberReading, criterion))


def _raw(criterion: Criterion, reading: Reading, dosing: Dosing) -> Result | NotEnough:
    match criterion.result_kind:
        case CellCountResult() as kind:
            return cells_from_raw(criterion, kind, asked(reading, CountReading, criterion), dosing)
        case InhibitionResult() as kind:
            return inhibition_from_raw(
                criterion, kind, asked(reading, InhibitionReading, criterion)
            )
        case FoldResult():
            return fold_from_raw(criterion, asked(reading, FoldReading, criterion))
        case _:
            return viability_from_raw(criterion, asked(reading, CountReading, criterion))


def _judged_number(
    criterion: Criterion, result: Result | NotEnough
) -> tuple[Verdict, tuple[Calculation, ...]]:
    if isinstance(result, NotEnough):
        return Verdict(ResultState.INDETERMINATE, None, result.says, result.rules), ()
    verdict = judge_number(
        result.measured,
        criterion.acceptance,
        criterion.rounding,
        criterion.unit,
        possible=result.measured.within(*possible_values(criterion), field="values"),
    )
    rules = (*verdict.rules, *result.rules)
    told = Verdict(verdict.state, verdict.reported, verdict.explanation, rules)
    return told, result.calculations


def _not_applicable(criterion: Criterion, reason: str) -> Verdict:
    if criterion.na_permitted:
        return _without_value(ResultState.NOT_APPLICABLE, f"Not applicable: {reason}")
    says = f"The specification does not let this be not applicable: {reason}"
    return _without_value(ResultState.NOT_TESTED, says)


def _without_value(state: ResultState, says: str) -> Verdict:
    return Verdict(state, None, says, ("R-ATMP-01",) if state in _SAID_WHY else ())


_SAID_WHY = frozenset({ResultState.NOT_APPLICABLE, ResultState.NOT_TESTED})
