"""What changed between two versions of a document, place by place."""

from collections.abc import Iterator

from schemas.base import Contract
from schemas.document import Difference

_NAMES = ("code", "name", "sample_point")


def differences(was: Contract, now: Contract) -> tuple[Difference, ...]:
    """Every place that differs, in the order of the newer document, removed places last.

    An item of a list is known by its code, so that a step put in between changes no other.
    """
    old, new = dict(_places(was.plain(), "")), dict(_places(now.plain(), ""))
    changed = [
        Difference(place=place, was=old.get(place), now=value)
        for place, value in new.items()
        if old.get(place) != value
    ]
    removed = [
        Difference(place=place, was=value, now=None)
        for place, value in old.items()
        if place not in new
    ]
    return (*changed, *removed)


def _places(value: object, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inside in value.items():
            yield from _places(inside, f"{place} / {name}" if place else name)
    elif isinstance(value, list):
        for at, inside in enumerate(value):
            yield from _places(inside, f"{place} / {_known_as(inside, at)}")
    elif isinstance(value, bool):
        yield place, "yes" if value else "no"
    elif value is not None:
        yield place, str(value)


def _known_as(item: object, at: int) -> str:
    if isinstance(item, dict):
        for name in _NAMES:
            if isinstance(item.get(name), str):
                return str(item[name])
    return str(at + 1)
