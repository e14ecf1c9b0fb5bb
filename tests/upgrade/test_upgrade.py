"""A site of the first version goes on: upgraded with its data on both engines, every word still so.

`site-at-10.tar.xz` is such a site, as it was when migration 10 was the last: a lot on which
everything happened, its sealed record, a browser that is signed in and a record asked for. It
stays as it is for ever; whatever is changed since has to read it.
"""

import json
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import JSON, Boolean, Column, Date, DateTime, MetaData, create_engine, select, text

from app.db import Database
from app.migrate import configuration, upgrade
from app.record.models import RecordRow
from app.record.proving import prove
from schemas.proof import Holds
from tests.conftest import ENGINES, Clock
from tests.postgres import create_database
from tests.trail.lived import Site

KEPT = Path(__file__).parent / "site-at-10.tar.xz"
AFTERWARDS = datetime(2026, 5, 4, 7, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    with tarfile.open(KEPT) as archive:
        # Debian 12 has Python 3.11.2, whose `extractall` knows no filter; later ones ask for it.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(folder)  # noqa: S202 - an archive of our own
    return folder


@pytest.fixture(scope="module", params=ENGINES)
def site(
    request: pytest.FixtureRequest, kept: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The old site, upgraded to this version."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(kept, folder, dirs_exist_ok=True)
    url = f"sqlite:///{folder / 'passage.db'}"
    if request.param == "postgresql":
        url = create_database(request.getfixturevalue("_postgres"), "upgraded")
        command.upgrade(configuration(url), "10")
        moved(kept / "passage.db", url)
    upgrade(url)
    database = Database(url)
    yield Site(database, folder, Clock(AFTERWARDS))
    database.close()


def moved(path: Path, url: str) -> None:
    """Take every row over to PostgreSQL, as it is."""
    engine, tables = create_engine(url), MetaData()
    tables.reflect(engine)
    with closing(sqlite3.connect(path)) as old, engine.begin() as new:
        old.row_factory = sqlite3.Row
        new.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table in tables.sorted_tables:
            read = {column.name: reader(column) for column in table.columns}
            rows = [
                {name: read[name](value) for name, value in dict(row).items() if value is not None}
                for row in old.execute(f"SELECT * FROM {table.name}")
            ]
            for row in rows if table.name != "alembic_version" else ():
                new.execute(table.insert().values(row))
            if rows and "id" in read:
                new.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) "
                        f"FROM {table.name}"
                    )
                )
    engine.dispose()


def reader(column: Column[Any]) -> Callable[[Any], Any]:
    """How SQLite's text becomes what PostgreSQL holds."""
    if isinstance(column.type, DateTime):
        return lambda value: datetime.fromisoformat(value).replace(tzinfo=UTC)
    if isinstance(column.type, Date):
        return date.fromisoformat
    if isinstance(column.type, Boolean):
        return bool
    return json.loads if isinstance(column.type, JSON) else lambda value: value


def test_every_word_is_still_so_and_work_goes_on(site: Site) -> None:
    assert site.verified() == []
    site.sign_in("olga")
    assert site.verified() == []


def test_the_old_sealed_record_still_proves_itself(kept: Path) -> None:
    with closing(sqlite3.connect(kept / "passage.db")) as old:
        (digest,) = old.execute("SELECT file_sha256 FROM record").fetchone()
    sealed = (kept / "files" / digest[:2] / digest).read_bytes()
    report = prove(sealed, (kept / "keys" / "authority.pem").read_bytes())
    against = [(each.checked, each.says) for each in report.lines if each.holds is Holds.NO]
    assert against == []
    assert next(each for each in report.lines if each.checked == "Who sealed").holds is Holds.YES


def test_its_rows_are_read_by_the_models_of_today(site: Site) -> None:
    with site.database.reading() as session:
        row = session.scalars(select(RecordRow)).one()
        assert (row.lot.number, row.version, row.pages) == ("UNIT1-26-0001", 1, 30)
