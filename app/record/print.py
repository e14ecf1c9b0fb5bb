"""From the contract to the sealed file. It knows no table: paper is printed from the record."""

from dataclasses import dataclass
from io import BytesIO

import pikepdf

from app.record import layout
from app.record.archival import RECORD_NAME
from app.record.keys import SealingKey
from app.record.render import Attachment, PaperIdentity, render
from app.record.seal import seal
from schemas.record import BatchRecord

TEMPLATE_VERSION = "batch-record/1"


@dataclass(frozen=True)
class Printed:
    """A sealed record and how many pages it has."""

    file: bytes
    pages: int


def identity_of(record: BatchRecord) -> PaperIdentity:
    """What every page says of itself."""
    return PaperIdentity(
        title="Batch record",
        site=record.site_name,
        lot_number=record.lot_number,
        record_version=record.version,
        record_digest=record.digest(),
        trail_head=f"{record.trail.head.seq} {record.trail.head.link}",
        generated_at=record.made_at,
        zone=record.zone,
        template_version=TEMPLATE_VERSION,
        watermark=record.watermark,
    )


def _context(record: BatchRecord) -> dict[str, object]:
    """What the template sees: the record, and what is derived from it for the eye."""
    dossier = record.question.dossier
    return {
        "record": record,
        "dossier": dossier,
        "production": dossier.production,
        "curve": layout.curve_on_paper(dossier.production),
        "corrections": layout.corrected_entries(dossier.production),
        "late": layout.late_entries(dossier.production),
        "entries": layout.trail_entries(record),
    }


def print_record(record: BatchRecord) -> bytes:
    """The record as PDF/A-3 with its canonical JSON and its trail attached."""
    trail = record.trail
    return render(
        "batch_record.html",
        _context(record),
        attachments=(
            Attachment(
                RECORD_NAME,
                record.canonical(),
                "application/json",
                "The whole record as canonical JSON; what is printed is printed from it.",
                "Source",
            ),
            Attachment(
                "trail.jsonl",
                b"\n".join(each.body.encode() for each in trail.entries),
                "application/jsonl",
                "Every entry of the audit trail about this lot, one to a line.",
                "Data",
            ),
        ),
        identity=identity_of(record),
    )


def print_and_seal(record: BatchRecord, key: SealingKey) -> Printed:
    """Print the record and seal it with the site's key."""
    printed = print_record(record)
    with pikepdf.open(BytesIO(printed)) as pdf:
        pages = len(pdf.pages)
    sealed = seal(
        printed,
        key,
        reason=f"Batch record of lot {record.lot_number}, version {record.version}",
        location=record.site_name,
        at=record.made_at,
    )
    return Printed(sealed, pages)
