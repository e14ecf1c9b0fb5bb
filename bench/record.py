"""Print and seal one record in a process of its own; say pages, seconds and memory as JSON.

With `--bare` the same HTML goes through WeasyPrint in one pass, and nothing else is done.
"""

import json
import resource
import sys
import time
from typing import Any, NoReturn

import weasyprint

import app.tables  # noqa: F401 - every table must be known before rows are read
from app.db import Database
from app.demo.cast import person
from app.lot.lots import find_lot
from app.record.assemble import assemble
from app.record.print import print_and_seal, print_record
from app.record.site_key import site_key
from app.web.clock import wall_clock
from schemas.record import BatchRecord

Html = weasyprint.HTML


class Heard(Exception):
    """What would have been printed."""


class Listening(Html):  # type: ignore[misc]
    """Hands over the HTML of a record instead of printing it."""

    def write_pdf(self, *_args: Any, **_options: Any) -> NoReturn:
        """Print nothing."""
        raise Heard(self)


def main(url: str, number: str, *options: str) -> None:
    """Make the record of this lot, and print what it took."""
    database = Database(url)
    took = bare(database, number) if "--bare" in options else whole(database, number)
    print(json.dumps(took))


def whole(database: Database, number: str) -> dict[str, float]:
    """All that is done for a record: collected, printed, sealed."""
    key = site_key("Measured", at=wall_clock())
    before = time.perf_counter(), time.process_time()
    record = collected(database, number)
    assembled = time.perf_counter()
    file, pages = print_and_seal(record, key)
    return {
        "pages": pages,
        "assembling_s": assembled - before[0],
        "seconds": time.perf_counter() - before[0],
        "cpu_s": time.process_time() - before[1],
        "memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "file_kib": len(file) / 1024,
    }


def bare(database: Database, number: str) -> dict[str, float]:
    """The printing of the same HTML, as WeasyPrint does it when it is left alone."""
    weasyprint.HTML = Listening
    try:
        print_record(collected(database, number))
    except Heard as heard:
        html = heard.args[0]
    before = time.process_time()
    Html.write_pdf(html, pdf_variant="pdf/a-3a")
    return {"bare_cpu_s": time.process_time() - before}


def collected(database: Database, number: str) -> BatchRecord:
    """The record of a lot as it stands."""
    with database.reading() as session:
        by = person(session, "quinn", "record.seal")
        lot = find_lot(session, number)
        return assemble(session, lot, version=1, reason="Measured", by=by, at=wall_clock())


if __name__ == "__main__":
    main(*sys.argv[1:])
