"""Production as it is read back: on screen, by the release dossier, on paper (R-BR-02 to 20)."""

from pydantic import Field, NonNegativeInt, PositiveInt

from schemas.base import Amount, Code, Contract, Digest, LongText, Moment, Text, ZoneName
from schemas.expansion import UsedEquipment, UsedMaterial
from schemas.lot import FrozenVersion
from schemas.master import MaterialNeed
from schemas.master_step import Step
from schemas.quantity import Calculation
from schemas.reading import ResultState
from schemas.step import StepValues
from schemas.step_kind import StepKind
from schemas.supply import LotSupplies
from schemas.trail import Signature


class CalculatedValue(Contract):
    """One calculated value of an entry: its name, and the calculation with formula and inputs."""

    name: Text
    title: Text
    calculation: Calculation


class LimitVerdict(Contract):
    """An in-process limit as it was judged (R-ATMP-19, R-BR-08, R-BR-10)."""

    name: Text = Field(description="The calculated value, or the field of the master.")
    title: Text
    limit: Text = Field(description="In words: at least 80 %.")
    found: Text | None = Field(description="As it is reported; None when it is not defined.")
    state: ResultState
    explanation: LongText
    critical: bool
    action: str | None
    source: str | None
    percent_of_theoretical: Text | None = None

    @property
    def missed(self) -> bool:
        """Whether the limit does not hold, or cannot be said to hold."""
        return self.state is not ResultState.PASS


class EntryWords(Contract):
    """One entry of a step, complete: what a second person checks and signs."""

    entry: PositiveInt
    lot_number: Code
    master: FrozenVersion
    step: Code
    title: Text
    kind: StepKind
    occurrence: PositiveInt
    values: StepValues
    materials: tuple[UsedMaterial, ...]
    equipment: tuple[UsedEquipment, ...]
    room: Text
    containers: tuple[Text, ...]
    calculated: tuple[CalculatedValue, ...]
    limits: tuple[LimitVerdict, ...]
    performed_by: Text = Field(description="The person's name, printed.")
    username: Text
    role: Text
    performed_at: Moment
    entered_at: Moment
    zone: ZoneName
    late_reason: str | None
    corrects: PositiveInt | None = Field(description="The entry this one corrects.")
    why: str | None = Field(description="Why it was corrected.")

    def value(self, name: str) -> Calculation | None:
        """The calculation of this name, or None when this entry has none."""
        return next((each.calculation for each in self.calculated if each.name == name), None)


class CheckWords(Contract):
    """What the second person signs: the entry as it was shown, and their own remark."""

    entry: EntryWords
    remark: str | None


class CheckFacts(Contract):
    """The second person's check of one entry."""

    at: Moment
    remark: str | None
    signature: Signature


class Checked(Contract):
    """The answer to a check: which entry, by whom, when."""

    entry: PositiveInt
    checked_by: Text
    at: Moment


class EntryRecord(Contract):
    """An entry with its digest, its check, and the deviations it opened."""

    words: EntryWords
    sha256: Digest
    check: CheckFacts | None
    deviations: tuple[Code, ...]


class OutOfStep(Contract):
    """A recorded value that no longer follows from the entries as they stand after a correction."""

    step: Code
    title: Text
    occurrence: PositiveInt
    name: Text
    recorded: Text | None
    now: Text | None

    @property
    def says(self) -> str:
        """What is wrong, in one sentence."""
        return (
            f"{self.step} ({self.title}), entry {self.occurrence}: {self.name} is recorded as "
            f"{self.recorded or 'not defined'}; with the entries as they stand it is "
            f"{self.now or 'not defined'}."
        )


class StepRecord(Contract):
    """A step of the master, exactly as it was approved, with what was entered (R-BR-02)."""

    step: Step
    entries: tuple[EntryRecord, ...] = Field(description="As they stand, one for each time.")
    superseded: tuple[EntryRecord, ...] = Field(description="Corrected since; still readable.")

    @property
    def is_open(self) -> bool:
        """Whether it is not done often enough, or an entry waits for its second person."""
        unchecked = self.step.second_person and any(each.check is None for each in self.entries)
        return unchecked or len(self.entries) < self.step.repeat.minimum


class PhaseRecord(Contract):
    """A phase of the master with its steps."""

    code: Code
    title: Text
    passage: NonNegativeInt | None
    steps: tuple[StepRecord, ...]


class SampleFacts(Contract):
    """A sample that was taken for quality control (R-BR-11, R-ATMP-22)."""

    number: Code
    lot_number: Code
    sample_point: Code
    title: Text
    quantity: Text
    storage: Text
    retention: bool
    step: Code
    occurrence: PositiveInt
    taken_at: Moment
    taken_by: Text
    volume_per_container_ml: Amount
    containers: PositiveInt
    container_numbers: tuple[Text, ...] = Field(description="When whole containers were taken.")
    appearance: Text


class PassageLine(Contract):
    """One line of the passage log (R-BR-19); amounts as they are shown."""

    phase: Code
    name: Text
    passage: NonNegativeInt | None
    seeded_at: Moment
    vessels: PositiveInt
    area_cm2: Text
    seeded_cells: Text | None = Field(description="Exact; None for pieces of tissue (R-EXP-03).")
    seeded_counted: bool = Field(description="Whether the start counts for doublings.")
    density: Text | None
    harvested_at: Moment | None
    harvested_cells: Text | None
    vessels_harvested: NonNegativeInt | None
    seeded_in_harvested: Text | None = Field(
        description="Exact: of the cells seeded, those in the vessels that were harvested."
    )
    viability: Text | None
    confluence: Text | None
    yield_per_cm2: Text | None
    doublings: Text | None
    cumulative: Text | None
    doubling_time: Text | None


class LabelLine(Contract):
    """What became of the labels (R-BR-12, R-ATMP-20)."""

    step: Code
    issued: NonNegativeInt
    applied: NonNegativeInt
    in_record: NonNegativeInt
    destroyed: NonNegativeInt

    @property
    def adds_up(self) -> bool:
        """Whether every label that was printed is found again."""
        return self.issued == self.applied + self.in_record + self.destroyed


class NextStep(Contract):
    """A step that can be done now: which, and which time."""

    step: Code
    title: Text
    phase: Text
    occurrence: PositiveInt


class ProductionRecord(Contract):
    """Everything that was done to a lot from its start to its endorsement."""

    lot_number: Code
    product_name: Text
    master: FrozenVersion
    master_title: Text
    zone: ZoneName
    materials: tuple[MaterialNeed, ...]
    phases: tuple[PhaseRecord, ...]
    next_steps: tuple[NextStep, ...]
    passages: tuple[PassageLine, ...]
    labels: tuple[LabelLine, ...]
    samples: tuple[SampleFacts, ...]
    supplies: LotSupplies
    carried_doublings: Amount = Field(description="Of the parent lot; 0 from donations.")
    cumulative_doublings: Amount | None = Field(description="None before the first harvest.")
    maximum_doublings: Amount
    out_of_step: tuple[OutOfStep, ...]
    started_at: Moment
    completed_at: Moment | None
    endorsement: Signature | None

    @property
    def open_steps(self) -> tuple[str, ...]:
        """The steps that are not done as often as the master asks, or wait for their check."""
        return tuple(
            f"{each.step.code} ({each.step.title})"
            for phase in self.phases
            for each in phase.steps
            if each.is_open
        )

    @property
    def labels_reconciled(self) -> bool:
        """Whether the labels were counted, and every one of them is somewhere (R-ATMP-20)."""
        return bool(self.labels) and all(each.adds_up for each in self.labels)

    def entries(self) -> tuple[EntryRecord, ...]:
        """The entries as they stand, in the order of the master."""
        return tuple(
            entry for phase in self.phases for step in phase.steps for entry in step.entries
        )

    def step(self, code: str) -> StepRecord:
        """The step with this code.

        Raises:
            KeyError: the master has no such step.
        """
        for phase in self.phases:
            for each in phase.steps:
                if each.step.code == code:
                    return each
        raise KeyError(code)


class EntryRef(Contract):
    """An entry and its digest, as the endorsement names it."""

    entry: PositiveInt
    step: Code
    occurrence: PositiveInt
    sha256: Digest
    checked: bool


class EndorsementWords(Contract):
    """What the responsible person signs: every entry as it stands, by digest (R-BR-17)."""

    lot_number: Code
    master: FrozenVersion
    entries: tuple[EntryRef, ...]
    corrections: NonNegativeInt
    deviations: tuple[Code, ...]
