"""What people and machines send about supplies, and the exact words they sign."""

from datetime import date
from typing import Annotated, Self

from pydantic import Base64Bytes, Field, PositiveInt, model_validator

from schemas.base import Amount, Code, Contract, Digest, Reason, Text
from schemas.master_step import RoomGrade
from schemas.people import Signing
from schemas.quantity import Unit
from schemas.supply import CalibrationOutcome, MaterialState, Standing

Received = Annotated[Amount, Field(gt=0)]


class SentFile(Contract):
    """A file as a machine sends it, in base64."""

    name: Text
    content: Annotated[Base64Bytes, Field(min_length=1, max_length=40_000_000)]


class NewMaterial(Contract):
    """The specification of a material: what it is and what it must be (R-ATMP-03)."""

    code: Code = Field(title="Code", description="As master batch records name it: MAT-AMEM")
    title: Text = Field(title="Name and description")
    unit: Unit = Field(title="Unit", description="In which amounts are received and used")
    critical: bool = Field(
        default=False, title="Critical", description="It may touch the safety of the cells"
    )
    biological_origin: bool = Field(
        default=False, title="Of biological origin", description="Traced for 30 years"
    )
    limits: Text = Field(
        title="What it must be",
        description="Grade and limits, for example: Ph. Eur., sterile, endotoxin below 0.5 EU/ml",
        json_schema_extra={"wide": True},
    )
    testing: Text = Field(
        title="Sampling and testing",
        description="Reference of the procedure, or: certificate of analysis only",
    )
    storage: Text = Field(title="Storage", description="For example: 2 to 8 °C, in the dark")
    storage_days_max: PositiveInt | None = Field(
        None,
        title="Longest storage here",
        description="Days after receipt; empty: until the supplier's expiry date",
        le=36_500,
        json_schema_extra={"unit": "days"},
    )


class ApproveSupplier(Contract):
    """QA approves a supplier for materials, or withdraws the approval."""

    code: Code = Field(title="Supplier code", description="Short and for ever: SUP-BIO")
    name: Text = Field(title="Name and address")
    materials: tuple[Code, ...] = Field(title="For these materials", min_length=1, max_length=200)
    standing: Standing = Field(title="Decision")
    agreement_until: date = Field(
        title="Quality agreement valid until", description="The last valid day"
    )
    evidence: Reason = Field(
        title="Evidence", description="Audit report, questionnaire, agreement: where they are kept"
    )
    signing: Signing


class SupplierWords(Contract):
    """The exact words of a supplier's approval: what is signed."""

    code: Code
    name: Text
    materials: tuple[Code, ...]
    standing: Standing
    agreement_until: date
    evidence: Reason


class ReceiveMaterial(Contract):
    """A material lot that has arrived; it goes into quarantine (R-ATMP-14)."""

    material_code: Code = Field(title="Material")
    supplier_code: Code = Field(title="Supplier")
    supplier_lot: Text = Field(title="Supplier's lot number", description="As on the label")
    quantity: Received = Field(title="Quantity received", description="In the material's unit")
    expires_on: date = Field(
        title="Expiry date", description="The last day it may be used; of a month, its last day"
    )
    storage: Text = Field(title="Where it is kept", description="For example: Cold room 2, shelf A")
    file: SentFile | None = Field(None, title="Certificate of analysis")


class AttachCertificate(Contract):
    """The supplier's certificate, when it comes after the goods."""

    file: SentFile = Field(title="Certificate of analysis")
    version: int = Field(ge=1)


class DecideMaterial(Contract):
    """QA releases or rejects a material lot."""

    state: MaterialState = Field(title="Decision")
    reason: Reason = Field(
        title="Reason", description="What was looked at: label, certificate, limits, transport"
    )
    version: int = Field(ge=1)
    signing: Signing

    @model_validator(mode="after")
    def _decides(self) -> Self:
        if self.state is MaterialState.QUARANTINE:
            raise ValueError("A decision releases or rejects; quarantine is where it stands now.")
        return self


class MaterialWords(Contract):
    """The exact words of a decision on a material lot: what is signed."""

    number: Text
    material_code: Code
    title: Text
    supplier: Text
    supplier_lot: Text
    certificate_sha256: Digest | None
    quantity: Amount
    unit: Unit
    expires_on: date
    usable_until: date
    state: MaterialState
    reason: Reason


class NewEquipment(Contract):
    """A piece of equipment; until it is calibrated and cleaned the rules refuse it."""

    code: Code = Field(title="Number of the equipment", description="As on its label: BSC-01")
    kind: Code = Field(title="Kind", description="As master batch records name it: EQ-BSC")
    title: Text = Field(title="Name", description="Maker, model, serial number")
    room: Code | None = Field(None, title="Room")
    needs_calibration: bool = Field(default=False, title="Needs calibration")
    needs_cleaning: bool = Field(default=False, title="Needs cleaning on a schedule")


class LogCalibration(Contract):
    """A calibration of a piece of equipment, and until when it holds."""

    done_on: date = Field(title="Done on")
    outcome: CalibrationOutcome = Field(
        title="Outcome",
        description="Failed: it goes out of service, and the lots it served are looked at. "
        "After a passed one, put it back in service.",
    )
    due_on: date | None = Field(
        None,
        title="Next due",
        description="If it passed: the last day it may be used without another",
    )
    words: Reason = Field(title="By whom, by which procedure, number of the certificate")
    file: SentFile | None = Field(None, title="Certificate")
    version: int = Field(ge=1)


class LogCleaning(Contract):
    """A cleaning of a piece of equipment, and until when it holds."""

    done_on: date = Field(title="Done on")
    due_on: date = Field(
        title="Next due", description="The last day it may be used without another cleaning"
    )
    words: Reason = Field(title="Agent and procedure")
    file: SentFile | None = Field(None, title="Evidence")
    version: int = Field(ge=1)


class ChangeService(Contract):
    """Equipment or a room goes out of service, or comes back."""

    in_service: bool = Field(default=False, title="In service")
    reason: Reason = Field(title="Reason")
    version: int = Field(ge=1)


class NewRoom(Contract):
    """A room and the grade it is qualified for (R-ATMP-16)."""

    code: Code = Field(title="Number of the room", description="As on its door: R-101")
    title: Text = Field(title="Name")
    grade: RoomGrade = Field(title="Grade", description="The grade it is qualified for")
