"""What a certificate on its own proves beyond its seal: it says what was signed, word for word."""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from pydantic import ValidationError

from app.record.proof import SealedRecord
from schemas.base import canonical_json
from schemas.paper import CERTIFICATE_FORMAT, LotCertificate
from schemas.proof import Holds, ProofLine
from schemas.release import CertificationWords

CHECKED = "The certificate is what was signed"


def certificate_is_what_was_signed(sealed: SealedRecord) -> Iterable[ProofLine]:
    """Statement, obligations and results are those under the signature of the register's line."""
    if sealed.record.get("format") != CERTIFICATE_FORMAT:
        return
    try:
        certificate = LotCertificate.model_validate_json(canonical_json(sealed.record))
    except ValidationError as wrong:
        first = wrong.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        yield ProofLine(checked=CHECKED, holds=Holds.NO, says=f"{place}: {first['msg']}.")
        return
    found = "; ".join(_wrong(certificate))
    line = certificate.line
    fine = f"{line.act.label} of lot {line.lot_number} by {line.signature.name}."
    yield ProofLine(
        checked=CHECKED, holds=Holds.NO if found else Holds.YES, says=f"{found}." if found else fine
    )


def _wrong(certificate: LotCertificate) -> Iterator[str]:
    line, signature = certificate.line, certificate.signed.signature
    words = CertificationWords.from_canonical(certificate.signed.words)
    if sha256(certificate.signed.words.encode()).hexdigest() != signature.words_digest:
        yield "other words than were signed"
    if signature.bound() != signature.binding or line.signature != signature:
        yield "who signed, when or what was changed"
    if certificate.verdict.digest() != words.verdict_digest:
        yield "the results are not those that were signed"
    said = (line.act, line.statement, line.destination, line.obligations, line.reason)
    if said != (words.act, words.statement, words.destination, words.obligations, words.reason):
        yield "it says something else than was signed"
    lots = {certificate.lot.number, line.lot_number, certificate.verdict.lot_number}
    if lots != {words.lot_number}:
        yield "it is about another lot than was signed"
