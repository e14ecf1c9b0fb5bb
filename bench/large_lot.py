"""A lot with two hundred step entries and sixty results: its page, and the verdict on it.

The entries and results are copied behind the application from those that were really made, each
with its own number and its own digest.
"""

import time
from collections.abc import Sequence
from datetime import datetime
from itertools import cycle, islice
from statistics import median

from sqlalchemy import func, insert, select

from app.db import Database
from app.demo.cast import person
from app.expansion.models import StepRow
from app.lot.lots import find_lot
from app.masters.frozen import bundle_of
from app.quality_control.actions.results import enter_results
from app.quality_control.models import Result
from app.release.dossier import dossier_of
from app.release.rules import judge_release
from bench.engines import Engine, passage, tidy
from bench.load import measured, page
from bench.site import Measured
from schemas.production import EntryWords
from schemas.release import Question
from schemas.result import EnterResults, ResultWords

STEPS, RESULTS, LOOKS = 200, 60, 20


def fill(database: Database, site: Measured, at: datetime) -> None:
    """Enter every result, then copy entries and results until there are as many."""
    with database.writing() as session:
        by = person(session, "anton", "result.enter")
        for sample, body in site.entries:
            enter_results(session, sample, EnterResults.model_validate(body), by=by, at=at)
    with database.reading() as session:
        lot = find_lot(session, site.lot)
        repeated = {
            step.code
            for _, step in bundle_of(session, lot).master.steps()
            if step.repeat.maximum > 1
        }
        steps = session.scalars(select(StepRow).where(StepRow.lot_id == lot.id)).all()
        results = session.scalars(select(Result).where(Result.lot_id == lot.id)).all()
        last = session.scalar(select(func.max(StepRow.id))) or 0
        last_result = session.scalar(select(func.max(Result.id))) or 0
    with database.engine.begin() as connection:
        more = _more_steps([each for each in steps if each.step in repeated], len(steps), last)
        connection.execute(insert(StepRow), more)
        connection.execute(insert(Result), _more_results(results, last_result))
    tidy(database)


def _columns(row: StepRow | Result) -> dict[str, object]:
    return {each.key: getattr(row, each.key) for each in row.__mapper__.column_attrs}


def _more_steps(rows: Sequence[StepRow], there: int, last: int) -> list[dict[str, object]]:
    found = []
    for extra, row in enumerate(islice(cycle(rows), STEPS - there), 1):
        words = EntryWords.from_canonical(row.words)
        entry = there + extra
        again = words.model_copy(update={"entry": entry, "occurrence": 100 + extra})
        found.append(
            _columns(row)
            | {
                "id": last + extra,
                "number": entry,
                "occurrence": again.occurrence,
                "words": again.canonical().decode(),
                "sha256": again.digest(),
            }
        )
    return found


def _more_results(rows: Sequence[Result], last: int) -> list[dict[str, object]]:
    found = []
    for extra, row in enumerate(islice(cycle(rows), RESULTS - len(rows)), 1):
        words = ResultWords.from_canonical(row.words)
        again = words.model_copy(update={"number": f"{words.lot_number}-R{900 + extra}"})
        found.append(
            _columns(row)
            | {
                "id": last + extra,
                "number": again.number,
                "words": again.canonical().decode(),
                "words_digest": again.digest(),
            }
        )
    return found


def looked_at(engine: Engine, database: Database, site: Measured, at: datetime) -> None:
    """The page of the lot from the server; the gathering and the verdict in this process."""
    with passage(engine) as (server, port):
        asks = [page(f"/lots/{site.lot}", site.cookies["quinn"])] * LOOKS
        measured(server, port, asks[:3])
        print(f"  page of a lot with {STEPS} entries, {RESULTS} results  ", end="")
        print(measured(server, port, asks), flush=True)
    gathering, judging = [], []
    for _ in range(LOOKS):
        begun = time.process_time()
        with database.reading() as session:
            by = person(session, "quinn", "release.read")
            dossier = dossier_of(session, find_lot(session, site.lot), by=by, at=at)
        gathered = time.process_time()
        judge_release(Question(dossier=dossier, at=at))
        gathering.append(gathered - begun)
        judging.append(time.process_time() - gathered)
    print(
        f"  its dossier gathered {median(gathering) * 1000:.1f} ms, "
        f"its verdict {median(judging) * 1000:.1f} ms of CPU",
        flush=True,
    )
