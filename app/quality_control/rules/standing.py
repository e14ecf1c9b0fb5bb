"""Which entry of a result is read, and which results still speak for the lot."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.quality import Conclusion, InvestigationFacts, InvestigationState
from schemas.quality_record import CriterionFacts, ResultFacts, Standing
from schemas.reading import ResultState


@dataclass(frozen=True)
class Entry:
    """The number and revision of an entry, in the order of entering."""

    number: str
    revision: int


def standing_of(
    entry: Entry, entries: Sequence[Entry], investigations: Sequence[InvestigationFacts]
) -> Standing:
    """Whether this entry is read, was entered again, or was set aside by an investigation."""
    if any(
        each.sets_aside
        and each.result_number == entry.number
        and entry.revision <= each.through_revision
        for each in investigations
    ):
        return Standing.SET_ASIDE
    last = max(each.revision for each in entries if each.number == entry.number)
    return Standing.CURRENT if entry.revision == last else Standing.SUPERSEDED


def current(results: Sequence[ResultFacts]) -> tuple[ResultFacts, ...]:
    """The entries that are read: one for each result that was not set aside."""
    return tuple(each for each in results if each.standing is Standing.CURRENT)


def speaking(results: Sequence[ResultFacts]) -> tuple[ResultFacts, ...]:
    """The current entries that say something of the lot.

    An assay that was not valid says nothing once it was verified and done again.
    """
    found = current(results)
    return tuple(
        each
        for at, each in enumerate(found)
        if each.words.state is not ResultState.INVALID or not each.is_signed or at == len(found) - 1
    )


def failing(results: Sequence[ResultFacts]) -> tuple[ResultFacts, ...]:
    """Every entry that failed and was not set aside, corrected or not (R-SPEC-10)."""
    return tuple(
        each
        for each in results
        if each.words.state is ResultState.FAIL and each.standing is not Standing.SET_ASIDE
    )


def retests_left(
    results: Sequence[ResultFacts], investigations: Sequence[InvestigationFacts]
) -> tuple[tuple[InvestigationFacts, int], ...]:
    """The approved plans that still ask for retests, with how many."""
    left = []
    for each in investigations:
        done = {found.words.number for found in results if found.words.retest_of == each.number}
        if each.sets_aside and each.retests > len(done):
            left.append((each, each.retests - len(done)))
    return tuple(left)


def under_investigation(
    number: str, investigations: Sequence[InvestigationFacts]
) -> InvestigationFacts | None:
    """The investigation that keeps this result as it is: with QA, or confirmed."""
    for each in investigations:
        confirmed = each.conclusion is Conclusion.CONFIRMED
        closed = each.state is InvestigationState.CLOSED and confirmed
        if each.result_number == number and (each.state is InvestigationState.LED or closed):
            return each
    return None


def is_open(facts: CriterionFacts) -> bool:
    """Whether a result of this criterion is asked for now: the first, a repeat or a retest."""
    if retests_left(facts.results, facts.investigations):
        return True
    found = current(facts.results)
    if not found:
        return not facts.results
    return found[-1].words.state is ResultState.INVALID and found[-1].is_signed


def read_on(facts: CriterionFacts) -> ResultFacts | None:
    """The culture of this criterion that is still read on, if there is one."""
    found = current(facts.results)
    pending = found and found[-1].words.state is ResultState.PENDING
    return found[-1] if pending else None
