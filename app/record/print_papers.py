"""Printing the smaller papers, each from its contract, which travels inside it."""

from hashlib import sha256
from io import BytesIO

import pikepdf

from app.record import words
from app.record.archival import RECORD_NAME
from app.record.keys import SealingKey
from app.record.labels import codes_of
from app.record.render import Attachment, PaperError, PaperIdentity, render
from app.record.seal import seal
from app.web.matrix import data_matrix
from schemas.base import Contract
from schemas.label import LotLabels
from schemas.lot import Stage
from schemas.paper import LotCertificate, ShippingPapers, Site
from schemas.release import Act

WATERMARKS = {Act.CONDITIONAL: "CONDITIONAL", Act.REJECT: "REJECTED", Act.RECALL: "RECALLED"}
STOPPED = {Stage.RECALLED: "RECALLED", Stage.REJECTED: "REJECTED"}
"""What became of the lot is printed across each of its certificates, the earlier ones too."""


def _printed(
    contract: Contract,
    site: Site,
    *,
    template: str,
    title: str,
    kind: str,
    lot_number: str,
    watermark: str | None = None,
    context: dict[str, object],
) -> bytes:
    canonical = contract.canonical()
    return render(
        f"{template}.html",
        {"plain": words.plain, "role": words.role, **context},
        attachments=(
            Attachment(
                RECORD_NAME,
                canonical,
                "application/json",
                "This paper as canonical JSON; what is printed is printed from it.",
                "Source",
            ),
        ),
        identity=PaperIdentity(
            title=title,
            kind=kind,
            site=site.name,
            lot_number=lot_number,
            record_version=1,
            record_digest=sha256(canonical).hexdigest(),
            trail_head=f"{site.head.seq} {site.head.link}",
            generated_at=site.made_at,
            zone=site.zone,
            template_version=f"{template}/1",
            watermark=watermark,
        ),
    )


def print_certificate(certificate: LotCertificate, key: SealingKey) -> bytes:
    """A certificate on one or two pages, sealed with the site's key (R-QP-01, R-SIG-08)."""
    act = certificate.line.act
    printed = _printed(
        certificate,
        certificate.site,
        template="certificate",
        title=act.label,
        kind="Paper",
        lot_number=certificate.lot.number,
        watermark=STOPPED.get(certificate.stage) or WATERMARKS.get(act),
        context={"certificate": certificate},
    )
    return seal(
        printed,
        key,
        reason=f"{act.label} of lot {certificate.lot.number}, line {certificate.line.number}",
        location=certificate.site.name,
        at=certificate.site.made_at,
    )


def print_labels(labels: LotLabels, site: Site) -> bytes:
    """A label for each container and one for what encloses them, each page a label (R-DEL-01).

    Raises:
        PaperError: the words do not fit: a label that goes on over the page is none.
    """
    printed = _printed(
        labels,
        site,
        template="labels",
        title="Labels",
        kind="Labels",
        lot_number=labels.lot_number,
        context={
            "labels": labels,
            "codes": [codes_of(labels, each) for each in labels.containers],
        },
    )
    with pikepdf.open(BytesIO(printed)) as pdf:
        if len(pdf.pages) != len(labels.containers) + 1:
            raise PaperError("The words of the product do not fit on a label; shorten them.")
    return printed


def print_shipping_papers(papers: ShippingPapers) -> bytes:
    """What goes with a shipment: codes to scan, conditions, instruction, sheet of custody."""
    shipment = papers.shown.shipment
    return _printed(
        papers,
        papers.site,
        template="shipping",
        title="Shipping papers",
        kind="Papers",
        lot_number=", ".join(shipment.papers.lots),
        context={
            "papers": shipment.papers,
            "shipment": shipment,
            "order": papers.order,
            "containers": [(each, data_matrix(each.number)) for each in papers.shown.containers],
            "patient": data_matrix(papers.order.patient_code),
            "seal": data_matrix(shipment.seal),
        },
    )
