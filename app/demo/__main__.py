"""Fills a demo site in the folder of the settings: `python -m app.demo`, for app/demo/site.py."""

import json
import sys
from pathlib import Path

import app.tables  # noqa: F401 - every table must be known before rows are written
from app.db import Database
from app.demo.site import NOTE
from app.demo.story import tell
from app.migrate import upgrade
from app.record.making import Worker, record_of
from app.record.press import print_here
from app.settings import settings
from app.trail import attachments
from app.web.clock import wall_clock


def fill(folder: Path) -> Path:
    """Make the site, tell its story, seal one record; gives its path, seen from the folder."""
    upgrade(settings().url)
    database = Database(settings().url)
    with database.writing() as session:
        lot = tell(session, wall_clock())
    worker = Worker(database, print_here, wall_clock)
    assert worker.work_once(), "the story asks for a record"
    with database.reading() as session:
        made = record_of(session, lot, 1)
        path = Path("records") / f"{lot.number}-v{made.version}.pdf"
        (folder / path).parent.mkdir()
        (folder / path).write_bytes(attachments.read(made.file_sha256))
    database.close()
    # written last: it says that everything else is there
    (folder / NOTE).write_text(json.dumps({"record": str(path)}), encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.stdout.write("Filling the demo site with ten weeks of work; once, about half a minute.\n")
    sys.stdout.flush()
    fill(settings().folder)
