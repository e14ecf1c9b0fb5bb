"""Acceptance: what must be true before QA lets a donation out of quarantine."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.rulebook import judge, rule
from schemas.donation import Donation
from schemas.eligibility import Eligibility, EligibilityStatus
from schemas.finding import Finding
from schemas.intake import ReceiptLine, VerifiedResult
from schemas.intake_forms import Verdict
from schemas.marker import MarkerOutcome
from schemas.origin import Jurisdiction


@dataclass(frozen=True)
class IdentityCase:
    """The two identifiers of a hand-over: what the container says, and whose the cells are."""

    on_container: str | None
    donation: Donation


@rule("RCV-09", cite="R-DEL-09", mend="Quarantine it apart; ask the collecting site in writing.")
def two_identifiers_agree(case: IdentityCase) -> Iterator[str]:
    """Cells for one patient carry that patient's code beside the donation's."""
    expected = case.donation.patient_code
    if expected is not None and case.on_container is None:
        yield "The patient's code on the container was not checked."
    elif case.on_container != expected:
        yield f"The container says {case.on_container}; {expected or 'no patient'} was expected."


@dataclass(frozen=True)
class AcceptanceCase:
    """What the rules of acceptance are asked about."""

    verdict: Verdict
    jurisdictions: tuple[Jurisdiction, ...]
    stability_data: str | None
    receipt: ReceiptLine | None
    receipt_findings: tuple[Finding, ...]
    eligibilities: tuple[Eligibility, ...]
    unverified: tuple[VerifiedResult, ...]

    @property
    def asked(self) -> tuple[Eligibility, ...]:
        """The answers of the jurisdictions the donation is accepted for."""
        return tuple(each for each in self.eligibilities if each.jurisdiction in self.jurisdictions)


@rule("ACC-01", cite="R-ATMP-13", mend="Inspect it and enter the receipt, or reject it.")
def it_was_received(case: AcceptanceCase) -> Iterator[str]:
    """A donation is accepted only after its receipt inspection."""
    if case.receipt is None:
        yield "The donation was not received yet."


BORNE_BY_DATA = ("RCV-03", "RCV-04", "RCV-05")
"""Time and temperature on the way: stability data may show that the cells bear it (R-DEL-08)."""


@rule(
    "ACC-02",
    cite="R-ATMP-13, R-DEL-08, R-DON-29",
    mend="Time and temperature: name the stability data that bear it, if there are any. Anything "
    "else: correct the receipt if it was entered wrongly; otherwise reject the donation.",
)
def nothing_was_found_at_receipt(case: AcceptanceCase) -> Iterator[str]:
    """What was found on arrival is borne by stability data that QA names, or bars acceptance."""
    for each in case.receipt_findings:
        if case.stability_data is None or each.rule not in BORNE_BY_DATA:
            yield f"{each.rule}: {each.says}"


@rule(
    "ACC-03",
    cite="R-ATMP-13, R-DON-14",
    mend="Leave that jurisdiction out; the donor rules of the day come with a new version.",
)
def each_jurisdiction_was_judged(case: AcceptanceCase) -> Iterator[str]:
    """Every jurisdiction it is accepted for has donor rules for the day of the donation."""
    judged = {each.jurisdiction for each in case.eligibilities}
    for each in case.jurisdictions:
        if each not in judged:
            yield f"No donor rules of {each} are in force on the day of the donation."


@rule("ACC-04", cite="R-DON-27, R-ATMP-13", mend="Reject it, or leave that jurisdiction out.")
def no_jurisdiction_bars_it(case: AcceptanceCase) -> Iterator[str]:
    """An ineligible donation is never accepted; the exceptions are the pack's own."""
    for each in case.asked:
        if each.status is EligibilityStatus.INELIGIBLE:
            yield f"{each.jurisdiction}: " + " ".join(found.says for found in each.bars)


@rule("ACC-05", cite="R-ATMP-13", mend="Wait for what is missing, or accept it at risk.")
def nothing_is_missing_for_use(case: AcceptanceCase) -> Iterator[str]:
    """An undecided donation is accepted for processing at risk only."""
    if case.verdict is Verdict.ACCEPT:
        for each in case.asked:
            if each.status is EligibilityStatus.UNDECIDED:
                yield f"{each.jurisdiction}: " + " ".join(found.says for found in each.missing)


@rule("ACC-06", cite="R-A11-06, R-DON-22", mend="Have a second person verify the report first.")
def nothing_suspicious_is_unverified(case: AcceptanceCase) -> Iterator[str]:
    """A reactive or unclear result that nobody verified yet is not overlooked."""
    for each in case.unverified:
        if each.result.outcome in (MarkerOutcome.REACTIVE, MarkerOutcome.INDETERMINATE):
            yield (
                f"{each.result.marker.words} of {each.result.sampled_on} is "
                f"{each.result.outcome}, and nobody has verified it."
            )


ARRIVAL = (two_identifiers_agree,)
ACCEPTANCE = (
    it_was_received,
    nothing_was_found_at_receipt,
    each_jurisdiction_was_judged,
    no_jurisdiction_bars_it,
    nothing_is_missing_for_use,
    nothing_suspicious_is_unverified,
)
RULES = ARRIVAL + ACCEPTANCE


def judge_identity(on_container: str | None, donation: Donation) -> tuple[Finding, ...]:
    """What the second identifier on the container says against the donation."""
    return judge(ARRIVAL, IdentityCase(on_container, donation))


def judge_acceptance(case: AcceptanceCase) -> tuple[Finding, ...]:
    """Everything that stands against this acceptance; a rejection needs no leave."""
    return () if case.verdict is Verdict.REJECT else judge(ACCEPTANCE, case)
