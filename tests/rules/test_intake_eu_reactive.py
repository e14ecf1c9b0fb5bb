"""The European donor rules: what a reactive result leads to, and the labels."""

from typing import Any

import pytest

from app.intake.rules import judge_donor
from tests.rules.donors import (
    ELIGIBLE,
    EU,
    EVERYTHING,
    EXCEPTION,
    NAT,
    RISKY,
    Answer,
    assessment,
    blood,
    but,
    directed,
    facts,
    found,
    ineligible,
    judged,
    own,
    undecided,
)


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        *(
            pytest.param(
                {"results": but(each, "reactive")}, ineligible("DON-EU-09"), id=f"{each} reactive"
            )
            for each in ("anti_hiv_1_2", "hbsag", "anti_hcv", *NAT[1:], "anti_htlv_1_2")
        ),
        pytest.param(
            {"results": blood() + blood(["hiv_nat"], outcome="reactive")},
            ineligible("DON-EU-09"),
            id="reactive, then non-reactive",
        ),
        pytest.param(
            {"results": blood() + blood(["hbsag"], -40, outcome="reactive", specimen="other")},
            ineligible("DON-EU-09"),
            id="reactive on a sample that does not count",
        ),
        pytest.param(
            {"donation": directed(), "results": but("hbsag", "reactive")},
            ineligible("DON-EU-09"),
            id="a sibling is no exception in the EU",
        ),
        pytest.param(
            {"results": but("anti_hbc", "reactive")}, undecided("DON-EU-10"), id="anti-HBc alone"
        ),
        pytest.param(
            {
                "results": but("anti_hbc", "reactive"),
                "risk_assessments": (assessment("anti_hbc"),),
            },
            ELIGIBLE,
            id="anti-HBc accepted",
        ),
        pytest.param(
            {
                "results": but("anti_hbc", "reactive"),
                "risk_assessments": (assessment("anti_hbc", "reject"),),
            },
            ineligible("DON-03", "DON-EU-10"),
            id="anti-HBc rejected",
        ),
        pytest.param(
            {
                "results": blood(outcome="reactive", markers=("anti_hbc", "hbsag"))
                + blood(each for each in EVERYTHING if each not in ("anti_hbc", "hbsag")),
                "risk_assessments": (assessment("anti_hbc"),),
            },
            ineligible("DON-EU-09"),
            id="anti-HBc with HBsAg",
        ),
        pytest.param(
            {
                "results": blood(each for each in EVERYTHING if each != "syphilis_specific")
                + blood(["syphilis_non_specific"], outcome="reactive")
            },
            undecided("DON-EU-11"),
            id="syphilis non-specific reactive, not confirmed",
        ),
        pytest.param(
            {"results": blood() + blood(["syphilis_non_specific"], outcome="reactive")},
            ELIGIBLE,
            id="syphilis non-specific reactive, specific non-reactive",
        ),
        pytest.param(
            {"results": blood() + blood(["syphilis_non_specific"], 1, outcome="reactive")},
            undecided("DON-EU-11"),
            id="the specific test was of an earlier sample",
        ),
        pytest.param(
            {"results": but("syphilis_specific", "reactive")},
            undecided("DON-EU-12"),
            id="syphilis specific reactive",
        ),
        pytest.param(
            {
                "results": but("syphilis_specific", "reactive"),
                "risk_assessments": (assessment("syphilis"),),
            },
            ELIGIBLE,
            id="syphilis specific accepted",
        ),
        pytest.param({"results": but("cmv", "reactive")}, undecided("DON-EU-13"), id="CMV"),
        pytest.param(
            {
                "results": but("cmv", "reactive"),
                "risk_assessments": (assessment("other_marker", marker="cmv"),),
            },
            ELIGIBLE,
            id="CMV accepted",
        ),
        pytest.param(
            {
                "results": but("cmv", "reactive"),
                "risk_assessments": (assessment("other_marker", marker="ebv"),),
            },
            undecided("DON-EU-13"),
            id="another marker accepted",
        ),
        *(
            pytest.param(
                {
                    "results": but(marker, "reactive", day=day),
                    "risk_assessments": (assessment(about, marker=named, day=decided),),
                },
                answer,
                id=f"{marker} of day {day}, accepted on day {decided}",
            )
            for marker, about, named, rule in (
                ("anti_hbc", "anti_hbc", None, "DON-EU-10"),
                ("syphilis_specific", "syphilis", None, "DON-EU-12"),
                ("cmv", "other_marker", "cmv", "DON-EU-13"),
            )
            for day, decided, answer in ((3, 2, undecided(rule)), (3, 3, ELIGIBLE))
        ),
    ],
)
def test_eu_reactive_results(changed: dict[str, Any], answer: Answer) -> None:
    assert judged(EU, changed) == answer


@pytest.mark.parametrize(
    ("marker", "outcome"),
    [("hbsag", "reactive"), ("anti_hbc", "reactive"), ("anti_hcv", "indeterminate")],
)
def test_eu_a_positive_autologous_donor_may_have_the_cells_back_kept_apart(
    marker: str, outcome: str
) -> None:
    answer = judge_donor(facts(donation=own(), results=but(marker, outcome)), EU)
    assert (answer.status.value, found(answer)) == EXCEPTION
    assert answer.label_texts == ("FOR AUTOLOGOUS USE ONLY", "BIOLOGICAL HAZARD")
    assert answer.segregated_storage
    assert [each.rule for each in answer.notes] == ["DON-EU-14"]
    assert answer.may_be_certified


def test_eu_a_risk_in_the_history_does_not_keep_cells_from_their_donor() -> None:
    assert judged(EU, {"donation": own(), "questionnaires": (RISKY,)}) == ELIGIBLE


@pytest.mark.parametrize(
    ("changed", "texts", "apart"),
    [
        pytest.param({}, (), False, id="allogeneic"),
        pytest.param({"donation": own()}, ("FOR AUTOLOGOUS USE ONLY",), False, id="autologous"),
        pytest.param({"results": but("cmv", "reactive")}, (), False, id="CMV is no hazard"),
        pytest.param(
            {"results": but("anti_hbc", "reactive"), "risk_assessments": (assessment("anti_hbc"),)},
            ("BIOLOGICAL HAZARD",),
            True,
            id="accepted, and still positive",
        ),
        pytest.param(
            {"results": but("hiv_nat", "reactive")}, ("BIOLOGICAL HAZARD",), True, id="ineligible"
        ),
        pytest.param(
            {"results": blood() + blood(["syphilis_non_specific"], outcome="reactive")},
            (),
            False,
            id="not confirmed, no hazard",
        ),
    ],
)
def test_eu_labels(changed: dict[str, Any], texts: tuple[str, ...], apart: bool) -> None:
    answer = judge_donor(facts(**changed), EU)
    assert (answer.label_texts, answer.segregated_storage) == (texts, apart)
