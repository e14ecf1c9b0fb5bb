"""The values of a step's form: drawn from its contract and its master."""

from datetime import datetime
from typing import Any

from fastapi import Request

from app.web.fields import (
    FormField,
    Option,
    Typed,
    chosen_when_twice,
    fields_of,
    shown_value,
)
from schemas.master_step import FieldKind, Step, StepField
from schemas.step import VALUES_OF, StepKind

YES_NO = (Option("true", "Yes"), Option("false", "No"))


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
    fields = (*_by_master(step, typed, values or {}, zone), *drawn)
    return tuple(sorted(fields, key=lambda each: each.name == "values.remark"))


def _as_sent(values: dict[str, Any]) -> dict[str, Any]:
    """Answers as a form sends them: a bool is the word of its radio button."""
    return {
        name: ("true" if value else "false") if isinstance(value, bool) else value
        for name, value in values.items()
    }


def _by_master(
    step: Step, typed: Typed, values: dict[str, Any], zone: str
) -> tuple[FormField, ...]:
    entered = {each["code"]: each["value"] for each in values.get("values", ())}
    if step.kind is StepKind.CONFIRM:
        says = "Done as instructed"
        return (drawn_field(typed, "values.confirmed", says, "checkbox", required=True),)
    return tuple(_of_master(each, typed, entered.get(each.code, ""), zone) for each in step.fields)


def _of_master(field: StepField, typed: Typed, value: str, zone: str) -> FormField:
    is_time = field.kind is FieldKind.TIME
    if is_time and value:
        value = shown_value(datetime.fromisoformat(value), zone)
    kinds = {
        FieldKind.NUMBER: "number",
        FieldKind.CHOICE: "radios",
        FieldKind.TEXT: "text",
        FieldKind.TIME: "datetime-local",
    }
    drawn = drawn_field(
        typed,
        f"values.{field.code}",
        field.title,
        kinds[field.kind],
        hint=field.hint or "",
        unit=field.unit.sign if field.unit else (zone if is_time else ""),
        options=tuple(Option(each, each) for each in field.choices),
        value=value,
    )
    return chosen_when_twice(drawn, zone)


def drawn_field(
    typed: Typed, name: str, label: str, kind: str, *, value: str = "", **more: Any
) -> FormField:
    """One field that no contract names, with what was typed in it."""
    shown = typed.value(name)
    return FormField(
        name=name,
        label=label,
        kind=kind,
        value=value if shown is None else shown,
        error=typed.error(name),
        **more,
    )
