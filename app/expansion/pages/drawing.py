"""The form of a step: drawn from its contract, its master and what is in store."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session

from app.masters.rounding import digits
from app.supplies.actions import rooms, usable_equipment, usable_lots
from app.web.fields import FormField, Option, Typed, fields_of
from schemas.expansion import CorrectStep, Performed
from schemas.master import MasterBatchRecord
from schemas.master_step import FieldKind, Step, StepField
from schemas.production import EntryWords
from schemas.step import VALUES_OF, StepKind

YES_NO = (Option("true", "Yes"), Option("false", "No"))


@dataclass(frozen=True)
class Line:
    """One material, or one kind of equipment, with the fields beside it."""

    code: str
    title: str
    hint: str
    fields: tuple[FormField, ...]
    again: bool = False
    """Whether it is offered once more, for a second lot; most people leave it folded."""

    @property
    def is_filled(self) -> bool:
        """Whether something was typed here, or is wrong."""
        return any(each.value or each.error for each in self.fields)


def typed_in(request: Request) -> Typed:
    """What was typed before the form was refused."""
    typed: Typed = getattr(request.state, "typed", Typed())
    return typed


def value_fields(
    step: Step, typed: Typed, values: dict[str, Any] | None = None, *, zone: str
) -> tuple[FormField, ...]:
    """The fields of the step's own values; `values` are shown where nothing was typed."""
    contract = VALUES_OF[step.kind]
    yes_no: dict[str, tuple[Option, ...]] = {
        f"values.{name}": YES_NO
        for name, info in contract.model_fields.items()
        if info.annotation is bool
    }
    drawn = fields_of(
        contract,
        typed,
        _as_sent(values or {}),
        prefix="values.",
        leave_out=("kind", "values", "curve_file", "confirmed"),
        zone=zone,
        options=yes_no,
    )
    fields = (*_by_master(step, typed, values or {}), *(_in_one_box(each) for each in drawn))
    return tuple(sorted(fields, key=lambda each: each.name == "values.remark"))


def _as_sent(values: dict[str, Any]) -> dict[str, Any]:
    """Answers as a form sends them: a bool is the word of its radio button."""
    return {
        name: ("true" if value else "false") if isinstance(value, bool) else value
        for name, value in values.items()
    }


def _in_one_box(field: FormField) -> FormField:
    """Numbers that are typed one after the other stand in one box."""
    if isinstance(field.value, list) and not field.options:
        return replace(field, value=" ".join(str(each) for each in field.value))
    return field


def _by_master(step: Step, typed: Typed, values: dict[str, Any]) -> tuple[FormField, ...]:
    entered = {each["code"]: each["value"] for each in values.get("values", ())}
    if step.kind is StepKind.CONFIRM:
        says = "Done as instructed"
        return (_field(typed, "values.confirmed", says, "checkbox", required=True),)
    return tuple(_of_master(each, typed, entered.get(each.code, "")) for each in step.fields)


def _of_master(field: StepField, typed: Typed, value: str) -> FormField:
    kinds = {
        FieldKind.NUMBER: "number",
        FieldKind.CHOICE: "radios",
        FieldKind.TEXT: "text",
        FieldKind.TIME: "datetime-local",
    }
    return _field(
        typed,
        f"values.{field.code}",
        field.title,
        kinds[field.kind],
        hint=field.hint or "",
        unit=field.unit.sign if field.unit else "",
        options=tuple(Option(each, each) for each in field.choices),
        value=value,
    )


def _field(
    typed: Typed, name: str, label: str, kind: str, *, value: str = "", **more: Any
) -> FormField:
    shown = typed.value(name)
    return FormField(
        name=name,
        label=label,
        kind=kind,
        value=value if shown is None else shown,
        error=typed.error(name),
        **more,
    )


def material_lines(
    session: Session,
    master: MasterBatchRecord,
    step: Step,
    typed: Typed,
    *,
    at: datetime,
    zone: str,
) -> tuple[Line, ...]:
    """A line for each material of the step, and another where a second lot may be needed."""
    lines = []
    moved = _as_counted(typed, "materials")
    for row, use in enumerate((*step.materials, *step.materials)):
        need = master.material(use.code)
        usable = usable_lots(session, use.code, at=at, zone=zone)
        in_store = ", ".join(f"{each.number} (to {each.usable_until})" for each in usable)
        asked = f"{digits(use.minimum)} to {digits(use.maximum)}" if use.maximum else "as needed"
        again = row >= len(step.materials)
        options = () if use.scan else tuple(Option(each.number, each.number) for each in usable)
        lines.append(
            Line(
                use.code,
                f"{need.title}, second lot" if again else need.title,
                f"In store: {in_store or 'none that may be used'}.",
                (
                    _field(
                        moved,
                        f"materials.{row}.lot",
                        "Lot",
                        "select" if options else "text",
                        options=options,
                        required=not again and use.minimum > 0,
                    ),
                    _field(
                        moved,
                        f"materials.{row}.quantity",
                        "Quantity",
                        "number",
                        unit=need.unit.sign or "pieces",
                        hint=f"{asked} {need.unit.sign}".strip(),
                        required=not again and use.minimum > 0,
                    ),
                ),
                again,
            )
        )
    return tuple(lines)


def _as_counted(typed: Typed, name: str) -> Typed:
    """Errors at the lines they are about: lines left blank were not counted when it was read."""
    sent = sorted({int(key.split(".")[1]) for key in said(typed.values, name)})
    errors = []
    for each in typed.errors:
        first, _, rest = each.field.partition(".")
        row, _, last = rest.partition(".")
        if first == name and row.isdigit() and int(row) < len(sent):
            errors.append(replace(each, field=f"{name}.{sent[int(row)]}.{last}"))
    return Typed(typed.values, tuple(errors))


def said(values: Mapping[str, Sequence[object]], name: str) -> tuple[str, ...]:
    """The lines of materials or equipment, as `materials.3`, with more in them than their code."""
    return tuple(
        dict.fromkeys(
            key.rsplit(".", 1)[0]
            for key, given in values.items()
            if re.fullmatch(rf"{name}\.\d{{1,3}}\.\w+", key)
            and not key.endswith((".code", ".kind"))
            and any(isinstance(each, str) and each.strip() for each in given)
        )
    )


def equipment_lines(
    session: Session,
    master: MasterBatchRecord,
    step: Step,
    typed: Typed,
    *,
    at: datetime,
    zone: str,
) -> tuple[Line, ...]:
    """A line for each kind of equipment of the step, with what may be used."""
    titles = {each.code: each.title for each in master.equipment}
    lines = []
    moved = _as_counted(typed, "equipment")
    for row, kind in enumerate(step.equipment):
        usable = usable_equipment(session, kind, at=at, zone=zone)
        options = tuple(Option(each.code, f"{each.code} {each.title}") for each in usable)
        name = f"equipment.{row}.equipment"
        only = options[0].value if len(options) == 1 else ""
        field = _field(moved, name, titles[kind], "select", options=options, value=only)
        hint = "" if options else "None that may be used now."
        lines.append(Line(kind, titles[kind], hint, (field,)))
    return tuple(lines)


def common_fields(
    session: Session, step: Step, typed: Typed, zone: str, *, containers: bool
) -> tuple[FormField, ...]:
    """Room, containers where they are asked, time and reason."""
    clean = [each for each in rooms(session) if each.grade.suffices_for(step.room_grade)]
    options = {"room": tuple(Option(each.code, f"{each.code} {each.title}") for each in clean)}
    left_out = ("occurrence", "materials", "equipment") + (() if containers else ("containers",))
    only = {"room": clean[0].code} if len(clean) == 1 else {}
    drawn = fields_of(Performed, typed, only, leave_out=left_out, zone=zone, options=options)
    return tuple(_in_one_box(each) for each in drawn)


def correction_fields(words: EntryWords, typed: Typed, zone: str) -> tuple[FormField, ...]:
    """When it was really done, and why it is corrected."""
    return fields_of(
        CorrectStep,
        typed,
        {"performed_at": words.performed_at},
        leave_out=("entry", "values"),
        zone=zone,
    )
