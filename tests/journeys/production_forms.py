"""The same entries as a browser sends them: local times, one box for numbers in a row."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from schemas.expansion import PerformStep
from schemas.master_step import Step
from schemas.step import ChooseValues, MeasureValues, StepValues
from tests.conftest import ZONE


def local(moment: datetime) -> str:
    """A moment as a browser sends it."""
    return moment.astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%dT%H:%M")


def shown(value: Any) -> str:
    """A value as a browser sends it."""
    if isinstance(value, datetime):
        return local(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def value_boxes(values: StepValues) -> dict[str, str]:
    """The boxes of a step's own values."""
    if isinstance(values, MeasureValues | ChooseValues):
        return {f"values.{each.code}": each.value for each in values.values}
    return {
        f"values.{name}": shown(value)
        for name in type(values).model_fields
        if name != "kind" and (value := getattr(values, name)) is not None
    }


def boxes(step: Step, done: PerformStep) -> dict[str, str]:
    """Every box of the step's form, filled."""
    sent = {"occurrence": str(done.occurrence), "room": done.room, **value_boxes(done.values)}
    rows = [each.code for each in step.materials]
    for used in done.materials:
        row = rows.index(used.code)
        sent[f"materials.{row}.lot"] = used.lot
        sent[f"materials.{row}.quantity"] = shown(used.quantity)
    for row, code in enumerate((*rows, *rows)):
        sent[f"materials.{row}.code"] = code
    for row, piece in enumerate(done.equipment):
        sent[f"equipment.{row}.kind"] = piece.kind
        sent[f"equipment.{row}.equipment"] = piece.equipment
    if done.containers:
        sent["containers"] = "\n".join(done.containers)
    return sent


def names_on(page: str) -> set[str]:
    """The names of every box on a page."""
    return set(re.findall(r'name="([^"]+)"', page))
