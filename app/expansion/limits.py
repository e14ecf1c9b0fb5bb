"""In-process limits judged, and the fields of the master read (R-ATMP-19).

Pure. A limit that cannot be judged is missed: not knowing is no pass.
"""

from datetime import datetime
from decimal import Decimal

from app.masters.errors import UnreadableReading
from app.masters.limits import judge_number, words_of
from app.masters.measured import Measured, read
from app.masters.rounding import digits, round_to_decimals
from schemas.master_step import FieldKind, InProcessLimit, Step, StepField
from schemas.production import CalculatedValue, LimitVerdict
from schemas.reading import ResultState
from schemas.specification import EqualsOneOf, Rounding
from schemas.step import ChooseValues, MeasureValues, StepValues


def judge_limits(
    step: Step, values: StepValues, calculated: tuple[CalculatedValue, ...]
) -> tuple[LimitVerdict, ...]:
    """Every limit of the step, on calculated values and on the fields a person filled in.

    Raises:
        UnreadableReading: a number of the master's fields cannot be read.
    """
    by_name = {each.name: each for each in calculated}
    found = [_calculated(limit, by_name.get(limit.name)) for limit in step.limits]
    if isinstance(values, MeasureValues | ChooseValues):
        entered = {each.code: each.value for each in values.values}
        found += [
            _entered(field, entered[field.code])
            for field in step.fields
            if field.limited and field.code in entered
        ]
    return tuple(found)


def _calculated(limit: InProcessLimit, value: CalculatedValue | None) -> LimitVerdict:
    exact = value.calculation.exact if value else None
    unit = value.calculation.unit if value else None
    percent = None
    if exact is None:
        state, found = ResultState.INDETERMINATE, None
        says = f"It is not defined here; it has to be {words_of(limit.acceptance, unit)}."
    else:
        number = Decimal(exact)
        verdict = judge_number(Measured.exactly(number), limit.acceptance, Rounding.USP, unit)
        state, found, says = verdict.state, verdict.reported, verdict.explanation
        percent = _percent(number, limit)
    return LimitVerdict(
        name=limit.name,
        title=value.title if value else limit.name.replace("_", " ").capitalize(),
        limit=words_of(limit.acceptance, unit),
        found=found,
        state=state,
        explanation=says,
        critical=limit.critical,
        action=limit.action,
        source=limit.source,
        percent_of_theoretical=percent,
    )


def _percent(value: Decimal, limit: InProcessLimit) -> str | None:
    if limit.theoretical is None or not Decimal(limit.theoretical):
        return None
    return f"{digits(round_to_decimals(100 * value / Decimal(limit.theoretical), 1))} %"


def _entered(field: StepField, entered: str) -> LimitVerdict:
    if isinstance(field.acceptance, EqualsOneOf):
        state = ResultState.PASS if entered in field.acceptance.accepted else ResultState.FAIL
        found, says = entered, f"“{entered}” was chosen."
    else:
        verdict = judge_number(
            read(entered, field=f"values.{field.code}"),
            field.acceptance,
            Rounding.USP,
            field.unit,
        )
        state, found, says = verdict.state, verdict.reported or entered, verdict.explanation
    return LimitVerdict(
        name=field.code,
        title=field.title,
        limit=words_of(field.acceptance, field.unit),
        found=found,
        state=state,
        explanation=says,
        critical=field.critical,
        action=field.action,
        source=field.source,
    )


def read_fields(step: Step, values: StepValues) -> tuple[UnreadableReading, ...]:
    """What is wrong with the fields of a measure or choose step, field by field."""
    if not isinstance(values, MeasureValues | ChooseValues):
        return ()
    known = {each.code: each for each in step.fields}
    entered = {each.code: each.value for each in values.values}
    wrong = [
        UnreadableReading(f"values.{code}", f"{code} is not a field of {step.code}.")
        for code in entered
        if code not in known
    ]
    for code, field in known.items():
        if code not in entered:
            wrong.append(UnreadableReading(f"values.{code}", f"Enter {field.title}."))
        else:
            wrong += _unreadable(field, entered[code])
    return tuple(wrong)


def _unreadable(field: StepField, entered: str) -> list[UnreadableReading]:
    name = f"values.{field.code}"
    if field.kind is FieldKind.CHOICE and entered not in field.choices:
        return [UnreadableReading(name, f"Choose one of: {', '.join(field.choices)}.")]
    try:
        if field.kind is FieldKind.NUMBER:
            read(entered, field=name)
        if field.kind is FieldKind.TIME and datetime.fromisoformat(entered).tzinfo is None:
            return [UnreadableReading(name, f"“{entered}” has no time zone.")]
    except UnreadableReading as unreadable:
        return [unreadable]
    except ValueError:
        return [UnreadableReading(name, f"“{entered}” is not a date and time.")]
    return []
