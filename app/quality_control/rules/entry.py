"""What may be entered for a criterion, and when a second result is none."""

from collections.abc import Iterator

from app.quality_control.rules.standing import current, retests_left, under_investigation
from app.rulebook import rule
from schemas.base import Code, Contract, Moment
from schemas.quality import InvestigationFacts
from schemas.quality_record import ResultFacts
from schemas.reading import (
    InvalidReading,
    NotApplicableReading,
    NotTestedReading,
    Reading,
    ResultState,
    SterilityReading,
)
from schemas.result import ReceiptFacts, ResultChange
from schemas.specification import Criterion


class SampleFacts(Contract):
    """The sample an entry is made on, as far as the rules look at it."""

    number: Code
    sample_point: Code
    taken_at: Moment
    receipt: ReceiptFacts | None


class EntryFacts(Contract):
    """One entry about to be made, and everything entered for its criterion before."""

    criterion: Criterion
    sample: SampleFacts | None
    reading: Reading
    change: ResultChange
    tested_at: Moment | None
    names_raw_data: bool
    entered_at: Moment
    specification_approved_at: Moment | None
    before: ResultFacts | None
    """The entry this one continues or corrects."""
    results: tuple[ResultFacts, ...]
    investigations: tuple[InvestigationFacts, ...]

    @property
    def is_measured(self) -> bool:
        """Whether something was read on the sample, as against why nothing was."""
        return not isinstance(self.reading, NotTestedReading | NotApplicableReading)


@rule(
    "QC-10",
    cite="R-BR-09; R-SPEC-13; R-ATMP-21",
    mend="Attach the raw data, or say where they are kept.",
)
def raw_data_are_named(facts: EntryFacts) -> Iterator[str]:
    """A result names its raw data, so that a second person can verify it against them."""
    if facts.is_measured and not facts.names_raw_data:
        yield f"{facts.criterion.title}: no raw data are named."


@rule(
    "QC-11", cite="R-ATMP-22; R-BR-11", mend="Receive the sample in the laboratory, then enter it."
)
def the_sample_is_in_the_laboratory(facts: EntryFacts) -> Iterator[str]:
    """A result is read on a sample that the laboratory has received."""
    if not facts.is_measured:
        return
    if facts.sample is None:
        yield f"No sample was taken at {facts.criterion.sample_point}; nothing can be read on it."
    elif facts.sample.receipt is None:
        yield f"Sample {facts.sample.number} is not received in the laboratory."


@rule("QC-12", cite="R-ATMP-22; R-SPEC-03", mend="Take another sample, or enter “not tested”.")
def the_sample_is_fit(facts: EntryFacts) -> Iterator[str]:
    """A sample that arrived broken, warm, late or without its label is not tested."""
    receipt = facts.sample.receipt if facts.sample else None
    if facts.is_measured and receipt is not None and not receipt.condition.fit:
        yield f"The sample arrived so: {receipt.condition.label.lower()}."


@rule("QC-13", cite="R-SPEC-01", mend="Enter it on the sample that the specification names.")
def the_criterion_is_read_on_this_sample(facts: EntryFacts) -> Iterator[str]:
    """A criterion is read on the sample that its specification names."""
    asked, sample = facts.criterion.sample_point, facts.sample
    if sample is not None and sample.sample_point != asked:
        yield f"{facts.criterion.title} is read on {asked}; this sample is {sample.sample_point}."


@rule("QC-14", cite="R-DI-01; R-DI-07", mend="Correct the date and time of the test.")
def the_test_is_after_the_sample_and_before_now(facts: EntryFacts) -> Iterator[str]:
    """A test is done after its sample was taken, and not in the future."""
    if facts.tested_at is None:
        if facts.is_measured:
            yield "The time of the test is missing."
        return
    if facts.tested_at > facts.entered_at:
        yield f"The test is dated {facts.tested_at:%Y-%m-%d %H:%M} UTC, which is still to come."
    if facts.sample is not None and facts.tested_at < facts.sample.taken_at:
        yield f"The sample was taken later, at {facts.sample.taken_at:%Y-%m-%d %H:%M} UTC."


@rule(
    "QC-15",
    cite="R-SPEC-09",
    mend="Correct the time of sampling if it is wrong; else judge it by the version it was under.",
)
def the_specification_was_there_before_the_sample(facts: EntryFacts) -> Iterator[str]:
    """A specification approved after the sample was taken does not judge that sample."""
    approved, sample = facts.specification_approved_at, facts.sample
    if sample is None:
        return
    if approved is None:
        yield "The specification of this lot has no approval."
    elif approved > sample.taken_at:
        yield (
            f"The specification was approved on {approved:%Y-%m-%d %H:%M} UTC, after the sample "
            f"was taken on {sample.taken_at:%Y-%m-%d %H:%M} UTC."
        )


@rule(
    "QC-16",
    cite="R-SPEC-10; 21 CFR 211.192",
    mend="Correct the result if it was entered wrongly; a retest needs a plan that QA approved.",
)
def nothing_is_tested_into_compliance(facts: EntryFacts) -> Iterator[str]:
    """A second result needs an approved plan, or an invalid assay that was verified."""
    if facts.change not in {ResultChange.FIRST, ResultChange.REPEAT, ResultChange.RETEST}:
        return
    if retests_left(facts.results, facts.investigations):
        return
    standing = current(facts.results)
    if not standing:
        if facts.results:
            yield "The result was set aside, and the approved plan asks for no further retest."
        return
    last = standing[-1]
    if last.words.state is not ResultState.INVALID:
        yield f"There is a result already: {last.words.number}."
    elif not last.is_signed:
        yield f"The invalid assay {last.words.number} is not verified yet."


@rule(
    "QC-17",
    cite="R-DI-01; R-ATMP-07",
    mend="Enter only new readings; a wrong one is corrected, with its reason.",
)
def a_culture_only_gains_readings(facts: EntryFacts) -> Iterator[str]:
    """What was read of a culture stays; each medium is read once a day, and not after the end."""
    if facts.change is not ResultChange.CONTINUED or facts.before is None:
        return
    before, now = facts.before.words.reading, facts.reading
    if not isinstance(before, SterilityReading) or not isinstance(now, SterilityReading):
        yield "Only a culture is read on; any other result is corrected."
        return
    if facts.before.words.state is not ResultState.PENDING:
        yield f"The culture is finished: {facts.before.words.evaluation.explanation}"
    kept = now.readings[: len(before.readings)] == before.readings
    if not kept or now.inoculated_at != before.inoculated_at:
        yield "The earlier readings are not the ones on record."
    looks = [(each.day, each.medium) for each in now.readings]
    for day, medium in sorted({each for each in looks if looks.count(each) > 1}, key=str):
        yield f"Day {day}{f' of the {medium}' if medium else ''} is on record already."


@rule("QC-18", cite="R-ATMP-01; R-SPEC-03", mend="Do the test, or enter “not tested”.")
def not_applicable_is_foreseen(facts: EntryFacts) -> Iterator[str]:
    """A test may be not applicable only where the specification says so."""
    if isinstance(facts.reading, NotApplicableReading) and not facts.criterion.na_permitted:
        yield f"The specification does not let “{facts.criterion.title}” be not applicable."


@rule("QC-19", cite="R-SPEC-10; R-ATMP-07", mend="Wait for QA's answer, or ask for a deviation.")
def what_is_investigated_stays(facts: EntryFacts) -> Iterator[str]:
    """A result whose investigation is with QA, or that was set aside or confirmed, stays."""
    if facts.before is None:
        return
    number = facts.before.words.number
    bound = under_investigation(number, facts.investigations)
    if bound is not None:
        yield f"Investigation {bound.number} of this result is {bound.state.label.lower()}."
    elif facts.before not in current(facts.results):
        yield f"Entry {facts.before.words.revision} of {number} is no longer the one that is read."


@rule("QC-20", cite="R-SPEC-03", mend="Enter the new result as it was read.")
def an_assay_is_not_called_invalid_afterwards(facts: EntryFacts) -> Iterator[str]:
    """A failing result is not corrected into an invalid assay: that is an investigation's word."""
    if facts.change is not ResultChange.CORRECTED or facts.before is None:
        return
    was_failing = facts.before.words.state is ResultState.FAIL
    if was_failing and isinstance(
        facts.reading, InvalidReading | NotTestedReading | NotApplicableReading
    ):
        yield f"Result {facts.before.words.number} failed; it cannot be entered away."


RULES = (
    raw_data_are_named,
    the_sample_is_in_the_laboratory,
    the_sample_is_fit,
    the_criterion_is_read_on_this_sample,
    the_test_is_after_the_sample_and_before_now,
    the_specification_was_there_before_the_sample,
    nothing_is_tested_into_compliance,
    a_culture_only_gains_readings,
    not_applicable_is_foreseen,
    what_is_investigated_stays,
    an_assay_is_not_called_invalid_afterwards,
)
