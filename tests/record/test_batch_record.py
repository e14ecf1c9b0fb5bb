"""The batch record of a real lot: assembled, printed, sealed, and proving itself."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from cryptography.x509 import Certificate
from sqlalchemy import select

from app.lot.models import Lot
from app.record import making
from app.record.checks import CHECKS
from app.record.keys import load_pkcs12, make_site_key
from app.record.models import RecordRow
from app.record.press import Printed
from app.record.print import print_and_seal
from app.record.proof import verify
from app.trail import attachments
from schemas.proof import Holds
from schemas.record import BatchRecord, JobState, MakeRecord
from tests.conftest import ENGINES, Shelf, person
from tests.record.lots import certified_lot


@dataclass(frozen=True)
class Made:
    """A sealed record, what is known of it, and the authority that vouches for its seal."""

    file: bytes
    row: RecordRow
    authority: Certificate


@pytest.fixture(scope="module", params=ENGINES)
def made(
    request: pytest.FixtureRequest, shelf: Shelf, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Made]:
    """Quinn asked for the record of a certified lot, and a worker made it."""
    folder = tmp_path_factory.mktemp("key")
    with shelf.lent(request.param, certified_lot) as (database, clock):
        with database.writing() as session:
            lot = session.scalars(select(Lot).order_by(Lot.id.desc())).first()
            assert lot is not None
            quinn, form = person(session, "quinn", "record.seal"), MakeRecord(reason="Released")
            making.ask_for_record(session, lot.number, form, by=quinn, at=clock())
        key = load_pkcs12(make_site_key(folder, "Unit One", "words", at=clock()), "words")

        def press(record: BatchRecord) -> Printed:
            return Printed(*print_and_seal(record, key))

        worker = making.Worker(database, press, clock)
        assert worker.work_once()
        assert not worker.work_once()
        with database.reading() as session:
            row = session.scalars(select(RecordRow)).one()
            assert [job.state for job in making.jobs_of(session, row.lot)] == [JobState.DONE]
        yield Made(attachments.read(row.file_sha256), row, key.authority)


def test_the_record_of_a_certified_lot_holds(made: Made) -> None:
    report = verify(made.file, [made.authority], checks=CHECKS)
    assert [(each.checked, each.says) for each in report.lines if each.holds is not Holds.YES] == []
    assert made.row.status == "Certified"
    assert made.row.pages > 5


def test_the_record_reads_back_as_it_was(made: Made) -> None:
    with pikepdf.open(BytesIO(made.file)) as paper:
        content = paper.attachments["record.json"].get_file().read_bytes()
    record = BatchRecord.from_canonical(content)
    assert record.canonical() == content
    assert (record.digest(), record.version) == (made.row.record_digest, made.row.version)


def test_other_tools_accept_the_sealed_record(made: Made, tmp_path: Path) -> None:
    path = tmp_path / "sealed.pdf"
    path.write_bytes(made.file)
    seal = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, check=True, text=True)
    assert "Signature is Valid." in seal.stdout
    assert "Total document signed" in seal.stdout
    found = subprocess.run(["qpdf", "--check", path], capture_output=True, check=True, text=True)
    assert "No syntax or stream encoding errors" in found.stdout
