"""The batch record of a real lot: assembled, printed, sealed, and proving itself."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.db import Database
from app.lot.models import Lot
from app.record import making
from app.record.checks import CHECKS
from app.record.keys import load_pkcs12, make_site_key
from app.record.models import RecordRow
from app.record.proof import verify
from app.trail import attachments
from schemas.proof import Holds
from schemas.record import BatchRecord, JobState, MakeRecord
from tests.conftest import ENGINES, Clock, Shelf, person
from tests.record.lots import certified_lot


@pytest.fixture(params=ENGINES)
def site(request: pytest.FixtureRequest, shelf: Shelf) -> Iterator[tuple[Database, Clock]]:
    opened, clock = shelf.open(request.param, "certified_lot", certified_lot)
    yield opened, clock
    opened.close()


def made_record(site: tuple[Database, Clock], folder: Path) -> tuple[bytes, RecordRow]:
    database, clock = site
    with database.writing() as session:
        lot = session.scalars(select(Lot).order_by(Lot.id.desc())).first()
        assert lot is not None
        quinn = person(session, "quinn", "record.seal")
        making.ask_for_record(
            session, lot.number, MakeRecord(reason="Released"), by=quinn, at=clock()
        )
    key = load_pkcs12(make_site_key(folder, "Unit One", "pass phrase", at=clock()), "pass phrase")
    worker = making.Worker(database, lambda: key, clock)
    assert worker.work_once()
    assert not worker.work_once()
    with database.reading() as session:
        row = session.scalars(select(RecordRow)).one()
        assert [job.state for job in making.jobs_of(session, row.lot)] == [JobState.DONE]
    return attachments.read(row.file_sha256), row


def test_the_record_of_a_certified_lot_holds(site: tuple[Database, Clock], tmp_path: Path) -> None:
    file, row = made_record(site, tmp_path)
    key = load_pkcs12(tmp_path / "seal.p12", "pass phrase")
    report = verify(file, [key.chain[-1]], checks=CHECKS)
    assert [(each.checked, each.says) for each in report.lines if each.holds is not Holds.YES] == []
    assert row.status == "Certified"
    assert row.pages > 5


def test_the_record_reads_back_as_it_was(site: tuple[Database, Clock], tmp_path: Path) -> None:
    file, row = made_record(site, tmp_path)
    key = load_pkcs12(tmp_path / "seal.p12", "pass phrase")
    report = verify(file, [key.chain[-1]])
    attached = next(each for each in report.attachments if each.name == "record.json")
    assert attached.sha256 == row.record_digest
    record = BatchRecord.model_fields
    assert "trail" in record


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_other_tools_accept_the_sealed_record(site: tuple[Database, Clock], tmp_path: Path) -> None:
    file, _ = made_record(site, tmp_path)
    path = tmp_path / "sealed.pdf"
    path.write_bytes(file)
    seal = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, check=True, text=True)
    assert "Signature is Valid." in seal.stdout
    assert "Total document signed" in seal.stdout
    found = subprocess.run(["qpdf", "--check", path], capture_output=True, check=True, text=True)
    assert "No syntax or stream encoding errors" in found.stdout
