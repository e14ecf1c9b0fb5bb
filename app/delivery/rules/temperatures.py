"""Readings of a logger: where they leave the limits, how far, and how long (R-DEL-08)."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from schemas.delivery_case import Excursion
from schemas.delivery_forms import TemperaturePoint
from schemas.product import TemperatureLimits

MINUTE = timedelta(minutes=1)


def excursions(
    readings: Sequence[TemperaturePoint], limits: TemperatureLimits
) -> tuple[Excursion, ...]:
    """Each stretch of readings outside the limits, in order.

    It lasts until the next reading inside: nobody knows that it ended earlier. A last reading
    outside ends it, with what is known.
    """
    found: list[Excursion] = []
    outside: list[TemperaturePoint] = []
    for reading in sorted(readings, key=lambda each: each.at):
        if not limits.allow(reading.temperature_c):
            outside.append(reading)
        elif outside:
            found.append(_stretch([*outside, reading], outside, limits))
            outside = []
    if outside:
        found.append(_stretch(outside, outside, limits))
    return tuple(found)


def minutes_outside(found: Sequence[Excursion]) -> int:
    """How long all stretches outside last together."""
    return sum(each.minutes for each in found)


def _stretch(
    spanned: Sequence[TemperaturePoint],
    outside: Sequence[TemperaturePoint],
    limits: TemperatureLimits,
) -> Excursion:
    worst = max(outside, key=lambda each: _beyond(each.temperature_c, limits))
    began, ended = spanned[0].at, spanned[-1].at
    return Excursion(
        began_at=began,
        ended_at=ended,
        minutes=-(-(ended - began) // MINUTE),
        extreme_c=worst.temperature_c,
        beyond_c=_beyond(worst.temperature_c, limits),
    )


def _beyond(temperature_c: Decimal, limits: TemperatureLimits) -> Decimal:
    if limits.minimum_c is not None and temperature_c < limits.minimum_c:
        return limits.minimum_c - temperature_c
    if limits.maximum_c is not None and temperature_c > limits.maximum_c:
        return temperature_c - limits.maximum_c
    return Decimal(0)
