"""The site's sealing key: made here for a start, replaced by any PKCS#12 when the site has one.

A site makes its own small authority, which certifies one sealing key. The authority's
certificate is public: whoever checks a record compares its fingerprint with the site's.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import BasicConstraints, KeyUsage, NameOID, SubjectKeyIdentifier
from pyhanko.sign.signers import Signer, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from app.errors import RecordError
from app.record.signature import may_sign

AUTHORITY_LIFE = timedelta(days=40 * 366)
"""The authority outlives every record sealed under it (thirty years of archive, R-ATMP-09)."""

SEALING_LIFE = timedelta(days=12 * 366)
SMALLEST_RSA = 3072
"""Bits (R-SIG-14); an elliptic-curve key has 256 or more."""

_SMALLEST_CURVE = 256


class KeyUnusable(RecordError):
    """The sealing key cannot be used. Check the file and its passphrase."""

    status = 409
    title = "No sealing key"


@dataclass(frozen=True)
class SealingKey:
    """What seals: a signer that holds or reaches the private key, and what is public of it.

    `chain` leads from the issuer of `certificate` towards its authority.
    """

    signer: Signer
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]

    @property
    def authority(self) -> x509.Certificate:
        """The certificate to compare and to trust."""
        return self.chain[-1] if self.chain else self.certificate


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of a certificate, in pairs of capitals, as people read it to each other."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def make_site_key(folder: Path, name: str, passphrase: str, *, at: datetime) -> Path:
    """Make the site's authority and its sealing key; return the path of the sealing key.

    Three files appear in `folder`: `seal.p12` (used each day), `authority.p12` (certifies the
    next sealing key; keep it elsewhere) and `authority.pem` (public). `at` is UTC.

    Raises:
        KeyUnusable: one of the files is already there (none is replaced), or the passphrase
            is empty.
    """
    if not passphrase:
        raise KeyUnusable("A sealing key without a passphrase is not made.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths = [folder / each for each in ("seal.p12", "authority.p12", "authority.pem")]
    for path in paths:
        if path.exists():
            raise KeyUnusable(f"{path.name} is already there; a key in use is not replaced.")
    authority_key = rsa.generate_private_key(public_exponent=65537, key_size=SMALLEST_RSA)
    authority = _authority(name, authority_key, at)
    sealing_key = rsa.generate_private_key(public_exponent=65537, key_size=SMALLEST_RSA)
    sealing = _sealing(name, sealing_key, authority, authority_key, at)
    lock = serialization.BestAvailableEncryption(passphrase.encode())
    label = name.encode()
    seal_file, authority_file, public_file = paths
    _write(
        seal_file,
        pkcs12.serialize_key_and_certificates(label, sealing_key, sealing, [authority], lock),
    )
    _write(
        authority_file,
        pkcs12.serialize_key_and_certificates(label, authority_key, authority, None, lock),
    )
    _write(public_file, authority.public_bytes(serialization.Encoding.PEM))
    return seal_file


def load_pkcs12(path: Path, passphrase: str) -> SealingKey:
    """Open a sealing key, ours or one from a trust service.

    Raises:
        KeyUnusable: the file is missing, the passphrase is wrong, there is no key in it, the
            key is too weak, its certificate is not for signatures, or its chain is not whole.
    """
    try:
        stored = path.read_bytes()
    except OSError as missing:
        raise KeyUnusable(f"{path.name} cannot be read: {missing.strerror}.") from missing
    try:
        opened = pkcs12.load_pkcs12(stored, passphrase.encode())
    except ValueError as wrong:
        raise KeyUnusable(
            f"{path.name} does not open: the passphrase is wrong, or it is not PKCS#12."
        ) from wrong
    if opened.key is None or opened.cert is None:
        raise KeyUnusable(f"{path.name} holds no private key with its certificate.")
    certificate = opened.cert.certificate
    _refuse_weak(opened.key)
    if not may_sign(certificate):
        raise KeyUnusable("The certificate of this key is not for signatures.")
    chain = _chain(certificate, [each.certificate for each in opened.additional_certs])
    top = chain[-1] if chain else certificate
    if top.issuer != top.subject:
        raise KeyUnusable(f"{path.name} lacks the authority itself; put its whole chain in.")
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple([_asn1(each) for each in chain])
    der = opened.key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    signer = SimpleSigner(
        _asn1(certificate), asn1_keys.PrivateKeyInfo.load(der), cert_registry=store
    )
    return SealingKey(signer, certificate, chain)


def load_certificates(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Read the authorities a verifier trusts from a PEM file.

    Raises:
        KeyUnusable: there is no certificate in it.
    """
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError as wrong:
        raise KeyUnusable("There is no certificate (PEM) in that file.") from wrong


def _authority(name: str, key: rsa.RSAPrivateKey, at: datetime) -> x509.Certificate:
    who = _subject(name, "Record authority")
    public = key.public_key()
    return (
        _certificate(who, who, public, at, AUTHORITY_LIFE)
        .add_extension(BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(certifies=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _sealing(
    name: str,
    key: rsa.RSAPrivateKey,
    authority: x509.Certificate,
    authority_key: rsa.RSAPrivateKey,
    at: datetime,
) -> x509.Certificate:
    who = _subject(name, "Record seal")
    issuer = authority.subject
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    return (
        _certificate(who, issuer, key.public_key(), at, SEALING_LIFE)
        .add_extension(BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(certifies=False), critical=True)
        .add_extension(issuer_id, critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _subject(name: str, role: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{role}, {name}"[:64]),
        ]
    )


def _certificate(
    who: x509.Name,
    issuer: x509.Name,
    key: rsa.RSAPublicKey,
    at: datetime,
    life: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(minutes=5))
        .not_valid_after(at + life)
        .add_extension(SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, certifies: bool) -> KeyUsage:
    """An authority certifies keys and nothing else; a sealing key seals and nothing else."""
    return KeyUsage(
        digital_signature=not certifies,
        content_commitment=not certifies,
        key_cert_sign=certifies,
        crl_sign=certifies,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write(path: Path, content: bytes) -> None:
    """Write a new file that only its owner may read."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)


def _refuse_weak(key: object) -> None:
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= SMALLEST_RSA:
        return
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.key_size >= _SMALLEST_CURVE:
        return
    raise KeyUnusable("A sealing key is RSA of 3072 bits or more, or ECDSA of 256 or more.")


def _chain(
    certificate: x509.Certificate, others: list[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """Order the issuers that came along; certificates that certify nothing here are left out."""
    chain: list[x509.Certificate] = []
    last = certificate
    while last.issuer != last.subject:
        issuer = next((each for each in others if each.subject == last.issuer), None)
        if issuer is None or issuer in chain:
            break
        chain.append(issuer)
        last = issuer
    return tuple(chain)


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
