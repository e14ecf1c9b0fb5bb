"""The one screen of a sample: every criterion with its boxes, test by test; one save."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData, UploadFile

from app.errors import BadInput, FieldError
from app.quality_control.boxes import Place, boxes_of
from app.quality_control.quality import LotQuality
from app.quality_control.rules.standing import current, is_open, read_on
from app.quality_control.typed_results import Part, read_dosing, read_result
from app.web.fields import FormField, Option, Typed
from app.web.forms import read_form, upload_in
from schemas.base import Contract, Moment, Text
from schemas.quality_record import CriterionRecord, ResultFacts, SampleRecord
from schemas.reading import Reading, SterilityReading
from schemas.result import EnterResults, NewResult
from schemas.result_kind import SterilityResult
from schemas.specification import Criterion

_CODE = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,39}")


class TestHeader(Contract):
    """What is typed once for all criteria of a test."""

    __test__ = False

    tested_at: Moment | None = None
    equipment: Text | None = None
    raw_reference: Text | None = None


@dataclass(frozen=True)
class Line:
    """One criterion on the screen: its boxes when it is open, its result when there is one."""

    place: int
    record: CriterionRecord
    boxes: tuple[FormField, ...]
    reason: FormField
    instead: FormField
    errors: tuple[str, ...]
    last: ResultFacts | None
    continues: bool

    @property
    def is_open(self) -> bool:
        """Whether something is typed here now."""
        return bool(self.boxes)


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
        return self.criteria[0].record.criterion

    @property
    def is_open(self) -> bool:
        """Whether something is typed here now."""
        return any(line.is_open for line in self.criteria)

    @property
    def file_name(self) -> str:
        """The name of the field for the raw data."""
        return f"tests.{self.place}.file"


def criteria_at(known: LotQuality, sample: SampleRecord) -> tuple[tuple[int, Criterion], ...]:
    """The criteria read on this sample, with the place each has on the screen."""
    at_point = [
        each for each in known.specification.criteria if each.sample_point == sample.sample_point
    ]
    return tuple(enumerate(at_point))


def _tests(known: LotQuality, sample: SampleRecord) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.test for _, each in criteria_at(known, sample)))


def screen_of(
    known: LotQuality, sample: SampleRecord, typed: Typed, *, zone: str, at: datetime
) -> tuple[Test, ...]:
    """The screen of a sample, with what was typed in it."""
    received = sample.receipt is not None and sample.receipt.condition.fit
    lines = [
        _line(
            known, criterion, Place(f"results.{place}.", typed, zone, at), place, received=received
        )
        for place, criterion in criteria_at(known, sample)
    ]
    return tuple(
        Test(
            place,
            tuple(each for each in lines if each.record.criterion.test == code),
            _header(place, typed, zone, at),
        )
        for place, code in enumerate(_tests(known, sample))
    )


def _line(
    known: LotQuality, criterion: Criterion, at: Place, place: int, *, received: bool
) -> Line:
    facts = known.facts_on(criterion)
    culture = read_on(facts)
    here = Place(at.prefix, at.typed, at.zone, at.at, culture.words.reading if culture else None)
    asked = received and (culture is not None or is_open(facts))
    said = [each.says for each in at.typed.errors if each.field.startswith(at.prefix)]
    found = current(facts.results)
    instead = [Option("not_tested", "Not tested"), Option("invalid", "Assay not valid")]
    if criterion.na_permitted:
        instead.append(Option("not_applicable", "Not applicable"))
    return Line(
        place,
        known.record_of(criterion),
        boxes_of(criterion, here) if asked else (),
        here.box("reason", "Reason", kind="text"),
        here.box("instead", "Instead of a result", kind="select", options=tuple(instead)),
        tuple(said),
        found[-1] if found else (facts.results[-1] if facts.results else None),
        culture is not None,
    )


def _header(place: int, typed: Typed, zone: str, at: datetime) -> tuple[FormField, ...]:
    here = Place(f"tests.{place}.", typed, zone, at)
    return (
        here.box("tested_at", "Tested at", kind="datetime-local", value=at),
        here.box("equipment", "Equipment", kind="text", required=False, hint="MIC-1, BAL-2"),
        here.box("raw_reference", "Raw data kept at", kind="text", required=False),
    )


def uploads(
    known: LotQuality, sample: SampleRecord, form: FormData
) -> tuple[tuple[int, UploadFile], ...]:
    """The files that were sent, each with the place of its test."""
    found = [(at, upload_in(form, f"tests.{at}.file")) for at in range(len(_tests(known, sample)))]
    return tuple((at, file) for at, file in found if file is not None)


@dataclass(frozen=True)
class TypedResults:
    """What was typed on the screen, and where each result of it stands."""

    words: EnterResults
    places: tuple[int, ...]
    boxes: tuple[FormField, ...]

    @contextmanager
    def on_screen(self) -> Iterator[None]:
        """Put what is wrong with a result at its box on the screen."""
        try:
            yield
        except BadInput as wrong:
            raise BadInput([self._moved(each) for each in wrong.errors]) from wrong

    def _moved(self, error: FieldError) -> FieldError:
        head, index, rest = (*error.field.split(".", 2), "", "")[:3]
        if head != "results" or not index.isdigit():
            return error
        start = f"results.{self.places[int(index)]}."
        return _at_a_box(FieldError(start + rest, error.says), self.boxes)


def _at_a_box(error: FieldError, boxes: tuple[FormField, ...]) -> FieldError:
    """The error at a box that is on the screen, so that its link leads somewhere."""
    names = [each.name for each in boxes]
    if error.field in names:
        return error
    start = ".".join(error.field.split(".")[:2]) + "."
    near = next((each for each in names if each.startswith(start)), error.field)
    return FieldError(near, error.says)


def read_screen(
    known: LotQuality,
    sample: SampleRecord,
    form: FormData,
    files: Mapping[int, str],
    *,
    zone: str,
    at: datetime,
) -> TypedResults:
    """Read every criterion that something was typed for; `files` are digests by test.

    Raises:
        BadInput: with every box that could not be read, or when nothing was typed.
    """
    screen = screen_of(known, sample, Typed(), zone=zone, at=at)
    boxes = tuple(box for test in screen for line in test.criteria for box in line.boxes)
    results: list[NewResult] = []
    places: list[int] = []
    errors: list[FieldError] = []
    for test in screen:
        for line in test.criteria:
            part = Part(form, f"results.{line.place}.", zone)
            if part.is_blank:
                continue
            try:
                results.append(_new_result(line, test, part, files.get(test.place)))
                places.append(line.place)
            except BadInput as wrong:
                errors += [_at_a_box(_prefixed(part.prefix, each), boxes) for each in wrong.errors]
    if not results and not errors:
        first = boxes[0].name if boxes else "results"
        errors.append(FieldError(first, "Nothing was typed. Enter at least one result."))
    if errors:
        raise BadInput(errors)
    return TypedResults(EnterResults(results=tuple(results)), tuple(places), boxes)


def _prefixed(prefix: str, error: FieldError) -> FieldError:
    inside = error.field.startswith("tests.")
    return error if inside else FieldError(prefix + error.field, error.says)


def _new_result(line: Line, test: Test, part: Part, file: str | None) -> NewResult:
    criterion = line.record.criterion
    before = line.last.words.reading if line.last and line.continues else None
    reading = read_result(criterion, part, before)
    header = _read_header(Part(part.form, f"tests.{test.place}.", part.zone))
    return NewResult(
        criterion=criterion.code,
        reading=reading,
        dosing=read_dosing(part),
        tested_at=_tested_at(reading, header, criterion),
        equipment=equipment_codes(header.equipment, f"tests.{test.place}.equipment"),
        raw_file=file,
        raw_reference=header.raw_reference,
        seen_revision=_seen(part),
    )


def _read_header(part: Part) -> TestHeader:
    try:
        return read_form(TestHeader, part.below(""), part.zone)
    except BadInput as wrong:
        raise BadInput(
            [FieldError(part.prefix + each.field, each.says) for each in wrong.errors]
        ) from wrong


def _tested_at(reading: Reading, header: TestHeader, criterion: Criterion) -> datetime | None:
    """A culture is dated by its last look; everything else by what was typed."""
    if isinstance(reading, SterilityReading) and isinstance(criterion.result_kind, SterilityResult):
        looks = [each.read_at for each in reading.readings]
        return max([reading.inoculated_at, *looks])
    return header.tested_at


def equipment_codes(typed: str | None, field: str) -> tuple[str, ...]:
    """The codes in a line of equipment, separated by commas or spaces.

    Raises:
        BadInput: one of them is no code.
    """
    codes = tuple(each.upper() for each in (typed or "").replace(",", " ").split())
    wrong = [each for each in codes if not _CODE.fullmatch(each)]
    if wrong:
        raise BadInput([FieldError(field, f"“{wrong[0][:40]}” is no code of an instrument.")])
    return codes


def _seen(part: Part) -> int | None:
    seen = part.text("seen_revision")
    return int(seen) if seen.isascii() and seen.isdigit() else None
