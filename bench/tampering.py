"""Every edit behind the application's back, each alone, and honest histories by the hundred.

    python -m bench.tampering --engine sqlite --histories 200
    python -m bench.tampering --engine postgresql --histories 0

Each edit of tests/trail/edits.py is made on a copy of a site of its own: it has to be found, and
named by its row or its file. An honest history is what people do in any order, refused or not:
nothing may be found in it.
"""

import argparse
import random
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from app.db import Database
from app.errors import RecordError
from tests.conftest import Clock
from tests.conftest import _fill as filled
from tests.postgres import create_database, throwaway_postgres
from tests.trail.edits import ALONE, EDITS, intruder
from tests.trail.history import note_of_the_end
from tests.trail.lived import Kept, Site, at_home, whole_history
from tests.trail.test_verify_always import OF_ADAM, OF_EVERYONE, PEOPLE, ROLES, Deed, do


def edits(kept: Kept, folder: Path) -> list[str]:
    """Make each edit alone; gives back those that were not found, or not named."""
    missed = []
    for number, edit in enumerate(EDITS):
        with kept.copied(folder / f"row{number}", f"row{number}") as site:
            with intruder(site.database) as raw:
                wanted = edit.made(raw)
            found = site.verified()
        named = all(
            any(f.where == where and says in f.says for f in found) for where, says in wanted
        )
        if not named or {each.where for each in found} - {where for where, _ in wanted}:
            missed.append(f"{edit.what}: {[f'{f.where}: {f.says}' for f in found]}")
    for number, edit in enumerate(ALONE):
        with kept.copied(folder / f"alone{number}", f"alone{number}") as site:
            names = edit.does(site)
            said = "\n".join(f"{each.where}: {each.says}" for each in site.verified())
        if edit.says not in said or any(name not in said for name in names):
            missed.append(f"{edit.what}: {said}")
    return missed


def histories(url: str, folder: Path, *, many: int, seed: int) -> list[str]:
    """Go on with one site for `many` histories, each of up to 25 deeds; what was found wrongly."""
    dice, database, clock = random.Random(seed), Database(url), Clock()
    wrong: list[str] = []
    with at_home(folder):
        note_of_the_end(database)
        for number in range(many):
            for _ in range(dice.randint(1, 25)):
                deed = Deed(
                    dice.choice(OF_ADAM + OF_EVERYONE),
                    dice.choice(PEOPLE),
                    dice.choice(ROLES),
                    dice.randint(0, 400),
                )
                with suppress(RecordError):
                    do(database, deed, clock.forward(minutes=dice.uniform(0, 90)))
            found = Site(database, folder, clock).verified()
            wrong += [f"history {number}: {each.where}: {each.says}" for each in found]
    database.close()
    return wrong


def run(url_of: dict[str, str], folder: Path, *, many: int, seed: int) -> int:
    """Both halves; prints what they found and gives back how much is wrong."""
    began = time.monotonic()
    lived = folder / "lived"
    filled(url_of["lived"])
    missed = edits(whole_history(url_of["lived"], lived), folder)
    print(f"{len(EDITS) + len(ALONE)} edits, {len(missed)} not found or not named", flush=True)
    wrong: list[str] = []
    if many:
        filled(url_of["honest"])
        wrong = histories(url_of["honest"], folder / "honest", many=many, seed=seed)
        print(f"{many} honest histories, {len(wrong)} false alarms")
    for each in (*missed, *wrong):
        print(each)
    print(f"{time.monotonic() - began:.0f} s")
    return len(missed) + len(wrong)


def main() -> None:
    """Ask what to do, do it in a folder that is gone afterwards."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    asked.add_argument("--histories", type=int, default=200)
    asked.add_argument("--seed", type=int, default=1)
    told = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="passage-tampering-") as made:
        folder = Path(made)
        for name in ("lived", "honest"):
            (folder / name).mkdir()
        with at_home(folder / "lived"):
            if told.engine == "sqlite":
                urls = {
                    each: f"sqlite:///{folder / each / 'passage.db'}"
                    for each in ("lived", "honest")
                }
                found = run(urls, folder, many=told.histories, seed=told.seed)
            else:
                with throwaway_postgres() as server:
                    urls = {each: create_database(server, each) for each in ("lived", "honest")}
                    found = run(urls, folder, many=told.histories, seed=told.seed)
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
