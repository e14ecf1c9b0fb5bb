"""The canonical form: one for each value, and never of a float, however deep it lies."""

import json
from typing import Any

import pytest

from schemas.base import Amount, Contract
from schemas.release import Dossier
from schemas.trail import Entry


class Loose(Contract):
    """A contract with room for anything."""

    inside: dict[str, Any]


class Around(Contract):
    """A contract with such a one in it."""

    loose: Loose | None = None
    amount: Amount | None = None


class Measured(Contract):
    """A contract whose own field is a float, which none of ours is."""

    value: float


@pytest.mark.parametrize(
    "contract",
    [
        Loose(inside={"deep": [{"er": 1.5}]}),
        Around(loose=Loose(inside={"value": 0.1})),
        Measured(value=2.0),
    ],
)
def test_a_float_is_refused_wherever_it_lies(contract: Contract) -> None:
    with pytest.raises(TypeError, match="must be exact"):
        contract.canonical()


def test_what_holds_no_float_is_written_alike_searched_or_not() -> None:
    around = Around.model_validate({"amount": "92.10", "loose": {"inside": {"b": 1, "a": "é"}}})
    assert around.canonical() == '{"amount":"92.10","loose":{"inside":{"a":"é","b":1}}}'.encode()
    assert json.loads(around.canonical()) == around.plain()


def test_only_a_contract_that_cannot_hold_a_float_goes_unsearched() -> None:
    from schemas.base import _is_exact

    assert _is_exact(Dossier)
    assert not _is_exact(Entry)
    assert not _is_exact(Around)
