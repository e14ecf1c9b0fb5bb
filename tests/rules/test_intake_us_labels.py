"""The donor rules of the United States: autologous labels, relatives, urgent need."""

from typing import Any

import pytest

from app.intake.rules import judge_donor
from schemas.donation import Donation
from schemas.donor import UrgentNeed
from schemas.eligibility import EligibilityStatus
from tests.rules.donors import (
    ALLOWED,
    DAY,
    EVERYTHING,
    EXCEPTION,
    RISKY,
    US,
    assessment,
    blood,
    but,
    consent,
    directed,
    donation,
    facts,
    found,
    own,
)

ONLY, NOT_EVALUATED, HAZARD = (
    "FOR AUTOLOGOUS USE ONLY",
    "NOT EVALUATED FOR INFECTIOUS SUBSTANCES",
    "BIOHAZARD",
)


@pytest.mark.parametrize(
    ("changed", "status", "texts"),
    [
        pytest.param({}, "eligible", (ONLY,), id="everything done and clean"),
        pytest.param({"results": ()}, EXCEPTION[0], (ONLY, NOT_EVALUATED), id="nothing tested"),
        pytest.param(
            {"results": blood(EVERYTHING[1:])},
            EXCEPTION[0],
            (ONLY, NOT_EVALUATED),
            id="one test not done",
        ),
        pytest.param(
            {"questionnaires": ()}, EXCEPTION[0], (ONLY, NOT_EVALUATED), id="not screened"
        ),
        pytest.param(
            {"results": blood(day=8)}, EXCEPTION[0], (ONLY, NOT_EVALUATED), id="sampled too late"
        ),
        pytest.param(
            {"results": blood(kit_fda_licensed=False)},
            EXCEPTION[0],
            (ONLY, NOT_EVALUATED),
            id="kits not licensed",
        ),
        pytest.param(
            {"results": but("anti_hcv", "reactive")},
            EXCEPTION[0],
            (ONLY, HAZARD, "WARNING: Reactive test results for HCV"),
            id="reactive",
        ),
        pytest.param(
            {"results": blood(["hbsag", "anti_hbc", "hiv_nat"], outcome="reactive")},
            EXCEPTION[0],
            (
                ONLY,
                NOT_EVALUATED,
                HAZARD,
                "WARNING: Reactive test results for HBV",
                "WARNING: Reactive test results for HIV",
            ),
            id="reactive, and not all tested: each agent once",
        ),
        pytest.param({"questionnaires": (RISKY,)}, EXCEPTION[0], (ONLY, HAZARD), id="a risk"),
        pytest.param(
            {"results": but("anti_hcv", "pending")},
            EXCEPTION[0],
            (ONLY, NOT_EVALUATED),
            id="a result pending",
        ),
        pytest.param({"consents": ()}, "undecided", (ONLY,), id="no consent"),
    ],
)
def test_us_autologous_cells_say_on_the_label_what_is_known(
    changed: dict[str, Any], status: str, texts: tuple[str, ...]
) -> None:
    answer = judge_donor(facts(donation=own(), **changed), US)
    assert (answer.status.value, answer.label_texts) == (status, texts)
    notes = {each.rule for each in answer.notes}
    assert ("DON-US-12" in notes) == (NOT_EVALUATED in texts)
    assert ("DON-US-13" in notes) == (HAZARD in texts)


ADVISE = "WARNING: Advise patient of communicable disease risks"
REACTIVE_HBV = "WARNING: Reactive test results for HBV"
NEED = UrgentNeed(documented_on=DAY, physician="treating physician", reason="no other donor lives")


@pytest.mark.parametrize(
    ("given", "need", "status"),
    [
        pytest.param(directed("sibling"), None, ALLOWED, id="a sibling"),
        pytest.param(directed("aunt_or_uncle"), None, ALLOWED, id="an aunt"),
        pytest.param(directed("cousin"), None, "ineligible", id="a cousin"),
        pytest.param(directed("not_by_blood"), None, "ineligible", id="a spouse"),
        pytest.param(directed("cousin"), NEED, ALLOWED, id="a cousin in urgent need"),
        pytest.param(donation(), None, "ineligible", id="for nobody known"),
        pytest.param(donation(), NEED, "ineligible", id="urgent need of nobody known"),
    ],
)
def test_us_cells_of_an_ineligible_donor_may_go_to_one_patient(
    given: Donation, need: UrgentNeed | None, status: str
) -> None:
    answer = judge_donor(
        facts(donation=given, urgent_need=need, results=but("hbsag", "reactive")), US
    )
    assert (answer.status.value, found(answer)) == (status, ["DON-US-08"])
    assert answer.may_be_certified is (status == ALLOWED)
    assert [each.rule for each in answer.notes] == (["DON-US-11"] if status == ALLOWED else [])
    assert answer.label_texts == (HAZARD, ADVISE, REACTIVE_HBV)
    assert answer.segregated_storage


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        pytest.param({}, "eligible", id="eligible: no warning"),
        pytest.param({"questionnaires": (RISKY,)}, ALLOWED, id="a risk"),
        pytest.param({"results": but("hbsag", "pending")}, "undecided", id="pending"),
        pytest.param(
            {"results": blood(["hbsag"], outcome="reactive")},
            "undecided",
            id="reactive and not tested for the rest",
        ),
        pytest.param(
            {"risk_assessments": (assessment("questionnaire", "reject"),)},
            "ineligible",
            id="refused by the responsible person",
        ),
        pytest.param(
            {"questionnaires": (RISKY,), "consents": (consent(withdrawn_on=DAY),)},
            "ineligible",
            id="consent withdrawn",
        ),
    ],
)
def test_us_sibling(changed: dict[str, Any], status: str) -> None:
    answer = judge_donor(facts(donation=directed(), **changed), US)
    assert answer.status is EligibilityStatus(status)
    assert (ADVISE in answer.label_texts) == any(
        each.rule in ("DON-US-02", "DON-US-08") for each in answer.bars
    )
