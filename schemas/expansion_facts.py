"""What the rules of production look at: the lot, its sources, the step, who does it, and when."""

from decimal import Decimal

from pydantic import Field, NonNegativeInt, PositiveInt

from schemas.base import Amount, Code, Contract, Moment, Text, ZoneName
from schemas.expansion import Performed, StartLot
from schemas.intake import DonationState
from schemas.lot import ContainerFacts, LotFacts, Stage
from schemas.master import MasterBatchRecord
from schemas.master_step import Step, TimeWindow
from schemas.origin import DonationUse, Jurisdiction, Tissue
from schemas.people import Role
from schemas.product import Product
from schemas.step import StepValues


class DonationCase(Contract):
    """A donation that somebody wants to start a lot from."""

    code: Text
    state: DonationState
    tissue: Tissue
    use: DonationUse
    patient_code: str | None
    not_accepted_for: tuple[Jurisdiction, ...] = Field(
        default=(), description="Where the product goes, and QA did not accept the donation for."
    )
    bars: tuple[Text, ...] = Field(description="What makes its donor ineligible today.")
    undecided: tuple[Text, ...] = Field(description="What is not known of its donor today.")
    received: Amount | None
    unit: Text
    used: Amount = Field(description="In other lots.")
    asked: Amount


class ContainerCase(Contract):
    """A container of a parent lot that a lot is started from."""

    container: ContainerFacts
    product_code: Code
    stage: Stage
    held: bool
    taken_by: Code | None = Field(description="Another lot that was started from it.")
    doublings: Amount


class StartCase(Contract):
    """A lot that somebody wants to start."""

    asked: StartLot
    product: Product
    master: MasterBatchRecord
    trained: bool
    donations: tuple[DonationCase, ...]
    containers: tuple[ContainerCase, ...]
    now: Moment
    zone: ZoneName = "UTC"


class PlaceCase(Contract):
    """A step and a time."""

    step: Code
    title: Text
    occurrence: PositiveInt


class WindowCase(Contract):
    """A window of the step, and when the step it counts from was done."""

    window: TimeWindow
    title: Text
    ended_at: Moment


class WorkerCase(Contract):
    """Who does a step, as far as the rules look at it."""

    name: Text
    roles: tuple[Role, ...]
    trained: bool = Field(description="On the version of the master this lot runs on, today.")
    aseptic: bool = Field(description="With a media fill that is valid today (R-ATMP-17).")


class LotCase(Contract):
    """A lot in which somebody wants to write."""

    lot: LotFacts


class BenchCase(LotCase):
    """A step as it is entered, first or corrected: what is asked of it at the bench."""

    worker: WorkerCase
    step: Step
    done: Performed = Field(description="What was used, and when.")
    values: StepValues
    performed_at: Moment
    times: tuple[Moment, ...]
    now: Moment
    seeded_at: Moment | None = None
    vessels_seeded: NonNegativeInt | None = None
    vessels_gone: NonNegativeInt = Field(
        default=0, description="Of those seeded, discarded or harvested before this step."
    )
    counted_ml: Amount | None = Field(
        default=None, description="The suspension that seed and fill take from."
    )
    taken_ml: Amount = Field(
        default=Decimal(0), description="What other steps took of that suspension."
    )
    own: tuple[ContainerFacts, ...] = Field(default=(), description="Containers of this lot.")
    taken_here: tuple[Text, ...] = Field(
        default=(),
        description="Containers that left the store at this step as it was.",
    )


class StepCase(BenchCase):
    """A step that somebody wants to perform."""

    open_places: tuple[PlaceCase, ...]
    to_check: tuple[PlaceCase, ...]
    last_done_at: Moment | None
    windows: tuple[WindowCase, ...]
    doublings: Amount | None
    maximum_doublings: Amount
    sources: tuple[ContainerCase, ...] = Field(
        default=(), description="Containers this lot was started from."
    )


class LaterCase(Contract):
    """What later steps did with what a corrected step left them."""

    taken_ml: Amount = Field(default=Decimal(0), description="Of the suspension counted here.")
    vessels: NonNegativeInt = Field(default=0, description="Of those seeded here, used up.")
    grown_from: Moment | None = Field(
        default=None, description="The first time at which these vessels were opened again."
    )


class CorrectionCase(BenchCase):
    """An entry that somebody wants to correct."""

    was: StepValues
    not_before: Moment = Field(description="When the step before was done, or the lot started.")
    not_after: Moment | None = Field(description="When the step after was done.")
    later: LaterCase = LaterCase()


class CheckCase(Contract):
    """An entry that a second person wants to check."""

    lot: LotFacts
    worker: WorkerCase
    step: Step


class EndorsementCase(Contract):
    """A lot whose production somebody wants to endorse."""

    lot: LotFacts
    owed: tuple[PlaceCase, ...]
    to_check: tuple[PlaceCase, ...]
    out_of_step: tuple[Text, ...]
