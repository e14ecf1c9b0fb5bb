"""Values in words on paper: what was entered, digit for digit, under the labels of the screen."""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from zoneinfo import ZoneInfo

from pydantic import BaseModel

LEFT_OUT = frozenset({"kind"})


def shown(value: object, zone: str = "UTC") -> str:
    """One value as a reader understands it; None is a dash, not a blank."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        local = value.astimezone(ZoneInfo(zone))
        offset = local.strftime("%z")
        return f"{local:%Y-%m-%d %H:%M} {offset[:3]}:{offset[3:]}"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Enum):
        return str(getattr(value, "label", None) or str(value.value).replace("_", " "))
    if isinstance(value, BaseModel):
        return ", ".join(f"{title}: {words}" for title, words in entered(value, zone))
    if isinstance(value, list | tuple):
        joint = "; " if any(isinstance(each, BaseModel) for each in value) else " "
        return joint.join(shown(each, zone) for each in value) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {shown(each, zone)}" for key, each in value.items()) or "–"
    return str(value)


def entered(contract: BaseModel, zone: str = "UTC") -> tuple[tuple[str, str], ...]:
    """What was entered, as (label with unit, value) pairs, in the order of the form."""
    named = getattr(contract, "values", None)
    if isinstance(named, tuple) and named and hasattr(named[0], "code"):
        return tuple((each.code, each.value) for each in named)
    pairs = []
    for name, info in type(contract).model_fields.items():
        value = getattr(contract, name)
        if name in LEFT_OUT or value is None or value == ():
            continue
        facts = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        unit = f" ({facts['unit']})" if "unit" in facts else ""
        title = info.title or name.replace("_", " ").capitalize()
        pairs.append((f"{title}{unit}", shown(value, zone)))
    return tuple(pairs)


def step_in(about: str) -> str:
    """The step in a reference: lot/UNIT1-26-0001/step/P1-02/1 gives P1-02."""
    parts = about.split("/")
    return parts[parts.index("step") + 1] if "step" in parts[:-1] else about


def whole(amount: Decimal | str) -> str:
    """A count of cells in thousands set apart by thin spaces, half of a cell left out."""
    return f"{Decimal(amount).to_integral_value():,}".replace(",", "\u202f")
