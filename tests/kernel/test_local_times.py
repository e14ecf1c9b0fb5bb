"""Times typed from the clock on the wall, in the nights in which it is set."""

from datetime import UTC, date, datetime

import pytest
from pydantic import Field
from starlette.datastructures import FormData

from app.errors import BadInput
from app.web.fields import Typed, fields_of, shown_value
from app.web.forms import read_form
from app.web.local_times import OddTime, told, with_offset
from schemas.base import Contract, Moment, day_of, in_zone

WARSAW, NEW_YORK = "Europe/Warsaw", "America/New_York"


class Held(Contract):
    started_at: Moment = Field(title="Started")
    ended_at: Moment = Field(title="Ended")


@pytest.mark.parametrize(
    ("typed", "zone", "read"),
    [
        pytest.param("2026-10-25T01:59", WARSAW, "2026-10-24T23:59", id="before it was twice"),
        pytest.param("2026-10-25T03:00", WARSAW, "2026-10-25T02:00", id="after it was twice"),
        pytest.param("2026-03-29T01:59", WARSAW, "2026-03-29T00:59", id="before it was never"),
        pytest.param("2026-03-29T03:00", WARSAW, "2026-03-29T01:00", id="after it was never"),
        pytest.param("2026-11-01T02:00", NEW_YORK, "2026-11-01T07:00", id="elsewhere"),
    ],
)
def test_a_time_on_the_clock(typed: str, zone: str, read: str) -> None:
    found = datetime.fromisoformat(with_offset(typed, zone)).astimezone(UTC)
    assert found == datetime.fromisoformat(read).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "zone", "says"),
    [
        pytest.param("2026-10-25T02:00", WARSAW, "twice", id="first minute"),
        pytest.param("2026-10-25T02:59", WARSAW, "twice", id="last minute"),
        pytest.param("2026-03-29T02:00", WARSAW, "never", id="first minute that was not"),
        pytest.param("2026-03-29T02:59", WARSAW, "never", id="last minute that was not"),
        pytest.param("2026-11-01T01:30", NEW_YORK, "twice", id="elsewhere"),
    ],
)
def test_a_time_that_nobody_can_know(typed: str, zone: str, says: str) -> None:
    with pytest.raises(OddTime, match=says):
        with_offset(typed, zone)


def test_a_form_asks_which_of_the_two_it_was() -> None:
    sent = {"started_at": "2026-10-25T02:30", "ended_at": "soon"}
    with pytest.raises(BadInput) as wrong:
        read_form(Held, FormData(sent), WARSAW)
    assert [each.field for each in wrong.value.errors] == ["started_at", "ended_at"]
    typed = Typed({name: [value] for name, value in sent.items()}, wrong.value.errors)
    started, ended = fields_of(Held, typed, zone=WARSAW)
    assert (started.kind, ended.kind) == ("radios", "datetime-local")
    assert "Choose which" in started.error
    assert [each.label for each in started.options] == [
        "02:30 CEST, UTC+02:00, before the clocks were set back",
        "02:30 CET, UTC+01:00, after the clocks were set back",
    ]
    first, second = (each.value for each in started.options)
    held = read_form(Held, FormData({"started_at": first, "ended_at": second}), WARSAW)
    assert (held.ended_at - held.started_at).total_seconds() == 3600


def test_what_was_chosen_is_shown_again() -> None:
    moment = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert shown_value(moment, WARSAW) == "2026-10-25T02:30+01:00"
    (started, _) = fields_of(Held, values={"started_at": moment, "ended_at": moment}, zone=WARSAW)
    assert started.value in {each.value for each in started.options}
    assert shown_value(datetime(2026, 10, 25, 2, 0, tzinfo=UTC), WARSAW) == "2026-10-25T03:00"


@pytest.mark.parametrize(
    ("words", "heard"),
    [
        pytest.param(
            "The lot expired on 2026-05-03 10:00 UTC.",
            "The lot expired on 2026-05-03 12:00 UTC+02:00.",
            id="in summer time",
        ),
        pytest.param(
            "taken at 2026-01-31 23:30 UTC, read at 2026-02-01 00:15 UTC",
            "taken at 2026-02-01 00:30 UTC+01:00, read at 2026-02-01 01:15 UTC+01:00",
            id="two of them, over midnight",
        ),
        pytest.param(
            "02:30 is 2026-10-25 00:30 UTC and 2026-10-25 01:30 UTC",
            "02:30 is 2026-10-25 02:30 UTC+02:00 and 2026-10-25 02:30 UTC+01:00",
            id="a time that was there twice stays two",
        ),
        pytest.param(
            "sealed at 2026-05-03 10:00:07 UTC",
            "sealed at 2026-05-03 12:00:07 UTC+02:00",
            id="to the second",
        ),
        pytest.param("2026-05-03 12:00 UTC+02:00", "2026-05-03 12:00 UTC+02:00", id="told before"),
        pytest.param("used until 2026-05-03", "used until 2026-05-03", id="a day is a day"),
        pytest.param("2026-13-03 10:00 UTC", "2026-13-03 10:00 UTC", id="only looks like a time"),
    ],
)
def test_words_of_a_rule_tell_the_time_on_the_wall(words: str, heard: str) -> None:
    assert told(words, WARSAW) == heard


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        pytest.param("2026-03-31T22:30Z", WARSAW, date(2026, 4, 1), id="past midnight there"),
        pytest.param("2026-03-31T21:30Z", WARSAW, date(2026, 3, 31), id="before midnight there"),
        pytest.param("9999-12-31T23:30Z", WARSAW, date(9999, 12, 31), id="the last day of all"),
        pytest.param("0001-01-01T00:30Z", NEW_YORK, date(1, 1, 1), id="the first day of all"),
    ],
)
def test_every_moment_has_a_day_in_every_zone(moment: str, zone: str, day: date) -> None:
    at = datetime.fromisoformat(moment)
    assert day_of(at, zone) == day
    assert in_zone(at, zone) == at
