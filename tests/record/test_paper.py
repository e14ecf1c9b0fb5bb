"""The print: archival, tagged, self-contained, the same every time, and true to its identity."""

import hashlib
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import jinja2
import pikepdf
import pytest

from app.record.render import Attachment, PaperError, render

from .conftest import TRAIL_HEAD, Sample


def run(*command: str, fed: Path) -> str:
    """What one of Debian's tools says of a file."""
    done = subprocess.run([*command, str(fed), "-"], capture_output=True, check=True, text=True)
    return done.stdout


@pytest.fixture
def on_disk(paper: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "record.pdf"
    path.write_bytes(paper)
    return path


@pytest.fixture
def opened(paper: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(paper))


def test_every_page_says_which_lot_page_version_trail_and_when(
    on_disk: Path, sample: Sample
) -> None:
    pages = run("pdftotext", "-layout", fed=on_disk).split("\f")[:-1]
    assert len(pages) >= 4
    for number, page in enumerate(pages, 1):
        for words in (
            "L-2026-0014",
            f"Page {number} of {len(pages)}",
            "Record version 2 · copy 1 · template batch-record 1.0",
            "generated 2026-11-20 15:31:07 +01:00 Europe/Warsaw",
            f"trail  {TRAIL_HEAD}".replace("  ", " "),
            f"record {sample.identity.record_digest}",
        ):
            assert words in " ".join(page.split())


def test_a_record_that_is_not_certified_says_so_across_every_page(
    sample: Sample, tmp_path: Path
) -> None:
    path = tmp_path / "draft.pdf"
    path.write_bytes(sample.printed(watermark="NOT CERTIFIED"))
    pages = run("pdftotext", "-layout", fed=path).split("\f")[:-1]
    assert all("NOT CERTIFIED" in page for page in pages)
    with pikepdf.open(path) as pdf:
        assert all("/XObject" in page.resources for page in pdf.pages)


def test_a_correction_shows_the_old_value_and_its_reason(on_disk: Path) -> None:
    text = " ".join(run("pdftotext", fed=on_disk).split())
    assert "69.2 %" in text
    assert "96.2 %" in text
    assert "digits swapped on entry" in text


def test_qpdf_finds_nothing_wrong(on_disk: Path) -> None:
    said = subprocess.run(["qpdf", "--check", on_disk], capture_output=True, check=True, text=True)
    assert "No syntax or stream encoding errors" in said.stdout


def test_it_is_pdf_a_3a_and_pdf_ua_1(opened: pikepdf.Pdf) -> None:
    root = opened.Root
    metadata = opened.open_metadata()
    assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
    assert metadata["pdfuaid:part"] == "1"
    assert root.OutputIntents[0].S == pikepdf.Name.GTS_PDFA1
    assert root.OutputIntents[0].DestOutputProfile.N == 3
    assert (str(root.Lang), bool(root.MarkInfo.Marked)) == ("en", True)
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert len(opened.trailer.ID) == 2
    assert "/Encrypt" not in opened.trailer
    assert not {"/JavaScript", "/OpenAction", "/AA"} & set(root.keys())


def test_what_it_says_of_itself_is_the_same_in_both_places(opened: pikepdf.Pdf) -> None:
    metadata = opened.open_metadata()
    about = opened.docinfo
    assert metadata["dc:title"] == str(about.Title) == "Batch record, lot L-2026-0014"
    assert metadata["dc:creator"] == [str(about.Author)]
    assert metadata["dc:description"] == str(about.Subject)
    assert metadata["pdf:Producer"] == str(about.Producer)
    assert metadata["xmp:CreatorTool"] == str(about.Creator)
    assert metadata["xmp:CreateDate"] == "2026-11-20T14:31:07Z"
    assert str(about.CreationDate) == str(about.ModDate) == "D:20261120143107Z"


def test_every_font_is_bundled_and_embedded(opened: pikepdf.Pdf) -> None:
    fonts = [
        each for each in opened.objects if isinstance(each, pikepdf.Dictionary)
        and each.get("/Type") == pikepdf.Name.FontDescriptor
    ]  # fmt: skip
    assert len(fonts) >= 3
    for each in fonts:
        assert "Plex" in str(each.FontName)
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(each.keys())
    types = {str(each.get("/Subtype")) for each in opened.objects if "/BaseFont" in keys(each)}
    assert types <= {"/Type0", "/CIDFontType2", "/CIDFontType0"}


def test_a_character_the_bundle_lacks_is_still_drawn(sample: Sample, tmp_path: Path) -> None:
    pdf = tmp_path / "rare.pdf"
    pdf.write_bytes(sample.printed(site="Ca²⁺ laboratory"))
    assert "Ca²⁺ laboratory" in run("pdftotext", fed=pdf)


def keys(each: pikepdf.Object) -> set[str]:
    return set(each.keys()) if isinstance(each, pikepdf.Dictionary) else set()


def test_headings_tables_and_the_curve_are_tagged(opened: pikepdf.Pdf) -> None:
    tags = [str(each.S) for each in opened.objects if keys(each) >= {"/S", "/P", "/K"}]
    for tag in ("/Document", "/H1", "/H2", "/H3", "/Table", "/THead", "/TH", "/TD", "/Figure"):
        assert tag in tags
    figure = next(each for each in opened.objects if "/Alt" in keys(each))
    assert "population doublings" in str(figure.Alt)


def test_the_attachments_are_described_once_and_whole(opened: pikepdf.Pdf, sample: Sample) -> None:
    found = {str(each.UF): each for each in opened.Root.AF}
    assert len(opened.Root.AF) == len(opened.attachments) == 2
    assert list(found) == ["audit.json", "record.json"]
    for each in sample.attachments:
        file = found[each.name]
        assert file.AFRelationship == pikepdf.Name("/" + each.relationship)
        assert str(file.Desc) == each.description
        assert file.EF.F.Subtype == pikepdf.Name("/application/json")
        assert file.EF.F.read_bytes() == each.content
        assert file.EF.F.Params.Size == len(each.content)
        assert bytes(file.EF.F.Params.CheckSum).hex() == hashlib.md5(each.content).hexdigest()  # noqa: S324 - what ISO 32000 asks for
        assert str(file.EF.F.Params.ModDate) == "D:20261120143107Z"


def test_the_place_of_the_seal_is_one_empty_signature_field(opened: pikepdf.Pdf) -> None:
    form = opened.Root.AcroForm
    (field,) = form.Fields
    assert not {"/NeedAppearances", "/DR", "/DA", "/XFA"} & keys(form)
    assert (str(field.T), field.FT, field.F) == ("seal", pikepdf.Name.Sig, 4)
    assert not {"/V", "/DA"} & keys(field)
    assert field.AP.N.read_bytes() == b""
    page = opened.pages[len(opened.pages) - 1]
    assert field.objgen in [each.objgen for each in page.Annots]
    owner = next(each for each in opened.objects if keys(each) >= {"/S"} and each.S == "/Form")
    assert owner.K.Obj.objgen == field.objgen


def test_the_same_lot_prints_the_same_bytes_in_another_process(paper: bytes) -> None:
    again = (
        "import hashlib, runpy, sys\n"
        "from tests.record.conftest import sample\n"
        "pdf = sample.__wrapped__().printed()\n"
        "print(hashlib.sha256(pdf).hexdigest())\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", again],
        capture_output=True, check=True, text=True,
        env={**os.environ, "PYTHONHASHSEED": "77", "TZ": "Pacific/Auckland", "PYTHONPATH": "."},
    )  # fmt: skip
    assert said.stdout.strip() == hashlib.sha256(paper).hexdigest()


def test_another_copy_is_another_file(sample: Sample, paper: bytes) -> None:
    assert sample.printed(copy_number=2) != paper


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        pytest.param('<img src="https://example.org/logo.png" alt="">', "bundled", id="network"),
        pytest.param('<img src="file:///etc/passwd" alt="">', "outside", id="another folder"),
        pytest.param('<img src="../pyproject.toml" alt="">', "outside", id="a step up"),
        pytest.param('<img src="logo.png" alt="">', "logo.png is not bundled", id="missing"),
        pytest.param('<img src="data:image/png;base64,AAAA" alt="">', "bundled", id="data in it"),
        pytest.param('<link rel="stylesheet" href="none.css">', "not bundled", id="style sheet"),
    ],
)
def test_an_asset_that_is_not_ours_stops_the_print(
    markup: str, words: str, sample: Sample, tmp_path: Path
) -> None:
    (tmp_path / "page.html").write_text(f'<html lang="en"><title>x</title><h1>x</h1>{markup}')
    with pytest.raises(PaperError, match=words):
        render(
            "page.html",
            {},
            attachments=sample.attachments,
            identity=sample.identity,
            folders=(tmp_path,),
        )


def test_a_digest_that_is_not_the_records_is_never_printed(sample: Sample) -> None:
    with pytest.raises(PaperError, match="not the digest"):
        sample.printed(record_digest="0" * 64)


def test_a_print_without_its_record_is_refused(sample: Sample) -> None:
    other = Attachment("notes.txt", b"x", "text/plain", "Notes")
    with pytest.raises(PaperError, match=r"record\.json"):
        render("base.html", {}, attachments=(other,), identity=sample.identity)


def test_what_the_template_asks_for_must_be_there(sample: Sample) -> None:
    with pytest.raises(jinja2.UndefinedError):
        render(
            "sample.html",
            {},
            attachments=sample.attachments,
            identity=sample.identity,
            folders=(Path(__file__).parent / "templates",),
        )


def test_words_from_the_lot_cannot_become_markup(sample: Sample, tmp_path: Path) -> None:
    pdf = tmp_path / "odd.pdf"
    pdf.write_bytes(sample.printed(site='<script>"Müller" & Søn</script>'))
    assert '<script>"Müller" & Søn</script>' in run("pdftotext", fed=pdf)
