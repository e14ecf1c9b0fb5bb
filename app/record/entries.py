"""Entries as they are printed: what was entered, calculated and judged, side by side.

A limit stands beside the value it limits; a value stands under the title the master gives it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.record.words import Listed, entered, listed, shown
from schemas.master import MaterialNeed
from schemas.master_step import Step, StepField
from schemas.production import (
    EntryRecord,
    EntryWords,
    LimitVerdict,
    ProductionRecord,
    StepRecord,
)
from schemas.quality_record import CriterionRecord, QualityRecord, ResultFacts
from schemas.quantity import Calculation, apart, with_unit
from schemas.reading import Reading
from schemas.step import ChooseValues, MeasureValues

_MEASURED = frozenset({"Value", "Positive cells"})
"""The readings that have a unit of their own."""

WIDE = 64
"""A longer value takes the whole width; shorter ones stand two by two."""


@dataclass(frozen=True)
class Line:
    """One value under its label, with its formula, and the limit it was judged by."""

    label: str
    value: str
    formula: str | None = None
    limit: LimitVerdict | None = None

    @property
    def rounded(self) -> str | None:
        """What the limit was compared with, where rounding made it another number."""
        found = apart(self.limit.found) if self.limit and self.limit.found else None
        return None if found == self.value else found

    @property
    def wide(self) -> bool:
        """Whether half of the page is too narrow for it."""
        return len(self.value) > WIDE


Rows = tuple[tuple[Line, ...], ...]


@dataclass(frozen=True)
class PrintedEntry:
    """One entry of a step on paper."""

    entry: EntryRecord
    rows: Rows
    remark: str | None
    materials: str

    @property
    def words(self) -> EntryWords:
        """The entry, word for word."""
        return self.entry.words


@dataclass(frozen=True)
class PrintedStep:
    """A step of the master with what was entered, and what was corrected since."""

    step: Step
    entries: tuple[PrintedEntry, ...]
    superseded: tuple[PrintedEntry, ...]


@dataclass(frozen=True)
class PrintedPhase:
    """A phase of the master."""

    title: str
    steps: tuple[PrintedStep, ...]


@dataclass(frozen=True)
class PrintedResult:
    """One entry of a result on paper."""

    facts: ResultFacts
    rows: Rows
    tables: tuple[Listed, ...]


@dataclass(frozen=True)
class PrintedCriterion:
    """A criterion with every entry it ever had."""

    record: CriterionRecord
    results: tuple[PrintedResult, ...]


def printed_phases(production: ProductionRecord, zone: str) -> tuple[PrintedPhase, ...]:
    """Production, step by step (R-BR-02, R-BR-07, R-BR-08, R-BR-14)."""
    needs = {each.code: each for each in production.materials}

    def printed(record: StepRecord) -> PrintedStep:
        return PrintedStep(
            step=record.step,
            entries=tuple(_entry(each, record.step, needs, zone) for each in record.entries),
            superseded=tuple(_entry(each, record.step, needs, zone) for each in record.superseded),
        )

    return tuple(
        PrintedPhase(title=phase.title, steps=tuple(printed(each) for each in phase.steps))
        for phase in production.phases
    )


def _entry(
    record: EntryRecord, step: Step, needs: dict[str, MaterialNeed], zone: str
) -> PrintedEntry:
    words = record.words
    return PrintedEntry(
        entry=record,
        rows=in_pairs(lines_of(words, step, zone)),
        remark=words.values.remark,
        materials=materials_of(words, needs),
    )


def materials_of(words: EntryWords, needs: dict[str, MaterialNeed]) -> str:
    """What an entry used, as the master calls it, with its unit and its lot."""
    return ", ".join(
        f"{_material(each.code, needs)} {_quantity(each.code, f'{each.quantity:f}', needs)} "
        f"({each.lot})"
        for each in words.materials
    )


def _material(code: str, needs: dict[str, MaterialNeed]) -> str:
    return needs[code].title if code in needs else code


def _quantity(code: str, quantity: str, needs: dict[str, MaterialNeed]) -> str:
    return with_unit(quantity, needs[code].unit) if code in needs else quantity


def lines_of(words: EntryWords, step: Step, zone: str) -> tuple[Line, ...]:
    """Everything an entry says: what was entered, then what was calculated, each with its limit."""
    limits = {each.name: each for each in words.limits}
    lines = [*_entered(words, step, limits, zone), *_calculated(words, limits)]
    # A limit on what this entry does not calculate is printed too, on a line of its own.
    lines += [
        Line(each.title, apart(each.found or shown(None)), limit=each) for each in limits.values()
    ]
    return tuple(lines)


def _entered(
    words: EntryWords, step: Step, limits: dict[str, LimitVerdict], zone: str
) -> Iterator[Line]:
    if isinstance(words.values, MeasureValues | ChooseValues):
        fields = {each.code: each for each in step.fields}
        for named in words.values.values:
            title, value = _named(fields.get(named.code), named.code, named.value)
            yield Line(title, value, limit=limits.pop(named.code, None))
    for label, value in entered(words.values, zone, without=("remark",)):
        yield Line(label, value)


def _named(field: StepField | None, code: str, value: str) -> tuple[str, str]:
    """The master's title, and the value digit for digit with the master's unit."""
    return (field.title, with_unit(value, field.unit)) if field else (code, value)


def _calculated(words: EntryWords, limits: dict[str, LimitVerdict]) -> Iterator[Line]:
    for each in words.calculated:
        limit = limits.pop(each.name, None)
        yield Line(
            each.title, _value(each.calculation), formula=each.calculation.formula, limit=limit
        )


def _value(calculation: Calculation) -> str:
    unit = calculation.unit if calculation.exact is not None else None
    return apart(with_unit(calculation.shown, unit))


def in_pairs(lines: Iterable[Line]) -> Rows:
    """Lines two by two, in their order; a wide one alone."""
    rows: list[tuple[Line, ...]] = []
    waiting: Line | None = None
    for line in lines:
        if waiting is not None and not line.wide:
            rows.append((waiting, line))
            waiting = None
            continue
        if waiting is not None:
            rows.append((waiting,))
            waiting = None
        if line.wide:
            rows.append((line,))
        else:
            waiting = line
    return (*rows, (waiting,)) if waiting is not None else tuple(rows)


def printed_criteria(quality: QualityRecord, zone: str) -> tuple[PrintedCriterion, ...]:
    """Every result as it was entered, with its raw values (R-BR-09)."""
    return tuple(
        PrintedCriterion(line, tuple(_result(each, zone) for each in line.results))
        for line in quality.criteria
        if line.results
    )


def _result(facts: ResultFacts, zone: str) -> PrintedResult:
    words = facts.words
    lines = list(_read(words.reading, zone))
    if words.dosing is not None:
        lines += [Line(label, value) for label, value in entered(words.dosing, zone)]
    lines += [
        Line(each.says, _value(each), formula=each.formula)
        for each in words.evaluation.calculations
    ]
    return PrintedResult(facts, in_pairs(lines), listed(words.reading, zone))


def _read(reading: Reading, zone: str) -> Iterator[Line]:
    """What was read, digit for digit; a unit of its own stands behind the value."""
    unit = getattr(reading, "unit", None)
    for label, value in entered(reading, zone, without=("unit",)):
        yield Line(label, with_unit(value, unit) if label in _MEASURED else value)


def formulae_of(
    production: ProductionRecord, quality: QualityRecord
) -> tuple[tuple[str, str], ...]:
    """Each formula that was used, once, with what it says (R-EXP-13)."""
    used = {
        each.calculation.formula: each.calculation.says
        for phase in production.phases
        for line in phase.steps
        for entry in (*line.entries, *line.superseded)
        for each in entry.words.calculated
    }
    for line in quality.criteria:
        for result in line.results:
            used |= {each.formula: each.says for each in result.words.evaluation.calculations}
    return tuple(sorted(used.items()))
