"""Rules on a master batch record: can its steps be done, in order, and is each one guarded."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from app.people.permissions import MAY
from app.rulebook import rule
from schemas.base import digest_of
from schemas.master import Bundle, FromParentLot, RoomGrade, Step
from schemas.master_step import InProcessLimit
from schemas.quantity import Unit
from schemas.specification import (
    Acceptance,
    AtLeast,
    AtMost,
    Between,
    EqualsOneOf,
    Informative,
    LessThan,
    MoreThan,
)
from schemas.step_kind import StepKind, calculated_names

OPEN_GRADES = frozenset({RoomGrade.A, RoomGrade.B})
MATERIAL_UNITS = frozenset(
    {
        Unit.ONE,
        Unit.LITRE,
        Unit.MILLILITRE,
        Unit.MICROLITRE,
        Unit.KILOGRAM,
        Unit.GRAM,
        Unit.MILLIGRAM,
        Unit.IU,
    }
)
COUNTED = frozenset({StepKind.COUNT_CELLS, StepKind.HARVEST, StepKind.THAW})


def limit_on(step: Step, name: str) -> InProcessLimit | None:
    """The step's limit on this calculated value, if it has one."""
    return next((each for each in step.limits if each.name == name), None)


def highest(acceptance: Acceptance) -> Decimal | None:
    """The highest value that is accepted; None where there is no such end."""
    if isinstance(acceptance, AtMost | LessThan):
        return Decimal(acceptance.limit)
    return Decimal(acceptance.high) if isinstance(acceptance, Between) else None


def lowest(acceptance: Acceptance) -> Decimal | None:
    """The lowest value that is accepted; None where there is no such end."""
    if isinstance(acceptance, AtLeast | MoreThan):
        return Decimal(acceptance.limit)
    return Decimal(acceptance.low) if isinstance(acceptance, Between) else None


def _twice(codes: list[str]) -> list[str]:
    return sorted(code for code, often in Counter(codes).items() if often > 1)


@rule("MAS-01", cite="R-ATMP-02; R-ATMP-04", mend="Correct the codes so that all three agree.")
def documents_name_each_other(bundle: Bundle) -> Iterator[str]:
    """The product, its specification and its master name each other."""
    product, specification, master = bundle.product, bundle.specification, bundle.master
    named = (
        ("product names specification", product.specification_code, specification.code),
        ("product names master", product.master_code, master.code),
        ("specification names product", specification.product_code, product.code),
        ("master names product", master.product_code, product.code),
        ("master names specification", master.specification_code, specification.code),
    )
    for says, code, is_code in named:
        if code != is_code:
            yield f"The {says} {code}, but this one is {is_code}."


@rule("MAS-02", cite="R-ATMP-04; R-BR-02", mend="Number phases and steps in the order of work.")
def codes_are_unique_and_in_order(bundle: Bundle) -> Iterator[str]:
    """Phases, steps, materials and equipment have codes of their own, and steps rise in order."""
    master = bundle.master
    steps = [step.code for _, step in master.steps()]
    listed = {
        "Step": steps,
        "Phase": [each.code for each in master.phases],
        "Material": [each.code for each in master.materials],
        "Equipment": [each.code for each in master.equipment],
    }
    for what, codes in listed.items():
        for code in _twice(codes):
            yield f"{what} {code} stands twice."
    for earlier, later in pairwise(steps):
        if later < earlier:
            yield f"Step {later} comes after {earlier}, but its code sorts before it."


@rule("MAS-03", cite="R-ATMP-18; R-BR-05", mend="Begin with a line clearance: no point open.")
def begins_with_line_clearance(bundle: Bundle) -> Iterator[str]:
    """The first step is a line clearance in which no point may stay open."""
    _, first = next(bundle.master.steps())
    if first.kind is not StepKind.LINE_CLEARANCE:
        yield f"The first step {first.code} is no line clearance."
    for _, step in bundle.master.steps():
        if step.kind is not StepKind.LINE_CLEARANCE:
            continue
        limit = limit_on(step, "points_not_clear")
        if limit is None or highest(limit.acceptance) != 0:
            yield f"Line clearance {step.code} does not ask that points_not_clear is at most 0."


@rule("MAS-04", cite="R-ATMP-19; R-BR-14", mend="Give it a limit, or ask for a second person.")
def critical_steps_are_guarded(bundle: Bundle) -> Iterator[str]:
    """Every critical step has a limit or a second person."""
    for _, step in bundle.master.steps():
        limited = bool(step.limits or step.windows or any(each.limited for each in step.fields))
        if step.critical and not (limited or step.second_person):
            yield f"Step {step.code} is critical, and nothing in it can fail."


@rule("MAS-05", cite="R-ATMP-04; R-ATMP-14", mend="List it in the master, or correct the code.")
def materials_and_equipment_are_listed(bundle: Bundle) -> Iterator[str]:
    """A step uses only materials and equipment of the master, and the master lists none in vain."""
    master = bundle.master
    listed = {
        "Material": ([each.code for each in master.materials], set[str]()),
        "Equipment": ([each.code for each in master.equipment], set[str]()),
    }
    for _, step in master.steps():
        used = {
            "Material": [each.code for each in step.materials],
            "Equipment": list(step.equipment),
        }
        for what, codes in used.items():
            known, seen = listed[what]
            seen.update(codes)
            for code in codes:
                if code not in known:
                    yield f"{what} {code} of step {step.code} is not listed in the master."
            for code in _twice(codes):
                yield f"{what} {code} stands twice in step {step.code}."
    for what, (known, seen) in listed.items():
        for code in sorted(set(known) - seen):
            yield f"{what} {code} is listed, and no step uses it."


@rule("MAS-06", cite="R-EXP-01; R-EXP-13", mend="Name an earlier step of the right kind.")
def steps_refer_back(bundle: Bundle) -> Iterator[str]:
    """A time window, a count and a seeding that a step refers to stand before it."""
    earlier: dict[str, StepKind] = {}
    for _, step in bundle.master.steps():
        for window in step.windows:
            if window.after_step not in earlier:
                yield f"Time of step {step.code} counts from {window.after_step}, not before it."
        if step.cells_from and earlier.get(step.cells_from) not in COUNTED:
            yield f"Step {step.code} takes cells from {step.cells_from}: no count before it."
        if step.seeded_in and earlier.get(step.seeded_in) is not StepKind.SEED:
            yield f"Step {step.code} is of the vessels of {step.seeded_in}: no seeding before it."
        earlier[step.code] = step.kind


@rule("MAS-14", cite="R-EXP-01; R-EXP-03", mend="Name the count, or say doublings_counted: false.")
def doublings_have_a_start(bundle: Bundle) -> Iterator[str]:
    """Doublings are counted only where the cells that were seeded had been counted."""
    seeds = {step.code: step for _, step in bundle.master.steps() if step.kind is StepKind.SEED}
    for _, step in bundle.master.steps():
        seed = seeds.get(step.seeded_in or "")
        counts = step.kind is StepKind.HARVEST and step.doublings_counted
        if counts and seed is not None and seed.cells_from is None:
            yield f"Harvest {step.code} counts doublings; {seed.code} seeds uncounted cells."


@rule("MAS-07", cite="R-ATMP-19; R-SPEC-08", mend="Use a calculated value of this kind of step.")
def limits_are_on_calculated_values(bundle: Bundle) -> Iterator[str]:
    """An in-process limit is a number on a value this kind of step calculates."""
    for _, step in bundle.master.steps():
        names = calculated_names(step.kind)
        for limit in step.limits:
            if limit.name not in names:
                known = ", ".join(names) or "none"
                yield f"Step {step.code} limits {limit.name}; a {step.kind} step has: {known}."
            if isinstance(limit.acceptance, EqualsOneOf | Informative):
                yield f"Step {step.code} gives {limit.name} no number to keep to."
        for name in _twice([each.name for each in step.limits]):
            yield f"Step {step.code} limits {name} twice."


@rule("MAS-08", cite="R-SPEC-06; R-SPEC-08", mend="Use one unit for one thing; % lies in 0 to 100.")
def units_agree(bundle: Bundle) -> Iterator[str]:
    """Materials are counted, measured or weighed; a field has one unit; per cents end at 100."""
    for material in bundle.master.materials:
        if material.unit not in MATERIAL_UNITS:
            yield f"Material {material.code} is in {material.unit}: no volume, mass or number."
    units: dict[str, Unit | None] = {}
    for _, step in bundle.master.steps():
        for field in step.fields:
            if units.setdefault(field.code, field.unit) != field.unit:
                yield f"Field {field.code} of step {step.code} has another unit than before."
            if field.unit is Unit.PERCENT and not _in_hundred(field.acceptance):
                yield f"The limit of field {field.code} of step {step.code} is not within 0 to 100."
        for limit in step.limits:
            if limit.name == "viability_percent" and not _in_hundred(limit.acceptance):
                yield f"The viability limit of step {step.code} is not within 0 to 100."


def _in_hundred(acceptance: Acceptance) -> bool:
    ends = (lowest(acceptance), highest(acceptance))
    return all(end is None or 0 <= end <= 100 for end in ends)  # noqa: PLR2004 -- per cent


@rule("MAS-09", cite="R-BR-14; design, who it is for", mend="Give the step to a role that may.")
def roles_may_perform(bundle: Bundle) -> Iterator[str]:
    """A step is done by a role that may perform steps."""
    for _, step in bundle.master.steps():
        if step.role not in MAY["step.perform"]:
            yield f"Step {step.code} is for {step.role}, who may not perform steps."


@rule("MAS-10", cite="R-ATMP-16", mend="Do the step in grade A or B, or close it and say so.")
def open_steps_are_in_clean_rooms(bundle: Bundle) -> Iterator[str]:
    """Open processing is done in grade A within B; only closed steps may be in C or D."""
    for _, step in bundle.master.steps():
        if step.open_processing and step.room_grade not in OPEN_GRADES:
            yield f"Step {step.code} is open, in a room of grade {step.room_grade}."


@rule("MAS-11", cite="R-ATMP-11; R-ATMP-14", mend="Flag it critical, and have it scanned.")
def biological_materials_are_traced(bundle: Bundle) -> Iterator[str]:
    """What is of biological origin is critical, and critical materials are scanned."""
    critical = {each.code for each in bundle.master.materials if each.critical}
    for material in bundle.master.materials:
        if material.biological_origin and not material.critical:
            yield f"Material {material.code} is of biological origin and not flagged critical."
    for _, step in bundle.master.steps():
        for use in step.materials:
            if use.code in critical and not use.scan:
                yield f"Critical material {use.code} of step {step.code} is not scanned."


@rule("MAS-12", cite="R-ATMP-15; R-ATMP-13", mend="Thaw what comes from a bank, and only that.")
def start_and_thaw_agree(bundle: Bundle) -> Iterator[str]:
    """A lot that starts from a frozen parent lot is thawed before anything grows; no other is."""
    steps = [step for _, step in bundle.master.steps()]
    thaws = [step.code for step in steps if step.kind is StepKind.THAW]
    if isinstance(bundle.master.starting_from, FromParentLot):
        kinds = [step.kind for step in steps]
        first_seed = kinds.index(StepKind.SEED) if StepKind.SEED in kinds else len(kinds)
        if StepKind.THAW not in kinds[:first_seed]:
            yield "The lot starts from containers of a parent lot, and no step thaws them first."
    elif thaws:
        yield f"The lot starts from donations, but step {thaws[0]} thaws a bank."


@rule("MAS-13", cite="R-BR-02", mend="Tell the two steps apart, or delete one.")
def no_step_is_written_twice(bundle: Bundle) -> Iterator[str]:
    """No two steps are the same but for their code."""
    seen: dict[str, str] = {}
    for _, step in bundle.master.steps():
        words = digest_of({name: value for name, value in step.plain().items() if name != "code"})
        if words in seen:
            yield f"Step {step.code} is the same as {seen[words]}."
        seen.setdefault(words, step.code)


RULES = (
    documents_name_each_other,
    codes_are_unique_and_in_order,
    begins_with_line_clearance,
    critical_steps_are_guarded,
    materials_and_equipment_are_listed,
    steps_refer_back,
    doublings_have_a_start,
    limits_are_on_calculated_values,
    units_agree,
    roles_may_perform,
    open_steps_are_in_clean_rooms,
    biological_materials_are_traced,
    start_and_thaw_agree,
    no_step_is_written_twice,
)
