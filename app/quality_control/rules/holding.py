"""When a lot that is held may go on."""

from collections.abc import Iterator

from app.rulebook import rule
from schemas.base import Code, Contract, Text
from schemas.lot import Stage

CERTIFIED = frozenset({Stage.CONDITIONALLY_CERTIFIED, Stage.CERTIFIED})


class HoldFacts(Contract):
    """A held lot, and what speaks against letting it go on."""

    stage: Stage
    failing: tuple[Text, ...]
    """The titles of the gating criteria that fail."""
    unsettled: tuple[Code, ...]
    """The numbers of the deviations that are critical and open, or decided against the lot."""


@rule(
    "QC-41",
    cite="R-ATMP-26; R-QP-11",
    mend="Lead the investigation; if the failure stands, the lot is recalled.",
)
def no_failure_goes_out_again(facts: HoldFacts) -> Iterator[str]:
    """A certified lot that fails its specification stays on hold."""
    if facts.stage in CERTIFIED:
        for title in facts.failing:
            yield f"{title} fails."


@rule("QC-42", cite="R-ATMP-29; R-QP-11", mend="Investigate and decide the deviation.")
def critical_deviations_are_settled_first(facts: HoldFacts) -> Iterator[str]:
    """A certified lot stays on hold while a critical deviation is open or decided against it."""
    if facts.stage in CERTIFIED:
        for number in facts.unsettled:
            yield f"Deviation {number} is critical and open, or was decided against the lot."


@rule("QC-43", cite="R-QP-11; R-ATMP-34", mend="A lot whose journey has ended is left as it is.")
def what_was_stopped_stays_stopped(facts: HoldFacts) -> Iterator[str]:
    """A lot that was recalled or rejected is not let go on."""
    if facts.stage in {Stage.RECALLED, Stage.REJECTED}:
        yield f"The lot is {facts.stage.label.lower()}."


RULES = (
    no_failure_goes_out_again,
    critical_deviations_are_settled_first,
    what_was_stopped_stays_stopped,
)
