"""Reading the one screen of a sample: what was typed, and where each result of it stands."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData, UploadFile

from app.errors import BadInput, FieldError, Refused
from app.quality_control.on_record import OnRecord
from app.quality_control.rules.entry import SampleFacts
from app.quality_control.rules.standing import read_on
from app.quality_control.sample_screen import asked_at, criteria_at, tests_at
from app.quality_control.typed_results import Part, read_dosing, read_result
from app.web.fields import Typed
from app.web.forms import read_form, upload_in
from schemas.quality_forms import ResultHeader
from schemas.reading import NotApplicableReading, NotTestedReading, Reading, SterilityReading
from schemas.result import INSTRUMENTS_MAX, EnterResults, NewResult
from schemas.specification import Criterion

_CODE = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,39}")


def uploads(
    known: OnRecord, sample: SampleFacts, form: FormData
) -> tuple[tuple[int, UploadFile], ...]:
    """The files that were sent, each with the place of its test."""
    found = [
        (at, upload_in(form, f"tests.{at}.file")) for at in range(len(tests_at(known, sample)))
    ]
    return tuple((at, file) for at, file in found if file is not None)


@dataclass(frozen=True)
class TypedResults:
    """What was typed on the screen, and where each result of it stands."""

    words: EnterResults
    places: tuple[int, ...]
    boxes: Callable[[], tuple[str, ...]]
    """The names of all boxes on the screen, asked for only when something is wrong."""

    @contextmanager
    def on_screen(self) -> Iterator[None]:
        """Put what is wrong with a result at its box on the screen, all of it at once."""
        unsaid = dict.fromkeys(error for each in self.words.results for error in _unsaid(each))
        try:
            yield
        except BadInput as wrong:
            raise BadInput([*(self._moved(each) for each in wrong.errors), *unsaid]) from wrong
        except Refused as no:
            if unsaid:
                raise BadInput(tuple(unsaid)) from no
            raise

    def _moved(self, error: FieldError) -> FieldError:
        head, index, rest = (*error.field.split(".", 2), "", "")[:3]
        if head != "results" or not index.isdigit():
            return error
        start = f"results.{self.places[int(index)]}."
        return _at_a_box(FieldError(start + rest, error.says), self.boxes())


def _at_a_box(error: FieldError, names: tuple[str, ...]) -> FieldError:
    """The error at a box that is on the screen, so that its link leads somewhere."""
    if error.field in names:
        return error
    start = ".".join(error.field.split(".")[:2]) + "."
    near = next((each for each in names if each.startswith(start)), error.field)
    return FieldError(near, error.says)


def read_screen(
    known: OnRecord,
    sample: SampleFacts,
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

    def boxes() -> tuple[str, ...]:
        asked = asked_at(known, sample, Typed(), zone=zone, at=at)
        return tuple(box.name for each in asked for box in each.all_boxes)

    tests = tests_at(known, sample)
    results: list[NewResult] = []
    places: list[int] = []
    errors: list[FieldError] = []
    for place, criterion in criteria_at(known, sample):
        part = Part(form, f"results.{place}.", zone)
        if part.is_blank:
            continue
        test = tests.index(criterion.test)
        culture = read_on(known.facts_on(criterion))
        before = culture.words.reading if culture else None
        try:
            results.append(_new_result(criterion, before, test, part, files.get(test)))
            places.append(place)
        except BadInput as wrong:
            errors += [_prefixed(part.prefix, each) for each in wrong.errors]
    if not results and not errors:
        first = next(iter(boxes()), "results")
        errors.append(FieldError(first, "Nothing was typed. Enter at least one result."))
    if errors:
        names = boxes()
        raise BadInput([_at_a_box(each, names) for each in errors])
    return TypedResults(EnterResults(results=tuple(results)), tuple(places), boxes)


def _prefixed(prefix: str, error: FieldError) -> FieldError:
    inside = error.field.startswith(("tests.", "common."))
    return error if inside else FieldError(prefix + error.field, error.says)


def _new_result(
    criterion: Criterion, before: Reading | None, test: int, part: Part, file: str | None
) -> NewResult:
    reading = read_result(criterion, part, before)
    own = _read_header(Part(part.form, f"tests.{test}.", part.zone))
    shared = _read_header(Part(part.form, "common.", part.zone))
    return NewResult(
        criterion=criterion.code,
        reading=reading,
        dosing=read_dosing(part),
        tested_at=_tested_at(reading, own.tested_at or shared.tested_at),
        equipment=equipment_codes(own.equipment, f"tests.{test}.equipment")
        or equipment_codes(shared.equipment, "common.equipment"),
        raw_file=file,
        raw_reference=own.raw_reference or shared.raw_reference,
        seen_revision=_seen(part),
    )


def _unsaid(new: NewResult) -> Iterator[FieldError]:
    """What every result that was read has to say, and does not, at its box (QC-10, QC-14)."""
    if isinstance(new.reading, NotTestedReading | NotApplicableReading):
        return
    if new.tested_at is None:
        yield FieldError("common.tested_at", "Say when it was tested.")
    if not (new.raw_file or new.raw_reference):
        says = "Say where the raw data are kept, or choose their file beside the test."
        yield FieldError("common.raw_reference", says)


def _read_header(part: Part) -> ResultHeader:
    try:
        return read_form(ResultHeader, part.below(""), part.zone)
    except BadInput as wrong:
        raise BadInput(
            [FieldError(part.prefix + each.field, each.says) for each in wrong.errors]
        ) from wrong


def _tested_at(reading: Reading, typed: datetime | None) -> datetime | None:
    """A culture is dated by its last look; everything else by what was typed."""
    if isinstance(reading, SterilityReading):
        return max([reading.inoculated_at, *(each.read_at for each in reading.readings)])
    return None if isinstance(reading, NotTestedReading | NotApplicableReading) else typed


def equipment_codes(typed: str | None, field: str) -> tuple[str, ...]:
    """The codes in a line of equipment, separated by commas or spaces.

    Raises:
        BadInput: one of them is no code, or there are too many.
    """
    codes = tuple(each.upper() for each in (typed or "").replace(",", " ").split())
    wrong = [each for each in codes if not _CODE.fullmatch(each)]
    if wrong:
        raise BadInput([FieldError(field, f"“{wrong[0][:40]}” is no code of an instrument.")])
    if len(codes) > INSTRUMENTS_MAX:
        says = f"{len(codes)} instruments are named; a test has at most {INSTRUMENTS_MAX}."
        raise BadInput([FieldError(field, says)])
    return codes


def instruments_named(form: FormData) -> frozenset[str]:
    """Every instrument that is named anywhere in a form."""
    lines = (str(value) for name, value in form.multi_items() if name.endswith("equipment"))
    codes = (each for line in lines for each in line.upper().replace(",", " ").split())
    return frozenset(each for each in codes if _CODE.fullmatch(each))


def _seen(part: Part) -> int | None:
    seen = part.text("seen_revision")
    return int(seen) if seen.isascii() and seen.isdigit() else None
