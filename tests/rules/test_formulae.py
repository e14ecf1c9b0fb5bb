"""The mathematics of expansion, worked examples first (R-EXP-01 to R-EXP-13)."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.expansion import formulae
from app.expansion.formulae import FORMULAE, DoseRounding, rounded_dose
from app.masters.calculation import Formula, is_true, value_of
from app.masters.errors import CannotCalculate
from schemas.quantity import Calculation
from schemas.step_kind import CALCULATED, FORMULAS


def numbers(**given: str | tuple[str, ...]) -> dict[str, Any]:
    return {
        name: tuple(map(Decimal, each)) if isinstance(each, tuple) else Decimal(each)
        for name, each in given.items()
    }


def shown(asked: Formula[...], **given: str | tuple[str, ...]) -> str:
    calculation: Calculation = asked(**numbers(**given))
    return calculation.shown


COLTER_59R = [
    ("190000", "8.486", "39.6"),
    ("240000", "8.823", "38.1"),
    ("750000", "10.467", "32.1"),
]
"""Colter et al. 2000, table 2, donor 59R: 530 cells on 176 cm² grown for 14 days."""


@pytest.mark.parametrize(("harvested", "doublings", "hours"), COLTER_59R, ids=["P1", "P2", "P3"])
def test_a_published_passage_is_calculated_again(
    harvested: str, doublings: str, hours: str
) -> None:
    counts = {"harvested": harvested, "seeded": "530"}
    assert shown(formulae.population_doublings, **counts) == doublings
    assert shown(formulae.doubling_time, hours="336", **counts) == hours


def test_the_cumulative_total_is_added_from_unrounded_doublings() -> None:
    passages = tuple(
        value_of(formulae.population_doublings(harvested=Decimal(each), seeded=Decimal(530)))
        for each, _, _ in COLTER_59R
    )
    total = formulae.cumulative_doublings(carried=Decimal(0), passages=passages)
    assert total.shown == "27.775"
    assert sum(Decimal(each) for _, each, _ in COLTER_59R) == Decimal("27.776")


def test_doublings_are_carried_over_from_the_bank() -> None:
    assert shown(formulae.cumulative_doublings, carried="12.5", passages=("3", "2.25")) == "17.750"
    assert shown(formulae.cumulative_doublings, carried="12.5", passages=()) == "12.500"


@pytest.mark.parametrize(
    ("asked", "given", "result"),
    [
        (formulae.density, {"seeded": "530", "area_cm2": "176"}, "3.0"),
        (formulae.yield_per_cm2, {"harvested": "750000", "area_cm2": "176"}, "4261"),
        (formulae.fold, {"harvested": "5000000", "seeded": "1000000"}, "5.00"),
        (formulae.cfu_f_efficiency, {"colonies": "519", "seeded": "1000"}, "51.9"),
        (formulae.recovery, {"thawed": "850000", "frozen": "1000000"}, "85.0"),
        (formulae.viability, {"live": ("90", "95"), "dead": ("5", "10")}, "92.5"),
        (
            formulae.cells_per_ml,
            {"counted": ("120", "130"), "squares": ("4", "4"), "dilution": "2"},
            "625000",
        ),
        (
            formulae.total_cells,
            {"counted": ("250",), "squares": ("8",), "dilution": "2", "volume_ml": "10"},
            "6250000",
        ),
        (formulae.dose_cells, {"cells_per_kg": "1500000", "weight_kg": "72.4"}, "108600000"),
        (
            formulae.dose_volume,
            {"cells": "108600000", "per_ml": "5000000", "viability_percent": "92"},
            "23.61",
        ),
        (formulae.inhibition, {"with_cells": ("60", "80"), "without_cells": ("100",)}, "30.0"),
        (formulae.inhibition, {"with_cells": ("120",), "without_cells": ("100",)}, "-20.0"),
        (formulae.fold_of_control, {"treated": ("30",), "control": ("10", "20")}, "2.00"),
        (
            formulae.theoretical_total,
            {"before": "2000000", "harvested": "5000000", "seeded": "1000000"},
            "10000000",
        ),
        (
            formulae.doublings_of_p0,
            {"harvested": "8000000", "mononuclear_cells": "100000000", "cfu_f_percent": "0.01"},
            "9.644",
        ),
        (formulae.population_doublings, {"harvested": "500", "seeded": "1000"}, "-1.000"),
        (formulae.population_doublings, {"harvested": "0", "seeded": "1000"}, "not defined"),
    ],
)
def test_a_worked_example(
    asked: Formula[...], given: dict[str, str | tuple[str, ...]], result: str
) -> None:
    assert shown(asked, **given) == result


@pytest.mark.parametrize(
    ("harvested", "hours"),
    [
        pytest.param("2000", "24.0", id="once doubled in a day"),
        pytest.param("1001", "16643.8", id="hardly grown"),
        pytest.param("1000", "not defined", id="not grown"),
        pytest.param("999", "not defined", id="fewer than seeded"),
    ],
)
def test_a_doubling_time_is_never_negative(harvested: str, hours: str) -> None:
    assert shown(formulae.doubling_time, hours="24", harvested=harvested, seeded="1000") == hours


@pytest.mark.parametrize(
    ("threshold", "weight", "volume", "limit"),
    [("5", "70", "50", "7.00"), ("5", "70", "100", "3.50"), ("0.2", "70", "10", "1.40")],
    ids=["into a vein", "twice the volume", "into the spinal canal"],
)
def test_the_endotoxin_limit(threshold: str, weight: str, volume: str, limit: str) -> None:
    given = {"threshold_per_kg": threshold, "weight_kg": weight, "volume_ml": volume}
    assert shown(formulae.endotoxin_limit, **given) == limit


@pytest.mark.parametrize(
    ("hours", "load"),
    [
        pytest.param("0.1", "5.00", id="six minutes count as an hour"),
        pytest.param("1", "5.00", id="an hour"),
        pytest.param("2", "2.50", id="two hours"),
    ],
)
def test_the_recipients_load_of_endotoxin(hours: str, load: str) -> None:
    given = {"per_ml": "7", "volume_ml": "50", "weight_kg": "70", "hours": hours}
    assert shown(formulae.endotoxin_load, **given) == load


@pytest.mark.parametrize(
    ("how", "rounded"), [(DoseRounding.NEAREST, "23.6"), (DoseRounding.DOWN, "23.5")]
)
def test_a_dose_is_rounded_by_the_declared_rule(how: DoseRounding, rounded: str) -> None:
    assert str(rounded_dose(Decimal("23.58"), decimals=1, how=how)) == rounded


@pytest.mark.parametrize(
    ("asked", "given", "says"),
    [
        (formulae.fold, {"harvested": "5", "seeded": "0"}, "must be above zero"),
        (formulae.fold, {"harvested": "-5", "seeded": "1"}, "cannot be negative"),
        (formulae.viability, {"live": ("0",), "dead": ("0",)}, "no cell was counted"),
        (formulae.viability, {"live": (), "dead": ()}, "no value was entered"),
        (formulae.inhibition, {"with_cells": ("5",), "without_cells": ("0",)}, "above zero"),
        (formulae.cells_per_kg, {"cells": "5", "weight_kg": "0"}, "weight_kg: must be above"),
    ],
)
def test_numbers_outside_a_formula_are_refused_in_words(
    asked: Formula[...], given: dict[str, str | tuple[str, ...]], says: str
) -> None:
    with pytest.raises(CannotCalculate, match=says):
        shown(asked, **given)


def test_a_result_carries_its_inputs_and_its_formula() -> None:
    done = formulae.fold(harvested=Decimal("1.90E+5"), seeded=Decimal(530))
    assert [(each.name, each.values) for each in done.inputs] == [
        ("harvested", ("190000",)),
        ("seeded", ("530",)),
    ]
    assert (done.formula, done.shown) == ("FOLD/1", "358.49")
    assert done.exact == "358.4905660377358490566037735849057"


def test_a_record_is_calculated_again_and_a_changed_one_is_found() -> None:
    done = formulae.viability(live=(Decimal(189),), dead=(Decimal(11),))
    assert is_true(done, FORMULAE)
    assert not is_true(done.model_copy(update={"shown": "95.0"}), FORMULAE)
    assert not is_true(done.model_copy(update={"formula": "VIABILITY/0"}), FORMULAE)


def test_a_record_that_lacks_an_input_cannot_be_calculated_again() -> None:
    done = formulae.fold(harvested=Decimal(4), seeded=Decimal(2))
    with pytest.raises(CannotCalculate, match="harvested, seeded"):
        FORMULAE["FOLD/1"].again(done.inputs[:1])


def test_every_formula_of_a_step_is_in_the_book_with_its_unit() -> None:
    assert set(FORMULAS) <= set(FORMULAE)
    asked = {each.formula: each.unit for of_kind in CALCULATED.values() for each in of_kind}
    assert {number: FORMULAE[number].unit for number in asked} == asked


counts = st.integers(1, 10**9).map(Decimal)


@given(counts, counts, counts)
def test_doublings_add_up_over_a_split(first: Decimal, middle: Decimal, last: Decimal) -> None:
    def grown(seeded: Decimal, harvested: Decimal) -> Decimal:
        return value_of(formulae.population_doublings(harvested=harvested, seeded=seeded))

    whole = grown(first, middle) + grown(middle, last)
    assert abs(whole - grown(first, last)) < Decimal("1e-25")


@given(st.integers(0, 60), counts)
def test_a_power_of_two_is_a_whole_number_of_doublings(power: int, seeded: Decimal) -> None:
    done = formulae.population_doublings(harvested=seeded * 2**power, seeded=seeded)
    assert value_of(done) == power


@given(counts, counts, st.integers(1, 2000).map(Decimal))
def test_a_doubling_time_times_the_doublings_is_the_time(
    seeded: Decimal, harvested: Decimal, hours: Decimal
) -> None:
    time = formulae.doubling_time(hours=hours, harvested=harvested, seeded=seeded)
    assert (time.exact is None) == (harvested <= seeded)
    if time.exact is not None:
        doublings = formulae.population_doublings(harvested=harvested, seeded=seeded)
        assert abs(value_of(time) * value_of(doublings) - hours) < Decimal("1e-20")


@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=6))
def test_viability_lies_between_0_and_100_and_is_true(rows: list[tuple[Decimal, Decimal]]) -> None:
    done = formulae.viability(live=tuple(x for x, _ in rows), dead=tuple(y for _, y in rows))
    assert 0 < value_of(done) < 100
    assert is_true(done, FORMULAE)
    assert Calculation.from_canonical(done.canonical()) == done
