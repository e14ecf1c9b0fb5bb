"""From the contract to the sealed file. It knows no table: paper is printed from the record."""

from functools import partial
from hashlib import sha256
from io import BytesIO

import pikepdf
from pyhanko.sign.timestamps import TimeStamper

from app.record import entries, layout, uses, words
from app.record.archival import RECORD_NAME
from app.record.asked import asked_steps
from app.record.corrections import corrections_of
from app.record.curve import curve_on_paper
from app.record.freezing_chart import freezing_on_paper
from app.record.keys import SealingKey
from app.record.labels import codes_of, labels_of
from app.record.matrix import matrix_on_paper
from app.record.render import Attachment, PaperIdentity, render
from app.record.seal import seal
from schemas.quantity import apart
from schemas.record import BatchRecord

TEMPLATE_VERSION = "batch-record/3"


def identity_of(record: BatchRecord, digest: str | None = None) -> PaperIdentity:
    """What every page says of itself; `digest` is that of the record where it is known."""
    return PaperIdentity(
        title="Batch record",
        site=record.site_name,
        lot_number=record.lot_number,
        record_version=record.version,
        record_digest=digest or record.digest(),
        trail_head=f"{record.trail.head.seq} {record.trail.head.link}",
        generated_at=record.made_at,
        zone=record.zone,
        template_version=TEMPLATE_VERSION,
        watermark=record.watermark,
    )


def _context(record: BatchRecord, digest: str) -> dict[str, object]:
    """What the template sees: the record, and what is derived from it for the eye."""
    dossier, zone = record.question.dossier, record.zone
    judged, labels = layout.judgements(record), labels_of(dossier)
    return {
        "record": record,
        "dossier": dossier,
        "production": dossier.production,
        "matrix": matrix_on_paper(record.lot_number, digest, record.trail.head),
        "phases": entries.printed_phases(dossier.production, zone),
        "criteria": entries.printed_criteria(dossier.quality, zone),
        "asks": asked_steps(record.bundle.master),
        "formulae": entries.formulae_of(dossier.production, dossier.quality),
        "corrections": corrections_of(dossier.production, zone),
        "passages": layout.passage_tables(dossier.production, zone),
        "doublings": layout.doublings,
        "curve": curve_on_paper(dossier.production),
        "freezing": freezing_on_paper(record.freezing),
        "materials": uses.material_lines(dossier.supplies),
        "equipment": uses.equipment_lines(dossier.supplies, zone),
        "rooms": uses.room_lines(dossier.supplies),
        "taken_back": uses.taken_back_lines(dossier.supplies),
        "labels": labels,
        "label_codes": codes_of(labels, labels.containers[0]) if labels.containers else None,
        "corrected_results": layout.corrected_results(dossier.quality),
        "late": layout.late_entries(dossier.production),
        "judged": judged,
        "gates": layout.gate_rows(judged),
        "standing": layout.who_stands(record),
        "deeds": layout.trail_entries(record),
        "changes": layout.changes_in,
        "handings": layout.handings(record.delivery.events),
        "said": partial(layout.said_at_delivery, zone=zone),
        "plain": words.plain,
        "apart": apart,
        "short": words.short,
        "role": words.role,
    }


def print_record(record: BatchRecord) -> bytes:
    """The record as PDF/A-3 with its canonical JSON and its trail attached."""
    canonical, trail = record.canonical(), record.trail
    digest = sha256(canonical).hexdigest()
    return render(
        "batch_record.html",
        _context(record, digest),
        attachments=(
            Attachment(
                RECORD_NAME,
                canonical,
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
        identity=identity_of(record, digest),
    )


def print_and_seal(
    record: BatchRecord, key: SealingKey, timestamper: TimeStamper | None = None
) -> tuple[bytes, int]:
    """Print the record and seal it with the site's key; an authority may vouch for the time.

    The file, and how many pages it has.
    """
    printed = print_record(record)
    with pikepdf.open(BytesIO(printed)) as pdf:
        pages = len(pdf.pages)
    sealed = seal(
        printed,
        key,
        reason=f"Batch record of lot {record.lot_number}, version {record.version}",
        location=record.site_name,
        at=record.made_at,
        timestamper=timestamper,
    )
    return sealed, pages
