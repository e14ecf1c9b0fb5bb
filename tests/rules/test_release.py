"""The gates of release: a real dossier that passes, and one thing changed in it at a time."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.release import actions
from app.release.rules import RULES, SOFTWARE, judge_again, judge_release, judge_standing
from schemas.lot import Stage
from schemas.release import Act, Checklist, Question, Standing
from schemas.specification import Gate
from tests.conftest import Shelf, person
from tests.journeys.production import lot_at
from tests.journeys.release import reviewed
from tests.journeys.testing import lot_through_testing


@pytest.fixture(scope="module")
def question(shelf: Shelf) -> Iterator[Question]:
    """The dossier of an autologous lot, all its results passed, both reviews signed."""
    with shelf.lent("sqlite") as (database, clock), database.writing() as session:
        lot = lot_at(session, clock, "BM-MSC-AUTO", Stage.IN_TESTING)
        tested_from = clock()
        lot_through_testing(session, clock, lot.number)
        reviewed(session, clock, lot)
        petra = person(session, "petra", "lot.certify")
        dossier, _ = actions.ask(session, lot, by=petra, at=clock())
        yield Question(dossier=dossier, at=tested_from)
        session.rollback()


def with_changed(question: Question, **changes: Any) -> Question:
    """The same question with values at paths such as `lot__held` changed."""
    plain = deepcopy(question.plain())
    for path, value in changes.items():
        inside: Any = plain["dossier"]
        *way, last = path.split("__")
        for part in way:
            inside = inside[int(part)] if part.isdigit() else inside[part]
        inside[int(last) if last.isdigit() else last] = value
    return Question.model_validate(plain)


def criterion_at(question: Question, gate: Gate) -> int:
    """Where the first criterion of this gate stands in the quality record."""
    lines = question.dossier.quality.criteria
    return next(at for at, line in enumerate(lines) if line.criterion.gate is gate)


def closed(question: Question) -> list[str]:
    return [gate.rule for gate in judge_release(question).gates if not gate.is_open]


DEVIATION = {
    "number": "UNIT1-26-0001-D01",
    "about": "lot/UNIT1-26-0001",
    "title": "Door open",
    "description": "Two minutes",
    "rule": None,
    "critical": False,
    "state": "open",
    "opened_at": "2026-03-02T08:00:00Z",
    "opened_by": "Olga Nowak",
    "cause": None,
    "assessment": None,
    "correction": None,
    "other_lots": None,
    "impact": None,
    "reason": None,
    "closed_at": None,
    "signatures": [],
}
PARENT = {
    "number": "UNIT1-25-0001",
    "product_name": "Bank",
    "stage": "certified",
    "held": False,
    "expires_at": None,
}
CONDITIONAL, FINAL = {Act.CONDITIONAL}, {Act.FINAL}
NONE: set[Act] = set()
ONE_STAGE = {"product__two_stage": False}
CERTIFIED_ONCE = {"lot__stage": "conditionally_certified"}
ASSESSED = {"deviations": [{**DEVIATION, "state": "closed", "impact": "no_impact"}]}


@pytest.mark.parametrize(
    ("pre", "post", "changes", "late", "certifying"),
    [
        # the first row: everything has passed, is closed and in date
        pytest.param("pass", "pass", {}, False, FINAL, id="all pass"),
        pytest.param("pass", "pass", ONE_STAGE, False, FINAL, id="all pass, one stage"),
        pytest.param("pass", "pass", ASSESSED, False, FINAL, id="a deviation was assessed"),
        pytest.param("not_applicable", "pass", {}, False, FINAL, id="early: signed n/a"),
        pytest.param("pass", "not_applicable", {}, False, FINAL, id="late: signed n/a"),
        # the second: some late results pending, in two stages
        pytest.param("pass", "pending", {}, False, CONDITIONAL, id="two stages"),
        pytest.param("pass", "pending", ASSESSED, False, CONDITIONAL, id="two stages, assessed"),
        pytest.param(
            "pass", "pending", {"deviations": [DEVIATION]}, False, NONE, id="two stages, deviation"
        ),
        pytest.param("pass", "pending", {"reviews": []}, False, NONE, id="two stages, no review"),
        pytest.param("pass", "pending", {}, True, NONE, id="two stages, expired"),
        pytest.param(
            "pass", "pending", {"quality__samples": []}, False, NONE, id="two stages, no sample"
        ),
        # the third: pending, and the product is not certified in two stages
        pytest.param("pass", "pending", ONE_STAGE, False, NONE, id="one stage, pending"),
        pytest.param("pending", "pending", {}, False, NONE, id="both pending"),
        # the fourth: a failure anywhere
        pytest.param("fail", "pass", {}, False, NONE, id="early failure"),
        pytest.param("fail", "pending", {}, False, NONE, id="early failure, late pending"),
        pytest.param("pass", "fail", {}, False, NONE, id="late failure"),
        pytest.param("pass", "fail", ONE_STAGE, False, NONE, id="late failure, one stage"),
        # the fifth: what says nothing opens nothing
        *(
            pytest.param(*states, {}, False, NONE, id="/".join(states))
            for state in ("pending", "invalid", "indeterminate", "not_tested")
            for states in ((state, "pass"), (state, "pending"), ("pass", state))
            if states != ("pass", "pending")
        ),
        # the sixth: a failure after the infusion
        pytest.param("pass", "fail", CERTIFIED_ONCE, False, NONE, id="fails after infusion"),
        pytest.param("fail", "pass", CERTIFIED_ONCE, False, NONE, id="overturned after infusion"),
        pytest.param("pass", "pending", CERTIFIED_ONCE, False, NONE, id="conditional only once"),
        pytest.param("pass", "pass", CERTIFIED_ONCE, False, FINAL, id="after the condition"),
        pytest.param("pass", "pass", CERTIFIED_ONCE, True, FINAL, id="after the shelf life"),
        # the seventh: expired
        pytest.param("pass", "pass", {}, True, NONE, id="expired"),
        pytest.param("pass", "pass", {"lot__expires_at": None}, False, NONE, id="no expiry known"),
        # what the table leaves to the other gates (R-QP-09)
        pytest.param("pass", "pass", {"last_entry_seq": 10**6}, False, NONE, id="review is stale"),
        pytest.param(
            "pass", "pass", {"donations__0__state": "quarantine"}, False, NONE, id="donor undecided"
        ),
        pytest.param(
            "pass",
            "pass",
            {"deviations": [{**DEVIATION, "state": "closed", "impact": "lot_to_be_rejected"}]},
            False,
            NONE,
            id="a deviation was decided against the lot",
        ),
        pytest.param("pass", "pass", {"parents": [PARENT]}, False, FINAL, id="parent certified"),
        *(
            pytest.param("pass", "pass", {"parents": [{**PARENT, **bad}]}, False, NONE, id=str(bad))
            for bad in ({"stage": "recalled"}, {"stage": "in_testing"}, {"held": True})
        ),
    ],
)
def test_the_gate_truth_table(
    question: Question,
    pre: str,
    post: str,
    changes: dict[str, Any],
    late: bool,
    certifying: set[Act],
) -> None:
    """Requirements 6.4, row by row, on the dossier of a lot that was really made."""
    early_at, late_at = (criterion_at(question, gate) for gate in (Gate.PRE, Gate.POST))
    changed = with_changed(
        question,
        **{f"quality__criteria__{early_at}__state": pre},
        **{f"quality__criteria__{late_at}__state": post},
        **changes,
    )
    expires = question.dossier.lot.expires_at
    assert expires is not None
    at = expires + timedelta(days=14) if late else question.at
    verdict = judge_release(changed.model_copy(update={"at": at}))
    once = changed.dossier.lot.stage is Stage.CONDITIONALLY_CERTIFIED
    assert set(verdict.allowed) == certifying | {Act.REJECT} | ({Act.RECALL} if once else set())
    assert bool(verdict.findings) is (certifying != FINAL)
    assert bool(verdict.failed) is ("fail" in (pre, post))


def test_every_gate_of_a_good_lot_is_open(question: Question) -> None:
    verdict = judge_release(question)
    assert closed(question) == []
    assert set(verdict.allowed) == {Act.FINAL, Act.REJECT}
    assert len(verdict.gates) == len(RULES)


def test_asked_again_it_says_the_same(question: Question) -> None:
    again = Question.from_canonical(question.canonical())
    assert judge_release(again) == judge_release(question)
    assert judge_release(again).digest() == judge_release(question).digest()


def test_a_checklist_from_before_a_point_was_asked_keeps_its_digest() -> None:
    older = {point: True for point in Checklist.model_fields if point != "audits"}
    assert Checklist(**older).plain() == older
    assert Checklist(**older, audits=True).plain() == {**older, "audits": True}


def test_a_gate_that_came_later_is_not_asked_of_an_older_verdict(question: Question) -> None:
    verdict = judge_release(question)
    older = verdict.model_copy(update={"software": "Passage 0.1.0", "gates": verdict.gates[:-3]})
    assert judge_again(question, older) == older
    assert judge_again(with_changed(question, lot__held=True), older) != older
    forged = older.model_copy(update={"software": SOFTWARE})
    assert judge_again(question, forged) != forged


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        pytest.param("REL-01", {"lot__completed_at": None}, id="production not endorsed"),
        pytest.param(
            "REL-02", {"lot__held": True, "lot__hold_reason": "Growth"}, id="the lot is held"
        ),
        pytest.param("REL-07", {"donations": []}, id="no donation is known"),
        pytest.param(
            "REL-07", {"donations__0__state": "accepted_at_risk"}, id="processed at risk only"
        ),
        pytest.param("REL-07", {"donations__0__consent_state": "withdrawn"}, id="consent gone"),
        pytest.param("REL-07", {"donations__0__eligibilities": []}, id="never judged"),
        pytest.param("REL-08", {"reviews": []}, id="nothing reviewed"),
        pytest.param("REL-09", {"last_entry_seq": 10**6}, id="a deed after the reviews"),
        pytest.param("REL-11", {"supplies__materials__0__state": "rejected"}, id="material gone"),
        pytest.param("REL-12", {"production__labels": []}, id="no label reconciliation"),
        pytest.param(
            "REL-14",
            {"parents": [{**PARENT, "stage": "in_testing"}]},
            id="the bank is not certified",
        ),
        pytest.param("REL-15", {"quality__criteria": []}, id="nothing gates"),
        pytest.param(
            "REL-17", {"product__retention_samples": "kept", "containers": []}, id="none retained"
        ),
        pytest.param("REL-18", {"containers": []}, id="no containers"),
        pytest.param(
            "REL-19",
            {
                "production__out_of_step": [
                    {
                        "step": "P1-05",
                        "title": "Seed",
                        "occurrence": 1,
                        "name": "density_per_cm2",
                        "recorded": "5000",
                        "now": "4000",
                    }
                ]
            },
            id="a correction left a value behind",
        ),
    ],
)
def test_a_gate_closes(question: Question, rule: str, changes: dict[str, Any]) -> None:
    changed = with_changed(question, **changes)
    verdict = judge_release(changed)
    assert rule in closed(changed)
    assert Act.FINAL not in verdict.allowed
    assert Act.CONDITIONAL not in verdict.allowed
    assert all(each.says and each.mend and each.cite for each in verdict.findings)


def a_deviation(about: str, **changed: Any) -> dict[str, Any]:
    """A deviation about a material lot, as the dossier holds it."""
    unset = dict.fromkeys(("rule", "cause", "assessment", "correction", "other_lots", "reason"))
    plain = {
        "number": "UNIT1-26-0001-D01",
        "about": about,
        "title": "A material lot was rejected after use",
        "description": "Recalled by the supplier",
        "critical": False,
        "state": "closed",
        "opened_at": "2026-03-02T08:00:00Z",
        "opened_by": "Quinn Adler",
        "impact": "no_impact",
        "closed_at": "2026-03-03T08:00:00Z",
        "signatures": [],
    }
    return unset | plain | changed


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        pytest.param({}, [], id="decided: it does no harm"),
        pytest.param({"impact": "lot_to_be_rejected"}, ["REL-05", "REL-11"], id="decided: it does"),
        pytest.param(
            {"state": "investigated", "impact": None, "closed_at": None},
            ["REL-05", "REL-11"],
            id="not decided yet",
        ),
        pytest.param({"about": "material/UNIT1-M26-99999"}, ["REL-11"], id="about another one"),
    ],
)
def test_a_material_lost_after_use_waits_for_the_decision_on_it(
    question: Question, changed: dict[str, Any], rules: list[str]
) -> None:
    number = question.dossier.supplies.materials[0].number
    everywhere = {
        f"supplies__materials__{at}__state": "rejected"
        for at, use in enumerate(question.dossier.supplies.materials)
        if use.number == number
    }
    deviation = a_deviation(f"material/{number}") | changed
    verdict = judge_release(with_changed(question, **everywhere, deviations=[deviation]))
    assert [gate.rule for gate in verdict.gates if not gate.is_open] == rules
    assert all(gate.evidence in ("Holds.", "1 finding.") for gate in verdict.gates)


@pytest.mark.parametrize("state", ["pending", "fail", "indeterminate", "invalid", "not_tested"])
def test_only_a_pass_before_certification_opens(question: Question, state: str) -> None:
    at = criterion_at(question, Gate.PRE)
    verdict = judge_release(with_changed(question, **{f"quality__criteria__{at}__state": state}))
    assert set(verdict.allowed) == {Act.REJECT}
    assert [gate.rule for gate in verdict.gates if not gate.is_open] == ["REL-03"]
    assert bool(verdict.failed) is (state == "fail")


@pytest.mark.parametrize(
    ("state", "two_stage", "allowed"),
    [
        pytest.param("pending", True, {Act.CONDITIONAL, Act.REJECT}, id="pending, two stages"),
        pytest.param("pending", False, {Act.REJECT}, id="pending, one stage"),
        pytest.param("fail", True, {Act.REJECT}, id="failed"),
        pytest.param("indeterminate", True, {Act.REJECT}, id="indeterminate"),
        pytest.param("invalid", True, {Act.REJECT}, id="invalid"),
        pytest.param("pass", True, {Act.FINAL, Act.REJECT}, id="passed"),
        pytest.param("not_applicable", True, {Act.FINAL, Act.REJECT}, id="signed not applicable"),
    ],
)
def test_the_table_of_late_results(
    question: Question, state: str, two_stage: bool, allowed: set[Act]
) -> None:
    at = criterion_at(question, Gate.POST)
    changed = with_changed(
        question, **{f"quality__criteria__{at}__state": state, "product__two_stage": two_stage}
    )
    assert set(judge_release(changed).allowed) == allowed
    assert ("REL-04" in closed(changed)) is (Act.FINAL not in allowed)


def test_a_late_failure_after_a_conditional_certification(question: Question) -> None:
    at = criterion_at(question, Gate.POST)
    changed = with_changed(
        question,
        lot__stage="conditionally_certified",
        **{f"quality__criteria__{at}__state": "fail"},
    )
    assert set(judge_release(changed).allowed) == {Act.REJECT, Act.RECALL}


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        pytest.param({}, False, id="in the laboratory"),
        pytest.param({"receipt": None}, True, id="not received"),
        pytest.param({"condition": "leaking_or_broken"}, True, id="it leaked"),
        pytest.param({"sample_point": "ELSEWHERE"}, True, id="never taken"),
    ],
)
def test_a_condition_waits_only_for_what_can_come(
    question: Question, changed: dict[str, Any], found: bool
) -> None:
    at = criterion_at(question, Gate.POST)
    samples = deepcopy(question.plain()["dossier"]["quality"]["samples"])
    for each in samples:
        (each["receipt"] if "condition" in changed else each).update(changed)
    waiting = with_changed(
        question,
        quality__samples=samples,
        **{f"quality__criteria__{at}__state": "pending"},
    )
    assert ("REL-20" in closed(waiting)) is found
    assert (Act.CONDITIONAL in judge_release(waiting).allowed) is not found
    assert "REL-20" not in closed(with_changed(question, quality__samples=samples))


@pytest.mark.parametrize(
    ("minutes", "found"), [(0, True), (1, True), (-1, False)], ids=["at", "after", "before"]
)
def test_an_expired_lot_is_not_certified(question: Question, minutes: int, found: bool) -> None:
    expires = question.dossier.lot.expires_at
    assert expires is not None
    changed = question.model_copy(update={"at": expires + timedelta(minutes=minutes)})
    assert ("REL-10" in closed(changed)) is found


def test_a_final_certification_may_follow_the_shelf_life(question: Question) -> None:
    changed = with_changed(question, lot__stage="conditionally_certified")
    expires = question.dossier.lot.expires_at
    assert expires is not None
    late = changed.model_copy(update={"at": expires + timedelta(days=14)})
    assert Act.FINAL in judge_release(late).allowed


@pytest.mark.parametrize(("over", "found"), [("0.001", True), ("0", False)], ids=["over", "at"])
def test_doublings_up_to_the_limit(question: Question, over: str, found: bool) -> None:
    reached = question.dossier.production.cumulative_doublings
    assert reached is not None
    limit = format(Decimal(reached) - Decimal(over), "f")[:30]
    shown = format(round(Decimal(limit), 12), "f")
    changed = with_changed(
        question,
        product__maximum_cumulative_doublings=shown,
        production__cumulative_doublings=format(Decimal(shown) + Decimal(over), "f"),
    )
    assert ("REL-16" in closed(changed)) is found


@pytest.mark.parametrize(
    ("state", "impact", "found"),
    [
        pytest.param("open", None, True, id="open"),
        pytest.param("investigated", None, True, id="not decided"),
        pytest.param("closed", "lot_to_be_rejected", True, id="decided: reject"),
        pytest.param("closed", "accepted_after_risk_assessment", False, id="decided: accepted"),
    ],
)
def test_deviations_and_the_gate(
    question: Question, state: str, impact: str | None, found: bool
) -> None:
    deviation = {**DEVIATION, "state": state, "impact": impact}
    changed = with_changed(question, deviations=[deviation])
    assert ("REL-05" in closed(changed)) is found


@pytest.mark.parametrize(
    ("stage", "allowed"),
    [
        (Stage.IN_PRODUCTION, {Act.REJECT}),
        (Stage.CERTIFIED, {Act.RECALL}),
        (Stage.REJECTED, set()),
        (Stage.RECALLED, set()),
    ],
)
def test_what_is_open_at_each_stage(question: Question, stage: Stage, allowed: set[Act]) -> None:
    changed = with_changed(question, lot__stage=stage.value)
    assert set(judge_release(changed).allowed) == allowed


def test_an_unnamed_trial(question: Question) -> None:
    """REL-13 stands behind the product document, which is refused without a trial."""
    label = question.dossier.product.label.model_copy(update={"trial_number": None})
    product = question.dossier.product.model_copy(update={"investigational": True, "label": label})
    dossier = question.dossier.model_copy(update={"product": product})
    assert "REL-13" in closed(question.model_copy(update={"dossier": dossier}))
    assert "REL-13" not in closed(question)


def test_an_open_investigation(question: Question) -> None:
    investigation = {
        "number": "I-1",
        "result_number": "R-1",
        "criterion": "VIABILITY",
        "title": "Viability",
        "opened_at": question.at.isoformat(),
        "opened_for": "69.0 %",
        "state": "open",
        "through_revision": 1,
        "checks": None,
        "conclusion": None,
        "cause": None,
        "plan": None,
        "retests": 0,
        "closed_at": None,
        "signatures": [],
    }
    assert "REL-06" in closed(with_changed(question, quality__investigations=[investigation]))
    assert "REL-06" not in closed(question)


def test_who_looks_sees_what_the_signed_verdict_says(question: Question) -> None:
    verdict = judge_release(question)
    seen = judge_standing(question)
    assert seen.plain() == {name: verdict.plain()[name] for name in Standing.model_fields}
