"""Stories that are told at once: in the order of their days, and until today."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.demo.calendar import Calendar, next_working_hour
from app.demo.cast import ZONE, Clock

TODAY = datetime(2026, 3, 31, 10, 0, tzinfo=UTC)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo(ZONE))


def test_what_happened_earlier_is_told_earlier() -> None:
    told: list[tuple[datetime, str]] = []

    def story(name: str, days: int, clock: Clock) -> None:
        while True:
            told.append((clock(), name))
            clock.forward(days=days)

    calendar = Calendar(TODAY)
    calendar.add(9, lambda clock: story("each third day", 3, clock))
    calendar.add(6, lambda clock: story("each second day", 2, clock))
    calendar.tell()
    assert told == sorted(told, key=lambda each: each[0])
    assert [name for _, name in told].count("each third day") == 4
    assert [name for _, name in told].count("each second day") == 4
    assert all(at <= TODAY for at, _ in told)


def test_a_story_may_end_before_today() -> None:
    told: list[int] = []
    calendar = Calendar(TODAY)
    calendar.add(3, lambda clock: told.append(clock.forward(days=1).day))
    calendar.tell()
    assert told == [29]


def test_what_goes_wrong_in_a_story_is_raised_and_the_others_end() -> None:
    def waits(clock: Clock) -> None:
        while True:
            clock.forward(hours=1)

    def fails(clock: Clock) -> None:
        clock.forward(hours=5)
        raise ValueError("the flask fell")

    calendar = Calendar(TODAY)
    calendar.add(2, waits)
    calendar.add(2, fails)
    with pytest.raises(ValueError, match="the flask fell"):
        calendar.tell()


def test_a_morning_is_a_morning_before_and_after_the_clocks_change() -> None:
    mornings = [Calendar(TODAY).morning(days).astimezone(ZoneInfo(ZONE)) for days in (1, 4)]
    assert [(each.day, each.hour, each.minute) for each in mornings] == [(30, 7, 30), (27, 7, 30)]
    assert mornings[0] - mornings[1] == timedelta(days=3)


@pytest.mark.parametrize(
    ("at", "works"),
    [
        pytest.param(local(10, 7), local(10, 7), id="at seven work has begun"),
        pytest.param(local(10, 6, 59), local(10, 7, 59), id="before seven it has not"),
        pytest.param(local(10, 19, 59), local(10, 19, 59), id="before eight somebody is there"),
        pytest.param(local(10, 20), local(11, 7), id="at eight nobody is, until the morning"),
    ],
)
def test_nobody_comes_back_at_night(at: datetime, works: datetime) -> None:
    assert next_working_hour(at.astimezone(UTC)) == works
