"""The press: a record is printed and sealed in a process of its own.

Drawing three hundred pages is a minute of computing. In the process of the server everybody who
types would wait for it, and the memory it takes would stay taken.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from app.record.site_key import site_key
from app.web.clock import wall_clock
from schemas.record import BatchRecord

log = logging.getLogger("passage.records")
ROOT = Path(__file__).resolve().parents[2]
NICER = 5
"""Who waits at a screen comes first."""


@dataclass(frozen=True)
class Printed:
    """A sealed record and how many pages it has."""

    file: bytes
    pages: int


Press: TypeAlias = Callable[[BatchRecord], Printed]


class NotPrinted(Exception):
    """What the press said when it stopped."""


def print_apart(record: BatchRecord) -> Printed:
    """Print and seal a record in a process of its own, with the key of this installation.

    It works in the same folder, from which the settings may name files. A server that is told
    to stop, also from a keyboard, lets the press finish.

    Raises:
        NotPrinted: why it was not.
    """
    done = subprocess.run(
        [sys.executable, "-P", "-m", "app.record.press"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        input=record.canonical(),
        capture_output=True,
        start_new_session=True,
        check=False,
    )
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode != 0:
        log.error("the press ended with %s:\n%s", done.returncode, said)
        last = said.splitlines()[-1] if said else f"The press ended with {done.returncode}."
        raise NotPrinted(last)
    pages, _, file = done.stdout.partition(b"\n")
    return Printed(file, int(pages))


def print_here(record: BatchRecord) -> Printed:
    """Print and seal a record in this process, with the key of this installation.

    Raises:
        KeyUnusable, PaperError, NotSealed.
    """
    # drawing and sealing take a second to load: a server starts without them
    from app.record.print import print_and_seal  # noqa: PLC0415
    from app.record.time_stamp import stamper_of_site  # noqa: PLC0415 - (as above)

    key = site_key(record.site_name, at=wall_clock())
    file, pages = print_and_seal(record, key, stamper_of_site())
    return Printed(file, pages)


def main() -> int:
    """Read a record, as its canonical JSON; write the number of its pages, then its file."""
    os.nice(NICER)
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is not taken for the file
    try:
        printed = print_here(BatchRecord.from_canonical(sys.stdin.buffer.read()))
    except Exception as failure:
        log.exception("not printed")
        sys.stderr.write(f"{type(failure).__name__}: {failure}\n")
        return 1
    with answer:
        answer.write(b"%d\n" % printed.pages + printed.file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
