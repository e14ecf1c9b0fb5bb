"""A small file that threads and processes write over in turn, whole whenever it is read.

It stays open from one time to the next: it is written twice at each commit, and each call of the
system lets another thread in before us.
"""

import errno
import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PAGE = 4096
ROOM = 1024
"""It is made so long, with spaces, that the next content fits over it."""
FILES_MAX = 8
TRIES_MAX = 10
_turn = threading.Lock()
_files: dict[Path, tuple[int, os.stat_result]] = {}
"""The files that this process holds open, and which ones they are."""


def read(path: Path) -> bytes:
    """What is in the file, when nobody is half-way through writing it; nothing where none is.

    Raises:
        OSError: it cannot be read, or is another one each time.
    """
    for _ in range(TRIES_MAX):
        try:
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return b""
        try:
            with suppress(OSError):  # a copy that is kept where nobody can lock it
                fcntl.flock(file, fcntl.LOCK_SH)
            if _is_at(path, os.fstat(file)):
                return _content(file)
        finally:
            os.close(file)
    raise OSError(errno.ESTALE, "it is another file each time", str(path))


def rewrite(path: Path, made: Callable[[bytes], bytes]) -> bytes:
    """Replace what is there by what is made of it; both end with spaces, which say nothing.

    It is not synced to the disk. Given back is what is there now.

    Raises:
        OSError: it cannot be written: no room, no folder, not ours.
    """
    with _turn, _locked(path) as file:
        there = _content(file)
        content = made(there)
        if len(content) <= len(there) <= PAGE:
            content = content.ljust(len(there))
            if _written_over(file, content):
                return content
        content = content.ljust(ROOM)
        _replace(path, content)
        return content


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The file that is there now, which nobody else reads or writes meanwhile.

    After an error it is closed, and with it let go of: another server may wait for it.
    """
    try:
        file = _current(path)
        yield file
        fcntl.flock(file, fcntl.LOCK_UN)
    except BaseException:
        _close(path)
        raise


def _current(path: Path) -> int:
    """The file, locked; opened anew when somebody put another in its place.

    Raises:
        OSError: it cannot be opened, or is another one each time.
    """
    for _ in range(TRIES_MAX):
        file, known = _opened(path)
        fcntl.flock(file, fcntl.LOCK_EX)
        if _is_at(path, known):
            return file
        _close(path)
    raise OSError(errno.ESTALE, "it is another file each time", str(path))


def _opened(path: Path) -> tuple[int, os.stat_result]:
    """The file, and which one it is; it is made where there is none."""
    if path not in _files:
        for each in list(_files) if len(_files) >= FILES_MAX else ():
            _close(each)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        _files[path] = file, os.fstat(file)
    return _files[path]


def _close(path: Path) -> None:
    if path in _files:
        os.close(_files.pop(path)[0])


def _is_at(path: Path, known: os.stat_result) -> bool:
    with suppress(FileNotFoundError, NotADirectoryError):
        return os.path.samestat(path.stat(), known)
    return False


def _content(file: int) -> bytes:
    content, some = b"", os.pread(file, PAGE, 0)
    while some:
        content += some
        some = os.pread(file, PAGE, len(content)) if len(some) == PAGE else b""
    return content


def _written_over(file: int, content: bytes) -> bool:
    """Write over the file, because a new one at each commit waits for the disk.

    What fits into one page of memory is there as a whole, or not at all, when the program is
    killed.
    """
    return os.pwrite(file, content, 0) == len(content)


def _replace(path: Path, content: bytes) -> None:
    """Write a new file, which then takes the place of the old."""
    fresh = path.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(path)
