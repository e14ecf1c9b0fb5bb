"""Values for any contract: mostly as its annotations say, now and then something else."""

import importlib
import math
import pkgutil
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr, ValidationError

import schemas
from schemas.base import Contract

JUNK = (
    None,
    True,
    -1,
    10**400,
    math.nan,
    math.inf,
    Decimal("NaN"),
    "",
    " ",
    "NaN",
    "1e999999",
    "9" * 5000,
    "a\0b",
    "\u202e0001",
    "e\u0301" * 3,
    "\u0958" * 400,
    "\u212a\u00ad",
    "\U000e0041",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "=1+1",
    "0001-01-01T00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    b"\xff",
    [],
    {},
    [[[[[[[[]]]]]]]],
    {"a": {"a": {"a": {}}}},
    object(),
)
"""What nobody means to send, and somebody does."""

ROWS_MAX = 2
TEXT = st.text(min_size=1, max_size=30)
NUMBERS = st.one_of(st.integers(0, 60), st.integers(1, 10**9)).map(Decimal)
AMOUNTS = st.one_of(NUMBERS, st.decimals(-1000, 100_000, places=2), st.just(Decimal("0.0100")))
SIMPLE: dict[type, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    int: st.one_of(st.integers(1, 5), st.integers(-2, 2**40)),
    Decimal: AMOUNTS,
    datetime: st.datetimes(timezones=st.just(UTC)),
    date: st.dates(date(2000, 1, 1), date(2060, 1, 1)),
    time: st.times(),
    bytes: st.binary(min_size=1, max_size=9),
    SecretStr: TEXT,
}


def every_contract() -> list[type[Contract]]:
    """Each contract of the package, by its name."""
    found: set[type[Contract]] = set()
    for module in pkgutil.iter_modules(schemas.__path__):
        held = vars(importlib.import_module(f"schemas.{module.name}")).values()
        found |= {each for each in held if isinstance(each, type) and issubclass(each, Contract)}
    return sorted(found - {Contract}, key=lambda each: (each.__module__, each.__name__))


def holds_a_secret(contract: type[BaseModel]) -> bool:
    """Whether a password is in it; such words are never signed, and do not come back."""
    return "password" in str(contract.model_json_schema())


@st.composite
def raw_values(draw: st.DrawFn, contract: type[BaseModel], depth: int = 0) -> dict[str, Any]:
    """What might be sent for a contract; a sixth of the first fields holds something else."""
    raw: dict[str, Any] = {}
    for name, info in contract.model_fields.items():
        if not info.is_required() and draw(st.integers(0, 2)) == 0:
            continue
        wild = depth == 0 and draw(st.integers(0, 5 * len(contract.model_fields))) == 0
        values = _of(info.annotation, info.metadata, depth)
        raw[name] = draw(st.sampled_from(JUNK) if wild else values)
    return raw


def _of(annotation: Any, metadata: list[Any], depth: int) -> st.SearchStrategy[Any]:
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _of(inside[0], [*metadata, *inside[1:]], depth)
    if origin in (Union, UnionType):
        kinds = [each for each in inside if each is not type(None) or depth < 6]
        return st.one_of([_of(each, metadata, depth) for each in reversed(kinds)])
    if origin is Literal:
        return st.sampled_from(inside)
    if origin in (tuple, list):
        return _rows(inside, metadata, depth)
    if origin is dict:
        values = _of(inside[1], [], depth + 1)
        return st.dictionaries(_of(inside[0], [], depth + 1), values, max_size=ROWS_MAX)
    return _plain(annotation, metadata, depth)


def _rows(inside: tuple[Any, ...], metadata: list[Any], depth: int) -> st.SearchStrategy[Any]:
    if len(inside) > 1 and inside[-1] is not Ellipsis:
        return st.tuples(*(_of(each, [], depth + 1) for each in inside))
    most = _least(metadata) + (ROWS_MAX if depth < 3 else 0)
    return st.lists(_of(inside[0], [], depth + 1), min_size=_least(metadata), max_size=most)


def _least(metadata: list[Any]) -> int:
    return max((getattr(each, "min_length", 0) or 0 for each in metadata), default=0)


def _plain(annotation: Any, metadata: list[Any], depth: int) -> st.SearchStrategy[Any]:
    if annotation is type(None):
        return st.none()
    if annotation is str:
        return _text(metadata)
    if not isinstance(annotation, type):
        return st.one_of(st.none(), TEXT, st.integers())
    if issubclass(annotation, Enum):
        return st.sampled_from(list(annotation))
    if issubclass(annotation, BaseModel):
        return raw_values(annotation, depth + 1)
    return next(
        (SIMPLE[each] for each in annotation.__mro__ if each in SIMPLE),
        st.one_of(st.none(), TEXT, st.integers()),
    )


def _text(metadata: list[Any]) -> st.SearchStrategy[str]:
    pattern = next((found for each in metadata if (found := getattr(each, "pattern", None))), None)
    if pattern:
        return st.from_regex(str(pattern), fullmatch=True)
    return st.text(min_size=_least(metadata), max_size=_least(metadata) + 20)


def check(contract: type[Contract], raw: dict[str, Any]) -> bool:
    """Whether the contract takes these values; what it takes is read back the same."""
    try:
        taken = contract.model_validate(raw)
    except ValidationError:
        return False
    if holds_a_secret(contract):
        assert taken.canonical()
        return True
    again = contract.from_canonical(taken.canonical())
    assert again == taken
    assert again.digest() == taken.digest()
    return True
