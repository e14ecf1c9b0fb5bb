"""Assembling the smaller papers: a certificate, the labels of a lot, the papers of a shipment."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delivery.actions.facts import order_facts, shipment_shown
from app.delivery.actions.finding import find_shipment
from app.errors import NotFound
from app.lot.lots import find_lot
from app.people.actor import Actor
from app.people.models import Site as SiteRow
from app.record.labels import labels_of
from app.release.dossier import dossier_of
from app.release.models import Certificate
from app.settings import VERSION
from app.trail import attachments
from app.trail.audit import head
from app.trail.signatures import signature_with, words_of
from schemas.label import LotLabels
from schemas.paper import LotCertificate, ShippingPapers, Site
from schemas.release import ReleaseVerdict
from schemas.trail import SignedWords


def site_of(session: Session, at: datetime) -> Site:
    """Who makes a paper at this moment."""
    row = session.scalars(select(SiteRow)).one()
    return Site(
        code=row.code,
        name=row.name,
        zone=row.zone,
        software=f"Passage {VERSION}",
        made_at=at,
        head=head(session),
    )


def certificate_of(
    session: Session, number: str, line: int, *, by: Actor, at: datetime
) -> LotCertificate:
    """A line of the register as a paper of its own.

    Raises:
        NotFound: there is no such lot, or the line is not about it.
    """
    lot = find_lot(session, number)
    row = session.get(Certificate, line)
    if row is None or row.lot_id != lot.id:
        raise NotFound(f"Line {line} of the register is not about lot {number}.")
    dossier = dossier_of(session, lot, by=by, at=at)
    return LotCertificate(
        site=site_of(session, at),
        lot=dossier.lot,
        product=dossier.product,
        containers=len(dossier.containers),
        line=next(each for each in dossier.certificates if each.number == line),
        signed=SignedWords(
            signature=signature_with(session, row.signature), words=words_of(session, row.signature)
        ),
        verdict=ReleaseVerdict.from_canonical(attachments.read(row.verdict_digest)),
        stage=lot.stage,
    )


def lot_labels(session: Session, number: str, *, by: Actor, at: datetime) -> tuple[LotLabels, Site]:
    """The labels of a lot's containers.

    Raises:
        NotFound: there is no such lot, or nothing of it was filled.
    """
    lot = find_lot(session, number)
    labels = labels_of(dossier_of(session, lot, by=by, at=at))
    if not labels.containers:
        raise NotFound(
            f"Lot {number} has no containers yet. A label carries the number and the expiry of "
            "its container: print it once the containers are recorded."
        )
    return labels, site_of(session, at)


def shipping_papers(session: Session, number: str, *, by: Actor, at: datetime) -> ShippingPapers:
    """The papers of a shipment, as they were written at packing, with its containers.

    Raises:
        NotFound: there is no such shipment, or it is another site's.
    """
    row = find_shipment(session, number, by=by)
    return ShippingPapers(
        site=site_of(session, at),
        order=order_facts(session, row.order),
        shown=shipment_shown(session, row, by=by),
    )
