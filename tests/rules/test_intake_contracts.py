"""What the contracts of intake refuse before any rule is asked."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.donor import RiskAssessment
from schemas.marker import Marker
from tests.rules.donors import (
    COI,
    assessment,
    consent,
    donation,
    donor,
    own,
    questionnaire,
)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: donation(patient_code=COI), id="a patient of an allogeneic donation"),
        pytest.param(lambda: donation(use="autologous"), id="autologous without a patient"),
        pytest.param(
            lambda: donation(use="directed_allogeneic", patient_code=COI), id="no relation"
        ),
        pytest.param(
            lambda: donation(use="directed_allogeneic", relation="parent"), id="no patient"
        ),
        pytest.param(lambda: own(relation="sibling"), id="one's own relative"),
        pytest.param(lambda: donation(collected_at="2026-03-02T09:30:00"), id="a time, no zone"),
        pytest.param(lambda: donation(collected_at="9999-12-31T23:00:00Z"), id="beyond calendars"),
        pytest.param(
            lambda: donation(collected_at="0020-03-02T09:30:00Z"), id="a year typed short"
        ),
        pytest.param(lambda: donation(blood_infused_ml=Decimal(-1)), id="less than nothing"),
        pytest.param(lambda: donor(donor_code="D-KOWALSKI"), id="a name as a donor code"),
        pytest.param(lambda: donor(site_zone="Europe/Nowhere"), id="no such zone"),
        pytest.param(lambda: consent(scope=()), id="a consent to nothing"),
        pytest.param(lambda: consent(withdrawn_on=date(2026, 3, 1)), id="withdrawn before given"),
        pytest.param(lambda: questionnaire(outcome="risk_found"), id="a risk without words"),
        pytest.param(lambda: questionnaire(risk="malaria area"), id="words without a risk"),
        pytest.param(lambda: assessment("other_marker"), id="another marker, not named"),
        pytest.param(lambda: assessment("anti_hbc", marker="cmv"), id="two subjects"),
        pytest.param(
            lambda: RiskAssessment.model_validate(
                assessment("anti_hbc").plain() | {"further_investigation": None}
            ),
            id="anti-HBc without further investigation",
        ),
    ],
)
def test_a_contract_refuses_what_cannot_be(make: Any) -> None:
    with pytest.raises(ValidationError):
        make()


def test_a_consent_and_a_history_digest_the_same_in_whatever_order_they_were_ticked() -> None:
    turned = consent(scope=("long_storage", "testing", "use", "use"))
    assert turned.digest() == consent().digest()
    first = questionnaire(further_tests=("malaria", "cmv"))
    assert first.further_tests == (Marker.CMV, Marker.MALARIA)
