"""What Passage takes on this machine: `.venv/bin/python -m bench.run [--quick]`.

Prints, on SQLite and on PostgreSQL: result entries through the API at one and at eight clients
beside a bare framework with one durable insert; the pages of a unit with a thousand and with a
hundred thousand lots; a record of sixty pages. Timings decide nothing; docs/benchmarks.md keeps
those of a named machine.
"""

from datetime import UTC, datetime

from app.db import Database
from bench import entering, paper
from bench.engines import QUICK, Engine, engines, machine, passage
from bench.load import measured, page
from bench.many_lots import copy_lot, number_of
from bench.site import WHOLE_LOTS, Measured, fill

MANY_LOTS = 10_000 if QUICK else 100_000
LOOKS = 10 if QUICK else 40
PAGES = 60


def main() -> None:
    """Both engines, one after the other."""
    print(machine())
    for engine in engines():
        print(f"\n{engine.name}", flush=True)
        database = Database(engine.url)
        site = fill(database, datetime.now(UTC))
        copy_lot(database, site.lot, range(1, WHOLE_LOTS + 1))
        entering.api(engine, site)
        looks(engine, site, WHOLE_LOTS)
        copy_lot(database, site.lot, range(WHOLE_LOTS + 1, MANY_LOTS + 1), whole=False)
        looks(engine, site, MANY_LOTS)
        print(f"  {paper.made(engine, database, site.lot, PAGES)}", flush=True)
        database.close()


def looks(engine: Engine, site: Measured, count: int) -> None:
    """The pages that people open most, with so many lots in the unit."""
    quinn, anton = site.cookies["quinn"], site.cookies["anton"]
    pages = {
        "lots, newest": page("/lots", quinn),
        "lots, half way": page(f"/lots?before={count // 2}", quinn),
        "lots, certified": page("/lots?stage=certified", quinn),
        "lots, by number": page(f"/lots?words={number_of(count // 2)}", quinn),
        "a lot": page(f"/lots/{site.lot}", quinn),
        "its production": page(f"/lots/{site.lot}/production", quinn),
        "its results": page(f"/quality/lots/{site.lot}", quinn),
        "its release": page(f"/lots/{site.lot}/release", quinn),
        "laboratory's list": page("/quality", anton),
        "QA's first page": page("/", quinn),
        "QC's first page": page("/", anton),
    }
    with passage(engine) as (server, port):
        print(f"  with {count:,} lots")
        for name, ask in pages.items():
            measured(server, port, [ask] * 2)
            print(f"    {name:<18}{measured(server, port, [ask] * LOOKS)}", flush=True)


if __name__ == "__main__":
    main()
