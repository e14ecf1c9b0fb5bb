"""Every gate a lot passes before it is certified (requirements 6.4; R-QP-09)."""

from collections.abc import Iterator
from decimal import Decimal

from app.rulebook import rule
from schemas.intake import ConsentState, DonationState
from schemas.lot import ContainerState, DeviationState, Impact, Stage
from schemas.product import RetentionSamples
from schemas.quality import InvestigationState
from schemas.reading import ResultState
from schemas.release import Question, ReviewKind
from schemas.specification import Gate
from schemas.supply import MaterialState

BEFORE_THE_END = (Stage.IN_PRODUCTION, Stage.IN_TESTING, Stage.CONDITIONALLY_CERTIFIED)


@rule("REL-01", cite="R-BR-17; R-P11-06", mend="Finish and endorse production.")
def production_is_endorsed(question: Question) -> Iterator[str]:
    """Production is complete and endorsed by who was responsible for it."""
    dossier = question.dossier
    if dossier.lot.stage is Stage.IN_PRODUCTION or dossier.lot.completed_at is None:
        yield "Production has not been endorsed."
    for phase in dossier.production.phases:
        for step in phase.steps:
            if step.step.second_person and any(each.check is None for each in step.entries):
                yield f"Step {step.step.code} ({step.step.title}) was not checked."


@rule("REL-02", cite="R-ATMP-19", mend="QA settles the reason and lets the lot go on.")
def lot_is_not_held(question: Question) -> Iterator[str]:
    """The lot is not held."""
    if question.dossier.lot.held:
        yield f"The lot is held: {question.dossier.lot.hold_reason}"


@rule(
    "REL-03",
    cite="R-SPEC-02; R-SPEC-03; R-QP-09",
    mend="Enter and verify the missing results; a failed one is investigated.",
)
def results_before_certification_pass(question: Question) -> Iterator[str]:
    """Every criterion due before certification has passed, or is signed as not applicable."""
    for line in question.dossier.quality.at_gate(Gate.PRE):
        if not line.opens_gate:
            yield f"{line.criterion.title}: {_state(line.state)}. {line.says}"


@rule(
    "REL-04",
    cite="R-SPEC-02; R-ATMP-26; R-INS-05",
    mend="Wait for the outstanding results, or certify conditionally where the product allows it.",
)
def results_after_certification_pass(question: Question) -> Iterator[str]:
    """Every criterion due by the final certification has passed, or is signed as not applicable."""
    for line in question.dossier.quality.at_gate(Gate.POST):
        if not line.opens_gate:
            yield f"{line.criterion.title}: {_state(line.state)}. {line.says}"


def _state(state: ResultState) -> str:
    return state.value.replace("_", " ")


@rule("REL-05", cite="R-ATMP-29; R-BR-15; R-BR-18", mend="Investigate and decide the deviation.")
def deviations_are_closed(question: Question) -> Iterator[str]:
    """Every deviation is closed, and none was decided as a reason to reject the lot."""
    for deviation in question.dossier.deviations:
        if deviation.state is not DeviationState.CLOSED:
            yield f"Deviation {deviation.number} is {deviation.state.value}: {deviation.title}"
        elif deviation.impact is Impact.REJECT:
            yield f"Deviation {deviation.number} was decided: the lot is to be rejected."


@rule("REL-06", cite="R-SPEC-10; R-BR-18", mend="Lead the investigation to a signed conclusion.")
def investigations_are_closed(question: Question) -> Iterator[str]:
    """Every investigation of a result is closed."""
    for each in question.dossier.quality.investigations:
        if each.state is not InvestigationState.CLOSED:
            yield f"Investigation {each.number} of {each.title} is not closed."


@rule(
    "REL-07",
    cite="R-DON-01; R-DON-06; R-DON-14; R-QP-09",
    mend="Complete the donor's file, or have QA decide the donation.",
)
def donors_are_eligible(question: Question) -> Iterator[str]:
    """Each donation is accepted, consent stands, and each jurisdiction's rules allow its use."""
    dossier = question.dossier
    if not dossier.donations:
        yield "No donation is known of this lot."
    for donation in dossier.donations:
        code = donation.donation.donation_code
        if donation.state is not DonationState.ACCEPTED:
            yield f"Donation {code} is “{donation.state.label}”, not accepted."
        else:
            for where in donation.not_accepted_for(dossier.product.jurisdictions):
                yield f"QA did not accept donation {code} under the donor rules of {where.value}."
        if donation.consent_state is not ConsentState.GIVEN:
            yield f"Donation {code}: consent is {donation.consent_state.value}."
        judged = {each.jurisdiction: each for each in donation.eligibilities}
        for jurisdiction in dossier.product.jurisdictions:
            found = judged.get(jurisdiction)
            if found is None:
                yield f"Donation {code} was not judged by the rules of {jurisdiction.value}."
            elif not found.may_be_certified:
                status = found.status.value.replace("_", " ")
                yield f"Donation {code} is {status} by the rules of {jurisdiction.value}."


@rule("REL-08", cite="R-DI-04; R-INS-09", mend="QA reviews the audit trail of the lot.")
def trail_is_reviewed(question: Question) -> Iterator[str]:
    """The audit trail was reviewed after the last entry on the lot."""
    yield from _reviewed(question, ReviewKind.TRAIL)


@rule("REL-09", cite="R-BR-18; R-INS-01", mend="QA reviews the batch record.")
def record_is_reviewed(question: Question) -> Iterator[str]:
    """The batch record was reviewed after the last entry on the lot."""
    yield from _reviewed(question, ReviewKind.RECORD)


def _reviewed(question: Question, kind: ReviewKind) -> Iterator[str]:
    dossier = question.dossier
    if dossier.lot.stage not in BEFORE_THE_END:
        return  # what follows a final decision (delivery, records) needs no review for it
    seen = [each.through_seq for each in dossier.reviews if each.kind is kind]
    if not seen:
        yield f"{kind.label} not reviewed yet."
    elif max(seen) < dossier.last_entry_seq:
        yield (
            f"{kind.label} reviewed up to entry {max(seen)}; the lot has entries up to "
            f"{dossier.last_entry_seq} since."
        )


@rule("REL-10", cite="R-DEL-12; R-QP-09", mend="Reject the lot.")
def lot_is_in_date(question: Question) -> Iterator[str]:
    """The lot has not expired before its first certification.

    A final certification after a conditional one comes after the shelf life of a fresh product:
    the results take longer than the cells live (requirements 6.4).
    """
    lot = question.dossier.lot
    if lot.stage not in (Stage.IN_PRODUCTION, Stage.IN_TESTING):
        return
    if lot.expires_at is None:
        yield "No expiry of the lot is on record; nothing was filled."
    elif question.at >= lot.expires_at:
        yield f"The lot expired on {lot.expires_at:%Y-%m-%d %H:%M} UTC."


@rule(
    "REL-11",
    cite="R-ATMP-14; R-ATMP-17; R-BR-04",
    mend="Investigate and decide the deviation about the material lot; if it harms, reject.",
)
def materials_still_stand(question: Question) -> Iterator[str]:
    """Every material lot that was used is still released, or QA decided what its loss means."""
    dossier = question.dossier
    decided = {
        each.about
        for each in dossier.deviations
        if each.state is DeviationState.CLOSED and each.impact is not Impact.REJECT
    }
    gone = {
        use.number: use
        for use in dossier.supplies.materials
        if use.state is not MaterialState.RELEASED and f"material/{use.number}" not in decided
    }
    for use in gone.values():
        yield f"Material lot {use.number} ({use.title}) is now “{use.state.label}”."


@rule("REL-12", cite="R-ATMP-20; R-BR-12; R-INS-14", mend="Reconcile the labels.")
def labels_are_reconciled(question: Question) -> Iterator[str]:
    """A label reconciliation is on record wherever containers were filled."""
    if question.dossier.containers and not question.dossier.production.labels:
        yield "Containers were filled, and no label reconciliation is on record."


@rule("REL-13", cite="R-ATMP-05", mend="Correct the product document and start from its version.")
def trial_is_named(question: Question) -> Iterator[str]:
    """An investigational product names its trial and its sponsor."""
    product = question.dossier.product
    if product.investigational and not (product.label.trial_number and product.label.sponsor_name):
        yield "The product is investigational and names no trial or no sponsor."


@rule("REL-14", cite="R-ATMP-15", mend="Settle the parent lot first.")
def parents_are_certified(question: Question) -> Iterator[str]:
    """Every lot the cells came from is finally certified and not held."""
    for parent in question.dossier.parents:
        if parent.stage is not Stage.CERTIFIED:
            yield f"Parent lot {parent.number} is “{parent.stage.label}”, not certified."
        if parent.held:
            yield f"Parent lot {parent.number} is held."


@rule("REL-15", cite="R-SPEC-03; R-INS-05", mend="Approve a specification that gates.")
def something_gates(question: Question) -> Iterator[str]:
    """The specification has criteria that gate; an empty list is no pass."""
    if not any(line.criterion.gates for line in question.dossier.quality.criteria):
        yield "No criterion of the specification gates the release."


@rule("REL-16", cite="R-ATMP-15; R-EXP-02", mend="Reject the lot.")
def doublings_are_within_the_limit(question: Question) -> Iterator[str]:
    """The cumulative doublings, the bank's included, are within the product's limit."""
    limit = question.dossier.product.maximum_cumulative_doublings
    reached = question.dossier.production.cumulative_doublings
    if reached is not None and Decimal(reached) > limit:
        yield f"The cells have doubled {reached} times; {limit} at most."


@rule("REL-17", cite="R-ATMP-22", mend="Put a container aside, or justify it in the product.")
def retention_samples_are_kept(question: Question) -> Iterator[str]:
    """Retention samples are kept where the product asks for them."""
    dossier = question.dossier
    asked = dossier.product.retention_samples is RetentionSamples.KEPT
    kept = any(each.state is ContainerState.RETENTION for each in dossier.containers)
    if asked and not kept:
        yield "The product asks for a retention sample, and no container was put aside."


@rule("REL-18", cite="R-ATMP-20; R-BR-10", mend="Finish filling, or reject the lot.")
def containers_exist(question: Question) -> Iterator[str]:
    """There is something to release: the lot has containers."""
    if not question.dossier.containers:
        yield "The lot has no containers."


@rule("REL-19", cite="R-EXP-13; R-ATMP-07", mend="Correct the entries that follow, or explain it.")
def calculations_follow_from_the_entries(question: Question) -> Iterator[str]:
    """Every recorded value follows from the entries as they stand after corrections."""
    for each in question.dossier.production.out_of_step:
        yield each.says


@rule(
    "REL-20",
    cite="R-ATMP-22; R-ATMP-26; R-QP-08",
    mend="Take and receive a sample that is fit, or have the missing result entered and decided.",
)
def outstanding_results_are_under_way(question: Question) -> Iterator[str]:
    """A result that is still outstanding has a fit sample in the laboratory.

    A conditional certification waits for results that will come, never for one that cannot.
    """
    quality = question.dossier.quality
    fit = {
        each.sample_point
        for each in quality.samples
        if each.receipt is not None and each.receipt.condition.fit
    }
    for line in quality.at_gate(Gate.POST):
        point = line.criterion.sample_point
        if line.state is ResultState.PENDING and point not in fit:
            yield f"{line.criterion.title}: no fit sample of {point} is in the laboratory."


BEFORE_ANY = (
    production_is_endorsed,
    lot_is_not_held,
    results_before_certification_pass,
    deviations_are_closed,
    investigations_are_closed,
    donors_are_eligible,
    trail_is_reviewed,
    record_is_reviewed,
    lot_is_in_date,
    materials_still_stand,
    labels_are_reconciled,
    trial_is_named,
    parents_are_certified,
    something_gates,
    doublings_are_within_the_limit,
    retention_samples_are_kept,
    containers_exist,
    calculations_follow_from_the_entries,
    outstanding_results_are_under_way,
)
BEFORE_FINAL = (results_after_certification_pass,)
RULES = (*BEFORE_ANY, *BEFORE_FINAL)
