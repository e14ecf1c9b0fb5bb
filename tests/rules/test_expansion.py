"""The rules of production, each on both sides of its boundary."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.expansion.rules import (
    CHECK_RULES,
    CORRECTION_RULES,
    ENDORSEMENT_RULES,
    START_RULES,
    STEP_RULES,
)
from app.masters.starters import starter_bundle
from app.rulebook import judge
from schemas.expansion_facts import (
    CheckCase,
    CorrectionCase,
    EndorsementCase,
    StartCase,
    StepCase,
)
from schemas.people import Role

NOW = datetime(2026, 3, 20, 10, 0, tzinfo=UTC)
AUTO = starter_bundle("BM-MSC-AUTO")
CRYO = starter_bundle("UC-MSC-CRYO")
COI, OTHER_COI = "COI-2222-2222", "COI-2222-223Z"


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def found(rules: Any, case: Any) -> list[str]:
    return [each.rule for each in judge(rules, case)]


LOT: dict[str, Any] = {
    "number": "UNIT1-26-0002",
    "site": "UNIT1",
    "is_bank": False,
    "donation_use": "allogeneic",
    "patient_coi": None,
    "product": {"code": "UC-MSC-CRYO", "version": 1, "sha256": "a" * 64},
    "product_name": "UC-MSC",
    "specification": {"code": "SPEC-UC-MSC-CRYO", "version": 1, "sha256": "b" * 64},
    "master": {"code": "MBR-UC-MSC-CRYO", "version": 1, "sha256": "c" * 64},
    "stage": "in_production",
    "held": False,
    "hold_reason": None,
    "started_at": ago(days=10),
    "completed_at": None,
    "expires_at": None,
    "zone": "Europe/Warsaw",
}
WORKER: dict[str, Any] = {
    "name": "Olga Nowak",
    "roles": (Role.OPERATOR,),
    "trained": True,
    "aseptic": True,
}

# Starting

CODE, SECOND = "PL0014990000000000001", "PL0014990000000000002"


def donation(**changed: Any) -> dict[str, Any]:
    return {
        "code": CODE,
        "state": "accepted",
        "tissue": "bone_marrow",
        "use": "autologous",
        "patient_code": COI,
        "bars": (),
        "undecided": (),
        "received": "60",
        "unit": "mL",
        "used": "0",
        "asked": "60",
        **changed,
    }


def from_donation(changed: dict[str, Any], **asked: Any) -> StartCase:
    bundle = AUTO
    return StartCase.model_validate(
        {
            "asked": {
                "product_code": "BM-MSC-AUTO",
                "master_version": 1,
                "donations": [{"donation": CODE, "quantity": "60"}],
                "patient_code": COI,
                **asked,
            },
            "product": bundle.product.model_copy(
                update={"at_risk_processing": changed.pop("at_risk", True)}
            ),
            "master": bundle.master,
            "trained": changed.pop("trained", True),
            "donations": (donation(**changed),),
            "containers": (),
            "now": NOW,
        }
    )


@pytest.mark.parametrize(
    ("changed", "asked", "rules"),
    [
        pytest.param({}, {}, [], id="an accepted donation of the patient"),
        pytest.param({}, {"master_version": 2}, ["EXP-01"], id="another version was on screen"),
        pytest.param({"trained": False}, {}, ["EXP-02"], id="the starter is not trained"),
        pytest.param({}, {"containers": ("V-1",)}, ["EXP-03"], id="bank vials for a marrow"),
        pytest.param({}, {"donations": ()}, ["EXP-03"], id="from nothing"),
        pytest.param({"state": "quarantine"}, {}, ["EXP-05"], id="still in quarantine"),
        pytest.param({"state": "rejected"}, {}, ["EXP-05"], id="rejected"),
        pytest.param({"state": "accepted_at_risk"}, {}, [], id="at risk, where it is allowed"),
        pytest.param(
            {"state": "accepted_at_risk", "at_risk": False},
            {},
            ["EXP-08"],
            id="at risk, not allowed",
        ),
        pytest.param({"tissue": "adipose"}, {}, ["EXP-06"], id="fat for marrow"),
        pytest.param({"use": "directed_allogeneic"}, {}, ["EXP-06"], id="a relative's marrow"),
        pytest.param({"bars": ("EU: anti-HIV is reactive.",)}, {}, ["EXP-07"], id="ineligible"),
        pytest.param({"undecided": ("No HTLV test.",)}, {}, [], id="undecided, where allowed"),
        pytest.param(
            {"undecided": ("No HTLV test.",), "at_risk": False}, {}, ["EXP-08"], id="undecided"
        ),
        pytest.param({"asked": "60.1"}, {}, ["EXP-09"], id="a drop more than was received"),
        pytest.param({"used": "0.1"}, {}, ["EXP-09"], id="some is in another lot"),
        pytest.param({"received": None}, {}, ["EXP-09"], id="never received"),
        pytest.param({"patient_code": OTHER_COI}, {}, ["EXP-10"], id="of another patient"),
        pytest.param({}, {"patient_code": None}, ["EXP-10"], id="the order was not scanned"),
    ],
)
def test_a_lot_starts_from_a_donation(
    changed: dict[str, Any], asked: dict[str, Any], rules: list[str]
) -> None:
    assert found(START_RULES, from_donation(dict(changed), **asked)) == rules


def test_two_patients_are_never_mixed() -> None:
    """EXP-10 speaks even where a master would allow a pool; EXP-04 where one is named twice."""
    case = from_donation({}, donations=[{"donation": CODE, "quantity": "30"}] * 2)
    second = donation(code=SECOND, patient_code=OTHER_COI)
    mixed = StartCase.model_validate(
        {**case.model_dump(), "donations": (donation(), second), "trained": True}
    )
    assert found(START_RULES, mixed) == ["EXP-03", "EXP-04", "EXP-10", "EXP-10"]


def vial(**changed: Any) -> dict[str, Any]:
    facts = {
        "number": "UNIT1-26-0001-004",
        "lot_number": "UNIT1-26-0001",
        "kind": "vial",
        "volume_ml": "1.0",
        "viable_cells": "5000000",
        "state": changed.pop("state", "in_store"),
        "position": "T2",
        "patient_coi": None,
        "made_at": ago(days=30),
        "expires_at": changed.pop("expires_at", NOW + timedelta(minutes=1)),
    }
    return {
        "container": facts,
        "product_code": "UC-WCB",
        "stage": "certified",
        "held": False,
        "taken_by": None,
        "doublings": "8",
        **changed,
    }


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        pytest.param({}, [], id="a vial of a certified bank, in its last minute"),
        pytest.param({"expires_at": NOW}, ["EXP-12"], id="expired now"),
        pytest.param({"state": "consumed"}, ["EXP-12"], id="used up"),
        pytest.param({"taken_by": "UNIT1-26-0007"}, ["EXP-12"], id="taken for another lot"),
        pytest.param({"stage": "in_testing"}, ["EXP-11"], id="the bank is not certified"),
        pytest.param({"held": True}, ["EXP-11"], id="the bank is held"),
        pytest.param({"product_code": "OTHER"}, ["EXP-11"], id="of another bank product"),
        pytest.param({"doublings": "29.9"}, [], id="just room to grow"),
        pytest.param({"doublings": "30"}, ["EXP-13"], id="as old as the product may be"),
    ],
)
def test_a_lot_starts_from_a_bank(changed: dict[str, Any], rules: list[str]) -> None:
    case = StartCase.model_validate(
        {
            "asked": {
                "product_code": "UC-MSC-CRYO",
                "master_version": 1,
                "containers": ("UNIT1-26-0001-004",),
            },
            "product": CRYO.product,
            "master": CRYO.master,
            "trained": True,
            "donations": (),
            "containers": (vial(**dict(changed)),),
            "now": NOW,
        }
    )
    assert found(START_RULES, case) == rules


# Performing

SEED = CRYO.master.step("S120")
OPEN = ({"step": "S120", "title": "Seed passage 2", "occurrence": 1},)
SEEDED = {
    "kind": "seed",
    "volume_seeded_ml": "7.5",
    "vessels": 12,
    "area_per_vessel_cm2": "175",
    "medium_per_vessel_ml": "35",
    "seeded_at": NOW,
}


def performing(step: Any = SEED, values: dict[str, Any] | None = None, **changed: Any) -> StepCase:
    done = {
        "occurrence": changed.pop("occurrence", 1),
        "materials": changed.pop(
            "materials",
            [{"code": each.code, "lot": "M-1", "quantity": "2"} for each in step.materials],
        ),
        "equipment": changed.pop(
            "equipment", [{"kind": each, "equipment": "E-1"} for each in step.equipment]
        ),
        "room": "R-101",
        "containers": changed.pop("containers", ()),
        "late_reason": changed.pop("late_reason", None),
        "values": values or SEEDED,
    }
    lot = {**LOT, **changed.pop("lot", {})}
    worker = {**WORKER, **changed.pop("worker", {})}
    plain = {
        "lot": lot,
        "worker": worker,
        "step": step,
        "done": {key: value for key, value in done.items() if key != "values"},
        "values": done["values"],
        "performed_at": NOW,
        "times": (),
        "now": NOW,
        "open_places": ({"step": step.code, "title": step.title, "occurrence": 1},),
        "to_check": (),
        "last_done_at": ago(hours=1),
        "windows": (),
        "doublings": "12",
        "maximum_doublings": "30",
    }
    return StepCase.model_validate(plain | changed)


WAIT = {
    "after_step": "S110",
    "not_before_minutes": 60,
    "action": "Wait.",
    "source": "Validation",
}


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        pytest.param({}, [], id="in its turn, by the right person, on time"),
        pytest.param(
            {"open_places": ({"step": "S110", "title": "Thaw", "occurrence": 1},)},
            ["EXP-21"],
            id="before the step that is open",
        ),
        pytest.param({"occurrence": 2}, ["EXP-21"], id="a second time, where once is asked"),
        pytest.param({"to_check": OPEN}, ["EXP-22"], id="an earlier entry waits for its check"),
        pytest.param({"worker": {"roles": (Role.QA,)}}, ["EXP-23"], id="in another role"),
        pytest.param({"worker": {"trained": False}}, ["EXP-24"], id="not trained"),
        pytest.param({"worker": {"aseptic": False}}, ["EXP-25"], id="no valid media fill"),
        pytest.param({"lot": {"held": True, "hold_reason": "D01"}}, ["EXP-26"], id="held"),
        pytest.param(
            {"lot": {"expires_at": NOW + timedelta(seconds=1)}}, [], id="in its last second"
        ),
        pytest.param({"lot": {"expires_at": NOW}}, ["EXP-27"], id="expired now"),
        pytest.param({"lot": {"stage": "in_testing"}}, ["EXP-28"], id="endorsed already"),
        pytest.param({"doublings": "30"}, [], id="as old as may be"),
        pytest.param({"doublings": "30.001"}, ["EXP-29"], id="too old"),
        pytest.param({"times": (NOW + timedelta(minutes=1),)}, ["EXP-30", "EXP-31"], id="tomorrow"),
        pytest.param({"last_done_at": NOW}, [], id="in the minute of the step before"),
        pytest.param({"last_done_at": NOW + timedelta(minutes=1)}, ["EXP-31"], id="before it"),
        pytest.param({"times": (ago(days=11),)}, ["EXP-31"], id="before the lot was started"),
        pytest.param({"performed_at": ago(minutes=30)}, [], id="thirty minutes ago"),
        pytest.param({"performed_at": ago(minutes=31)}, ["EXP-32"], id="thirty-one, no reason"),
        pytest.param(
            {"performed_at": ago(minutes=31), "late_reason": "Network was down"},
            [],
            id="thirty-one, with a reason",
        ),
        pytest.param(
            {"windows": ({"window": WAIT, "title": "Thaw", "ended_at": ago(minutes=60)},)},
            [],
            id="an hour has passed",
        ),
        pytest.param(
            {"windows": ({"window": WAIT, "title": "Thaw", "ended_at": ago(minutes=59)},)},
            ["EXP-33"],
            id="one minute too early",
        ),
        pytest.param({"materials": []}, ["EXP-35"], id="no flask was scanned"),
        pytest.param(
            {
                "materials": [
                    {"code": "MAT-T175", "lot": "M-1", "quantity": "2"},
                    {"code": "MAT-DMSO", "lot": "M-2", "quantity": "2"},
                ]
            },
            ["EXP-35"],
            id="a material the step does not name",
        ),
        pytest.param({"equipment": []}, ["EXP-36", "EXP-36"], id="no equipment was scanned"),
        pytest.param({"counted_ml": "7.5"}, [], id="all that was counted"),
        pytest.param({"counted_ml": "7.4"}, ["EXP-37"], id="more than was counted"),
    ],
)
def test_a_step_is_performed(changed: dict[str, Any], rules: list[str]) -> None:
    assert found(STEP_RULES, performing(**dict(changed))) == rules


CLEAR = {
    "kind": "line_clearance",
    "previous_lot": "none",
    "materials_removed": True,
    "papers_removed": True,
    "surfaces_cleaned": True,
    "equipment_fits": True,
    "monitoring_started": True,
}


@pytest.mark.parametrize(
    ("values", "rules"),
    [
        pytest.param(CLEAR, [], id="everything is clear"),
        pytest.param({**CLEAR, "papers_removed": False}, ["EXP-34"], id="a label was left"),
    ],
)
def test_a_line_is_cleared(values: dict[str, Any], rules: list[str]) -> None:
    assert found(STEP_RULES, performing(CRYO.master.step("S010"), values)) == rules


def harvest(**changed: Any) -> dict[str, Any]:
    return {
        "kind": "harvest",
        "live_by_square": (50, 52),
        "dead_by_square": (1, 2),
        "dilution": "2",
        "suspension_volume_ml": "60",
        "confluence_percent": "85",
        "vessels_harvested": 12,
        "enzyme_added_at": NOW,
        "enzyme_stopped_at": NOW,
        **changed,
    }


@pytest.mark.parametrize(
    ("values", "changed", "rules"),
    [
        pytest.param({}, {}, [], id="all twelve"),
        pytest.param({"vessels_discarded": 1}, {}, ["EXP-38"], id="thirteen of twelve"),
        pytest.param({}, {"vessels_gone": 1}, ["EXP-38"], id="one was gone before"),
        pytest.param({}, {"times": (ago(days=5),)}, ["EXP-42"], id="in the minute of seeding"),
        pytest.param({}, {"times": (ago(days=4),)}, [], id="a day after seeding"),
    ],
)
def test_a_passage_is_harvested(
    values: dict[str, Any], changed: dict[str, Any], rules: list[str]
) -> None:
    facts = {"vessels_seeded": 12, "seeded_at": ago(days=5), **changed}
    case = performing(CRYO.master.step("S140"), harvest(**values), **facts)
    assert found(STEP_RULES, case) == rules


def thaw(*numbers: str) -> dict[str, Any]:
    return {
        "kind": "thaw",
        "live_by_square": (43, 45),
        "dead_by_square": (4, 5),
        "dilution": "2",
        "suspension_volume_ml": "10",
        "containers": numbers,
        "removed_at": NOW,
        "thawed_at": NOW,
    }


ONE = "UNIT1-26-0001-004"


@pytest.mark.parametrize(
    ("numbers", "changed", "rules"),
    [
        pytest.param((ONE,), {}, [], id="the vial the lot starts from"),
        pytest.param((ONE, "OTHER-1"), {}, ["EXP-39"], id="and a strange one"),
        pytest.param(("OTHER-1",), {}, ["EXP-39", "EXP-39"], id="a strange one instead"),
        pytest.param((ONE, ONE), {}, ["EXP-39"], id="scanned twice"),
        pytest.param((ONE,), {"state": "consumed"}, ["EXP-40"], id="used up since"),
        pytest.param((ONE,), {"expires_at": NOW}, ["EXP-40"], id="expired since"),
        pytest.param((ONE,), {"held": True}, ["EXP-40"], id="its bank is held since"),
        pytest.param((ONE,), {"stage": "recalled"}, ["EXP-40"], id="its bank is recalled"),
    ],
)
def test_bank_vials_are_thawed(
    numbers: tuple[str, ...], changed: dict[str, Any], rules: list[str]
) -> None:
    case = performing(CRYO.master.step("S110"), thaw(*numbers), sources=(vial(**dict(changed)),))
    assert found(STEP_RULES, case) == rules


OWN = tuple(
    {**vial()["container"], "number": f"UNIT1-26-0002-{each:03d}", "lot_number": "UNIT1-26-0002"}
    for each in (1, 2, 3)
)
SAMPLE = {
    "kind": "sample",
    "taken_at": NOW,
    "volume_per_container_ml": "5",
    "containers": 2,
    "appearance": "Frozen, intact",
}


@pytest.mark.parametrize(
    ("scanned", "own", "rules"),
    [
        pytest.param((), (), [], id="before filling nothing is scanned"),
        pytest.param(("UNIT1-26-0002-001", "UNIT1-26-0002-002"), OWN, [], id="two vials, named"),
        pytest.param(("UNIT1-26-0002-001",), OWN, ["EXP-41"], id="one of two"),
        pytest.param(("UNIT1-26-0002-001",) * 2, OWN, ["EXP-41"], id="one, twice"),
        pytest.param(("UNIT1-26-0002-001", ONE), OWN, ["EXP-41"], id="one of the bank"),
    ],
)
def test_what_leaves_the_store_is_named(
    scanned: tuple[str, ...], own: tuple[dict[str, Any], ...], rules: list[str]
) -> None:
    case = performing(CRYO.master.step("S375"), SAMPLE, containers=scanned, own=own)
    assert found(STEP_RULES, case) == rules


FILL = {
    "kind": "fill",
    "volume_to_fill_ml": "100",
    "volume_per_container_ml": "5",
    "containers_filled": 20,
    "volume_left_ml": "0",
    "started_at": NOW,
    "ended_at": NOW,
}
FILLING = next(step for _, step in CRYO.master.steps() if step.containers)
MOST = FILLING.containers.maximum if FILLING.containers else 0


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        pytest.param({}, [], id="all of it"),
        pytest.param({"containers_filled": 40}, [], id="twice the volume: a deviation"),
        pytest.param({"containers_filled": 41}, ["EXP-43"], id="more than twice"),
        pytest.param({"containers_filled": 30, "containers_rejected": 11}, ["EXP-43"], id="in all"),
        pytest.param(
            {"containers_filled": 2 * MOST, "volume_to_fill_ml": "9999"}, [], id="twice the plan"
        ),
        pytest.param(
            {"containers_filled": 2 * MOST + 1, "volume_to_fill_ml": "9999"},
            ["EXP-43"],
            id="more than twice the plan",
        ),
    ],
)
def test_no_more_is_filled_than_can_be(changed: dict[str, Any], rules: list[str]) -> None:
    assert found(STEP_RULES, performing(FILLING, {**FILL, **changed})) == rules


# Checking, correcting, endorsing


@pytest.mark.parametrize(
    ("lot", "worker", "rules"),
    [
        pytest.param({}, {}, [], id="trained, in the role"),
        pytest.param({"held": True, "hold_reason": "D01"}, {}, [], id="of a held lot too"),
        pytest.param({}, {"trained": False}, ["EXP-51"], id="not trained"),
        pytest.param({}, {"roles": (Role.QA,)}, ["EXP-51"], id="in another role"),
        pytest.param({"stage": "in_testing"}, {}, ["EXP-52"], id="after endorsement"),
    ],
)
def test_a_step_is_checked(lot: dict[str, Any], worker: dict[str, Any], rules: list[str]) -> None:
    case = CheckCase.model_validate(
        {"lot": {**LOT, **lot}, "worker": {**WORKER, **worker}, "step": SEED}
    )
    assert found(CHECK_RULES, case) == rules


VIAL_1, VIAL_2 = (each["number"] for each in OWN[:2])
TAKEN = ({**OWN[0], "state": "retention"}, *OWN[1:])
"""The first vial was kept as a sample; the others are in store."""
SAMPLED = {**SAMPLE, "containers": 1}


def correcting(step: Any = SEED, values: Any = SEEDED, **changed: Any) -> CorrectionCase:
    """An entry corrected by what it said; a test changes facts."""
    done = {
        "occurrence": 1,
        "materials": [{"code": each.code, "lot": "M-1", "quantity": 2} for each in step.materials],
        "equipment": [{"kind": each, "equipment": "E-1"} for each in step.equipment],
        "room": "R-101",
        **changed.pop("done", {}),
    }
    plain = {
        "lot": LOT,
        "worker": WORKER,
        "step": step,
        "done": done,
        "was": values,
        "values": values,
        "performed_at": NOW,
        "times": (),
        "now": NOW,
        "not_before": ago(hours=2),
        "not_after": None,
    }
    return CorrectionCase.model_validate(plain | changed)


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        pytest.param({}, [], id="a number was wrong"),
        pytest.param({"worker": {**WORKER, "trained": False}}, ["EXP-53"], id="not trained"),
        pytest.param({"lot": {**LOT, "stage": "in_testing"}}, ["EXP-54"], id="after endorsement"),
        pytest.param({"performed_at": NOW + timedelta(minutes=1)}, ["EXP-55"], id="in the future"),
        pytest.param(
            {"performed_at": ago(days=11), "not_before": ago(days=12)},
            ["EXP-55"],
            id="before the lot",
        ),
        pytest.param({"performed_at": ago(hours=2)}, [], id="with the step before"),
        pytest.param({"performed_at": ago(minutes=121)}, ["EXP-58"], id="before the step before"),
        pytest.param({"not_after": NOW}, [], id="with the step after"),
        pytest.param({"not_after": ago(minutes=1)}, ["EXP-58"], id="after the step after"),
        pytest.param({"times": (NOW,), "performed_at": NOW}, [], id="begun when it was done"),
        pytest.param(
            {"times": (NOW,), "performed_at": ago(minutes=1)}, ["EXP-58"], id="begun after it"
        ),
        pytest.param({"done": {"materials": ()}}, ["EXP-35"], id="nothing that was needed"),
        pytest.param({"done": {"equipment": ()}}, ["EXP-36"] * len(SEED.equipment), id="no hood"),
        pytest.param({"counted_ml": "7.5"}, [], id="all that was counted"),
        pytest.param({"counted_ml": "7.4"}, ["EXP-37"], id="more than was counted"),
        pytest.param({"counted_ml": "12", "taken_ml": "4.5"}, [], id="all, with what others took"),
        pytest.param({"counted_ml": "12", "taken_ml": "4.6"}, ["EXP-37"], id="more in all"),
        pytest.param({"later": {"vessels": SEEDED["vessels"]}}, [], id="every vessel was used"),
        pytest.param({"later": {"vessels": SEEDED["vessels"] + 1}}, ["EXP-59"], id="one more"),
        pytest.param({"later": {"grown_from": SEEDED["seeded_at"]}}, ["EXP-59"], id="fed at once"),
        pytest.param(
            {"later": {"grown_from": SEEDED["seeded_at"] + timedelta(minutes=1)}},
            [],
            id="fed after",
        ),
    ],
)
def test_an_entry_is_corrected(changed: dict[str, Any], rules: list[str]) -> None:
    assert found(CORRECTION_RULES, correcting(**changed)) == rules


@pytest.mark.parametrize(
    ("step", "was", "now", "changed", "rules"),
    [
        pytest.param("S110", thaw(ONE), thaw("OTHER-1"), {}, ["EXP-56"], id="other vials thawed"),
        pytest.param("S110", thaw(ONE), thaw(ONE), {"later": {"taken_ml": "10"}}, [], id="all"),
        pytest.param(
            "S110", thaw(ONE), thaw(ONE), {"later": {"taken_ml": "10.1"}}, ["EXP-59"], id="more"
        ),
        pytest.param("S375", SAMPLE, SAMPLED, {"done": VIAL_1}, ["EXP-56"], id="fewer"),
        pytest.param("S375", SAMPLED, SAMPLED, {"done": VIAL_1}, [], id="the vial that was taken"),
        pytest.param("S375", SAMPLED, SAMPLED, {"done": VIAL_2}, [], id="another vial was taken"),
        pytest.param("S375", SAMPLED, SAMPLED, {"done": ONE}, ["EXP-41"], id="one of the bank"),
        pytest.param(
            "S375",
            SAMPLED,
            SAMPLED,
            {"done": VIAL_2, "own": ({**OWN[0], "state": "destroyed"}, *OWN[1:])},
            ["EXP-57"],
            id="what would come back was destroyed",
        ),
    ],
)
def test_containers_are_corrected(
    step: str, was: Any, now: Any, changed: dict[str, Any], rules: list[str]
) -> None:
    sampled = {"own": TAKEN, "taken_here": (VIAL_1,)} if step == "S375" else {}
    facts = {**sampled, **changed}
    facts["done"] = {"containers": (facts.pop("done"),)} if "done" in facts else {}
    case = correcting(CRYO.master.step(step), now, was=was, **facts)
    assert found(CORRECTION_RULES, case) == rules


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        pytest.param({}, [], id="all done, all checked"),
        pytest.param({"owed": OPEN}, ["EXP-61"], id="a step is missing"),
        pytest.param({"to_check": OPEN}, ["EXP-62"], id="a check is missing"),
        pytest.param(
            {"lot": {**LOT, "held": True, "hold_reason": "D01"}}, ["EXP-63"], id="the lot is held"
        ),
        pytest.param(
            {"out_of_step": ("S120: density is recorded as 4000; it is 3800.",)},
            ["EXP-64"],
            id="a value no longer follows",
        ),
        pytest.param({"lot": {**LOT, "stage": "in_testing"}}, ["EXP-65"], id="a second time"),
    ],
)
def test_production_is_endorsed(changed: dict[str, Any], rules: list[str]) -> None:
    plain = {"lot": LOT, "owed": (), "to_check": (), "out_of_step": ()}
    assert found(ENDORSEMENT_RULES, EndorsementCase.model_validate(plain | changed)) == rules


@pytest.mark.parametrize(
    ("zone", "says"),
    [
        pytest.param("Europe/Warsaw", "2026-03-20 12:00 UTC+01:00", id="in winter time"),
        pytest.param("America/New_York", "2026-03-20 07:00 UTC-04:00", id="across the sea"),
    ],
)
def test_a_refusal_tells_the_time_on_the_wall(zone: str, says: str) -> None:
    later = performing(performed_at=NOW + timedelta(hours=1), lot={"zone": zone})
    (no,) = judge(STEP_RULES, later)
    assert no.says.startswith(f"{says} is still to come")
    first = datetime(1, 1, 1, tzinfo=UTC)
    assert judge(STEP_RULES, performing(performed_at=first, lot={"zone": zone}))
