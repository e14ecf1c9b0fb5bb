"""What the master asks for at each step, in words: the frame of every entry (R-BR-02)."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.masters.limits import words_of
from app.record.words import plain
from schemas.master import MasterBatchRecord
from schemas.master_step import MaterialUse, Step, TimeWindow
from schemas.quantity import apart, with_unit
from schemas.step_kind import CALCULATED


@dataclass(frozen=True)
class AskedLimit:
    """A limit of the master: on what, in words, and what is done when it is missed."""

    title: str
    limit: str
    critical: bool
    action: str
    source: str


@dataclass(frozen=True)
class AskedStep:
    """What one step asks for beside its instruction."""

    code: str
    needs: tuple[str, ...]
    limits: tuple[AskedLimit, ...]


def asked_steps(master: MasterBatchRecord) -> tuple[AskedStep, ...]:
    """Every step of the master in its order."""
    return tuple(
        AskedStep(step.code, tuple(_needs(step, master)), tuple(_limits(step)))
        for _, step in master.steps()
    )


def _needs(step: Step, master: MasterBatchRecord) -> Iterator[str]:
    open_to_air = ", open" if step.open_processing else ""
    yield f"{step.role.value.replace('_', ' ')}, grade {step.room_grade.value}{open_to_air}"
    if step.second_person:
        yield "second person"
    if (step.repeat.minimum, step.repeat.maximum) != (1, 1):
        yield f"{step.repeat.minimum} to {step.repeat.maximum} times"
    yield from (_material(each, master) for each in step.materials)
    if step.equipment:
        yield ", ".join(step.equipment)
    if step.cells_from:
        yield f"cells by the count of {step.cells_from}"
    if step.seeded_in:
        yield f"vessels of {step.seeded_in}"
    if step.sample:
        yield f"sample {step.sample.sample_point}: {step.sample.quantity}, {step.sample.storage}"
    if step.containers:
        plan = step.containers
        yield f"{plan.minimum} to {plan.maximum} × {plan.kind.value}; label: {plan.label}"


def _material(use: MaterialUse, master: MasterBatchRecord) -> str:
    unit = master.material(use.code).unit
    least = plain(use.minimum)
    if use.maximum is None:
        return f"{use.code} at least {with_unit(least, unit)}"
    return f"{use.code} {least} to {with_unit(plain(use.maximum), unit)}"


def _limits(step: Step) -> Iterator[AskedLimit]:
    calculated = {each.name: each for each in CALCULATED[step.kind]}
    for limit in step.limits:
        value = calculated[limit.name]
        says = words_of(limit.acceptance, value.unit)
        if limit.theoretical is not None:
            says += f"; expected {limit.theoretical}"
        yield AskedLimit(value.title, apart(says), limit.critical, limit.action, limit.source)
    for field in step.fields:
        if field.limited:
            says = words_of(field.acceptance, field.unit)
            yield AskedLimit(
                field.title, apart(says), field.critical, field.action or "", field.source or ""
            )
    for window in step.windows:
        yield AskedLimit("Time", _time(window), window.critical, window.action, window.source)


def _time(window: TimeWindow) -> str:
    bounds = (
        (window.not_before_minutes, "not before"),
        (window.not_after_minutes, "not after"),
    )
    said = [f"{words} {minutes} min" for minutes, words in bounds if minutes is not None]
    return f"{', '.join(said)} from {window.after_step}"
