"""Everything that happened and should not have: it opens a deviation by itself (R-ATMP-19, 20).

Pure: the book, the step, and what was entered.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from app.expansion.book import Book, began_at, gone_before, seed_of
from app.masters.rounding import digits, round_to_decimals
from schemas.expansion import Performed
from schemas.master_step import Step, TimeWindow
from schemas.production import EntryWords, LimitVerdict
from schemas.quantity import Unit, with_unit
from schemas.step import (
    FillValues,
    FreezeValues,
    HarvestValues,
    LabelReconciliationValues,
    StepValues,
)


@dataclass(frozen=True)
class Amiss:
    """Something that happened and should not have: it becomes a deviation."""

    rule: str
    title: str
    description: str
    critical: bool


def amiss_of(book: Book, step: Step, words: EntryWords) -> tuple[Amiss, ...]:
    """Everything about an entry that opens a deviation."""
    done = Performed(
        occurrence=words.occurrence,
        materials=words.materials,
        equipment=words.equipment,
        room=words.room,
        containers=words.containers,
    )
    doublings = words.value("cumulative_population_doublings")
    return amiss_at(
        book,
        step,
        done,
        words.values,
        performed_at=words.performed_at,
        limits=words.limits,
        doublings=Decimal(doublings.exact) if doublings and doublings.exact else None,
    )


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
    there = seed[2].vessels - gone_before(book, step, occurrence)
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
