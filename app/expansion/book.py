"""The lot's copy of its master: what has been entered so far, and which step is open now.

Pure: a book is made of contracts, and answers without a clock or a database.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from schemas.master import MasterBatchRecord, Phase
from schemas.master_step import Step
from schemas.product import Product
from schemas.production import EntryWords
from schemas.quantity import Calculation
from schemas.step import (
    FeedValues,
    FillValues,
    HarvestValues,
    SeedValues,
    StepKind,
    StepValues,
)

T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """One step to be done, and for which time."""

    phase: Phase
    step: Step
    occurrence: int


@dataclass(frozen=True)
class Book:
    """A master with every entry made so far, corrected ones included, in their order."""

    master: MasterBatchRecord
    product: Product
    written: tuple[EntryWords, ...]
    checked: frozenset[int]
    """The numbers of the entries that a second person has checked."""
    carried: Decimal
    """Doublings the cells brought with them from the parent lot."""
    frozen_cells: Decimal
    """Viable cells frozen in the parent's containers this lot starts from."""
    _worked_out: dict[tuple[str, int], Mapping[str, Calculation]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _drawn_up: dict[Callable[["Book"], Any], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def current(self) -> tuple[EntryWords, ...]:
        """The entries as they stand: those that no later entry corrects."""
        corrected = {each.corrects for each in self.written}
        return tuple(each for each in self.written if each.entry not in corrected)

    @cached_property
    def _by_step(self) -> dict[str, tuple[EntryWords, ...]]:
        found: dict[str, list[EntryWords]] = {}
        for each in sorted(self.current, key=lambda each: each.occurrence):
            found.setdefault(each.step, []).append(each)
        return {step: tuple(entries) for step, entries in found.items()}

    def of(self, step: str) -> tuple[EntryWords, ...]:
        """The entries of one step as they stand, first time first."""
        return self._by_step.get(step, ())

    def at(self, step: str, occurrence: int) -> EntryWords | None:
        """The entry that stands for this step and time, or None."""
        return next((each for each in self.of(step) if each.occurrence == occurrence), None)

    def superseded(self, step: str) -> tuple[EntryWords, ...]:
        """The entries of one step that were corrected, oldest first."""
        standing = {each.entry for each in self.of(step)}
        return tuple(
            each for each in self.written if each.step == step and each.entry not in standing
        )

    def open_places(self) -> tuple[Place, ...]:
        """What can be done now, in the order of the master (R-P11-06).

        A step that may be repeated stays open beside the next one; a step whose minimum is none
        may be passed over. Once something later is done, what lies before is closed.
        """
        steps = list(self.master.steps())
        reached = max(
            (at for at, (_, step) in enumerate(steps) if self.of(step.code)),
            default=0,
        )
        found: list[Place] = []
        for phase, step in steps[reached:]:
            done = len(self.of(step.code))
            if done < step.repeat.maximum:
                found.append(Place(phase, step, done + 1))
            if done < step.repeat.minimum:
                break
        return tuple(found)

    def place(self, step: str) -> Place | None:
        """The open place of this step, or None when it is not open now."""
        return next((each for each in self.open_places() if each.step.code == step), None)

    def is_complete(self) -> bool:
        """Whether every step has been done as often as the master asks at least."""
        return all(not self._owes(step) for _, step in self.master.steps())

    def _owes(self, step: Step) -> bool:
        return len(self.of(step.code)) < step.repeat.minimum

    def owed(self) -> tuple[Step, ...]:
        """The steps that still have to be done."""
        return tuple(step for _, step in self.master.steps() if self._owes(step))

    def to_check(self) -> tuple[EntryWords, ...]:
        """The entries as they stand that wait for their second person."""
        return tuple(
            each
            for each in self.current
            if self.master.step(each.step).second_person and each.entry not in self.checked
        )

    def before(self, step: str, occurrence: int) -> Iterator[tuple[Step, EntryWords]]:
        """The entries as they stand of what the master puts before this step and time."""
        for _, each in self.master.steps():
            for entry in self.of(each.code):
                if each.code == step and entry.occurrence >= occurrence:
                    return
                yield each, entry
            if each.code == step:
                return

    def around(self, step: str, occurrence: int) -> tuple[EntryWords | None, EntryWords | None]:
        """The entries just before and just after this step and time, as they stand."""
        line = [entry for _, each in self.master.steps() for entry in self.of(each.code)]
        here = next(
            at for at, each in enumerate(line) if (each.step, each.occurrence) == (step, occurrence)
        )
        before = line[here - 1] if here else None
        return before, line[here + 1] if here + 1 < len(line) else None

    def latest(self, step: str) -> EntryWords | None:
        """The last time a step was done, or None."""
        return next(reversed(self.of(step)), None)

    def last_done_at(self) -> datetime | None:
        """When the latest of all entries was performed."""
        return max((each.performed_at for each in self.current), default=None)

    def once(
        self, what: str, entry: EntryWords, work: Callable[[], Iterator[tuple[str, Calculation]]]
    ) -> Mapping[str, Calculation]:
        """What is calculated from an entry as it stands: worked out once for each book.

        A book never changes, and one with another entry in it begins anew.
        """
        key = (what, entry.entry)
        if key not in self._worked_out:
            self._worked_out[key] = dict(work())
        return self._worked_out[key]

    def followed(self, work: Callable[["Book"], T]) -> T:
        """What follows from the book alone: drawn up once, as what is calculated from an entry."""
        if work not in self._drawn_up:
            self._drawn_up[work] = work(self)
        found: T = self._drawn_up[work]
        return found

    def with_correction(self, entry: EntryWords) -> "Book":
        """The same book with one more entry in it."""
        return replace(self, written=(*self.written, entry))


_TIMES: dict[StepKind, tuple[str, ...]] = {
    StepKind.SEED: ("seeded_at",),
    StepKind.FEED: ("fed_at",),
    StepKind.HARVEST: ("enzyme_added_at", "enzyme_stopped_at"),
    StepKind.THAW: ("removed_at", "thawed_at"),
    StepKind.FILL: ("started_at", "ended_at"),
    StepKind.FREEZE: ("protectant_added_at", "freezing_started_at", "stored_at"),
    StepKind.SAMPLE: ("taken_at",),
    StepKind.HOLD: ("started_at", "ended_at"),
}
_ENDS_THE_STEP = frozenset(_TIMES) - {StepKind.HARVEST, StepKind.THAW}
"""After the enzyme, and after thawing, the cells are still spun and counted."""


def times_of(values: StepValues) -> tuple[datetime, ...]:
    """The moments a person entered at a step, first to last as they should have been."""
    return tuple(getattr(values, name) for name in _TIMES.get(values.kind, ()))


def performed_at(values: StepValues, said: datetime | None, now: datetime) -> datetime:
    """When a step was done: as said, else when its last moment was, else now."""
    if said is not None:
        return said
    return times_of(values)[-1] if values.kind in _ENDS_THE_STEP else now


def began_at(values: StepValues, performed: datetime) -> datetime:
    """When a step began, for the time since an earlier one."""
    times = times_of(values)
    return min(times[0], performed) if times else performed


def seed_of(book: Book, step: Step) -> tuple[Step, EntryWords, SeedValues] | None:
    """The seeding whose vessels a feed or a harvest is about."""
    entry = book.latest(step.seeded_in) if step.seeded_in else None
    if entry is None or not isinstance(entry.values, SeedValues):
        return None
    return book.master.step(entry.step), entry, entry.values


def gone_before(book: Book, step: Step, occurrence: int) -> int:
    """Vessels of the same seeding that were discarded or harvested before this step."""
    gone = 0
    for earlier, entry in book.before(step.code, occurrence):
        if earlier.seeded_in == step.seeded_in and step.seeded_in is not None:
            gone += _used_up(entry.values)
    return gone


def _used_up(values: StepValues) -> int:
    if isinstance(values, HarvestValues):
        return values.vessels_harvested + values.vessels_discarded
    return values.vessels_discarded if isinstance(values, FeedValues) else 0


def taken_of(values: StepValues) -> Decimal | None:
    """The volume a step takes of the suspension that was counted before it."""
    if isinstance(values, SeedValues):
        return values.volume_seeded_ml
    return values.volume_to_fill_ml if isinstance(values, FillValues) else None


def taken_from(book: Book, count: str | None, *, without: tuple[str, int]) -> Decimal:
    """What all steps but one took of the suspension that this step counted."""
    taken = (
        taken_of(entry.values)
        for _, step in book.master.steps()
        if count is not None and step.cells_from == count
        for entry in book.of(step.code)
        if (entry.step, entry.occurrence) != without
    )
    return sum((each for each in taken if each is not None), Decimal(0))


def opened_later(book: Book, seeding: str) -> tuple[int, datetime | None]:
    """How many vessels of a seeding were used up, and when they were first opened again."""
    opened = [
        entry.values
        for _, step in book.master.steps()
        if step.seeded_in == seeding
        for entry in book.of(step.code)
    ]
    times = [moment for values in opened for moment in times_of(values)]
    return sum(_used_up(each) for each in opened), min(times, default=None)
