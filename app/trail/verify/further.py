"""What else is compared with the trail: rows that it tells of without keeping their state."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from app.trail.verify.entries import Found
from app.trail.verify.states import States

Check = Callable[[Connection, States, Found], int]
"""Looks at rows and at what the trail remembers; gives back how many rows there were."""


@dataclass(frozen=True)
class Further:
    """A section of the verification, the deeds it asks the trail for, and how it looks."""

    name: str
    deeds: frozenset[str]
    check: Check
