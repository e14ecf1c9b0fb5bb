"""The inside of the file: its attachments, the record among them, and what the print says of it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Name, Object, Pdf

from app.record.archival import RECORD_NAME
from app.record.signature import Altered
from schemas.base import canonical_json
from schemas.proof import AttachedFile

NAMESPACE = "{urn:passage:record#}"


@dataclass(frozen=True)
class Contents:
    """What travels in the file. `printed` is what its metadata say of the record by name."""

    files: Mapping[str, bytes]
    listed: tuple[AttachedFile, ...]
    printed: Mapping[str, str]


def read_contents(file: bytes) -> Contents:
    """Read every attachment and the metadata.

    Raises:
        Altered: an attachment is listed in one place only, twice, or is not as it says.
        pikepdf.PdfError: the file cannot be read.
    """
    with pikepdf.open(BytesIO(file), suppress_warnings=True, attempt_recovery=False) as pdf:
        described = list(pdf.Root.get(Name.AF, pikepdf.Array()))
        named = [pdf.attachments[name].obj for name in pdf.attachments]
        if sorted(each.objgen for each in described) != sorted(each.objgen for each in named):
            raise Altered("the two lists of attachments differ")
        files = {str(each.UF): _content(each) for each in described}
        if len(files) != len(described):
            raise Altered("two attachments have the same name")
        listed = tuple(_listed(each, files[str(each.UF)]) for each in described)
        return Contents(files, listed, _printed(pdf))


def read_record(contents: Contents) -> dict[str, Any]:
    """Return the parsed record, once it is the very record that was printed.

    Raises:
        Altered: it is missing, not in canonical form, or not the one the print names.
    """
    stored = contents.files.get(RECORD_NAME)
    if stored is None:
        raise Altered(f"there is no {RECORD_NAME} in it")
    try:
        record = json.loads(stored)
        canonical = canonical_json(record)
    except (ValueError, TypeError, RecursionError) as unreadable:
        raise Altered(f"{RECORD_NAME} is not exact JSON") from unreadable
    if canonical != stored or not isinstance(record, dict):
        raise Altered(f"{RECORD_NAME} is not in its canonical form")
    if hashlib.sha256(stored).hexdigest() != contents.printed.get("recordDigest"):
        raise Altered(f"{RECORD_NAME} is not the record whose digest is printed")
    return record


def _content(described: Object) -> bytes:
    """Unpack an attachment, which must be as long and of the digest that is said beside it."""
    stream = described.EF.F
    content = stream.read_bytes()
    digest = hashlib.md5(content, usedforsecurity=False).digest()
    if int(stream.Params.Size) != len(content) or bytes(stream.Params.CheckSum) != digest:
        raise Altered(f"the attachment {described.UF} is not as it is described")
    return content


def _listed(described: Object, content: bytes) -> AttachedFile:
    return AttachedFile(
        name=plain(str(described.UF)),
        description=plain(str(described.Desc)),
        relationship=plain(str(described.AFRelationship).removeprefix("/")),
        media_type=plain(str(described.EF.F.Subtype).removeprefix("/")),
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _printed(pdf: Pdf) -> dict[str, str]:
    metadata = pdf.open_metadata()
    names = ("lotNumber", "recordVersion", "recordDigest", "trailHead", "templateVersion", "status")
    return {
        each: plain(str(metadata[NAMESPACE + each]))
        for each in names
        if NAMESPACE + each in metadata
    }


def plain(words: str, most: int = 400) -> str:
    """Words from a file nobody vouches for, safe to show on any screen or terminal."""
    shown = "".join(each if each.isprintable() else "�" for each in words)
    return shown if len(shown) <= most else shown[: most - 1] + "…"
