"""The European donor rules: when blood is sampled, sampled again, and not diluted."""

from typing import Any

import pytest

from schemas.donation import Donation
from tests.rules.donors import (
    ELIGIBLE,
    EU,
    MINIMUM,
    NAT,
    US,
    Answer,
    Results,
    blood,
    donation,
    ineligible,
    judged,
    marrow,
    own,
    undecided,
)

SHORT = donation(long_storage=False)
AS_TISSUE = donation(tissue="bone_marrow", marrow_reading="tissue_donor")


@pytest.mark.parametrize(
    ("given", "day", "answer"),
    [
        pytest.param(SHORT, 0, ELIGIBLE, id="on the day"),
        pytest.param(SHORT, 7, ELIGIBLE, id="seven days after"),
        pytest.param(SHORT, 8, undecided("DON-EU-06"), id="eight days after"),
        pytest.param(SHORT, -1, undecided("DON-EU-06"), id="the day before"),
        pytest.param(own(), 7, ELIGIBLE, id="autologous, seven days after"),
        pytest.param(own(), 8, undecided("DON-EU-06"), id="autologous, eight days after"),
        pytest.param(marrow(), -30, ELIGIBLE, id="marrow, 30 days before"),
        pytest.param(marrow(), -31, undecided("DON-EU-06"), id="marrow, 31 days before"),
        pytest.param(marrow(), 0, ELIGIBLE, id="marrow, on the day"),
        pytest.param(marrow(), 1, undecided("DON-EU-06"), id="marrow, the day after"),
        pytest.param(AS_TISSUE, 7, ELIGIBLE, id="marrow read as tissue, seven days after"),
        pytest.param(
            AS_TISSUE, 8, undecided("DON-EU-06", "DON-EU-07"), id="marrow read as tissue, eight"
        ),
        pytest.param(
            donation(), -10, undecided("DON-EU-07"), id="long storage, NAT on an earlier sample"
        ),
    ],
)
def test_eu_sampling_window(given: Donation, day: int, answer: Answer) -> None:
    assert judged(EU, {"donation": given, "results": blood(day=day)}) == answer


@pytest.mark.parametrize(
    ("results", "answer"),
    [
        pytest.param(blood(MINIMUM), undecided("DON-EU-07"), id="no repeat, no NAT"),
        pytest.param(
            blood(MINIMUM) + blood(MINIMUM, 179), undecided("DON-EU-07"), id="after 179 days"
        ),
        pytest.param(blood(MINIMUM) + blood(MINIMUM, 180), ELIGIBLE, id="after 180 days"),
        pytest.param(
            blood(MINIMUM) + blood(MINIMUM[1:], 180),
            undecided("DON-EU-07"),
            id="after 180 days without anti-HIV",
        ),
        pytest.param(blood(MINIMUM + NAT), ELIGIBLE, id="NAT for all three"),
        *(
            pytest.param(
                blood(MINIMUM) + blood(each for each in NAT if each != left_out),
                undecided("DON-EU-07"),
                id=f"NAT without {left_out}",
            )
            for left_out in NAT
        ),
        pytest.param(
            blood(MINIMUM, -30) + blood(MINIMUM, 180), ELIGIBLE, id="repeated, 30 days before"
        ),
        pytest.param(
            blood(MINIMUM, -31) + blood(MINIMUM, 180),
            undecided("DON-EU-06"),
            id="repeated, 31 days before",
        ),
        pytest.param(
            blood(MINIMUM, 8) + blood(MINIMUM, 180),
            undecided("DON-EU-06"),
            id="repeated, eight days after",
        ),
        pytest.param(
            blood(MINIMUM, -5) + blood(NAT), undecided("DON-EU-06"), id="NAT, and blood before"
        ),
        pytest.param(
            blood(MINIMUM, -5) + blood(NAT) + blood(MINIMUM, 180),
            ELIGIBLE,
            id="NAT, blood before, and repeated all the same",
        ),
        pytest.param(
            blood(MINIMUM)
            + blood(MINIMUM[1:], 180)
            + blood(["anti_hiv_1_2"], 180, outcome="reactive"),
            ineligible("DON-EU-09"),
            id="converted on the repeat sample",
        ),
    ],
)
def test_eu_repeat_sample(results: Results, answer: Answer) -> None:
    assert judged(EU, {"results": results}) == answer


def test_eu_nat_does_not_replace_the_repeat_of_a_marrow_stem_cell_donor() -> None:
    stored = donation(tissue="bone_marrow")
    assert judged(EU, {"donation": stored}) == undecided("DON-EU-07")
    repeated = blood() + blood(MINIMUM, 180)
    assert judged(EU, {"donation": stored, "results": repeated}) == ELIGIBLE
    assert judged(EU, {"donation": AS_TISSUE}) == ELIGIBLE


def test_eu_autologous_cells_need_no_repeat() -> None:
    assert judged(EU, {"donation": own(), "results": blood(MINIMUM)}) == ELIGIBLE


INFUSIONS = [
    pytest.param({"blood_infused_ml": 1}, True, id="weight not known"),
    pytest.param(
        {"colloids_infused_ml": 2800, "weight_kg": 70}, False, id="just the plasma volume"
    ),
    pytest.param({"colloids_infused_ml": "2800.1", "weight_kg": 70}, True, id="more than plasma"),
    pytest.param(
        {"crystalloids_infused_ml": "1400.1", "colloids_infused_ml": 1400, "weight_kg": 70},
        True,
        id="together more than plasma",
    ),
    pytest.param({"blood_infused_ml": 4666, "weight_kg": 70}, False, id="below the blood volume"),
    pytest.param({"blood_infused_ml": 4667, "weight_kg": 70}, True, id="above the blood volume"),
    pytest.param(
        {"blood_infused_ml": 4667, "weight_kg": 70, "pre_transfusion_sample": True},
        False,
        id="pre-transfusion sample",
    ),
]


@pytest.mark.parametrize(("infused", "diluted"), INFUSIONS)
def test_eu_haemodilution(infused: dict[str, Any], diluted: bool) -> None:
    answer = undecided("DON-EU-08") if diluted else ELIGIBLE
    assert judged(EU, {"donation": donation(**infused)}) == answer


def test_eu_accepts_tests_validated_for_diluted_plasma_and_the_us_does_not() -> None:
    far = donation(blood_infused_ml=6000, weight_kg=70, tests_validated_for_dilution=True)
    assert judged(EU, {"donation": far}) == ELIGIBLE
    assert judged(US, {"donation": far}) == ineligible("DON-US-07")
