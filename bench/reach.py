"""How far from the floor: `.venv/bin/python -m bench.reach [--quick] [WORK ...]`.

WORK is one or more of: entering, lists, large_lot, trail, recall, paper, soak; all of them
without. Each figure stands beside what the same machine takes, in the same run, for the least
that the work could be: one durable insert, one keyset query, hashing and parsing.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime

from app.db import Database
from bench import entering, large_lot, lists, paper, recall, soak, trail
from bench.engines import QUICK, Engine, engines, machine
from bench.many_lots import copy_lot
from bench.site import WHOLE_LOTS, Measured, fill

ENTRIES = 50_000 if QUICK else 1_000_000
MANY = (1_000, 10_000) if QUICK else (1_000, 10_000, 100_000)
PAGES = (60,) if QUICK else (60, 300)


def of_entering(engine: Engine, database: Database, site: Measured) -> None:
    """One audited result, by the API and by the form."""
    copy_lot(database, site.lot, range(1, WHOLE_LOTS + 1))
    entering.api(engine, site)
    entering.web_form(engine, site)


def of_lists(engine: Engine, database: Database, site: Measured) -> None:
    """The list of lots, shallow and deep, as the unit grows."""
    there = 0
    for count in MANY:
        first, there = there + 1, count
        copy_lot(database, site.lot, range(first, count + 1), whole=False)
        lists.beside(engine, site, count)


def of_large_lot(engine: Engine, database: Database, site: Measured) -> None:
    """The page and the verdict of a lot with much in it."""
    now = datetime.now(UTC)
    large_lot.fill(database, site, now)
    large_lot.looked_at(engine, database, site, now)


def of_trail(engine: Engine, database: Database, _site: Measured) -> None:
    """The verification of a long trail."""
    trail.fill(database, ENTRIES)
    trail.verified(engine, ENTRIES)


def of_recall(_engine: Engine, database: Database, site: Measured) -> None:
    """From a material lot to its patients."""
    recall.measured(database, recall.fill(database, site.lot))


def of_paper(engine: Engine, database: Database, site: Measured) -> None:
    """Records of sixty and of three hundred pages, and who types meanwhile."""
    for pages in PAGES:
        print(f"  {paper.made(engine, database, site.lot, pages, bare=True)}", flush=True)
    copy_lot(database, site.lot, range(1, WHOLE_LOTS + 1))
    print(f"  {paper.meanwhile(engine, site)}", flush=True)


def of_soak(engine: Engine, _database: Database, site: Measured) -> None:
    """Start, and memory."""
    soak.start(engine)
    soak.memory(engine, site)


WORKS: dict[str, Callable[[Engine, Database, Measured], None]] = {
    "entering": of_entering,
    "lists": of_lists,
    "large_lot": of_large_lot,
    "trail": of_trail,
    "recall": of_recall,
    "paper": of_paper,
    "soak": of_soak,
}


def main() -> None:
    """Each work on a site of its own, so that none is slowed by the rows of another."""
    print(machine())
    for name in [each for each in sys.argv[1:] if each != "--quick"] or WORKS:
        for engine in engines():
            print(f"\n{name}, {engine.name}", flush=True)
            database = Database(engine.url)
            WORKS[name](engine, database, fill(database, datetime.now(UTC)))
            database.close()


if __name__ == "__main__":
    main()
