"""Rules on a product and its specification: can the lot be sampled, judged, labelled, kept."""

from collections.abc import Iterator
from decimal import Decimal

from app.masters.lint_process import highest, limit_on, lowest
from app.rulebook import rule
from schemas.master import Bundle, FromDonations, FromParentLot, Step
from schemas.origin import DonationUse
from schemas.product import RetentionSamples
from schemas.specification import Criterion, Gate, Level
from schemas.step_kind import StepKind

EXPECTED_ATTRIBUTES = (
    "sterility",
    "mycoplasma",
    "endotoxin",
    "viability",
    "identity",
    "purity",
    "potency",
    "cell count",
)
HOURS_A_DAY = 24
MINUTES_AN_HOUR = 60


def _steps(bundle: Bundle, kind: StepKind) -> list[Step]:
    return [step for _, step in bundle.master.steps() if step.kind is kind]


@rule("MAS-20", cite="R-SPEC-02; R-INS-05", mend="Add the criteria the lot waits for.")
def something_gates(bundle: Bundle) -> Iterator[str]:
    """A specification has criteria, and at least one the lot waits for before certification."""
    criteria = bundle.specification.criteria
    if not criteria:
        yield "The specification has no criterion: everything would pass."
    elif not any(each.gate is Gate.PRE for each in criteria):
        yield "No criterion has to hold before certification."


@rule("MAS-21", cite="R-BR-11; design, process as data", mend="Add a sample step for it.")
def criteria_have_samples(bundle: Bundle) -> Iterator[str]:
    """Every criterion that gates is read on a sample that some step takes."""
    points = _sample_points(bundle)
    for each in bundle.specification.criteria:
        if each.gates and each.sample_point not in points:
            yield f"Criterion {each.code} is read on {each.sample_point}; no step takes it."


@rule("MAS-22", cite="R-BR-11; R-ATMP-21", mend="Name the criterion, or keep it as retention.")
def samples_have_criteria(bundle: Bundle) -> Iterator[str]:
    """Every sample is taken once, and for a criterion or to be kept."""
    asked = {each.sample_point for each in bundle.specification.criteria}
    for point, codes in _sample_points(bundle).items():
        if len(codes) > 1:
            yield f"Sample point {point} is taken at {' and '.join(codes)}; give each its own."
        plan = bundle.master.step(codes[0]).sample
        if plan and point not in asked and not plan.retention:
            yield f"Step {codes[0]} takes sample {point}, and no criterion is read on it."


def _sample_points(bundle: Bundle) -> dict[str, list[str]]:
    points: dict[str, list[str]] = {}
    for step in _steps(bundle, StepKind.SAMPLE):
        if step.sample:
            points.setdefault(step.sample.sample_point, []).append(step.code)
    return points


@rule("MAS-23", cite="R-ATMP-01; R-INS-06", mend="Add a criterion, or say why it is omitted.")
def usual_tests_are_there(bundle: Bundle) -> Iterator[str]:
    """Each usual quality attribute has a criterion that gates, or a stored reason to omit it."""
    specification = bundle.specification
    there = {each.attribute.casefold() for each in specification.criteria if each.gates}
    there |= {each.attribute.casefold() for each in specification.omitted}
    for attribute in EXPECTED_ATTRIBUTES:
        if attribute not in there:
            yield f"Nothing is said about {attribute}."


@rule("MAS-24", cite="R-ATMP-26; requirements 6.4", mend="Test earlier, or make it post.")
def fresh_products_can_be_tested_in_time(bundle: Bundle) -> Iterator[str]:
    """What a fresh product waits for is finished within its shelf life."""
    hours = bundle.product.shelf_life.fresh_hours
    for each in bundle.specification.criteria:
        late = hours is not None and each.due_days * HOURS_A_DAY > hours
        if late and each.gate is Gate.PRE and each.level is not Level.IN_PROCESS:
            yield f"Criterion {each.code} takes {each.due_days} days; the product lasts {hours} h."


@rule("MAS-25", cite="R-ATMP-26; R-QP-08", mend="Set two_stage, with its conditional statement.")
def late_results_need_two_stages(bundle: Bundle) -> Iterator[str]:
    """A product that is given before its last results is certified in two stages; no other is."""
    late = [each.code for each in bundle.specification.criteria if _outlasts(each, bundle)]
    if late and not bundle.product.two_stage:
        yield f"{', '.join(late)} ends after the shelf life, and the product is not two-stage."
    if bundle.product.two_stage and not late:
        yield "The product is two-stage, but every result is there within its shelf life."


def _outlasts(criterion: Criterion, bundle: Bundle) -> bool:
    life = bundle.product.shelf_life
    hours = life.fresh_hours or (life.frozen_days or 0) * HOURS_A_DAY
    return criterion.gate is Gate.POST and criterion.due_days * HOURS_A_DAY > hours


@rule("MAS-26", cite="R-ATMP-20; R-BR-12", mend="Reconcile the labels: exactly 0 unreconciled.")
def labels_are_reconciled(bundle: Bundle) -> Iterator[str]:
    """Where containers are labelled, every label is found again afterwards."""
    steps = [step for _, step in bundle.master.steps()]
    made = [position for position, step in enumerate(steps) if step.containers]
    reconciled = [step for step in steps if step.kind is StepKind.LABEL_RECONCILIATION]
    if made and not any(
        step.kind is StepKind.LABEL_RECONCILIATION for step in steps[made[-1] + 1 :]
    ):
        yield f"Step {steps[made[-1]].code} labels containers; no reconciliation comes after it."
    for step in reconciled:
        limit = limit_on(step, "unreconciled_labels")
        if limit is None or not lowest(limit.acceptance) == highest(limit.acceptance) == 0:
            yield f"Step {step.code} does not ask that unreconciled_labels is exactly 0."


@rule("MAS-27", cite="R-ATMP-04; R-BR-13", mend="Fill into the product's own container.")
def containers_are_the_products(bundle: Bundle) -> Iterator[str]:
    """The master fills the product's kind of container, and freezes what is kept frozen."""
    product, fills = bundle.product, _steps(bundle, StepKind.FILL)
    if not fills:
        yield "No step fills containers."
    for step in fills:
        if step.containers and step.containers.kind is not product.container:
            yield f"Step {step.code} fills a {step.containers.kind}, not a {product.container}."
    freezes = _steps(bundle, StepKind.FREEZE)
    if product.frozen() and not freezes:
        yield "The product is kept frozen, and no step freezes it."
    if freezes and not product.frozen():
        yield f"The product is fresh, and step {freezes[0].code} freezes it."


@rule("MAS-28", cite="R-ATMP-15; R-EXP-02", mend="Limit cumulative_population_doublings.")
def doublings_are_limited(bundle: Bundle) -> Iterator[str]:
    """Every harvest whose doublings count holds the lot above the product's limit."""
    most = bundle.product.maximum_cumulative_doublings
    for step in _steps(bundle, StepKind.HARVEST):
        limit = limit_on(step, "cumulative_population_doublings")
        high = highest(limit.acceptance) if limit else None
        if step.doublings_counted and (limit is None or high is None or high > most):
            yield f"Harvest {step.code} does not keep to {most} cumulative doublings."
        elif limit and not limit.critical:
            yield f"The limit on doublings at {step.code} does not hold the lot."


@rule("MAS-29", cite="R-ATMP-18; R-DEL-09", mend="Start from one donation.")
def nobody_elses_cells(bundle: Bundle) -> Iterator[str]:
    """A product for one patient starts from one donation: nothing is pooled, nothing is banked."""
    start, use = bundle.master.starting_from, bundle.product.donation_use
    if use is DonationUse.ALLOGENEIC:
        return
    if isinstance(start, FromParentLot):
        yield f"The product is {use} and starts from a bank."
    if isinstance(start, FromDonations) and start.maximum > 1:
        yield f"The product is {use}, and {start.maximum} donations may be pooled."


@rule("MAS-30", cite="R-ATMP-13; R-DON-01", mend="State collection_to_receipt_maximum_hours.")
def donations_arrive_in_time(bundle: Bundle) -> Iterator[str]:
    """A product made from donations says how old a donation may be at receipt."""
    hours = bundle.product.collection_to_receipt_maximum_hours
    if isinstance(bundle.master.starting_from, FromDonations) and hours is None:
        yield "The lot starts from donations, and no longest time to receipt is stated."


@rule("MAS-31", cite="R-ATMP-22", mend="Take a retention sample, or justify that none is kept.")
def retention_is_as_stated(bundle: Bundle) -> Iterator[str]:
    """Retention samples are taken where the product says that they are kept."""
    kept = bundle.product.retention_samples is RetentionSamples.KEPT
    taken = [
        step.code
        for step in _steps(bundle, StepKind.SAMPLE)
        if step.sample and step.sample.retention
    ]
    if kept and not taken:
        yield "Retention samples are kept, and no step takes them."
    if taken and not kept:
        yield f"Step {taken[0]} takes a retention sample; the product says that none is kept."


@rule("MAS-32", cite="R-DEL-12; R-SPEC-01", mend="Limit held_minutes; shorten the holds.")
def holds_end_within_shelf_life(bundle: Bundle) -> Iterator[str]:
    """Every hold has a longest time, and those after filling sum to less than the shelf life."""
    filled, minutes = False, Decimal(0)
    for _, step in bundle.master.steps():
        filled = filled or step.kind is StepKind.FILL
        if step.kind is not StepKind.HOLD:
            continue
        limit = limit_on(step, "held_minutes")
        longest = highest(limit.acceptance) if limit else None
        if longest is None:
            yield f"Hold {step.code} may last for ever: it has no limit on held_minutes."
        elif filled:
            minutes += longest * step.repeat.maximum
    hours = bundle.product.shelf_life.fresh_hours
    if hours is not None and minutes >= hours * MINUTES_AN_HOUR:
        yield f"Holds after filling may take {minutes} min; the product lasts {hours} h."


@rule("MAS-33", cite="R-ATMP-02; R-SPEC-09", mend="Let the master begin when the others have.")
def effective_together(bundle: Bundle) -> Iterator[str]:
    """A master is not effective before its product and its specification."""
    start = bundle.master.effective_from
    for words, day in (
        ("product", bundle.product.effective_from),
        ("specification", bundle.specification.effective_from),
    ):
        if start < day:
            yield f"The master is effective from {start}, the {words} only from {day}."


RULES = (
    something_gates,
    criteria_have_samples,
    samples_have_criteria,
    usual_tests_are_there,
    fresh_products_can_be_tested_in_time,
    late_results_need_two_stages,
    labels_are_reconciled,
    containers_are_the_products,
    doublings_are_limited,
    nobody_elses_cells,
    donations_arrive_in_time,
    retention_is_as_stated,
    holds_end_within_shelf_life,
    effective_together,
)
