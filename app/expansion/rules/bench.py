"""Whether what is entered at a step can be: materials, equipment, cells, containers."""

from collections import Counter
from collections.abc import Iterator

from app.rulebook import rule
from schemas.expansion_facts import CorrectionCase, StepCase
from schemas.lot import ContainerState, Stage
from schemas.step import (
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
def the_line_is_clear(case: StepCase) -> Iterator[str]:
    """A line clearance with a point answered no lets nothing begin."""
    if isinstance(case.values, LineClearanceValues):
        for name, info in LineClearanceValues.model_fields.items():
            if info.annotation is bool and not getattr(case.values, name):
                yield f"Not so: {info.title}."


@rule("EXP-35", cite="R-BR-06; R-ATMP-11", mend="Scan what the step asks for, and nothing else.")
def materials_are_those_of_the_step(case: StepCase) -> Iterator[str]:
    """Each material the step needs is scanned, and none that it does not name."""
    asked = {each.code: each for each in case.step.materials}
    used = {each.code for each in case.done.materials}
    for code, need in asked.items():
        if need.minimum > 0 and code not in used:
            yield f"{code} was not scanned."
    for code in sorted(used - set(asked)):
        yield f"{code} is not a material of {case.step.code}."


@rule("EXP-36", cite="R-BR-04", mend="Scan each piece of equipment the step asks for.")
def equipment_is_that_of_the_step(case: StepCase) -> Iterator[str]:
    """Each kind of equipment the step needs is scanned, and none that it does not name."""
    used = {each.kind for each in case.done.equipment}
    for kind in case.step.equipment:
        if kind not in used:
            yield f"{kind} was not scanned."
    for kind in sorted(used - set(case.step.equipment)):
        yield f"{kind} is not equipment of {case.step.code}."


@rule("EXP-37", cite="R-ATMP-20", mend="Check both volumes.")
def no_more_than_was_counted(case: StepCase) -> Iterator[str]:
    """No more is seeded or filled than the counted suspension held."""
    taken = None
    if isinstance(case.values, SeedValues):
        taken = case.values.volume_seeded_ml
    elif isinstance(case.values, FillValues):
        taken = case.values.volume_to_fill_ml
    if taken is not None and case.counted_ml is not None and taken > case.counted_ml:
        yield f"{taken:f} ml were entered; the suspension counted had {case.counted_ml:f} ml."


@rule("EXP-38", cite="R-ATMP-20; R-BR-19", mend="Count the vessels again.")
def no_more_vessels_than_were_seeded(case: StepCase) -> Iterator[str]:
    """No more vessels are harvested or discarded than were seeded."""
    if case.vessels_seeded is None:
        return
    now = 0
    if isinstance(case.values, HarvestValues):
        now = case.values.vessels_harvested + case.values.vessels_discarded
    elif isinstance(case.values, FeedValues):
        now = case.values.vessels_discarded
    if now + case.vessels_discarded > case.vessels_seeded:
        yield (
            f"{case.vessels_seeded} vessels were seeded and {case.vessels_discarded} discarded; "
            f"{now} cannot be there."
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
            yield f"{facts.number} expired at {facts.expires_at:%Y-%m-%d %H:%M} UTC."
        if each.stage is not Stage.CERTIFIED or each.held:
            held = " and held" if each.held else ""
            yield f"{facts.number}: its lot is “{each.stage.label}”{held}."


@rule("EXP-41", cite="R-ATMP-22; R-ATMP-20", mend="Scan each container, once.")
def containers_are_named(case: StepCase) -> Iterator[str]:
    """What leaves the store of this lot, as a sample or lost, is named container by container."""
    asked = containers_asked(case)
    scanned = case.done.containers
    if len(set(scanned)) != len(scanned) or len(scanned) != asked:
        yield f"{len(set(scanned))} containers were scanned; {asked} leave the store."
    in_store = {each.number for each in case.own if each.state is ContainerState.IN_STORE}
    for number in scanned:
        if number not in in_store:
            yield f"{number} is not a container of this lot in store."


def containers_asked(case: StepCase) -> int:
    """How many containers of the lot leave its store at this step."""
    if isinstance(case.values, SampleValues) and case.own:
        return case.values.containers
    if isinstance(case.values, FreezeValues):
        return case.values.containers_lost
    return 0


@rule("EXP-42", cite="R-BR-03; R-EXP-04", mend="Check the time; or correct the seeding.")
def grown_after_seeding(case: StepCase) -> Iterator[str]:
    """Cells are fed and harvested after they were seeded."""
    if case.seeded_at is None or case.step.kind not in {StepKind.FEED, StepKind.HARVEST}:
        return
    for each in case.times:
        if each <= case.seeded_at:
            yield (
                f"{each:%Y-%m-%d %H:%M} UTC is not after the seeding, "
                f"at {case.seeded_at:%Y-%m-%d %H:%M} UTC."
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
)


@rule("EXP-56", cite="R-ATMP-11; R-ATMP-07", mend="Report a deviation instead.")
def containers_are_not_undone(case: CorrectionCase) -> Iterator[str]:
    """A correction never takes back containers that were made, thawed, sampled or lost."""
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


CORRECTION_RULES = (containers_are_not_undone,)
