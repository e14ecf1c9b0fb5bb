"""A master batch record: how one product is made, step by step, as an approved document.

The record of a lot is an exact copy of it, filled in (R-ATMP-04, R-BR-02). A lot freezes the
version it starts on, by digest.
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from schemas.base import Code, Contract, LongText, Text
from schemas.master_step import (
    ContainerPlan,
    FieldKind,
    InProcessLimit,
    MaterialUse,
    Repeat,
    RoomGrade,
    SamplePlan,
    Step,
    StepField,
    TimeWindow,
)
from schemas.product import Product
from schemas.quantity import Unit
from schemas.specification import Specification

__all__ = [
    "Bundle",
    "ContainerPlan",
    "EquipmentNeed",
    "FieldKind",
    "FromDonations",
    "FromParentLot",
    "InProcessLimit",
    "MasterBatchRecord",
    "MaterialNeed",
    "MaterialUse",
    "Phase",
    "Repeat",
    "RoomGrade",
    "SamplePlan",
    "StartingFrom",
    "Step",
    "StepField",
    "TimeWindow",
]


class FromDonations(Contract):
    """The lot starts from donations received here."""

    kind: Literal["donations"] = "donations"
    minimum: PositiveInt = 1
    maximum: PositiveInt = Field(default=1, description="More than one is a pool of donors.")


class FromParentLot(Contract):
    """The lot starts from containers of a certified lot of another product, a bank."""

    kind: Literal["parent_lot"] = "parent_lot"
    product_code: Code
    minimum_containers: PositiveInt = 1
    maximum_containers: PositiveInt = 1


StartingFrom = Annotated[FromDonations | FromParentLot, Field(discriminator="kind")]


class MaterialNeed(Contract):
    """A material the master uses, with the unit its amounts are in (R-ATMP-14)."""

    code: Code
    title: Text
    critical: bool = Field(description="Critical raw material: it may touch the cells' safety.")
    biological_origin: bool = Field(default=False, description="Kept for 30 years (R-ATMP-11).")
    unit: Unit


class EquipmentNeed(Contract):
    """A kind of equipment the master uses."""

    code: Code
    title: Text


class Phase(Contract):
    """A part of the process: receipt, P0, P1, filling."""

    code: Code
    title: Text
    passage: Annotated[int, Field(ge=0, le=50)] | None = Field(
        default=None, description="The passage number, when the phase grows cells."
    )
    steps: tuple[Step, ...] = Field(min_length=1, max_length=200)


class MasterBatchRecord(Contract):
    """How one product is made, in one version."""

    code: Code
    version: PositiveInt
    title: Text
    product_code: Code
    specification_code: Code
    effective_from: date
    batch_size: Text = Field(description="In words: one donation gives 8 to 24 vials (R-ATMP-04).")
    starting_from: StartingFrom
    precautions: LongText
    materials: tuple[MaterialNeed, ...] = Field(min_length=1)
    equipment: tuple[EquipmentNeed, ...] = Field(min_length=1)
    phases: tuple[Phase, ...] = Field(min_length=1, max_length=50)
    sources: tuple[Text, ...] = Field(min_length=1)

    def steps(self) -> Iterator[tuple[Phase, Step]]:
        """Every step with its phase, in the order they are done."""
        for phase in self.phases:
            for step in phase.steps:
                yield phase, step

    def step(self, code: str) -> Step:
        """The step with this code.

        Raises:
            KeyError: the master has no such step.
        """
        for _, step in self.steps():
            if step.code == code:
                return step
        raise KeyError(code)

    def material(self, code: str) -> MaterialNeed:
        """The material with this code.

        Raises:
            KeyError: the master names no such material.
        """
        for each in self.materials:
            if each.code == code:
                return each
        raise KeyError(code)


class Bundle(Contract):
    """What a lot is made by: a product, its specification and its master, each in one version."""

    product: Product
    specification: Specification
    master: MasterBatchRecord
