"""Each bit of a seal turned, one at a time: `.venv/bin/python -m bench.seal_bits [--keys 1]`.

A sealed record, one with a time stamp, and one sealed by a key of another kind, each with keys made
anew: what is free depends on them. Exit code 1 when a turned bit was not seen, or was seen by a
fault of the verifier.
"""

import argparse
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.utils import CryptographyDeprecationWarning

from app.record.keys import SealingKey, load_pkcs12, make_site_key
from app.record.revisions import take_apart
from app.record.seal import seal
from app.record.signature import Altered, read_seal
from tests.record.conftest import AT, sample_record, self_made, time_stamper

PASSPHRASE = "measured"  # noqa: S105 - of keys that are gone afterwards


def sealed_in_three_ways(paper: bytes, folder: Path) -> Iterator[tuple[str, bytes]]:
    """The same paper, and what it was sealed with."""
    key = load_pkcs12(make_site_key(folder, "Measured", PASSPHRASE, at=AT), PASSPHRASE)
    said = {"reason": "Sealed", "location": "Here", "at": AT}
    yield "the site's key", seal(paper, key, **said)
    yield "with a time stamp", seal(paper, key, **said, timestamper=time_stamper())
    yield "a key of another kind", seal(paper, _of_another_kind(folder), **said)


def _of_another_kind(folder: Path) -> SealingKey:
    private = ec.generate_private_key(ec.SECP256R1())
    lock = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    path = folder / "own.p12"
    certificate = self_made("Trust service", private)
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"own", private, certificate, None, lock)
    )
    return load_pkcs12(path, PASSPHRASE)


def wrong_bits(sealed: bytes) -> tuple[int, list[str]]:
    """How many bits were turned, and what was wrong with the answer to one."""
    found = take_apart(sealed).seal
    wrong = []
    for at in range(len(found.der) * 8):
        turned = bytearray(found.der)
        turned[at // 8] ^= 1 << at % 8
        try:
            read_seal(bytes(turned), found.covered)
        except Altered:
            continue
        except Exception as fault:  # noqa: BLE001 - any other one is a fault of the verifier
            wrong.append(f"byte {at // 8}, bit {at % 8}: {fault!r}")
        else:
            wrong.append(f"byte {at // 8}, bit {at % 8}: not seen")
    return len(found.der) * 8, wrong


def main() -> None:
    """Turn every bit of each seal; say what was not found."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--keys", type=int, default=1, help="how often keys are made anew")
    warnings.simplefilter("ignore", CryptographyDeprecationWarning)
    paper, faults = sample_record().printed(), 0
    for _ in range(asked.parse_args().keys):
        with tempfile.TemporaryDirectory() as folder:
            for name, sealed in sealed_in_three_ways(paper, Path(folder)):
                turned, wrong = wrong_bits(sealed)
                faults += len(wrong)
                print(f"{name}: {turned:,} bits turned, {len(wrong)} wrong", *wrong, sep="\n  ")
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
