"""The donor rules asked of a donation, and what their answers make of it."""

from collections.abc import Sequence

from app.intake.rules import common, eu, receipt, us
from app.intake.rules.case import DonorCase
from app.intake.rules.receipt import judge_receipt
from app.rulebook import Rule, judge
from schemas.donor import DonorFacts
from schemas.eligibility import Eligibility, EligibilityStatus, JurisdictionPack
from schemas.finding import Finding
from schemas.marker import MarkerOutcome
from schemas.origin import Jurisdiction

__all__ = ["RULES", "judge_donor", "judge_receipt"]

_BOOKS = {Jurisdiction.EU: eu, Jurisdiction.US: us}

RULES = (
    *common.MISSING,
    *common.BARS,
    *eu.RULES,
    *us.RULES,
    *receipt.RULES,
)
"""Every rule of intake."""


def judge_donor(facts: DonorFacts, pack: JurisdictionPack) -> Eligibility:
    """What `pack` makes of a donation: one answer, its findings, its labels, its storage.

    The same facts and the same pack give the same answer for ever; both are named by digest.
    """
    case = DonorCase(facts, pack)
    book = _BOOKS[pack.jurisdiction]
    final = _ask(common.BARS, case)
    liftable = _ask(book.BARS, case)
    missing = _ask(common.MISSING + book.MISSING, case)
    notes = _ask(book.NOTES, case)
    return Eligibility(
        jurisdiction=pack.jurisdiction,
        pack_code=pack.code,
        pack_version=pack.version,
        pack_digest=pack.digest(),
        facts_digest=facts.digest(),
        donor_code=facts.donor.donor_code,
        donation_code=facts.donation.donation_code,
        status=_status(final, liftable, missing, notes),
        bars=final + liftable,
        missing=missing,
        notes=notes,
        label_texts=_label_texts(case, barred=bool(liftable), notes=notes),
        segregated_storage=bool(case.hazards or final or liftable),
    )


def _ask(rules: Sequence[Rule[DonorCase]], case: DonorCase) -> tuple[Finding, ...]:
    """Ask the rules, and add to each finding the clause the pack gives for its rule."""
    return tuple(
        found.model_copy(update={"cite": _cite(found, case.pack)}) for found in judge(rules, case)
    )


def _cite(found: Finding, pack: JurisdictionPack) -> str:
    clause = pack.clauses.get(found.rule)
    return found.cite if clause is None else f"{found.cite}; {clause}"


def _found(notes: Sequence[Finding], number: str) -> bool:
    return any(each.rule == number for each in notes)


def _status(
    final: Sequence[Finding],
    liftable: Sequence[Finding],
    missing: Sequence[Finding],
    notes: Sequence[Finding],
) -> EligibilityStatus:
    """One word for the findings. What is missing outweighs everything but a bar."""
    may_still_serve = _found(notes, us.ineligible_donor_may_still_serve.number)
    if final or (liftable and not may_still_serve):
        return EligibilityStatus.INELIGIBLE
    if missing:
        return EligibilityStatus.UNDECIDED
    if liftable:
        return EligibilityStatus.INELIGIBLE_USE_ALLOWED
    if any(
        _found(notes, each.number)
        for each in (
            eu.positive_autologous_cells_are_kept_apart,
            us.autologous_label_says_what_was_not_done,
            us.autologous_label_says_what_was_found,
        )
    ):
        return EligibilityStatus.ELIGIBLE_AUTOLOGOUS_EXCEPTION
    return EligibilityStatus.ELIGIBLE


def _label_texts(case: DonorCase, *, barred: bool, notes: Sequence[Finding]) -> tuple[str, ...]:
    """The warnings of the pack that these facts ask for, whatever the status is so far."""
    texts = case.pack.texts
    wanted: list[str | None] = []
    if case.autologous:
        wanted.append(texts.autologous)
    if _found(notes, us.autologous_label_says_what_was_not_done.number):
        wanted.append(texts.not_evaluated)
    risky = _found(notes, us.autologous_label_says_what_was_found.number)
    if case.hazards or barred or risky:
        wanted.append(texts.hazard)
    if barred and not case.autologous:
        wanted.append(texts.advise)
    agents = [each.marker.agent for each in case.hazards if each.outcome is MarkerOutcome.REACTIVE]
    if texts.reactive:
        wanted.extend(texts.reactive.format(agent=each) for each in agents)
    return tuple(dict.fromkeys(each for each in wanted if each is not None))
