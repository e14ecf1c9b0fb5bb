"""What the rules of production look at: the lot, its sources, the step, who does it, and when."""

from pydantic import Field, NonNegativeInt, PositiveInt

from schemas.base import Amount, Code, Contract, Moment, Text
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


class StepCase(Contract):
    """A step that somebody wants to perform."""

    lot: LotFacts
    worker: WorkerCase
    step: Step
    done: Performed
    values: StepValues
    performed_at: Moment
    times: tuple[Moment, ...]
    now: Moment
    open_places: tuple[PlaceCase, ...]
    to_check: tuple[PlaceCase, ...]
    last_done_at: Moment | None
    windows: tuple[WindowCase, ...]
    doublings: Amount | None
    maximum_doublings: Amount
    seeded_at: Moment | None = None
    vessels_seeded: NonNegativeInt | None = None
    vessels_discarded: NonNegativeInt = Field(default=0, description="By feeds before this step.")
    counted_ml: Amount | None = Field(
        default=None, description="The suspension that seed and fill take from."
    )
    own: tuple[ContainerFacts, ...] = Field(default=(), description="Containers of this lot.")
    sources: tuple[ContainerCase, ...] = Field(
        default=(), description="Containers this lot was started from."
    )


class CorrectionCase(Contract):
    """An entry that somebody wants to correct."""

    lot: LotFacts
    worker: WorkerCase
    step: Step
    was: StepValues
    values: StepValues
    performed_at: Moment
    times: tuple[Moment, ...]
    now: Moment


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
