"""What an investigation needs before a result leaves the verdict."""

from collections.abc import Iterator

from app.rulebook import rule
from schemas.base import Contract
from schemas.quality import Conclusion
from schemas.reading import ResultState


class ConclusionFacts(Contract):
    """A conclusion about to be signed, and what the result says now."""

    conclusion: Conclusion
    cause: str | None
    plan: str | None
    retests: int
    corrected: bool
    """Whether the result was entered again since, and the new entry does not fail."""
    state: ResultState
    """The worst that the result was worth."""


@rule("QC-31", cite="R-SPEC-10; 21 CFR 211.192", mend="Name the cause and its proof, or confirm.")
def a_cause_is_assigned(facts: ConclusionFacts) -> Iterator[str]:
    """Only a laboratory cause that can be named sets a result aside."""
    if facts.conclusion is Conclusion.SET_ASIDE and not facts.cause:
        yield "The result is to be set aside, and no laboratory cause is named."


@rule("QC-32", cite="R-SPEC-10", mend="Give the plan and the number of retests, one at least.")
def a_retest_is_planned(facts: ConclusionFacts) -> Iterator[str]:
    """What replaces a result is planned before it is done, unless the entry alone was wrong."""
    if facts.conclusion is not Conclusion.SET_ASIDE or facts.corrected:
        return
    if not facts.plan or not facts.retests:
        yield "Nothing would replace the result: there is no plan with a number of retests."


@rule("QC-33", cite="R-SPEC-10", mend="Leave the plan and the number of retests out.")
def a_result_that_stands_is_not_retested(facts: ConclusionFacts) -> Iterator[str]:
    """A confirmed result, or one that was only entered wrongly, is not tested again."""
    stands = facts.conclusion is Conclusion.CONFIRMED or facts.corrected
    if stands and (facts.retests or facts.plan):
        why = "the result is confirmed" if not facts.corrected else "the entry was corrected"
        yield f"A retest is planned, although {why}."


@rule("QC-34", cite="R-SPEC-10; R-SPEC-05", mend="Set it aside with a plan, or leave it open.")
def what_says_nothing_is_not_confirmed(facts: ConclusionFacts) -> Iterator[str]:
    """Only a failing result is confirmed; one that tells nothing has nothing to confirm."""
    if facts.conclusion is Conclusion.CONFIRMED and facts.state is not ResultState.FAIL:
        yield "The result does not fail; there is nothing to confirm."


RULES = (
    a_cause_is_assigned,
    a_retest_is_planned,
    a_result_that_stands_is_not_retested,
    what_says_nothing_is_not_confirmed,
)
