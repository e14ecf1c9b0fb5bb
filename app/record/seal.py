"""Sealing: one certification signature over every byte of the print (PAdES B-B, or B-T).

The seal is an incremental update that fills the one signature field the template placed. It
permits no change afterwards; only its own long-term proof (time stamps, validation data) may
be added behind it.
"""

import re
from datetime import datetime
from io import BytesIO

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.signers.cms_embedder import (
    PdfCMSEmbedder,
    SigIOSetup,
    SigMDPSetup,
    SigObjSetup,
)
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest, SignatureObject
from pyhanko.sign.timestamps import TimeStamper

from app.errors import RecordError
from app.record.archival import SEAL_FIELD
from app.record.aside import settled
from app.record.keys import SealingKey

DIGEST = "sha256"
ROOM = 32 * 1024
"""Hexadecimal digits kept for the signature, its chain and a time stamp (16 KiB)."""

_PRINTED_DIGEST = re.compile(rb"<passage:recordDigest>([0-9a-f]{64})</passage:recordDigest>")


class NotSealed(RecordError):
    """The record was not sealed. The print is kept; sealing can be tried again."""

    status = 409
    title = "Not sealed"


class _SealWriter(IncrementalPdfFileWriter):
    """Adds the seal and nothing else.

    The usual writer also puts the clock's time and its own name into the metadata. What the
    print says of itself was said when it was printed, and stays.
    """

    def _update_meta(self) -> None:
        pass


def seal(
    pdf: bytes,
    signer: SealingKey,
    *,
    reason: str,
    location: str,
    at: datetime,
    timestamper: TimeStamper | None = None,
) -> bytes:
    """Seal a print; return the whole sealed file (R-SIG-04, R-SIG-07, R-SIG-09).

    The signed words are `reason` followed by the digest of the attached record, so the
    signature panel of any reader shows what was sealed. `at` is UTC. With a `timestamper` a
    time stamp is asked for, which proves the time (B-T); without one the time is our word.

    Raises:
        NotSealed: the key's certificate is not valid at that time, the print is sealed
            already or was not made by us, or the signature outgrew its room.
    """
    valid = signer.certificate.not_valid_before_utc <= at <= signer.certificate.not_valid_after_utc
    if not valid:
        raise NotSealed("The certificate of the sealing key is not valid at this time.")
    if b"/ByteRange" in pdf:
        raise NotSealed("This record is sealed already; a change needs a new version.")
    found = _PRINTED_DIGEST.search(pdf)
    if found is None:
        raise NotSealed("This file does not name the record it prints; only prints are sealed.")
    signature = SignatureObject(
        timestamp=at,
        subfilter=SigSeedSubFilter.PADES,
        name=_common_name(signer),
        location=location,
        reason=f"{reason}. Record SHA-256: {found[1].decode()}",
        bytes_reserved=ROOM,
    )
    return settled(_signed(pdf, signature, signer, timestamper))


def add_time_stamp(sealed: bytes, timestamper: TimeStamper) -> bytes:
    """Put a document time stamp over the whole sealed file; return the longer file (R-SIG-05).

    It is added before the certificates or the algorithms of the one before it grow old, and
    proves that all of it existed like this at its time.

    Raises:
        NotSealed: the file holds no seal to vouch for.
    """
    if b"/ByteRange" not in sealed:
        raise NotSealed("Only a sealed record is time-stamped.")
    stamp = PdfTimeStamper(timestamper)
    output: BytesIO = settled(stamp.async_timestamp_pdf(_SealWriter(BytesIO(sealed)), DIGEST))
    return output.getvalue()


async def _signed(
    pdf: bytes,
    signature: SignatureObject,
    signer: SealingKey,
    timestamper: TimeStamper | None,
) -> bytes:
    writer = _SealWriter(BytesIO(pdf))
    # A print without a place for the seal gets an invisible field of the same name.
    steps = PdfCMSEmbedder(SigFieldSpec(SEAL_FIELD)).write_cms(SEAL_FIELD, writer)
    next(steps)
    certify = SigMDPSetup(md_algorithm=DIGEST, certify=True, docmdp_perms=MDPPerm.NO_CHANGES)
    steps.send(SigObjSetup(sig_placeholder=signature, mdp_setup=certify))
    prepared: PreparedByteRangeDigest
    prepared, output = steps.send(SigIOSetup(md_algorithm=DIGEST, in_place=False))
    content = await signer.signer.async_sign(
        prepared.document_digest, DIGEST, use_pades=True, timestamper=timestamper
    )
    der: bytes = content.dump()
    if 2 * len(der) > ROOM:
        raise NotSealed("The signature with its chain is larger than the room kept for it.")
    steps.send(der)
    sealed: bytes = output.getvalue()
    return sealed


def _common_name(signer: SealingKey) -> str:
    subject = signer.certificate.subject
    return ", ".join(str(each.value) for each in subject if each.rfc4514_attribute_name == "CN")
