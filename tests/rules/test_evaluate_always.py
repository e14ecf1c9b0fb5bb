"""What holds whatever is typed: order, sameness, and no silent verdict (R-SPEC-05)."""

from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.reading import Evaluation, ResultState
from tests.rules.criteria import criterion, judged, limit

amounts = st.decimals(0, 200, places=3)
limits = st.decimals(0, 200, places=1).map(lambda value: format(value, "f"))
roundings = st.sampled_from(["none", "usp", "ph_eur"])
sides = st.sampled_from(["less_than", "at_most", "at_least", "more_than"])
signs = st.sampled_from(["<", "<=", ">", ">="])


@given(amounts, amounts, limits, roundings)
def test_a_higher_value_never_turns_a_pass_into_a_fail_for_at_least(
    one: Decimal, other: Decimal, value: str, rounding: str
) -> None:
    low, high = sorted([one, other])
    asked = criterion(acceptance=limit("at_least", value), rounding=rounding)
    if judged(asked, str(low)).state is ResultState.PASS:
        assert judged(asked, str(high)).state is ResultState.PASS


@given(st.one_of(amounts.map(str), st.tuples(signs, amounts).map("{0[0]}{0[1]}".format)),
       sides, limits, roundings)  # fmt: skip
def test_the_same_is_always_judged_the_same(
    typed: str, side: str, value: str, rounding: str
) -> None:
    assume(not typed.startswith("<") or Decimal(typed.strip("<=")) > 0)
    asked = criterion(acceptance=limit(side, value), rounding=rounding)
    once = judged(asked, typed)
    assert once.digest() == judged(asked, typed).digest()
    assert Evaluation.from_canonical(once.canonical()) == once


@given(signs, amounts, amounts, sides, limits)
def test_a_verdict_on_a_censored_value_holds_for_every_value_it_can_be(
    sign: str, end: Decimal, true: Decimal, side: str, value: str
) -> None:
    meant = {"<": true < end, "<=": true <= end, ">": true > end, ">=": true >= end}
    assume(meant[sign])
    asked = criterion(acceptance=limit(side, value), rounding="none")
    said, is_so = judged(asked, f"{sign}{end}").state, judged(asked, str(true)).state
    assert said in {is_so, ResultState.INDETERMINATE}


@given(
    sign=signs,
    end=amounts,
    true=amounts,
    side=st.sampled_from(["at_most", "at_least"]),
    value=limits,
    rounding=roundings,
)
def test_a_censored_pass_stands_after_rounding_too(
    *, sign: str, end: Decimal, true: Decimal, side: str, value: str, rounding: str
) -> None:
    meant = {"<": true < end, "<=": true <= end, ">": true > end, ">=": true >= end}
    assume(meant[sign])
    asked = criterion(acceptance=limit(side, value), rounding=rounding)
    if judged(asked, f"{sign}{end}").state is ResultState.PASS:
        assert judged(asked, str(true)).state is ResultState.PASS


@given(signs, amounts, limits, limits)
def test_an_indeterminate_range_leaves_a_pass_and_a_fail_possible(
    sign: str, end: Decimal, one: str, other: str
) -> None:
    assume(not (sign == "<" and end == 0))
    low, high = sorted([one, other], key=Decimal)
    asked = criterion(acceptance={"kind": "range", "low": low, "high": high}, rounding="none")
    step = Decimal("0.0005")
    near = [Decimal(each) + move for each in (low, high, str(end), "0", "300")
            for move in (-step, 0, step)]  # fmt: skip
    meant = {"<": end.__gt__, "<=": end.__ge__, ">": end.__lt__, ">=": end.__le__}[sign]
    states = {judged(asked, str(each)).state for each in near if each >= 0 and meant(each)}
    said = judged(asked, f"{sign}{end}").state
    assert {said} == states if len(states) == 1 else said is ResultState.INDETERMINATE
