"""Whether a step may be performed: in its turn, by this person, on this lot, at this time.

What can still be prevented is refused; what has already happened (a time passed, a limit missed,
an amount outside) is kept as it was and opens a deviation: a record that refuses the truth is lied
to.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from app.rulebook import rule
from schemas.expansion_facts import (
    CheckCase,
    CorrectionCase,
    LotCase,
    PlaceCase,
    StepCase,
    WorkerCase,
)
from schemas.lot import LotFacts, Stage
from schemas.master_step import Step

LATE_AFTER = timedelta(minutes=30)
"""An entry made later than this says why (R-ATMP-07)."""


def words(places: tuple[PlaceCase, ...]) -> str:
    """Steps and times as people say them."""
    return ", ".join(f"{each.step} “{each.title}” ({each.occurrence})" for each in places)


def role_words(worker: WorkerCase, step: Step) -> Iterator[str]:
    """What is wrong with the role of a person at a step."""
    if step.role not in worker.roles:
        held = ", ".join(each.label for each in worker.roles)
        yield f"{step.code} is done in the role {step.role.label}; you are {held}."


def training_words(worker: WorkerCase, lot: LotFacts) -> Iterator[str]:
    """What is wrong with the training of a person on the master of a lot."""
    if not worker.trained:
        yield (
            f"You are not trained on {lot.master.code} version {lot.master.version}, "
            "or your training has lapsed."
        )


def stage_words(lot: LotFacts) -> Iterator[str]:
    """Why the production of this lot takes no more entries."""
    if lot.stage is not Stage.IN_PRODUCTION:
        yield f"{lot.number} is “{lot.stage.label}”: its production takes no more entries."


def minute(moment: datetime) -> datetime:
    """A moment without its seconds: what is typed has none."""
    return moment.replace(second=0, microsecond=0)


@rule("EXP-21", cite="R-P11-06; R-ATMP-04", mend="Do the step that is open first.")
def in_its_turn(case: StepCase) -> Iterator[str]:
    """Steps are done in the order of the master, each as often as it allows."""
    place = (case.step.code, case.done.occurrence)
    if place not in {(each.step, each.occurrence) for each in case.open_places}:
        now = words(case.open_places) or "nothing: every step is done"
        yield f"{case.step.code} ({case.done.occurrence}) is not open. Open now: {now}."


@rule("EXP-22", cite="R-BR-14", mend="Have the second person check it first.")
def earlier_steps_are_checked(case: StepCase) -> Iterator[str]:
    """No step begins while an earlier entry waits for its second person."""
    if case.to_check:
        yield f"Not checked yet: {words(case.to_check)}."


@rule("EXP-23", cite="R-P11-07; R-ATMP-04", mend="Have it done in the right role.")
def in_the_role_of_the_step(case: StepCase) -> Iterator[str]:
    """A step is done in the role its master names."""
    yield from role_words(case.worker, case.step)


@rule("EXP-24", cite="R-P11-09", mend="Be trained on this version first.")
def performer_is_trained(case: StepCase) -> Iterator[str]:
    """Who performs a step is trained, on that day, on the version of the master of the lot."""
    yield from training_words(case.worker, case.lot)


@rule("EXP-25", cite="R-ATMP-17", mend="Pass a media fill and have it recorded as training.")
def open_cells_need_a_media_fill(case: StepCase) -> Iterator[str]:
    """Who works on open cells has passed a media fill that is valid on that day."""
    if case.step.open_processing and not case.worker.aseptic:
        yield f"{case.step.code} is open processing, and no valid media fill of yours is recorded."


@rule("EXP-26", cite="R-ATMP-19", mend="QA settles the reason and lets the lot go on.")
def lot_is_not_held(case: StepCase) -> Iterator[str]:
    """Nothing is done to a lot that is held."""
    if case.lot.held:
        yield f"{case.lot.number} is held: {case.lot.hold_reason}"


@rule("EXP-27", cite="R-QP-09; R-ATMP-13", mend="The lot cannot go on; QA rejects it.")
def lot_is_in_date(case: StepCase) -> Iterator[str]:
    """Nothing is done to a lot after its expiry."""
    expires = case.lot.expires_at
    if expires is not None and case.now >= expires:
        yield f"{case.lot.number} expired at {case.lot.local(expires)}."


@rule("EXP-28", cite="R-P11-06", mend="Report a deviation instead.")
def lot_is_in_production(case: StepCase) -> Iterator[str]:
    """Steps are performed on lots in production."""
    yield from stage_words(case.lot)


@rule("EXP-29", cite="R-ATMP-15; R-EXP-02", mend="The lot cannot go on; QA rejects it.")
def cells_are_not_too_old(case: StepCase) -> Iterator[str]:
    """No step follows once the cells have doubled more often than the product allows."""
    limit = case.maximum_doublings
    if case.doublings is not None and case.doublings > limit:
        yield f"The cells have doubled {case.doublings:f} times in all; {limit:f} at most."


@rule("EXP-30", cite="R-DI-14", mend="Enter when it was, not when it will be.")
def nothing_lies_in_the_future(case: StepCase) -> Iterator[str]:
    """No time of an entry lies after the moment it is entered."""
    for each in sorted({case.performed_at, *case.times}):
        if each > case.now:
            yield f"{case.lot.local(each)} is still to come; it is {case.lot.local(case.now)}."


@rule("EXP-31", cite="R-P11-06; R-ATMP-07", mend="Check the time; or correct the earlier step.")
def not_before_the_step_before(case: StepCase) -> Iterator[str]:
    """A step is not done before the one before it, nor before the lot was started."""
    before = case.last_done_at or case.lot.started_at
    if minute(case.performed_at) < minute(before):
        yield (
            f"Done at {case.lot.local(case.performed_at)}, before what was done last, "
            f"at {case.lot.local(before)}."
        )
    for each in case.times:
        if minute(each) < minute(case.lot.started_at):
            yield f"{case.lot.local(each)} is before the lot was started."
        if minute(each) > minute(case.performed_at):
            yield (
                f"{case.lot.local(each)} is after the step was done, "
                f"at {case.lot.local(case.performed_at)}."
            )


@rule("EXP-32", cite="R-ATMP-07; R-DI-14", mend="Say why it is entered late.")
def late_entry_says_why(case: StepCase) -> Iterator[str]:
    """What is entered more than 30 minutes after it was done says why."""
    late = case.now - case.performed_at
    if late > LATE_AFTER and case.done.late_reason is None:
        yield f"Done {int(late.total_seconds() // 60)} minutes ago, and no reason was given."


@rule("EXP-33", cite="R-ATMP-04; R-BR-03", mend="Wait until then.")
def not_too_early(case: StepCase) -> Iterator[str]:
    """A step that has to wait for an earlier one is not done while there is time to wait."""
    for each in case.windows:
        wait = each.window.not_before_minutes
        if wait is None:
            continue
        opens = each.ended_at + timedelta(minutes=wait)
        if case.now < opens:
            yield (
                f"Not before {case.lot.local(opens)}: {wait} minutes after "
                f"{each.window.after_step} “{each.title}”."
            )


TURN = (in_its_turn, earlier_steps_are_checked)
RULES = (
    *TURN,
    in_the_role_of_the_step,
    performer_is_trained,
    open_cells_need_a_media_fill,
    lot_is_not_held,
    lot_is_in_date,
    lot_is_in_production,
    cells_are_not_too_old,
    nothing_lies_in_the_future,
    not_before_the_step_before,
    late_entry_says_why,
    not_too_early,
)


@rule("EXP-51", cite="R-BR-14; R-P11-09", mend="Have it checked by someone trained.")
def checker_is_able(case: CheckCase) -> Iterator[str]:
    """Who checks a step could have done it: in its role, trained on its master."""
    yield from role_words(case.worker, case.step)
    yield from training_words(case.worker, case.lot)


@rule("EXP-52", cite="R-P11-06", mend="Report a deviation instead.")
def checked_in_production(case: CheckCase) -> Iterator[str]:
    """A step is checked while its lot is in production."""
    yield from stage_words(case.lot)


CHECK_RULES = (checker_is_able, checked_in_production)


@rule("EXP-53", cite="R-ATMP-07; R-P11-09", mend="Have it corrected by someone trained.")
def corrector_is_able(case: CorrectionCase) -> Iterator[str]:
    """Who corrects an entry could have made it: in its role, trained on its master."""
    yield from role_words(case.worker, case.step)
    yield from training_words(case.worker, case.lot)


@rule("EXP-54", cite="R-ATMP-07", mend="Report a deviation instead.")
def corrected_before_endorsement(case: LotCase) -> Iterator[str]:
    """An entry is corrected until production is endorsed; after that nothing is moved."""
    yield from stage_words(case.lot)


@rule("EXP-55", cite="R-DI-14", mend="Enter when it was.")
def correction_keeps_to_the_past(case: CorrectionCase) -> Iterator[str]:
    """A corrected time lies between the start of the lot and now."""
    for each in sorted({case.performed_at, *case.times}):
        if each > case.now:
            yield f"{case.lot.local(each)} is still to come."
        if minute(each) < minute(case.lot.started_at):
            yield f"{case.lot.local(each)} is before the lot was started."


@rule("EXP-58", cite="R-P11-06; R-ATMP-07", mend="Correct the other step first, or check.")
def correction_keeps_the_order(case: CorrectionCase) -> Iterator[str]:
    """A corrected step still lies between the step before it and the step after it."""
    done = minute(case.performed_at)
    if done < minute(case.not_before):
        yield (
            f"Done at {case.lot.local(done)}, before what was done before it, "
            f"at {case.lot.local(case.not_before)}."
        )
    if case.not_after is not None and done > minute(case.not_after):
        yield (
            f"Done at {case.lot.local(done)}, after what was done after it, "
            f"at {case.lot.local(case.not_after)}."
        )
    for each in case.times:
        if minute(each) > done:
            yield (f"{case.lot.local(each)} is after the step was done, at {case.lot.local(done)}.")


CORRECTION_RULES = (
    corrector_is_able,
    corrected_before_endorsement,
    correction_keeps_to_the_past,
    correction_keeps_the_order,
)
