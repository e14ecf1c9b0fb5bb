"""The sealing key and the seal, judged by tools that are not ours."""

import asyncio
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from app.record.keys import (
    KeyUnusable,
    SealingKey,
    fingerprint,
    load_certificates,
    load_pkcs12,
    make_site_key,
)
from app.record.proof import verify
from app.record.seal import NotSealed, add_time_stamp, seal
from schemas.proof import Holds

from .conftest import AT, self_made


def pdfsig(pdf: bytes, folder: Path) -> str:
    path = folder / "sealed.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdfsig", path], capture_output=True, check=True, text=True).stdout


def authority_of(stamper: DummyTimeStamper) -> x509.Certificate:
    return x509.load_der_x509_certificate(stamper.tsa_cert.dump())


def test_pdfsig_accepts_the_seal_and_that_it_covers_everything(
    sealed: bytes, tmp_path: Path
) -> None:
    said = pdfsig(sealed, tmp_path)
    assert said.count("Signature #") == 1
    for words in (
        "Signature is Valid",
        "Total document signed",
        "ETSI.CAdES.detached",
        "SHA-256",
        "Record seal, St Anne's Hospital",
        "Signature Field Name: seal",
    ):
        assert words in said


def test_qpdf_accepts_the_sealed_file(sealed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    said = subprocess.run(["qpdf", "--check", path], capture_output=True, check=True, text=True)
    assert "No syntax or stream encoding errors" in said.stdout


def test_the_library_that_sealed_agrees_in_its_full_analysis(
    sealed: bytes, key: SealingKey
) -> None:
    (found,) = PdfFileReader(BytesIO(sealed)).embedded_signatures
    root = asn1_x509.Certificate.load(key.authority.public_bytes(serialization.Encoding.DER))
    context = ValidationContext(trust_roots=[root], moment=AT)
    status = validate_pdf_signature(found, context)
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"


def test_the_print_is_inside_the_sealed_file_byte_for_byte(paper: bytes, sealed: bytes) -> None:
    assert sealed.startswith(paper)


def test_sealing_leaves_everything_but_the_field_as_it_was_printed(
    paper: bytes, sealed: bytes
) -> None:
    before, after = (pikepdf.open(BytesIO(each)) for each in (paper, sealed))
    assert before.Root.Metadata.read_raw_bytes() == after.Root.Metadata.read_raw_bytes()
    assert dict(before.docinfo) == dict(after.docinfo)
    (field,) = after.Root.AcroForm.Fields
    assert field.AP.N.read_bytes() == b""
    assert after.Root.AcroForm.SigFlags == 3
    assert "/NeedAppearances" not in after.Root.AcroForm


def test_the_signed_words_name_the_record_and_forbid_every_change(
    sealed: bytes, sample_digest: str
) -> None:
    with pikepdf.open(BytesIO(sealed)) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        words = str(field.V.Reason)
        assert words.startswith("Batch record sealed after certification. ")
        assert words.endswith(sample_digest)
        assert str(field.V.Location) == "Brno"
        assert pdf.Root.Perms.DocMDP.objgen == field.V.objgen
        assert field.V.Reference[0].TransformParams.P == 1


@pytest.fixture
def sample_digest(sample: object) -> str:
    return str(sample.identity.record_digest)  # type: ignore[attr-defined]


def test_a_time_stamp_proves_the_time_once_its_authority_is_trusted(
    paper: bytes, key: SealingKey, stamper: DummyTimeStamper, tmp_path: Path
) -> None:
    stamped = seal(paper, key, reason="Sealed", location="Brno", at=AT, timestamper=stamper)
    assert "Signature is Valid" in pdfsig(stamped, tmp_path)
    assert verify(stamped, [key.authority]).holds is Holds.UNKNOWN
    report = verify(stamped, [key.authority, authority_of(stamper)])
    assert report.holds is Holds.YES
    assert report.seal is not None
    assert report.seal.time_is_stamped
    assert report.seal.sealed_at == AT + timedelta(seconds=3)


def test_a_document_time_stamp_may_follow_the_seal_and_another_one_years_later(
    sealed: bytes, key: SealingKey, stamper: DummyTimeStamper, tmp_path: Path
) -> None:
    once = add_time_stamp(sealed, stamper)
    twice = add_time_stamp(once, stamper)
    for longer in (once, twice):
        assert longer.startswith(sealed)
        report = verify(longer, [key.authority, authority_of(stamper)])
        assert (report.holds, report.against()) == (Holds.YES, ())
    assert pdfsig(twice, tmp_path).count("Signature is Valid") >= 1
    assert any("revision 4: proof of time" in each.says for each in report.lines)


def test_a_record_is_sealed_once(sealed: bytes, key: SealingKey) -> None:
    with pytest.raises(NotSealed, match="sealed already"):
        seal(sealed, key, reason="Again", location="Brno", at=AT)


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(datetime(2026, 11, 20, 14, 26, tzinfo=UTC), id="before the certificate"),
        pytest.param(datetime(2039, 1, 1, tzinfo=UTC), id="after the certificate"),
    ],
)
def test_nothing_is_sealed_outside_the_certificates_life(
    paper: bytes, key: SealingKey, at: datetime
) -> None:
    with pytest.raises(NotSealed, match="not valid at this time"):
        seal(paper, key, reason="Sealed", location="Brno", at=at)


def test_a_loop_that_already_runs_is_in_nobodys_way(
    paper: bytes, key: SealingKey, stamper: DummyTimeStamper
) -> None:
    async def within() -> Holds:
        sealed = seal(paper, key, reason="Sealed", location="Brno", at=AT)
        stamped = add_time_stamp(sealed, stamper)
        return verify(stamped, [key.authority, authority_of(stamper)]).holds

    assert asyncio.run(within()) is Holds.YES


def test_only_a_print_is_sealed(key: SealingKey) -> None:
    with pytest.raises(NotSealed, match="only prints are sealed"):
        seal(b"%PDF-1.7\n", key, reason="Sealed", location="Brno", at=AT)


def test_a_site_key_lives_long_is_private_and_is_never_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    path = make_site_key(folder, "St Anne's Hospital", "twelve owls", at=AT)
    assert {each.name: stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {
        "seal.p12": 0o600,
        "authority.p12": 0o600,
        "authority.pem": 0o600,
    }
    key = load_pkcs12(path, "twelve owls")
    assert key.certificate.not_valid_after_utc > AT + timedelta(days=3652)
    assert key.authority.not_valid_after_utc > AT + timedelta(days=30 * 366)
    (public,) = load_certificates((folder / "authority.pem").read_bytes())
    assert fingerprint(public) == fingerprint(key.authority)
    with pytest.raises(KeyUnusable, match="already there"):
        make_site_key(folder, "St Anne's Hospital", "twelve owls", at=AT)


def test_a_key_of_the_sites_own_seals_as_well(paper: bytes, tmp_path: Path) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    certificate = self_made("Trust service", private)
    path = tmp_path / "own.p12"
    lock = serialization.BestAvailableEncryption(b"pass")
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"own", private, certificate, None, lock)
    )
    own = load_pkcs12(path, "pass")
    sealed = seal(paper, own, reason="Sealed", location="Brno", at=AT)
    assert verify(sealed, [own.authority]).against() == ()
    assert verify(sealed, [own.authority]).holds is Holds.YES
    assert "Signature is Valid" in pdfsig(sealed, tmp_path)


def test_what_cannot_seal_is_refused_in_words(tmp_path: Path) -> None:
    path = make_site_key(tmp_path, "St Anne's Hospital", "twelve owls", at=AT)
    weak = tmp_path / "weak.p12"
    key = ec.generate_private_key(ec.SECP192R1())
    weak.write_bytes(
        pkcs12.serialize_key_and_certificates(
            None, key, None, None, serialization.BestAvailableEncryption(b"pass")
        )
    )
    with pytest.raises(KeyUnusable, match="passphrase is wrong"):
        load_pkcs12(path, "eleven owls")
    with pytest.raises(KeyUnusable, match="cannot be read"):
        load_pkcs12(tmp_path / "none.p12", "pass")
    with pytest.raises(KeyUnusable, match="passphrase is wrong, or it is not"):
        load_pkcs12(tmp_path / "authority.pem", "pass")
    with pytest.raises(KeyUnusable, match="no private key"):
        load_pkcs12(weak, "pass")
    with pytest.raises(KeyUnusable, match="without a passphrase"):
        make_site_key(tmp_path / "other", "St Anne's Hospital", "", at=AT)
    with pytest.raises(KeyUnusable, match="not for signatures"):
        load_pkcs12(tmp_path / "authority.p12", "twelve owls")
