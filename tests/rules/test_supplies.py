"""What the rules of supplies let pass, and the day and the drop from which they do not."""

from datetime import date
from decimal import Decimal

import pytest

from app.rulebook import judge
from app.supplies.rules import EQUIPMENT_RULES, MATERIAL_RULES, RELEASE_RULES, ROOM_RULES
from schemas.master_step import RoomGrade
from schemas.quantity import Unit
from schemas.supply import (
    EquipmentCase,
    MaterialCase,
    MaterialState,
    ReleaseCase,
    RoomCase,
    Standing,
)

TODAY = date(2026, 3, 2)
YESTERDAY = date(2026, 3, 1)

MATERIAL = MaterialCase(
    number="UNIT1-M26-00001",
    material_code="MAT-AMEM",
    asked_code="MAT-AMEM",
    state=MaterialState.RELEASED,
    usable_until=TODAY,
    today=TODAY,
    unit=Unit.MILLILITRE,
    asked_unit="mL",
    left=Decimal("450.0"),
    quantity=Decimal(450),
)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        pytest.param({}, [], id="released, on its last day, all that is left"),
        pytest.param({"asked_code": None}, [], id="the step names no material"),
        pytest.param({"asked_code": "MAT-HPL"}, ["SUP-01"], id="another material"),
        pytest.param({"asked_unit": "L"}, ["SUP-02"], id="litres for millilitres"),
        pytest.param({"asked_unit": "ml"}, ["SUP-02"], id="a unit nobody knows"),
        pytest.param({"state": MaterialState.QUARANTINE}, ["SUP-03"], id="in quarantine"),
        pytest.param({"state": MaterialState.REJECTED}, ["SUP-04"], id="rejected"),
        pytest.param({"usable_until": YESTERDAY}, ["SUP-05"], id="the day after its last day"),
        pytest.param({"quantity": Decimal("450.01")}, ["SUP-06"], id="a drop more than is left"),
        pytest.param({"quantity": Decimal("0.01")}, [], id="a drop"),
        pytest.param({"quantity": Decimal(0)}, ["SUP-07"], id="nothing"),
        pytest.param({"quantity": Decimal(-1)}, ["SUP-07"], id="less than nothing"),
        pytest.param(
            {"released_after_use": "2026-03-02 09:10 CET"}, ["SUP-08"], id="released after the use"
        ),
        pytest.param(
            {"state": MaterialState.QUARANTINE, "usable_until": YESTERDAY, "left": Decimal(0)},
            ["SUP-03", "SUP-05", "SUP-06"],
            id="everything wrong is said at once",
        ),
    ],
)
def test_material(changed: dict[str, object], found: list[str]) -> None:
    case = MATERIAL.model_copy(update=changed)
    assert [each.rule for each in judge(MATERIAL_RULES, case)] == found


EQUIPMENT = EquipmentCase(
    code="BSC-01",
    kind="EQ-BSC",
    asked_kind="EQ-BSC",
    in_service=True,
    out_of_service_reason=None,
    needs_calibration=True,
    calibration_due=TODAY,
    needs_cleaning=True,
    cleaning_due=TODAY,
    today=TODAY,
)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        pytest.param({}, [], id="in service, calibration and cleaning due today"),
        pytest.param({"asked_kind": None}, [], id="the step names no kind"),
        pytest.param({"asked_kind": "EQ-INC"}, ["SUP-11"], id="another kind"),
        pytest.param({"in_service": False}, ["SUP-12"], id="out of service"),
        pytest.param({"calibration_due": YESTERDAY}, ["SUP-13"], id="calibration due yesterday"),
        pytest.param({"calibration_due": None}, ["SUP-13"], id="never calibrated"),
        pytest.param(
            {"needs_calibration": False, "calibration_due": None}, [], id="needs no calibration"
        ),
        pytest.param({"cleaning_due": YESTERDAY}, ["SUP-14"], id="cleaning due yesterday"),
        pytest.param({"cleaning_due": None}, ["SUP-14"], id="never cleaned"),
        pytest.param({"needs_cleaning": False, "cleaning_due": None}, [], id="needs no cleaning"),
    ],
)
def test_equipment(changed: dict[str, object], found: list[str]) -> None:
    case = EQUIPMENT.model_copy(update=changed)
    assert [each.rule for each in judge(EQUIPMENT_RULES, case)] == found


ROOM = RoomCase(
    code="R-101",
    grade=RoomGrade.B,
    asked_grade=RoomGrade.B,
    in_service=True,
    out_of_service_reason=None,
)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        pytest.param({}, [], id="the grade asked for"),
        pytest.param({"asked_grade": RoomGrade.C}, [], id="better than asked for"),
        pytest.param({"asked_grade": None}, [], id="no grade is asked for"),
        pytest.param({"grade": RoomGrade.C}, ["SUP-21"], id="one grade below"),
        pytest.param({"grade": RoomGrade.UNCLASSIFIED}, ["SUP-21"], id="no grade at all"),
        pytest.param({"in_service": False}, ["SUP-22"], id="out of service"),
    ],
)
def test_room(changed: dict[str, object], found: list[str]) -> None:
    case = ROOM.model_copy(update=changed)
    assert [each.rule for each in judge(ROOM_RULES, case)] == found


RELEASE = ReleaseCase(
    number="UNIT1-M26-00001",
    has_certificate=True,
    supplier="Cell Supplies",
    material_code="MAT-AMEM",
    standing=Standing.APPROVED,
    agreement_until=TODAY,
    usable_until=TODAY,
    today=TODAY,
)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        pytest.param({}, [], id="certificate, approved supplier, in date"),
        pytest.param({"has_certificate": False}, ["SUP-31"], id="no certificate"),
        pytest.param(
            {"standing": None, "agreement_until": None}, ["SUP-32"], id="supplier never approved"
        ),
        pytest.param({"standing": Standing.WITHDRAWN}, ["SUP-32"], id="approval withdrawn"),
        pytest.param({"agreement_until": YESTERDAY}, ["SUP-32"], id="agreement ended yesterday"),
        pytest.param({"usable_until": YESTERDAY}, ["SUP-33"], id="expired before its release"),
    ],
)
def test_release(changed: dict[str, object], found: list[str]) -> None:
    case = RELEASE.model_copy(update=changed)
    assert [each.rule for each in judge(RELEASE_RULES, case)] == found
