"""The freezing curve on paper: temperature against time (R-BR-20)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.expansion.growth import Chart, Dot, Tick, round_marks, scaled
from app.masters.rounding import digits, round_to_decimals
from schemas.delivery_forms import TemperaturePoint
from schemas.freezing import FreezingCurve

WIDTH, HEIGHT = 600, 170
SECONDS_A_MINUTE = 60


@dataclass(frozen=True)
class FreezingOnPaper:
    """A curve with its chart, where it could be read."""

    curve: FreezingCurve
    chart: Chart | None


def freezing_on_paper(curves: Sequence[FreezingCurve]) -> tuple[FreezingOnPaper, ...]:
    """Each curve, ready to be drawn."""
    return tuple(
        FreezingOnPaper(each, freezing_chart(each.points) if each.why_not is None else None)
        for each in curves
    )


def _minutes(seconds: float) -> Decimal:
    return Decimal(round(seconds)) / SECONDS_A_MINUTE


def freezing_chart(points: Sequence[TemperaturePoint]) -> Chart:
    """Temperature against minutes since the first reading."""
    begin = min(each.at for each in points)
    minutes = [_minutes((each.at - begin).total_seconds()) for each in points]
    temperatures = [each.temperature_c for each in points]
    x_marks = round_marks(_minutes(0), max([_minutes(SECONDS_A_MINUTE), *minutes]))
    y_marks = round_marks(min(temperatures), max(*temperatures, min(temperatures) + 1))
    bottom, top = y_marks[0], y_marks[-1]
    return Chart(
        title="Freezing curve",
        unit="°C",
        width=WIDTH,
        height=HEIGHT,
        x_ticks=tuple(
            Tick(at=scaled(each, x_marks[0], x_marks[-1], WIDTH), label=digits(each))
            for each in x_marks
        ),
        y_ticks=tuple(
            Tick(at=HEIGHT - scaled(each, bottom, top, HEIGHT), label=digits(each))
            for each in y_marks
        ),
        dots=tuple(
            Dot(
                x=scaled(x, x_marks[0], x_marks[-1], WIDTH),
                y=HEIGHT - scaled(y, bottom, top, HEIGHT),
                label=f"{digits(round_to_decimals(x, 1))} min {digits(y)} °C",
            )
            for x, y in zip(minutes, temperatures, strict=True)
        ),
    )
