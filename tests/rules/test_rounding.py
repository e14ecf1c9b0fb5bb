"""Rounding as USP 7.20 and the Ph. Eur. do it: once, half-up, on the reportable value."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.masters.rounding import (
    cut_to_decimals,
    decimals_of,
    figures_of,
    round_to_decimals,
    round_to_figures,
    round_to_limit,
)
from schemas.specification import Rounding

numbers = st.decimals(-(10**6), 10**6, places=6)


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [
        pytest.param("94.5", 0, "95", id="a half goes up, where Python's round goes to even"),
        pytest.param("93.5", 0, "94", id="a half before an odd digit goes up too"),
        pytest.param("94.4999", 0, "94", id="less than a half goes down"),
        pytest.param("97.95", 1, "98.0", id="the zero that rounding makes is kept"),
        pytest.param("-0.04", 1, "0.0", id="zero has no sign"),
        pytest.param("-2.5", 0, "-3", id="a half below zero goes away from zero"),
        pytest.param("123456789012345678901234567890.5", 0, "123456789012345678901234567891",
                     id="thirty digits are not too many"),
    ],
)  # fmt: skip
def test_rounding_to_decimals(value: str, decimals: int, rounded: str) -> None:
    assert str(round_to_decimals(Decimal(value), decimals)) == rounded


@pytest.mark.parametrize(
    ("value", "figures", "rounded"),
    [
        pytest.param("98.28568", 4, "98.29", id="four figures"),
        pytest.param("98.28568", 3, "98.3", id="three figures"),
        pytest.param("9.996", 3, "10.0", id="a carry brings no fourth figure"),
        pytest.param("0.0155", 2, "0.016", id="zeros in front do not count"),
        pytest.param("1949", 2, "1900", id="figures before the point"),
        pytest.param("0", 3, "0", id="zero stays zero"),
    ],
)
def test_rounding_to_figures(value: str, figures: int, rounded: str) -> None:
    assert format(round_to_figures(Decimal(value), figures), "f") == rounded


@pytest.mark.parametrize(
    ("limit", "decimals", "figures"),
    [
        ("100.0", 1, 4),
        ("95", 0, 2),
        ("0.02", 2, 1),
        ("0.020", 3, 2),
        ("-1.50", 2, 3),
        ("0", 0, 0),
        ("0.00", 2, 0),
    ],
)
def test_the_digits_of_a_limit_count(limit: str, decimals: int, figures: int) -> None:
    assert (decimals_of(limit), figures_of(limit)) == (decimals, figures)


@pytest.mark.parametrize(
    ("policy", "reported"),
    [
        pytest.param(Rounding.USP, "98.3", id="USP rounds to the decimals of the limit"),
        pytest.param(Rounding.PH_EUR, "98.29", id="Ph. Eur. rounds to its figures"),
        pytest.param(Rounding.NONE, "98.28568", id="without a policy nothing is rounded"),
    ],
)
def test_one_value_three_policies(policy: Rounding, reported: str) -> None:
    assert str(round_to_limit(Decimal("98.28568"), "100.0", policy)) == reported


def test_a_limit_of_zero_has_no_figures_so_its_decimals_count() -> None:
    assert str(round_to_limit(Decimal("0.004"), "0.00", Rounding.PH_EUR)) == "0.00"


def test_digits_left_out_for_the_eye_are_not_rounded() -> None:
    assert str(cut_to_decimals(Decimal("94.9999999"), 2)) == "94.99"


@given(numbers, st.integers(0, 6))
def test_rounding_moves_by_half_a_step_at_most(value: Decimal, decimals: int) -> None:
    assert abs(round_to_decimals(value, decimals) - value) * 2 <= Decimal(1).scaleb(-decimals)


@given(numbers, numbers, st.integers(1, 8))
def test_rounding_keeps_the_order(one: Decimal, other: Decimal, figures: int) -> None:
    low, high = sorted([one, other])
    assert round_to_decimals(low, figures) <= round_to_decimals(high, figures)
    assert round_to_figures(low, figures) <= round_to_figures(high, figures)


@given(numbers, st.integers(1, 8))
def test_rounding_twice_is_rounding_once(value: Decimal, figures: int) -> None:
    once = round_to_figures(value, figures)
    assert round_to_figures(once, figures) == once
