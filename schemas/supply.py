"""What touches the cells: material lots, equipment, rooms, and each use of them."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from schemas.base import Amount, Code, Contract, Digest, Moment, Text, is_empty
from schemas.master_step import RoomGrade
from schemas.quantity import Unit


class MaterialState(StrEnum):
    """Where a material lot stands (R-ATMP-14)."""

    QUARANTINE = "quarantine"
    RELEASED = "released"
    REJECTED = "rejected"

    @property
    def label(self) -> str:
        """The state as people say it."""
        return self.value.capitalize()


class Standing(StrEnum):
    """Whether a supplier may supply a material."""

    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class CalibrationOutcome(StrEnum):
    """What a calibration found."""

    PASSED = "passed"
    FAILED = "failed"


class EquipmentDeed(StrEnum):
    """What was done to a piece of equipment, as its logbook says it (R-INS-07)."""

    CALIBRATION = "calibration"
    CLEANING = "cleaning"
    OUT_OF_SERVICE = "out_of_service"
    BACK_IN_SERVICE = "back_in_service"

    @property
    def label(self) -> str:
        """The deed as people say it."""
        return self.value.replace("_", " ").capitalize()


class MaterialCase(Contract):
    """A material lot at the moment somebody wants to use some of it: what the rules look at."""

    number: Text
    material_code: Code
    asked_code: Code | None = Field(description="The material the step asks for, if it names one")
    state: MaterialState | None = Field(description="At the moment of use; None: not received yet")
    released_after_use: Text | None = Field(
        default=None, description="When QA released it, if that was after it had been used"
    )
    usable_until: date
    today: date = Field(description="The day in the site's zone at the moment of use")
    unit: Unit
    asked_unit: str
    left: Amount
    quantity: Amount


class EquipmentCase(Contract):
    """A piece of equipment at the moment of use: what the rules look at."""

    code: Code
    kind: Code
    asked_kind: Code | None
    in_service: bool
    out_of_service_reason: str | None
    needs_calibration: bool
    calibration_due: date | None = Field(description="None: never calibrated, or failed last time")
    needs_cleaning: bool
    cleaning_due: date | None
    today: date


class RoomCase(Contract):
    """A room at the moment of use: what the rules look at."""

    code: Code
    grade: RoomGrade
    asked_grade: RoomGrade | None
    in_service: bool
    out_of_service_reason: str | None


class ReleaseCase(Contract):
    """A material lot that QA wants to release: what the rules look at."""

    number: Text
    has_certificate: bool
    supplier: Text
    material_code: Code
    standing: Standing | None = Field(description="None: nobody ever approved this supplier for it")
    agreement_until: date | None
    usable_until: date
    today: date


def _place(lot_number: str, about: str) -> str:
    """Where in a lot something was used, in words: step S110, 1."""
    kind, _, rest = about.removeprefix(f"lot/{lot_number}/").partition("/")
    return f"{kind} {rest.replace('/', ', ')}".rstrip()


class TakenBack(Contract):
    """A use that was booked in error was taken back: by whom, when and why (R-ATMP-07)."""

    at: Moment
    by: Text = Field(description="User name")
    name: Text = Field(description="Full name")
    why: Text


class MaterialUsed(Contract):
    """Some of a material lot, used in a lot: one line of the batch record (R-BR-06)."""

    material_code: Code
    title: Text
    critical: bool
    biological_origin: bool
    number: Text = Field(description="Our number of the material lot")
    supplier: Text
    supplier_lot: Text
    certificate_sha256: Digest | None
    state: MaterialState = Field(description="Of the material lot as it stands now")
    expires_on: date
    usable_until: date
    quantity: Amount
    unit: Unit
    lot_number: Text
    about: Text
    at: Moment
    by: Text = Field(description="User name")
    name: Text = Field(description="Full name")
    taken_back: TakenBack | None = Field(default=None, exclude_if=is_empty)

    @property
    def place(self) -> str:
        """Where in the lot it was used, in words."""
        return _place(self.lot_number, self.about)


class EquipmentUsed(Contract):
    """A piece of equipment used in a lot, with its status at that time (R-BR-04)."""

    code: Code
    kind: Code
    title: Text
    needs_calibration: bool
    calibration_due: date | None
    needs_cleaning: bool
    cleaning_due: date | None
    lot_number: Text
    about: Text
    at: Moment
    by: Text
    name: Text
    taken_back: TakenBack | None = Field(default=None, exclude_if=is_empty)

    @property
    def place(self) -> str:
        """Where in the lot it was used, in words."""
        return _place(self.lot_number, self.about)


class RoomUsed(Contract):
    """A room used in a lot, with its grade at that time (R-ATMP-16)."""

    code: Code
    title: Text
    grade: RoomGrade
    lot_number: Text
    about: Text
    at: Moment
    by: Text
    name: Text
    taken_back: TakenBack | None = Field(default=None, exclude_if=is_empty)

    @property
    def place(self) -> str:
        """Where in the lot it was used, in words."""
        return _place(self.lot_number, self.about)


class LotSupplies(Contract):
    """Everything that touched a lot, in the order it was used (R-ATMP-11).

    What was booked in error and taken back did not touch it, and stays readable.
    """

    lot_number: Text
    materials: tuple[MaterialUsed, ...]
    equipment: tuple[EquipmentUsed, ...]
    rooms: tuple[RoomUsed, ...]
    materials_taken_back: tuple[MaterialUsed, ...] = Field(default=(), exclude_if=is_empty)
    equipment_taken_back: tuple[EquipmentUsed, ...] = Field(default=(), exclude_if=is_empty)
    rooms_taken_back: tuple[RoomUsed, ...] = Field(default=(), exclude_if=is_empty)
