"""The end of the trail, written down outside the database with each commit.

A chain shows what was changed in it, not that its end was cut off, nor that somebody who knows
how it is made has added to it. So the application keeps a note of its own: the last entry it
committed, and which entries it found there without having written them. It writes down what it
is about to commit, and again when it is committed: a program that is stopped in between knows
its own entries by their link at the next start. The folder is shared by all application servers
of a site, as its files are.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.errors import RecordError
from app.settings import settings
from app.trail import note_file
from app.trail.chain import GENESIS
from schemas.trail import Checkpoint, Head, Intent, Span

log = logging.getLogger("passage")
WRITTEN = "entries of this transaction"
GAPS_MAX = 1000
NOTHING = Checkpoint(head=Head(seq=0, link=GENESIS))
"""Where no note is, nobody has vouched for anything yet."""
_written: dict[bytes, Checkpoint] = {}
"""The note that this process wrote last."""


def head_file() -> Path:
    """Where the end of this installation's trail is written down."""
    return _in(settings().folder)


@lru_cache(maxsize=8)
def _in(folder: Path) -> Path:
    return folder / "trail-head.json"


@dataclass(frozen=True)
class Entries:
    """The entries of one transaction: the end of the trail before them, and after them."""

    before: Head
    head: Head

    @property
    def first(self) -> int:
        """The number of the first of them."""
        return self.before.seq + 1


def expect(session: Session, before: Head, head: Head) -> None:
    """Remember that the trail leads from `before` to `head` once the session commits."""
    known: Entries | None = session.info.get(WRITTEN)
    session.info[WRITTEN] = Entries(known.before if known else before, head)


def read_checkpoint(path: Path) -> Checkpoint | None:
    """What was written down, or None where nothing was or nobody can read it."""
    return _told(note_file.read(path))


def _told(content: bytes) -> Checkpoint | None:
    """The note that these bytes are; mostly the ones that this process wrote a moment ago."""
    known = _written.get(content)
    if known is not None:
        return known
    try:
        return Checkpoint.model_validate_json(content)
    except ValidationError:
        return None


def intend(path: Path, entries: Entries) -> None:
    """Note what is about to be committed, by whoever holds the end of the trail.

    When the entries before are the ones that were intended last, those were committed.
    """

    def noted(known: Checkpoint) -> Checkpoint:
        last = known.intended
        if last is not None and last.head == entries.before:
            known = extended(known, last.first, last.head)
        return known.model_copy(update={"intended": Intent(first=entries.first, head=entries.head)})

    _rewrite(path, noted)


def confirm(path: Path, entries: Entries) -> None:
    """Note that these entries were committed. The end noted never goes back."""
    _rewrite(path, lambda known: extended(known, entries.first, entries.head))


def _rewrite(path: Path, noted: Callable[[Checkpoint], Checkpoint]) -> None:
    """Replace the note by a new one, made from the one that is there.

    After a power cut an older note is as true as a newer one.
    """
    notes: list[Checkpoint] = []

    def made(there: bytes) -> bytes:
        notes.append(noted(_told(there) or NOTHING))
        return notes[-1].model_dump_json().encode()

    content = note_file.rewrite(path, made)
    _written.clear()
    _written[content] = notes[-1]


def extended(known: Checkpoint, first: int, head: Head) -> Checkpoint:
    """A checkpoint after one more transaction; commits may be noted out of order."""
    gaps = list(_without(known.not_ours, Span(first=first, last=head.seq)))
    if first > known.head.seq + 1:
        gaps.append(Span(first=known.head.seq + 1, last=first - 1))
    intended = known.intended
    if intended is not None and intended.head.seq <= head.seq:
        intended = None
    return Checkpoint(
        head=max(known.head, head, key=lambda each: each.seq),
        not_ours=tuple(gaps[:GAPS_MAX]),
        intended=intended,
    )


def _without(spans: Iterable[Span], ours: Span) -> Iterable[Span]:
    for each in spans:
        if each.first < ours.first:
            yield Span(first=each.first, last=min(each.last, ours.first - 1))
        if each.last > ours.last:
            yield Span(first=max(each.first, ours.last + 1), last=each.last)


class NotWrittenDown(RecordError):
    """The folder of Passage cannot be written: its disk is full, or it is not there.

    Nothing was saved; tell the administrator, then repeat.
    """

    status = 507
    title = "No room left"


def _note_intent(session: Session) -> None:
    entries: Entries | None = session.info.get(WRITTEN)
    if entries is None:
        return
    try:
        intend(head_file(), entries)
    except OSError as wrong:
        log.warning("the end of the trail was not written down: %s", wrong)
        raise NotWrittenDown from wrong


def _note_commit(session: Session) -> None:
    entries: Entries | None = session.info.pop(WRITTEN, None)
    if entries is None:
        return
    try:
        confirm(head_file(), entries)
    except OSError as wrong:
        # it is committed: the request must not say otherwise, and the next one knows its intent
        log.warning("the end of the trail was not confirmed: %s", wrong)


event.listen(Session, "before_commit", _note_intent)
# first, before the other listeners forget what the session remembers
event.listen(Session, "after_commit", _note_commit, insert=True)
