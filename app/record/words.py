"""Values in words on paper: what was entered, digit for digit, under the labels of the screen.

What was entered is printed as it was entered. What was calculated gets its thousands set apart.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from schemas.base import in_zone
from schemas.people import ROLE_TITLES, Role
from schemas.quantity import THIN_SPACE, Unit, apart

NOTHING = "–"
SHORT = 240
"""What is longer is cut in a line of the trail: the whole stands in the attached file."""

_ISO = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$")


@dataclass(frozen=True)
class Listed:
    """Several things of one kind, entered together: a table with a row for each."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def shown(value: object, zone: str = "UTC") -> str:
    """One value as a reader understands it; None is a dash, not a blank."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        local = in_zone(value, zone)
        offset = local.strftime("%z")
        return f"{local:%Y-%m-%d %H:%M} {offset[:3]}:{offset[3:]}"
    if isinstance(value, Decimal):
        return format(value, "f")
    return _named(value) if isinstance(value, Enum) else _composed(value, zone)


def _named(value: Enum) -> str:
    """A unit by its sign, anything else by what people call it."""
    if isinstance(value, Unit):
        return value.sign or NOTHING
    return str(getattr(value, "label", None) or str(value.value).replace("_", " "))


def _composed(value: object, zone: str) -> str:
    if isinstance(value, BaseModel):
        return ", ".join(f"{title}: {words}" for title, words in entered(value, zone))
    if isinstance(value, list | tuple):
        joint = "; " if any(isinstance(each, BaseModel) for each in value) else " "
        return joint.join(shown(each, zone) for each in value) or NOTHING
    if isinstance(value, dict):
        return ", ".join(f"{key}: {shown(each, zone)}" for key, each in value.items()) or NOTHING
    return _read(str(value), zone)


def _read(text: str, zone: str) -> str:
    """Words as they are; a moment kept as text is read like any other moment."""
    return shown(datetime.fromisoformat(text), zone) if _ISO.match(text) else text


def title_of(name: str, info: FieldInfo | None) -> str:
    """The label of a field with its unit, as on the screen."""
    facts = info.json_schema_extra if info and isinstance(info.json_schema_extra, dict) else {}
    title = (info.title if info else None) or name.replace("_", " ").capitalize()
    return f"{title} ({facts['unit']})" if "unit" in facts else title


def entered(
    contract: BaseModel, zone: str = "UTC", *, without: tuple[str, ...] = ()
) -> tuple[tuple[str, str], ...]:
    """What was entered, as (label with unit, value) pairs, in the order of the form.

    Several contracts under one label are left to `listed`; `without` names fields that are
    printed elsewhere.
    """
    return tuple(
        (title_of(name, info), shown(value, zone))
        for name, info, value in _fields(contract)
        if name not in without and not _is_several(value) and value != ()
    )


def listed(contract: BaseModel, zone: str = "UTC") -> tuple[Listed, ...]:
    """What was entered several times under one label, as tables."""
    return tuple(
        _table(title_of(name, info), value, zone)
        for name, info, value in _fields(contract)
        if _is_several(value)
    )


def _fields(contract: BaseModel) -> list[tuple[str, FieldInfo, Any]]:
    """Every field that holds something."""
    return [
        (name, info, getattr(contract, name))
        for name, info in type(contract).model_fields.items()
        if name != "kind" and getattr(contract, name) is not None
    ]


def _is_several(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], BaseModel)


def _table(title: str, rows: tuple[BaseModel, ...], zone: str) -> Listed:
    fields = type(rows[0]).model_fields
    names = [each for each in fields if any(getattr(row, each) is not None for row in rows)]
    return Listed(
        title=title,
        columns=tuple(title_of(each, fields[each]) for each in names),
        rows=tuple(tuple(shown(getattr(row, each), zone) for each in names) for row in rows),
    )


def step_in(about: str) -> str:
    """Where in a lot's journey a reference lies, in short.

    lot/UNIT1-26-0001/step/P1-02/1 gives P1-02, lot/A-1/result/A-1-R04 gives R04.
    """
    kind, *parts = about.split("/")
    if kind == "lot" and parts[1:2] == ["step"]:
        return parts[2]
    if kind == "lot" and parts[1:2] == ["result"]:
        return parts[2].removeprefix(f"{parts[0]}-")
    return about


def role(value: str) -> str:
    """A role as people say it; what acted without a person keeps its own name."""
    return ROLE_TITLES[Role(value)] if value in tuple(Role) else value


def whole(amount: Decimal | str) -> str:
    """A count of cells in thousands set apart by thin spaces, half of a cell left out."""
    return f"{Decimal(amount).to_integral_value():,}".replace(",", THIN_SPACE)


def plain(amount: Decimal | str) -> str:
    """A calculated amount without the zeros a database adds: 0, 15, 6.478."""
    digits = format(Decimal(amount), "f")
    return (digits.rstrip("0").rstrip(".") if "." in digits else digits) or "0"


def number_in(shown_with_unit: str | None) -> str:
    """The number of a value, its unit left out: it stands in the heading."""
    return apart(shown_with_unit.partition(" ")[0]) if shown_with_unit else NOTHING


def short(text: str) -> str:
    """A value in a line of the trail."""
    return text if len(text) <= SHORT else f"{text[:SHORT]}… (whole in trail.jsonl)"
