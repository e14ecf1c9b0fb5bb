"""The linter: the starter library holds together, and each rule is broken on purpose."""

import pytest

from app.masters.linter import RULES, lint
from app.masters.starters import starter_bundle
from tests.rules.masters import (
    Change,
    again,
    at_most,
    changed,
    drop_limit,
    exactly,
    omit,
    only_information,
    put,
    set_limit,
    without,
)

PRODUCTS = ("UC-WCB", "UC-MSC-CRYO", "BM-MSC-AUTO", "BM-MSC-DIR")
UC, BM = "UC-MSC-CRYO", "BM-MSC-AUTO"


@pytest.mark.parametrize("code", PRODUCTS)
def test_the_starter_library_lints_clean(code: str) -> None:
    assert lint(starter_bundle(code)) == ()


PROCESS = [
    pytest.param(UC, put("product.specification_code", "SPEC-X"), ["MAS-01"], id="other spec"),
    pytest.param(UC, put("master.product_code", "OTHER"), ["MAS-01"], id="other product"),
    pytest.param(UC, put("S030.code", "S020"), ["MAS-02"], id="a step code twice"),
    pytest.param(UC, put("S020.code", "S025"), [], id="a step code between its neighbours"),
    pytest.param(UC, put("S020.code", "S031"), ["MAS-02"], id="a step code out of order"),
    pytest.param(UC, without("S010"), ["MAS-03"], id="no line clearance first"),
    pytest.param(UC, drop_limit("S010", "points_not_clear"), ["MAS-03"], id="clearance no limit"),
    pytest.param(
        UC,
        set_limit("S010", "points_not_clear", at_most("1")),
        ["MAS-03"],
        id="one point may stay open",
    ),
    pytest.param(
        BM,
        lambda bundle: [
            put("S410.fields.0.acceptance", {"kind": "informative"})(bundle),
            put("S410.fields.1.acceptance", {"kind": "informative"})(bundle),
            put("S410.windows", [])(bundle),
            put("S410.second_person", value=False)(bundle),
        ],
        ["MAS-04"],
        id="a critical step without limit or second person",
    ),
    pytest.param(
        BM,
        lambda bundle: [
            put("S410.fields.0.acceptance", {"kind": "informative"})(bundle),
            put("S410.fields.1.acceptance", {"kind": "informative"})(bundle),
            put("S410.windows", [])(bundle),
        ],
        [],
        id="a critical step with a second person alone",
    ),
    pytest.param(UC, put("S110.materials.0.code", "MAT-NONE"), ["MAS-05"], id="unlisted material"),
    pytest.param(UC, put("S110.equipment.0", "EQ-NONE"), ["MAS-05"], id="unlisted equipment"),
    pytest.param(BM, put("S460.equipment", []), ["MAS-05"], id="equipment listed in vain"),
    pytest.param(UC, put("S140.seeded_in", "S210"), ["MAS-06"], id="harvest of a later seeding"),
    pytest.param(UC, put("S120.cells_from", "S140"), ["MAS-06"], id="cells of a later count"),
    pytest.param(UC, put("S120.windows.0.after_step", "S340"), ["MAS-06"], id="time of a later"),
    pytest.param(UC, put("S120.windows.0.after_step", "S030"), [], id="time of an earlier step"),
    pytest.param(
        "UC-WCB",
        put("S140.doublings_counted", value=True),
        ["MAS-14", "MAS-28"],
        id="doublings from explants",
    ),
    pytest.param(UC, put("S110.limits.0.name", "vitality"), ["MAS-07"], id="unknown value"),
    pytest.param(
        UC,
        put("S110.limits.0.acceptance", {"kind": "informative"}),
        ["MAS-07"],
        id="a limit that is none",
    ),
    pytest.param(UC, put("S110.limits.1.name", "viability_percent"), ["MAS-07"], id="twice"),
    pytest.param(UC, put("master.materials.0.unit", "Cel"), ["MAS-08"], id="material in °C"),
    pytest.param(UC, set_limit("S110", "viability_percent", at_most("100")), [], id="100 %"),
    pytest.param(
        UC, set_limit("S110", "viability_percent", at_most("101")), ["MAS-08"], id="101 % viability"
    ),
    pytest.param(UC, put("S020.role", "qp"), ["MAS-09"], id="a step for the QP"),
    pytest.param(UC, put("S110.room_grade", "A"), [], id="open in grade A"),
    pytest.param(UC, put("S110.room_grade", "C"), ["MAS-10"], id="open in grade C"),
    pytest.param(UC, put("S350.room_grade", "D"), [], id="closed in grade D"),
    pytest.param(
        UC,
        put("master.materials.2.critical", value=False),
        ["MAS-11"],
        id="platelet lysate not critical",
    ),
    pytest.param(
        UC, put("S030.materials.1.scan", value=False), ["MAS-11"], id="platelet lysate not scanned"
    ),
    pytest.param(
        UC,
        put("master.starting_from", {"kind": "donations"}),
        ["MAS-12", "MAS-30"],
        id="donations thawed like a bank",
    ),
    pytest.param(
        BM,
        put("master.starting_from", {"kind": "parent_lot", "product_code": "X"}),
        ["MAS-12", "MAS-29"],
        id="a bank that is never thawed",
    ),
    pytest.param(UC, again("S130", code="S131"), ["MAS-13"], id="the same feed twice"),
]

RELEASE = [
    pytest.param(UC, only_information, ["MAS-20", *["MAS-23"] * 8], id="nothing gates"),
    pytest.param(UC, put("criterion VIABILITY.sample_point", "X"), ["MAS-21"], id="no sample"),
    pytest.param(UC, put("criterion HLA-DR.sample_point", "X"), [], id="information elsewhere"),
    pytest.param(
        UC,
        put("S230.sample.sample_point", "UC-NEW"),
        ["MAS-21", "MAS-22"],
        id="a sample nobody reads",
    ),
    pytest.param(UC, again("S230", code="S231", title="Once more"), ["MAS-22"], id="taken twice"),
    pytest.param(UC, omit("potency", say_why=False), ["MAS-23"], id="no potency, no reason"),
    pytest.param(UC, omit("potency", say_why=True), [], id="no potency, with a reason"),
    pytest.param(BM, put("criterion VIABILITY.due_days", 2), [], id="48 h of 48 h"),
    pytest.param(BM, put("criterion VIABILITY.due_days", 3), ["MAS-24"], id="72 h of 48 h"),
    pytest.param(BM, put("criterion MYCOPLASMA.due_days", 3), [], id="sampled in process"),
    pytest.param(BM, put("product.two_stage", value=False), ["MAS-25"], id="sterility too late"),
    pytest.param(
        BM,
        lambda bundle: [
            put("criterion STERILITY.due_days", 2)(bundle),
            put("criterion POTENCY.due_days", 2)(bundle),
        ],
        ["MAS-25"],
        id="two stages for nothing",
    ),
    pytest.param(UC, without("S360"), ["MAS-26"], id="labels never counted"),
    pytest.param(
        UC,
        set_limit("S360", "unreconciled_labels", at_most("0")),
        ["MAS-26"],
        id="more labels applied than printed",
    ),
    pytest.param(UC, set_limit("S360", "unreconciled_labels", exactly("0")), [], id="exactly 0"),
    pytest.param(UC, put("product.container", "bag"), ["MAS-27"], id="vials for bags"),
    pytest.param(UC, without("S350"), ["MAS-05", "MAS-27"], id="frozen, never frozen"),
    pytest.param(
        UC,
        drop_limit("S140", "cumulative_population_doublings"),
        ["MAS-28"],
        id="doublings without limit",
    ),
    pytest.param(
        UC,
        put("product.maximum_cumulative_doublings", "29.9"),
        ["MAS-28", "MAS-28"],
        id="doublings above the product's",
    ),
    pytest.param(
        UC,
        set_limit("S140", "cumulative_population_doublings", at_most("30"), critical=False),
        ["MAS-28"],
        id="doublings that do not hold the lot",
    ),
    pytest.param(BM, put("master.starting_from.maximum", 2), ["MAS-29"], id="two people's cells"),
    pytest.param("UC-WCB", put("master.starting_from.maximum", 2), [], id="a pooled bank"),
    pytest.param(
        BM,
        put("product.collection_to_receipt_maximum_hours", None),
        ["MAS-30"],
        id="no longest time to receipt",
    ),
    pytest.param(UC, without("S375"), ["MAS-31"], id="retention never taken"),
    pytest.param(
        UC,
        put("product.retention_samples", "not_kept_justified"),
        ["MAS-31"],
        id="retention taken though none is kept",
    ),
    pytest.param(
        BM, drop_limit("S460", "held_minutes"), ["MAS-04", "MAS-32"], id="a hold without end"
    ),
    pytest.param(BM, set_limit("S460", "held_minutes", at_most("2879")), [], id="47 h 59 min"),
    pytest.param(BM, set_limit("S460", "held_minutes", at_most("2880")), ["MAS-32"], id="48 h"),
    pytest.param(
        UC,
        put("specification.effective_from", "2026-01-02"),
        ["MAS-33"],
        id="specification a day later",
    ),
    pytest.param(UC, put("master.effective_from", "2026-01-02"), [], id="master a day later"),
]


LABEL = [
    pytest.param(
        UC,
        lambda bundle: [
            put("product.active_substance", "Mesenchymal stromal cells")(bundle),
            put("product.label.warnings.0", "Contains cells.")(bundle),
        ],
        ["MAS-40"],
        id="no word of human cells",
    ),
    pytest.param(
        UC,
        put("product.label.warnings.0", "Contains cells."),
        [],
        id="human cells are named once",
    ),
    pytest.param(
        UC, put("product.label.warnings.1", "Keep it dry."), ["MAS-41"], id="within reach"
    ),
    pytest.param(UC, put("product.label.sponsor_address", None), ["MAS-42"], id="no address"),
    pytest.param(BM, put("product.label.holder_name", None), ["MAS-42"], id="no holder"),
    pytest.param(
        UC,
        put("product.label.warnings.3", "For autologous use only."),
        ["MAS-43"],
        id="autologous cells of another",
    ),
]


@pytest.mark.parametrize(("code", "change", "found"), [*PROCESS, *RELEASE, *LABEL])
def test_master(code: str, change: Change, found: list[str]) -> None:
    assert [each.rule for each in lint(changed(code, change))] == found


def test_an_empty_specification_is_a_finding() -> None:
    bundle = starter_bundle(UC)
    empty = bundle.specification.model_copy(update={"criteria": ()})
    found = lint(bundle.model_copy(update={"specification": empty}))
    assert "MAS-20" in [each.rule for each in found]


def test_every_rule_is_broken_somewhere() -> None:
    broken = {rule for each in [*PROCESS, *RELEASE, *LABEL] for rule in each.values[2]}  # type: ignore[attr-defined]
    assert {each.number for each in RULES} == broken
