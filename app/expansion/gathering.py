"""What production knows of a lot, gathered from its rows into a book."""

from collections.abc import Hashable
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, lazyload

from app.errors import NotFound
from app.expansion.book import Book
from app.expansion.calculating import cumulative_doublings
from app.expansion.models import StepCheck, StepRow
from app.lot.models import Container, Lot, Source
from app.masters.frozen import bundle_of
from app.trail.written import as_written
from schemas.lot import SourceKind
from schemas.master import MasterBatchRecord
from schemas.master_step import Step
from schemas.production import EntryWords

ENTRIES = (
    select(StepRow.words, StepRow.sha256, StepRow.step, StepRow.occurrence)
    .where(StepRow.lot_id == bindparam("lot"))
    .order_by(StepRow.number)
)
"""Columns alone: a book is made at every look at a lot, of every entry there is."""
NONE = Decimal(0)
BOOKS_MAX = 100
_books: dict[Hashable, Book] = {}
"""What a book holds, by digests and digits, says what is calculated from it."""


class _Entry(NamedTuple):
    """The place of an entry, for naming it when its words are not what was written."""

    lot: str
    step: str
    occurrence: int

    @property
    def ref(self) -> str:
        """How the trail refers to it."""
        return f"{self.lot}/step/{self.step}/{self.occurrence}"


def book_of(session: Session, lot: Lot) -> Book:
    """The lot's master, as it was frozen, with everything entered so far."""
    bundle = bundle_of(session, lot)
    rows = session.execute(ENTRIES, {"lot": lot.id}).all()
    checked = session.scalars(
        select(StepRow.number).join(StepCheck).where(StepRow.lot_id == lot.id)
    )
    sources = session.scalars(
        select(Source)
        .where(Source.lot_id == lot.id, Source.kind == SourceKind.CONTAINER)
        .options(lazyload(Source.lot), lazyload(Source.parent_lot))
    ).all()
    parents = {each.parent_lot.id: each.parent_lot for each in sources if each.parent_lot}
    refs = [each.ref for each in sources]
    thawed = select(Container.viable_cells).where(Container.number.in_(refs))
    book = Book(
        master=bundle.master,
        product=bundle.product,
        written=tuple(
            as_written(
                EntryWords, each.words, each.sha256, _Entry(lot.ref, each.step, each.occurrence)
            )
            for each in rows
        ),
        checked=frozenset(checked),
        # A pool of parents is as old as its oldest.
        carried=max((doublings_of(session, each) for each in parents.values()), default=NONE),
        frozen_cells=sum(session.scalars(thawed) if refs else (), NONE),
    )
    return _kept(
        (
            (lot.master_digest, lot.product_digest),
            tuple(each.sha256 for each in rows),
            book.checked,
            (str(book.carried), str(book.frozen_cells)),
        ),
        book,
    )


def _kept(content: Hashable, book: Book) -> Book:
    """The book with the same content as before, if there was one: it knows its sums already."""
    if content not in _books and len(_books) >= BOOKS_MAX:
        _books.clear()
    return _books.setdefault(content, book)


def doublings_of(session: Session, lot: Lot) -> Decimal:
    """The doublings the cells of a lot have behind them: what a lot started from it carries on."""
    book = book_of(session, lot)
    reached = cumulative_doublings(book)
    return book.carried if reached is None else reached


def words_of(row: StepRow) -> EntryWords:
    """An entry as it was written.

    Raises:
        NotAsWritten: it was changed since, from outside.
    """
    return as_written(EntryWords, row.words, row.sha256, row)


def step_of(master: MasterBatchRecord, code: str) -> Step:
    """A step of a master.

    Raises:
        NotFound: the master has no such step.
    """
    try:
        return master.step(code)
    except KeyError as unknown:
        raise NotFound(f"{master.code} has no step “{code[:40]}”.") from unknown


def entry_row(session: Session, lot: Lot, number: int) -> StepRow:
    """An entry of a lot by its number."""
    return session.scalars(
        select(StepRow).where(StepRow.lot_id == lot.id, StepRow.number == number)
    ).one()
