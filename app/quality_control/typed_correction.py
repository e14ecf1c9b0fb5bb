"""Reading a correction: the boxes of the criterion, and why."""

from typing import Any

from starlette.datastructures import FormData

from app.quality_control.quality import LotQuality
from app.quality_control.typed_results import Part, read_dosing, read_result
from app.quality_control.typed_screen import equipment_codes
from app.web.forms import read_form
from schemas.quality_forms import CorrectionHeader
from schemas.quality_record import ResultFacts
from schemas.reading import SterilityReading
from schemas.result import CorrectResult

HEADER = ("tested_at", "equipment", "raw_reference", "reason", "revision")


def header_values(last: ResultFacts) -> dict[str, Any]:
    """What stands beside the reading of the entry that is corrected."""
    return {
        "tested_at": last.words.tested_at,
        "equipment": ", ".join(last.words.equipment),
        "raw_reference": last.words.raw_reference,
        "revision": last.words.revision,
    }


def read_correction(
    known: LotQuality, last: ResultFacts, form: FormData, file: str | None, *, zone: str
) -> CorrectResult:
    """The correction as it was typed.

    Raises:
        BadInput: a field of the header, or of the reading, could not be read.
    """
    criterion = known.specification.criterion(last.words.criterion)
    typed = FormData([(name, value) for name, value in form.multi_items() if name in HEADER])
    header = read_form(CorrectionHeader, typed, zone)
    part = Part(form, "", zone)
    reading = read_result(criterion, part, last.words.reading, whole=True)
    tested_at = header.tested_at
    if isinstance(reading, SterilityReading):
        tested_at = max([reading.inoculated_at, *(each.read_at for each in reading.readings)])
    return CorrectResult(
        reading=reading,
        dosing=read_dosing(part) or last.words.dosing,
        tested_at=tested_at,
        equipment=equipment_codes(header.equipment, "equipment"),
        raw_file=file,
        raw_reference=header.raw_reference,
        reason=header.reason,
        revision=header.revision,
    )
