"""What all results of a criterion come to, and what may be entered, verified, set aside."""

from datetime import timedelta
from typing import Any

import pytest

from app.quality_control.rules import entry as entering
from app.quality_control.rules import holding
from app.quality_control.rules import investigation as investigating
from app.quality_control.rules import verification as verifying
from app.quality_control.rules.entry import EntryFacts, SampleFacts
from app.quality_control.rules.holding import HoldFacts
from app.quality_control.rules.investigation import ConclusionFacts
from app.quality_control.rules.verdict import verdict_of
from app.quality_control.rules.verification import VerificationFacts
from app.rulebook import judge
from schemas.lot import Stage
from schemas.quality import Conclusion, InvestigationState
from schemas.quality_record import CriterionFacts, Standing
from schemas.reading import ResultState
from schemas.result import ResultChange, SampleCondition
from tests.rules.results import (
    ASSAY,
    CULTURE,
    FAILING,
    NOON,
    culture,
    entry,
    facts,
    investigation,
    reading,
    reason,
    receipt,
)

ASIDE, CONFIRMED = Conclusion.SET_ASIDE, Conclusion.CONFIRMED
FAILED = {"read": reading(FAILING)}
INVALID = {"read": reason("invalid")}
VAGUE = {"read": reading("<96")}
CORRECTED = {"revision": 2, "change": ResultChange.CORRECTED}
OOS = "UNIT1-26-0001-OOS01"


@pytest.mark.parametrize(
    ("known", "state", "rules"),
    [
        pytest.param(facts(), "pending", ["QC-06"], id="no result"),
        pytest.param(facts(sampled=False), "pending", ["QC-06"], id="no sample"),
        pytest.param(facts(entry()), "pass", [], id="verified"),
        pytest.param(facts(entry(signed=False)), "pending", ["QC-08"], id="not verified"),
        pytest.param(
            facts(entry(**FAILED), about=(investigation(),)), "fail", ["QC-01"], id="failed"
        ),
        pytest.param(
            facts(entry(**FAILED, signed=False), about=(investigation(),)),
            "fail",
            ["QC-01", "QC-08"],
            id="failed, not verified: it counts at once",
        ),
        pytest.param(
            facts(entry(**FAILED), entry(**CORRECTED), about=(investigation(),)),
            "fail",
            ["QC-01"],
            id="a failure corrected into a pass still fails",
        ),
        pytest.param(
            facts(entry(**FAILED), entry(**CORRECTED), about=(investigation(1, ASIDE),)),
            "pass",
            [],
            id="only the typing was wrong, and QA agreed",
        ),
        pytest.param(
            facts(entry(**FAILED), entry(**CORRECTED), about=(investigation(1, CONFIRMED),)),
            "fail",
            ["QC-01"],
            id="the failure was confirmed",
        ),
        pytest.param(
            facts(entry(**FAILED), about=(investigation(1, ASIDE, retests=2),)),
            "pending",
            ["QC-05"],
            id="set aside, retests outstanding",
        ),
        pytest.param(
            facts(
                entry(**FAILED),
                entry(2, retest_of=OOS),
                about=(investigation(1, ASIDE, retests=2),),
            ),
            "pending",
            ["QC-05"],
            id="one retest of two passes",
        ),
        pytest.param(
            facts(
                entry(**FAILED),
                entry(2, retest_of=OOS),
                entry(3, retest_of=OOS),
                about=(investigation(1, ASIDE, retests=2),),
            ),
            "pass",
            [],
            id="both retests pass",
        ),
        pytest.param(
            facts(
                entry(**FAILED),
                entry(2, retest_of=OOS, **FAILED),
                entry(3, retest_of=OOS),
                about=(investigation(1, ASIDE, retests=2), investigation(2)),
            ),
            "fail",
            ["QC-01"],
            id="the latest retest passes, the one before does not",
        ),
        pytest.param(facts(entry(**VAGUE)), "indeterminate", ["QC-02"], id="cannot be told"),
        pytest.param(
            facts(entry(**VAGUE), entry(**CORRECTED)), "pass", [], id="told after a correction"
        ),
        pytest.param(facts(entry(**INVALID)), "invalid", ["QC-03"], id="assay not valid"),
        pytest.param(
            facts(entry(**INVALID), entry(2)), "pass", [], id="invalid, verified, done again"
        ),
        pytest.param(
            facts(entry(**INVALID, signed=False), entry(2)),
            "invalid",
            ["QC-03", "QC-08"],
            id="invalid, not verified, done again",
        ),
        pytest.param(
            facts(entry(read=reason("not_tested"))), "not_tested", ["QC-04"], id="not tested"
        ),
        pytest.param(
            facts(entry(read=reason("not_applicable"))), "not_applicable", [], id="QA agreed"
        ),
        pytest.param(
            facts(entry(read=reason("not_applicable"), signed=False)),
            "pending",
            ["QC-09"],
            id="not applicable, only proposed",
        ),
        pytest.param(
            facts(entry(read=culture(3, 7), of=CULTURE, signed=False), of=CULTURE),
            "pending",
            ["QC-07"],
            id="no growth to date",
        ),
        pytest.param(
            facts(entry(read=culture(3, growth=True), of=CULTURE), of=CULTURE),
            "fail",
            ["QC-01"],
            id="growth on day 3",
        ),
        pytest.param(
            facts(entry(read=culture(14), of=CULTURE), of=CULTURE), "pass", [], id="read on day 14"
        ),
    ],
)
def test_the_verdict_counts_every_result(
    known: CriterionFacts, state: str, rules: list[str]
) -> None:
    verdict = verdict_of(known)
    assert (verdict.state, [each.rule for each in verdict.findings]) == (state, rules)
    assert verdict.state.opens_gate is (not rules)


def test_an_unfinished_culture_informs_and_opens_nothing() -> None:
    verdict = verdict_of(facts(entry(read=culture(7), of=CULTURE, signed=False), of=CULTURE))
    assert verdict.interim == "no growth up to day 7"
    assert verdict.reported is None


SAMPLE = SampleFacts(
    number="UNIT1-26-0001-S01", sample_point="HARVEST", taken_at=NOON, receipt=receipt()
)


def about_to_enter(known: CriterionFacts, **changed: Any) -> EntryFacts:
    plain = EntryFacts(
        criterion=known.criterion,
        sample=SAMPLE,
        reading=reading(),
        change=ResultChange.FIRST,
        tested_at=NOON,
        names_raw_data=True,
        entered_at=NOON + timedelta(hours=1),
        specification_approved_at=NOON - timedelta(days=30),
        before=None,
        results=known.results,
        investigations=known.investigations,
    )
    return plain.model_copy(update=changed)


def sample(**changed: Any) -> SampleFacts:
    return SAMPLE.model_copy(update=changed)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        pytest.param({}, [], id="in order"),
        pytest.param({"names_raw_data": False}, ["QC-10"], id="no raw data"),
        pytest.param(
            {"names_raw_data": False, "reading": reason("not_tested"), "tested_at": None},
            [],
            id="no raw data, nothing was read",
        ),
        pytest.param({"sample": sample(receipt=None)}, ["QC-11"], id="not received"),
        pytest.param({"sample": None}, ["QC-11"], id="no sample"),
        pytest.param(
            {"sample": None, "reading": reason("not_tested"), "tested_at": None},
            [],
            id="not tested for want of a sample",
        ),
        pytest.param(
            {"sample": sample(receipt=receipt(SampleCondition.LEAKING))}, ["QC-12"], id="leaking"
        ),
        pytest.param({"sample": sample(sample_point="P1")}, ["QC-13"], id="another sample point"),
        pytest.param({"tested_at": None}, ["QC-14"], id="no time of the test"),
        pytest.param({"tested_at": NOON - timedelta(seconds=1)}, ["QC-14"], id="before sampling"),
        pytest.param({"tested_at": NOON + timedelta(hours=1)}, [], id="tested this moment"),
        pytest.param(
            {"tested_at": NOON + timedelta(hours=1, seconds=1)}, ["QC-14"], id="in the future"
        ),
        pytest.param({"specification_approved_at": NOON}, [], id="approved as it was taken"),
        pytest.param(
            {"specification_approved_at": NOON + timedelta(seconds=1)},
            ["QC-15"],
            id="approved after the sample",
        ),
        pytest.param({"specification_approved_at": None}, ["QC-15"], id="never approved"),
        pytest.param({"reading": reason("not_applicable"), "tested_at": None}, [], id="n/a"),
        pytest.param(
            {
                "criterion": ASSAY.model_copy(update={"na_permitted": False}),
                "reading": reason("not_applicable"),
                "tested_at": None,
            },
            ["QC-18"],
            id="n/a where the specification does not permit it",
        ),
    ],
)
def test_what_may_be_entered(changed: dict[str, Any], found: list[str]) -> None:
    asked = about_to_enter(facts(), **changed)
    assert [each.rule for each in judge(entering.RULES, asked)] == found


@pytest.mark.parametrize(
    ("known", "found"),
    [
        pytest.param(facts(), [], id="the first"),
        pytest.param(facts(entry()), ["QC-16"], id="there is one that passes"),
        pytest.param(
            facts(entry(**FAILED), about=(investigation(),)),
            ["QC-16"],
            id="there is one that fails",
        ),
        pytest.param(facts(entry(**VAGUE)), ["QC-16"], id="there is one that tells nothing"),
        pytest.param(facts(entry(**INVALID)), [], id="an invalid assay, verified"),
        pytest.param(
            facts(entry(**INVALID, signed=False)), ["QC-16"], id="an invalid assay, not verified"
        ),
        pytest.param(
            facts(entry(**FAILED), about=(investigation(1, ASIDE, retests=1),)),
            [],
            id="a planned retest",
        ),
        pytest.param(
            facts(
                entry(**FAILED),
                entry(2, retest_of=OOS),
                about=(investigation(1, ASIDE, retests=1),),
            ),
            ["QC-16"],
            id="one retest more than planned",
        ),
    ],
)
def test_nothing_is_tested_into_compliance(known: CriterionFacts, found: list[str]) -> None:
    assert [each.rule for each in judge(entering.RULES, about_to_enter(known))] == found


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        pytest.param((3,), (3, 7), [], id="one day more"),
        pytest.param((3,), (7,), ["QC-17"], id="an earlier day left out"),
        pytest.param((3,), (3, 3), ["QC-17", "QC-17"], id="a day read twice"),
        pytest.param((14,), (14, 15), ["QC-17"], id="after its end"),
    ],
)
def test_a_culture_only_gains_readings(
    before: tuple[int, ...], now: tuple[int, ...], found: list[str]
) -> None:
    known = facts(entry(read=culture(*before), of=CULTURE, signed=False), of=CULTURE)
    asked = about_to_enter(
        known,
        reading=culture(*now),
        change=ResultChange.CONTINUED,
        before=known.results[0],
    )
    assert [each.rule for each in judge(entering.RULES, asked)] == found


@pytest.mark.parametrize(
    ("known", "read", "found"),
    [
        pytest.param(facts(entry()), reading("96"), [], id="a passing one"),
        pytest.param(
            facts(entry(**FAILED), about=(investigation(),)),
            reading(),
            [],
            id="a failing one, its investigation open",
        ),
        pytest.param(
            facts(entry(**FAILED), about=(investigation(state=InvestigationState.LED),)),
            reading(),
            ["QC-19"],
            id="a failing one, its investigation with QA",
        ),
        pytest.param(
            facts(entry(**FAILED), about=(investigation(1, CONFIRMED),)),
            reading(),
            ["QC-19"],
            id="a confirmed one",
        ),
        pytest.param(
            facts(entry(**FAILED), about=(investigation(1, ASIDE, retests=1),)),
            reading(),
            ["QC-19"],
            id="one that was set aside",
        ),
        pytest.param(
            facts(entry(**FAILED), about=(investigation(),)),
            reason("invalid"),
            ["QC-20"],
            id="a failing one called invalid afterwards",
        ),
        pytest.param(facts(entry()), reason("invalid"), [], id="a passing one called invalid"),
    ],
)
def test_what_may_be_corrected(known: CriterionFacts, read: Any, found: list[str]) -> None:
    asked = about_to_enter(
        known, reading=read, change=ResultChange.CORRECTED, before=known.results[0]
    )
    assert [each.rule for each in judge(entering.RULES, asked)] == found


@pytest.mark.parametrize(
    ("changed", "standing", "found"),
    [
        pytest.param({"signed": False}, Standing.CURRENT, [], id="as it was entered"),
        pytest.param(
            {"signed": False, "reading": reading("98")},
            Standing.CURRENT,
            ["QC-21"],
            id="the stored value is not the one evaluated",
        ),
        pytest.param(
            {"signed": False, "read": reason("not_applicable")},
            Standing.CURRENT,
            ["QC-23"],
            id="not applicable",
        ),
        pytest.param({}, Standing.CURRENT, ["QC-24"], id="verified already"),
        pytest.param({"signed": False}, Standing.SUPERSEDED, ["QC-24"], id="corrected since"),
    ],
)
def test_what_may_be_verified(
    changed: dict[str, Any], standing: Standing, found: list[str]
) -> None:
    result = entry(**changed).model_copy(update={"standing": standing})
    asked = VerificationFacts(criterion=ASSAY, result=result)
    assert [each.rule for each in judge(verifying.RULES, asked)] == found


@pytest.mark.parametrize(
    ("days", "found"),
    [
        pytest.param((7,), ["QC-22"], id="read up to day 7"),
        pytest.param((14,), [], id="read on day 14"),
    ],
)
def test_a_culture_is_verified_at_its_end(days: tuple[int, ...], found: list[str]) -> None:
    result = entry(read=culture(*days), of=CULTURE, signed=False)
    asked = VerificationFacts(criterion=CULTURE, result=result)
    assert [each.rule for each in judge(verifying.RULES, asked)] == found


PLANNED = {"conclusion": ASIDE, "cause": "Wrong standard", "plan": "Two portions", "retests": 2}
PLAIN = {
    "conclusion": CONFIRMED,
    "cause": None,
    "plan": None,
    "retests": 0,
    "corrected": False,
    "state": ResultState.FAIL,
}


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        pytest.param({}, [], id="confirmed"),
        pytest.param(PLANNED, [], id="set aside with a plan"),
        pytest.param({**PLANNED, "cause": None}, ["QC-31"], id="no cause"),
        pytest.param({**PLANNED, "plan": None}, ["QC-32"], id="no plan"),
        pytest.param({**PLANNED, "retests": 0}, ["QC-32"], id="no retest"),
        pytest.param({**PLANNED, "retests": 1}, [], id="one retest"),
        pytest.param({"retests": 1}, ["QC-33"], id="confirmed and retested"),
        pytest.param(
            {**PLANNED, "corrected": True}, ["QC-33"], id="the entry was wrong and is retested"
        ),
        pytest.param(
            {"conclusion": ASIDE, "cause": "Typed wrongly", "corrected": True},
            [],
            id="the entry was wrong",
        ),
        pytest.param(
            {"state": ResultState.INDETERMINATE}, ["QC-34"], id="nothing said, and confirmed"
        ),
        pytest.param(
            {**PLANNED, "state": ResultState.INDETERMINATE}, [], id="nothing said, done again"
        ),
    ],
)
def test_what_an_investigation_may_conclude(changed: dict[str, Any], found: list[str]) -> None:
    asked = ConclusionFacts.model_validate({**PLAIN, **changed})
    assert [each.rule for each in judge(investigating.RULES, asked)] == found


@pytest.mark.parametrize(
    ("stage", "failing", "unsettled", "found"),
    [
        pytest.param(Stage.CERTIFIED, (), (), [], id="nothing speaks against it"),
        pytest.param(Stage.CERTIFIED, ("Sterility",), (), ["QC-41"], id="it fails"),
        pytest.param(Stage.CONDITIONALLY_CERTIFIED, ("Sterility",), (), ["QC-41"], id="late"),
        pytest.param(Stage.CERTIFIED, (), ("D01",), ["QC-42"], id="a deviation is open"),
        pytest.param(Stage.IN_TESTING, ("Sterility",), ("D01",), [], id="nothing can leave yet"),
        pytest.param(Stage.RECALLED, (), (), ["QC-43"], id="recalled"),
        pytest.param(Stage.REJECTED, (), (), ["QC-43"], id="rejected"),
    ],
)
def test_when_a_lot_may_go_on(
    stage: Stage, failing: tuple[str, ...], unsettled: tuple[str, ...], found: list[str]
) -> None:
    facts = HoldFacts(stage=stage, failing=failing, unsettled=unsettled)
    assert [each.rule for each in judge(holding.RULES, facts)] == found
