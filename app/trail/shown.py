"""An entry as people read it: each row that changed, old and new side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schemas.trail import Entry, RowChange


@dataclass(frozen=True)
class Value:
    """One column of a changed row: what it was, if it changed, and what it is now."""

    column: str
    was: str | None
    now: str


@dataclass(frozen=True)
class ChangedRow:
    """One row that an entry wrote."""

    table: str
    key: str
    is_new: bool
    changed: tuple[Value, ...]
    kept: tuple[Value, ...]


def changed_rows(entry: Entry) -> tuple[ChangedRow, ...]:
    """The rows of an entry, each with what changed first."""
    return tuple(_row(each) for each in entry.changes)


def _row(change: RowChange) -> ChangedRow:
    old = change.old
    values = [
        Value(
            _words(column),
            None if old is None or column not in old else as_text(old[column]),
            as_text(value),
        )
        for column, value in change.new.items()
    ]
    return ChangedRow(
        table=_words(change.table),
        key=change.key,
        is_new=old is None,
        changed=tuple(each for each in values if old is None or each.was is not None),
        kept=tuple(each for each in values if old is not None and each.was is None),
    )


def told(details: Mapping[str, Any], prefix: str = "") -> tuple[tuple[str, str], ...]:
    """What an entry says beside its rows, as pairs of words; nested facts by their path."""
    found: list[tuple[str, str]] = []
    for key, value in details.items():
        name = f"{prefix}{_words(key)}"
        if isinstance(value, dict):
            found += told(value, f"{name}: ")
        else:
            found.append((name, as_text(value)))
    return tuple(found)


def _words(name: str) -> str:
    return name.replace("_", " ")


def as_text(value: Any) -> str:
    """A value of JSON in words."""
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(as_text(each) for each in value)
    if isinstance(value, dict):
        return "; ".join(f"{_words(key)}: {as_text(each)}" for key, each in value.items())
    return str(value)
