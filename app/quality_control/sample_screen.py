"""The one screen of a sample: every criterion with its boxes, test by test; one save."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from app.quality_control.boxes import Place, boxes_of
from app.quality_control.quality import LotQuality
from app.quality_control.rules.entry import SampleFacts
from app.quality_control.rules.standing import current, is_open, read_on
from app.quality_control.rules.verdict import results_are_verified
from app.web.fields import FormField, Option, Typed
from schemas.quality_record import CriterionFacts, CriterionRecord, ResultFacts, SampleRecord
from schemas.reading import (
    ResultState,
)
from schemas.specification import Criterion, Specification

Sampled: TypeAlias = SampleRecord | SampleFacts


class Known(Protocol):
    """What is known of a lot, as far as it decides what is typed: all of it, or one sample's."""

    @property
    def specification(self) -> Specification:
        """What the lot is tested for."""

    def facts_on(self, criterion: Criterion) -> CriterionFacts:
        """What was entered for a criterion."""


@dataclass(frozen=True)
class Asked:
    """What is typed for one criterion: its boxes when it is open, its result when there is one."""

    place: int
    criterion: Criterion
    boxes: tuple[FormField, ...]
    reason: FormField
    instead: FormField
    last: ResultFacts | None
    continues: bool

    @property
    def is_open(self) -> bool:
        """Whether something is typed here now."""
        return bool(self.boxes)

    @property
    def all_boxes(self) -> tuple[FormField, ...]:
        """Every box of the criterion, those for no result included."""
        return (*self.boxes, self.instead, self.reason)

    @property
    def is_wrong(self) -> bool:
        """Whether something typed here could not be saved."""
        return any(each.error for each in self.all_boxes)


@dataclass(frozen=True)
class Line(Asked):
    """One criterion on the screen: what is typed for it, and what its results come to."""

    record: CriterionRecord

    @property
    def is_only_unverified(self) -> bool:
        """Whether nothing but the second person is missing; the result itself is told then."""
        return {each.rule for each in self.record.findings} == {results_are_verified.number}

    @property
    def state(self) -> ResultState:
        """What is told of the criterion beside its boxes."""
        if self.last is not None and self.is_only_unverified:
            return self.last.words.state
        return self.record.state

    @property
    def says(self) -> str:
        """Why, in a sentence."""
        if self.last is not None and self.is_only_unverified:
            return self.last.words.evaluation.explanation
        return self.record.says


@dataclass(frozen=True)
class Test:
    """The criteria of one test, which share time, equipment and raw data."""

    __test__ = False

    place: int
    criteria: tuple[Line, ...]
    boxes: tuple[FormField, ...]

    @property
    def first(self) -> Criterion:
        """Any criterion of the test; they share method and version."""
        return self.criteria[0].criterion

    @property
    def is_open(self) -> bool:
        """Whether something is typed here now."""
        return any(line.is_open for line in self.criteria)

    @property
    def says_otherwise(self) -> bool:
        """Whether this test has a time, equipment or place of raw data of its own."""
        return any(box.value or box.error for box in self.boxes)

    @property
    def file_name(self) -> str:
        """The name of the field for the raw data."""
        return f"tests.{self.place}.file"


def criteria_at(known: Known, sample: Sampled) -> tuple[tuple[int, Criterion], ...]:
    """The criteria read on this sample, with the place each has on the screen."""
    at_point = [
        each for each in known.specification.criteria if each.sample_point == sample.sample_point
    ]
    return tuple(enumerate(at_point))


def tests_at(known: Known, sample: Sampled) -> tuple[str, ...]:
    """The codes of the tests done on this sample, in the order of the specification."""
    return tuple(dict.fromkeys(each.test for _, each in criteria_at(known, sample)))


def screen_of(
    known: LotQuality, sample: SampleRecord, typed: Typed, *, zone: str, at: datetime
) -> tuple[Test, ...]:
    """The screen of a sample, with what was typed in it."""
    lines = [
        Line(**vars(each), record=known.record_of(each.criterion))
        for each in asked_at(known, sample, typed, zone=zone, at=at)
    ]
    return tuple(
        Test(
            place,
            tuple(each for each in lines if each.criterion.test == code),
            _header(place, typed, zone, at),
        )
        for place, code in enumerate(tests_at(known, sample))
    )


def asked_at(
    known: Known, sample: Sampled, typed: Typed, *, zone: str, at: datetime
) -> tuple[Asked, ...]:
    """What is typed for each criterion of a sample."""
    received = sample.receipt is not None and sample.receipt.condition.fit
    return tuple(
        _asked(
            known, criterion, Place(f"results.{place}.", typed, zone, at), place, received=received
        )
        for place, criterion in criteria_at(known, sample)
    )


def _asked(known: Known, criterion: Criterion, at: Place, place: int, *, received: bool) -> Asked:
    facts = known.facts_on(criterion)
    culture = read_on(facts)
    here = Place(at.prefix, at.typed, at.zone, at.at, culture.words.reading if culture else None)
    asked = received and (culture is not None or is_open(facts))
    found = current(facts.results)
    instead = [Option("not_tested", "Not tested"), Option("invalid", "Assay not valid")]
    if criterion.na_permitted:
        instead.append(Option("not_applicable", "Not applicable"))
    return Asked(
        place,
        criterion,
        boxes_of(criterion, here) if asked else (),
        here.box("reason", "Reason", kind="text"),
        here.box("instead", "Instead of a result", kind="select", options=tuple(instead)),
        found[-1] if found else (facts.results[-1] if facts.results else None),
        culture is not None,
    )


def common_boxes(typed: Typed, *, zone: str, at: datetime) -> tuple[FormField, ...]:
    """What is typed once for everything entered now; a test may say otherwise."""
    here = Place("common.", typed, zone, at)
    return (
        here.box("tested_at", "Tested at", kind="datetime-local", value=at),
        here.box("equipment", "Equipment", kind="text", required=False, hint="MIC-01, BAL-02"),
        here.box("raw_reference", "Raw data kept at", kind="text", hint="Notebook 7, page 12"),
    )


def _header(place: int, typed: Typed, zone: str, at: datetime) -> tuple[FormField, ...]:
    here = Place(f"tests.{place}.", typed, zone, at)
    return (
        here.box("tested_at", "Tested at", kind="datetime-local", required=False),
        here.box("equipment", "Equipment", kind="text", required=False),
        here.box("raw_reference", "Raw data kept at", kind="text", required=False),
    )
