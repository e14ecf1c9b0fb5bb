"""What stands on the labels of a lot: on each container, and on what encloses it.

Nothing is typed for a label: every word comes from the approved product and master, from the
donors' eligibility and from the containers themselves (R-BR-12, R-DEL-01 to -05).
"""

from typing import Literal

from pydantic import Field

from schemas.base import Amount, Code, Contract, Moment, Text, ZoneName
from schemas.product import ContainerKind


class ContainerLabel(Contract):
    """The facts of one container."""

    number: Code
    kind: ContainerKind
    volume_ml: Amount
    viable_cells: Amount
    expires_at: Moment | None


class LotLabels(Contract):
    """The words on every label of a lot, and the facts of each container."""

    format: Literal["passage-labels/1"] = "passage-labels/1"
    lot_number: Code
    zone: ZoneName
    is_bank: bool
    product_code: Code
    product_name: Text
    common_name: Text
    strength: Text
    dosage_form: Text
    active_substance: Text
    description: Text
    contents: Text
    excipients: Text
    route: str | None
    for_one_patient: str | None = Field(description="For autologous use only, or directed")
    patient_code: str | None
    donations: tuple[str, ...]
    plan: str | None = Field(description="What the master asks to print on each")
    warnings: tuple[Text, ...]
    donor_texts: tuple[Text, ...] = Field(
        description="What the donors' results, or the want of them, ask to print on every label"
    )
    storage: Text
    disposal: Text
    manufacturer: Text
    holder: str | None
    authorisation_number: str | None
    trial: str | None
    containers: tuple[ContainerLabel, ...]
