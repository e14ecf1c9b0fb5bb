"""The papers of a lot as PDF, drawn when somebody asks.

The libraries that draw and seal take as long to load as everything else together; a server
starts without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.label import LotLabels
from schemas.paper import LotCertificate, ShippingPapers, Site

if TYPE_CHECKING:
    from app.record.keys import SealingKey


def print_certificate(certificate: LotCertificate, key: SealingKey) -> bytes:
    """A certificate on one or two pages, sealed with the site's key (R-QP-01, R-SIG-08)."""
    from app.record import print_papers  # noqa: PLC0415 - loaded when it is asked for

    return print_papers.print_certificate(certificate, key)


def print_labels(labels: LotLabels, site: Site) -> bytes:
    """A label for each container and one for what encloses them (R-DEL-01)."""
    from app.record import print_papers  # noqa: PLC0415 - (as above)

    return print_papers.print_labels(labels, site)


def print_shipping_papers(papers: ShippingPapers) -> bytes:
    """What goes with a shipment: codes to scan, conditions, instruction, sheet of custody."""
    from app.record import print_papers  # noqa: PLC0415 - (as above)

    return print_papers.print_shipping_papers(papers)
