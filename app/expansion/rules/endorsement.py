"""Whether the responsible person may endorse the production of a lot."""

from collections.abc import Iterator

from app.expansion.rules.step import stage_words, words
from app.rulebook import rule
from schemas.expansion_facts import EndorsementCase


@rule("EXP-61", cite="R-BR-17; R-P11-06", mend="Do what is missing.")
def every_step_is_done(case: EndorsementCase) -> Iterator[str]:
    """Production is endorsed when every step of the master is done."""
    if case.owed:
        yield f"Not done yet: {words(case.owed)}."


@rule("EXP-62", cite="R-BR-14; R-BR-17", mend="Have the second person check it.")
def every_entry_is_checked(case: EndorsementCase) -> Iterator[str]:
    """Production is endorsed when every entry that asks for a second person is checked."""
    if case.to_check:
        yield f"Not checked yet: {words(case.to_check)}."


@rule("EXP-63", cite="R-ATMP-19", mend="QA settles the reason and lets the lot go on.")
def not_while_held(case: EndorsementCase) -> Iterator[str]:
    """The production of a held lot is not endorsed."""
    if case.lot.held:
        yield f"{case.lot.number} is held: {case.lot.hold_reason}"


@rule("EXP-64", cite="R-ATMP-07; R-EXP-13", mend="Correct that entry too: its values follow anew.")
def everything_follows_from_the_entries(case: EndorsementCase) -> Iterator[str]:
    """Every calculated value follows from the entries as they stand after corrections."""
    yield from case.out_of_step


@rule("EXP-65", cite="R-P11-06", mend="Look at the lot: it has moved on.")
def it_is_in_production(case: EndorsementCase) -> Iterator[str]:
    """Production is endorsed once, at its end."""
    yield from stage_words(case.lot)


RULES = (
    every_step_is_done,
    every_entry_is_checked,
    not_while_held,
    everything_follows_from_the_entries,
    it_is_in_production,
)
