"""Receipt of a donation: both sides of every rule."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from app.intake.rules import judge_receipt
from schemas.donation import Receipt, ReceiptLimits
from tests.rules.donors import donation

COLLECTED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
COOLED = {"words": "2 to 8 °C", "minimum_c": "2", "maximum_c": "8"}
LIMITS = ReceiptLimits.model_validate({"temperature": COOLED, "maximum_hours": 48})


def receipt(**changed: Any) -> Receipt:
    plain = {
        "donation_code": "PL001499Z549917123456",
        "received_at": datetime(2026, 3, 3, 9, 30, tzinfo=UTC),
        "lowest_temperature_c": "3.1",
        "highest_temperature_c": "6.4",
        "container_intact": True,
        "label_matches": True,
        "inspection": "accepted",
        "condition": "clear, no clots",
        "quantity": "62.5",
        "quantity_unit": "mL",
    }
    return Receipt.model_validate(plain | changed)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        pytest.param({}, [], id="accepted"),
        pytest.param(
            {"donation_code": "SEC PL001499Z549917123456"}, [], id="scanned with the letters SEC"
        ),
        pytest.param({"donation_code": "G123498654321H"}, ["RCV-01"], id="another donation"),
        pytest.param({"received_at": COLLECTED}, ["RCV-02"], id="received as it was collected"),
        pytest.param(
            {"received_at": "2026-03-02T10:30:01+01:00"}, [], id="a second after, in another zone"
        ),
        pytest.param({"received_at": "2026-03-04T09:30:00Z"}, [], id="after 48 hours"),
        pytest.param(
            {"received_at": "2026-03-04T09:30:01Z"}, ["RCV-03"], id="a second after 48 hours"
        ),
        pytest.param(
            {"lowest_temperature_c": None, "highest_temperature_c": None},
            ["RCV-04"],
            id="no temperature recorded",
        ),
        pytest.param({"lowest_temperature_c": "2.0"}, [], id="just not too cold"),
        pytest.param({"lowest_temperature_c": "1.9"}, ["RCV-05"], id="too cold"),
        pytest.param({"highest_temperature_c": "8.00"}, [], id="just not too warm"),
        pytest.param({"highest_temperature_c": "8.01"}, ["RCV-05"], id="too warm"),
        pytest.param(
            {"lowest_temperature_c": "-1", "highest_temperature_c": "9"},
            ["RCV-05", "RCV-05"],
            id="too cold, then too warm",
        ),
        pytest.param({"container_intact": False}, ["RCV-06"], id="container broken"),
        pytest.param({"label_matches": False}, ["RCV-07"], id="label and papers differ"),
        pytest.param({"inspection": "not_accepted"}, ["RCV-08"], id="not accepted"),
    ],
)
def test_receipt(changed: dict[str, Any], found: list[str]) -> None:
    findings = judge_receipt(receipt(**changed), donation(collected_at=COLLECTED), LIMITS)
    assert [each.rule for each in findings] == found


def test_a_product_without_a_time_limit_sets_none() -> None:
    without = ReceiptLimits.model_validate({"temperature": COOLED})
    late = receipt(received_at="2026-05-01T00:00:00Z")
    assert judge_receipt(late, donation(collected_at=COLLECTED), without) == ()


def test_how_late_it_came_is_said_in_hours_and_minutes() -> None:
    late = receipt(received_at="2026-03-04T09:30:01Z")
    findings = judge_receipt(late, donation(collected_at=COLLECTED), LIMITS)
    assert findings[0].says == "It took 48 h 01 min; 48 h at most."


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"lowest_temperature_c": None}, id="only one temperature"),
        pytest.param({"lowest_temperature_c": "6.5"}, id="lowest above highest"),
        pytest.param({"quantity": "0"}, id="nothing arrived"),
        pytest.param({"condition": ""}, id="condition not described"),
        pytest.param({"received_at": "2026-03-03T09:30:00"}, id="a time without a zone"),
        pytest.param({"lowest_temperature_c": "-300"}, id="colder than can be"),
    ],
)
def test_a_receipt_refuses_what_cannot_be(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        receipt(**changed)
