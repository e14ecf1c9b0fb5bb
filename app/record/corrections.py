"""Entries that were corrected: what each said before, what it says now, and why (R-ATMP-07)."""

from dataclasses import dataclass

from app.record.entries import lines_of, materials_of
from app.record.words import NOTHING, shown
from schemas.master import MaterialNeed
from schemas.master_step import Step
from schemas.production import EntryWords, ProductionRecord


@dataclass(frozen=True)
class Correction:
    """An entry that was replaced: what it said, what it says now, and why."""

    old: EntryWords
    new: EntryWords
    changes: tuple[tuple[str, str, str], ...]


def corrections_of(production: ProductionRecord, zone: str) -> tuple[Correction, ...]:
    """Each correction of a step: what the entry said before, and says now (R-ATMP-07)."""
    every = {
        each.words.entry: (each.words, line.step)
        for phase in production.phases
        for line in phase.steps
        for each in (*line.entries, *line.superseded)
    }
    needs = {each.code: each for each in production.materials}

    def said(words: EntryWords, step: Step) -> dict[str, str]:
        return {**_said(words, step, zone), **_used(words, needs)}

    return tuple(
        Correction(old, new, _changes(said(old, step), said(new, step)))
        for new, step in every.values()
        if new.corrects is not None and new.corrects in every
        for old in (every[new.corrects][0],)
    )


def _changes(before: dict[str, str], after: dict[str, str]) -> tuple[tuple[str, str, str], ...]:
    """The labels under which the two differ: values, calculated ones among them, and uses."""
    labels = [*after, *(each for each in before if each not in after)]
    missing = shown(None)
    return tuple(
        (label, before.get(label, missing), after.get(label, missing))
        for label in labels
        if before.get(label) != after.get(label)
    )


def _said(words: EntryWords, step: Step, zone: str) -> dict[str, str]:
    said = {each.label: each.value for each in lines_of(words, step, zone)}
    return {
        **said,
        "Done at": shown(words.performed_at, zone),
        "Remark": shown(words.values.remark, zone),
    }


def _used(words: EntryWords, needs: dict[str, MaterialNeed]) -> dict[str, str]:
    return {
        "Materials": materials_of(words, needs) or NOTHING,
        "Equipment": ", ".join(each.equipment for each in words.equipment) or NOTHING,
        "Room": words.room,
        "Containers": ", ".join(words.containers) or NOTHING,
    }
