"""The end of the trail outside the database: never back, cheap, and never in the way."""

import errno
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, text

from app.db import Database
from app.people import actions
from app.settings import settings
from app.trail import audit, note_file
from app.trail.chain import GENESIS
from app.trail.checkpoint import (
    GAPS_MAX,
    Entries,
    NotWrittenDown,
    confirm,
    extended,
    head_file,
    intend,
    read_checkpoint,
)
from schemas.people import SignIn
from schemas.trail import Checkpoint, Head, Intent, Span
from tests.conftest import PASSWORD, Clock
from tests.trail.history import note_of_the_end


def head(seq: int) -> Head:
    return Head(seq=seq, link=GENESIS)


def known(seq: int, *gaps: tuple[int, int]) -> Checkpoint:
    return Checkpoint(
        head=head(seq), not_ours=tuple(Span(first=first, last=last) for first, last in gaps)
    )


@pytest.mark.parametrize(
    ("before", "first", "last", "after"),
    [
        pytest.param(known(10), 11, 11, known(11), id="the next entry"),
        pytest.param(known(10), 11, 13, known(13), id="three entries of one request"),
        pytest.param(known(10), 13, 14, known(14, (11, 12)), id="two entries of somebody else"),
        pytest.param(known(14, (11, 12)), 11, 12, known(14), id="a commit that is noted late"),
        pytest.param(known(14, (11, 13)), 12, 12, known(14, (11, 11), (13, 13)), id="in between"),
        pytest.param(known(14), 3, 3, known(14), id="never back"),
    ],
)
def test_what_is_written_down_after_a_commit(
    before: Checkpoint, first: int, last: int, after: Checkpoint
) -> None:
    assert extended(before, first, head(last)) == after


def link(letter: str) -> str:
    return letter * 64


def entries(before: tuple[int, str], last: tuple[int, str]) -> Entries:
    return Entries(*(Head(seq=seq, link=link(each)) for seq, each in (before, last)))


def test_what_was_committed_just_before_a_stop_is_known_by_its_link(tmp_path: Path) -> None:
    note = tmp_path / "note.json"
    confirm(note, entries((0, "0"), (4, "a")))
    intend(note, entries((4, "a"), (6, "b")))  # committed; then the program was stopped
    intend(note, entries((6, "b"), (7, "c")))
    confirm(note, entries((6, "b"), (7, "c")))
    assert read_checkpoint(note) == Checkpoint(head=Head(seq=7, link=link("c")))


def test_a_note_is_written_over_where_it_fits_and_made_anew_where_not(tmp_path: Path) -> None:
    note = tmp_path / "note.json"
    confirm(note, entries((0, "0"), (4, "a")))
    first = note.stat()
    confirm(note, entries((4, "a"), (5, "b")))
    assert (note.stat().st_ino, note.stat().st_size) == (first.st_ino, first.st_size)
    others = tuple(Span(first=each, last=each) for each in range(7, 2 * GAPS_MAX, 2))
    note.write_text(Checkpoint(head=head(2 * GAPS_MAX), not_ours=others).model_dump_json())
    confirm(note, entries((2 * GAPS_MAX + 1, "0"), (2 * GAPS_MAX + 2, "c")))
    grown = read_checkpoint(note)
    assert grown is not None
    assert (len(grown.not_ours), grown.head.seq) == (len(others) + 1, 2 * GAPS_MAX + 2)
    copy = tmp_path / "elsewhere" / "note.json"
    copy.parent.mkdir()
    copy.write_bytes(note.read_bytes())
    assert read_checkpoint(copy) == grown


def test_what_was_intended_and_never_committed_vouches_for_nobody(tmp_path: Path) -> None:
    note = tmp_path / "note.json"
    confirm(note, entries((0, "0"), (4, "a")))
    intend(note, entries((4, "a"), (5, "b")))  # never committed: somebody else's 5 is there
    confirm(note, entries((5, "d"), (6, "e")))
    noted = read_checkpoint(note)
    assert noted is not None
    assert noted.not_ours == (Span(first=5, last=5),)


def test_a_commit_may_be_noted_after_the_next_was_intended(tmp_path: Path) -> None:
    note = tmp_path / "note.json"
    intend(note, entries((0, "0"), (4, "a")))
    intend(note, entries((4, "a"), (5, "b")))
    confirm(note, entries((0, "0"), (4, "a")))
    noted = read_checkpoint(note)
    assert noted is not None
    assert noted.head == Head(seq=4, link=link("a"))
    assert noted.intended == Intent(first=5, head=Head(seq=5, link=link("b")))


def _sign_in(database: Database, clock: Clock) -> None:
    with database.writing() as session:
        sign_in = SignIn(username="olga", password=PASSWORD)
        actions.begin_session(
            session, sign_in, address="test", at=clock.forward(seconds=1), record=audit.record
        )


def test_each_commit_moves_it_on(database: Database, own_folder: Path, clock: Clock) -> None:
    note_of_the_end(database)
    for _ in range(3):
        _sign_in(database, clock)
        with database.reading() as session:
            noted = read_checkpoint(head_file())
            assert noted == Checkpoint(head=audit.head(session))


def test_what_is_rolled_back_is_not_written_down(
    database: Database, own_folder: Path, clock: Clock
) -> None:
    _sign_in(database, clock)
    before = read_checkpoint(head_file())
    with database.writing() as session:
        audit.record(session, by=None, at=clock(), did="nothing", about="home")
        session.rollback()
    assert read_checkpoint(head_file()) == before


def test_what_nobody_can_vouch_for_is_not_saved(
    database: Database, own_folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSAGE_FOLDER", "/proc/nowhere")
    settings.cache_clear()
    with pytest.raises(NotWrittenDown, match="Nothing was saved"):
        _sign_in(database, clock)
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM browser_session")).scalar_one() == 0


def test_a_commit_that_could_not_be_confirmed_is_known_by_its_intent(
    database: Database, own_folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    note_of_the_end(database)
    with database.writing() as session:
        audit.record(session, by=None, at=clock(), did="nothing", about="home")
        event.listen(session, "after_commit", lambda _: moved(own_folder), insert=True)
    moved(own_folder, back=True)
    _sign_in(database, clock)
    with database.reading() as session:
        assert read_checkpoint(head_file()) == Checkpoint(head=audit.head(session))


def moved(folder: Path, *, back: bool = False) -> None:
    """The folder is away for a moment."""
    here, there = folder, folder.with_name("away")
    (there if back else here).rename(here if back else there)


def is_free(note: Path) -> bool:
    """Whether another server could write it now."""
    with note.open("rb+") as other:
        try:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def unreachable(note: Path) -> Iterator[None]:
    """The folder is a link that leads nowhere for a moment."""
    folder, aside = note.parent, note.parent.with_name("aside")
    folder.rename(aside)
    folder.symlink_to(folder)
    yield
    folder.unlink()
    aside.rename(folder)


def replaced_each_time(note: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody puts another file in its place whenever it was opened."""
    opened = os.open

    def another(path: object, *how: int) -> int:
        file = opened(str(path), *how)
        shutil.copy(note, note.with_suffix(".copy"))
        note.with_suffix(".copy").replace(note)
        return file

    note.rename(note.with_suffix(".gone"))
    shutil.copy(note.with_suffix(".gone"), note)
    with monkeypatch.context() as patch:
        patch.setattr(note_file.os, "open", another)
        yield


@pytest.mark.parametrize("how", ["unreachable", "replaced", "full"])
def test_after_an_error_nobody_waits_for_the_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    note = tmp_path / "folder" / "note.json"
    note.parent.mkdir()
    confirm(note, entries((0, "0"), (4, "a")))
    confirm(note, entries((4, "a"), (5, "b")))
    if how == "full":
        troubles = full_disk(monkeypatch)
    elif how == "replaced":
        troubles = replaced_each_time(note, monkeypatch)
    else:
        troubles = unreachable(note)
    for _ in troubles:
        with pytest.raises(OSError, match=r"Too many|another file|No space"):
            intend(note, entries((5, "b"), (6, "c")))
    assert is_free(note)
    confirm(note, entries((5, "b"), (6, "c")))
    assert read_checkpoint(note) == Checkpoint(head=Head(seq=6, link=link("c")))


def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(note_file.os, "pwrite", full)
        yield


def test_a_note_that_was_only_begun_is_none(tmp_path: Path) -> None:
    note = tmp_path / "note.json"
    note.touch()
    assert read_checkpoint(note) is None
    confirm(note, entries((0, "0"), (4, "a")))
    assert read_checkpoint(note) == Checkpoint(head=Head(seq=4, link=link("a")))


WRITER = """
import sys
from pathlib import Path
from app.trail.checkpoint import Entries, confirm
from app.trail.chain import GENESIS
from schemas.trail import Head
note, first = Path(sys.argv[1]), int(sys.argv[2])
for seq in range(first, 400, 4):
    confirm(note, Entries(Head(seq=seq, link=GENESIS), Head(seq=seq + 1, link=GENESIS)))
"""


def test_processes_that_note_at_once_lose_nothing_of_each_other(tmp_path: Path) -> None:
    note = tmp_path / "note.json"
    each = [sys.executable, "-c", WRITER, str(note)]
    writers = [subprocess.Popen([*each, str(first)]) for first in range(4)]
    assert [writer.wait() for writer in writers] == [0, 0, 0, 0]
    assert read_checkpoint(note) == Checkpoint(head=head(400))
