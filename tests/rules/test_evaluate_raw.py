"""Results calculated from raw counts, signals and doses (R-SPEC-06, R-SPEC-07, R-SPEC-13)."""

from decimal import Decimal
from typing import Any

import pytest

from app.masters import assays
from app.masters.errors import CannotCalculate, UnreadableReading
from app.masters.evaluate import evaluate
from schemas.reading import Dosing, ResultState
from tests.rules.criteria import READING, criterion, judged, limit

MARKER = {"kind": "marker", "marker": "CD105+/CD45-", "minimum_events": 10000}


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        pytest.param({}, "pass", id="enough cells, enough events"),
        pytest.param({"values": ["94.4"]}, "fail", id="too few positive cells"),
        pytest.param({"events": 9999}, "indeterminate", id="too few events"),
        pytest.param({"events": None}, "indeterminate", id="events not stated"),
    ],
)
def test_a_marker(changed: dict[str, Any], state: str) -> None:
    asked = criterion(unit="%", result_kind=MARKER)
    reading = {"kind": "marker", "marker": "CD105+/CD45-", "values": ["98.3"], "events": 10000}
    assert evaluate(asked, READING.validate_python({**reading, **changed})).state == state


@pytest.mark.parametrize("value", ["98,3", "100.1", "many"])
@pytest.mark.parametrize("events", [None, 12, 10000])
def test_what_cannot_be_read_is_refused_however_little_there_is(
    value: str, events: int | None
) -> None:
    asked = criterion(unit="%", result_kind=MARKER)
    reading = {"kind": "marker", "marker": "CD105+/CD45-", "values": [value], "events": events}
    with pytest.raises(UnreadableReading):
        evaluate(asked, READING.validate_python(reading))


def test_a_signal_that_cannot_be_read_is_refused_though_wells_are_missing() -> None:
    asked = criterion(unit="{fold}", replicates=3, result_kind={"kind": "potency_fold"})
    fold = {"kind": "fold", "treated": ["12o0"], "control": ["100"]}
    with pytest.raises(UnreadableReading, match="12o0"):
        evaluate(asked, READING.validate_python(fold))


def test_one_marker_does_not_prove_another() -> None:
    asked = criterion(unit="%", result_kind=MARKER)
    reading = READING.validate_python({"kind": "marker", "marker": "CD105", "values": ["98"]})
    with pytest.raises(UnreadableReading, match="does not prove"):
        evaluate(asked, reading)


@pytest.mark.parametrize(
    ("live", "dead", "state", "reported"),
    [
        pytest.param(189, 11, "pass", "95 %", id="94.5 % is 95 %"),
        pytest.param(188, 12, "fail", "94 %", id="94.0 %"),
    ],
)
def test_viability_is_calculated_from_live_and_dead(
    live: int, dead: int, state: str, reported: str
) -> None:
    asked = criterion(unit="%", result_kind={"kind": "viability"})
    reading = {"kind": "counts", "counts": [{"live": live, "dead": dead}]}
    found = evaluate(asked, READING.validate_python(reading))
    assert (found.state, found.reported, found.formula) == (state, reported, "VIABILITY/1")
    assert found.calculations[0].inputs[0].values == (str(live),)


def test_a_typed_viability_is_refused() -> None:
    asked = criterion(unit="%", result_kind={"kind": "viability"})
    with pytest.raises(UnreadableReading, match="judged from a counts entry"):
        judged(asked, "95")


def test_a_second_count_is_never_averaged_in() -> None:
    asked = criterion(
        unit="%", result_kind={"kind": "viability"}, acceptance=limit("at_least", "70")
    )
    counts = [{"live": 60, "dead": 40}, {"live": 90, "dead": 10}]
    reading = READING.validate_python({"kind": "counts", "counts": counts})
    with pytest.raises(UnreadableReading, match="the method asks for 1"):
        evaluate(asked, reading)
    twice = asked.model_copy(update={"replicates": 2})
    assert evaluate(twice, reading).reported == "75 %"
    thrice = asked.model_copy(update={"replicates": 3})
    assert evaluate(thrice, reading).state is ResultState.INDETERMINATE


@pytest.mark.parametrize(
    ("replicates", "wells", "state"),
    [
        pytest.param(1, 3, "pass", id="a method that asks for one value takes its wells"),
        pytest.param(3, 3, "pass", id="three wells, as the method asks"),
        pytest.param(3, 2, "indeterminate", id="a well is missing"),
        pytest.param(3, 4, None, id="a well more is averaged in"),
    ],
)
def test_the_wells_a_method_asks_for(replicates: int, wells: int, state: str | None) -> None:
    asked = criterion(
        unit="{fold}",
        replicates=replicates,
        result_kind={"kind": "potency_fold"},
        acceptance=limit("at_least", "2.0"),
    )
    fold = {"kind": "fold", "treated": ["20"] * wells, "control": ["10"] * 3}
    reading = READING.validate_python(fold)
    if state is None:
        with pytest.raises(UnreadableReading, match="never averaged in"):
            evaluate(asked, reading)
    else:
        assert evaluate(asked, reading).state == state


def test_no_cell_counted_is_no_viability() -> None:
    asked = criterion(unit="%", result_kind={"kind": "viability"})
    reading = READING.validate_python({"kind": "counts", "counts": [{"live": 0, "dead": 0}]})
    with pytest.raises(CannotCalculate, match="no cell was counted"):
        evaluate(asked, reading)


def test_a_dose_is_counted_per_kilogram_of_the_recipient() -> None:
    asked = criterion(
        unit="10*6.{cells}/kg",
        result_kind={"kind": "cell_count", "basis": "per_kg"},
        acceptance={"kind": "range", "low": "1.0", "high": "2.0"},
        replicates=2,
    )
    counts = [{"live": 210, "dead": 9, "squares": 4}, {"live": 190, "dead": 4, "squares": 4}]
    reading = READING.validate_python(
        {"kind": "counts", "counts": counts, "dilution": "2", "suspension_ml": "140"}
    )
    assert evaluate(asked, reading).state is ResultState.INDETERMINATE
    found = evaluate(asked, reading, context=Dosing(recipient_weight_kg=Decimal(70)))
    assert (found.state, found.reported) == (ResultState.PASS, "2.0 × 10⁶ cells/kg")


@pytest.mark.parametrize(
    ("with_cells", "state", "reported"),
    [(["690", "700"], "pass", "31 %"), (["700", "700"], "fail", "30 %"),
     (["1200", "1200"], "fail", "-20 %")],
)  # fmt: skip
def test_inhibition_is_calculated_from_raw_signals(
    with_cells: list[str], state: str, reported: str
) -> None:
    asked = criterion(
        unit="%",
        replicates=2,
        result_kind={"kind": "potency_inhibition", "ratio": "1:10"},
        acceptance=limit("more_than", "30"),
    )
    reading = {"kind": "inhibition", "ratio": "1:10", "with_cells": with_cells}
    found = evaluate(asked, READING.validate_python({**reading, "without_cells": ["990", "1010"]}))
    assert (found.state, found.reported) == (state, reported)


@pytest.mark.parametrize(
    ("signal", "readable"), [("1e30", True), ("1e31", False), ("1e-31", False)]
)
def test_a_signal_beyond_every_measure_is_refused(signal: str, readable: bool) -> None:
    """A ratio of such numbers could be neither rounded nor shown."""
    asked = criterion(
        unit="{fold}", result_kind={"kind": "potency_fold"}, acceptance=limit("at_least", "2.0")
    )
    fold = {"kind": "fold", "treated": [signal], "control": ["1e-30"]}
    if readable:
        assert evaluate(asked, READING.validate_python(fold)).state is ResultState.PASS
    else:
        with pytest.raises((UnreadableReading, CannotCalculate)):
            evaluate(asked, READING.validate_python(fold))


def test_a_result_beyond_every_measure_is_said_not_crashed() -> None:
    with pytest.raises(CannotCalculate, match="beyond every measure"):
        assays.total_cells(
            counted=(Decimal("1e60"),),
            squares=(Decimal(1),),
            dilution=Decimal("1e30"),
            volume_ml=Decimal("1e30"),
        )


def test_inhibition_at_another_ratio_is_another_result() -> None:
    asked = criterion(unit="%", result_kind={"kind": "potency_inhibition", "ratio": "1:10"})
    reading = {"kind": "inhibition", "ratio": "1:5", "with_cells": ["1"], "without_cells": ["2"]}
    with pytest.raises(UnreadableReading, match="asks for 1:10"):
        evaluate(asked, READING.validate_python(reading))


def test_a_fold_of_control() -> None:
    asked = criterion(
        unit="{fold}",
        result_kind={"kind": "potency_fold"},
        acceptance=limit("at_least", "2.0"),
        rounding="none",
    )
    reading = {"kind": "fold", "treated": ["20", "20"], "control": ["10", "10", "11"]}
    found = evaluate(asked, READING.validate_python(reading))
    assert (found.state, found.reported) == (ResultState.FAIL, "1.935483…-fold")


@pytest.mark.parametrize(
    ("basis", "unit", "typed", "state"),
    [
        pytest.param("per_kg_per_hour", "{EU}/kg/h", "7.0", "pass", id="7.0 EU/mL in 50 mL: 5"),
        pytest.param("per_kg_per_hour", "{EU}/kg/h", "7.8", "fail", id="7.8 EU/mL: 5.6"),
        pytest.param("per_kg_per_hour", "[iU]/kg/h", "<7.0", "pass", id="censored and converted"),
        pytest.param("per_kg_per_hour", "{EU}/kg/h", "<8", "indeterminate", id="it may be 5.7"),
        pytest.param("per_kg", "{EU}/kg", "7", "pass", id="5 EU/kg"),
        pytest.param("total", "{EU}", "0.1", "pass", id="5 EU in all"),
        pytest.param("total", "{EU}", "1.21", "fail", id="60.5 EU in all"),
    ],
)
def test_endotoxin_is_judged_as_the_recipient_gets_it(
    basis: str, unit: str, typed: str, state: str
) -> None:
    asked = criterion(
        unit=unit,
        result_kind={"kind": "endotoxin", "basis": basis},
        acceptance=limit("at_most", "5"),
    )
    given = Dosing(
        recipient_weight_kg=Decimal(70), volume_ml=Decimal(50), infusion_hours=Decimal("0.5")
    )
    reading = READING.validate_python({"kind": "number", "values": [typed], "unit": "{EU}/mL"})
    assert evaluate(asked, reading, context=given).state == state
    assert evaluate(asked, reading).state is ResultState.INDETERMINATE
