"""Whether what is entered at a step can be: materials, equipment, cells, containers."""

from collections import Counter
from collections.abc import Iterator

from app.expansion.book import taken_of
from app.rulebook import rule
from schemas.expansion_facts import BenchCase, CorrectionCase, StepCase
from schemas.lot import ContainerState, Stage
from schemas.master_step import Step
from schemas.step import (
    CountedCells,
    FeedValues,
    FillValues,
    FreezeValues,
    HarvestValues,
    LineClearanceValues,
    SampleValues,
    SeedValues,
    StepKind,
    ThawValues,
)


@rule("EXP-34", cite="R-ATMP-18; R-BR-05", mend="Clear the workplace, then do it again.")
def the_line_is_clear(case: BenchCase) -> Iterator[str]:
    """A line clearance with a point answered no lets nothing begin."""
    if isinstance(case.values, LineClearanceValues):
        for name, info in LineClearanceValues.model_fields.items():
            if info.annotation is bool and not getattr(case.values, name):
                yield f"Not so: {info.title}."


@rule("EXP-35", cite="R-BR-06; R-ATMP-11", mend="Scan what the step asks for, and nothing else.")
def materials_are_those_of_the_step(case: BenchCase) -> Iterator[str]:
    """Each material the step needs is scanned, and none that it does not name."""
    asked = {each.code: each for each in case.step.materials}
    used = {each.code for each in case.done.materials}
    for code, need in asked.items():
        if need.minimum > 0 and code not in used:
            yield f"{code} was not scanned."
    for code in sorted(used - set(asked)):
        yield f"{code} is not a material of {case.step.code}."


@rule("EXP-36", cite="R-BR-04", mend="Scan each piece of equipment the step asks for.")
def equipment_is_that_of_the_step(case: BenchCase) -> Iterator[str]:
    """Each kind of equipment the step needs is scanned, and none that it does not name."""
    used = {each.kind for each in case.done.equipment}
    for kind in case.step.equipment:
        if kind not in used:
            yield f"{kind} was not scanned."
    for kind in sorted(used - set(case.step.equipment)):
        yield f"{kind} is not equipment of {case.step.code}."


@rule("EXP-37", cite="R-ATMP-20", mend="Check both volumes.")
def no_more_than_was_counted(case: BenchCase) -> Iterator[str]:
    """No more is seeded and filled, in all, than the counted suspension held."""
    taken = taken_of(case.values)
    if taken is None or case.counted_ml is None:
        return
    if taken + case.taken_ml > case.counted_ml:
        others = f", {case.taken_ml:f} mL at other steps" if case.taken_ml else ""
        yield (
            f"{taken:f} mL were entered{others}; the suspension counted had {case.counted_ml:f} mL."
        )


@rule("EXP-38", cite="R-ATMP-20; R-BR-19", mend="Count the vessels again.")
def no_more_vessels_than_were_seeded(case: BenchCase) -> Iterator[str]:
    """No more vessels are harvested or discarded than were seeded."""
    if case.vessels_seeded is None:
        return
    now = 0
    if isinstance(case.values, HarvestValues):
        now = case.values.vessels_harvested + case.values.vessels_discarded
    elif isinstance(case.values, FeedValues):
        now = case.values.vessels_discarded
    if now + case.vessels_gone > case.vessels_seeded:
        yield (
            f"{case.vessels_seeded} vessels were seeded, {case.vessels_gone} of them were gone "
            f"before; {now} cannot be there."
        )


@rule("EXP-39", cite="R-ATMP-18; R-BR-06", mend="Stop. Put back what is not of this lot.")
def thawed_are_those_the_lot_starts_from(case: StepCase) -> Iterator[str]:
    """Exactly the containers the lot was started from are thawed."""
    if not isinstance(case.values, ThawValues):
        return
    wanted = {each.container.number for each in case.sources}
    scanned = Counter(case.values.containers)
    for number in sorted(set(scanned) - wanted):
        yield f"{number} is not one of the containers this lot starts from."
    for number in sorted(wanted - set(scanned)):
        yield f"{number} was not scanned."
    for number, times in scanned.items():
        if times > 1:
            yield f"{number} was scanned {times} times."


@rule("EXP-40", cite="R-ATMP-15; R-ATMP-24", mend="Keep it frozen and call QA.")
def bank_may_still_be_used(case: StepCase) -> Iterator[str]:
    """What is thawed is in store, in date, and of a lot that is still certified."""
    if not isinstance(case.values, ThawValues):
        return
    for each in case.sources:
        facts = each.container
        if facts.state is not ContainerState.IN_STORE:
            yield f"{facts.number} is “{facts.state.label}”, not in store."
        if facts.expires_at is not None and case.now >= facts.expires_at:
            yield f"{facts.number} expired at {case.lot.local(facts.expires_at)}."
        if each.stage is not Stage.CERTIFIED or each.held:
            held = " and held" if each.held else ""
            yield f"{facts.number}: its lot is “{each.stage.label}”{held}."


@rule("EXP-41", cite="R-ATMP-22; R-ATMP-20", mend="Scan each container, once.")
def containers_are_named(case: BenchCase) -> Iterator[str]:
    """What leaves the store of this lot, as a sample or lost, is named container by container."""
    asked = containers_asked(case)
    scanned = case.done.containers
    if len(set(scanned)) != len(scanned) or len(scanned) != asked:
        yield f"{len(set(scanned))} containers were scanned; {asked} leave the store."
    in_store = {each.number for each in case.own if each.state is ContainerState.IN_STORE}
    for number in scanned:
        if number not in in_store and number not in case.taken_here:
            yield f"{number} is not a container of this lot in store."


def taken_to(step: Step) -> ContainerState:
    """Where a container goes that a step takes out of the store."""
    if step.kind is StepKind.FREEZE:
        return ContainerState.DESTROYED
    kept = step.sample is not None and step.sample.retention
    return ContainerState.RETENTION if kept else ContainerState.CONSUMED


def containers_asked(case: BenchCase) -> int:
    """How many containers of the lot leave its store at this step."""
    if isinstance(case.values, SampleValues) and case.own:
        return case.values.containers
    if isinstance(case.values, FreezeValues):
        return case.values.containers_lost
    return 0


@rule("EXP-42", cite="R-BR-03; R-EXP-04", mend="Check the time; or correct the seeding.")
def grown_after_seeding(case: BenchCase) -> Iterator[str]:
    """Cells are fed and harvested after they were seeded."""
    if case.seeded_at is None or case.step.kind not in {StepKind.FEED, StepKind.HARVEST}:
        return
    for each in case.times:
        if each <= case.seeded_at:
            yield (
                f"{case.lot.local(each)} is not after the seeding, "
                f"at {case.lot.local(case.seeded_at)}."
            )


PLAINLY_WRONG = 2
"""Twice as much is no error of measurement; what is nearer is kept and opens a deviation."""


@rule("EXP-43", cite="R-ATMP-20; R-A11D-07", mend="Count the containers and look at the volumes.")
def no_more_is_filled_than_can_be(case: BenchCase) -> Iterator[str]:
    """Not twice as many containers are filled as the master makes, or the volume is enough for.

    Each of them gets a number for ever: a digit too many would make hundreds.
    """
    values, plan = case.values, case.step.containers
    if not isinstance(values, FillValues) or plan is None:
        return
    made = values.containers_filled + values.containers_rejected
    if made > PLAINLY_WRONG * plan.maximum:
        yield f"{made} containers were entered; the master makes {plan.maximum} at most."
    filled = made * values.volume_per_container_ml
    if filled > PLAINLY_WRONG * values.volume_to_fill_ml:
        yield (
            f"{made} containers of {values.volume_per_container_ml:f} mL are {filled:f} mL; "
            f"{values.volume_to_fill_ml:f} mL were there."
        )


RULES = (
    the_line_is_clear,
    materials_are_those_of_the_step,
    equipment_is_that_of_the_step,
    no_more_than_was_counted,
    no_more_vessels_than_were_seeded,
    thawed_are_those_the_lot_starts_from,
    bank_may_still_be_used,
    containers_are_named,
    grown_after_seeding,
    no_more_is_filled_than_can_be,
)


@rule("EXP-56", cite="R-ATMP-11; R-ATMP-07", mend="Report a deviation instead.")
def containers_are_not_undone(case: CorrectionCase) -> Iterator[str]:
    """A correction never takes back how many containers were made, thawed, sampled or lost."""
    was, now = case.was, case.values
    kept: tuple[tuple[str, object, object], ...] = ()
    if isinstance(was, FillValues) and isinstance(now, FillValues):
        kept = (("good containers", was.containers_filled, now.containers_filled),)
    elif isinstance(was, ThawValues) and isinstance(now, ThawValues):
        kept = (("containers thawed", sorted(was.containers), sorted(now.containers)),)
    elif isinstance(was, FreezeValues) and isinstance(now, FreezeValues):
        kept = (("containers lost", was.containers_lost, now.containers_lost),)
    elif isinstance(was, SampleValues) and isinstance(now, SampleValues):
        kept = (("sample containers", was.containers, now.containers),)
    for what, before, after in kept:
        if before != after:
            yield f"The {what} cannot be corrected here: {before} was entered, now {after}."


@rule("EXP-57", cite="R-ATMP-22; R-ATMP-07", mend="Report a deviation instead.")
def what_is_given_back_is_still_there(case: CorrectionCase) -> Iterator[str]:
    """A container named in error is put back in store from where this step put it, only."""
    states = {each.number: each.state for each in case.own}
    for number in case.taken_here:
        state = states.get(number)
        if number not in case.done.containers and state is not taken_to(case.step):
            yield f"{number} is “{state.label if state else 'unknown'}” by now: it stays so."


@rule("EXP-59", cite="R-ATMP-20; R-EXP-02", mend="Correct the later step first.")
def later_steps_still_hold(case: CorrectionCase) -> Iterator[str]:
    """What later steps took of a suspension, or did with vessels, was there to begin with."""
    values, later = case.values, case.later
    if isinstance(values, CountedCells) and later.taken_ml > values.suspension_volume_ml:
        yield (
            f"Later steps took {later.taken_ml:f} mL of this suspension; "
            f"{values.suspension_volume_ml:f} mL cannot be all of it."
        )
    if isinstance(values, SeedValues) and later.vessels > values.vessels:
        yield (
            f"Later steps harvested or discarded {later.vessels} of these vessels; "
            f"{values.vessels} cannot be all of them."
        )
    opened = later.grown_from
    if isinstance(values, SeedValues) and opened is not None and opened <= values.seeded_at:
        yield f"Vessels were fed or harvested at {case.lot.local(opened)}: seeded before that."


CORRECTION_RULES = (
    the_line_is_clear,
    materials_are_those_of_the_step,
    equipment_is_that_of_the_step,
    no_more_than_was_counted,
    no_more_vessels_than_were_seeded,
    containers_are_named,
    grown_after_seeding,
    no_more_is_filled_than_can_be,
    containers_are_not_undone,
    what_is_given_back_is_still_there,
    later_steps_still_hold,
)
