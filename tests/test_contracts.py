"""Every contract, whatever it is given: a clear no, or words that are read back the same."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas.base import Contract, Reason, Text
from tests.contracts import JUNK, check, every_contract, raw_values

CONTRACTS = every_contract()


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda each: each.__name__)
def test_what_is_taken_is_read_back_the_same(contract: type[Contract]) -> None:
    """A few values here; bench/attack_api.py tries many."""

    @settings(
        max_examples=2,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def whatever(data: st.DataObject) -> None:
        check(contract, data.draw(raw_values(contract)))

    whatever()


def test_nothing_but_a_no_comes_of_what_cannot_be_meant() -> None:
    """In every field of every contract, and as the whole of it."""
    for contract in CONTRACTS:
        for junk in JUNK:
            check(contract, dict.fromkeys(contract.model_fields, junk))
            with pytest.raises(ValidationError):
                contract.model_validate(junk or "nothing")
            with pytest.raises(ValidationError):
                contract.model_validate({"no such field": junk})


@pytest.mark.parametrize(
    ("kind", "text", "taken"),
    [
        pytest.param(Reason, "e\u0301" * 4, False, id="four letters spelt with eight signs"),
        pytest.param(Reason, "e\u0301" * 5, True, id="five"),
        pytest.param(Text, "e\u0301" * 400, True, id="400 letters spelt with 800 signs"),
        pytest.param(Text, "\u0958" * 201, False, id="201 letters that are stored as 402"),
        pytest.param(Text, "\u0958" * 200, True, id="200"),
    ],
)
def test_the_length_of_a_text_is_the_length_of_what_is_stored(
    kind: object, text: str, taken: bool
) -> None:
    """Else a text is taken once, and what holds it can never be read again."""
    words = TypeAdapter(kind)
    try:
        stored = words.validate_python(text)
    except ValidationError:
        assert not taken
    else:
        assert taken
        assert words.validate_python(stored) == stored


def test_every_contract_is_found() -> None:
    assert len(CONTRACTS) > 250
    assert len({each.__name__ for each in CONTRACTS}) > 240
