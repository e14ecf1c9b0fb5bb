"""Is the load right for the patient, and the shipper right for the load?"""

from collections.abc import Iterator

from app.rulebook import rule
from schemas.base import local_words
from schemas.delivery_case import LoadCase

SECONDS_OF_AN_HOUR = 3600


@rule("DLV-20", cite="R-DEL-07", mend="Have QA qualify the shipper, or take another one.")
def shipper_is_qualified(case: LoadCase) -> Iterator[str]:
    """The shipper's qualification still holds on the day of arrival."""
    if case.shipper_hours is None:
        yield f"Shipper {case.shipper} was never qualified."
    elif case.shipper_lapsed:
        yield (
            f"The qualification of shipper {case.shipper} is over before the arrival "
            f"({local_words(case.estimated_arrival_at, case.zone)})."
        )


@rule("DLV-21", cite="R-DEL-07", mend="Find a faster way, or a shipper that holds longer.")
def shipper_lasts_the_journey(case: LoadCase) -> Iterator[str]:
    """The journey takes no longer than the shipper was shown to hold its temperature."""
    journey = (case.estimated_arrival_at - case.at).total_seconds()
    if case.shipper_hours is not None and journey > case.shipper_hours * SECONDS_OF_AN_HOUR:
        yield (
            f"Shipper {case.shipper} holds {case.shipper_hours} h; the shipment arrives on "
            f"{local_words(case.estimated_arrival_at, case.zone)}."
        )


@rule("DLV-22", cite="R-DEL-07; R-DEL-08", mend="Take a shipper that keeps this product.")
def shipper_keeps_the_product(case: LoadCase) -> Iterator[str]:
    """The temperatures a shipper keeps lie inside those the product allows on the way."""
    if case.shipper_hours is None:
        return
    lowest, highest = case.transport.minimum_c, case.transport.maximum_c
    keeps = (case.shipper_minimum_c, case.shipper_maximum_c)
    too_cold = lowest is not None and (keeps[0] is None or keeps[0] < lowest)
    too_warm = highest is not None and (keeps[1] is None or keeps[1] > highest)
    if too_cold or too_warm:
        yield f"Shipper {case.shipper} is not qualified for “{case.transport.words}”."


@rule("DLV-23", cite="R-DEL-13; R-DEL-01", mend="Pack as many containers as make up the dose.")
def dose_is_right(case: LoadCase) -> Iterator[str]:
    """The viable cells sent to the patient make up a dose within the product's limits.

    Too many are refused at once; too few when the last container of the order is packed.
    """
    if case.dose is None:
        yield "This product has no dose: it is not given to patients."
        return
    rule_of, total = case.dose, case.viable_cells + case.viable_cells_on_the_order
    per_kg = rule_of.minimum_cells_per_kg is not None
    lowest = rule_of.minimum_cells_per_kg if per_kg else rule_of.minimum_cells
    highest = rule_of.maximum_cells_per_kg if per_kg else rule_of.maximum_cells
    assert lowest is not None, "a dose has a minimum"
    assert highest is not None, "a dose has a maximum"
    weight = case.weight_kg if per_kg else 1
    words = f"{lowest:,f} to {highest:,f} viable cells{' per kg' if per_kg else ''}"
    at = f" for {case.weight_kg} kg" if per_kg else ""
    if total > highest * weight:
        yield f"{total:,f} viable cells{at} are more than the dose of {words}."
    elif total < lowest * weight and case.packed >= case.still_ordered:
        yield f"{total:,f} viable cells{at} are less than the dose of {words}."


@rule("DLV-24", cite="R-DEL-09; R-DEL-14", mend="Leave in store what was not ordered.")
def no_more_than_ordered(case: LoadCase) -> Iterator[str]:
    """No more containers are packed than the order still asks for."""
    if case.packed > case.still_ordered:
        yield f"{case.packed} containers scanned; the order asks for {case.still_ordered} more."


@rule("DLV-25", cite="R-DEL-12", mend="Enter when the shipment will arrive.")
def arrival_lies_ahead(case: LoadCase) -> Iterator[str]:
    """The estimated arrival lies ahead."""
    if case.estimated_arrival_at <= case.at:
        arrival = local_words(case.estimated_arrival_at, case.zone)
        yield f"The estimated arrival, {arrival}, is over."


RULES = (
    no_more_than_ordered,
    dose_is_right,
    arrival_lies_ahead,
    shipper_is_qualified,
    shipper_lasts_the_journey,
    shipper_keeps_the_product,
)
