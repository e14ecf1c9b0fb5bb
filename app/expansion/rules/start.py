"""Whether a lot may be started: from which documents, by whom, from which cells."""

from collections import Counter
from collections.abc import Iterator

from app.rulebook import rule
from schemas.base import local_words
from schemas.expansion_facts import StartCase
from schemas.intake import DonationState
from schemas.lot import ContainerState, Stage
from schemas.master import FromDonations, FromParentLot


@rule("EXP-01", cite="R-ATMP-02; R-ATMP-04", mend="Open the page again and read the new version.")
def master_is_the_effective_one(case: StartCase) -> Iterator[str]:
    """A lot starts on the version of the master that is effective today."""
    if case.asked.master_version != case.master.version:
        yield (
            f"{case.master.code} version {case.asked.master_version} was asked for; "
            f"version {case.master.version} is effective."
        )


@rule("EXP-02", cite="R-P11-09; R-ATMP-02", mend="Be trained on this version first.")
def starter_is_trained(case: StartCase) -> Iterator[str]:
    """Who starts a lot is trained on the version of its master."""
    if not case.trained:
        yield (
            f"You are not trained on {case.master.code} version {case.master.version}, "
            "or your training has lapsed."
        )


@rule("EXP-03", cite="R-ATMP-04; R-ATMP-11", mend="Take what the master starts from.")
def starts_from_what_the_master_says(case: StartCase) -> Iterator[str]:
    """A lot starts from as many donations, or containers, as its master allows."""
    start = case.master.starting_from
    donations, containers = len(case.asked.donations), len(case.asked.containers)
    if isinstance(start, FromDonations):
        if not start.minimum <= donations <= start.maximum:
            yield _many(donations, "donation", start.minimum, start.maximum)
        if containers:
            yield "This master starts from donations, not from containers of a bank."
        return
    if not start.minimum_containers <= containers <= start.maximum_containers:
        yield _many(containers, "container", start.minimum_containers, start.maximum_containers)
    if donations:
        yield "This master starts from containers of a bank, not from donations."


def _many(given: int, what: str, low: int, high: int) -> str:
    asked = f"{low}" if low == high else f"{low} to {high}"
    return f"{given} {what}s were given; the master starts from {asked}."


@rule("EXP-04", cite="R-ATMP-11", mend="Scan each one once.")
def each_source_once(case: StartCase) -> Iterator[str]:
    """No donation and no container is named twice."""
    named = [each.donation for each in case.asked.donations] + list(case.asked.containers)
    for name, times in Counter(named).items():
        if times > 1:
            yield f"{name} is named {times} times."


@rule("EXP-05", cite="R-ATMP-13", mend="Wait for QA's decision on the donation.")
def donation_is_accepted(case: StartCase) -> Iterator[str]:
    """A lot starts from donations QA accepted, under the rules of wherever the product goes."""
    for each in case.donations:
        if each.state is DonationState.QUARANTINE:
            yield f"Donation {each.code} is in quarantine."
        elif each.state is DonationState.REJECTED:
            yield f"Donation {each.code} was rejected."
        elif each.not_accepted_for:
            where = " and ".join(each.not_accepted_for)
            yield f"QA did not accept donation {each.code} under the donor rules of {where}."


@rule("EXP-06", cite="R-ATMP-13; R-DON-06", mend="Take a donation that fits the product.")
def donation_fits_the_product(case: StartCase) -> Iterator[str]:
    """A donation is of the product's tissue, and given for the product's use."""
    for each in case.donations:
        if each.tissue is not case.product.tissue:
            yield (
                f"Donation {each.code} is {each.tissue.value.replace('_', ' ')}; "
                f"the product is made from {case.product.tissue.value.replace('_', ' ')}."
            )
        if each.use is not case.product.donation_use:
            yield (
                f"Donation {each.code} is {each.use.value.replace('_', ' ')}; "
                f"the product is {case.product.donation_use.value.replace('_', ' ')}."
            )


@rule("EXP-07", cite="R-ATMP-13; R-DON-28", mend="Ask QA; the donation may not be used.")
def donor_is_not_ineligible(case: StartCase) -> Iterator[str]:
    """No lot is started from a donation whose donor is ineligible as known today."""
    for each in case.donations:
        for why in each.bars:
            yield f"Donation {each.code}: {why}"


@rule("EXP-08", cite="R-ATMP-13", mend="Wait for the donor's results and QA's decision.")
def at_risk_only_where_allowed(case: StartCase) -> Iterator[str]:
    """Cells of a donor not yet decided are processed only where the product allows it."""
    if case.product.at_risk_processing:
        return
    for each in case.donations:
        if each.undecided or each.state is DonationState.ACCEPTED_AT_RISK:
            yield (
                f"The donor of {each.code} is not decided, and {case.product.code} allows no "
                f"processing at risk. {' '.join(each.undecided)}".rstrip()
            )


@rule("EXP-09", cite="R-ATMP-11; R-ATMP-20", mend="Enter what is really there.")
def no_more_than_was_received(case: StartCase) -> Iterator[str]:
    """Of a donation no more is used, in all lots together, than was received."""
    for each in case.donations:
        left = None if each.received is None else each.received - each.used
        if left is None:
            yield f"Donation {each.code} has no receipt on record."
        elif each.asked > left:
            yield (
                f"{each.asked:f} {each.unit} of {each.code} was asked for; "
                f"{max(left, left * 0):f} {each.unit} is left."
            )


@rule("EXP-10", cite="R-ATMP-18; R-DON-30", mend="Stop. Put everything back and call QA.")
def one_patient_only(case: StartCase) -> Iterator[str]:
    """An autologous or directed lot is of one patient: order and cells agree."""
    found = [each.patient_code for each in case.donations]
    found += [each.container.patient_coi for each in case.containers]
    codes = sorted({each or "no code" for each in found})
    scanned = case.asked.patient_code
    if not case.product.donation_use.for_one_patient:
        if scanned is not None:
            yield "An allogeneic lot is for no patient known yet: leave the code blank."
        return
    if len(codes) > 1:
        yield f"The cells are of different patients: {', '.join(codes)}."
    if scanned is None:
        yield "The patient's chain-of-identity code was not scanned from the order."
    for code in codes:
        if scanned is not None and code != scanned:
            yield f"The order says {scanned}; the cells say {code}."


@rule("EXP-11", cite="R-ATMP-15; R-ATMP-24", mend="Wait for the certificate of the bank lot.")
def parent_is_certified(case: StartCase) -> Iterator[str]:
    """A parent lot is finally certified, not held, and of the product the master starts from."""
    start = case.master.starting_from
    for each in case.containers:
        number, lot = each.container.number, each.container.lot_number
        if isinstance(start, FromParentLot) and each.product_code != start.product_code:
            yield f"{number} is {each.product_code}; the master starts from {start.product_code}."
        if each.stage is not Stage.CERTIFIED:
            yield f"{number}: its lot {lot} is “{each.stage.label}”, not certified."
        if each.held:
            yield f"{number}: its lot {lot} is held."


@rule("EXP-12", cite="R-ATMP-15", mend="Take another container.")
def container_is_there(case: StartCase) -> Iterator[str]:
    """A container that starts a lot is in store, in date, and not promised to another lot."""
    for each in case.containers:
        facts = each.container
        if facts.state is not ContainerState.IN_STORE:
            yield f"{facts.number} is “{facts.state.label}”, not in store."
        if facts.expires_at is not None and case.now >= facts.expires_at:
            yield f"{facts.number} expired at {local_words(facts.expires_at, case.zone)}."
        if each.taken_by is not None:
            yield f"{facts.number} was taken for lot {each.taken_by}."


@rule("EXP-13", cite="R-ATMP-15; R-EXP-02", mend="Take an earlier bank.")
def bank_leaves_room_to_grow(case: StartCase) -> Iterator[str]:
    """The parent's doublings are below the limit of the product."""
    limit = case.product.maximum_cumulative_doublings
    for each in case.containers:
        if each.doublings >= limit:
            yield (
                f"{each.container.number}: its cells have doubled {each.doublings:f} times; "
                f"the limit of {case.product.code} is {limit:f}."
            )


RULES = (
    master_is_the_effective_one,
    starter_is_trained,
    starts_from_what_the_master_says,
    each_source_once,
    donation_is_accepted,
    donation_fits_the_product,
    donor_is_not_ineligible,
    at_risk_only_where_allowed,
    no_more_than_was_received,
    one_patient_only,
    parent_is_certified,
    container_is_there,
    bank_leaves_room_to_grow,
)
