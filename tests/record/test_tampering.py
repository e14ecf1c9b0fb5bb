"""What may stand behind a seal, and every change that hides there."""

import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils.generic import ArrayObject, NumberObject, StreamObject, pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from app.record.keys import SealingKey
from app.record.proof import verify
from app.record.seal import _SealWriter
from schemas.proof import Holds

from .reading import line


def appended(sealed: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """The sealed file with an update behind it, as any editor can append one."""
    writer = IncrementalPdfFileWriter(BytesIO(sealed))
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def overlay(writer: IncrementalPdfFileWriter) -> None:
    """Draw a white box over part of the first page."""
    box = writer.add_object(StreamObject(stream_data=b"1 g 50 400 500 200 re f"))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = ArrayObject([page.raw_get("/Contents"), box])
    writer.update_container(page)


def exchange_record(writer: IncrementalPdfFileWriter) -> None:
    """Put other bytes behind the name record.json."""
    files = writer.root["/AF"]
    record = next(files[place] for place in range(2) if files[place]["/UF"] == "record.json")
    stream = record["/EF"]["/F"]
    stream._data = b'{"lot_number":"L-2026-0015"}'
    stream._encoded_data = None
    writer.update_container(stream)


def change_language(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/Lang"] = pdf_string("de")
    writer.update_root()


def hide_the_form(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/AcroForm"]["/Fields"] = ArrayObject()
    writer.update_container(writer.root["/AcroForm"])


def add_a_note(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    rectangle = ArrayObject(NumberObject(each) for each in (100, 100, 200, 200))
    note = writer.root["/AcroForm"]["/Fields"][0].__class__()
    note.update({pdf_name("/Subtype"): pdf_name("/FreeText"), pdf_name("/Rect"): rectangle})
    page["/Annots"] = ArrayObject([writer.add_object(note)])
    writer.update_container(page)


@pytest.mark.parametrize(
    "change", [overlay, exchange_record, change_language, hide_the_form, add_a_note]
)
def test_nothing_may_be_appended_that_changes_what_is_seen(
    sealed: bytes, key: SealingKey, change: Callable[[IncrementalPdfFileWriter], None]
) -> None:
    assert verify(appended(sealed, change), [key.authority]).holds is Holds.NO


def test_an_overlay_that_other_tools_accept_is_found(
    sealed: bytes, tmp_path: Path, key: SealingKey
) -> None:
    """A reader checks the signature of the old revision and draws the new one."""
    path = tmp_path / "overlaid.pdf"
    path.write_bytes(appended(sealed, overlay))
    said = subprocess.run(["pdfsig", path], capture_output=True, check=True, text=True).stdout
    assert "Signature is Valid" in said
    report = verify(path.read_bytes(), [key.authority])
    assert line(report, "The file").says.startswith("Bytes follow the last signature")


CHANGES = [
    pytest.param(overlay, "Entry /Contents of object", id="overlay"),
    pytest.param(exchange_record, "was replaced after sealing", id="another record"),
    pytest.param(change_language, "Entry /Lang of object", id="catalogue"),
    pytest.param(add_a_note, "put on a page", id="note"),
]


@pytest.mark.parametrize(("change", "says"), CHANGES)
@pytest.mark.parametrize("apart", [True, False], ids=["stamped next", "stamped at once"])
def test_a_change_hidden_behind_a_time_stamp_is_found_and_named(
    sealed: bytes,
    stamper: DummyTimeStamper,
    change: Callable[[IncrementalPdfFileWriter], None],
    says: str,
    *,
    apart: bool,
) -> None:
    """The file then ends with a valid signature over everything, the change included."""
    writer = _SealWriter(BytesIO(sealed))
    change(writer)
    if apart:
        out = BytesIO()
        writer.write(out)
        writer = _SealWriter(out)
    stamped = PdfTimeStamper(stamper).timestamp_pdf(writer, "sha256").getvalue()
    report = verify(stamped)
    assert line(report, "The file").holds is Holds.YES
    assert line(report, "The seal").holds is Holds.YES
    assert says in line(report, "After the seal").says


def test_a_second_seal_is_one_too_many(sealed: bytes, stranger: SealingKey) -> None:
    forged = sealed.replace(b"/P 1\n", b"/P 2\n")
    writer = IncrementalPdfFileWriter(BytesIO(forged))
    meta = signers.PdfSignatureMetadata(field_name="second", md_algorithm="sha256")
    out = signers.sign_pdf(writer, meta, stranger.signer)
    report = verify(out.getvalue())
    assert line(report, "The file").says == "It has 2 seals; a record has exactly one."
