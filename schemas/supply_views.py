"""The stores as screens and machines see them."""

from datetime import date

from pydantic import Field

from schemas.base import Amount, Code, Contract, Digest, Moment, Text
from schemas.master_step import RoomGrade
from schemas.quantity import Unit
from schemas.supply import (
    EquipmentDeed,
    EquipmentUsed,
    MaterialState,
    MaterialUsed,
    RoomUsed,
    Standing,
)


class MaterialLotView(Contract):
    """A material lot as screens and machines see it."""

    number: Text
    material_code: Code
    title: Text
    critical: bool
    biological_origin: bool
    supplier_code: Code
    supplier: Text
    supplier_lot: Text
    certificate_sha256: Digest | None
    certificate_name: str | None
    received: Amount
    used: Amount
    left: Amount
    unit: Unit
    received_at: Moment
    received_by: Text
    expires_on: date
    usable_until: date
    days_left: int = Field(description="0 on the last usable day; below 0 it has expired")
    storage: Text
    state: MaterialState
    decision_reason: str | None
    version: int

    @property
    def expired(self) -> bool:
        """Whether its last usable day is over."""
        return self.days_left < 0

    @property
    def ref(self) -> str:
        """How the trail refers to it."""
        return f"material/{self.number}"


class EquipmentView(Contract):
    """A piece of equipment as screens and machines see it."""

    code: Code
    kind: Code
    title: Text
    room: Code | None
    in_service: bool
    out_of_service_reason: str | None
    needs_calibration: bool
    calibration_due: date | None
    calibration_days_left: int | None
    needs_cleaning: bool
    cleaning_due: date | None
    cleaning_days_left: int | None
    version: int

    @property
    def usable(self) -> bool:
        """Whether no rule would refuse it today."""
        return self.in_service and not self.calibration_lapsed and not self.cleaning_lapsed

    @property
    def calibration_lapsed(self) -> bool:
        """Whether it needs a calibration before it is used again."""
        left = self.calibration_days_left
        return self.needs_calibration and (left is None or left < 0)

    @property
    def cleaning_lapsed(self) -> bool:
        """Whether it needs cleaning before it is used again."""
        left = self.cleaning_days_left
        return self.needs_cleaning and (left is None or left < 0)


class RoomView(Contract):
    """A room as screens and machines see it."""

    code: Code
    title: Text
    grade: RoomGrade
    in_service: bool
    out_of_service_reason: str | None
    version: int


class SupplySearch(Contract):
    """What to look for in the stores."""

    words: str = Field(
        "", title="Search", description="Number, code, name or supplier's lot", max_length=100
    )
    everything: bool = Field(
        default=False, title="Show used up and rejected lots and what is out of date too"
    )


class SupplyOverview(Contract):
    """The stores: material lots, equipment and rooms."""

    materials: tuple[MaterialLotView, ...]
    more_materials: bool = Field(description="There are more; search for them")
    equipment: tuple[EquipmentView, ...]
    rooms: tuple[RoomView, ...]


class MaterialView(Contract):
    """A material and what it must be, as screens and machines see it (R-ATMP-03)."""

    code: Code
    title: Text
    unit: Unit
    critical: bool
    biological_origin: bool
    limits: Text
    testing: Text
    storage: Text
    storage_days_max: int | None


class SupplierView(Contract):
    """The decision on a supplier for one material, as it stands."""

    code: Code
    name: Text
    material_code: Code
    standing: Standing
    agreement_until: date
    evidence: Text


class Catalogue(Contract):
    """Every material known here, and who may supply it."""

    materials: tuple[MaterialView, ...]
    approvals: tuple[SupplierView, ...]


class LogbookLine(Contract):
    """One line of the logbook of a piece of equipment."""

    deed: EquipmentDeed
    done_on: date
    passed: bool
    due_on: date | None
    words: str
    evidence_sha256: Digest | None
    evidence_name: str | None
    at: Moment
    name: Text


class EquipmentPage(Contract):
    """A piece of equipment with its logbook and its newest uses."""

    equipment: EquipmentView
    logbook: tuple[LogbookLine, ...]
    uses: tuple[EquipmentUsed, ...] = Field(description="The newest, the last one first")
    more_uses: bool = Field(default=False, description="There are older ones")


class MaterialPage(Contract):
    """A material lot with its uses and the lots it touched."""

    material: MaterialLotView
    uses: tuple[MaterialUsed, ...]
    lots: tuple[str, ...]


class RoomPage(Contract):
    """A room with its newest uses."""

    room: RoomView
    uses: tuple[RoomUsed, ...] = Field(description="The newest, the last one first")
    more_uses: bool = Field(default=False, description="There are older ones")
