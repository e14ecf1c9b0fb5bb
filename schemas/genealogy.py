"""Genealogy: everything before and after a donor, a donation, a material, a lot or a container."""

from enum import StrEnum

from pydantic import AwareDatetime, ConfigDict, Field

from schemas.base import Contract, Text
from schemas.lot import ContainerState, Stage


class NodeKind(StrEnum):
    """What stands in a genealogy."""

    DONOR = "donor"
    DONATION = "donation"
    MATERIAL = "material"
    LOT = "lot"
    CONTAINER = "container"
    PATIENT = "patient"

    @property
    def label(self) -> str:
        """The kind as people say it."""
        return "Material lot" if self is NodeKind.MATERIAL else self.value.capitalize()


class Node(Contract):
    """One thing: what it is, its number, and how it stands."""

    kind: NodeKind
    number: Text
    title: Text
    state: str | None = None

    @property
    def ref(self) -> str:
        """As the trail refers to it."""
        return f"{self.kind.value}/{self.number}"


class Branch(Contract):
    """A node with what lies beyond it; what was shown before is not opened again."""

    node: Node
    note: str | None = Field(default=None, description="How much of it went, where it is known")
    branches: tuple["Branch", ...] = ()
    shown_before: bool = False


class PatientLine(Contract):
    """One container that left for a patient, and where it is now (R-ATMP-34).

    Its words are of the record and were checked when they were written, and its moment is read in
    UTC; a recall reads thousands of lines, and shows also one that was altered from outside.
    """

    model_config = ConfigDict(str_strip_whitespace=False)

    patient_code: str
    treating_site: str
    order_number: str
    contact: str
    container: str
    lot_number: str
    product_name: str
    lot_stage: Stage
    lot_held: bool
    state: ContainerState
    last_event_at: AwareDatetime


class ContainerCount(Contract):
    """How many containers of a lot are where."""

    lot_number: Text
    product_name: Text
    state: ContainerState
    count: int


class Genealogy(Contract):
    """Everything upstream and downstream of one thing (R-ATMP-10, R-ATMP-11)."""

    start: Node
    upstream: tuple[Branch, ...] = Field(description="What it came from, nearest first")
    downstream: tuple[Branch, ...] = Field(description="What became of it, nearest first")
    lots: tuple[Text, ...] = Field(description="Every lot that it went into, itself included")
    patients: tuple[PatientLine, ...]
    containers: tuple[ContainerCount, ...]
