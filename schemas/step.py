"""What a person enters at a step, and what is calculated from it.

A person enters what they saw: counts, volumes, times. Totals are calculated, never typed
(R-SPEC-13, R-EXP-13). Times are moments in UTC; the screen turns the clock on the wall into one.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from schemas.base import Code, Contract, Text
from schemas.step_cells import (
    CountCellsValues,
    CountedCells,
    FeedValues,
    HarvestValues,
    SeedValues,
    ThawValues,
)
from schemas.step_entry import StepEntry
from schemas.step_kind import CALCULATED, FORMULAS, Calculated, StepKind, calculated_names
from schemas.step_product import (
    FillValues,
    FreezeValues,
    HoldValues,
    LabelReconciliationValues,
    LineClearanceValues,
    SampleValues,
)

__all__ = [
    "CALCULATED",
    "FORMULAS",
    "STEP_VALUES",
    "VALUES_OF",
    "Calculated",
    "ChooseValues",
    "ConfirmValues",
    "CountCellsValues",
    "CountedCells",
    "FeedValues",
    "FillValues",
    "FreezeValues",
    "HarvestValues",
    "HoldValues",
    "LabelReconciliationValues",
    "LineClearanceValues",
    "MeasureValues",
    "NamedValue",
    "SampleValues",
    "SeedValues",
    "StepEntry",
    "StepKind",
    "StepValues",
    "ThawValues",
    "calculated_names",
]


class ConfirmValues(StepEntry):
    """The step was done as the instruction says."""

    kind: Literal[StepKind.CONFIRM] = StepKind.CONFIRM
    confirmed: Literal[True] = Field(
        title="Done as instructed", description="Only what was done can be confirmed."
    )


class NamedValue(Contract):
    """One field of the master, as it was entered: text, kept digit for digit."""

    code: Code
    value: Text


class _FieldsOfTheMaster(StepEntry):
    values: tuple[NamedValue, ...] = Field(
        title="Values", description="One value for each field the master asks for.", min_length=1
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        codes = [each.code for each in self.values]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} was entered more than once")
        return self


class MeasureValues(_FieldsOfTheMaster):
    """Measured values; the master names the fields, their units and limits."""

    kind: Literal[StepKind.MEASURE] = StepKind.MEASURE


class ChooseValues(_FieldsOfTheMaster):
    """Choices; the master names the fields and what can be chosen."""

    kind: Literal[StepKind.CHOOSE] = StepKind.CHOOSE


StepValues = Annotated[
    ConfirmValues
    | MeasureValues
    | ChooseValues
    | CountCellsValues
    | SeedValues
    | FeedValues
    | HarvestValues
    | ThawValues
    | FillValues
    | FreezeValues
    | SampleValues
    | HoldValues
    | LineClearanceValues
    | LabelReconciliationValues,
    Field(discriminator="kind"),
]
"""What a person enters at a step, by the kind of the step."""

STEP_VALUES: TypeAdapter[StepValues] = TypeAdapter(StepValues)
"""Reads a stored entry of any kind."""

VALUES_OF: dict[StepKind, type[StepEntry]] = {
    StepKind.CONFIRM: ConfirmValues,
    StepKind.MEASURE: MeasureValues,
    StepKind.CHOOSE: ChooseValues,
    StepKind.COUNT_CELLS: CountCellsValues,
    StepKind.SEED: SeedValues,
    StepKind.FEED: FeedValues,
    StepKind.HARVEST: HarvestValues,
    StepKind.THAW: ThawValues,
    StepKind.FILL: FillValues,
    StepKind.FREEZE: FreezeValues,
    StepKind.SAMPLE: SampleValues,
    StepKind.HOLD: HoldValues,
    StepKind.LINE_CLEARANCE: LineClearanceValues,
    StepKind.LABEL_RECONCILIATION: LabelReconciliationValues,
}
"""The contract a form is drawn from, for each kind of step."""
