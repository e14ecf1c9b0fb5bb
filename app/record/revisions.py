"""The outside of the file: its revisions, what the seal covers, and what came after it.

A reader draws the last revision of a PDF, and anyone can append one. So what may stand behind
the seal is a list, and everything else is refused: its own time stamps and the material to
validate them. Each revision is read once, object by object, so the time grows with its size.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.generic import IndirectObject, Reference
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import EmbeddedPdfSignature

from app.record.archival import SEAL_FIELD
from app.record.signature import Altered

END = b"%%EOF\n"
_HEX = re.compile(rb"<([0-9A-F]*?)((?:00)*)>")


@dataclass(frozen=True)
class Signed:
    """One signature in the file: what it covers, its bytes, and what it says of itself."""

    revision: int
    end: int
    covered: bytes
    der: bytes
    words: dict[str, str]
    claimed_at: datetime | None


@dataclass(frozen=True)
class Anatomy:
    """A sealed file taken apart: the seal, the time stamps behind it, and the reader."""

    seal: Signed
    stamps: tuple[Signed, ...]
    reader: PdfFileReader


def take_apart(file: bytes) -> Anatomy:
    """Find the one seal and whatever covers the file after it.

    Raises:
        Altered: the file is not whole, or is not signed the way a seal signs.
    """
    if not file.startswith(b"%PDF-1.7\n"):
        raise Altered("it does not begin as a PDF 1.7 file")
    if not file.endswith(END):
        raise Altered("it does not end where a PDF ends: bytes are missing or were appended")
    reader = PdfFileReader(BytesIO(file), strict=True)
    if reader.encrypted or reader.xrefs.hybrid_xrefs_present:
        raise Altered("it is encrypted or has two tables of contents")
    seals = reader.embedded_regular_signatures
    if len(seals) != 1 or seals[0].field_name != SEAL_FIELD:
        raise Altered(f"it has {len(seals)} seals; a record has exactly one")
    stamps = tuple(_signed(file, each) for each in reader.embedded_timestamp_signatures)
    anatomy = Anatomy(_signed(file, seals[0]), stamps, reader)
    _refuse_other_certification(reader, seals[0])
    last = max((anatomy.seal, *stamps), key=lambda each: each.end)
    if last.end != len(file):
        raise Altered("bytes follow the last signature, and nothing vouches for them")
    return anatomy


def appended(anatomy: Anatomy) -> tuple[str, ...]:
    """Name what stands behind the seal, in words; the empty tuple when there is nothing.

    Raises:
        Altered: something stands there that may not.
    """
    reader = anatomy.reader
    first = anatomy.seal.revision + 1
    found = []
    for revision in range(first, reader.total_revisions):
        if reader.xrefs.refs_freed_in_revision(revision):
            raise Altered(f"revision {revision + 1} removes objects that were sealed")
        _refuse_other_changes(reader, revision)
        found.append(f"revision {revision + 1}: proof of time")
    return tuple(found)


def _signed(file: bytes, embedded: EmbeddedPdfSignature) -> Signed:
    """Cut a signature out of the file; it covers all but exactly its own digits."""
    numbers = [int(each) for each in embedded.byte_range]
    if len(numbers) != 4 or numbers[0] != 0:  # noqa: PLR2004 - two ranges of two numbers
        raise Altered("the signature does not cover the file from its first byte")
    _, before, after, length = numbers
    end = after + length
    if not 0 < before < after < end <= len(file) or file[end - len(END) : end] != END:
        raise Altered("the signature does not cover a whole revision")
    gap = _HEX.fullmatch(file[before:after])
    if gap is None:
        raise Altered("the place of the signature holds something besides its digits")
    digits = bytes.fromhex((gap[1] + gap[2]).decode())
    if digits != bytes(embedded.pkcs7_content):
        raise Altered("the signature that is read is not the one that was cut out")
    held = embedded.sig_object
    words = {key[1:]: str(held[key]) for key in ("/Reason", "/Location") if key in held}
    covered = file[:before] + file[after:end]
    at = embedded.self_reported_timestamp
    return Signed(embedded.signed_revision, end, covered, _trimmed(digits), words, at)


def _trimmed(digits: bytes) -> bytes:
    """Cut the zeros kept free behind a DER value: its own header says how long it is."""
    if len(digits) < 4 or digits[:2] != b"\x30\x82":  # noqa: PLR2004 - tag, form, two of length
        raise Altered("the signature cannot be read")
    size = 4 + int.from_bytes(digits[2:4], "big")
    if any(digits[size:]):
        raise Altered("something is hidden in the room kept for the signature")
    return digits[:size]


def _refuse_other_certification(reader: PdfFileReader, seal: EmbeddedPdfSignature) -> None:
    """The catalogue must name this seal, and the seal must forbid every change."""
    named = reader.root["/Perms"].raw_get("/DocMDP")
    (reference,) = seal.sig_object["/Reference"]
    permitted = reference["/TransformParams"]["/P"]
    if named != seal.sig_field.raw_get("/V") or permitted != 1:
        raise Altered("the seal does not certify the file against every change")


def _refuse_other_changes(reader: PdfFileReader, revision: int) -> None:
    """Compare each object this revision writes again with what it was before."""
    changed = [
        each
        for each in reader.xrefs.explicit_refs_in_revision(revision)
        if reader.xrefs.get_introducing_revision(each) < revision
    ]
    stamps = {
        each.sig_field.container_ref
        for each in reader.embedded_timestamp_signatures
        if each.signed_revision == revision
    }
    proof = set(_under_dss(reader, revision - 1))
    places = _known_places(reader, revision - 1)
    for each in changed:
        if each in proof:
            continue
        free = places.get(each)
        if free is None:
            raise Altered(f"object {each.idnum} was replaced after sealing")
        old, new = (_at(reader, each, when) for when in (revision - 1, revision))
        _refuse_unless_added(each, old, new, free, stamps)


def _known_places(reader: PdfFileReader, revision: int) -> dict[Any, frozenset[str]]:
    """The objects a time stamp has to write again, and the entries it may touch in each."""
    past = reader.get_historical_resolver(revision)
    root = past.root
    places = {root.container_ref: frozenset({"/DSS", "/Extensions"})}
    places |= {_reference(root, "/AcroForm"): frozenset({"/Fields"})}
    fields = root["/AcroForm"].raw_get("/Fields")
    if isinstance(fields, IndirectObject):
        places[fields.reference] = frozenset({"[]"})
    for page in _pages(root["/Pages"]):
        places[page.container_ref] = frozenset({"/Annots"})
        notes = page.raw_get("/Annots") if "/Annots" in page else None
        if isinstance(notes, IndirectObject):
            places[notes.reference] = frozenset({"[]"})
    return places


def _at(reader: PdfFileReader, reference: Reference, revision: int) -> Any:
    """An object as it was in a revision."""
    return reader.get_object(reference, revision=revision)  # type: ignore[no-untyped-call]


def _pages(node: Any) -> Iterator[Any]:
    kids = node["/Kids"]
    for each in (kids[place] for place in range(len(kids))):
        if each["/Type"] == "/Pages":
            yield from _pages(each)
        else:
            yield each


def _reference(holder: Any, key: str) -> Reference:
    held = holder.raw_get(key)
    reference: Reference = (
        held.reference if isinstance(held, IndirectObject) else holder.container_ref
    )
    return reference


def _under_dss(reader: PdfFileReader, revision: int) -> Iterator[Reference]:
    """Every object of the validation material, which may be written again with more in it."""
    root = reader.get_historical_resolver(revision).root
    waiting: list[Any] = [root.raw_get("/DSS")] if "/DSS" in root else []
    seen: set[Reference] = set()
    while waiting:
        each = waiting.pop()
        if isinstance(each, IndirectObject):
            if each.reference in seen:
                continue
            seen.add(each.reference)
            yield each.reference
            each = each.get_object()  # type: ignore[no-untyped-call]
        waiting.extend(_parts(each))


def _parts(held: Any) -> list[Any]:
    """What a dictionary or a list holds, references unresolved; nothing for anything else."""
    if isinstance(held, dict):
        return [held.raw_get(key) for key in held]  # type: ignore[attr-defined]
    if isinstance(held, list):
        return [held.raw_get(place) for place in range(len(held))]  # type: ignore[attr-defined]
    return []


def _refuse_unless_added(
    reference: Reference, old: Any, new: Any, free: frozenset[str], stamps: set[Any]
) -> None:
    """Everything stays but the free entries; lists among those only grow by time stamps."""
    if type(old) is not type(new):
        raise Altered(f"object {reference.idnum} became another kind of object after sealing")
    if isinstance(old, list):
        _refuse_unless_grown(reference, old, new, stamps)
        return
    for key in {*old, *new}:
        before = old.raw_get(key) if key in old else None
        after = new.raw_get(key) if key in new else None
        if before == after:
            continue
        if key not in free:
            raise Altered(f"entry {key} of object {reference.idnum} was changed after sealing")
        if key in ("/Fields", "/Annots"):
            _refuse_unless_grown(reference, before or [], after, stamps)


def _refuse_unless_grown(reference: Reference, old: Any, new: Any, stamps: set[Any]) -> None:
    if isinstance(old, IndirectObject) or isinstance(new, IndirectObject):
        raise Altered(f"a list of object {reference.idnum} was exchanged after sealing")
    was, now = _parts(old), _parts(new)
    if now[: len(was)] != was:
        raise Altered(f"a list of object {reference.idnum} lost what was sealed in it")
    for each in now[len(was) :]:
        if each.reference not in stamps or any(each.get_object().get("/Rect", ())):
            raise Altered("something was put on a page or into the form after sealing")
