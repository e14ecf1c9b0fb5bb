"""What all results of a criterion come to. The latest never simply wins: every result counts."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.quality_control.rules.standing import current, failing, retests_left, speaking
from app.rulebook import Rule, rule
from schemas.finding import Finding
from schemas.quality import InvestigationState
from schemas.quality_record import CriterionFacts, ResultFacts
from schemas.reading import ResultState


@rule(
    "QC-01",
    cite="R-SPEC-10; 21 CFR 211.192",
    mend="Lead the investigation; only a proven laboratory cause that QA approves sets it aside.",
)
def no_result_fails(facts: CriterionFacts) -> Iterator[str]:
    """A failing result counts until an approved investigation sets it aside."""
    for each in failing(facts.results):
        words = each.words
        about = {one.state for one in facts.investigations if one.result_number == words.number}
        open_still = about - {InvestigationState.CLOSED}
        how = "its investigation is open" if open_still else "it was confirmed"
        yield f"Result {words.number} failed: {words.evaluation.explanation} ({how})"


@rule(
    "QC-02",
    cite="R-SPEC-05; R-SPEC-03",
    mend="Complete or correct the entry, or have it investigated; a finer method is a new result.",
)
def no_result_is_undecided(facts: CriterionFacts) -> Iterator[str]:
    """A result that cannot be told from its limit keeps the gate closed."""
    for each in speaking(facts.results):
        if each.words.state is ResultState.INDETERMINATE:
            yield f"Result {each.words.number}: {each.words.evaluation.explanation}"


@rule(
    "QC-03", cite="R-SPEC-03; R-SPEC-10", mend="Have the invalid assay verified, then do it again."
)
def no_assay_is_left_invalid(facts: CriterionFacts) -> Iterator[str]:
    """An assay that was not valid is done again."""
    for each in speaking(facts.results):
        if each.words.state is ResultState.INVALID:
            yield f"Result {each.words.number}: {each.words.evaluation.explanation}"


@rule("QC-04", cite="R-SPEC-03; R-INS-05", mend="Do the test and correct the entry.")
def nothing_is_left_untested(facts: CriterionFacts) -> Iterator[str]:
    """A test that was not done keeps the gate closed like a failing one."""
    for each in speaking(facts.results):
        if each.words.state is ResultState.NOT_TESTED:
            yield f"Result {each.words.number}: {each.words.evaluation.explanation}"


@rule("QC-05", cite="R-SPEC-10", mend="Do every retest of the approved plan.")
def planned_retests_are_all_done(facts: CriterionFacts) -> Iterator[str]:
    """Every retest of an approved plan is done; none stops at the first that passes."""
    for plan, left in retests_left(facts.results, facts.investigations):
        yield f"The plan of {plan.number} asks for {plan.retests} retests; {left} not done yet."


@rule("QC-06", cite="R-SPEC-03; R-INS-05", mend="Take the sample, test it, enter the result.")
def there_is_a_result(facts: CriterionFacts) -> Iterator[str]:
    """Without a result there is no verdict: nothing is passed by silence."""
    if current(facts.results):
        return
    point = facts.criterion.sample_point
    if not facts.sampled:
        yield f"No sample was taken at {point}, so there is no result."
    elif not retests_left(facts.results, facts.investigations):
        yield f"There is no result yet on the sample of {point}."


@rule("QC-07", cite="R-SPEC-03; R-ATMP-26", mend="Read the culture on its days until the last.")
def cultures_are_read_to_the_end(facts: CriterionFacts) -> Iterator[str]:
    """A culture is negative when its last day was read, not before."""
    for each in speaking(facts.results):
        if each.words.state is ResultState.PENDING:
            yield f"Result {each.words.number}: {each.words.evaluation.explanation}"


@rule(
    "QC-08",
    cite="R-SPEC-13; R-ATMP-21; R-A11-06",
    mend="A QC reviewer who did not enter it verifies it.",
)
def results_are_verified(facts: CriterionFacts) -> Iterator[str]:
    """A result counts as there when a second person has verified it."""
    for each in speaking(facts.results):
        waits = each.words.state is not ResultState.NOT_APPLICABLE
        if waits and not each.is_signed and each.words.state is not ResultState.PENDING:
            yield f"Result {_named(each)} is not verified."


@rule("QC-09", cite="R-SPEC-03; R-ATMP-01", mend="QA signs that the test does not apply.")
def not_applicable_is_signed(facts: CriterionFacts) -> Iterator[str]:
    """Not applicable is what the quality unit has signed, not what was proposed."""
    for each in speaking(facts.results):
        if each.words.state is ResultState.NOT_APPLICABLE and not each.is_signed:
            yield f"Result {each.words.number} proposes “not applicable”; QA has not signed it."


_WEIGHT: tuple[tuple[Rule[CriterionFacts], ResultState], ...] = (
    (no_result_fails, ResultState.FAIL),
    (no_result_is_undecided, ResultState.INDETERMINATE),
    (no_assay_is_left_invalid, ResultState.INVALID),
    (nothing_is_left_untested, ResultState.NOT_TESTED),
    (planned_retests_are_all_done, ResultState.PENDING),
    (there_is_a_result, ResultState.PENDING),
    (cultures_are_read_to_the_end, ResultState.PENDING),
    (results_are_verified, ResultState.PENDING),
    (not_applicable_is_signed, ResultState.PENDING),
)
"""The heaviest finding is the verdict; every finding is told."""

RULES = tuple(each for each, _ in _WEIGHT)


@dataclass(frozen=True)
class CriterionVerdict:
    """What a criterion's results come to, and why."""

    state: ResultState
    says: str
    reported: str | None
    interim: str | None
    findings: tuple[Finding, ...]


def verdict_of(facts: CriterionFacts) -> CriterionVerdict:
    """Judge a criterion by everything that was ever read on it (R-SPEC-03, R-SPEC-10).

    The same facts always give the same verdict (R-SPEC-12).
    """
    found = [(state, finding) for each, state in _WEIGHT for finding in each(facts)]
    findings = tuple(finding for _, finding in found)
    said = speaking(facts.results)
    if found:
        state, says = found[0][0], found[0][1].says
    elif all(each.words.state is ResultState.NOT_APPLICABLE for each in said):
        state, says = ResultState.NOT_APPLICABLE, said[-1].words.evaluation.explanation
    else:
        state, says = ResultState.PASS, said[-1].words.evaluation.explanation
    return CriterionVerdict(state, says, _reported(said), _interim(said), findings)


def _reported(said: tuple[ResultFacts, ...]) -> str | None:
    told = [
        each.words.evaluation.reported
        for each in said
        if each.words.evaluation.reported and each.words.state is not ResultState.PENDING
    ]
    return "; ".join(told) or None


def _interim(said: tuple[ResultFacts, ...]) -> str | None:
    told = [
        each.words.evaluation.reported
        for each in said
        if each.words.state is ResultState.PENDING and each.words.evaluation.reported
    ]
    return "; ".join(told) or None


def _named(result: ResultFacts) -> str:
    words = result.words
    reported = words.evaluation.reported
    return f"{words.number} ({reported})" if reported else words.number
