"""Deeds of production: start a lot, perform, check and correct its steps, endorse the whole.

What was done is said once, by who did it; totals are never entered. A form that was opened before
somebody else acted names what it saw (an occurrence, an entry, a digest) and is refused.
"""

from typing import Annotated

from pydantic import BeforeValidator, Field, PositiveInt

from schemas.base import Amount, Code, Contract, Digest, LongText, Moment, Reason, Text
from schemas.chain_of_identity import ChainOfIdentity
from schemas.identification import DonationCode
from schemas.people import Signing
from schemas.step import StepValues


def _scanned(entered: object) -> object:
    """Split what was scanned into one box: spaces, commas or new lines between the numbers."""
    if isinstance(entered, str):
        return tuple(entered.replace(",", " ").replace(";", " ").split())
    if isinstance(entered, list | tuple) and all(isinstance(each, str) for each in entered):
        return _scanned(" ".join(entered))
    return entered


Scanned = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9._/-]{1,60}$")], ...],
    BeforeValidator(_scanned),
    Field(max_length=200),
]
"""Numbers scanned one after the other; none is fine."""


class UsedDonation(Contract):
    """How much of a donation goes into the lot."""

    donation: DonationCode
    quantity: Annotated[Amount, Field(gt=0)] = Field(
        title="Quantity", description="In the unit it was received in."
    )


class StartLot(Contract):
    """A lot is started: from donations, or from containers of a certified parent lot."""

    product_code: Code = Field(title="Product")
    master_version: PositiveInt = Field(
        title="Version of the master", description="The one that was on the screen (R-ATMP-02)."
    )
    donations: tuple[UsedDonation, ...] = Field(
        default=(), title="Donations", max_length=50, json_schema_extra={"rows": 1}
    )
    containers: Scanned = Field(
        default=(),
        title="Containers of the bank",
        description="Scan each vial or bag, one after the other.",
        json_schema_extra={"wide": True},
    )
    patient_code: ChainOfIdentity | None = Field(
        default=None,
        title="Patient's chain-of-identity code",
        description="From the order, not from the donation: COI-XXXX-XXXX. Blank when allogeneic.",
    )


class UsedMaterial(Contract):
    """A material lot that went into a step, and how much of it."""

    code: Code = Field(title="Material")
    lot: Text = Field(title="Material lot", description="Scan its label.")
    quantity: Annotated[Amount, Field(gt=0)] = Field(title="Quantity")


class UsedEquipment(Contract):
    """A piece of equipment a step was done with."""

    kind: Code = Field(title="Kind")
    equipment: Text = Field(title="Equipment", description="Scan its label.")


class Performed(Contract):
    """What is entered at every step beside its values."""

    occurrence: PositiveInt = Field(
        title="Which time", description="1 for the first; feeds are counted."
    )
    materials: tuple[UsedMaterial, ...] = Field(default=(), title="Materials", max_length=60)
    equipment: tuple[UsedEquipment, ...] = Field(default=(), title="Equipment", max_length=30)
    room: Text = Field(title="Room", description="Scan the label at its door.")
    containers: Scanned = Field(
        default=(),
        title="Containers of this lot",
        description="Scan each one that was taken as a sample, or was lost.",
        json_schema_extra={"wide": True},
    )
    performed_at: Moment | None = Field(
        default=None,
        title="Done at",
        description="Leave blank when you enter it at once.",
    )
    late_reason: Reason | None = Field(
        default=None,
        title="Why it is entered late",
        description="Asked for when more than 30 minutes have passed.",
        json_schema_extra={"wide": True},
    )


class PerformStep(Performed):
    """A step that was done."""

    values: StepValues = Field(title="Values")


class CheckStep(Contract):
    """A second person checked a step: independently, and this very entry."""

    entry: PositiveInt = Field(title="Entry", description="The one that was on the screen.")
    remark: LongText | None = Field(default=None, title="Remark")
    signing: Signing


class CorrectStep(Contract):
    """What an entry should have said, and why (R-ATMP-07). The entry itself stays.

    What was used stands as it was entered where it is left out.
    """

    entry: PositiveInt = Field(title="Entry", description="The one that was on the screen.")
    values: StepValues = Field(title="Values")
    materials: tuple[UsedMaterial, ...] | None = Field(
        default=None, title="Materials really used", max_length=60
    )
    equipment: tuple[UsedEquipment, ...] | None = Field(
        default=None, title="Equipment really used", max_length=30
    )
    room: Text | None = Field(default=None, title="Room")
    containers: Scanned | None = Field(
        default=None,
        title="Containers of this lot",
        description="Each one that was really taken as a sample, or was lost.",
    )
    performed_at: Moment = Field(title="Done at")
    reason: Reason = Field(
        title="Why it is corrected",
        description="What was wrong, and how you know what is right.",
        json_schema_extra={"wide": True},
    )


class Endorse(Contract):
    """The responsible person stands for the whole of the production (R-BR-17)."""

    shown: Digest = Field(title="Digest of what was on the screen")
    signing: Signing
