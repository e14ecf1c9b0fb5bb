"""The European donor rules: history, required tests, and which results count."""

from datetime import timedelta
from typing import Any

import pytest

from tests.rules.donors import (
    DAY,
    ELIGIBLE,
    EU,
    EVERYTHING,
    MINIMUM,
    NAT,
    RISKY,
    Answer,
    assessment,
    blood,
    but,
    donation,
    donor,
    ineligible,
    judged,
    own,
    questionnaire,
    undecided,
)

LATER = DAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        pytest.param({}, ELIGIBLE, id="interviewed"),
        pytest.param({"questionnaires": ()}, undecided("DON-EU-01"), id="no questionnaire"),
        pytest.param(
            {"questionnaires": (questionnaire(interviewed=False),)},
            undecided("DON-EU-01"),
            id="no interview",
        ),
        pytest.param(
            {"questionnaires": (questionnaire(outcome="not_done"),)},
            undecided("DON-EU-01"),
            id="not done",
        ),
        pytest.param({"questionnaires": (RISKY,)}, undecided("DON-EU-02"), id="a risk"),
        pytest.param(
            {"questionnaires": (RISKY,), "risk_assessments": (assessment("questionnaire"),)},
            ELIGIBLE,
            id="a risk accepted",
        ),
        pytest.param(
            {"questionnaires": (RISKY,), "risk_assessments": (assessment("syphilis"),)},
            undecided("DON-EU-02"),
            id="another risk accepted",
        ),
        pytest.param(
            {
                "questionnaires": (RISKY,),
                "risk_assessments": (assessment("questionnaire", day=-1),),
            },
            undecided("DON-EU-02"),
            id="accepted before the risk was found",
        ),
        pytest.param(
            {
                "questionnaires": (RISKY, RISKY.model_copy(update={"assessed_on": LATER})),
                "risk_assessments": (assessment("questionnaire"),),
            },
            undecided("DON-EU-02"),
            id="a second risk after the first was accepted",
        ),
        pytest.param(
            {
                "questionnaires": (RISKY,),
                "risk_assessments": (assessment("questionnaire", "reject"),),
            },
            ineligible("DON-03", "DON-EU-02"),
            id="a risk rejected",
        ),
    ],
)
def test_eu_history(changed: dict[str, Any], answer: Answer) -> None:
    assert judged(EU, changed) == answer


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        pytest.param({"results": blood(MINIMUM + NAT)}, ELIGIBLE, id="the minimum and NAT"),
        *(
            pytest.param(
                {"results": blood(each for each in MINIMUM + NAT if each != left_out)},
                undecided("DON-EU-03"),
                id=f"no {left_out}",
            )
            for left_out in MINIMUM
        ),
        pytest.param(
            {"results": blood((*MINIMUM[:4], "syphilis_non_specific", *NAT))},
            ELIGIBLE,
            id="syphilis non-specific only",
        ),
        pytest.param({"results": ()}, undecided("DON-EU-03", "DON-EU-07"), id="nothing tested"),
        pytest.param(
            {
                "results": blood(MINIMUM + NAT),
                "questionnaires": (questionnaire(htlv_high_prevalence=True),),
            },
            undecided("DON-EU-03"),
            id="high prevalence without HTLV",
        ),
        pytest.param(
            {"questionnaires": (questionnaire(htlv_high_prevalence=True),)},
            ELIGIBLE,
            id="high prevalence with HTLV",
        ),
        pytest.param(
            {"questionnaires": (questionnaire(further_tests=("malaria",)),)},
            undecided("DON-EU-03"),
            id="malaria asked for",
        ),
        pytest.param(
            {
                "questionnaires": (questionnaire(further_tests=("malaria",)),),
                "results": blood((*EVERYTHING, "malaria")),
            },
            ELIGIBLE,
            id="malaria asked for and tested",
        ),
        pytest.param(
            {"donation": own(), "results": blood(MINIMUM[1:])},
            undecided("DON-EU-03"),
            id="autologous without anti-HIV",
        ),
        pytest.param(
            {"donation": own(), "results": blood(MINIMUM)}, ELIGIBLE, id="autologous, the minimum"
        ),
        pytest.param(
            {"results": blood(laboratory_authorised=False)},
            undecided("DON-EU-04", "DON-EU-07"),
            id="laboratory not authorised",
        ),
        pytest.param(
            {"results": blood(kit_ce_marked=False)},
            undecided("DON-EU-04", "DON-EU-07"),
            id="kit not CE-marked",
        ),
        pytest.param({"results": blood(specimen="plasma")}, ELIGIBLE, id="plasma"),
        pytest.param(
            {"results": blood(specimen="other")},
            undecided("DON-EU-04", "DON-EU-07"),
            id="another fluid",
        ),
        pytest.param(
            {"results": blood(sampled_person="birth_mother")},
            undecided("DON-EU-04", "DON-EU-07"),
            id="mother of an adult",
        ),
        pytest.param(
            {
                "donor": donor(kind="neonate"),
                "donation": donation(tissue="umbilical_cord"),
                "results": blood(sampled_person="birth_mother"),
            },
            ELIGIBLE,
            id="mother of a neonate",
        ),
        pytest.param({"donor": donor(kind="neonate")}, ELIGIBLE, id="the neonate itself"),
        pytest.param(
            {"results": but("hbsag", "pending")}, undecided("DON-EU-05"), id="HBsAg pending"
        ),
        pytest.param(
            {"results": but("cmv", "pending")}, undecided("DON-EU-05"), id="any test pending"
        ),
        pytest.param(
            {"results": but("anti_hcv", "indeterminate")},
            undecided("DON-EU-05"),
            id="anti-HCV indeterminate",
        ),
        pytest.param(
            {"donation": own(), "results": but("anti_hcv", "pending")},
            undecided("DON-EU-05"),
            id="autologous, a test pending",
        ),
    ],
)
def test_eu_tests(changed: dict[str, Any], answer: Answer) -> None:
    assert judged(EU, changed) == answer
