"""Forms are drawn from contracts; nobody copies fields by hand.

A field's title is its label, its description the hint, `json_schema_extra` may hold a `unit`,
`rows` (blank rows offered for a tuple of contracts) or `wide` (a text area).
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from app.errors import FieldError
from app.web.annotations import bare, extra, item_type, longest
from app.web.local_times import twice, words_of
from schemas.base import in_zone

ROWS_MAX = 400
SHORT_CHOICES = 24
"""As many letters as "Yes", "No" and "Not applicable" have: together they fit a telephone."""


def anchor(name: str) -> str:
    """A field's name as part of an element's id."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name)


@dataclass(frozen=True)
class Option:
    """One choice of a select or of radio buttons."""

    value: str
    label: str


@dataclass(frozen=True)
class FormField:
    """One field as a template draws it."""

    name: str
    label: str
    kind: str
    hint: str = ""
    unit: str = ""
    required: bool = True
    options: tuple[Option, ...] = ()
    value: Any = ""
    error: str = ""
    rows: tuple[tuple["FormField", ...], ...] = ()

    @property
    def id(self) -> str:
        """The element's id; the error summary links to it."""
        return "f-" + anchor(self.name)

    @property
    def is_short(self) -> bool:
        """Whether its choices are so short that they stand in one line."""
        return sum(len(each.label) for each in self.options) <= SHORT_CHOICES


@dataclass(frozen=True)
class Typed:
    """What a person typed and what was wrong with it, for drawing the same form again."""

    values: dict[str, list[str]] = field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()

    def value(self, name: str) -> str | None:
        """What was typed in this field, or None when the form was not sent."""
        found = self.values.get(name)
        return found[0] if found else ("" if self.values else None)

    def error(self, name: str) -> str:
        """What is wrong with this field, all of it, or nothing."""
        return " ".join(dict.fromkeys(each.says for each in self.errors if each.field == name))


def fields_of(
    contract: type[BaseModel],
    typed: Typed | None = None,
    values: dict[str, Any] | None = None,
    *,
    prefix: str = "",
    leave_out: tuple[str, ...] = (),
    zone: str = "UTC",
    options: dict[str, tuple[Option, ...]] | None = None,
) -> tuple[FormField, ...]:
    """The fields of a contract, with what was typed (or `values`) in them and errors beside.

    `options` turns a text field into a choice of what exists. Nested contracts come as
    their own fields with dotted names; tuples of contracts as rows.
    """
    drawing = _Drawing(typed or Typed(), values or {}, zone, options or {})
    return tuple(
        each
        for name, info in contract.model_fields.items()
        if name not in leave_out
        for each in drawing.draw(prefix + name, info, (values or {}).get(name))
    )


@dataclass(frozen=True)
class _Drawing:
    typed: Typed
    values: dict[str, Any]
    zone: str
    options: dict[str, tuple[Option, ...]]

    def draw(self, name: str, info: FieldInfo, value: Any) -> tuple[FormField, ...]:
        kind = bare(info.annotation)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return self._nested(name, kind, value)
        inner = item_type(kind)
        if (
            inner is not None
            and isinstance(bare(inner), type)
            and issubclass(bare(inner), BaseModel)
        ):
            return (self._rows(name, info, bare(inner), value),)
        return (self._one(name, info, kind, inner, value),)

    def _nested(self, name: str, kind: type[BaseModel], value: Any) -> tuple[FormField, ...]:
        inside = value if isinstance(value, dict) else {}
        return fields_of(
            kind, self.typed, inside, prefix=f"{name}.", zone=self.zone, options=self.options
        )

    def _rows(self, name: str, info: FieldInfo, kind: type[BaseModel], value: Any) -> FormField:
        given = list(value or ())
        count = max(int(extra(info).get("rows", 1)), len(given))
        count = max(
            [
                count,
                *(
                    int(key.split(".")[name.count(".") + 1]) + 1
                    for key in self.typed.values
                    if key.startswith(name + ".") and key.split(".")[name.count(".") + 1].isdigit()
                ),
            ]
        )
        rows = tuple(
            fields_of(
                kind,
                self.typed,
                given[at] if at < len(given) else {},
                prefix=f"{name}.{at}.",
                zone=self.zone,
                options={key.removeprefix(f"{name}."): each for key, each in self.options.items()},
            )
            for at in range(min(count, ROWS_MAX))
        )
        return FormField(
            name,
            info.title or name,
            "rows",
            info.description or "",
            rows=rows,
            error=self.typed.error(name),
        )

    def _one(self, name: str, info: FieldInfo, kind: Any, inner: Any, value: Any) -> FormField:
        many = inner is not None
        choices = (
            self.options.get(name)
            or self.options.get(name.rsplit(".", 1)[-1])
            or options_of(bare(inner) if many else kind)
        )
        sent = self.typed.values.get(name)
        default = info.get_default() if not info.is_required() and value is None else value
        if choices and isinstance(default, bool):
            default = "true" if default else "false"  # one of two answers, not a tick
        shown: Any = (sent or []) if many else self.typed.value(name)
        if not self.typed.values:
            shown = (
                [shown_value(each, self.zone) for each in (default or ())]
                if many
                else shown_value(default, self.zone)
            )
        secret = isinstance(kind, type) and issubclass(kind, SecretStr)
        widget = _widget(kind, info, choices, many=many)
        if many and not choices:  # beside each other, or scanned one below the other
            shown = ("\n" if widget == "textarea" else " ").join(shown)
        drawn = FormField(
            name=name,
            label=info.title or name.replace("_", " "),
            kind=widget,
            hint=info.description or "",
            unit=self.zone if widget == "datetime-local" else str(extra(info).get("unit", "")),
            required=(info.is_required() and (kind is not bool or bool(choices)))
            or (bool(choices) and not many and default is not None),
            options=choices,
            value="" if secret else shown,
            error=self.typed.error(name),
        )
        return chosen_when_twice(drawn, self.zone)


def chosen_when_twice(drawn: FormField, zone: str) -> FormField:
    """A time that the clocks showed twice is chosen: before or after they were set back."""
    if drawn.kind != "datetime-local" or not isinstance(drawn.value, str):
        return drawn
    options = tuple(
        Option(each.isoformat(timespec="minutes"), words_of(each))
        for each in twice(drawn.value, zone)
    )
    return replace(drawn, kind="radios", options=options) if options else drawn


def options_of(kind: Any) -> tuple[Option, ...]:
    """The choices of an enumeration or of a literal, in its order; `label` says them in words."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return tuple(Option(str(each.value), in_words(each)) for each in kind)
    if get_origin(kind) is Literal:
        return tuple(Option(str(each), _as_words(str(each))) for each in get_args(kind))
    return ()


def in_words(value: Enum) -> str:
    """A value of an enumeration as people say it: its `label`, or its value as words."""
    return str(getattr(value, "label", None) or _as_words(str(value.value)))


def _as_words(value: str) -> str:
    words = value.replace("_", " ")
    return words[:1].upper() + words[1:]


def _widget(kind: Any, info: FieldInfo, choices: tuple[Option, ...], *, many: bool) -> str:
    if choices:
        return "checkboxes" if many else ("radios" if len(choices) <= 4 else "select")  # noqa: PLR2004 - more do not fit a thumb
    if extra(info).get("wide") or longest(info) > 400:  # noqa: PLR2004 - schemas.base.Text
        return "textarea"
    if not isinstance(kind, type):
        return "text"
    for family, widget in (
        (bool, "checkbox"),
        (SecretStr, "password"),
        (datetime, "datetime-local"),
        (date, "date"),
        (time, "time"),
        (int, "number"),
        (Decimal, "number"),
    ):
        if issubclass(kind, family):
            return widget
    return "text"


def shown_value(value: Any, zone: str) -> str:
    """A value as a form shows it: local times in the site's zone, amounts with their digits."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = in_zone(value, zone)
        plain = local.strftime("%Y-%m-%dT%H:%M")
        return local.isoformat(timespec="minutes") if twice(plain, zone) else plain
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return "true" if value else ""
    return str(value)
