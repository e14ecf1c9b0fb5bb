"""What waits at intake: for the worklist, and for each person's first page."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.intake.models import DonationRow, ReceiptRow, Report, ResultRow, Verification
from app.people.actor import Actor
from app.trail.separation import has_clash
from schemas.intake import DonationLine, DonationList, DonationState
from schemas.people import Task

LISTED = 100
"""Donations on one page of the worklist; older ones are found by code or state."""

OPEN = (DonationState.QUARANTINE, DonationState.ACCEPTED_AT_RISK)


@dataclass(frozen=True)
class WorkLine:
    """One donation of the worklist, and what comes next."""

    donation: DonationRow
    received: bool
    to_verify: bool

    @property
    def next(self) -> str:
        """What has to happen next, in words; nothing when the donation is decided."""
        if self.donation.state is DonationState.ACCEPTED_AT_RISK:
            return "Decide for use"
        if self.donation.state is not DonationState.QUARANTINE:
            return ""
        if not self.received:
            return "Receive"
        return "Verify results" if self.to_verify else "Decide"


def worklist(
    session: Session, *, search: str = "", state: DonationState | None = None
) -> tuple[WorkLine, ...]:
    """Donations, the newest first; by a part of any of their codes, or by their state."""
    asked = select(DonationRow).order_by(DonationRow.id.desc()).limit(LISTED)
    packed = "".join(search.split()).upper().removeprefix("SEC:").removeprefix("SEC")
    if packed:
        asked = asked.where(
            DonationRow.donation_code.contains(packed, autoescape=True)
            | DonationRow.patient_code.contains(packed, autoescape=True)
            | DonationRow.donor.has(code=packed)
        )
    if state is not None:
        asked = asked.where(DonationRow.state == state)
    return _lines(session, session.scalars(asked).all())


def _lines(session: Session, donations: Sequence[DonationRow]) -> tuple[WorkLine, ...]:
    codes = [each.id for each in donations]
    received = set(
        session.scalars(select(ReceiptRow.donation_id).where(ReceiptRow.donation_id.in_(codes)))
    )
    unverified = {each.donor_id for each in reports_to_verify(session)}
    return tuple(
        WorkLine(each, each.id in received, each.donor_id in unverified) for each in donations
    )


def donation_list(lines: Sequence[WorkLine]) -> DonationList:
    """The worklist as other contracts carry it."""
    return DonationList(
        donations=tuple(
            DonationLine(
                donation=each.donation.contract,
                donor_code=each.donation.donor.code,
                state=each.donation.state,
                next=each.next,
            )
            for each in lines
        )
    )


def reports_to_verify(session: Session) -> Sequence[Report]:
    """The reports with at least one line that waits for the second person, in order."""
    corrected = select(ResultRow.corrects_id).where(ResultRow.corrects_id.is_not(None))
    waiting = select(ResultRow.report_id).where(ResultRow.id.not_in(corrected))
    return session.scalars(
        select(Report)
        .where(Report.id.in_(waiting), Report.id.not_in(select(Verification.report_id)))
        .order_by(Report.id)
    ).all()


def waiting(session: Session, by: Actor) -> Sequence[Task]:
    """Results this person may verify, donations they may decide, arrivals still outstanding."""
    tasks: list[Task] = []
    if by.may("intake.verify"):
        tasks += [
            Task(
                title=f"Verify results of donor {each.donor.code}",
                about=f"Report {each.id}, entered by {each.entered_by}",
                href=f"/intake/reports/{each.id}/verify",
                since=each.entered_at,
            )
            for each in reports_to_verify(session)
            if has_clash(session, "intake.verify", about=each.ref, by=by) is None
        ]
    open_ones = _lines(
        session,
        session.scalars(
            select(DonationRow).where(DonationRow.state.in_(OPEN)).order_by(DonationRow.id)
        ).all(),
    )
    if by.may("intake.decide"):
        tasks += [_decide(each) for each in open_ones if each.next.startswith("Decide")]
    if by.may("intake.receive"):
        tasks += [_receive(each) for each in open_ones if each.next == "Receive"]
    return tasks


def _decide(line: WorkLine) -> Task:
    donation = line.donation
    return Task(
        title=f"Decide donation {donation.donation_code}",
        about=f"{_words(donation)}, {donation.state.label.lower()}",
        href=f"/intake/donations/{donation.donation_code}/decide",
        since=donation.registered_at,
    )


def _receive(line: WorkLine) -> Task:
    donation = line.donation
    return Task(
        title=f"Receive donation {donation.donation_code}",
        about=f"{_words(donation)}, collected",
        href=f"/intake/donations/{donation.donation_code}/receive",
        since=donation.collected_at,
        urgent=True,
    )


def _words(donation: DonationRow) -> str:
    return f"{donation.tissue.replace('_', ' ')}, {donation.use.replace('_', ' ')}".capitalize()
