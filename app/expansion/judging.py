"""In-process limits judged, and everything that opens a deviation by itself (R-ATMP-19, 20).

Pure. A limit that cannot be judged is missed: not knowing is no pass.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from app.expansion.book import Book, began_at, discarded_before, seed_of
from app.masters.errors import UnreadableReading
from app.masters.limits import judge_number, words_of
from app.masters.measured import Measured, read
from app.masters.rounding import digits, round_to_decimals
from schemas.expansion import Performed
from schemas.master_step import FieldKind, InProcessLimit, Step, StepField, TimeWindow
from schemas.production import CalculatedValue, LimitVerdict
from schemas.quantity import Unit, with_unit
from schemas.reading import ResultState
from schemas.specification import EqualsOneOf, Rounding
from schemas.step import (
    ChooseValues,
    FillValues,
    FreezeValues,
    HarvestValues,
    LabelReconciliationValues,
    MeasureValues,
    StepValues,
)


@dataclass(frozen=True)
class Amiss:
    """Something that happened and should not have: it becomes a deviation."""

    rule: str
    title: str
    description: str
    critical: bool


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


def amiss_at(
    book: Book,
    step: Step,
    done: Performed,
    values: StepValues,
    *,
    performed_at: datetime,
    limits: tuple[LimitVerdict, ...],
    doublings: Decimal | None,
) -> tuple[Amiss, ...]:
    """Everything at this entry that opens a deviation, in the order a reviewer would ask."""
    found = [_missed(step, each) for each in limits if each.missed]
    named = {each.name for each in limits if each.missed}
    if "cumulative_population_doublings" not in named:
        found += _too_old(book, values, doublings)
    found += _untimely(book, step, values, performed_at)
    found += _amounts(step, done)
    found += _vessels(book, step, done.occurrence, values)
    if "unreconciled_labels" not in named:
        found += _containers(book, step, values)
    return tuple(found)


def _missed(step: Step, verdict: LimitVerdict) -> Amiss:
    return Amiss(
        rule=f"IPC {verdict.name}",
        title=f"{step.code} {verdict.title}: {verdict.found or 'not defined'}",
        description=(
            f"{step.title}. {verdict.explanation} What the master asks for: {verdict.action} "
            f"Source of the limit: {verdict.source}"
        ),
        critical=verdict.critical,
    )


def _too_old(book: Book, values: StepValues, doublings: Decimal | None) -> list[Amiss]:
    limit = book.product.maximum_cumulative_doublings
    if not isinstance(values, HarvestValues) or doublings is None or doublings <= limit:
        return []
    reached = with_unit(digits(round_to_decimals(doublings, 3)), Unit.DOUBLINGS)
    says = f"{reached} in all, the bank's included; the product allows {digits(limit)}."
    return [Amiss("DOUBLINGS", "Cells have doubled too often", says, critical=True)]


def _untimely(book: Book, step: Step, values: StepValues, performed: datetime) -> list[Amiss]:
    found = []
    for window in step.windows:
        earlier = book.latest(window.after_step)
        if earlier is None:
            continue
        says = _out_of_window(window, earlier.performed_at, began_at(values, performed))
        if says:
            title = f"{step.code} outside its time after {window.after_step}"
            words = f"{step.title}. {says} What the master asks for: {window.action}"
            found.append(Amiss("TIME", title, words, window.critical))
    return found


def _out_of_window(window: TimeWindow, since: datetime, began: datetime) -> str | None:
    last, first = window.not_after_minutes, window.not_before_minutes
    passed = began - since
    minutes = int(passed.total_seconds() // 60)
    if last is not None and passed > timedelta(minutes=last):
        return f"It began {minutes} minutes after; {last} at most."
    if first is not None and passed < timedelta(minutes=first):
        return f"It began {minutes} minutes after; {first} at least."
    return None


def _amounts(step: Step, done: Performed) -> list[Amiss]:
    found = []
    for need in step.materials:
        used = sum((each.quantity for each in done.materials if each.code == need.code), Decimal(0))
        over = need.maximum is not None and used > need.maximum
        if over or used < need.minimum:
            asked = f"{digits(need.minimum)} to {need.maximum or 'any'}"
            found.append(
                Amiss(
                    "AMOUNT",
                    f"{step.code} {need.code}: {digits(used)} used",
                    f"{step.title}. The master asks for {asked}; {digits(used)} was used.",
                    critical=False,
                )
            )
    return found


def _vessels(book: Book, step: Step, occurrence: int, values: StepValues) -> list[Amiss]:
    seed = seed_of(book, step)
    if not isinstance(values, HarvestValues) or seed is None:
        return []
    there = seed[2].vessels - discarded_before(book, step, occurrence)
    found = values.vessels_harvested + values.vessels_discarded
    if found == there:
        return []
    return [
        Amiss(
            "RECONCILIATION",
            f"{step.code} {there - found} vessels not found again",
            f"{step.title}. {there} vessels were there; {values.vessels_harvested} were harvested "
            f"and {values.vessels_discarded} discarded.",
            critical=False,
        )
    ]


def _containers(book: Book, step: Step, values: StepValues) -> list[Amiss]:
    filled = next(
        (each.values for each in book.current if isinstance(each.values, FillValues)), None
    )
    says = None
    if isinstance(values, FillValues) and step.containers is not None:
        plan, made = step.containers, values.containers_filled
        if not plan.minimum <= made <= plan.maximum:
            says = f"{made} containers were filled; the master makes {plan.minimum} to "
            says += f"{plan.maximum}."
    elif isinstance(values, FreezeValues) and filled is not None:
        says = _differ(
            values.containers_frozen + values.containers_lost,
            filled.containers_filled,
            "stored or lost",
        )
    elif isinstance(values, LabelReconciliationValues):
        missing = values.issued - values.applied - values.in_record - values.destroyed
        if missing:
            says = f"{missing} labels are not found again."
        elif filled is not None:
            says = _differ(values.applied, filled.containers_filled, "labelled")
    if says is None:
        return []
    title, words = f"{step.code} does not add up", f"{step.title}. {says}"
    return [Amiss("RECONCILIATION", title, words, critical=False)]


def _differ(found: int, filled: int, what: str) -> str | None:
    return None if found == filled else f"{filled} containers were filled; {found} were {what}."
