"""Is it the right one, did it travel well, was it given in time?"""

from collections.abc import Iterator

from app.delivery.rules.temperatures import excursions, minutes_outside
from app.rulebook import rule
from schemas.base import local_words
from schemas.delivery_case import GivingCase, IdentityCase, JourneyCase


@rule("DLV-30", cite="R-DEL-09", mend="Stop. Nothing goes on before QA has found out why.")
def patient_is_the_orders(case: IdentityCase) -> Iterator[str]:
    """The patient's code that was read is that of the order."""
    if case.patient_read != case.patient:
        yield f"The patient's code reads {case.patient_read}; the order is for {case.patient}."


@rule("DLV-31", cite="R-DEL-09", mend="Stop. Nothing goes on before QA has found out why.")
def containers_are_the_shipments(case: IdentityCase) -> Iterator[str]:
    """The containers that were read are those of the shipment, each once, and none is missing."""
    for each in case.containers_read:
        if each not in case.containers:
            yield f"{each} does not belong to this shipment."
    if len(set(case.containers_read)) < len(case.containers_read):
        yield "A container was read twice."
    if case.all_of_them:
        for each in case.containers:
            if each not in case.containers_read:
                yield f"{each} is missing."


@rule("DLV-32", cite="R-DEL-09; R-DEL-10", mend="Stop. Nothing goes on before QA knows why.")
def seal_is_the_shipments(case: IdentityCase) -> Iterator[str]:
    """The seal that was read is the one that was put on."""
    if case.seal is not None and case.seal_read != case.seal:
        yield f"The seal reads {case.seal_read}; {case.seal} was put on."


@rule("DLV-33", cite="R-DEL-08", mend="Set aside until QA has decided with stability data.")
def temperature_was_kept(case: JourneyCase) -> Iterator[str]:
    """No reading on the way or on arrival lies outside the product's limits of transport."""
    found = excursions(case.readings, case.limits)
    for each in found:
        yield (
            f"{each.extreme_c} °C, {each.beyond_c} °C beyond “{case.limits.words}”, "
            f"{each.minutes} min from {local_words(each.began_at, case.zone)}."
        )
    if len(found) > 1:
        yield f"{minutes_outside(found)} min outside altogether."
    if case.arrival_c is not None and not case.limits.allow(case.arrival_c):
        yield f"{case.arrival_c} °C on arrival, outside “{case.limits.words}”."


@rule("DLV-34", cite="R-DEL-08", mend="Read the logger out, and have QA decide.")
def temperature_is_known(case: JourneyCase) -> Iterator[str]:
    """Readings cover the journey: at least one lies between packing and receipt."""
    if case.received_at is None:
        return
    if not any(case.packed_at <= each.at <= case.received_at for each in case.readings):
        yield "There is no reading of the temperature on the way."


@rule("DLV-35", cite="R-DEL-08", mend="Set aside until QA has decided.")
def arrived_intact(case: JourneyCase) -> Iterator[str]:
    """Seal, shipper and containers are intact on arrival."""
    if case.intact is False:
        yield "Seal, shipper or containers were not intact on arrival."


@rule("DLV-36", cite="R-DEL-10", mend="Find out in whose hands it was, and have QA decide.")
def custody_has_no_gap(case: JourneyCase) -> Iterator[str]:
    """Who brings it is who had it: one custody ends where the next begins."""
    if case.brought_by is not None and case.brought_by != case.last_holder:
        yield f"It was brought by {case.brought_by}; on record it was with {case.last_holder}."


@rule("DLV-37", cite="R-DEL-11; R-ATMP-36", mend="Tell the physician; QA assesses the deviation.")
def given_in_time(case: GivingCase) -> Iterator[str]:
    """From thawing or opening to the end of the administration no more time passes than allowed."""
    limit = case.maximum_minutes
    if limit is not None and case.minutes_opened > limit:
        yield (
            f"{case.minutes_opened} min from thawing or opening to the end of the "
            f"administration; at most {limit}."
        )


@rule("DLV-38", cite="R-ATMP-36", mend="Follow the instruction that came with the shipment.")
def instruction_was_the_one_sent(case: GivingCase) -> Iterator[str]:
    """The product was made ready by the version of the instruction that came with it."""
    if case.instruction_version is not None and case.instruction_read != case.instruction_version:
        read = case.instruction_read if case.instruction_read is not None else "no version"
        yield f"Made ready by {read}; the instruction sent is version {case.instruction_version}."


IDENTITY = (patient_is_the_orders, containers_are_the_shipments, seal_is_the_shipments)
JOURNEY = (custody_has_no_gap, arrived_intact, temperature_is_known, temperature_was_kept)
GIVING = (given_in_time, instruction_was_the_one_sent)
RULES = (*IDENTITY, *JOURNEY, *GIVING)
