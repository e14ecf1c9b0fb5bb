"""The lot, its containers, where it comes from, and what went wrong on the way."""

from enum import StrEnum

from pydantic import Field, PositiveInt

from schemas.base import (
    Amount,
    Code,
    Contract,
    Digest,
    LongText,
    Moment,
    Reason,
    Text,
    ZoneName,
    local_words,
)
from schemas.origin import DonationUse
from schemas.people import Signing
from schemas.product import ContainerKind
from schemas.quantity import Unit
from schemas.trail import Signature


class Stage(StrEnum):
    """Where a lot is on its journey. Holds are apart: any lot may be held."""

    IN_PRODUCTION = "in_production"
    IN_TESTING = "in_testing"
    CONDITIONALLY_CERTIFIED = "conditionally_certified"
    CERTIFIED = "certified"
    REJECTED = "rejected"
    RECALLED = "recalled"

    @property
    def label(self) -> str:
        """The stage as people say it."""
        return self.value.replace("_", " ").capitalize()


class ContainerState(StrEnum):
    """Where a container of a lot is."""

    IN_STORE = "in_store"
    RETENTION = "retention"
    PACKED = "packed"
    ON_THE_WAY = "on_the_way"
    AT_SITE = "at_site"
    ADMINISTERED = "administered"
    RETURNED = "returned"
    DESTROYED = "destroyed"
    CONSUMED = "consumed"

    @property
    def label(self) -> str:
        """The state as people say it."""
        return CONTAINER_TITLES[self]


CONTAINER_TITLES = {
    ContainerState.IN_STORE: "In store",
    ContainerState.RETENTION: "Retention sample",
    ContainerState.PACKED: "Packed",
    ContainerState.ON_THE_WAY: "On the way",
    ContainerState.AT_SITE: "At the treating site",
    ContainerState.ADMINISTERED: "Administered",
    ContainerState.RETURNED: "Returned",
    ContainerState.DESTROYED: "Destroyed",
    ContainerState.CONSUMED: "Used to start another lot",
}


class FrozenVersion(Contract):
    """A document a lot runs on: its code, its version, and the digest of its exact words."""

    code: Code
    version: PositiveInt
    sha256: Digest


class LotFacts(Contract):
    """What is known of a lot from its first day on."""

    number: Code
    site: Code
    is_bank: bool
    donation_use: DonationUse
    patient_coi: str | None = Field(description="The chain-of-identity code of its one patient")
    product: FrozenVersion
    product_name: Text
    specification: FrozenVersion
    master: FrozenVersion
    stage: Stage
    held: bool
    hold_reason: str | None
    started_at: Moment
    completed_at: Moment | None = Field(description="When production was endorsed")
    expires_at: Moment | None = Field(description="Of the product: from filling or freezing on")
    zone: ZoneName

    def local(self, moment: Moment) -> str:
        """A moment as the clock of the site shows it, with its offset."""
        return local_words(moment, self.zone)


class SourceKind(StrEnum):
    """What a lot can come from."""

    DONATION = "donation"
    CONTAINER = "container"


class LotSource(Contract):
    """One thing a lot came from, and how much of it (genealogy; R-ATMP-11)."""

    kind: SourceKind
    ref: Text = Field(description="The donation's identification, or the container's number")
    parent_lot: Code | None
    quantity: Amount
    unit: Unit
    at: Moment


class ContainerFacts(Contract):
    """One vial, bag or syringe of a lot."""

    number: Code
    lot_number: Code
    kind: ContainerKind
    volume_ml: Amount
    viable_cells: Amount
    state: ContainerState
    position: str | None
    patient_coi: str | None
    made_at: Moment
    expires_at: Moment | None


class DeviationState(StrEnum):
    """How far a deviation has been dealt with."""

    OPEN = "open"
    INVESTIGATED = "investigated"
    CLOSED = "closed"


class Impact(StrEnum):
    """What QA decides a deviation means for the lot (R-ATMP-29, R-BR-18)."""

    NONE = "no_impact"
    ACCEPTED = "accepted_after_risk_assessment"
    REJECT = "lot_to_be_rejected"

    @property
    def label(self) -> str:
        """The decision as people say it."""
        return self.value.replace("_", " ").capitalize()


class NewDeviation(Contract):
    """Something that was not as it should be, noticed by a person."""

    title: Text = Field(title="What happened", description="In one sentence")
    description: LongText = Field(
        title="Description", description="What was expected, what was seen, what was done at once"
    )
    critical: bool = Field(default=False, title="Critical: hold the lot")
    where: Text | None = Field(default=None, title="Step, sample or container it concerns")


class Investigate(Contract):
    """What was found out about a deviation."""

    cause: LongText = Field(title="Cause")
    assessment: LongText = Field(title="Risk for the patient and the product")
    correction: LongText = Field(title="Correction, and what prevents it from happening again")
    other_lots: LongText = Field(
        title="Other lots concerned", description="R-BR-18: also those already distributed"
    )
    version: int = Field(ge=1)
    signing: Signing


class Decide(Contract):
    """The quality unit's decision on a deviation."""

    impact: Impact = Field(title="Decision")
    reason: Reason = Field(title="Reason")
    version: int = Field(ge=1)
    signing: Signing


class DeviationWords(Contract):
    """The exact words of an investigation or a decision: what is signed."""

    number: Code
    lot_number: Code
    title: Text
    cause: str | None = None
    assessment: str | None = None
    correction: str | None = None
    other_lots: str | None = None
    impact: Impact | None = None
    reason: str | None = None


class DeviationFacts(Contract):
    """A deviation as the dossier and the record show it."""

    number: Code
    about: str
    title: Text
    description: str
    rule: str | None = Field(description="The rule or limit that opened it, if no person did")
    critical: bool
    state: DeviationState
    opened_at: Moment
    opened_by: str
    cause: str | None
    assessment: str | None
    correction: str | None
    other_lots: str | None
    impact: Impact | None
    reason: str | None
    closed_at: Moment | None
    signatures: tuple[Signature, ...]


class HoldLot(Contract):
    """Hold a lot, or let it go on, and why."""

    reason: Reason = Field(title="Reason")
    version: int = Field(ge=1)
