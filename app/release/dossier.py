"""Assembling the dossier: every stage before release says what it knows of the lot."""

from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.expansion.production import production_of
from app.intake.actions import donation_dossier, find_donation
from app.intake.models import DonationRow
from app.lot.deviations import deviations_of
from app.lot.lots import container_facts, containers_of, facts_of, sources_of
from app.lot.models import Lot, Source
from app.masters.frozen import bundle_of
from app.people.actor import Actor
from app.quality_control.quality import quality_of
from app.release.models import Certificate, ReviewRow
from app.trail.extracts import entries_about, last_seq_about
from app.trail.signatures import signature_with
from schemas.base import day_of
from schemas.intake import DonationDossier
from schemas.lot import SourceKind
from schemas.release import (
    CertificateFacts,
    Dossier,
    Obligation,
    ParentFacts,
    ReviewFacts,
)
from schemas.trail import Entry

OBLIGATIONS: TypeAdapter[tuple[Obligation, ...]] = TypeAdapter(tuple[Obligation, ...])
REVIEWS_AND_RELEASE = (
    "trail.review",
    "record.review",
    "lot.certify",
    "lot.reject",
    "lot.recall",
    "record.ask",
    "record.seal",
    "refused",
)
"""Deeds that follow a review and do not make it stale."""


def dossier_of(session: Session, lot: Lot, *, by: Actor, at: datetime) -> Dossier:
    """Everything known of a lot: what its release is judged by."""
    ancestors = ancestors_of(session, lot)
    donations = _donations_of(session, ancestors)
    production = production_of(session, lot)
    return Dossier(
        lot=facts_of(lot, by),
        product=bundle_of(session, lot).product,
        sources=sources_of(session, lot),
        parents=tuple(_parent(each) for each in ancestors[1:]),
        donations=_dossiers(session, donations, by=by, at=at),
        production=production,
        supplies=production.supplies,
        quality=quality_of(session, lot),
        deviations=deviations_of(session, lot),
        containers=tuple(container_facts(each) for each in containers_of(session, lot)),
        reviews=reviews_of(session, lot),
        last_entry_seq=_last_seq(session, _refs(lot, donations)),
        certificates=register_of(session, lot),
    )


def ancestors_of(session: Session, lot: Lot) -> tuple[Lot, ...]:
    """This lot and every lot its cells came from, nearest first, each once."""
    found = [lot]
    for each in found:
        parents = session.scalars(
            select(Lot)
            .join(Source, Source.parent_lot_id == Lot.id)
            .where(Source.lot_id == each.id)
            .order_by(Source.id)
        )
        found.extend(parent for parent in parents if parent not in found)
    return tuple(dict.fromkeys(found))


def donation_codes_of(session: Session, lots: tuple[Lot, ...]) -> tuple[str, ...]:
    """The identifications of the donations these lots started from, each once, in order."""
    codes = session.scalars(
        select(Source.ref)
        .where(Source.lot_id.in_([each.id for each in lots]), Source.kind == SourceKind.DONATION)
        .order_by(Source.id)
    )
    return tuple(dict.fromkeys(codes))


def _donations_of(session: Session, lots: tuple[Lot, ...]) -> tuple[DonationRow, ...]:
    return tuple(find_donation(session, code) for code in donation_codes_of(session, lots))


def _dossiers(
    session: Session, donations: tuple[DonationRow, ...], *, by: Actor, at: datetime
) -> tuple[DonationDossier, ...]:
    on = day_of(at, by.zone)
    return tuple(donation_dossier(session, each, on=on) for each in donations)


def _parent(lot: Lot) -> ParentFacts:
    return ParentFacts(
        number=lot.number,
        product_name=lot.product_name,
        stage=lot.stage,
        held=lot.held,
        expires_at=lot.expires_at,
    )


def refs_of(session: Session, lot: Lot) -> tuple[str, ...]:
    """The references a lot's history lies under: its own, its donations', their donors'."""
    return _refs(lot, _donations_of(session, ancestors_of(session, lot)))


def _refs(lot: Lot, donations: tuple[DonationRow, ...]) -> tuple[str, ...]:
    below = (ref for each in donations for ref in (each.ref, each.donor.ref))
    return tuple(dict.fromkeys((lot.ref, *below)))


def deeds_on(session: Session, lot: Lot) -> tuple[Entry, ...]:
    """The entries a review of this lot looks at, in order."""
    return entries_about(session, refs_of(session, lot), without=REVIEWS_AND_RELEASE)


def last_entry_seq(session: Session, lot: Lot) -> int:
    """The last deed on a lot, its donations and donors; reviews and release apart."""
    return _last_seq(session, refs_of(session, lot))


def _last_seq(session: Session, refs: tuple[str, ...]) -> int:
    return last_seq_about(session, refs, without=REVIEWS_AND_RELEASE)


def reviews_of(session: Session, lot: Lot) -> tuple[ReviewFacts, ...]:
    """The signed reviews of a lot, in order."""
    rows = session.scalars(
        select(ReviewRow).where(ReviewRow.lot_id == lot.id).order_by(ReviewRow.id)
    )
    return tuple(
        ReviewFacts(
            kind=row.kind,
            through_seq=row.through_seq,
            entries=row.entries,
            comment=row.comment,
            at=row.at,
            signature=signature_with(session, row.signature),
        )
        for row in rows
    )


def register_of(session: Session, lot: Lot) -> tuple[CertificateFacts, ...]:
    """The lines of the register for a lot, in order."""
    rows = session.scalars(
        select(Certificate).where(Certificate.lot_id == lot.id).order_by(Certificate.number)
    )
    return tuple(certificate_facts(session, row) for row in rows)


def certificate_facts(session: Session, row: Certificate) -> CertificateFacts:
    """A line of the register as other contracts carry it."""
    return CertificateFacts(
        number=row.number,
        lot_number=row.lot.number,
        product_name=row.lot.product_name,
        act=row.act,
        statement=row.statement,
        destination=row.destination,
        obligations=OBLIGATIONS.validate_json(row.obligations),
        reason=row.reason,
        dossier_digest=row.dossier_digest,
        verdict_digest=row.verdict_digest,
        at=row.at,
        zone=row.zone,
        signature=signature_with(session, row.signature),
    )
