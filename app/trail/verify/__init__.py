"""Verification: everything the trail says is still so, and nothing is there that it does not say.

It reads the whole trail and every audited row once, in constant memory, from one consistent
view of the database; the application may go on working (R-P11-01, R-P11-05, R-DI-03).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy.engine import Connection

from app.db import Database
from app.settings import settings
from app.trail.capture import audited_mappers
from app.trail.checkpoint import read_checkpoint
from app.trail.verify.around import check_additions, check_end, check_files
from app.trail.verify.entries import Found, walk_entries
from app.trail.verify.further import Further
from app.trail.verify.rows import check_signatures, compare_rows
from app.trail.verify.sessions import SESSIONS
from app.trail.verify.states import States
from app.trail.verify.triggers import check_triggers
from schemas.trail import TrailFault, TrailReport, TrailSection

NAMES = {
    "entries": "entries: numbered, unaltered, each linked to the one before",
    "rows": "rows: as the trail left them",
    "signatures": "signatures: bound to their words",
    "files": "files: there, with their digests",
    "end": "end of the trail: where the application wrote it down",
    "triggers": "triggers: the database refuses changes, and does nothing else",
}


class _Tally:
    """Hands each fault on as it is found, and counts it for the section being looked at."""

    def __init__(self, found: Found) -> None:
        self._found = found
        self.faults = 0
        self.sections: list[TrailSection] = []

    def found(self, fault: TrailFault) -> None:
        self.faults += 1
        self._found(fault)

    def end_of(self, section: str, looked_at: int) -> None:
        name = NAMES.get(section, section)
        self.sections.append(TrailSection(name=name, looked_at=looked_at, faults=self.faults))
        self.faults = 0


def verify(
    database: Database,
    *,
    files: Path,
    head_file: Path | None,
    at: datetime,
    found: Found,
    further: Sequence[Further] = (),
) -> TrailReport:
    """Look at everything; `found` is called with each fault, in the order of the walk.

    `files` is the folder of kept files. `head_file` is where the application writes down the
    end of the trail; without it a cut end cannot be seen and is not looked for. `further` is what
    stages above the trail compare with it.
    """
    asked = (SESSIONS, *further)
    tally = _Tally(found)
    noted = read_checkpoint(head_file) if head_file else None
    deeds = frozenset().union(*(each.deeds for each in asked))
    tables = [str(each.local_table) for each in audited_mappers()]
    with one_view(database) as connection, States(tables, deeds) as states:
        walked = walk_entries(connection, states, tally.found, noted.head.seq if noted else 0)
        end = walked.end
        tally.end_of("entries", walked.entries)
        tally.end_of("rows", compare_rows(connection, states, tally.found))
        tally.end_of("signatures", check_signatures(connection, tally.found))
        for each in asked:
            tally.end_of(each.name, each.check(connection, states, tally.found))
        tally.end_of("files", check_files(connection, files, tally.found))
        if head_file:
            looked = check_end(head_file, noted, walked.link_there, end, tally.found)
            check_additions(read_checkpoint(head_file), end, tally.found)
            tally.end_of("end", looked)
        tally.end_of("triggers", check_triggers(connection, tally.found))
    return TrailReport(at=at, head=end, sections=tuple(tally.sections))


@contextmanager
def one_view(database: Database) -> Iterator[Connection]:
    """A connection that sees the database as it is now, whatever is written meanwhile."""
    with database.engine.connect() as plain:
        if database.is_sqlite:
            yield plain.execution_options(readonly=True)
        else:
            yield plain.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        plain.rollback()


def report_file() -> Path:
    """Where the last verification of this installation is kept for the trail's page."""
    return settings().folder / "trail-verified.json"


def keep_report(report: TrailReport) -> None:
    """Keep what a verification found, in place of the one before."""
    report_file().write_text(report.model_dump_json(indent=1), encoding="utf-8")


def last_report() -> TrailReport | None:
    """The last verification, or None when there was none that can be read."""
    try:
        return TrailReport.model_validate_json(report_file().read_bytes())
    except (OSError, ValidationError):
        return None
