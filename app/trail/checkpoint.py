"""The end of the trail, written down outside the database after each commit.

A chain shows what was changed in it, not that its end was cut off, nor that somebody who knows
how it is made has added to it. So the application keeps a note of its own: the last entry it
committed, and which entries it found there without having written them. The folder is shared
by all application servers of a site, as its files are.
"""

import fcntl
import json
import logging
import os
import threading
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.settings import settings
from schemas.trail import Checkpoint, Head, Span

log = logging.getLogger("passage")
COMMITTED = "entries of this transaction"
GAPS_MAX = 1000
_turn = threading.Lock()


def head_file() -> Path:
    """Where the end of this installation's trail is written down."""
    return settings().folder / "trail-head.json"


def expect(session: Session, seq: int, link: str) -> None:
    """Remember that this entry is there once the session commits."""
    first, _ = session.info.get(COMMITTED, (seq, None))
    session.info[COMMITTED] = (first, Head(seq=seq, link=link))


def read_checkpoint(path: Path) -> Checkpoint | None:
    """What was written down, or None where nothing was or nobody can read it."""
    try:
        return Checkpoint.model_validate_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None


def write_down(path: Path, first: int, head: Head) -> None:
    """Note that entries `first` to `head.seq` were committed. The end noted never goes back.

    It is not synced to the disk: after a power cut an older note is as true as a newer one.
    """
    with _turn, path.with_suffix(".lock").open("w") as lock:
        # released when the file is closed; other processes wait for it
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = read_checkpoint(path)
        noted = extended(known, first, head) if known else Checkpoint(head=head)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(noted.plain()), encoding="utf-8")
        os.replace(fresh, path)  # noqa: PTH105 - the bare call is twice as quick, at each commit


def extended(known: Checkpoint, first: int, head: Head) -> Checkpoint:
    """A checkpoint after one more transaction; commits may be noted out of order."""
    gaps = list(_without(known.not_ours, Span(first=first, last=head.seq)))
    if first > known.head.seq + 1:
        gaps.append(Span(first=known.head.seq + 1, last=first - 1))
    return Checkpoint(
        head=max(known.head, head, key=lambda each: each.seq), not_ours=tuple(gaps[:GAPS_MAX])
    )


def _without(spans: Iterable[Span], ours: Span) -> Iterable[Span]:
    for each in spans:
        if each.first < ours.first:
            yield Span(first=each.first, last=min(each.last, ours.first - 1))
        if each.last > ours.last:
            yield Span(first=max(each.first, ours.last + 1), last=each.last)


def _note(session: Session) -> None:
    noted: tuple[int, Head] | None = session.info.pop(COMMITTED, None)
    if noted is None:
        return
    try:
        write_down(head_file(), *noted)
    except OSError as wrong:
        # what was committed is committed: the request must not say otherwise
        log.warning("the end of the trail was not written down: %s", wrong)


# first, before the other listeners forget what the session remembers
event.listen(Session, "after_commit", _note, insert=True)
