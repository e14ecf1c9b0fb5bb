"""Whether a material lot, a piece of equipment or a room may touch the cells now.

A due date and an expiry date are the last good day, in the zone of the site.
"""

from collections.abc import Iterator

from app.rulebook import rule
from schemas.quantity import with_unit
from schemas.supply import (
    EquipmentCase,
    MaterialCase,
    MaterialState,
    ReleaseCase,
    RoomCase,
    Standing,
)


@rule("SUP-01", cite="R-BR-06; R-ATMP-18", mend="Scan a lot of the material the step names.")
def it_is_the_material_asked_for(case: MaterialCase) -> Iterator[str]:
    """The material lot is of the material the step asks for."""
    if case.asked_code is not None and case.material_code != case.asked_code:
        yield f"{case.number} is {case.material_code}; the step asks for {case.asked_code}."


@rule("SUP-02", cite="R-BR-06; R-SPEC-02", mend="Give the amount in the unit of the material.")
def amount_is_in_the_unit_of_the_material(case: MaterialCase) -> Iterator[str]:
    """The amount is in the unit in which the material is received and used."""
    if case.asked_unit != case.unit.value:
        yield (
            f"{case.number} is measured in {case.unit.sign or 'pieces'}, "
            f"not in {case.asked_unit[:40]}."
        )


@rule("SUP-03", cite="R-ATMP-13; R-ATMP-14", mend="Ask QA to decide, or take a released lot.")
def it_left_quarantine(case: MaterialCase) -> Iterator[str]:
    """A material lot that is not there yet, or in quarantine, is not used."""
    if case.state is None:
        yield f"{case.number} had not been received at the time of use."
    if case.state is MaterialState.QUARANTINE:
        yield f"{case.number} is in quarantine: QA has not released it."


@rule("SUP-04", cite="R-ATMP-14", mend="Put it with the rejected goods and take another lot.")
def it_was_not_rejected(case: MaterialCase) -> Iterator[str]:
    """A rejected material lot is not used."""
    if case.state is MaterialState.REJECTED:
        yield f"{case.number} was rejected."


@rule(
    "SUP-05",
    cite="R-ATMP-14",
    mend="Take a lot that is in date; put this one with the expired goods.",
)
def it_is_in_date(case: MaterialCase) -> Iterator[str]:
    """A material lot is used on its last usable day at the latest."""
    if case.today > case.usable_until:
        yield (
            f"{case.number} expired: {case.usable_until} was its last day; "
            f"the day of use is {case.today}."
        )


@rule("SUP-06", cite="R-BR-06; R-ATMP-20", mend="Take the rest from a second lot.")
def enough_of_it_is_left(case: MaterialCase) -> Iterator[str]:
    """No more is used than was received."""
    if case.quantity > case.left:
        left, asked = (with_unit(f"{each:f}", case.unit) for each in (case.left, case.quantity))
        yield f"{left} of {case.number} is left; {asked} was asked for."


@rule("SUP-07", cite="R-BR-06", mend="Enter the amount that was really used.")
def some_of_it_is_used(case: MaterialCase) -> Iterator[str]:
    """A use takes more than nothing."""
    if case.quantity <= 0:
        yield f"{case.quantity:f} is no amount of {case.number}."


@rule(
    "SUP-08",
    cite="R-ATMP-13; R-ATMP-14",
    mend="If the time of use is right, report a deviation; otherwise correct the time.",
)
def it_was_released_before_use(case: MaterialCase) -> Iterator[str]:
    """A material lot is released before it is used, also when the use is entered later."""
    if case.released_after_use is not None:
        yield f"{case.number} was released at {case.released_after_use}, after this use."


MATERIAL_RULES = (
    it_is_the_material_asked_for,
    amount_is_in_the_unit_of_the_material,
    it_left_quarantine,
    it_was_not_rejected,
    it_is_in_date,
    enough_of_it_is_left,
    some_of_it_is_used,
    it_was_released_before_use,
)


@rule("SUP-11", cite="R-BR-04", mend="Scan equipment of the kind the step names.")
def it_is_the_kind_asked_for(case: EquipmentCase) -> Iterator[str]:
    """The equipment is of the kind the step asks for."""
    if case.asked_kind is not None and case.kind != case.asked_kind:
        yield f"{case.code} is of the kind {case.kind}; the step asks for {case.asked_kind}."


@rule("SUP-12", cite="R-BR-04", mend="Take other equipment, or have it put back in service.")
def equipment_is_in_service(case: EquipmentCase) -> Iterator[str]:
    """Equipment out of service is not used."""
    if not case.in_service:
        yield f"{case.code} is out of service: {case.out_of_service_reason}"


@rule("SUP-13", cite="R-BR-04", mend="Have it calibrated, or take other equipment.")
def calibration_is_valid(case: EquipmentCase) -> Iterator[str]:
    """Equipment that needs calibration is used until the day its calibration is due."""
    if not case.needs_calibration:
        return
    if case.calibration_due is None:
        yield f"{case.code} has no valid calibration."
    elif case.today > case.calibration_due:
        yield f"The calibration of {case.code} was due on {case.calibration_due}."


@rule(
    "SUP-14",
    cite="R-BR-04; R-INS-07",
    mend="Clean it and log the cleaning, or take other equipment.",
)
def cleaning_is_valid(case: EquipmentCase) -> Iterator[str]:
    """Equipment that is cleaned on a schedule is used until the day its cleaning is due."""
    if not case.needs_cleaning:
        return
    if case.cleaning_due is None:
        yield f"No cleaning of {case.code} is logged."
    elif case.today > case.cleaning_due:
        yield f"The cleaning of {case.code} was due on {case.cleaning_due}."


EQUIPMENT_RULES = (
    it_is_the_kind_asked_for,
    equipment_is_in_service,
    calibration_is_valid,
    cleaning_is_valid,
)


@rule("SUP-21", cite="R-ATMP-16", mend="Work in a room of this grade or a better one.")
def room_is_clean_enough(case: RoomCase) -> Iterator[str]:
    """The room is of the grade the step asks for, or of a better one."""
    if case.asked_grade is not None and not case.grade.suffices_for(case.asked_grade):
        yield f"Room {case.code} is of grade {case.grade}; the step asks for {case.asked_grade}."


@rule("SUP-22", cite="R-ATMP-16", mend="Work in another room, or have it put back in service.")
def room_is_in_service(case: RoomCase) -> Iterator[str]:
    """A room out of service is not used."""
    if not case.in_service:
        yield f"{case.code} is out of service: {case.out_of_service_reason}"


ROOM_RULES = (room_is_clean_enough, room_is_in_service)


@rule("SUP-31", cite="R-ATMP-14", mend="Attach the supplier's certificate, then decide.")
def certificate_is_there(case: ReleaseCase) -> Iterator[str]:
    """A material lot is released with its certificate of analysis."""
    if not case.has_certificate:
        yield f"No certificate of analysis is attached to {case.number}."


@rule("SUP-32", cite="R-ATMP-03; R-ATMP-14", mend="Approve the supplier for it first, or reject.")
def supplier_is_approved(case: ReleaseCase) -> Iterator[str]:
    """A released material comes from a supplier approved for it, under a valid agreement."""
    if case.standing is None:
        yield f"{case.supplier} was never approved for {case.material_code}."
    elif case.standing is Standing.WITHDRAWN:
        yield f"The approval of {case.supplier} for {case.material_code} was withdrawn."
    elif case.agreement_until is None or case.today > case.agreement_until:
        yield f"The agreement with {case.supplier} ended on {case.agreement_until}."


@rule("SUP-33", cite="R-ATMP-14", mend="Reject it.")
def it_is_released_in_date(case: ReleaseCase) -> Iterator[str]:
    """A material lot past its last usable day is not released."""
    if case.today > case.usable_until:
        yield f"{case.number} expired: {case.usable_until} was its last day."


RELEASE_RULES = (certificate_is_there, supplier_is_approved, it_is_released_in_date)

RULES = (*MATERIAL_RULES, *EQUIPMENT_RULES, *ROOM_RULES, *RELEASE_RULES)
"""Every rule of supplies."""
