"""What was sent from the form of a step, read back into its contracts."""

from collections.abc import Callable
from typing import Any

from starlette.datastructures import FormData, UploadFile

from app.errors import BadInput, FieldError
from app.expansion.pages.used import said
from app.web.forms import parse, read_form, with_zone
from app.web.local_times import OddTime
from schemas.expansion import CorrectStep, Performed, PerformStep
from schemas.master_step import FieldKind, Step
from schemas.step import VALUES_OF, StepKind

BY_HAND = frozenset({StepKind.MEASURE, StepKind.CHOOSE})
LINES = ("materials", "equipment")
CONFIRMED = {"kind": "confirm", "confirmed": True}
"""Stands in for the values while what is beside them is read."""


def read_performed(step: Step, form: FormData, zone: str) -> PerformStep:
    """Read what was sent for a step.

    Raises:
        BadInput: with every field that could not be read.
    """
    beside = _beside(form)
    done, values = _both(
        lambda: read_form(Performed, beside, zone), lambda: read_values(step, form, zone)
    )
    return PerformStep.model_validate({**done.model_dump(), "values": values})


def _beside(form: FormData) -> FormData:
    """What was sent beside the step's own values, without the lines that were left blank."""
    given = {name: form.getlist(name) for name in form}
    lines = {each for name in LINES for each in said(given, name)}
    return FormData(
        [
            (name, value)
            for name, value in form.multi_items()
            if not name.startswith(("values.", "_"))
            and name != "file"
            and (name.partition(".")[0] not in LINES or name.rpartition(".")[0] in lines)
        ]
    )


def read_correction(step: Step, form: FormData, zone: str) -> CorrectStep:
    """Read what was sent to correct an entry.

    Raises:
        BadInput: with every field that could not be read.
    """
    beside = _beside(form)
    # Lines that were emptied are none; a machine that leaves them out lets them stand.
    none: dict[str, Any] = {
        name: () for name in LINES if not any(each.startswith(f"{name}.") for each in beside)
    }
    correction, values = _both(
        lambda: read_form(CorrectStep, beside, zone, {**none, "values": CONFIRMED}),
        lambda: read_values(step, form, zone),
    )
    return CorrectStep.model_validate({**correction.model_dump(), "values": values})


def _both(one: Callable[[], Any], other: Callable[[], Any]) -> tuple[Any, Any]:
    """Read two parts of one form; what is wrong with both is said at once."""
    errors: list[FieldError] = []
    found: list[Any] = []
    for read in (one, other):
        try:
            found.append(read())
        except BadInput as wrong:
            errors += wrong.errors
    if errors:
        raise BadInput(errors)
    return found[0], found[1]


def read_values(step: Step, form: FormData, zone: str) -> Any:
    """Read the step's own values: the fields that begin with `values.`.

    Raises:
        BadInput: with every field that could not be read.
    """
    inside: list[tuple[str, str | UploadFile]] = [
        (name.removeprefix("values."), value)
        for name, value in form.multi_items()
        if name.startswith("values.") and isinstance(value, str)
    ]
    contract = VALUES_OF[step.kind]
    try:
        if step.kind in BY_HAND:
            return parse(contract, _named(step, {name: str(value) for name, value in inside}, zone))
        confirmed = any(name == "confirmed" and value for name, value in inside)
        kept = FormData([each for each in inside if each[0] != "confirmed"])
        return read_form(contract, kept, zone, {"confirmed": True} if confirmed else None)
    except BadInput as wrong:
        raise BadInput(
            [FieldError(f"values.{each.field}", each.says) for each in wrong.errors]
        ) from wrong


def _named(step: Step, sent: dict[str, str], zone: str) -> dict[str, Any]:
    remark = sent.pop("remark", "").strip()
    times = {each.code for each in step.fields if each.kind is FieldKind.TIME}
    given, wrong = {}, []
    for code, value in sent.items():
        try:
            given[code] = with_zone(value.strip(), zone) if code in times else value.strip()
        except OddTime as odd:
            wrong.append(FieldError(code, str(odd)))
    given = {code: value for code, value in given.items() if value}
    known = {*given, *(each.field for each in wrong)}
    missing = [each for each in step.fields if each.code not in known]
    wrong += [FieldError(each.code, f"Enter “{each.title}”.") for each in missing]
    if wrong:
        raise BadInput(wrong)
    values = [{"code": code, "value": value} for code, value in given.items()]
    return {"values": values, **({"remark": remark} if remark else {})}
