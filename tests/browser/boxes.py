"""What a person types for a contract: the names and words of its boxes."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from pydantic import BaseModel

from tests.browser.visitor import Boxes
from tests.journeys.production_forms import local, shown


def boxes_of(values: BaseModel | Mapping[str, Any], prefix: str = "") -> Boxes:
    """Every box with something in it; names with dots reach into rows and nested contracts."""
    return dict(_each(values, prefix))


def _each(values: BaseModel | Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    inside = dict(values) if isinstance(values, BaseModel) else values
    for name, value in inside.items():
        full = f"{prefix}{name}"
        if value is None or name == "signing":
            continue
        if isinstance(value, BaseModel | dict):
            yield from _each(value, f"{full}.")
        elif isinstance(value, tuple | list) and any(
            isinstance(each, BaseModel | dict) for each in value
        ):
            for at, row in enumerate(value):
                yield from _each(row, f"{full}.{at}.")
        elif isinstance(value, tuple | list):
            yield full, [_word(each) for each in value]
        else:
            yield full, _word(value)


def _word(value: Any) -> str:
    if isinstance(value, datetime):
        return local(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value.value) if isinstance(value, Enum) else shown(value)
