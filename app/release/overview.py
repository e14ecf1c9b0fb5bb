"""Looking at releases: what waits, what may be done, what was refused, the register."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.lot.models import Lot
from app.people.actor import Actor
from app.release.actions import CERTIFYING
from app.release.dossier import certificate_facts
from app.release.models import Certificate
from app.trail.extracts import refused_at
from app.trail.separation import has_clash
from schemas.lot import Stage
from schemas.people import Task
from schemas.release import Act, CertificateFacts, ReleaseVerdict
from schemas.trail import Entry

WAITING_STAGES = (Stage.IN_TESTING, Stage.CONDITIONALLY_CERTIFIED)


@dataclass(frozen=True)
class Offer:
    """An act the release screen shows: open, or with the reason why not for this person."""

    act: Act
    href: str
    hindered: str | None


def offered(session: Session, lot: Lot, verdict: ReleaseVerdict, *, by: Actor) -> tuple[Offer, ...]:
    """The acts that are open for this lot and that this person's roles may do."""
    offers = []
    for act in verdict.allowed:
        deed, page = ("lot.certify", "certify") if act in CERTIFYING else ("lot.reject", "stop")
        if by.may(deed):
            clash = has_clash(session, deed, about=lot.ref, by=by)
            offers.append(Offer(act, f"/lots/{lot.number}/{page}/{act.value}", clash))
    return tuple(offers)


def lots_to_release(session: Session) -> Sequence[Lot]:
    """The lots that wait for review or certification, oldest first."""
    return session.scalars(select(Lot).where(Lot.stage.in_(WAITING_STAGES)).order_by(Lot.id)).all()


def refused_on(session: Session, lot: Lot) -> tuple[Entry, ...]:
    """The refused attempts on the pages and the API of this lot, in order (R-DI-14)."""
    return refused_at(session, f"lots/{lot.number}")


def register(
    session: Session, *, before: int | None = None, count: int = 50
) -> tuple[CertificateFacts, ...]:
    """The register of certificates, newest first, from below the line `before` on."""
    lines = select(Certificate).order_by(Certificate.number.desc()).limit(count)
    if before is not None:
        lines = lines.where(Certificate.number < before)
    return tuple(certificate_facts(session, row) for row in session.scalars(lines))


def waiting(session: Session, by: Actor) -> Sequence[Task]:
    """Lots to review, to certify, and results a conditional certification waits for."""
    if not (by.may("lot.certify") or by.may("record.review")):
        return ()
    lots = session.scalars(
        select(Lot)
        .where(Lot.stage.in_([Stage.IN_TESTING, Stage.CONDITIONALLY_CERTIFIED]))
        .order_by(Lot.id)
    )
    titles = {
        Stage.IN_TESTING: "Review and release",
        Stage.CONDITIONALLY_CERTIFIED: "Certified conditionally: results outstanding",
    }
    return tuple(
        Task(
            title=f"{titles[lot.stage]}: {lot.number}",
            about=f"{lot.product_name}{' – held' if lot.held else ''}",
            href=f"/lots/{lot.number}/release",
            since=lot.completed_at,
            urgent=lot.held or lot.stage is Stage.CONDITIONALLY_CERTIFIED,
        )
        for lot in lots
    )
