"""The donor rules of the United States, for donors of cells for others."""

from typing import Any

import pytest

from app.intake.rules import judge_donor
from tests.rules.donors import (
    ELIGIBLE,
    EVERYTHING,
    RISKY,
    US,
    Answer,
    assessment,
    blood,
    but,
    donation,
    donor,
    facts,
    ineligible,
    judged,
    marrow,
    undecided,
)

MOTHER = blood(sampled_person="birth_mother")


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        pytest.param({}, ELIGIBLE, id="eligible"),
        pytest.param({"questionnaires": ()}, undecided("DON-US-01"), id="not screened"),
        pytest.param({"questionnaires": (RISKY,)}, ineligible("DON-US-02"), id="a risk"),
        pytest.param(
            {"questionnaires": (RISKY,), "risk_assessments": (assessment("questionnaire"),)},
            ineligible("DON-US-02"),
            id="nobody can accept a risk",
        ),
        *(
            pytest.param(
                {"results": blood(each for each in EVERYTHING if each != left_out)},
                undecided("DON-US-03"),
                id=f"no {left_out}",
            )
            for left_out in EVERYTHING
        ),
        pytest.param(
            {"results": blood(kit_fda_licensed=False)}, undecided("DON-US-04"), id="kit unlicensed"
        ),
        pytest.param({"results": blood(kit_ce_marked=False)}, ELIGIBLE, id="kit not CE-marked"),
        pytest.param(
            {"donor": donor(kind="neonate"), "results": MOTHER}, ELIGIBLE, id="mother of a neonate"
        ),
        pytest.param(
            {"donor": donor(kind="neonate")}, undecided("DON-US-04"), id="the neonate itself"
        ),
        pytest.param({"results": MOTHER}, undecided("DON-US-04"), id="mother of an adult"),
        pytest.param({"results": but("cmv", "pending")}, undecided("DON-US-05"), id="CMV pending"),
        pytest.param(
            {"results": but("hbsag", "indeterminate")}, undecided("DON-US-05"), id="indeterminate"
        ),
        pytest.param({"results": blood(day=-7)}, ELIGIBLE, id="seven days before"),
        pytest.param({"results": blood(day=-8)}, undecided("DON-US-06"), id="eight days before"),
        pytest.param({"results": blood(day=7)}, ELIGIBLE, id="seven days after"),
        pytest.param({"results": blood(day=8)}, undecided("DON-US-06"), id="eight days after"),
        pytest.param(
            {"donation": marrow(), "results": blood(day=-30)}, ELIGIBLE, id="marrow, 30 before"
        ),
        pytest.param(
            {"donation": marrow(), "results": blood(day=-31)},
            undecided("DON-US-06"),
            id="marrow, 31 before",
        ),
        pytest.param(
            {"donation": marrow(), "results": blood(day=7)}, ELIGIBLE, id="marrow, seven after"
        ),
        pytest.param(
            {"donation": marrow(marrow_reading="tissue_donor"), "results": blood(day=-30)},
            ELIGIBLE,
            id="marrow, whatever the EU reading",
        ),
        pytest.param(
            {"donation": donation(blood_infused_ml=2000)}, ELIGIBLE, id="2000 mL: not suspected"
        ),
        pytest.param(
            {"donation": donation(blood_infused_ml="2000.1")},
            ineligible("DON-US-07"),
            id="above 2000 mL, weight not known",
        ),
        pytest.param(
            {"donation": donation(blood_infused_ml=2001, weight_kg=70)},
            ELIGIBLE,
            id="above 2000 mL, ruled out by weight",
        ),
        pytest.param(
            {"results": but("anti_hbc", "reactive")}, ineligible("DON-US-08"), id="anti-HBc"
        ),
        pytest.param(
            {"results": but("syphilis_specific", "reactive")},
            ineligible("DON-US-08"),
            id="treponemal reactive",
        ),
        pytest.param(
            {
                "results": blood(each for each in EVERYTHING if each != "syphilis_specific")
                + blood(["syphilis_non_specific"], outcome="reactive")
            },
            undecided("DON-US-09"),
            id="non-treponemal reactive, not confirmed",
        ),
        pytest.param(
            {"results": blood() + blood(["syphilis_non_specific"], outcome="reactive")},
            ELIGIBLE,
            id="non-treponemal reactive, treponemal non-reactive",
        ),
        pytest.param({"results": but("cmv", "reactive")}, ELIGIBLE, id="CMV does not bar"),
    ],
)
def test_us_donor_for_others(changed: dict[str, Any], answer: Answer) -> None:
    assert judged(US, changed) == answer


def test_us_a_reactive_cmv_is_noted() -> None:
    answer = judge_donor(facts(results=but("cmv", "reactive")), US)
    assert [each.rule for each in answer.notes] == ["DON-US-10"]
    assert answer.label_texts == ()
    assert judge_donor(facts(), US).notes == ()
