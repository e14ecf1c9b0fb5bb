"""The API attacked at length: `.venv/bin/python -m bench.attack_api [--cases 20000]`.

Schemathesis sends what the OpenAPI document describes, each boundary of each field, chains of
requests, and nonsense, to a site at work; then every contract is given values until it breaks.
Each area has a site of its own, which is compared with its trail afterwards. It prints how many
cases were sent and how they were answered; exit code 1 when anything went wrong.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from app.db import Database
from app.demo.cast import site_with_cast
from app.main import MACHINES
from app.migrate import upgrade
from app.settings import settings
from app.trail.checkpoint import head_file
from app.trail.verify import verify
from schemas.base import Contract
from tests.attack import Attack, Site
from tests.conftest import ENGINES, Clock
from tests.contracts import check, every_contract, raw_values
from tests.journeys.site import site_at_work
from tests.postgres import create_database, throwaway_postgres

AREAS = [str(each.tags[0]) for each in MACHINES]
CHAINS = "chains"
"""Not an area: requests of all areas, each going on with what another one answered."""

FAULT = 500
BOUNDARIES = 12_000
"""About how many cases the boundaries of all fields are; the rest is invented."""


@dataclass
class Sites:
    """Copies of one site at work, each in a folder of its own."""

    folder: Path
    server: str | None
    made: Clock = field(default_factory=Clock)
    copies: int = 0

    def __post_init__(self) -> None:
        database = self._open("first", None)
        with database.writing() as session:
            site_with_cast(session, at=self.made.forward(days=-30))
            self.made.forward(days=30)
            site_at_work(session, self.made)
        database.close()

    def another(self) -> tuple[Database, Clock]:
        """A fresh copy, and a clock that goes on from its last deed."""
        self.copies += 1
        return self._open(f"copy_{self.copies}", "first"), Clock(self.made())

    def _open(self, name: str, source: str | None) -> Database:
        here = self.folder / name
        if source:
            shutil.copytree(self.folder / source, here)
        os.environ["PASSAGE_FOLDER"] = str(here)
        settings.cache_clear()
        here.mkdir(exist_ok=True)
        url = f"sqlite:///{here / 'passage.db'}"
        if self.server:
            url = create_database(self.server, name, template=source)
        if not source:
            upgrade(url)
        return Database(url)


@contextmanager
def sites_on(engine: str) -> Iterator[Sites]:
    """A site at work on this engine, to be copied."""
    with tempfile.TemporaryDirectory() as folder:
        if engine == "sqlite":
            yield Sites(Path(folder), None)
        else:
            with throwaway_postgres() as server:
                yield Sites(Path(folder), server)


def untrue(site: Site) -> list[str]:
    """What the trail of a site and its rows do not agree on."""
    found: list[str] = []
    verify(
        site.database,
        files=settings().folder / "files",
        head_file=head_file(),
        at=site.clock(),
        found=lambda fault: found.append(f"{fault.where}: {fault.says}"),
    )
    return found


def attack(engine: str, areas: list[str], examples: int) -> tuple[Counter[int], int]:
    """Attack these areas on one engine; gives the answers by status, and how many were wrong."""
    answers: Counter[int] = Counter()
    wrong = 0
    with sites_on(engine) as sites:
        site = Site(*sites.another())
        attacking = Attack([site], max_examples=examples, at_length=True)
        for area in [*areas, CHAINS]:
            site.renewed(*sites.another())
            found = attacking.run_chains() if area == CHAINS else attacking.run(area)
            found += untrue(site)
            answers += attacking.answers
            wrong += len(found)
            said = f"{attacking.answers.total():>6} cases: {by_status(attacking.answers)}"
            print(f"{engine:>10} {area:>10} {said}; {len(found)} wrong", flush=True)
            for each in found:
                print(f"\nWRONG {each}\n", flush=True)
        site.database.close()
    return answers, wrong


def by_status(answers: Counter[int]) -> str:
    """How often each status was answered."""
    return ", ".join(f"{times} times {status}" for status, times in sorted(answers.items()))


def give(contract: type[Contract], examples: int) -> int:
    """Give a contract values until it breaks; how many of them it took."""
    taken = 0

    @how(
        max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.data())
    def whatever(data: st.DataObject) -> None:
        nonlocal taken
        taken += check(contract, data.draw(raw_values(contract)))

    whatever()
    return taken


def main() -> int:
    """Attack, and say what came of it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--cases", type=int, default=20_000, help="at least so many on each engine")
    asked.add_argument("--engine", choices=ENGINES, action="append")
    asked.add_argument("--area", choices=AREAS, action="append")
    asked.add_argument("--values", type=int, default=100, help="for each contract; 0: none")
    told = asked.parse_args()
    wrong = 0
    examples = max(10, (told.cases - BOUNDARIES) // 100)
    for engine in told.engine or ENGINES:
        answers, found = attack(engine, told.area or AREAS, examples)
        wrong += found
        faults = sum(times for status, times in answers.items() if status >= FAULT)
        print(f"{engine:>10}: {answers.total()} cases, {faults} answered 5xx")
    contracts = every_contract() if told.values else []
    taken = sum(give(each, told.values) for each in contracts)
    print(f"{len(contracts)} contracts, {told.values} values each: {taken} taken and read back")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
