"""A typed number judged against its limit (R-SPEC-03 to R-SPEC-06)."""

from typing import Any

import pytest

from app.masters.errors import UnreadableReading
from app.masters.evaluate import evaluate
from schemas.reading import ResultState
from tests.rules.criteria import READING, criterion, judged, limit


@pytest.mark.parametrize(
    ("kind", "value", "typed", "reported", "state"),
    [
        ("at_least", "98.0", "97.96", "98.0", "pass"),
        ("at_least", "98.0", "97.92", "97.9", "fail"),
        ("at_least", "98.0", "97.95", "98.0", "pass"),
        ("at_most", "101.5", "101.46", "101.5", "pass"),
        ("at_most", "101.5", "101.45", "101.5", "pass"),
        ("at_most", "101.5", "101.55", "101.6", "fail"),
        ("at_most", "0.02", "0.025", "0.03", "fail"),
        ("at_most", "0.02", "0.015", "0.02", "pass"),
        ("at_most", "0.02", "0.027", "0.03", "fail"),
        ("at_least", "95", "94.5", "95", "pass"),
        ("less_than", "0.5", "0.5", "0.5", "fail"),
        ("less_than", "0.5", "0.44", "0.4", "pass"),
        ("more_than", "80", "80", "80", "fail"),
        ("more_than", "80", "80.5", "81", "pass"),
    ],
)
def test_usp_rounds_before_it_compares(
    kind: str, value: str, typed: str, reported: str, state: str
) -> None:
    found = judged(criterion(acceptance=limit(kind, value)), typed)
    assert (found.reported, found.state) == (f"{reported} mg/mL", state)


@pytest.mark.parametrize(
    ("rounding", "reported"),
    [("usp", "98.3 mg/mL"), ("ph_eur", "98.29 mg/mL"), ("none", "98.28568 mg/mL")],
)
def test_one_value_is_reported_by_three_policies(rounding: str, reported: str) -> None:
    asked = criterion(
        acceptance={"kind": "range", "low": "100.0", "high": "102.0"}, rounding=rounding
    )
    found = judged(asked, "98.28568")
    assert (found.reported, found.state) == (reported, ResultState.FAIL)


def test_without_a_policy_the_raw_value_is_compared() -> None:
    asked = criterion(acceptance=limit("at_least", "98.0"), rounding="none")
    assert judged(asked, "97.96").state is ResultState.FAIL


@pytest.mark.parametrize(
    ("low_in", "high_in", "typed", "state"),
    [
        (True, True, "4.5", "pass"),
        (False, True, "4.5", "fail"),
        (True, True, "6.0", "pass"),
        (True, False, "6.0", "fail"),
        (True, True, "6.1", "fail"),
        (True, True, "4.4", "fail"),
    ],
)
def test_a_range_says_whether_its_ends_are_inside(
    low_in: bool, high_in: bool, typed: str, state: str
) -> None:
    asked = criterion(
        acceptance={
            "kind": "range",
            "low": "4.5",
            "low_inclusive": low_in,
            "high": "6.0",
            "high_inclusive": high_in,
        }
    )
    assert judged(asked, typed).state == state


@pytest.mark.parametrize(
    ("kind", "value", "typed", "state"),
    [
        pytest.param("at_most", "0.1", "<0.1", "pass", id="below the limit is at most the limit"),
        pytest.param("at_most", "0.1", "<0.2", "indeterminate", id="0.15 is below 0.2 too"),
        pytest.param("less_than", "0.1", "<0.1", "pass", id="below and below"),
        pytest.param("less_than", "0.1", "<=0.1", "indeterminate", id="it may be the limit"),
        pytest.param("at_most", "0.1", "<=0.1", "pass", id="the limit is inside"),
        pytest.param("at_least", "95", ">95", "pass", id="above the limit is at least the limit"),
        pytest.param("at_least", "95", ">94.9", "indeterminate", id="it may be 94.95"),
        pytest.param("more_than", "95", ">95", "pass", id="above and above"),
        pytest.param("more_than", "95", ">=95", "indeterminate", id="it may be just 95"),
        pytest.param("at_least", "95", ">=95", "pass", id="just 95 is inside"),
        pytest.param("at_most", "2", ">98.3", "fail", id="certainly above"),
        pytest.param("at_most", "2", ">2", "fail", id="above the limit is outside"),
        pytest.param("at_most", "2", ">=2", "indeterminate", id="just 2 would be inside"),
        pytest.param("less_than", "2", ">=2", "fail", id="just 2 is outside"),
        pytest.param("at_least", "95", "<95", "fail", id="below is not at least"),
        pytest.param("at_least", "95", "<=95", "indeterminate", id="it may be just 95, inside"),
        pytest.param("more_than", "95", "≤95", "fail", id="just 95 is outside"),
        pytest.param("at_least", "95", "<99", "indeterminate", id="it may be anything below"),
        pytest.param("at_least", "0", "<0.1", "pass", id="no concentration is below zero"),
    ],
)
def test_a_censored_value_passes_only_when_all_it_can_be_passes(
    kind: str, value: str, typed: str, state: str
) -> None:
    found = judged(criterion(acceptance=limit(kind, value)), typed)
    assert found.state == state
    assert "R-SPEC-05" in found.rules


@pytest.mark.parametrize(
    ("typed", "state"),
    [
        ("<0.1", "indeterminate"),
        ("<0.05", "fail"),
        (">0.5", "fail"),
        (">0.1", "indeterminate"),
        ("<0.6", "indeterminate"),
    ],
)
def test_a_censored_value_and_a_range(typed: str, state: str) -> None:
    asked = criterion(acceptance={"kind": "range", "low": "0.05", "high": "0.5"})
    assert judged(asked, typed).state == state


def test_a_censored_percentage_ends_at_one_hundred() -> None:
    asked = criterion(
        unit="%", acceptance={"kind": "range", "low": "98", "high": "100"}, rounding="none"
    )
    assert judged(asked, ">98.3").state is ResultState.PASS
    assert judged(asked, ">98.3").reported == ">98.3 %"


@pytest.mark.parametrize(
    ("typed", "unit", "says"),
    [
        pytest.param("97,5", None, 'decimal point as "."', id="a comma"),
        pytest.param("ca. 5", None, "is not a value", id="words"),
        pytest.param("<", None, "is not a value", id="a sign without a number"),
        pytest.param("٩٥", None, "is not a value", id="digits of another script"),
        pytest.param("-1", None, "at 0 or above", id="a negative concentration"),
        pytest.param("NaN", None, "is not a value", id="not a number"),
        pytest.param("5", "EU/mL", "cannot be converted", id="another unit"),
    ],
)
def test_what_cannot_be_read_is_said(typed: str, unit: str | None, says: str) -> None:
    wanted = "{EU}/mL" if unit else None
    with pytest.raises(ValueError, match=says) as found:
        judged(criterion(), typed, unit=wanted)
    assert isinstance(found.value, UnreadableReading)
    assert found.value.status == 422


@pytest.mark.parametrize(
    ("typed", "readable"), [("0", True), ("100", True), ("100.1", False), (">100", False)]
)
def test_a_percentage_lies_between_0_and_100(typed: str, readable: bool) -> None:
    asked = criterion(unit="%")
    if readable:
        assert judged(asked, typed).reported
    else:
        with pytest.raises(UnreadableReading, match="between 0 and 100"):
            judged(asked, typed)


def test_a_recovery_may_exceed_100_percent() -> None:
    asked = criterion(unit="%", result_kind={"kind": "number", "may_exceed_100": True})
    assert judged(asked, "103").state is ResultState.PASS


def test_international_units_meet_a_limit_in_endotoxin_units() -> None:
    asked = criterion(
        unit="{EU}/mL",
        result_kind={"kind": "endotoxin"},
        acceptance=limit("less_than", "2.5"),
    )
    found = judged(asked, "<0.5", unit="[iU]/mL")
    assert (found.state, found.reported) == (ResultState.PASS, "<0.5 EU/mL")
    assert "R-SPEC-06" in found.rules


@pytest.mark.parametrize(
    ("typed", "state", "reported"),
    [
        pytest.param(("94.4", "94.6"), "pass", "95 mg/mL", id="the mean is rounded, once"),
        pytest.param(("94.4", "94.5"), "fail", "94 mg/mL", id="94.45 is not rounded twice"),
        pytest.param((">96", "94"), "pass", ">95 mg/mL", id="one censored, the mean censored"),
        pytest.param((">95", "94"), "indeterminate", ">94.5 mg/mL", id="the mean may be too low"),
        pytest.param(
            (">95", "<94"), "indeterminate", "an unknown value mg/mL", id="nothing is known"
        ),
        pytest.param(("96",), "indeterminate", None, id="one of two values was read"),
    ],
)
def test_the_mean_of_the_methods_replicates(
    typed: tuple[str, ...], state: str, reported: str | None
) -> None:
    found = judged(criterion(replicates=2), *typed)
    assert (found.state, found.reported) == (state, reported)


def test_a_third_value_is_never_averaged_in() -> None:
    with pytest.raises(UnreadableReading, match="the method asks for 2"):
        judged(criterion(replicates=2), "90", "91", "99")


@pytest.mark.parametrize(
    ("reading", "state"),
    [
        pytest.param(None, "pending", id="no result yet"),
        pytest.param({"kind": "not_tested", "reason": "sample lost"}, "not_tested", id="not done"),
        pytest.param({"kind": "invalid", "reason": "control failed"}, "invalid", id="assay failed"),
        pytest.param(
            {"kind": "not_applicable", "reason": "no feeder cells"},
            "not_tested",
            id="the specification permits no exception",
        ),
    ],
)
def test_without_a_value_the_gate_stays_closed(reading: dict[str, str] | None, state: str) -> None:
    found = evaluate(criterion(), READING.validate_python(reading) if reading else None)
    assert found.state == state
    assert found.reported is None
    assert not found.state.opens_gate


def test_not_applicable_opens_the_gate_where_the_specification_permits_it() -> None:
    asked = criterion(na_permitted=True, rationale="Only where a feeder layer was used.")
    reading = READING.validate_python({"kind": "not_applicable", "reason": "no feeder cells"})
    found = evaluate(asked, reading)
    assert found.state is ResultState.NOT_APPLICABLE
    assert found.state.opens_gate


def test_a_value_for_information_is_reported_and_gates_nothing() -> None:
    asked = criterion(acceptance={"kind": "informative"}, gate="info", unit="%")
    found = judged(asked, "<12.5")
    assert (found.state, found.reported, asked.gates) == (ResultState.PASS, "<12.5 %", False)


@pytest.mark.parametrize(
    ("accepts", "typed", "compared_with", "explanation"),
    [
        (
            limit("at_least", "98.0"),
            "97.95",
            "at least 98.0 %",
            (
                "Found 97.95 %, which is 98.0 % when rounded to the limit (USP); "
                "it has to be at least 98.0 %."
            ),
        ),
        (
            {"kind": "range", "low": "70", "high": "90.0", "high_inclusive": False},
            "80",
            "at least 70 and less than 90.0 %",
            "Found 80 %; it has to be at least 70 and less than 90.0 %.",
        ),
        (
            limit("less_than", "2"),
            "<5",
            "less than 2 %",
            "<5 % does not tell whether the value is less than 2 %; a finer method has to.",
        ),
    ],
    ids=["rounded", "a range", "censored"],
)
def test_a_verdict_says_why(
    accepts: dict[str, Any], typed: str, compared_with: str, explanation: str
) -> None:
    found = judged(criterion(unit="%", acceptance=accepts), typed)
    assert (found.compared_with, found.explanation) == (compared_with, explanation)
