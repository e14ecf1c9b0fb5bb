"""What a file proves by itself: one changed byte anywhere is found, and nothing is ever raised."""

import hashlib
import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from itertools import count
from pathlib import Path

import pikepdf
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from app.record.contents import plain
from app.record.keys import SealingKey, fingerprint, load_pkcs12
from app.record.proof import SealedRecord, verify
from app.record.render import Attachment
from app.record.revisions import take_apart
from app.record.seal import seal
from app.record.signature import Altered, read_seal
from schemas.proof import Holds, ProofLine, ProofReport

from .conftest import AT, Sample, lot, self_made
from .reading import line


def signature_place(sealed: bytes) -> tuple[int, int]:
    """Where the digits of the signature begin and end."""
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) \d+\]", sealed)
    assert found is not None
    return int(found[1]), int(found[2])


def test_a_sealed_record_proves_itself_to_who_trusts_the_site(
    sealed: bytes, key: SealingKey, sample: Sample
) -> None:
    report = verify(sealed, [key.authority])
    assert [(each.checked, each.holds) for each in report.lines] == [
        ("The file", Holds.YES),
        ("After the seal", Holds.YES),
        ("The seal", Holds.YES),
        ("The time", Holds.YES),
        ("Who sealed", Holds.YES),
        ("Attachments", Holds.YES),
        ("The record", Holds.YES),
    ]
    assert report.holds is Holds.YES
    assert report.lot_number == "L-2026-0014"
    assert report.seal is not None
    assert report.seal.sealed_by == "Record seal, St Anne's Hospital"
    assert report.seal.sealed_at == AT
    assert [each.name for each in report.attachments] == ["audit.json", "record.json"]
    assert report.attachments[1].sha256 == sample.identity.record_digest
    assert ProofReport.from_canonical(report.canonical()) == report


def test_without_a_trusted_authority_its_fingerprint_is_shown(
    sealed: bytes, key: SealingKey
) -> None:
    report = verify(sealed)
    assert report.holds is Holds.UNKNOWN
    assert fingerprint(key.authority) in line(report, "Who sealed").says
    assert not report.against()


def test_a_strangers_seal_under_the_same_name_does_not_hold(
    paper: bytes, key: SealingKey, stranger: SealingKey
) -> None:
    forged = seal(paper, stranger, reason="Sealed", location="Brno", at=AT)
    report = verify(forged, [key.authority])
    assert [each.checked for each in report.against()] == ["Who sealed"]
    assert verify(forged).holds is Holds.UNKNOWN


def test_a_flipped_bit_anywhere_in_the_file_is_found(sealed: bytes, key: SealingKey) -> None:
    dice = random.Random(2026)
    before, after = signature_place(sealed)
    edges = [0, 5, before - 1, before, before + 1, after - 2, after - 1, after, len(sealed) - 1]
    spread = range(97, len(sealed), len(sealed) // 24)
    for place in (*edges, *spread):
        broken = bytearray(sealed)
        broken[place] ^= 1 << dice.randrange(8)
        report = verify(bytes(broken), [key.authority])
        assert report.holds is Holds.NO, f"byte {place} was changed unseen"


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_other_byte_in_any_place_is_found(
    sealed: bytes, key: SealingKey, data: st.DataObject
) -> None:
    broken = bytearray(sealed)
    place = data.draw(st.integers(0, len(sealed) - 1))
    broken[place] ^= data.draw(st.integers(1, 255))
    assert verify(bytes(broken), [key.authority]).holds is Holds.NO


def test_every_digit_of_the_signature_matters_in_either_case(sealed: bytes) -> None:
    """Hexadecimal digits have two cases and zeros may follow: neither leaves a byte free."""
    before, after = signature_place(sealed)
    letter = next(at for at in range(before, after) if sealed[at : at + 1] in b"ABCDEF")
    for place in (letter, after - 2):
        broken = bytearray(sealed)
        broken[place] ^= 0x20
        assert verify(bytes(broken)).holds is Holds.NO
    hidden = bytearray(sealed)
    hidden[after - 9 : after - 1] = b"C0FFEE00"
    assert "hidden in the room" in line(verify(bytes(hidden)), "The file").says


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_no_byte_of_the_signature_itself_is_free(sealed: bytes) -> None:
    """Not in the names of algorithms, not in a certificate: flip each byte once."""
    found = take_apart(sealed).seal
    unseen = []
    for place in range(len(found.der)):
        broken = bytearray(found.der)
        broken[place] ^= 1 << place % 8
        try:
            read_seal(bytes(broken), found.covered)
        except Altered:
            continue
        unseen.append(place)
    assert unseen == []


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_no_byte_around_a_time_stamp_is_free(
    paper: bytes, key: SealingKey, stamper: DummyTimeStamper
) -> None:
    """An unknown tag does not hide the stamp, and what the parser stumbles over is told."""
    stamped = seal(paper, key, reason="Sealed", location="Brno", at=AT, timestamper=stamper)
    found = take_apart(stamped).seal
    begins = found.der.index(b"\xa1\x82", len(found.der) // 2)
    unseen = []
    for place in range(begins, len(found.der)):
        tag = found.der[place] & 0xF0 == 0xA0
        for bit in range(8) if tag else (place % 8,):
            broken = bytearray(found.der)
            broken[place] ^= 1 << bit
            try:
                read_seal(bytes(broken), found.covered)
            except Altered:
                continue
            unseen.append((place, bit))
    assert unseen == []


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_how_many_bits_of_a_certificates_signature_count_is_not_free(
    paper: bytes, tmp_path: Path
) -> None:
    """Of a signature whose last bit is zero, that bit may be called unused: nothing covers it."""
    private = ec.generate_private_key(ec.SECP256R1())
    made = (self_made("Trust service", private) for _ in count())
    certificate = next(each for each in made if each.signature[-1] % 2 == 0)
    path, lock = tmp_path / "own.p12", serialization.BestAvailableEncryption(b"pass")
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"own", private, certificate, None, lock)
    )
    own = load_pkcs12(path, "pass")
    found = take_apart(seal(paper, own, reason="Sealed", location="Brno", at=AT)).seal
    broken = bytearray(found.der)
    broken[found.der.index(certificate.signature) - 1] = 1
    with pytest.raises(Altered, match="whole byte"):
        read_seal(bytes(broken), found.covered)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        pytest.param(lambda pdf: pdf[:-1], "does not end", id="one byte is missing"),
        pytest.param(lambda pdf: pdf[: len(pdf) // 2], "does not end", id="half is missing"),
        pytest.param(lambda pdf: pdf + b"\n", "does not end", id="a line was appended"),
        pytest.param(lambda pdf: pdf + b"garbage", "does not end", id="garbage was appended"),
        pytest.param(lambda pdf: pdf + b"%%EOF\n", "", id="a second end was appended"),
        pytest.param(lambda pdf: b"\n" + pdf, "does not begin", id="a byte stands before"),
        pytest.param(lambda _: b"", "does not begin", id="an empty file"),
        pytest.param(lambda _: b"%PDF-1.7\n%%EOF\n", "cannot be read", id="nothing in it"),
        pytest.param(lambda pdf: pdf + pdf, "", id="the file twice"),
    ],
)
def test_a_file_that_is_not_whole(
    sealed: bytes, damage: Callable[[bytes], bytes], says: str
) -> None:
    report = verify(damage(sealed))
    assert report.holds is Holds.NO
    assert says in line(report, "The file").says


def test_a_print_without_its_seal(paper: bytes) -> None:
    report = verify(paper)
    assert line(report, "The file").says == "It has 0 seals; a record has exactly one."
    assert line(report, "The record").holds is Holds.YES


def test_a_signature_cut_from_another_record_does_not_fit(
    sealed: bytes, sample: Sample, key: SealingKey
) -> None:
    """R-P11-15: a signature cannot be excised and transferred."""
    other = seal(
        sample.printed(copy_number=2),
        key,
        reason="Batch record sealed after certification",
        location="Brno",
        at=AT,
    )
    (here, end), (there, stop) = signature_place(sealed), signature_place(other)
    pasted = sealed[:here] + other[there:stop] + sealed[end:]
    says = line(verify(pasted, [key.authority]), "The seal").says
    assert says == "The signed bytes were changed: their digest is not the signed one."


def test_a_file_written_anew_by_an_editor_keeps_no_seal(sealed: bytes) -> None:
    with pikepdf.open(BytesIO(sealed)) as pdf:
        del pdf.attachments["record.json"]
        out = BytesIO()
        pdf.save(out)
    report = verify(out.getvalue())
    assert report.holds is Holds.NO
    assert [each.name for each in report.attachments] == ["audit.json"]
    assert line(report, "The record").says == "There is no record.json in it."


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(json.dumps(lot()).encode(), "not in its canonical form", id="spaces"),
        pytest.param(b'{"a":1,"a":1}', "not in its canonical form", id="a key twice"),
        pytest.param(b'{"volume_ml":1.5}', "not exact JSON", id="a float"),
        pytest.param(b"[1]", "not in its canonical form", id="no object"),
        pytest.param(b"[" * 100_000, "not exact JSON", id="a well without a ground"),
        pytest.param(b"\xff", "not exact JSON", id="no text"),
    ],
)
def test_a_record_that_is_not_exact_is_found_even_under_a_true_seal(
    content: bytes, says: str, sample: Sample, key: SealingKey
) -> None:
    odd = (Attachment("record.json", content, "application/json", "The record", "Source"),)
    printed = replace(sample, attachments=odd, template="short.html").printed(
        record_digest=hashlib.sha256(content).hexdigest()
    )
    sealed = seal(printed, key, reason="Sealed", location="Brno", at=AT)
    report = verify(sealed, [key.authority])
    assert [each.checked for each in report.against()] == ["The record"]
    assert says in line(report, "The record").says


def test_further_checks_are_given_the_record_and_its_files(
    sealed: bytes, key: SealingKey, paper: bytes
) -> None:
    def doublings(sealed_record: SealedRecord) -> list[ProofLine]:
        """Population doublings."""
        assert sealed_record.files["audit.json"]
        lot_number = sealed_record.record["lot_number"]
        return [ProofLine(checked="Doublings", holds=Holds.YES, says=f"of {lot_number}")]

    def broken(sealed_record: SealedRecord) -> list[ProofLine]:
        """The release verdict."""
        raise KeyError(sealed_record.record["verdict"])

    report = verify(sealed, [key.authority], checks=(doublings, broken))
    assert line(report, "Doublings").says == "of L-2026-0014"
    assert line(report, "The release verdict").holds is Holds.NO
    blind = verify(paper[:-400], checks=(doublings,))
    assert line(blind, "Population doublings").holds is Holds.UNKNOWN


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_whatever_the_file_is_the_answer_is_a_report(noise: bytes) -> None:
    for file in (noise, b"%PDF-1.7\n" + noise + b"%%EOF\n"):
        assert verify(file).holds is Holds.NO


def test_words_from_a_file_cannot_steer_a_terminal() -> None:
    assert plain("lot\x1b[2J\u202e14") == "lot�[2J�14"
    assert len(plain("x" * 10_000)) == 400
