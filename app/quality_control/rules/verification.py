"""What a second person may verify."""

from collections.abc import Iterator

from app.masters.evaluate import evaluate
from app.rulebook import rule
from schemas.base import Contract
from schemas.quality_record import ResultFacts, Standing
from schemas.reading import Dosing, NotApplicableReading, ResultState
from schemas.specification import Criterion


class VerificationFacts(Contract):
    """One entry about to be verified, and the criterion that judged it."""

    criterion: Criterion
    result: ResultFacts


@rule("QC-21", cite="R-SPEC-12", mend="Stop, and tell the administrator: a stored value changed.")
def it_says_the_same_again(facts: VerificationFacts) -> Iterator[str]:
    """A result evaluated again gives the same verdict, digit for digit."""
    words = facts.result.words
    again = evaluate(facts.criterion, words.reading, context=words.dosing or Dosing())
    if again != words.evaluation:
        yield f"{words.title}: evaluated again, it says: {again.explanation}"


@rule("QC-22", cite="R-SPEC-03; R-SPEC-13", mend="Wait until the culture was read to its end.")
def a_culture_is_verified_at_its_end(facts: VerificationFacts) -> Iterator[str]:
    """A culture is verified when it is finished; until then it only informs."""
    if facts.result.words.state is ResultState.PENDING:
        yield f"{facts.result.words.title}: {facts.result.words.evaluation.explanation}"


@rule("QC-23", cite="R-ATMP-01; R-SPEC-03", mend="QA decides on it.")
def not_applicable_is_not_for_the_laboratory(facts: VerificationFacts) -> Iterator[str]:
    """Not applicable is signed by the quality unit, not verified in the laboratory."""
    if isinstance(facts.result.words.reading, NotApplicableReading):
        yield f"{facts.result.words.title} is proposed as not applicable."


@rule("QC-24", cite="R-P11-15; R-ATMP-07", mend="Reload the page and look at what is there now.")
def what_is_read_is_verified_once(facts: VerificationFacts) -> Iterator[str]:
    """Only the entry that is read is verified, and only once."""
    words = facts.result.words
    if facts.result.is_signed:
        yield f"{words.title}: entry {words.revision} of {words.number} is verified already."
    elif facts.result.standing is Standing.SUPERSEDED:
        yield f"{words.title}: entry {words.revision} of {words.number} was corrected since."


RULES = (
    it_says_the_same_again,
    a_culture_is_verified_at_its_end,
    not_applicable_is_not_for_the_laboratory,
    what_is_read_is_verified_once,
)
