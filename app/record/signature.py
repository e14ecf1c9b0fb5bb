"""What is inside the seal: one CMS signature, read so strictly that no byte of it is free.

A signature protects what it covers, but not its own wrapping: names of algorithms, spare
certificates, the way a number is written. Here each of these has exactly one right form.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    InvalidCertificateError,
    PathBuildingError,
    PathValidationError,
)

from app.record.aside import settled

STRONG = ("sha256", "sha384", "sha512")
"""Digests a seal may use (R-SIG-14)."""


class Altered(ValueError):
    """Something in the file is not as it was sealed; the words say what."""


@dataclass(frozen=True)
class SealSignature:
    """A signature whose digest, value and wrapping hold, and the chain that came with it.

    `chain` begins with the signer. `stamped_at` is the time of a valid time stamp, or None.
    """

    chain: tuple[x509.Certificate, ...]
    stamped_at: datetime | None
    stamp_chain: tuple[x509.Certificate, ...]


def read_seal(der: bytes, covered: bytes) -> SealSignature:
    """Check a detached signature over `covered` in every detail but trust.

    Raises:
        Altered: the digest, the signature, its wrapping or its chain does not hold.
    """
    with _readable():
        signer, chain = _signed_data(der, "data", covered)
        token = _unsigned_stamp(signer)
    if token is None:
        return SealSignature(chain, None, ())
    stamped_at, stamp_chain = read_stamp(token, signer["signature"].native)
    return SealSignature(chain, stamped_at, stamp_chain)


def read_stamp(der: bytes, covered: bytes) -> tuple[datetime, tuple[x509.Certificate, ...]]:
    """Check a time stamp (RFC 3161) over `covered`; return its time and its chain.

    Raises:
        Altered: it is not a time stamp of exactly these bytes.
    """
    with _readable():
        inside = _content(der)["encap_content_info"]["content"]
        info = tsp.TSTInfo.load(inside.contents, strict=True)
        imprint = info["message_imprint"]
        name = imprint["hash_algorithm"]["algorithm"].native
        if name not in STRONG or imprint["hashed_message"].native != _hash(name, covered):
            raise Altered("the time stamp is of other bytes")
        _, chain = _signed_data(der, "tst_info", inside.contents)
        stamped_at: datetime = info["gen_time"].native
    return stamped_at, chain


def is_trusted(
    chain: Sequence[x509.Certificate],
    trusted: Sequence[x509.Certificate],
    *,
    at: datetime,
    purpose: str | None = None,
) -> bool:
    """Tell whether the chain's signer is certified, at that moment, by one of these.

    With the chain's own last certificate as the only trusted one, this tells whether the
    chain agrees with itself. No network is asked, so a revocation is not known here.
    """
    if not may_sign(chain[0]):
        return False
    context = ValidationContext(
        trust_roots=[_asn1(each) for each in trusted], moment=at, allow_fetching=False
    )
    rest = [_asn1(each) for each in chain[1:]]
    path = CertificateValidator(_asn1(chain[0]), rest, validation_context=context)
    purposes = {purpose} if purpose else None
    try:
        asked = path.async_validate_usage(  # type: ignore[no-untyped-call]
            set(), purposes
        )
        settled(asked)
    except (PathBuildingError, PathValidationError, InvalidCertificateError):
        return False
    return True


def may_sign(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate is for signatures; one that does not say is for anything."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.content_commitment or usage.digital_signature


@contextmanager
def _readable() -> Iterator[None]:
    """Whatever the parser stumbles over, at whichever depth, is a signature that was changed."""
    try:
        yield
    except Altered:
        raise
    except (ValueError, TypeError, LookupError, AttributeError) as unreadable:
        raise Altered("the signature cannot be read") from unreadable


def _content(der: bytes) -> Any:
    content = cms.ContentInfo.load(der, strict=True)
    if content["content_type"].native != "signed_data":
        raise Altered("there is something besides a signature in its place")
    return content["content"]


def _signed_data(der: bytes, kind: str, covered: bytes) -> tuple[Any, tuple[x509.Certificate, ...]]:
    content = _content(der)
    if len(content["signer_infos"]) != 1:
        raise Altered("there is not exactly one signer")
    signer = content["signer_infos"][0]
    _refuse_loose_wrapping(content, signer, kind)
    chain = _chain(content, signer, kind)
    digest = _hash(signer["digest_algorithm"]["algorithm"].native, covered)
    try:
        intact, valid = validate_sig_integrity(signer, _asn1(chain[0]), kind, digest)
    except SignatureValidationError as wrong:
        raise Altered(f"the signature does not hold: {wrong}") from wrong
    if not intact:
        raise Altered("the signed bytes were changed: their digest is not the signed one")
    if not valid:
        raise Altered("the signature's value does not belong to the signer's key")
    return signer, chain


def _refuse_loose_wrapping(content: Any, signer: Any, kind: str) -> None:
    """Refuse whatever the signature's value does not protect and is not as it must be."""
    digest = signer["digest_algorithm"]
    if digest["algorithm"].native not in STRONG or digest["parameters"].native is not None:
        raise Altered("the signature's digest is not one a seal may use")
    if [each.dump() for each in content["digest_algorithms"]] != [digest.dump()]:
        raise Altered("the signature names two digests")
    if content["encap_content_info"]["content_type"].native != kind:
        raise Altered("the signature is of another kind of content")
    if kind == "data" and content["encap_content_info"]["content"].native is not None:
        raise Altered("the signature carries content of its own")
    if b"".join(signer[each].dump() for each in signer) != signer.contents:
        raise Altered("the signature holds something under a name that nobody knows")
    if content["crls"].native is not None or signer["sid"].name != "issuer_and_serial_number":
        raise Altered("the signature carries what a seal does not")
    versions = (content["version"].native, signer["version"].native)
    if versions != ("v1" if kind == "data" else "v3", "v1"):
        raise Altered("the signature has another version")
    _refuse_loose_method(signer["signature_algorithm"], digest["algorithm"].native, kind)


def _refuse_loose_method(method: Any, digest: str, kind: str) -> None:
    """A seal names its key type and its digest together; a time stamp may name the key alone."""
    name = method["algorithm"].native
    if name == "rsassa_pss":
        return
    if method["parameters"].native is not None:
        raise Altered("the signature's method has odd parameters")
    if kind == "data" and name.split("_")[0] != digest:
        raise Altered("the signature's method does not name its digest")


def _chain(content: Any, signer: Any, kind: str) -> tuple[x509.Certificate, ...]:
    """Order the certificates from the signer up; each must certify the one before it."""
    ders = [_whole(each.chosen).dump() for each in content["certificates"]]
    loaded = [_certificate(each) for each in ders]
    serial = signer["sid"].chosen["serial_number"].native
    issuer = signer["sid"].chosen["issuer"].dump()
    found = [
        each
        for each in loaded
        if each.serial_number == serial and each.issuer.public_bytes() == issuer
    ]
    if len(found) != 1:
        raise Altered("the signer's certificate is not in the signature")
    chain = [found[0]]
    rest = [each for each in loaded if each is not found[0]]
    while rest:
        above = next((each for each in rest if _certifies(each, chain[-1])), None)
        if above is None:
            raise Altered("a certificate in the signature does not belong to its chain")
        chain.append(above)
        rest.remove(above)
    # A time-stamp authority may leave its root at home; our own chain is always whole, or a
    # changed byte in its last certificate would have nobody to notice it.
    if kind == "data" and not _certifies(chain[-1], chain[-1]):
        raise Altered("the authority's certificate was changed, or is not the last of its chain")
    return tuple(chain)


def _whole(certificate: Any) -> Any:
    """A certificate whose signature is of whole bytes: nothing else covers how many bits count."""
    if certificate["signature_value"].contents[:1] != b"\0":
        raise Altered("the signature on a certificate does not end with a whole byte")
    return certificate


def _certificate(der: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(der)
    except (ValueError, x509.InvalidVersion) as unreadable:
        raise Altered("a certificate in the signature cannot be read") from unreadable


def _certifies(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:  # noqa: BLE001 - whatever a damaged certificate raises, it certifies nothing
        return False
    return True


def _unsigned_stamp(signer: Any) -> bytes | None:
    attributes = signer["unsigned_attrs"]
    if attributes.native is None:
        return None
    if len(attributes) != 1 or attributes[0]["type"].native != "signature_time_stamp_token":
        raise Altered("the signature carries something besides a time stamp")
    if len(attributes[0]["values"]) != 1:
        raise Altered("the signature carries two time stamps")
    token: bytes = attributes[0]["values"][0].dump()
    return token


def _hash(name: str, content: bytes) -> bytes:
    return hashlib.new(name, content).digest()


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
