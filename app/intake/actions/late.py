"""Late facts: whatever is learnt of a donor is judged at once, and finds every lot."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.intake.actions.facts import eligibilities_of
from app.intake.models import DonationRow, Donor, Report
from app.lot import alarm
from app.lot.lots import hold, lot_for_change
from app.lot.models import Lot, Source
from app.people.actor import Actor
from app.supplies.alarm import Loss
from app.trail import audit
from schemas.eligibility import Eligibility
from schemas.intake import DonationState
from schemas.lot import SourceKind
from schemas.origin import Jurisdiction

Answers = Mapping[str, tuple[Eligibility, ...]]
"""For each donation code, the answer of each jurisdiction."""

IN_USE = (DonationState.ACCEPTED, DonationState.ACCEPTED_AT_RISK)


def donor_for_change(session: Session, code: str) -> Donor:
    """A donor, locked until the transaction ends; then their donations and their lots, in order.

    Raises:
        NotFound: there is no such donor.
    """
    donor = session.scalar(
        select(Donor)
        .where(Donor.code == code)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if donor is None:
        raise NotFound(f"There is no donor “{code[:60]}”.")
    donations = session.scalars(
        select(DonationRow)
        .where(DonationRow.donor_id == donor.id)
        .order_by(DonationRow.id)
        .with_for_update(of=DonationRow)
        .execution_options(populate_existing=True)
    ).all()
    alarm.lock_lots(session, lots_from(session, *donations))
    return donor


def donations_of(session: Session, donor: Donor) -> tuple[DonationRow, ...]:
    """The donations of a donor, in order."""
    rows = session.scalars(
        select(DonationRow).where(DonationRow.donor_id == donor.id).order_by(DonationRow.id)
    )
    return tuple(rows)


def answers_of(session: Session, donor: Donor) -> Answers:
    """What the donor rules make of each donation of this donor now."""
    return {
        each.donation_code: eligibilities_of(session, each) for each in donations_of(session, donor)
    }


def follow_up(
    session: Session, donor: Donor, before: Answers, *, by: Actor, at: datetime
) -> tuple[Lot, ...]:
    """After a new fact, recorded by the caller: act where an answer became worse.

    An accepted donation goes back to quarantine; every lot that came of it is held, with a
    critical deviation of its own (R-ATMP-13, R-QP-11). Returns the lots held.
    """
    held: list[Lot] = []
    for donation in donations_of(session, donor):
        worse = worsened(
            before.get(donation.donation_code, ()), eligibilities_of(session, donation)
        )
        if worse:
            why = " ".join(worse)
            _back_to_quarantine(session, donation, why, by=by, at=at)
            held += hold_lots(session, donation, why, by=by, at=at)
    return tuple(held)


def suspect(
    session: Session, donor: Donor, report: Report, before: Answers, *, by: Actor, at: datetime
) -> tuple[Lot, ...]:
    """After a report was entered: stop at once what its verification would stop.

    The donation goes back to quarantine and its lots are held; the deviation follows when a second
    person has verified the report. Returns the lots held.
    """
    held: list[Lot] = []
    for donation in donations_of(session, donor):
        answers = eligibilities_of(session, donation, counting=(report.id,))
        worse = worsened(before.get(donation.donation_code, ()), answers)
        if worse:
            why = f"Entered and not verified yet: {' '.join(worse)}"
            _back_to_quarantine(session, donation, why, by=by, at=at)
            for number in lots_from(session, donation):
                lot = lot_for_change(session, number)
                hold(lot, f"Donation {donation.donation_code}. {why}")
                audit.record(session, by=by, at=at, did="lot.hold", about=lot.ref, why=why)
                held.append(lot)
    return tuple(held)


def worsened(before: tuple[Eligibility, ...], after: tuple[Eligibility, ...]) -> tuple[str, ...]:
    """What the new answers say against the donation that the old ones did not, in words.

    New bars, new warnings for the label, and an answer that no longer lets a lot be certified.
    """
    old: dict[Jurisdiction, Eligibility] = {each.jurisdiction: each for each in before}
    said: list[str] = []
    for new in after:
        was = old.get(new.jurisdiction)
        if was is None:
            continue
        fresh = [each.says for each in new.bars if each not in was.bars]
        if was.may_be_certified and not new.may_be_certified:
            fresh += [each.says for each in new.missing if each not in was.missing]
        texts = [each for each in new.label_texts if each not in was.label_texts]
        fresh += [f"The label now needs “{each}”." for each in texts]
        said += [f"{new.jurisdiction}: {each}" for each in fresh]
    return tuple(said)


def _back_to_quarantine(
    session: Session, donation: DonationRow, why: str, *, by: Actor, at: datetime
) -> None:
    if donation.state in IN_USE:
        donation.state = DonationState.QUARANTINE
        audit.record(session, by=by, at=at, did="intake.quarantine", about=donation.ref, why=why)


def hold_lots(
    session: Session, donation: DonationRow, why: str, *, by: Actor, at: datetime
) -> tuple[Lot, ...]:
    """Hold every lot that came of this donation, through banks too, and open its deviation."""
    loss = Loss(
        about=donation.ref,
        title=f"Donation {donation.donation_code} is no longer what it was accepted as",
        why=why,
        rule="ACC-04",
        critical=True,
    )
    return alarm.sound(session, lots_from(session, donation), loss, by=by, at=at)


def lots_from(session: Session, *donations: DonationRow) -> tuple[str, ...]:
    """The number of every lot that came of these donations, directly or through another lot."""
    first = session.scalars(
        select(Lot.number)
        .join(Source, Source.lot_id == Lot.id)
        .where(
            Source.kind == SourceKind.DONATION,
            Source.ref.in_([each.donation_code for each in donations]),
        )
    )
    return alarm.with_descendants(session, first.all())
