"""One step of a master batch record: what is done, by whom, with what, within which limits."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, PositiveInt, model_validator

from schemas.base import Amount, Code, Contract, LongText, Text
from schemas.people import Role
from schemas.product import ContainerKind
from schemas.quantity import DecimalText, Unit
from schemas.specification import Acceptance, EqualsOneOf, Informative
from schemas.step_kind import StepKind

Minutes = Annotated[int, Field(ge=0, le=525_600)]


class RoomGrade(StrEnum):
    """The grade of the room around the step; an open step stands in A within it (R-ATMP-16)."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    UNCLASSIFIED = "unclassified"

    def suffices_for(self, asked: "RoomGrade") -> bool:
        """Whether a room of this grade is at least as clean as the one asked for."""
        order = list(RoomGrade)
        return order.index(self) <= order.index(asked)


class FieldKind(StrEnum):
    """What a field of a measure or choose step takes."""

    NUMBER = "number"
    CHOICE = "choice"
    TEXT = "text"
    TIME = "time"


class StepField(Contract):
    """One field a person fills in at a measure or choose step."""

    code: Code
    title: Text
    hint: Text | None = None
    kind: FieldKind
    unit: Unit | None = Field(default=None, description="Of a number; 1 for a plain count.")
    choices: tuple[Text, ...] = ()
    acceptance: Acceptance = Informative()
    critical: bool = Field(default=False, description="A missed limit holds the lot (R-ATMP-19).")
    action: Text | None = Field(default=None, description="What to do when the limit is missed.")
    source: Text | None = Field(default=None, description="Where the limit comes from.")

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        wrong = _wrong_field(self)
        if wrong:
            raise ValueError(f"field {self.code}: {wrong}")
        return self

    @property
    def limited(self) -> bool:
        """Whether the field has a limit at all."""
        return not isinstance(self.acceptance, Informative)


def _wrong_field(field: StepField) -> str | None:
    number, choice = field.kind is FieldKind.NUMBER, field.kind is FieldKind.CHOICE
    words = isinstance(field.acceptance, EqualsOneOf)
    wrong: tuple[tuple[bool, str], ...] = (
        (number != (field.unit is not None), "a number needs a unit, and only a number has one"),
        (choice != bool(field.choices), "a choice needs choices, and only a choice has them"),
        (field.limited and not (number or choice), "only a number or a choice can have a limit"),
        (number and words, "a number is accepted by a limit or a range, not by words"),
        (choice and field.limited and not words, "a choice is accepted by equals_one_of"),
        (field.limited and not field.action, "a limit needs an action: what to do when missed"),
        (field.limited and not field.source, "a limit needs a source: where it comes from"),
    )
    for found, says in wrong:
        if found:
            return says
    if isinstance(field.acceptance, EqualsOneOf):
        unknown = [each for each in field.acceptance.accepted if each not in field.choices]
        return f"{', '.join(unknown)} is not among its choices" if unknown else None
    return None


class InProcessLimit(Contract):
    """A limit on a calculated value of the step (R-ATMP-19, R-BR-08, R-BR-10)."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,59}$")] = Field(
        description="One of the calculated values of this kind of step."
    )
    acceptance: Acceptance
    critical: bool = Field(default=False, description="A missed limit holds the lot.")
    action: Text = Field(description="What to do when the limit is missed.")
    source: Text
    theoretical: DecimalText | None = Field(
        default=None,
        description="The expected value; the record prints the actual as a percentage of it.",
    )


class MaterialUse(Contract):
    """A material this step takes, and how much, in the unit the master names for it."""

    code: Code
    minimum: Annotated[Amount, Field(ge=0)] = Decimal(0)
    maximum: Annotated[Amount, Field(gt=0)] | None = None
    scan: bool = Field(default=True, description="The lot is scanned, not picked from a list.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"material {self.code}: the minimum is above the maximum")
        return self


class TimeWindow(Contract):
    """When this step may happen, counted from the end of an earlier one."""

    after_step: Code
    not_before_minutes: Minutes | None = None
    not_after_minutes: Minutes | None = None
    critical: bool = False
    action: Text = Field(description="What to do when the time is missed.")
    source: Text

    @model_validator(mode="after")
    def _a_limit_in_order(self) -> Self:
        first, last = self.not_before_minutes, self.not_after_minutes
        if first is None and last is None:
            raise ValueError("name not_before_minutes, not_after_minutes or both")
        if first is not None and last is not None and first > last:
            raise ValueError("not_before_minutes is after not_after_minutes")
        return self


class Repeat(Contract):
    """How often the step is done: feeds, between the first and the last that are allowed."""

    minimum: Annotated[int, Field(ge=0, le=100)] = 1
    maximum: Annotated[int, Field(ge=1, le=100)] = 1

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.minimum > self.maximum:
            raise ValueError("repeat: the minimum is above the maximum")
        return self


class SamplePlan(Contract):
    """The sample this step takes; criteria are read on its sample point."""

    sample_point: Code
    title: Text
    quantity: Text = Field(description="In words: 2 x 1 ml in cryovials.")
    storage: Text = Field(description="How it waits for the laboratory.")
    retention: bool = Field(default=False, description="Kept, not tested (R-ATMP-22).")


class ContainerPlan(Contract):
    """The containers this step makes."""

    kind: ContainerKind
    minimum: PositiveInt
    maximum: PositiveInt
    label: Text = Field(description="What is printed on each beside the lot's own facts.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.minimum > self.maximum:
            raise ValueError("containers: the minimum is above the maximum")
        return self


class Step(Contract):
    """One step, as the master asks for it."""

    code: Code
    kind: StepKind
    title: Text
    instruction: LongText = Field(description="Plain text; an empty line begins a paragraph.")
    role: Role = Role.OPERATOR
    second_person: bool = Field(default=False, description="Someone else checks it (R-BR-14).")
    critical: bool = False
    open_processing: bool = Field(
        default=False, description="Cells or what touches them are open to the air (R-ATMP-16)."
    )
    room_grade: RoomGrade
    materials: tuple[MaterialUse, ...] = ()
    equipment: tuple[Code, ...] = ()
    fields: tuple[StepField, ...] = ()
    limits: tuple[InProcessLimit, ...] = ()
    windows: tuple[TimeWindow, ...] = ()
    repeat: Repeat = Repeat()
    cells_from: Code | None = Field(
        default=None,
        description="Seed, fill: the earlier step whose count says how many cells there are. "
        "None where pieces of tissue are seeded: their cells are not known (R-EXP-03).",
    )
    seeded_in: Code | None = Field(
        default=None, description="Feed, harvest: the seed step whose vessels these are."
    )
    doublings_counted: bool = Field(
        default=True,
        description="Harvest: no at a P0 whose seeded stromal cells are not known (R-EXP-03).",
    )
    sample: SamplePlan | None = None
    containers: ContainerPlan | None = None

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        wrong = _wrong_step(self)
        if wrong:
            raise ValueError(f"step {self.code} ({self.kind}): {wrong}")
        return self


_ASKS_FIELDS = frozenset({StepKind.MEASURE, StepKind.CHOOSE})
_MAKES_CONTAINERS = frozenset({StepKind.FILL})
_TAKES_COUNTED_CELLS = frozenset({StepKind.SEED, StepKind.FILL})
_NEEDS_SEED = frozenset({StepKind.FEED, StepKind.HARVEST})


def _wrong_step(step: Step) -> str | None:
    asked: tuple[tuple[bool, bool, str], ...] = (
        (step.kind in _ASKS_FIELDS, bool(step.fields), "fields"),
        (step.kind is StepKind.SAMPLE, step.sample is not None, "sample"),
        (step.kind in _MAKES_CONTAINERS, step.containers is not None, "containers"),
        (step.kind in _NEEDS_SEED, step.seeded_in is not None, "seeded_in"),
    )
    for needed, given, name in asked:
        if needed != given:
            return f"{name} is missing" if needed else f"{name} does not belong to this kind"
    return _wrong_cells(step) or _wrong_fields(step)


def _wrong_cells(step: Step) -> str | None:
    if step.kind is StepKind.FILL and step.cells_from is None:
        return "cells_from is missing: name the count of the suspension that is filled"
    if step.cells_from is not None and step.kind not in _TAKES_COUNTED_CELLS:
        return "cells_from does not belong to this kind"
    return None


def _wrong_fields(step: Step) -> str | None:
    kinds = {each.kind for each in step.fields}
    if step.kind is StepKind.CHOOSE and kinds != {FieldKind.CHOICE}:
        return "all its fields are choices; use a measure step for the others"
    codes = [each.code for each in step.fields]
    return "a field code is used twice" if len(set(codes)) != len(codes) else None
