"""Units are the same, or converted by a declared factor, or refused (R-SPEC-06)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.masters.errors import UnreadableReading
from app.masters.units import CONVERTIBLE, convert
from schemas.quantity import THIN_SPACE, Unit, apart, with_unit


@pytest.mark.parametrize(
    ("value", "unit", "to", "converted"),
    [
        pytest.param("2.50", Unit.IU_PER_ML, Unit.EU_PER_ML, "2.50", id="an IU is an EU"),
        pytest.param("2", Unit.MILLION_CELLS, Unit.CELLS, "2000000", id="a million cells"),
        pytest.param("450000", Unit.CELLS, Unit.MILLION_CELLS, "0.45", id="and back"),
        pytest.param("90", Unit.MINUTE, Unit.HOUR, "1.5", id="minutes to hours"),
        pytest.param("92.10", Unit.PERCENT, Unit.PERCENT, "92.10", id="the same keeps its digits"),
    ],
)
def test_a_declared_factor_converts(value: str, unit: Unit, to: Unit, converted: str) -> None:
    assert format(convert(Decimal(value), unit, to), "f") == converted


@pytest.mark.parametrize(
    ("unit", "to"),
    [
        pytest.param(Unit.EU_PER_ML, Unit.EU_PER_KG, id="EU/mL needs a volume and a weight"),
        pytest.param(Unit.EU_PER_KG, Unit.EU_PER_KG_H, id="an hour is not nothing"),
        pytest.param(Unit.CELLS, Unit.CELLS_PER_ML, id="a total is not a concentration"),
        pytest.param(Unit.ONE, Unit.PERCENT, id="0.98 is not taken for 98 %"),
        pytest.param(Unit.CFU, Unit.CELLS, id="a colony is not a cell"),
    ],
)
def test_without_a_declared_factor_it_is_refused(unit: Unit, to: Unit) -> None:
    with pytest.raises(UnreadableReading, match="cannot be converted"):
        convert(Decimal(1), unit, to)


def test_a_unit_stands_in_one_row_only() -> None:
    listed = [unit for row in CONVERTIBLE for unit in row]
    assert len(listed) == len(set(listed))


@given(st.decimals(0, 10**9, places=3), st.sampled_from(CONVERTIBLE), st.data())
def test_there_and_back_is_the_same_quantity(
    value: Decimal, row: dict[Unit, Decimal], data: st.DataObject
) -> None:
    unit, to = data.draw(st.sampled_from(list(row))), data.draw(st.sampled_from(list(row)))
    back = convert(convert(value, unit, to), to, unit)
    assert abs(back - value) < Decimal("1e-15")


@pytest.mark.parametrize(
    ("unit", "printed"),
    [
        (Unit.PERCENT, "7.2 %"),
        (Unit.PH, "pH 7.2"),
        (Unit.FOLD, "7.2-fold"),
        (Unit.IU_PER_ML, "7.2 IU/mL"),
        (Unit.MILLION_CELLS_PER_KG, "7.2 × 10⁶ cells/kg"),
        (Unit.ONE, "7.2"),
        (None, "7.2"),
    ],
)
def test_a_number_is_printed_with_its_unit(unit: Unit | None, printed: str) -> None:
    assert with_unit("7.2", unit) == printed


@pytest.mark.parametrize(
    ("calculated", "shown"),
    [
        pytest.param("6597500 cells", "6 597 500 cells", id="millions"),
        pytest.param("169949.3 cells/cm²", "169 949.3 cells/cm²", id="before the point only"),
        pytest.param("5187 cells/cm²", "5187 cells/cm²", id="four digits stay together"),
        pytest.param("at least 10000, found 99999", "at least 10 000, found 99 999", id="words"),
        pytest.param("UNIT1-26-00012", "UNIT1-26-00012", id="a code is no number"),
        pytest.param("0.00012345", "0.00012345", id="nor are decimals"),
    ],
)
def test_the_thousands_of_what_was_calculated_stand_apart(calculated: str, shown: str) -> None:
    found = apart(calculated)
    assert found.replace(THIN_SPACE, " ") == shown
    assert found.replace(THIN_SPACE, "") == calculated
