"""Entries of the steps that grow cells: count, seed, feed, harvest, thaw."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.base import Amount, Moment, Text
from schemas.step_entry import (
    Count,
    Numbers,
    Percent,
    SquareCounts,
    StepEntry,
    Volume,
    refuse_disorder,
)
from schemas.step_kind import StepKind


class CountedCells(StepEntry):
    """Cells counted in a chamber: the raw counts of the same squares, live and dead."""

    live_by_square: SquareCounts = Field(
        title="Live cells, square by square",
        description="One number for each large square, with spaces between: 52 47 49 55.",
    )
    dead_by_square: SquareCounts = Field(
        title="Dead cells, square by square",
        description="The same squares in the same order; 0 where there is none: 2 0 1 3.",
    )
    dilution: Annotated[Amount, Field(ge=1, le=10_000)] = Field(
        title="Dilution factor",
        description="With the dye: 1 part in 2 is 2. 1 when nothing was added.",
    )
    suspension_volume_ml: Annotated[Volume, Field(gt=0)] = Field(
        title="Volume of the suspension",
        description="The whole suspension the sample was taken from.",
        json_schema_extra={"unit": "mL"},
    )

    @model_validator(mode="after")
    def _same_squares(self) -> Self:
        live, dead = len(self.live_by_square), len(self.dead_by_square)
        if live != dead:
            raise ValueError(
                f"live cells were counted in {live} squares and dead cells in {dead}; "
                "enter one number of each for every square"
            )
        return self


class CountCellsValues(CountedCells):
    """A cell count on its own."""

    kind: Literal[StepKind.COUNT_CELLS] = StepKind.COUNT_CELLS


class SeedValues(StepEntry):
    """Cells put into culture vessels. How many cells follows from the count named by the master."""

    kind: Literal[StepKind.SEED] = StepKind.SEED
    volume_seeded_ml: Annotated[Volume, Field(gt=0)] = Field(
        title="Volume of suspension seeded",
        description="In all vessels together, of the suspension that was counted.",
        json_schema_extra={"unit": "mL"},
    )
    vessels: Annotated[Count, Field(ge=1)] = Field(
        title="Vessels seeded", description="How many flasks or stacks."
    )
    area_per_vessel_cm2: Annotated[Amount, Field(gt=0, le=100_000)] = Field(
        title="Growth area of one vessel",
        description="As printed by its maker, for example 175 or 636.",
        json_schema_extra={"unit": "cm²"},
    )
    medium_per_vessel_ml: Annotated[Volume, Field(gt=0)] = Field(
        title="Medium in one vessel", json_schema_extra={"unit": "mL"}
    )
    seeded_at: Moment = Field(
        title="Seeded at", description="When the vessels went into the incubator."
    )


class FeedValues(StepEntry):
    """A medium exchange, with what was seen through the microscope."""

    kind: Literal[StepKind.FEED] = StepKind.FEED
    volume_removed_ml: Volume = Field(
        title="Medium removed",
        description="From all vessels together.",
        json_schema_extra={"unit": "mL"},
    )
    volume_added_ml: Volume = Field(
        title="Fresh medium added",
        description="To all vessels together.",
        json_schema_extra={"unit": "mL"},
    )
    confluence_percent: Percent = Field(
        title="Confluence",
        description="Estimated over three fields of view.",
        json_schema_extra={"unit": "%"},
    )
    vessels_discarded: Count = Field(
        default=0, title="Vessels discarded", description="Say why in the remark."
    )
    appearance: Text = Field(
        title="What was seen",
        description="Shape of the cells, floating cells, colour and clarity of the medium.",
    )
    fed_at: Moment = Field(title="Fed at")


class HarvestValues(CountedCells):
    """Cells detached and counted: the end of a passage."""

    kind: Literal[StepKind.HARVEST] = StepKind.HARVEST
    confluence_percent: Percent = Field(
        title="Confluence before detaching",
        description="Estimated over three fields of view.",
        json_schema_extra={"unit": "%"},
    )
    vessels_harvested: Annotated[Count, Field(ge=1)] = Field(title="Vessels harvested")
    vessels_discarded: Count = Field(
        default=0, title="Vessels discarded", description="Say why in the remark."
    )
    enzyme_added_at: Moment = Field(title="Detaching enzyme added at")
    enzyme_stopped_at: Moment = Field(title="Enzyme stopped at")

    @model_validator(mode="after")
    def _stopped_after_added(self) -> Self:
        refuse_disorder(
            self.enzyme_added_at, self.enzyme_stopped_at, "the enzyme was stopped", "added"
        )
        return self


class ThawValues(CountedCells):
    """Frozen containers thawed and counted."""

    kind: Literal[StepKind.THAW] = StepKind.THAW
    containers: Numbers = Field(
        title="Containers thawed", description="Scan each vial or bag, one after the other."
    )
    removed_at: Moment = Field(title="Taken out of storage at")
    thawed_at: Moment = Field(
        title="Thawed at", description="When the last ice was gone and the cells were diluted."
    )

    @model_validator(mode="after")
    def _thawed_after_removed(self) -> Self:
        refuse_disorder(
            self.removed_at, self.thawed_at, "the cells were thawed", "taken out of storage"
        )
        return self
