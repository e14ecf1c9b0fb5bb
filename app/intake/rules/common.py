"""Donor rules under every pack: consent, and the responsible person's refusal."""

from collections.abc import Iterator

from app.intake.rules.case import DonorCase
from app.rulebook import rule
from schemas.donor import ConsentScope, RiskDecision


def _standing_scope(case: DonorCase) -> set[ConsentScope]:
    return {
        scope
        for each in case.facts.consents
        if each.withdrawn_on is None and each.given_on <= case.collected_on
        for scope in each.scope
    }


def _lacking(case: DonorCase) -> list[ConsentScope]:
    needed = [ConsentScope.USE, ConsentScope.TESTING]
    if case.facts.donation.long_storage:
        needed.append(ConsentScope.LONG_STORAGE)
    return [each for each in needed if each not in _standing_scope(case)]


def _withdrawn(case: DonorCase) -> bool:
    return any(each.withdrawn_on is not None for each in case.facts.consents)


@rule(
    "DON-01",
    cite="R-DON-14",
    mend="Enter the consent that was given by the day of collection; without one, reject.",
)
def consent_was_given(case: DonorCase) -> Iterator[str]:
    """The donor has consented, by the day of collection, to what is done with the cells."""
    lacking = _lacking(case)
    if lacking and not _withdrawn(case):
        words = ", ".join(each.replace("_", " ") for each in lacking)
        yield f"No consent to {words} given by {case.collected_on} is on record."


@rule("DON-02", cite="R-DON-14", mend="Reject the donation; a withdrawn consent is final.")
def consent_stands(case: DonorCase) -> Iterator[str]:
    """A consent that was withdrawn ends the use of the cells."""
    if _lacking(case) and _withdrawn(case):
        last = max(each.withdrawn_on for each in case.facts.consents if each.withdrawn_on)
        yield f"The consent was withdrawn on {last}."


@rule("DON-03", cite="R-DON-03, R-DON-04, R-DON-14", mend="Reject the donation.")
def nobody_responsible_refused(case: DonorCase) -> Iterator[str]:
    """The responsible person has refused no risk of this donor."""
    for each in case.facts.risk_assessments:
        if each.decision is RiskDecision.REJECT:
            about = each.marker.words if each.marker else each.about.replace("_", " ")
            yield f"The risk assessment on {about} of {each.decided_on} rejects the donor."


MISSING = (consent_was_given,)
BARS = (consent_stands, nobody_responsible_refused)
