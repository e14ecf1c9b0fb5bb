"""The freezing curve: read from the file that was attached to the freezing, and thinned to draw."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.expansion.production import production_of
from app.record.freezing import POINTS_MAX, freezing_curves, thinned
from app.record.freezing_chart import freezing_chart
from app.trail import attachments
from schemas.delivery_forms import TemperaturePoint
from tests.conftest import Clock, person
from tests.journeys.production import performed, started, through, working_unit

BEGIN = datetime(2026, 4, 20, 12, 0, tzinfo=UTC)


def points(*degrees: str) -> list[TemperaturePoint]:
    return [
        TemperaturePoint(at=BEGIN + timedelta(seconds=20 * at), temperature_c=Decimal(each))
        for at, each in enumerate(degrees)
    ]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_file_of_the_freezer_becomes_the_curve(session: Session, clock: Clock) -> None:
    unit = working_unit(session, clock)
    lot = started(unit, "UC-WCB")
    through(unit, lot, until="S350")
    olga = person(session, "olga", "step.perform")
    kept = attachments.keep(
        session,
        b"time;celsius\n2026-04-20T14:00;4,0\n2026-04-20T14:20;-16,5\n2026-04-20T14:40;-80,0\n",
        name="freezer.csv",
        media_type="text/csv",
        about=f"{lot.ref}/step/S350/1",
        by=olga,
        at=clock(),
    )
    performed(unit, lot, curve_file=kept.sha256)
    (curve,) = freezing_curves(session, production_of(session, lot), "Europe/Warsaw")
    assert (curve.about, curve.file.sha256, curve.readings) == ("S350/1", kept.sha256, 3)
    assert [str(each.temperature_c) for each in curve.points] == ["4.0", "-16.5", "-80.0"]
    assert curve.points[0].at == BEGIN
    assert curve.why_not is None


def test_a_long_curve_keeps_its_ends_and_its_extremes() -> None:
    degrees = [f"{4 - at / 100:.2f}" for at in range(5000)]
    degrees[2501] = "-150"
    many = points(*degrees)
    few = thinned(many)
    assert len(few) <= POINTS_MAX
    assert (few[0], few[-1]) == (many[0], many[-1])
    assert many[2501] in few
    assert list(few) == sorted(few, key=lambda each: each.at)
    assert thinned(many[:POINTS_MAX]) == tuple(many[:POINTS_MAX])


def test_the_chart_stays_in_its_frame() -> None:
    chart = freezing_chart(points("4.0", "-40.0", "-120.5"))
    assert [(each.x >= 0, each.x <= chart.width) for each in chart.dots] == [(True, True)] * 3
    assert [(each.y >= 0, each.y <= chart.height) for each in chart.dots] == [(True, True)] * 3
    assert chart.dots[0].y < chart.dots[1].y < chart.dots[2].y
    assert [each.label for each in chart.y_ticks][-1] != ""


def test_a_freezer_that_kept_one_temperature_is_a_level_line() -> None:
    chart = freezing_chart(points("-150", "-150"))
    assert chart.dots[0].y == chart.dots[1].y
