"""May this container go on, at this step, for this order? Asked again at each step."""

from collections.abc import Iterator

from app.rulebook import rule
from schemas.base import local_words
from schemas.delivery_case import ContainerCase, OrderCase, Step
from schemas.lot import ContainerState, Stage

STARTS_FROM = {
    Step.PACK: ContainerState.IN_STORE,
    Step.CHECK: ContainerState.PACKED,
    Step.HAND_OVER: ContainerState.PACKED,
    Step.PREPARE: ContainerState.AT_SITE,
    Step.ADMINISTER: ContainerState.AT_SITE,
}
CERTIFIED = (Stage.CERTIFIED, Stage.CONDITIONALLY_CERTIFIED)


@rule("DLV-01", cite="R-ATMP-24; R-QP-09", mend="Wait for the certification by the QP.")
def lot_is_certified(case: ContainerCase) -> Iterator[str]:
    """Only containers of a certified or conditionally certified lot leave, and are given."""
    if case.lot_stage not in CERTIFIED:
        yield f"Lot {case.lot} of {case.container} is “{case.lot_stage.label}”, not certified."


@rule("DLV-02", cite="R-QP-11; R-ATMP-34", mend="Do not use it. QA decides what happens to it.")
def lot_is_not_held(case: ContainerCase) -> Iterator[str]:
    """The lot is not held."""
    if case.lot_held:
        yield f"Lot {case.lot} is held: {case.hold_reason}"


@rule("DLV-03", cite="R-DEL-10; R-DEL-14", mend="Look where the container is; take another one.")
def container_is_at_hand(case: ContainerCase) -> Iterator[str]:
    """The container is where this step begins; what came back is never sent again."""
    wanted = STARTS_FROM[case.step]
    on_the_way = case.step is Step.HAND_OVER and case.state is ContainerState.ON_THE_WAY
    if case.state is not wanted and not on_the_way:
        yield f"{case.container} is “{case.state.label}”; it would have to be “{wanted.label}”."


@rule("DLV-04", cite="R-DEL-12", mend="Take a container that is in date; destroy this one.")
def container_is_in_date(case: ContainerCase) -> Iterator[str]:
    """The container has not expired, to the minute."""
    if case.expires_at is not None and case.at >= case.expires_at:
        yield (
            f"{case.container} expired on {local_words(case.expires_at, case.zone)}; "
            f"it is {local_words(case.at, case.zone)}."
        )


@rule("DLV-05", cite="R-DEL-12", mend="Find a faster way, or take a container that lasts longer.")
def container_arrives_in_date(case: ContainerCase) -> Iterator[str]:
    """The container will not have expired when it arrives."""
    arrival, expiry = case.estimated_arrival_at, case.expires_at
    if arrival is not None and expiry is not None and arrival >= expiry:
        yield (
            f"{case.container} expires on {local_words(expiry, case.zone)}, before it arrives "
            f"({local_words(arrival, case.zone)})."
        )


@rule("DLV-06", cite="R-DEL-09; R-DON-30", mend="Stop. These cells are for another patient.")
def cells_are_this_patients(case: ContainerCase) -> Iterator[str]:
    """Autologous and directed cells go to the one patient whose code the lot carries."""
    if case.donation_use.for_one_patient and case.lot_patient != case.order_patient:
        yield (
            f"{case.container} is for the patient {case.lot_patient}, "
            f"the order for {case.order_patient}."
        )


@rule("DLV-07", cite="R-ATMP-15", mend="Take a container of a product lot.")
def bank_stays_here(case: ContainerCase) -> Iterator[str]:
    """A cell bank is never sent to a patient."""
    if case.is_bank:
        yield f"{case.container} is of the cell bank {case.lot}."


@rule("DLV-08", cite="R-DEL-09", mend="Take a container of the product, and of the lot, ordered.")
def container_is_what_was_ordered(case: ContainerCase) -> Iterator[str]:
    """The container is of the product that was ordered, and of the lot if one was named."""
    if case.lot_product != case.order_product:
        yield f"{case.container} is {case.lot_product}; ordered was {case.order_product}."
    elif case.order_lot is not None and case.order_lot != case.lot:
        yield f"{case.container} is of lot {case.lot}; ordered was lot {case.order_lot}."


@rule("DLV-09", cite="R-DEL-08", mend="QA decides first whether it may be used.")
def container_is_not_set_aside(case: ContainerCase) -> Iterator[str]:
    """Nothing that was set aside goes on before QA has decided that it may."""
    if case.set_aside is not None:
        yield f"{case.container} was set aside: {case.set_aside}"


@rule("DLV-10", cite="R-DEL-09; R-DI-01", mend="A second person identifies the shipment first.")
def second_person_has_checked(case: ContainerCase) -> Iterator[str]:
    """Nothing leaves before a second person has identified it."""
    if case.step is Step.HAND_OVER and not case.checked:
        yield f"{case.container} was not identified by a second person."


@rule("DLV-11", cite="R-ATMP-36; R-DEL-11", mend="Record the thawing or opening first.")
def opening_is_recorded(case: ContainerCase) -> Iterator[str]:
    """The moment of thawing or opening is on record before the administration."""
    if case.step is Step.ADMINISTER and not case.prepared:
        yield f"There is no record of when {case.container} was thawed or opened."


@rule("DLV-12", cite="R-DEL-09", mend="Ask the treating site for a new order.")
def order_stands(case: OrderCase) -> Iterator[str]:
    """The order was not withdrawn."""
    if case.order_cancelled:
        yield f"Order {case.order} was withdrawn."


@rule("DLV-13", cite="R-DEL-11; R-ATMP-36", mend="Go on to the administration, or destroy it.")
def nothing_is_opened_twice(case: ContainerCase) -> Iterator[str]:
    """A container is thawed or opened once; the time it may last counts from then."""
    if case.step is Step.PREPARE and case.prepared:
        yield f"{case.container} was thawed or opened already."


RULES = (
    order_stands,
    bank_stays_here,
    container_is_what_was_ordered,
    cells_are_this_patients,
    lot_is_certified,
    lot_is_not_held,
    container_is_not_set_aside,
    container_is_at_hand,
    container_is_in_date,
    container_arrives_in_date,
    second_person_has_checked,
    opening_is_recorded,
    nothing_is_opened_twice,
)
