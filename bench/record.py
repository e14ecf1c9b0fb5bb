"""Print and seal one record in a process of its own; say pages, seconds and memory as JSON."""

import json
import resource
import sys
import time

import app.tables  # noqa: F401 - every table must be known before rows are read
from app.db import Database
from app.demo.cast import person
from app.lot.lots import find_lot
from app.record.assemble import assemble
from app.record.print import print_and_seal
from app.record.site_key import key_of_site
from app.web.clock import wall_clock


def main(url: str, number: str) -> None:
    """Make the record of this lot, and print what it took."""
    database = Database(url)
    key = key_of_site(database)
    before = time.perf_counter(), time.process_time()
    with database.reading() as session:
        by = person(session, "quinn", "record.seal")
        record = assemble(
            session, find_lot(session, number), version=1, reason="Measured", by=by, at=wall_clock()
        )
    assembled = time.perf_counter()
    printed = print_and_seal(record, key)
    took = {
        "pages": printed.pages,
        "assembling_s": assembled - before[0],
        "seconds": time.perf_counter() - before[0],
        "cpu_s": time.process_time() - before[1],
        "memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "file_kib": len(printed.file) / 1024,
    }
    print(json.dumps(took))


if __name__ == "__main__":
    main(*sys.argv[1:])
