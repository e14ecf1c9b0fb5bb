"""The rules of delivery, each on both sides of its boundary."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.delivery.rules import CONTAINER, GIVING, IDENTITY, JOURNEY, LOAD
from app.delivery.rules.temperatures import excursions, minutes_outside
from app.rulebook import judge
from schemas.delivery_case import (
    ContainerCase,
    GivingCase,
    IdentityCase,
    JourneyCase,
    LoadCase,
    Step,
)
from schemas.delivery_forms import TemperaturePoint
from schemas.lot import ContainerState, Stage
from schemas.origin import DonationUse
from schemas.product import DoseRule, TemperatureLimits

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
COOL = TemperatureLimits(words="At 2 to 8 °C", minimum_c=Decimal(2), maximum_c=Decimal(8))


def container(**changed: Any) -> ContainerCase:
    """An autologous bag that may be packed now and arrives in six hours."""
    plain = {
        "step": Step.PACK,
        "at": NOW,
        "zone": "Europe/Warsaw",
        "container": "L-1-001",
        "state": ContainerState.IN_STORE,
        "expires_at": NOW + 24 * HOUR,
        "set_aside": None,
        "lot": "L-1",
        "lot_stage": Stage.CERTIFIED,
        "lot_held": False,
        "hold_reason": None,
        "is_bank": False,
        "donation_use": DonationUse.AUTOLOGOUS,
        "lot_patient": "COI-A",
        "lot_product": "P-1",
        "order": "O-1",
        "order_cancelled": False,
        "order_patient": "COI-A",
        "order_product": "P-1",
        "order_lot": None,
        "estimated_arrival_at": NOW + 6 * HOUR,
        "checked": False,
        "prepared": False,
    }
    return ContainerCase.model_validate(plain | changed)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        pytest.param({}, [], id="certified, in date, for this patient"),
        pytest.param(
            {"lot_stage": Stage.CONDITIONALLY_CERTIFIED}, [], id="conditionally certified"
        ),
        pytest.param({"lot_stage": Stage.IN_TESTING}, ["DLV-01"], id="still in testing"),
        pytest.param({"lot_stage": Stage.RECALLED}, ["DLV-01"], id="recalled"),
        pytest.param({"lot_held": True, "hold_reason": "Growth"}, ["DLV-02"], id="held"),
        pytest.param({"state": ContainerState.PACKED}, ["DLV-03"], id="packed before"),
        pytest.param({"state": ContainerState.RETURNED}, ["DLV-03"], id="returned"),
        pytest.param(
            {"step": Step.CHECK, "state": ContainerState.PACKED}, [], id="packed, to be checked"
        ),
        pytest.param(
            {"at": NOW + 24 * HOUR - MINUTE, "estimated_arrival_at": None},
            [],
            id="a minute before it expires",
        ),
        pytest.param(
            {"at": NOW + 24 * HOUR, "estimated_arrival_at": None}, ["DLV-04"], id="expires now"
        ),
        pytest.param(
            {"at": NOW + 900 * HOUR, "expires_at": None, "estimated_arrival_at": None},
            [],
            id="nothing says when it expires",
        ),
        pytest.param(
            {"estimated_arrival_at": NOW + 24 * HOUR - MINUTE},
            [],
            id="arrives a minute before it expires",
        ),
        pytest.param(
            {"estimated_arrival_at": NOW + 24 * HOUR}, ["DLV-05"], id="arrives as it expires"
        ),
        pytest.param({"order_patient": "COI-B"}, ["DLV-06"], id="another patient's own cells"),
        pytest.param(
            {"order_patient": "COI-B", "donation_use": DonationUse.DIRECTED_ALLOGENEIC},
            ["DLV-06"],
            id="directed to another patient",
        ),
        pytest.param(
            {
                "order_patient": "COI-B",
                "donation_use": DonationUse.ALLOGENEIC,
                "lot_patient": None,
            },
            [],
            id="allogeneic, for anyone",
        ),
        pytest.param({"is_bank": True}, ["DLV-07"], id="a bank vial"),
        pytest.param({"order_product": "P-2"}, ["DLV-08"], id="another product"),
        pytest.param({"order_lot": "L-1"}, [], id="the lot that was named"),
        pytest.param({"order_lot": "L-2"}, ["DLV-08"], id="not the lot that was named"),
        pytest.param({"set_aside": "9 °C"}, ["DLV-09"], id="set aside"),
        pytest.param(
            {"step": Step.HAND_OVER, "state": ContainerState.PACKED},
            ["DLV-10"],
            id="not identified by a second person",
        ),
        pytest.param(
            {"step": Step.HAND_OVER, "state": ContainerState.PACKED, "checked": True},
            [],
            id="identified by a second person",
        ),
        pytest.param(
            {"step": Step.HAND_OVER, "state": ContainerState.ON_THE_WAY, "checked": True},
            [],
            id="from courier to courier",
        ),
        pytest.param(
            {"step": Step.ADMINISTER, "state": ContainerState.AT_SITE},
            ["DLV-11"],
            id="nobody knows when it was thawed",
        ),
        pytest.param(
            {"step": Step.ADMINISTER, "state": ContainerState.AT_SITE, "prepared": True},
            [],
            id="thawing is on record",
        ),
        pytest.param(
            {"step": Step.PREPARE, "state": ContainerState.AT_SITE, "prepared": True},
            ["DLV-13"],
            id="it was thawed before",
        ),
        pytest.param(
            {"step": Step.PREPARE, "state": ContainerState.AT_SITE}, [], id="it is thawed now"
        ),
        pytest.param({"order_cancelled": True}, ["DLV-12"], id="the order was withdrawn"),
        pytest.param(
            {"lot_stage": Stage.RECALLED, "lot_held": True, "order_patient": "COI-B"},
            ["DLV-06", "DLV-01", "DLV-02"],
            id="everything that is wrong is said",
        ),
    ],
)
def test_may_this_container_go_on(changed: dict[str, Any], found: list[str]) -> None:
    assert [each.rule for each in judge(CONTAINER, container(**changed))] == found


def test_expiry_is_said_with_date_time_and_zone() -> None:
    (found,) = judge(CONTAINER, container(at=NOW + 25 * HOUR, estimated_arrival_at=None))
    assert "2026-03-03 09:00 UTC+01:00" in found.says


def load(**changed: Any) -> LoadCase:
    """One bag of 100 million cells for 70 kg, in a cool box that holds 48 hours."""
    plain = {
        "at": NOW,
        "zone": "Europe/Warsaw",
        "packed": 1,
        "still_ordered": 1,
        "viable_cells": Decimal(100_000_000),
        "viable_cells_on_the_order": Decimal(0),
        "weight_kg": Decimal(70),
        "dose": FIXED,
        "transport": COOL,
        "shipper": "CB-1",
        "shipper_minimum_c": Decimal(2),
        "shipper_maximum_c": Decimal(8),
        "shipper_hours": 48,
        "shipper_lapsed": False,
        "estimated_arrival_at": NOW + 6 * HOUR,
    }
    return LoadCase.model_validate(plain | changed)


FIXED = DoseRule(minimum_cells=Decimal(75_000_000), maximum_cells=Decimal(150_000_000))
PER_KG = DoseRule(minimum_cells_per_kg=Decimal(1_000_000), maximum_cells_per_kg=Decimal(2_000_000))


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        pytest.param({}, [], id="a dose, in a shipper that holds"),
        pytest.param({"shipper_hours": None}, ["DLV-20"], id="never qualified"),
        pytest.param({"shipper_lapsed": True}, ["DLV-20"], id="qualification lapsed"),
        pytest.param({"estimated_arrival_at": NOW + 48 * HOUR}, [], id="holds just as long"),
        pytest.param(
            {"estimated_arrival_at": NOW + 48 * HOUR + MINUTE}, ["DLV-21"], id="a minute too long"
        ),
        pytest.param({"shipper_maximum_c": Decimal("8.1")}, ["DLV-22"], id="keeps it too warm"),
        pytest.param({"shipper_minimum_c": Decimal("1.9")}, ["DLV-22"], id="keeps it too cold"),
        pytest.param({"shipper_minimum_c": None}, ["DLV-22"], id="nobody knows how cold"),
        pytest.param({"viable_cells": Decimal(75_000_000)}, [], id="the least dose"),
        pytest.param({"viable_cells": Decimal(74_999_999)}, ["DLV-23"], id="a cell too few"),
        pytest.param({"viable_cells": Decimal(150_000_000)}, [], id="the greatest dose"),
        pytest.param({"viable_cells": Decimal(150_000_001)}, ["DLV-23"], id="a cell too many"),
        pytest.param(
            {"viable_cells": Decimal(25_000_000), "still_ordered": 4},
            [],
            id="too few, but more will follow",
        ),
        pytest.param(
            {"viable_cells_on_the_order": Decimal(50_000_001)},
            ["DLV-23"],
            id="too many with what was sent before",
        ),
        pytest.param({"dose": PER_KG}, [], id="per kg: 1.4 million"),
        pytest.param(
            {"dose": PER_KG, "viable_cells": Decimal(69_999_999)},
            ["DLV-23"],
            id="per kg: a cell too few",
        ),
        pytest.param(
            {"dose": PER_KG, "viable_cells": Decimal(140_000_000)}, [], id="per kg: the greatest"
        ),
        pytest.param(
            {"dose": PER_KG, "viable_cells": Decimal(140_000_001)},
            ["DLV-23"],
            id="per kg: a cell too many",
        ),
        pytest.param({"dose": None}, ["DLV-23"], id="no dose: not for patients"),
        pytest.param({"packed": 2, "still_ordered": 2}, [], id="as many as ordered"),
        pytest.param({"packed": 2}, ["DLV-24"], id="one more than ordered"),
        pytest.param({"estimated_arrival_at": NOW + MINUTE}, [], id="arrives in a minute"),
        pytest.param({"estimated_arrival_at": NOW}, ["DLV-25"], id="arrival is not ahead"),
    ],
)
def test_is_the_load_right(changed: dict[str, Any], found: list[str]) -> None:
    assert [each.rule for each in judge(LOAD, load(**changed))] == found


def identity(**changed: Any) -> IdentityCase:
    plain = {
        "patient_read": "COI-A",
        "patient": "COI-A",
        "containers_read": ("L-1-001", "L-1-002"),
        "containers": ("L-1-001", "L-1-002"),
        "all_of_them": True,
        "seal_read": "S-1",
        "seal": "S-1",
    }
    return IdentityCase.model_validate(plain | changed)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        pytest.param({}, [], id="both identifiers agree"),
        pytest.param({"patient_read": "COI-B"}, ["DLV-30"], id="another patient"),
        pytest.param(
            {"containers_read": ("L-1-001", "L-1-003")}, ["DLV-31", "DLV-31"], id="another vial"
        ),
        pytest.param({"containers_read": ("L-1-001",)}, ["DLV-31"], id="one is missing"),
        pytest.param(
            {"containers_read": ("L-1-001",), "all_of_them": False}, [], id="some of them"
        ),
        pytest.param(
            {"containers_read": ("L-1-001", "L-1-001", "L-1-002")}, ["DLV-31"], id="read twice"
        ),
        pytest.param({"seal_read": "S-2"}, ["DLV-32"], id="another seal"),
        pytest.param({"seal": None, "seal_read": None}, [], id="no seal is asked for"),
    ],
)
def test_is_it_the_right_one(changed: dict[str, Any], found: list[str]) -> None:
    assert [each.rule for each in judge(IDENTITY, identity(**changed))] == found


def readings(*pairs: tuple[int, str]) -> tuple[TemperaturePoint, ...]:
    """Readings so many minutes after now."""
    return tuple(
        TemperaturePoint(at=NOW + minute * MINUTE, temperature_c=Decimal(celsius))
        for minute, celsius in pairs
    )


def journey(**changed: Any) -> JourneyCase:
    plain = {
        "zone": "Europe/Warsaw",
        "limits": COOL,
        "readings": readings((60, "5.1"), (120, "8")),
        "packed_at": NOW,
        "received_at": NOW + 4 * HOUR,
        "arrival_c": Decimal(5),
        "intact": True,
        "brought_by": "Courier, Jan",
        "last_holder": "Courier, Jan",
    }
    return JourneyCase.model_validate(plain | changed)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        pytest.param({}, [], id="cool all the way"),
        pytest.param({"readings": readings((60, "8.1"))}, ["DLV-33"], id="a tenth too warm"),
        pytest.param({"readings": readings((60, "1.9"))}, ["DLV-33"], id="a tenth too cold"),
        pytest.param({"arrival_c": Decimal("8.0")}, [], id="on the limit on arrival"),
        pytest.param({"arrival_c": Decimal("8.1")}, ["DLV-33"], id="too warm on arrival"),
        pytest.param(
            {"readings": readings((10, "9"), (20, "5"), (30, "9"), (40, "5"))},
            ["DLV-33", "DLV-33", "DLV-33"],
            id="twice too warm, and both together",
        ),
        pytest.param({"readings": ()}, ["DLV-34"], id="no reading at all"),
        pytest.param({"readings": readings((-60, "5"))}, ["DLV-34"], id="only before packing"),
        pytest.param({"readings": readings((0, "5"))}, [], id="one as it was packed"),
        pytest.param(
            {"readings": (), "received_at": None, "arrival_c": None}, [], id="still travelling"
        ),
        pytest.param({"intact": False}, ["DLV-35"], id="seal broken"),
        pytest.param({"brought_by": "Courier, Eva"}, ["DLV-36"], id="somebody else brought it"),
    ],
)
def test_did_it_travel_well(changed: dict[str, Any], found: list[str]) -> None:
    assert [each.rule for each in judge(JOURNEY, journey(**changed))] == found


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        pytest.param([(0, "5"), (10, "8")], [], id="inside"),
        pytest.param(
            [(0, "5"), (10, "9.5"), (20, "12"), (35, "7")],
            [(25, "12", "4")],
            id="until the next reading inside",
        ),
        pytest.param([(0, "5"), (10, "9")], [(0, "9", "1")], id="the last reading is outside"),
        pytest.param(
            [(30, "7"), (10, "1"), (0, "5"), (20, "-4")], [(20, "-4", "6")], id="in any order"
        ),
    ],
)
def test_an_excursion_has_a_length_and_an_extreme(
    pairs: list[tuple[int, str]], expected: list[tuple[int, str, str]]
) -> None:
    found = excursions(readings(*pairs), COOL)
    assert [(each.minutes, str(each.extreme_c), str(each.beyond_c)) for each in found] == expected
    assert minutes_outside(found) == sum(minutes for minutes, _, _ in expected)


def test_a_limit_on_one_side_alone_is_kept() -> None:
    frozen = TemperatureLimits(words="Below -130 °C", maximum_c=Decimal(-130))
    assert excursions(readings((0, "-196"), (5, "-130")), frozen) == ()
    (found,) = excursions(readings((0, "-129.5"), (5, "-140")), frozen)
    assert found.beyond_c == Decimal("0.5")


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        pytest.param({}, [], id="as long as allowed"),
        pytest.param({"minutes_opened": 91}, ["DLV-37"], id="a minute too long"),
        pytest.param({"minutes_opened": 999, "maximum_minutes": None}, [], id="no limit"),
        pytest.param({"instruction_read": 1}, ["DLV-38"], id="an old instruction"),
        pytest.param({"instruction_read": None}, ["DLV-38"], id="no instruction"),
        pytest.param(
            {"instruction_version": None, "instruction_read": None}, [], id="none was sent"
        ),
    ],
)
def test_was_it_given_in_time(changed: dict[str, Any], found: list[str]) -> None:
    plain = {
        "minutes_opened": 90,
        "maximum_minutes": 90,
        "instruction_version": 2,
        "instruction_read": 2,
    }
    case = GivingCase.model_validate(plain | changed)
    assert [each.rule for each in judge(GIVING, case)] == found
