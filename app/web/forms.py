"""Forms are read back into contracts: what was sent, in the contract's shape, or words why not."""

import re
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from starlette.datastructures import FormData, UploadFile

from app.errors import BadInput, FieldError
from app.web.annotations import bare, contract_in, item_type
from app.web.fields import FormField, Option, Typed, anchor, fields_of
from app.web.local_times import OddTime, with_offset
from app.web.words import say
from schemas.base import Contract, readable

__all__ = [
    "FormField",
    "Option",
    "Typed",
    "adapter_for",
    "anchor",
    "fields_of",
    "parse",
    "read_form",
    "upload_in",
]

C = TypeVar("C", bound=Contract)


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
    odd: list[FieldError] = []
    shaped = _shape(contract, raw, zone, odd)
    shaped.update(fixed or {})
    try:
        return parse(contract, shaped)
    except BadInput as wrong:
        known = {each.field for each in odd}
        raise BadInput(
            [*odd, *(each for each in wrong.errors if each.field not in known)]
        ) from wrong


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


def _put(raw: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        inside = raw.setdefault(part, {})
        if not isinstance(inside, dict):
            return
        raw = inside
    raw[path[-1]] = value


def _shape(
    contract: type[BaseModel],
    raw: dict[str, Any],
    zone: str,
    odd: list[FieldError],
    path: str = "",
) -> dict[str, Any]:
    """Give what was sent the shape of the contract: rows as lists, local times with an offset.

    A time the clocks never showed, or showed twice, is left as it is and noted in `odd`.
    """
    shaped: dict[str, Any] = {}
    for name, value in raw.items():
        info = contract.model_fields.get(name)
        kind = bare(info.annotation) if info else None
        inner = item_type(kind)
        nested = contract_in(info.annotation) if info else None
        if inner is not None and isinstance(value, dict):
            rows = [value[key] for key in sorted(value, key=lambda key: (len(key), key))]
            shaped[name] = [
                _shape(nested, row, zone, odd, f"{path}{name}.{at}.")
                if nested and isinstance(row, dict)
                else row
                for at, row in enumerate(rows)
            ]
        elif inner is not None:
            shaped[name] = value if isinstance(value, list) else [value]
        elif nested is not None and isinstance(value, dict):
            shaped[name] = _shape(nested, value, zone, odd, f"{path}{name}.")
        elif isinstance(kind, type) and issubclass(kind, datetime):
            shaped[name] = _moment(value, zone, path + name, odd)
        else:
            shaped[name] = value[-1] if isinstance(value, list) else value
    return shaped


LOCAL = re.compile(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?$")


def _moment(value: Any, zone: str, name: str, odd: list[FieldError]) -> Any:
    try:
        return with_zone(value, zone)
    except OddTime as wrong:
        odd.append(FieldError(name, str(wrong)))
        return value


def with_zone(value: Any, zone: str) -> Any:
    """A local time as typed, with the offset it has in this zone; anything else as it is.

    Raises:
        OddTime: the clocks never showed it, or showed it twice.
    """
    if not isinstance(value, str) or not LOCAL.match(value):
        return value
    try:
        return with_offset(value, zone)
    except OddTime:
        raise
    except ValueError:
        return value


def upload_in(form: FormData, name: str) -> UploadFile | None:
    """The file sent under this name, called as a reader can read it, or None."""
    found = form.get(name)
    if not isinstance(found, UploadFile) or not found.filename:
        return None
    found.filename = readable(found.filename)[:200] or "file"
    return found


def adapter_for(kind: Any) -> TypeAdapter[Any]:
    """A validator for a type that is not a contract of its own (a union of contracts)."""
    return TypeAdapter(kind)
