"""Contracts of steps, products and masters: what can be entered, and what cannot be written."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.masters.differences import differences
from app.masters.starters import starter_bundle
from schemas.master import MasterBatchRecord, RoomGrade, Step, StepField
from schemas.product import Product
from schemas.step import CALCULATED, FORMULAS, STEP_VALUES, VALUES_OF, StepKind

COUNT = {
    "live_by_square": "52 47, 49\n55",
    "dead_by_square": ["2", "0", "1", "3"],
    "dilution": "2",
    "suspension_volume_ml": "10.0",
}
T1, T2, T3, T4 = (f"2026-03-02T0{hour}:00:00+01:00" for hour in range(6, 10))
ENTERED: dict[str, dict[str, Any]] = {
    "confirm": {"confirmed": True},
    "measure": {"values": [{"code": "CORD-MASS", "value": "12.40"}]},
    "choose": {"values": [{"code": "CONTAINER", "value": "intact"}]},
    "count_cells": COUNT,
    "seed": {
        "volume_seeded_ml": "5.0",
        "vessels": "4",
        "area_per_vessel_cm2": "175",
        "medium_per_vessel_ml": "35",
        "seeded_at": T1,
    },
    "feed": {
        "volume_removed_ml": "140",
        "volume_added_ml": "140",
        "confluence_percent": "60",
        "appearance": "spindle-shaped, clear medium",
        "fed_at": T1,
    },
    "harvest": {
        **COUNT,
        "confluence_percent": "85",
        "vessels_harvested": "4",
        "enzyme_added_at": T1,
        "enzyme_stopped_at": T2,
    },
    "thaw": {**COUNT, "containers": "V-1 V-2", "removed_at": T1, "thawed_at": T2},
    "fill": {
        "volume_to_fill_ml": "50",
        "volume_per_container_ml": "5",
        "containers_filled": "9",
        "volume_left_ml": "5",
        "started_at": T1,
        "ended_at": T2,
    },
    "freeze": {
        "programme": "MSC-1 v2",
        "protectant_added_at": T1,
        "freezing_started_at": T2,
        "freezing_ended_at": T3,
        "stored_at": T4,
        "end_temperature_c": "-120",
        "containers_frozen": "9",
        "storage_position": "T2 / R4 / B01",
    },
    "sample": {
        "taken_at": T1,
        "volume_per_container_ml": "1",
        "containers": "2",
        "appearance": "clear",
    },
    "hold": {
        "started_at": T1,
        "ended_at": T2,
        "lowest_temperature_c": "3.1",
        "highest_temperature_c": "4.9",
    },
    "line_clearance": {
        "previous_lot": "none",
        "materials_removed": True,
        "papers_removed": True,
        "surfaces_cleaned": True,
        "equipment_fits": True,
        "monitoring_started": False,
    },
    "label_reconciliation": {"issued": "50", "applied": "48", "in_record": "1", "destroyed": "1"},
}


def entered(kind: str, **changed: Any) -> Any:
    return STEP_VALUES.validate_python({"kind": kind, **ENTERED[kind], **changed})


@pytest.mark.parametrize("kind", StepKind)
def test_every_kind_is_entered_as_text_and_read_back(kind: StepKind) -> None:
    values = entered(kind.value)
    assert type(values) is VALUES_OF[kind]
    assert STEP_VALUES.validate_json(values.canonical()) == values


def test_counts_are_read_from_one_box() -> None:
    assert entered("count_cells").live_by_square == (52, 47, 49, 55)


@pytest.mark.parametrize(
    ("kind", "changed", "says"),
    [
        pytest.param("count_cells", {"live_by_square": "5 6"}, "2 squares", id="fewer squares"),
        pytest.param("count_cells", {"dilution": "0.5"}, "dilution", id="thinner than nothing"),
        pytest.param("count_cells", {"live_by_square": "5 x 6 7"}, "live", id="a letter"),
        pytest.param("count_cells", {"viable_cells": "1"}, "viable_cells", id="a total is typed"),
        pytest.param("confirm", {"confirmed": False}, "confirmed", id="confirmed, but not done"),
        pytest.param("seed", {"seeded_at": "2026-03-02T06:00:00"}, "seeded_at", id="no zone"),
        pytest.param(
            "harvest",
            {"enzyme_stopped_at": T1, "enzyme_added_at": T2},
            "before added",
            id="enzyme stopped before it was added",
        ),
        pytest.param("freeze", {"stored_at": T1}, "stored", id="stored before frozen"),
        pytest.param("hold", {"highest_temperature_c": "3.0"}, "below", id="highest below lowest"),
        pytest.param("label_reconciliation", {"applied": "-1"}, "applied", id="less than none"),
        pytest.param(
            "measure",
            {"values": [{"code": "A", "value": "1"}, {"code": "A", "value": "2"}]},
            "more than once",
            id="a field twice",
        ),
    ],
)
def test_what_cannot_be_is_refused(kind: str, changed: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        entered(kind, **changed)


def test_every_calculated_value_has_a_formula_in_words() -> None:
    used = {each.formula for values in CALCULATED.values() for each in values}
    assert used == set(FORMULAS)
    assert set(CALCULATED) == set(StepKind) == set(VALUES_OF)


FIELD = {"code": "PH", "title": "pH", "kind": "number", "unit": "[pH]"}
LIMITED = {"acceptance": {"kind": "at_most", "limit": "7.4"}, "action": "Stop.", "source": "SOP"}
CHOICE = {"kind": "choice", "unit": None, "choices": ["yes", "no"]}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        pytest.param({}, None, id="a plain number"),
        pytest.param(LIMITED, None, id="a number with a limit"),
        pytest.param({**LIMITED, "action": None}, "action", id="a limit without an action"),
        pytest.param({**LIMITED, "source": None}, "source", id="a limit without a source"),
        pytest.param({"unit": None}, "unit", id="a number without a unit"),
        pytest.param(CHOICE, None, id="a choice"),
        pytest.param({**CHOICE, "choices": []}, "choices", id="a choice of nothing"),
        pytest.param({**CHOICE, **LIMITED}, "equals_one_of", id="a choice with a number"),
        pytest.param(
            {**CHOICE, **LIMITED, "acceptance": {"kind": "equals_one_of", "accepted": ["maybe"]}},
            "maybe",
            id="accepted, but not to be chosen",
        ),
        pytest.param({**LIMITED, "kind": "text", "unit": None}, "limit", id="a limit on words"),
    ],
)
def test_a_field(changed: dict[str, Any], says: str | None) -> None:
    if says is None:
        StepField.model_validate({**FIELD, **changed})
        return
    with pytest.raises(ValidationError, match=says):
        StepField.model_validate({**FIELD, **changed})


@pytest.mark.parametrize(
    ("code", "changed", "says"),
    [
        pytest.param("S120", {"cells_from": None}, None, id="seed of uncounted cells"),
        pytest.param("S340", {"cells_from": None}, "cells_from", id="fill of uncounted cells"),
        pytest.param("S140", {"seeded_in": None}, "seeded_in", id="harvest of no vessels"),
        pytest.param("S140", {"cells_from": "S110"}, "cells_from", id="harvest from a count"),
        pytest.param("S230", {"sample": None}, "sample", id="a sample of nothing"),
        pytest.param("S340", {"containers": None}, "containers", id="a fill into nothing"),
        pytest.param("S020", {"fields": []}, "fields", id="a choice of no fields"),
    ],
)
def test_a_step_has_what_its_kind_needs(
    code: str, changed: dict[str, Any], says: str | None
) -> None:
    plain = starter_bundle("UC-MSC-CRYO").master.step(code).plain()
    if says is None:
        Step.model_validate({**plain, **changed})
        return
    with pytest.raises(ValidationError, match=says):
        Step.model_validate({**plain, **changed})


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        pytest.param({"dose": None}, "dose", id="no dose"),
        pytest.param({"route": None}, "route", id="no route"),
        pytest.param({"reconstitution": None}, "reconstitution", id="frozen, never thawed"),
        pytest.param({"two_stage": True}, "conditional", id="two stages, one statement"),
        pytest.param({"shelf_life": {}}, "one of them", id="no shelf life"),
        pytest.param({"shelf_life": {"frozen_days": 1, "fresh_hours": 1}}, "one of", id="both"),
        pytest.param({"storage": {"words": "cold"}}, "minimum_c", id="cold is no limit"),
        pytest.param({"dose": {"minimum_cells": 2, "maximum_cells": 1}}, "above", id="dose"),
        pytest.param({"dose": {"minimum_cells": 2}}, "maximum_cells", id="half a dose rule"),
    ],
)
def test_a_product_says_what_its_flags_ask(changed: dict[str, Any], says: str) -> None:
    plain = starter_bundle("UC-MSC-CRYO").product.plain()
    with pytest.raises(ValidationError, match=says):
        Product.model_validate({**plain, **changed})


def test_a_trial_product_names_its_trial() -> None:
    plain = starter_bundle("UC-MSC-CRYO").product.plain()
    plain["label"]["trial_number"] = None
    with pytest.raises(ValidationError, match="R-ATMP-05"):
        Product.model_validate(plain)
    plain["investigational"] = False
    assert not Product.model_validate(plain).investigational


@pytest.mark.parametrize(
    ("room", "asked", "suffices"),
    [("A", "B", True), ("B", "B", True), ("C", "B", False), ("unclassified", "D", False)],
)
def test_a_cleaner_room_suffices(room: str, asked: str, suffices: bool) -> None:
    assert RoomGrade(room).suffices_for(RoomGrade(asked)) is suffices


def test_a_step_put_in_between_changes_no_other() -> None:
    master = starter_bundle("UC-MSC-CRYO").master
    plain = master.plain()
    steps = plain["phases"][0]["steps"]
    steps.insert(1, {**steps[1], "code": "S015", "title": "Look again"})
    places = [each.place for each in differences(master, MasterBatchRecord.model_validate(plain))]
    assert places
    assert all(each.startswith("phases / START / steps / S015 /") for each in places)
