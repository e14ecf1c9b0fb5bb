"""The growth curve: as data, and as coordinates that a template draws, on screen and on paper.

No SVG is written here. A `Chart` holds whole numbers and labels only, so that one macro draws
the same curve in a browser and in a printed record.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Self

from pydantic import NonNegativeInt, model_validator

from app.expansion.formulae import cumulative_doublings, population_doublings, theoretical_total
from app.masters.calculation import value_of
from app.masters.rounding import digits, round_to_decimals
from schemas.base import Amount, Contract, Moment, Text
from schemas.quantity import ExactText

_A_DAY = Decimal(86400)
_TICKS = 5
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class GrownPassage(Contract):
    """One passage as far as the curve knows it: seeded, harvested, and how many viable cells."""

    name: Text
    """For example P1."""
    seeded_at: Moment
    harvested_at: Moment
    seeded: Amount | None
    """None when the starting number is not known: a P0 from mononuclear cells (R-EXP-03)."""
    harvested: Amount

    @model_validator(mode="after")
    def _is_seeded_first(self) -> Self:
        if self.harvested_at <= self.seeded_at:
            raise ValueError(f"{self.name} was harvested before it was seeded")
        return self


class GrowthPoint(Contract):
    """Where the lot stood at one moment."""

    name: Text
    day: ExactText
    """Days since the first seeding."""
    cumulative: ExactText
    """Cumulative population doublings, unrounded (R-EXP-02)."""
    total_cells: ExactText | None
    """Theoretical total, had everything been seeded again (R-EXP-05); None before it is known."""


class GrowthCurve(Contract):
    """A lot's growth from its first seeding on."""

    carried: ExactText
    """Doublings the cells had behind them before."""
    excluded: tuple[Text, ...]
    """Passages whose doublings are not counted, because their start is not known."""
    points: tuple[GrowthPoint, ...]


class Tick(Contract):
    """A mark on an axis: how far from its origin, and what stands beside it."""

    at: NonNegativeInt
    label: Text


class Dot(Contract):
    """A point of the curve; y is counted down from the top, as in SVG."""

    x: NonNegativeInt
    y: NonNegativeInt
    label: Text


class Chart(Contract):
    """A curve ready to be drawn in a frame of `width` by `height`."""

    title: Text
    unit: Text
    width: int
    height: int
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    dots: tuple[Dot, ...]

    @property
    def line(self) -> str:
        """The dots as a polyline's `points`."""
        return " ".join(f"{each.x},{each.y}" for each in self.dots)


def growth_curve(passages: Sequence[GrownPassage], *, carried: Decimal) -> GrowthCurve:
    """The curve of a lot's passages in the order they were grown (R-EXP-02, R-EXP-05).

    `carried` are the doublings of the bank vial or parent lot. A passage whose start is not
    known, or that left no cell, adds no doublings and is named in `excluded`.
    """
    done: tuple[Decimal, ...] = ()
    excluded: list[str] = []
    total: Decimal | None = None
    points: list[GrowthPoint] = []
    for each in passages:
        if not points:
            total = each.seeded
            points.append(_point(each.name, each.seeded_at, passages, carried, total))
        doublings = None
        if each.seeded is not None:
            doublings = population_doublings(harvested=each.harvested, seeded=each.seeded)
        if doublings is None or doublings.exact is None:
            excluded.append(each.name)
        else:
            done += (value_of(doublings),)
        total = _total_after(each, total)
        cumulative = value_of(cumulative_doublings(carried=carried, passages=done))
        points.append(_point(each.name, each.harvested_at, passages, cumulative, total))
    return GrowthCurve(carried=digits(carried), excluded=tuple(excluded), points=tuple(points))


def doublings_chart(curve: GrowthCurve, *, width: int = 600, height: int = 240) -> Chart:
    """Cumulative doublings against days."""
    values = [Decimal(each.cumulative) for each in curve.points]
    bottom = min([Decimal(0), *values])
    marks = round_marks(bottom, max([Decimal(1), *values]))
    labels = [(mark, digits(mark)) for mark in marks]
    shown = [digits(round_to_decimals(each, 3)) for each in values]
    return _chart(
        ("Cumulative population doublings", "doublings"),
        (width, height),
        [Decimal(each.day) for each in curve.points],
        list(zip(values, shown, curve.points, strict=True)),
        labels,
    )


def cells_chart(curve: GrowthCurve, *, width: int = 600, height: int = 240) -> Chart:
    """Theoretical total of cells against days, on a logarithmic axis."""
    known = [
        (each, Decimal(each.total_cells))
        for each in curve.points
        if each.total_cells is not None and Decimal(each.total_cells) > 0
    ]
    values = [total.log10() for _, total in known]
    low = min((total.adjusted() for _, total in known), default=0)
    high = max((total.adjusted() + 1 for _, total in known), default=1)
    step = max(1, -(-(high - low) // _TICKS))
    top = low + step * -(-(high - low) // step)
    labels = [(Decimal(power), _power_of_ten(power)) for power in range(low, top + 1, step)]
    shown = [_counted(total) for _, total in known]
    return _chart(
        ("Theoretical total of viable cells", "cells"),
        (width, height),
        [Decimal(each.day) for each, _ in known],
        list(zip(values, shown, [each for each, _ in known], strict=True)),
        labels,
    )


def _point(
    name: str,
    moment: datetime,
    passages: Sequence[GrownPassage],
    cumulative: Decimal,
    total: Decimal | None,
) -> GrowthPoint:
    since: timedelta = moment - passages[0].seeded_at
    return GrowthPoint(
        name=name,
        day=digits(round_to_decimals(Decimal(int(since.total_seconds())) / _A_DAY, 3)),
        cumulative=digits(cumulative),
        total_cells=None if total is None else digits(total),
    )


def _total_after(passage: GrownPassage, before: Decimal | None) -> Decimal:
    """The first known number starts the theoretical total; a passage of unknown start adds none."""
    if before is None:
        return passage.harvested
    if passage.seeded is None:
        return before
    return value_of(
        theoretical_total(before=before, harvested=passage.harvested, seeded=passage.seeded)
    )


def _chart(
    words: tuple[str, str],
    frame: tuple[int, int],
    days: list[Decimal],
    values: list[tuple[Decimal, str, GrowthPoint]],
    y_labels: list[tuple[Decimal, str]],
) -> Chart:
    width, height = frame
    x_marks = round_marks(Decimal(0), max([Decimal(1), *days]))
    bottom, top = y_labels[0][0], y_labels[-1][0]
    return Chart(
        title=words[0],
        unit=words[1],
        width=width,
        height=height,
        x_ticks=tuple(
            Tick(at=scaled(mark, x_marks[0], x_marks[-1], width), label=digits(mark))
            for mark in x_marks
        ),
        y_ticks=tuple(
            Tick(at=height - scaled(mark, bottom, top, height), label=label)
            for mark, label in y_labels
        ),
        dots=tuple(
            Dot(
                x=scaled(day, x_marks[0], x_marks[-1], width),
                y=height - scaled(value, bottom, top, height),
                label=f"{point.name}, day {digits(round_to_decimals(day, 1))}: {shown}",
            )
            for day, (value, shown, point) in zip(days, values, strict=True)
        ),
    )


def scaled(value: Decimal, low: Decimal, high: Decimal, length: int) -> int:
    """How far along an axis of this length, from `low` to `high`, a value lies."""
    return int(round_to_decimals((value - low) / (high - low) * length, 0))


def round_marks(low: Decimal, high: Decimal) -> list[Decimal]:
    """Marks at 1, 2 or 5 times a power of ten, that reach from below `low` to above `high`."""
    rough = (high - low) / _TICKS
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(each * power for each in (1, 2, 5, 10) if each * power >= rough)
    step = step.quantize(Decimal(1)) if step >= 1 else step
    first = (low / step).to_integral_value(ROUND_FLOOR)
    last = (high / step).to_integral_value(ROUND_CEILING)
    return [mark * step for mark in map(Decimal, range(int(first), int(last) + 1))]


def _counted(cells: Decimal) -> str:
    figures = digits(round_to_decimals(cells.scaleb(-cells.adjusted()), 2))
    return f"{figures} × {_power_of_ten(cells.adjusted())}"


def _power_of_ten(power: int) -> str:
    return "10" + str(power).translate(_RAISED)
