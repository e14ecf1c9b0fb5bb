"""Assembling the batch record: the dossier, the decisions, the signatures, the trail.

It is made once, as one contract; the paper is printed from it and never from a table.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delivery.actions.record import delivery_of
from app.lot.models import Lot
from app.masters.frozen import bundle_of
from app.masters.shelf import document_at
from app.people.actor import Actor
from app.people.models import Site
from app.record.freezing import freezing_curves
from app.record.models import RecordRow
from app.record.retention import retention, retention_facts
from app.release.actions import ask
from app.release.dossier import refs_of
from app.release.models import Certificate
from app.settings import VERSION
from app.trail import attachments
from app.trail.extracts import extract, signed_about
from app.trail.signatures import signatures_about, words_of
from schemas.lot import FrozenVersion, Stage
from schemas.record import ApprovedDocument, BatchRecord, Decision
from schemas.release import CertificationWords, Dossier, Question, ReleaseVerdict
from schemas.trail import Meaning

STATUS: dict[Stage, tuple[str, str | None]] = {
    Stage.IN_PRODUCTION: ("In production", "NOT CERTIFIED"),
    Stage.IN_TESTING: ("In testing", "NOT CERTIFIED"),
    Stage.CONDITIONALLY_CERTIFIED: ("Conditionally certified", "CONDITIONAL"),
    Stage.CERTIFIED: ("Certified", None),
    Stage.REJECTED: ("Rejected", "REJECTED"),
    Stage.RECALLED: ("Recalled", "RECALLED"),
}
"""The words of the status, and the watermark across each page (R-BR-24)."""


def assemble(
    session: Session, lot: Lot, *, version: int, reason: str, by: Actor, at: datetime
) -> BatchRecord:
    """Everything known of the lot at this moment, as one document."""
    site = session.scalars(select(Site)).one()
    dossier, verdict = ask(session, lot, by=by, at=at)
    status, watermark = STATUS[lot.stage]
    approvals = _approvals(session, dossier)
    delivery = delivery_of(session, lot)
    refs = (*refs_of(session, lot), *(each.ref for each in delivery.orders))
    return BatchRecord(
        lot_number=lot.number,
        version=version,
        replaces=_last_file(session, lot),
        reason=reason,
        site_code=site.code,
        site_name=site.name,
        zone=site.zone,
        software=f"Passage {VERSION}",
        made_at=at,
        status=f"{status}, held" if lot.held else status,
        watermark=f"HELD – {watermark}" if lot.held and watermark else watermark,
        bundle=bundle_of(session, lot),
        question=Question(dossier=dossier, at=at),
        verdict=verdict,
        decisions=_decisions(session, lot),
        signatures=signed_about(session, (*_refs_of_documents(approvals), *refs)),
        delivery=delivery,
        trail=extract(session, refs),
        approvals=approvals,
        retention=retention(retention_facts(dossier, delivery, site.zone)),
        freezing=freezing_curves(session, dossier.production, site.zone),
    )


def _approvals(session: Session, dossier: Dossier) -> tuple[ApprovedDocument, ...]:
    """Who handed in and who approved each document the lot froze (R-BR-02)."""
    lot = dossier.lot
    return tuple(_approved(session, each) for each in (lot.product, lot.specification, lot.master))


def _approved(session: Session, frozen: FrozenVersion) -> ApprovedDocument:
    document = document_at(session, frozen.code, frozen.version)
    signed = signatures_about(session, document.ref)
    return ApprovedDocument(
        kind=document.kind,
        code=document.code,
        version=document.document_version,
        title=document.title,
        sha256=document.digest,
        change=document.change,
        handed_in_by=document.imported_by,
        handed_in_at=document.imported_at,
        approval=next((each for each in signed if each.meaning is Meaning.APPROVED), None),
    )


def _refs_of_documents(approvals: tuple[ApprovedDocument, ...]) -> tuple[str, ...]:
    return tuple(each.approval.about for each in approvals if each.approval is not None)


def _last_file(session: Session, lot: Lot) -> str | None:
    return session.scalar(
        select(RecordRow.file_sha256)
        .where(RecordRow.lot_id == lot.id)
        .order_by(RecordRow.version.desc())
        .limit(1)
    )


def _decisions(session: Session, lot: Lot) -> tuple[Decision, ...]:
    """Each line of the register with the exact dossier and verdict that were signed."""
    lines = session.scalars(
        select(Certificate).where(Certificate.lot_id == lot.id).order_by(Certificate.number)
    )
    decisions = []
    for line in lines:
        dossier = Dossier.from_canonical(attachments.read(line.dossier_digest))
        verdict = ReleaseVerdict.from_canonical(attachments.read(line.verdict_digest))
        decisions.append(
            Decision(
                words=CertificationWords.from_canonical(words_of(session, line.signature)),
                question=Question(dossier=dossier, at=verdict.at),
                verdict=verdict,
            )
        )
    return tuple(decisions)
