"""How long a record is kept: each clock on both sides of its day, and the longest of them."""

from datetime import date

import pytest

from app.record.retention import retention, years_after
from schemas.origin import Jurisdiction
from schemas.retention import RetentionFacts

EU, US = (Jurisdiction.EU,), (Jurisdiction.US,)


def facts(**changed: object) -> RetentionFacts:
    known: dict[str, object] = {
        "jurisdictions": EU,
        "trial": None,
        "expires_on": None,
        "certified_on": None,
        "given_on": None,
        "left_on": None,
        "all_given": False,
    }
    return RetentionFacts.model_validate(known | changed)


def until(rule: str, **changed: object) -> date | None:
    return next(each.until for each in retention(facts(**changed)).lines if each.rule == rule)


EXPIRY, CERTIFIED = date(2027, 1, 10), date(2026, 12, 1)


@pytest.mark.parametrize(
    ("rule", "known", "day"),
    [
        pytest.param("RET-01", {"expires_on": EXPIRY}, date(2028, 1, 10), id="a year"),
        pytest.param("RET-02", {"certified_on": CERTIFIED}, date(2031, 12, 1), id="five years"),
        pytest.param("RET-04", {"expires_on": EXPIRY}, date(2057, 1, 10), id="thirty years"),
        pytest.param("RET-04", {}, None, id="nothing expires yet"),
        pytest.param("RET-03", {"trial": "2026-500001"}, None, id="the trial runs"),
        pytest.param(
            "RET-03",
            {"trial": "2026-500001", "trial_ended_on": date(2029, 6, 30)},
            date(2034, 6, 30),
            id="the trial is over",
        ),
        pytest.param(
            "RET-05", {"jurisdictions": US, "expires_on": EXPIRY}, date(2028, 1, 10), id="211.180"
        ),
        pytest.param(
            "RET-06",
            {"jurisdictions": US, "given_on": CERTIFIED, "all_given": True, "expires_on": EXPIRY},
            date(2036, 12, 1),
            id="each administration is known",
        ),
        pytest.param(
            "RET-06",
            {"jurisdictions": US, "given_on": CERTIFIED, "expires_on": EXPIRY},
            date(2037, 1, 10),
            id="one is not known: the latest counts",
        ),
        pytest.param("RET-06", {"jurisdictions": US}, None, id="nothing is known"),
    ],
)
def test_clock(rule: str, known: dict[str, object], day: date | None) -> None:
    assert until(rule, **known) == day


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        pytest.param({}, ["RET-01", "RET-02", "RET-04"], id="Europe"),
        pytest.param({"trial": "T"}, ["RET-01", "RET-02", "RET-03", "RET-04"], id="a trial"),
        pytest.param({"jurisdictions": US}, ["RET-05", "RET-06"], id="America"),
    ],
)
def test_clocks_that_are_asked(known: dict[str, object], asked: list[str]) -> None:
    assert [each.rule for each in retention(facts(**known)).lines] == asked


def test_the_longest_counts_and_what_waits_is_said() -> None:
    found = retention(facts(jurisdictions=(*EU, *US), trial="T", expires_on=EXPIRY))
    assert found.until == date(2057, 1, 10)
    assert found.longest is not None
    assert found.longest.rule == "RET-04"
    assert [each.waits_for for each in found.waiting] == [
        "the certification",
        "the end of the trial",
    ]


@pytest.mark.parametrize(
    ("day", "years", "later"),
    [
        (date(2024, 2, 28), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 1, date(2025, 3, 1)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
    ],
)
def test_no_year_is_too_short(day: date, years: int, later: date) -> None:
    assert years_after(day, years) == later
