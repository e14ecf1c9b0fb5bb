"""What the screens of production show, put together for them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile

from app.errors import NotFound
from app.expansion import overview
from app.expansion.cases import source_containers
from app.expansion.gathering import book_of, step_of
from app.expansion.growth import Chart, cells_chart, doublings_chart
from app.expansion.production import growth_of, production_of
from app.expansion.reading import MaterialLine, ValueLine, material_lines, value_lines
from app.lot.models import Lot
from app.masters.limits import words_of
from app.masters.rounding import digits, round_to_decimals
from app.people.actor import Actor
from app.trail import attachments
from schemas.expansion_facts import ContainerCase
from schemas.master import MaterialNeed
from schemas.master_step import Step
from schemas.production import EntryRecord, EntryWords, ProductionRecord, StepRecord
from schemas.step import FreezeValues, StepKind, StepValues
from schemas.step_kind import CALCULATED


@dataclass(frozen=True)
class ShownEntry:
    """An entry with its values as lines."""

    record: EntryRecord
    lines: tuple[ValueLine, ...]
    materials: tuple[MaterialLine, ...]

    @property
    def words(self) -> EntryWords:
        """What was entered, complete."""
        return self.record.words


@dataclass(frozen=True)
class ShownStep:
    """A step with its entries, and whether it is open now."""

    record: StepRecord
    entries: tuple[ShownEntry, ...]
    superseded: tuple[ShownEntry, ...]
    is_next: bool
    occurrence: int


@dataclass(frozen=True)
class ShownPhase:
    """A phase with its steps."""

    title: str
    steps: tuple[ShownStep, ...]


@dataclass(frozen=True)
class ProductionPage:
    """Everything the page of a lot's production shows."""

    record: ProductionRecord
    phases: tuple[ShownPhase, ...]
    charts: tuple[Chart, ...]
    hindrances: tuple[str, ...]

    @property
    def doublings(self) -> str:
        """How old the cells are, how old they came, and how old they may become."""
        record = self.record
        reached = record.cumulative_doublings
        now = "not known yet" if reached is None else _few(reached)
        return (
            f"{now} doublings in all, {_few(record.carried_doublings)} of them from the bank; "
            f"the product allows {record.maximum_doublings:f}."
        )


def _few(doublings: Decimal) -> str:
    return digits(round_to_decimals(doublings, 3))


def production_page(session: Session, lot: Lot, *, by: Actor, at: datetime) -> ProductionPage:
    """The production of a lot, with what this person can do next."""
    record = production_of(session, lot)
    curve = growth_of(record)
    opened = {each.step: each.occurrence for each in record.next_steps}
    return ProductionPage(
        record=record,
        phases=tuple(
            ShownPhase(
                phase.title,
                tuple(_step(each, record.materials, opened) for each in phase.steps),
            )
            for phase in record.phases
        ),
        charts=(doublings_chart(curve), cells_chart(curve)) if curve else (),
        hindrances=tuple(overview.hindrances(session, lot, book_of(session, lot), by=by, at=at)),
    )


def _step(record: StepRecord, needs: tuple[MaterialNeed, ...], opened: dict[str, int]) -> ShownStep:
    code = record.step.code
    return ShownStep(
        record=record,
        entries=tuple(_entry(record.step, needs, each) for each in record.entries),
        superseded=tuple(_entry(record.step, needs, each) for each in record.superseded),
        is_next=code in opened,
        occurrence=opened.get(code, 0),
    )


def _entry(step: Step, needs: tuple[MaterialNeed, ...], record: EntryRecord) -> ShownEntry:
    words = record.words
    return ShownEntry(
        record, value_lines(step, words.values), material_lines(words.materials, needs)
    )


@dataclass(frozen=True)
class EntryPage:
    """One entry, as it is checked or corrected."""

    ref: str
    step: Step
    words: EntryWords
    shown: ShownEntry
    checked: bool


def entry_page(session: Session, lot: Lot, code: str, occurrence: int) -> EntryPage:
    """The entry that stands for a step and time.

    Raises:
        NotFound: nothing was entered there.
    """
    book = book_of(session, lot)
    step = step_of(book.master, code)
    words = book.at(code, occurrence)
    if words is None:
        raise NotFound(f"{code} ({occurrence}) has not been entered.")
    record = EntryRecord(words=words, sha256=words.digest(), check=None, deviations=())
    ref = f"{lot.ref}/step/{code}/{occurrence}"
    shown = _entry(step, book.master.materials, record)
    return EntryPage(ref, step, words, shown, words.entry in book.checked)


def entry_to_check(session: Session, lot: Lot, code: str, occurrence: int) -> EntryPage:
    """The entry that stands for a step and time, where the master asks for a second person.

    Raises:
        NotFound: nothing was entered there, or nobody is asked to check it.
    """
    page = entry_page(session, lot, code, occurrence)
    if not page.step.second_person:
        raise NotFound(f"{code} asks for no second person.")
    return page


def limit_words(step: Step) -> tuple[tuple[str, str, bool], ...]:
    """The limits of a step for who performs it: what, the limit, and whether it is critical."""
    known = {each.name: each for each in CALCULATED[step.kind]}
    calculated = tuple(
        (known[each.name].title, words_of(each.acceptance, known[each.name].unit), each.critical)
        for each in step.limits
        if each.name in known
    )
    entered = tuple(
        (each.title, words_of(each.acceptance, each.unit), each.critical)
        for each in step.fields
        if each.limited
    )
    return calculated + entered


def sources_to_thaw(session: Session, lot: Lot, step: Step) -> tuple[ContainerCase, ...]:
    """The containers to be thawed at a thaw step; none at any other."""
    return source_containers(session, lot) if step.kind is StepKind.THAW else ()


@dataclass(frozen=True)
class Curve:
    """The file of the freezer that was sent with a form, for one step and time (R-BR-20)."""

    lot: Lot
    step: str
    occurrence: int
    upload: UploadFile | None
    was: EntryWords | None = None
    """The entry that is corrected: its curve stands unless another one is sent."""

    def within(
        self, session: Session, values: StepValues, *, by: Actor, at: datetime
    ) -> StepValues:
        """The values with the digest of the file in them, which is kept."""
        if not isinstance(values, FreezeValues):
            return values
        digest = self._known()
        if self.upload is not None:
            kept = attachments.keep(
                session,
                self.upload.file.read(),
                name=self.upload.filename or "curve",
                media_type=self.upload.content_type or "application/octet-stream",
                about=f"{self.lot.ref}/step/{self.step}/{self.occurrence}",
                by=by,
                at=at,
            )
            digest = kept.sha256
        return values.model_copy(update={"curve_file": digest})

    def _known(self) -> str | None:
        if self.was is None or not isinstance(self.was.values, FreezeValues):
            return None
        return self.was.values.curve_file
