"""The demo site in its folder: filled once, in a place of its own, and put in order when done.

Filling is done by another process in `<folder>/filling`, with settings of its own. Only when all
of it is there does it move to where the application looks; a stop on the way is either begun
again or finished at the next start, and never shows a site that is half there.
"""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from app.demo.cast import ADMINISTRATOR, CAST, PASSWORD, SITE_NAME
from app.errors import RecordError

DATABASE = "passage.db"
NOTE = "demo.json"
PIECES = ("files", "keys", "records", "trail-head.json", DATABASE, NOTE)
"""What moves, in this order: the note last, as it says that everything else is there."""

COST = {"PASSAGE_PASSWORD_PASSES": "1", "PASSAGE_PASSWORD_MEMORY_KIB": "8192"}
"""A hundred signatures are made while filling, with passwords that everybody knows."""


class NotADemo(RecordError):
    """There is a site in this folder that is not the demo. It was not touched."""

    status = 409
    title = "Another site"


class FillingFailed(RecordError):
    """The demo site could not be filled. Nothing was left behind; what went wrong stands above."""

    status = 500
    title = "Not filled"


def demo_site(folder: Path, environment: Mapping[str, str]) -> Path:
    """Make sure that the demo site is in this folder; gives the path of its sealed record.

    A site that is there stays as it is, with everything that was done in it since.

    Raises:
        NotADemo: the folder holds another site.
        FillingFailed: what went wrong was printed.
    """
    note = folder / NOTE
    filling = folder / "filling"
    if not note.exists():
        _refuse_kept(folder, filling)
        if not (filling / NOTE).exists():
            _fill(filling, environment)
        _move_in(filling, folder)
    elif not (folder / DATABASE).exists():
        raise NotADemo(
            f"The demo of {folder} has lost its database. To begin it again remove the whole "
            "folder; nothing was touched."
        )
    return folder / str(json.loads(note.read_text(encoding="utf-8"))["record"])


def _never_opened(database: Path) -> bool:
    """Whether this database was served, and nobody opened a site in it."""
    if not database.exists():
        return True
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as looking:
        try:
            return looking.execute("SELECT 1 FROM site").fetchone() is None
        except sqlite3.DatabaseError:
            return False


def _refuse_kept(folder: Path, filling: Path) -> None:
    """Refuse a folder that holds anything of another site, whose database may be elsewhere.

    Raises:
        NotADemo: names what is there.
    """
    moving = (filling / NOTE).exists()
    for name in PIECES:
        there = folder / name
        moved = moving and not (filling / name).exists()
        empty = name == DATABASE and _never_opened(there)
        if there.exists() and not moved and not empty:
            raise NotADemo(
                f"{there} belongs to another site; “passage serve” serves that. "
                "For the demo choose another folder with PASSAGE_FOLDER; nothing was touched."
            )


def _fill(filling: Path, environment: Mapping[str, str]) -> None:
    shutil.rmtree(filling, ignore_errors=True)
    filling.mkdir(parents=True)
    settings = {"PASSAGE_FOLDER": str(filling), "PASSAGE_DATABASE_URL": "", **COST}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "app.demo"], env={**environment, **settings}, check=False
    )
    if done.returncode:
        shutil.rmtree(filling)
        raise FillingFailed


def _move_in(filling: Path, folder: Path) -> None:
    """Move the pieces; those that moved before a stop are not there any more."""
    for name in PIECES:
        if (filling / name).exists():
            if name == DATABASE:
                for log in ("-wal", "-shm"):
                    (folder / f"{DATABASE}{log}").unlink(missing_ok=True)
            (filling / name).replace(folder / name)
    shutil.rmtree(filling)


def poster(address: str, folder: Path, record: Path) -> str:
    """What a visitor needs: where it is, who is there, and what to look at first."""
    people = (
        ("adam", ADMINISTRATOR[1], "Administrator"),
        *(
            (username, name, ", ".join(each.label for each in roles) + (f" {at}" if at else ""))
            for username, (name, roles, at) in CAST.items()
        ),
    )
    authority = folder / "keys" / "authority.pem"
    lines = "\n".join(f"  {username:<8}{name:<14}{roles}" for username, name, roles in people)
    return f"""
Passage, the demo site “{SITE_NAME}”: {address}

  User    Name          Role
{lines}

  Everybody's password: {PASSWORD}

  A finished, sealed record: {record}
  What it proves:            ./passage verify {record} --trust {authority}

Ctrl-C stops it; everything stays.
"""
