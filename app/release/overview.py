"""Looking at releases: what waits, what may be done, what was refused, the register."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotAsWritten
from app.lot.models import Lot
from app.people.actor import Actor
from app.release.actions import CERTIFYING, look
from app.release.dossier import certificate_facts
from app.release.models import Certificate
from app.release.rules.gates import (
    results_after_certification_pass,
    results_before_certification_pass,
)
from app.trail.extracts import refused_at
from app.trail.separation import has_clash
from schemas.base import shortened
from schemas.lot import Stage
from schemas.people import Task
from schemas.reading import ResultState
from schemas.release import Act, CertificateFacts, Standing
from schemas.specification import Gate
from schemas.trail import Entry

WAITING_STAGES = (Stage.IN_TESTING, Stage.CONDITIONALLY_CERTIFIED)
TITLES = {
    Stage.IN_TESTING: "Review and release",
    Stage.CONDITIONALLY_CERTIFIED: "Certified conditionally",
}
SHOWN_MAX = 100
JUDGED_MAX = 20
"""Lots that are judged for the list; a verdict costs, and nobody reads a hundred at once."""
JUDGED_AT_A_GLANCE = 6
"""Lots that are judged for somebody's first page."""
FEW = 2
GATING = (Gate.PRE, Gate.POST)
KEEPING = {
    ResultState.FAIL: "Failed",
    ResultState.INDETERMINATE: "Cannot be told",
    ResultState.INVALID: "Assay not valid",
    ResultState.NOT_TESTED: "Not tested",
    ResultState.PENDING: "Pending",
}
"""The states that keep a gate closed, the heaviest first."""
TOLD_BY_RESULTS = (
    results_before_certification_pass.number,
    results_after_certification_pass.number,
)


@dataclass(frozen=True)
class Offer:
    """An act the release screen shows: open, or with the reason why not for this person."""

    act: Act
    href: str
    hindered: str | None


@dataclass(frozen=True)
class LotToRelease:
    """A lot that waits for its release, and what the rules say of it now."""

    lot: Lot
    verdict: Standing | None
    """None where too many wait to judge them all, and where it cannot be judged."""
    altered: str = ""
    """Why it cannot be judged: something of it was changed from outside."""

    @property
    def opened(self) -> tuple[str, ...]:
        """The certifications that are open."""
        return (
            tuple(f"{act.label} is open" for act in self.verdict.certifying) if self.verdict else ()
        )

    @property
    def keeps(self) -> tuple[str, ...]:
        """What keeps the lot: the results in one line a state, then one line a closed gate."""
        if self.verdict is None:
            return (self.altered or "Open the lot to see what keeps it.",)
        return (*_results_that_keep(self.verdict), *_gates_that_keep(self.verdict))

    @property
    def says(self) -> str:
        """All of it in one line."""
        return " ".join(
            each if each.endswith(".") else f"{each}." for each in (*self.opened, *self.keeps)
        )

    @property
    def is_urgent(self) -> bool:
        """Whether it is held, altered, has failed, or waits for a result that is overdue."""
        verdict = self.verdict
        late = verdict is not None and bool(verdict.failed or verdict.overdue)
        return self.lot.held or bool(self.altered) or late


def _results_that_keep(verdict: Standing) -> Iterator[str]:
    overdue = {each.code for each in verdict.overdue}
    gating = [each for each in verdict.criteria if each.gate in GATING]
    for state, says in KEEPING.items():
        found = [each for each in gating if each.state is state]
        if found:
            few = ", ".join(each.title for each in found[:FEW])
            more = f" and {len(found) - FEW} more" if len(found) > FEW else ""
            late = sum(each.code in overdue for each in found)
            yield f"{says}: {few}{more}{f', {late} overdue' if late else ''}."


def _gates_that_keep(verdict: Standing) -> Iterator[str]:
    for gate in verdict.gates:
        if gate.findings and gate.rule not in TOLD_BY_RESULTS:
            more = len(gate.findings) - 1
            yield gate.findings[0].says + (f" And {more} more." if more else "")


def offered(session: Session, lot: Lot, verdict: Standing, *, by: Actor) -> tuple[Offer, ...]:
    """The acts that are open for this lot and that this person's roles may do."""
    offers = []
    for act in verdict.allowed:
        deed, page = ("lot.certify", "certify") if act in CERTIFYING else ("lot.reject", "stop")
        if by.may(deed):
            clash = has_clash(session, deed, about=lot.ref, by=by)
            offers.append(Offer(act, f"/lots/{lot.number}/{page}/{act.value}", clash))
    return tuple(offers)


def lots_to_release(
    session: Session, *, by: Actor, at: datetime, judged: int = JUDGED_MAX
) -> tuple[LotToRelease, ...]:
    """The lots that wait for review or certification, oldest first, with what keeps them."""
    lots = session.scalars(
        select(Lot).where(Lot.stage.in_(WAITING_STAGES)).order_by(Lot.id).limit(SHOWN_MAX)
    ).all()
    return tuple(
        _judged(session, lot, by=by, at=at) if place < judged else LotToRelease(lot, None)
        for place, lot in enumerate(lots)
    )


def _judged(session: Session, lot: Lot, *, by: Actor, at: datetime) -> LotToRelease:
    """One altered lot must not hide the others from those who have to act on it."""
    try:
        return LotToRelease(lot, look(session, lot, by=by, at=at)[1])
    except NotAsWritten as no:
        return LotToRelease(lot, None, no.says)


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


def waiting(session: Session, by: Actor, at: datetime) -> Sequence[Task]:
    """Lots to review, to certify, and results a conditional certification waits for.

    Each says what keeps it, so that nobody has to open a lot to know why it is not released.
    """
    if not (by.may("lot.certify") or by.may("record.review")):
        return ()
    return tuple(
        Task(
            title=f"{TITLES[each.lot.stage]}: {each.lot.number}",
            about=shortened(f"{each.lot.product_name}. {each.says}"),
            href=f"/lots/{each.lot.number}/release",
            since=each.lot.completed_at,
            urgent=each.is_urgent,
        )
        for each in lots_to_release(session, by=by, at=at, judged=JUDGED_AT_A_GLANCE)
    )
