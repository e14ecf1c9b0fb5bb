"""Entries of the steps that make containers of cells, and of the steps that guard them."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.base import Digest, Moment, Text
from schemas.step_entry import Count, StepEntry, Temperature, Volume, refuse_disorder
from schemas.step_kind import StepKind


class FillValues(StepEntry):
    """The formulated suspension filled into its final containers."""

    kind: Literal[StepKind.FILL] = StepKind.FILL
    volume_to_fill_ml: Annotated[Volume, Field(gt=0)] = Field(
        title="Volume before filling",
        description="The formulated suspension, after the samples were taken.",
        json_schema_extra={"unit": "mL"},
    )
    volume_per_container_ml: Annotated[Volume, Field(gt=0)] = Field(
        title="Volume in one container", json_schema_extra={"unit": "mL"}
    )
    containers_filled: Annotated[Count, Field(ge=1)] = Field(
        title="Good containers", description="Filled, closed, inspected and kept."
    )
    containers_rejected: Count = Field(
        default=0,
        title="Containers rejected",
        description="Filled, but leaking, damaged or badly labelled.",
    )
    volume_left_ml: Volume = Field(title="Volume left over", json_schema_extra={"unit": "mL"})
    started_at: Moment = Field(title="Filling started at")
    ended_at: Moment = Field(title="Filling ended at")

    @model_validator(mode="after")
    def _ended_after_started(self) -> Self:
        refuse_disorder(self.started_at, self.ended_at, "filling ended", "started")
        return self


class FreezeValues(StepEntry):
    """Filled containers frozen at a controlled rate and put into vapour of liquid nitrogen."""

    kind: Literal[StepKind.FREEZE] = StepKind.FREEZE
    programme: Text = Field(
        title="Freezing programme", description="Its name and version on the freezer."
    )
    protectant_added_at: Moment = Field(
        title="Cryoprotectant added at", description="When DMSO first touched the cells."
    )
    freezing_started_at: Moment = Field(title="Freezing started at")
    freezing_ended_at: Moment = Field(title="Freezing ended at")
    stored_at: Moment = Field(title="In the nitrogen tank at")
    end_temperature_c: Temperature = Field(
        title="Temperature at the end of the programme",
        description="Of the product probe.",
        json_schema_extra={"unit": "°C"},
    )
    containers_frozen: Annotated[Count, Field(ge=1)] = Field(title="Containers stored")
    containers_lost: Count = Field(
        default=0, title="Containers lost", description="Broken, or not cooled as programmed."
    )
    storage_position: Text = Field(
        title="Storage position", description="Tank, rack, box: T2 / R4 / B01."
    )
    curve_file: Digest | None = Field(
        default=None,
        title="Freezing curve",
        description="The file of the freezer; attach it, its digest is kept (R-BR-20).",
    )

    @model_validator(mode="after")
    def _one_after_the_other(self) -> Self:
        refuse_disorder(
            self.protectant_added_at, self.freezing_started_at, "freezing started", "DMSO added"
        )
        refuse_disorder(
            self.freezing_started_at, self.freezing_ended_at, "freezing ended", "freezing started"
        )
        refuse_disorder(self.freezing_ended_at, self.stored_at, "stored", "freezing ended")
        return self


class SampleValues(StepEntry):
    """A sample taken for quality control (R-BR-11)."""

    kind: Literal[StepKind.SAMPLE] = StepKind.SAMPLE
    taken_at: Moment = Field(title="Taken at")
    volume_per_container_ml: Annotated[Volume, Field(gt=0)] = Field(
        title="Volume in one sample container", json_schema_extra={"unit": "mL"}
    )
    containers: Annotated[Count, Field(ge=1)] = Field(title="Sample containers")
    appearance: Text = Field(
        title="What it looked like", description="Colour, clarity, clumps, and the container."
    )


class HoldValues(StepEntry):
    """Material that waited: from when until when, and how warm it was."""

    kind: Literal[StepKind.HOLD] = StepKind.HOLD
    started_at: Moment = Field(title="Hold started at")
    ended_at: Moment = Field(title="Hold ended at")
    lowest_temperature_c: Temperature = Field(
        title="Lowest temperature", json_schema_extra={"unit": "°C"}
    )
    highest_temperature_c: Temperature = Field(
        title="Highest temperature", json_schema_extra={"unit": "°C"}
    )

    @model_validator(mode="after")
    def _ended_after_started(self) -> Self:
        refuse_disorder(self.started_at, self.ended_at, "the hold ended", "started")
        if self.highest_temperature_c < self.lowest_temperature_c:
            raise ValueError("the highest temperature is below the lowest; check both")
        return self


class LineClearanceValues(StepEntry):
    """The workplace is clear of everything of another lot (R-ATMP-18, R-BR-05)."""

    kind: Literal[StepKind.LINE_CLEARANCE] = StepKind.LINE_CLEARANCE
    previous_lot: Text = Field(
        title="Last lot worked on here", description="From the room's log; none when there is none."
    )
    materials_removed: bool = Field(title="Materials, samples and waste of other lots are removed")
    papers_removed: bool = Field(title="Papers and labels of other lots are removed")
    surfaces_cleaned: bool = Field(title="Surfaces and equipment are cleaned and marked so")
    equipment_fits: bool = Field(title="Equipment is in calibration and set as instructed")
    monitoring_started: bool = Field(title="Environmental monitoring is in place")


class LabelReconciliationValues(StepEntry):
    """Every label that was printed is somewhere (R-ATMP-20, R-BR-12)."""

    kind: Literal[StepKind.LABEL_RECONCILIATION] = StepKind.LABEL_RECONCILIATION
    issued: Count = Field(title="Labels printed", description="As the printer's log says.")
    applied: Count = Field(title="Labels on good containers")
    in_record: Count = Field(title="Labels kept in the record", description="The specimens.")
    destroyed: Count = Field(title="Labels destroyed", description="Damaged, or left over.")
