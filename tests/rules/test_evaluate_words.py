"""Outcomes in words: cultures, chromosomes, categories (R-SPEC-08)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.masters.errors import UnreadableReading
from app.masters.evaluate import evaluate
from schemas.reading import Reading, ResultState
from schemas.specification import Criterion
from tests.rules.criteria import READING, criterion

INOCULATED = datetime(2026, 3, 1, 15, tzinfo=UTC)
STERILITY = {
    "unit": None,
    "result_kind": {"kind": "sterility", "days": 14, "read_on_days": [7]},
    "acceptance": {"kind": "equals_one_of", "accepted": ["no growth"]},
    "gate": "post",
    "rounding": "none",
}


def looks(*days: tuple[int, str], medium: str | None = None) -> list[dict[str, Any]]:
    return [
        {
            "day": day,
            "outcome": outcome,
            "read_at": INOCULATED + timedelta(days=day, hours=-5),
            "medium": medium,
        }
        for day, outcome in days
    ]


@pytest.mark.parametrize(
    ("days", "state", "reported"),
    [
        pytest.param([], "pending", None, id="not read yet"),
        pytest.param(
            [(2, "no growth"), (7, "no growth")],
            "pending",
            "no growth up to day 7",
            id="negative to date",
        ),
        pytest.param(
            [(7, "no growth"), (14, "no growth")], "pass", "no growth up to day 14", id="negative"
        ),
        pytest.param(
            [(7, "no growth"), (15, "no growth")], "pass", "no growth up to day 15", id="read later"
        ),
        pytest.param(
            [(14, "no growth")], "indeterminate", "no growth up to day 14", id="day 7 was not read"
        ),
        pytest.param([(3, "growth")], "fail", "growth on day 3", id="growth needs no last day"),
    ],
)
def test_sterility_over_fourteen_days(
    days: list[tuple[int, str]], state: str, reported: str | None
) -> None:
    reading = {"kind": "sterility", "inoculated_at": INOCULATED, "readings": looks(*days)}
    found = evaluate(criterion(**STERILITY), READING.validate_python(reading))
    assert (found.state, found.reported) == (state, reported)


def test_both_media_have_to_be_read() -> None:
    kind = {"kind": "sterility", "days": 14, "media": ["FTM", "TSB"]}
    asked = criterion(**{**STERILITY, "result_kind": kind})
    read = looks((14, "no growth"), medium="FTM")
    reading = {"kind": "sterility", "inoculated_at": INOCULATED, "readings": read}
    found = evaluate(asked, READING.validate_python(reading))
    assert (found.state, found.reported) == (ResultState.PENDING, None)
    reading["readings"] = read + looks((13, "no growth"), medium="TSB")
    found = evaluate(asked, READING.validate_python(reading))
    assert (found.state, found.reported) == (ResultState.PENDING, "no growth up to day 13")
    reading["readings"] = read + looks((14, "no growth"), medium="TSB")
    assert evaluate(asked, READING.validate_python(reading)).state is ResultState.PASS


def test_a_day_left_out_in_one_medium_leaves_the_culture_undecided() -> None:
    kind = {"kind": "sterility", "days": 14, "read_on_days": [7], "media": ["FTM", "TSB"]}
    asked = criterion(**{**STERILITY, "result_kind": kind})
    read = looks((7, "no growth"), (14, "no growth"), medium="FTM")
    read += looks((14, "no growth"), medium="TSB")
    reading = {"kind": "sterility", "inoculated_at": INOCULATED, "readings": read}
    found = evaluate(asked, READING.validate_python(reading))
    assert found.state is ResultState.INDETERMINATE
    assert "day 7 (TSB)" in found.explanation


@pytest.mark.parametrize(
    ("looked", "state", "reported"),
    [
        pytest.param([(14, "no growth"), (16, "growth")], "fail", "growth on day 16", id="late"),
        pytest.param([(3, "growth"), (14, "no growth")], "fail", "growth on day 3", id="early"),
        pytest.param([(14, "no growth"), (14, "growth")], "fail", "growth on day 14", id="both"),
        pytest.param([(13, "no growth")], "pending", "no growth up to day 13", id="day 13"),
        pytest.param([(14, "no growth")], "pass", "no growth up to day 14", id="day 14"),
    ],
)
def test_growth_at_any_time_outweighs_every_negative_reading(
    looked: list[tuple[int, str]], state: str, reported: str
) -> None:
    asked = criterion(**{**STERILITY, "result_kind": {"kind": "sterility", "days": 14}})
    reading = {"kind": "sterility", "inoculated_at": INOCULATED, "readings": looks(*looked)}
    found = evaluate(asked, READING.validate_python(reading))
    assert (found.state, found.reported) == (state, reported)


@pytest.mark.parametrize(
    ("day", "hours", "readable"),
    [
        pytest.param(14, 13 * 24 + 12, True, id="the last day, nearer to it than to the 13th"),
        pytest.param(14, 13 * 24 + 11, False, id="the 13th day, called the 14th"),
        pytest.param(14, 15 * 24 - 1, True, id="late on the last day"),
        pytest.param(14, 15 * 24, False, id="the 15th day, called the 14th"),
        pytest.param(1, 9, True, id="the morning after an evening"),
        pytest.param(2, 24, False, id="one day, called two"),
    ],
)
def test_a_culture_ends_on_its_last_day_and_not_on_the_one_before(
    day: int, hours: int, readable: bool
) -> None:
    look = {"day": day, "outcome": "no growth", "read_at": INOCULATED + timedelta(hours=hours)}
    reading = {"kind": "sterility", "inoculated_at": INOCULATED, "readings": [look]}
    asked = criterion(**{**STERILITY, "result_kind": {"kind": "sterility", "days": 14}})
    if readable:
        assert evaluate(asked, READING.validate_python(reading)).reported
    else:
        with pytest.raises(UnreadableReading, match=f"day {day} was read"):
            evaluate(asked, READING.validate_python(reading))


def test_a_day_that_was_not_that_day_is_refused() -> None:
    look = {"day": 14, "outcome": "no growth", "read_at": INOCULATED + timedelta(days=10)}
    reading = {"kind": "sterility", "inoculated_at": INOCULATED, "readings": [look]}
    with pytest.raises(UnreadableReading, match=r"10\.0 days after inoculation"):
        evaluate(criterion(**STERILITY), READING.validate_python(reading))


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        pytest.param({}, "pass", id="normal"),
        pytest.param(
            {"iscn": "47,XX,+8[2]/46,XX[18]", "interpretation": "abnormal"}, "fail", id="trisomy"
        ),
        pytest.param({"interpretation": "inconclusive"}, "indeterminate", id="inconclusive"),
        pytest.param({"iscn": "46,XX[15]", "metaphases": 15}, "indeterminate", id="too few"),
    ],
)
def test_a_karyotype_is_judged_by_its_interpretation(changed: dict[str, Any], state: str) -> None:
    assert evaluate(karyotype(), chromosomes(**changed)).state == state


@pytest.mark.parametrize(
    ("changed", "says"),
    [({"iscn": "normal female"}, "is not ISCN"), ({"metaphases": 19}, "counts 20 cells")],
)
def test_a_karyotype_is_iscn_and_counts_its_metaphases(changed: dict[str, Any], says: str) -> None:
    with pytest.raises(UnreadableReading, match=says):
        evaluate(karyotype(), chromosomes(**changed))


def karyotype() -> Criterion:
    return criterion(
        unit=None,
        result_kind={"kind": "karyotype"},
        acceptance={"kind": "equals_one_of", "accepted": ["normal"]},
    )


def chromosomes(**changed: Any) -> Reading:
    plain = {
        "kind": "karyotype",
        "iscn": "46,XX[20]",
        "metaphases": 20,
        "interpretation": "normal",
        "conclusion": "No clonal aberration was seen.",
    }
    return READING.validate_python({**plain, **changed})


@pytest.mark.parametrize(
    ("outcome", "state"), [("Not  Detected", "pass"), ("detected", "fail"), ("neg", None)]
)
def test_a_category_is_one_of_the_words_offered(outcome: str, state: str | None) -> None:
    asked = criterion(
        unit=None,
        result_kind={"kind": "category", "choices": ["not detected", "detected"]},
        acceptance={"kind": "equals_one_of", "accepted": ["not detected"]},
    )
    reading = READING.validate_python({"kind": "category", "outcome": outcome})
    if state is None:
        with pytest.raises(UnreadableReading, match="is not one of"):
            evaluate(asked, reading)
    else:
        assert evaluate(asked, reading).state == state
