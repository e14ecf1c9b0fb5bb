"""Jobs: one worker takes each and keeps it while it works; when it falls silent, the next does."""

import os
from collections.abc import Iterator
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import select

from app.db import Database
from app.lot.models import Lot
from app.record import making, site_key
from app.record.checks import CHECKS
from app.record.keys import KeyUnusable, load_pkcs12, make_site_key
from app.record.making import LEASE, STOPS_MAX, Worker, ask_for_record
from app.record.models import RecordJobRow
from app.record.press import Printed, print_apart
from app.record.proof import verify
from app.settings import settings
from app.trail import attachments
from schemas.proof import Holds
from schemas.record import BatchRecord, JobState, MakeRecord
from tests.conftest import ENGINES, Clock, Shelf, person
from tests.record.lots import certified_lot


@pytest.fixture(params=ENGINES)
def asked(request: pytest.FixtureRequest, shelf: Shelf) -> Iterator[tuple[Database, Clock]]:
    """A database in which a record was asked for."""
    with shelf.lent(request.param, certified_lot) as (database, clock):
        with database.writing() as session:
            lot = session.scalars(select(Lot)).one()
            quinn, form = person(session, "quinn", "record.seal"), MakeRecord(reason="Released")
            ask_for_record(session, lot.number, form, by=quinn, at=clock())
        yield database, clock


def worker(asked: tuple[Database, Clock]) -> Worker:
    database, clock = asked
    return Worker(database, _no_key, clock)


def _no_key(_record: BatchRecord) -> Printed:
    raise KeyUnusable("There is no key.")


def job(asked: tuple[Database, Clock]) -> RecordJobRow:
    with asked[0].reading() as session:
        return session.scalars(select(RecordJobRow)).one()


def test_a_job_is_taken_by_one_worker(asked: tuple[Database, Clock]) -> None:
    first, second = worker(asked), worker(asked)
    assert first._claim() == job(asked).id
    assert second._claim() is None
    assert job(asked).worker == first.name


def test_a_silent_worker_loses_its_job_to_the_next(asked: tuple[Database, Clock]) -> None:
    first, second = worker(asked), worker(asked)
    first._claim()
    asked[1].now += LEASE - timedelta(seconds=1)
    assert second._claim() is None
    asked[1].now += timedelta(seconds=1)
    assert second._claim() == job(asked).id
    assert job(asked).worker == second.name


def test_a_working_worker_keeps_its_job(
    asked: tuple[Database, Clock], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long printing takes: the lease is renewed meanwhile."""
    monkeypatch.setattr(making, "BEAT_SECONDS", 0.01)
    first, second = worker(asked), worker(asked)
    number = first._claim()
    assert number is not None
    for _ in range(3):
        asked[1].now += LEASE - timedelta(seconds=1)
        with first._held(number):
            while job(asked).due_at < asked[1].now + LEASE:
                pass
        assert second._claim() is None


def test_a_failure_is_told_and_tried_three_times(asked: tuple[Database, Clock]) -> None:
    told = worker(asked)
    for state in (JobState.WAITING, JobState.WAITING, JobState.FAILED):
        assert told.work_once()
        assert job(asked).state is state
        asked[1].now += timedelta(minutes=2)
    assert job(asked).says == "KeyUnusable: There is no key."
    assert not told.work_once()


@pytest.mark.parametrize("asked", ["sqlite"], indirect=True)
def test_a_record_is_printed_in_a_process_of_its_own(
    asked: tuple[Database, Clock], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    database, clock = asked
    monkeypatch.setenv("PASSAGE_KEY_FILE", str(tmp_path / "nowhere.p12"))
    pressing = Worker(database, print_apart, clock)
    assert pressing.work_once()
    assert str(job(asked).says).startswith("KeyUnusable: ")
    made = make_site_key(tmp_path, "Unit One", "words", at=clock())
    monkeypatch.chdir(made.parent)
    monkeypatch.setenv("PASSAGE_KEY_FILE", made.name)
    monkeypatch.setenv("PASSAGE_KEY_PASSPHRASE", "words")
    clock.now += timedelta(minutes=2)
    assert pressing.work_once()
    assert job(asked).state is JobState.DONE
    file = attachments.read(str(job(asked).sha256))
    report = verify(file, [load_pkcs12(made, "words").authority], checks=CHECKS)
    assert {each.holds for each in report.lines} == {Holds.YES}


def test_a_job_that_stops_the_server_again_and_again_is_given_up(
    asked: tuple[Database, Clock],
) -> None:
    for _ in range(STOPS_MAX):
        assert worker(asked)._claim() is not None
        asked[1].now += LEASE
    assert worker(asked)._claim() is None
    assert job(asked).state is JobState.FAILED
    assert "The server stopped 10 times" in str(job(asked).says)


# The key that seals


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("PASSAGE_FOLDER", str(tmp_path))
    settings.cache_clear()
    yield tmp_path / "keys"
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.parametrize("moved", [0, 1, 2], ids=["nothing", "one", "two"])
def test_a_key_whose_making_was_stopped_is_finished(keys: Path, clock: Clock, moved: int) -> None:
    keys.mkdir()
    passphrase = site_key._passphrase(keys)
    make_site_key(keys / "made", "Unit One", passphrase, at=clock())
    made = (keys / "made" / "authority.pem").read_bytes()
    for name in site_key.PIECES[:moved]:
        (keys / "made" / name).rename(keys / name)
    key = site_key.site_key("Unit One", at=clock())
    assert (keys / "authority.pem").read_bytes() == made
    assert key.chain
    assert not (keys / "made").exists()


def test_a_half_made_key_is_made_anew(keys: Path, clock: Clock) -> None:
    (keys / "making").mkdir(parents=True)
    (keys / "making" / "seal.p12").write_bytes(b"half")
    (keys / "passphrase.new").touch()
    assert site_key.site_key("Unit One", at=clock()).chain
    assert sorted(each.name for each in keys.iterdir()) == sorted(
        ["lock", "passphrase", *site_key.PIECES]
    )


def test_a_key_without_its_seal_is_never_replaced(keys: Path, clock: Clock) -> None:
    keys.mkdir()
    (keys / "authority.p12").write_bytes(b"kept here")
    with pytest.raises(KeyUnusable, match=r"authority\.p12 is already there"):
        site_key.site_key("Unit One", at=clock())
    assert (keys / "authority.p12").read_bytes() == b"kept here"


def _serial(folder: str) -> int:
    os.environ["PASSAGE_FOLDER"] = folder
    settings.cache_clear()
    return site_key.site_key("Unit One", at=Clock()()).certificate.serial_number


def test_two_servers_make_one_key(keys: Path) -> None:
    with get_context("spawn").Pool(2) as servers:
        first, second = servers.map(_serial, [str(keys.parent)] * 2)
    assert first == second
