"""QA's decision on a donation: from quarantine to accepted, at risk or not, or rejected."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import OutOfDate, RecordError, refuse_if
from app.intake.actions import late
from app.intake.actions.donations import donation_for_change
from app.intake.actions.dossier import basis_of
from app.intake.models import DecisionRow, DonationRow
from app.intake.rules.acceptance import AcceptanceCase, judge_acceptance
from app.people.actor import Actor
from app.trail import audit
from app.trail.signatures import sign
from schemas.intake import DonationBasis, DonationDecision, DonationState
from schemas.intake_forms import DecideDonation, Verdict
from schemas.trail import Meaning

TO: dict[Verdict, DonationState] = {
    Verdict.ACCEPT: DonationState.ACCEPTED,
    Verdict.ACCEPT_AT_RISK: DonationState.ACCEPTED_AT_RISK,
    Verdict.REJECT: DonationState.REJECTED,
}

MOVES: dict[DonationState, frozenset[DonationState]] = {
    DonationState.QUARANTINE: frozenset(TO.values()),
    DonationState.ACCEPTED_AT_RISK: frozenset({DonationState.ACCEPTED, DonationState.REJECTED}),
    DonationState.ACCEPTED: frozenset({DonationState.REJECTED}),
    DonationState.REJECTED: frozenset(),
}
"""Where a decision can lead from each state. Only a late fact leads back to quarantine."""


class NoSuchDecision(RecordError):
    """A donation cannot be decided so from where it stands."""

    status = 409
    title = "Not from here"
    kept = True


def verdicts_for(state: DonationState) -> tuple[Verdict, ...]:
    """The decisions that can be made of a donation in this state."""
    return tuple(each for each in Verdict if TO[each] in MOVES[state])


def refuse_undecidable(donation: DonationRow) -> None:
    """Refuse a decision on a donation that was rejected: no other leads on from there.

    Raises:
        NoSuchDecision: it was.
    """
    if not verdicts_for(donation.state):
        now = donation.state.label.lower()
        raise NoSuchDecision(
            f"{donation.donation_code} is {now}; that is final. Other cells are another donation."
        )


def decide_donation(
    session: Session, code: str, decision: DecideDonation, *, by: Actor, at: datetime
) -> DonationRow:
    """Sign a decision on exactly what was shown; a rejection holds every lot of the donation.

    Raises:
        NotFound: there is no such donation.
        NoSuchDecision: from its state the donation cannot get there.
        OutOfDate: something of what was shown has changed.
        Refused: the rules of acceptance (ACC-01 to ACC-06) found something.
        SignatureFailed: the password is not right.
    """
    donation = donation_for_change(session, code)
    refuse_undecidable(donation)
    if TO[decision.verdict] not in MOVES[donation.state]:
        now, to = donation.state.label.lower(), TO[decision.verdict].label.lower()
        raise NoSuchDecision(f"{donation.donation_code} is {now} and cannot become {to}.")
    basis = basis_of(session, donation)
    if basis.digest() != decision.shown:
        raise OutOfDate
    refuse_if(judge_acceptance(_case(decision, basis)))
    _sign(session, donation, decision, basis, by=by, at=at)
    donation.state = TO[decision.verdict]
    audit.record(
        session, by=by, at=at, did="intake.decide", about=donation.ref, why=decision.reason
    )
    if donation.state is DonationState.REJECTED:
        why = f"QA rejected the donation: {decision.reason}"
        late.hold_lots(session, donation, why, by=by, at=at)
    return donation


def _case(decision: DecideDonation, basis: DonationBasis) -> AcceptanceCase:
    return AcceptanceCase(
        verdict=decision.verdict,
        jurisdictions=decision.jurisdictions,
        stability_data=decision.stability_data,
        receipt=basis.receipt,
        receipt_findings=basis.receipt_findings,
        eligibilities=basis.eligibilities,
        unverified=basis.unverified,
    )


def _sign(
    session: Session,
    donation: DonationRow,
    decision: DecideDonation,
    basis: DonationBasis,
    *,
    by: Actor,
    at: datetime,
) -> None:
    words = DonationDecision(
        verdict=decision.verdict,
        jurisdictions=decision.jurisdictions,
        reason=decision.reason,
        stability_data=decision.stability_data,
        basis=basis,
    )
    sign(
        session,
        words,
        about=donation.ref,
        by=by,
        signing=decision.signing,
        meaning=Meaning.DECIDED,
        at=at,
    )
    session.add(
        DecisionRow(
            donation=donation,
            verdict=decision.verdict,
            jurisdictions=[each.value for each in decision.jurisdictions],
            reason=decision.reason,
            stability_data=decision.stability_data,
            basis_digest=basis.digest(),
            eligibilities=[each.plain() for each in basis.eligibilities],
            decided_by=by.name,
            at=at,
        )
    )
