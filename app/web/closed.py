"""A form that cannot be sent as things stand says so when it is opened, not when it is sent."""

from collections.abc import Callable
from dataclasses import dataclass

from app.errors import RecordError


@dataclass(frozen=True)
class Closed:
    """Why a form is not offered, in the words of the refusal, and the page that shows more."""

    no: RecordError
    way_on: str


def closed_if(refuse: Callable[[], object], *, way_on: str) -> Closed | None:
    """Ask what the action will ask of the state of things, before a person types anything.

    Only the action decides: it asks again. Nothing is kept in the trail, for nothing was tried.
    """
    try:
        refuse()
    except RecordError as no:
        return Closed(no, way_on)
    return None
