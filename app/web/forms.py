"""Forms are drawn from contracts and read back into them; nobody copies fields by hand.

A field's title is its label, its description the hint, `json_schema_extra` may hold a `unit`,
`rows` (blank rows offered for a tuple of contracts), `wide` (a text area) or `secret`.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic import BaseModel, SecretStr, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from starlette.datastructures import FormData, UploadFile

from app.errors import BadInput, FieldError
from app.web.words import say
from schemas.base import Contract

C = TypeVar("C", bound=Contract)
ROWS_MAX = 400


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
        """What is wrong with this field, or nothing."""
        return next((each.says for each in self.errors if each.field == name), "")


def read_form(
    contract: type[C], form: FormData, zone: str, fixed: dict[str, Any] | None = None
) -> C:
    """Read a contract from what was sent; blank means not given.

    Names with dots reach into nested contracts ("donor.code", "readings.0.value"). Local times
    are read in `zone`. `fixed` are fields that come from elsewhere and cannot be overwritten.

    Raises:
        BadInput: with every field that could not be read, and what would be right.
    """
    raw: dict[str, Any] = {}
    for name in form:
        given = [each for each in form.getlist(name) if isinstance(each, str) and each.strip()]
        if given and not name.startswith("_"):
            _put(raw, name.split("."), given if len(given) > 1 else given[0])
    shaped = _shape(contract, raw, zone)
    shaped.update(fixed or {})
    return parse(contract, shaped)


def parse(contract: type[C], raw: dict[str, Any]) -> C:
    """Validate plain values into a contract.

    Raises:
        BadInput: with every field that could not be read, in words.
    """
    try:
        return contract.model_validate(raw)
    except ValidationError as wrong:
        raise BadInput(errors_of(contract, wrong)) from wrong


def errors_of(contract: type[BaseModel], wrong: ValidationError) -> list[FieldError]:
    """Validation errors as words at fields, one for each field."""
    found: dict[str, FieldError] = {}
    for each in wrong.errors(include_url=False):
        path = [str(part) for part in each["loc"] if not _is_tag(part)]
        name = ".".join(path)
        found.setdefault(name, FieldError(name, say(each, label_of(contract, path))))
    return list(found.values())


def _is_tag(part: int | str) -> bool:
    """Whether a part of an error's path is pydantic's own: a union's tag or a function."""
    return isinstance(part, str) and (
        "[" in part or part.startswith(("function-", "lax-or", "json-or"))
    )


def label_of(contract: type[BaseModel], path: list[str]) -> str:
    """The label of the field at this path, as it stands on the form."""
    info: FieldInfo | None = None
    inside: type[BaseModel] | None = contract
    for part in path:
        if inside is not None and part in inside.model_fields:
            info = inside.model_fields[part]
            inside = contract_in(info.annotation)
    return info.title if info and info.title else (path[-1].replace("_", " ") if path else "form")


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
        shown: Any = (sent or []) if many else self.typed.value(name)
        if not self.typed.values:
            shown = (
                [shown_value(each, self.zone) for each in (default or ())]
                if many
                else shown_value(default, self.zone)
            )
        secret = isinstance(kind, type) and issubclass(kind, SecretStr)
        return FormField(
            name=name,
            label=info.title or name.replace("_", " "),
            kind=_widget(kind, info, choices, many=many),
            hint=info.description or "",
            unit=str(extra(info).get("unit", "")),
            required=info.is_required() and kind is not bool,
            options=choices,
            value="" if secret else shown,
            error=self.typed.error(name),
        )


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
    if extra(info).get("wide") or _longest(info) > 400:  # noqa: PLR2004 - schemas.base.Text
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


def _longest(info: FieldInfo) -> int:
    metadata = [*info.metadata, *_flat_metadata(info.annotation)]
    return max([getattr(each, "max_length", 0) or 0 for each in metadata], default=0)


def _flat_metadata(annotation: Any) -> list[Any]:
    if get_origin(annotation) is Annotated:
        return list(get_args(annotation)[1:])
    if get_origin(annotation) in (Union, UnionType):
        return [part for each in get_args(annotation) for part in _flat_metadata(each)]
    return []


def extra(info: FieldInfo) -> dict[str, Any]:
    """The further facts of a field: unit, rows, wide."""
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}


def bare(annotation: Any) -> Any:
    """An annotation without Annotated and without "or None"."""
    if get_origin(annotation) is Annotated:
        return bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        left = [each for each in get_args(annotation) if each is not type(None)]
        return bare(left[0]) if len(left) == 1 else annotation
    return annotation


def item_type(kind: Any) -> Any:
    """What a tuple holds, or None when it is not one."""
    return get_args(kind)[0] if get_origin(kind) is tuple and get_args(kind) else None


def contract_in(annotation: Any) -> type[BaseModel] | None:
    """The contract inside an annotation, if there is one."""
    kind = bare(annotation)
    kind = bare(item_type(kind)) if item_type(kind) is not None else kind
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def shown_value(value: Any, zone: str) -> str:
    """A value as a form shows it: local times in the site's zone, amounts with their digits."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return "true" if value else ""
    return str(value)


def _put(raw: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        inside = raw.setdefault(part, {})
        if not isinstance(inside, dict):
            return
        raw = inside
    raw[path[-1]] = value


def _shape(contract: type[BaseModel], raw: dict[str, Any], zone: str) -> dict[str, Any]:
    """Give what was sent the shape of the contract: rows as lists, local times with an offset."""
    shaped: dict[str, Any] = {}
    for name, value in raw.items():
        info = contract.model_fields.get(name)
        kind = bare(info.annotation) if info else None
        inner = item_type(kind)
        nested = contract_in(info.annotation) if info else None
        if inner is not None and isinstance(value, dict):
            rows = [value[key] for key in sorted(value, key=lambda key: (len(key), key))]
            shaped[name] = [
                _shape(nested, row, zone) if nested and isinstance(row, dict) else row
                for row in rows
            ]
        elif inner is not None:
            shaped[name] = value if isinstance(value, list) else [value]
        elif nested is not None and isinstance(value, dict):
            shaped[name] = _shape(nested, value, zone)
        elif isinstance(kind, type) and issubclass(kind, datetime):
            shaped[name] = with_zone(value, zone)
        else:
            shaped[name] = value[-1] if isinstance(value, list) else value
    return shaped


LOCAL = re.compile(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?$")


def with_zone(value: Any, zone: str) -> Any:
    """A local time as typed, with the offset it has in this zone; anything else as it is."""
    if not isinstance(value, str) or not LOCAL.match(value):
        return value
    try:
        local = datetime.fromisoformat(value).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        return value
    return local.isoformat()


def upload_in(form: FormData, name: str) -> UploadFile | None:
    """The file sent under this name, or None."""
    found = form.get(name)
    return found if isinstance(found, UploadFile) and found.filename else None


def adapter_for(kind: Any) -> TypeAdapter[Any]:
    """A validator for a type that is not a contract of its own (a union of contracts)."""
    return TypeAdapter(kind)
