"""The growth curve as data and as coordinates (R-EXP-02, R-EXP-05)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.expansion.growth import (
    GrownPassage,
    GrowthCurve,
    cells_chart,
    doublings_chart,
    growth_curve,
)

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def passage(
    number: int, seeded: str | None, harvested: str, *, first_day: int, days: int = 7
) -> GrownPassage:
    seeded_at = START + timedelta(days=first_day)
    return GrownPassage(
        name=f"P{number}",
        seeded_at=seeded_at,
        harvested_at=seeded_at + timedelta(days=days),
        seeded=None if seeded is None else Decimal(seeded),
        harvested=Decimal(harvested),
    )


def test_a_lot_grows_on_from_its_bank_vial() -> None:
    grown = [
        passage(3, "1000000", "8000000", first_day=0),
        passage(4, "2000000", "8000000", first_day=7),
    ]
    curve = growth_curve(grown, carried=Decimal("12.5"))
    assert [(each.name, each.day, each.total_cells) for each in curve.points] == [
        ("P3", "0.000", "1000000"),
        ("P3", "7.000", "8000000"),
        ("P4", "14.000", "32000000"),
    ]
    assert [Decimal(each.cumulative) for each in curve.points] == [
        Decimal("12.5"),
        Decimal("15.5"),
        Decimal("17.5"),
    ]


def test_a_p0_of_unknown_start_is_named_and_adds_no_doublings() -> None:
    grown = [
        passage(0, None, "4000000", first_day=0, days=12),
        passage(1, "1000000", "4000000", first_day=12),
    ]
    curve = growth_curve(grown, carried=Decimal(0))
    assert curve.excluded == ("P0",)
    assert [Decimal(each.cumulative) for each in curve.points] == [0, 0, 2]
    assert [each.total_cells for each in curve.points] == [None, "4000000", "16000000"]


def test_a_passage_that_left_no_cell_adds_no_doublings() -> None:
    curve = growth_curve([passage(1, "1000", "0", first_day=0)], carried=Decimal(3))
    assert (curve.excluded, Decimal(curve.points[-1].cumulative)) == (("P1",), 3)


def test_cells_are_not_harvested_before_they_are_seeded() -> None:
    with pytest.raises(ValidationError, match="harvested before it was seeded"):
        passage(1, "1000", "2000", first_day=0, days=0)


def test_the_chart_of_a_curve() -> None:
    grown = [passage(1, "1000000", "8000000", first_day=0, days=10)]
    curve = growth_curve(grown, carried=Decimal(0))
    chart = doublings_chart(curve, width=100, height=60)
    assert [(each.at, each.label) for each in chart.x_ticks] == [
        (0, "0"), (20, "2"), (40, "4"), (60, "6"), (80, "8"), (100, "10"),
    ]  # fmt: skip
    assert [(each.at, each.label) for each in chart.y_ticks] == [
        (60, "0"), (40, "1"), (20, "2"), (0, "3"),
    ]  # fmt: skip
    assert chart.line == "0,60 100,0"
    assert chart.dots[-1].label == "P1, day 10.0: 3.000"


def test_the_chart_of_cells_is_logarithmic() -> None:
    grown = [passage(1, "1000000", "10000000", first_day=0, days=10)]
    chart = cells_chart(growth_curve(grown, carried=Decimal(0)), width=100, height=60)
    assert [(each.at, each.label) for each in chart.y_ticks] == [
        (60, "10⁶"),
        (30, "10⁷"),
        (0, "10⁸"),
    ]
    assert chart.line == "0,60 100,30"
    assert chart.dots[0].label == "P1, day 0.0: 1.00 × 10⁶"


def test_no_passage_yet_is_an_empty_chart() -> None:
    nothing = growth_curve([], carried=Decimal(0))
    assert (nothing.points, doublings_chart(nothing).dots, cells_chart(nothing).dots) == (
        (),
        (),
        (),
    )


rows = st.lists(
    st.tuples(st.integers(1, 10**8), st.integers(0, 10**10), st.integers(1, 30)),
    min_size=1,
    max_size=8,
)


@given(rows, st.decimals(0, 40, places=2))
def test_every_point_lies_in_the_frame(drawn: list[tuple[int, int, int]], carried: Decimal) -> None:
    grown, day = [], 0
    for number, (seeded, harvested, days) in enumerate(drawn):
        grown.append(passage(number, str(seeded), str(harvested), first_day=day, days=days))
        day += days
    curve = growth_curve(grown, carried=carried)
    assert GrowthCurve.from_canonical(curve.canonical()) == curve
    for chart in (doublings_chart(curve), cells_chart(curve)):
        assert all(
            0 <= each.x <= chart.width and 0 <= each.y <= chart.height for each in chart.dots
        )
        assert all(0 <= each.at <= chart.width for each in chart.x_ticks)
        assert 2 <= len(chart.y_ticks) <= 8
