"""What is open when, what is calculated, and what opens a deviation by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.expansion.book import Book
from app.expansion.calculating import calculate, cumulative_doublings, out_of_step
from app.expansion.judging import amiss_at
from app.expansion.limits import judge_limits, read_fields
from app.expansion.passages import passages_of
from app.masters.starters import starter_bundle
from schemas.expansion import Performed
from schemas.master import Phase
from schemas.production import EntryWords
from schemas.reading import ResultState
from schemas.step import STEP_VALUES

T0 = datetime(2026, 3, 20, 10, 0, tzinfo=UTC)
CRYO = starter_bundle("UC-MSC-CRYO")
AUTO = starter_bundle("BM-MSC-AUTO")
PASS, FAIL = ResultState.PASS, ResultState.FAIL


def book(**changed: Any) -> Book:
    bare = Book(CRYO.master, CRYO.product, (), frozenset(), Decimal("3.25"), Decimal(10_000_000))
    return replace(bare, **changed)


def count(cells: int, volume: str) -> dict[str, Any]:
    """A count of so many cells in each of four squares, at dilution 2."""
    return {
        "live_by_square": (cells,) * 4,
        "dead_by_square": (2,) * 4,
        "dilution": "2",
        "suspension_volume_ml": volume,
    }


THAW = {
    "kind": "thaw",
    **count(43, "10"),
    "containers": ("V-1", "V-2"),
    "removed_at": T0,
    "thawed_at": T0 + timedelta(minutes=4),
}
SEED = {
    "kind": "seed",
    "volume_seeded_ml": "8",
    "vessels": 4,
    "area_per_vessel_cm2": "500",
    "medium_per_vessel_ml": "35",
    "seeded_at": T0 + timedelta(hours=1),
}
FEED = {
    "kind": "feed",
    "volume_removed_ml": "140",
    "volume_added_ml": "140",
    "confluence_percent": "40",
    "appearance": "Spindle-shaped",
    "fed_at": T0 + timedelta(days=3),
}
HARVEST = {
    "kind": "harvest",
    **count(86, "32"),
    "confluence_percent": "85",
    "vessels_harvested": 4,
    "enzyme_added_at": T0 + timedelta(days=4, hours=1),
    "enzyme_stopped_at": T0 + timedelta(days=4, hours=1, minutes=7),
}


def written(here: Book, step: str, values: dict[str, Any], **changed: Any) -> Book:
    """The book with one more entry, calculated as the action calculates it."""
    asked = here.master.step(step)
    read = STEP_VALUES.validate_python(values)
    occurrence = changed.pop("occurrence", 1)
    calculated = calculate(here, asked, occurrence, read)
    entry = EntryWords(
        entry=len(here.written) + 1,
        lot_number="UNIT1-26-0002",
        master={"code": here.master.code, "version": 1, "sha256": "c" * 64},
        step=step,
        title=asked.title,
        kind=asked.kind,
        occurrence=occurrence,
        values=read,
        materials=(),
        equipment=(),
        room="R-101",
        containers=(),
        calculated=calculated,
        limits=judge_limits(asked, read, calculated),
        performed_by="Olga Nowak",
        username="olga",
        role="operator",
        performed_at=T0,
        entered_at=T0,
        zone="Europe/Warsaw",
        late_reason=None,
        corrects=changed.pop("corrects", None),
        why=changed.pop("why", None),
    )
    return replace(here, written=(*here.written, entry))


def grown() -> Book:
    here = written(book(), "S110", THAW)
    here = written(here, "S120", SEED)
    here = written(here, "S130", FEED)
    return written(here, "S140", HARVEST)


def value(here: Book, step: str, name: str) -> str | None:
    entry = here.latest(step)
    found = entry.value(name) if entry else None
    return found.shown if found else None


def test_growth_is_calculated_from_raw_counts() -> None:
    here = grown()
    # 43 x 2 x 10 000 a mL, 8 mL of it; 86 x 2 x 10 000 a mL, 32 mL: 55.04 of 6.88 million.
    assert value(here, "S120", "viable_cells") == "6880000"
    assert value(here, "S120", "density_per_cm2") == "3440.0"
    assert value(here, "S140", "viable_cells") == "55040000"
    assert value(here, "S140", "fold_expansion") == "8.00"
    assert value(here, "S140", "population_doublings") == "3.000"
    assert value(here, "S140", "cumulative_population_doublings") == "6.250"
    assert value(here, "S140", "doubling_time_hours") == "32.0"
    assert value(here, "S140", "yield_per_cm2") == "27520"
    assert value(here, "S110", "recovery_percent") == "86.0"
    assert cumulative_doublings(here) == Decimal("6.25")


def test_half_the_vessels_give_half_the_seed() -> None:
    half = {**HARVEST, **count(86, "16"), "vessels_harvested": 2, "vessels_discarded": 2}
    here = written(book(), "S110", THAW)
    here = written(written(here, "S120", SEED), "S140", half)
    assert value(here, "S140", "fold_expansion") == "8.00"


def codes(here: Book) -> list[tuple[str, int]]:
    return [(each.step.code, each.occurrence) for each in here.open_places()]


def test_a_feed_stays_open_beside_the_next_step_until_that_is_done() -> None:
    here = written(book(), "S110", THAW)
    assert codes(here) == [("S120", 1)]
    here = written(here, "S120", SEED)
    assert codes(here) == [("S130", 1)]
    here = written(here, "S130", FEED)
    assert codes(here) == [("S130", 2), ("S140", 1)]
    for time in (2, 3, 4):
        here = written(here, "S130", FEED, occurrence=time)
    assert codes(here) == [("S140", 1)]
    here = written(here, "S140", HARVEST)
    assert codes(here) == [("S210", 1)]
    assert not here.is_complete()


def test_a_correction_stands_for_what_it_corrects_and_shows_what_no_longer_follows() -> None:
    here = grown()
    assert out_of_step(here) == ()
    more = {**THAW, **count(50, "10")}
    after = written(here, "S110", more, corrects=1, why="Read the print-out wrongly")
    assert [each.entry for each in after.superseded("S110")] == [1]
    assert {(each.step, each.name) for each in out_of_step(after)} >= {
        ("S120", "Seeding density"),
        ("S140", "Population doublings"),
    }
    assert cumulative_doublings(after) != cumulative_doublings(here)
    assert [each.entry for each in after.to_check()] == [4, 5]


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        pytest.param({"dead_by_square": (0,) * 4}, ResultState.PASS, id="all alive"),
        pytest.param(count(70, "32") | {"dead_by_square": (30,) * 4}, ResultState.FAIL, id="70 %"),
        pytest.param(
            count(159, "32") | {"dead_by_square": (41,) * 4}, ResultState.PASS, id="79.5 % is 80 %"
        ),
        pytest.param(
            count(317, "32") | {"dead_by_square": (82,) * 4}, ResultState.FAIL, id="79.4 % is not"
        ),
    ],
)
def test_a_limit_is_judged_by_the_digits_it_is_written_with(
    changed: dict[str, Any], state: ResultState
) -> None:
    here = written(written(book(), "S110", THAW), "S120", SEED)
    entry = written(here, "S140", {**HARVEST, **changed}).latest("S140")
    assert entry is not None
    assert next(each.state for each in entry.limits if each.name == "viability_percent") is state


def test_a_limit_that_cannot_be_judged_is_missed() -> None:
    values = STEP_VALUES.validate_python(HARVEST)
    verdicts = judge_limits(CRYO.master.step("S140"), values, ())
    assert {each.state for each in verdicts} == {ResultState.INDETERMINATE}
    assert all(each.missed for each in verdicts)


def amiss(here: Book, step: str, values: dict[str, Any], **changed: Any) -> list[str]:
    asked = here.master.step(step)
    read = STEP_VALUES.validate_python(values)
    calculated = calculate(here, asked, 1, read)
    materials = changed.pop("materials", None) or [
        {"code": each.code, "lot": "M-1", "quantity": each.minimum or 1} for each in asked.materials
    ]
    found = amiss_at(
        here,
        asked,
        Performed(occurrence=1, materials=materials, room="R-101"),
        read,
        performed_at=changed.pop("performed_at", T0),
        limits=judge_limits(asked, read, calculated),
        doublings=changed.pop("doublings", None),
    )
    return [each.rule for each in found]


@pytest.mark.parametrize(
    ("minutes", "rules"),
    [
        pytest.param(120, [], id="two hours after thawing"),
        pytest.param(121, ["TIME"], id="one minute more"),
    ],
)
def test_a_time_that_passed_opens_a_deviation(minutes: int, rules: list[str]) -> None:
    seeded = {**SEED, "seeded_at": T0 + timedelta(minutes=minutes)}
    at = T0 + timedelta(minutes=minutes)
    assert amiss(written(book(), "S110", THAW), "S120", seeded, performed_at=at) == rules


@pytest.mark.parametrize(
    ("quantity", "rules"),
    [
        pytest.param("2", [], id="the least"),
        pytest.param("1", ["AMOUNT"], id="less than the least"),
        pytest.param("20", [], id="the most"),
        pytest.param("21", ["AMOUNT"], id="more than the most"),
    ],
)
def test_an_amount_outside_its_range_opens_a_deviation(quantity: str, rules: list[str]) -> None:
    here = written(book(), "S110", THAW)
    used = [{"code": "MAT-T175", "lot": "M-1", "quantity": quantity}]
    assert amiss(here, "S120", {**SEED, "seeded_at": T0}, materials=used) == rules


@pytest.mark.parametrize(
    ("changed", "doublings", "rules"),
    [
        pytest.param({}, "30", [], id="as old as may be, every vessel found"),
        pytest.param({}, "30.0001", ["DOUBLINGS"], id="older than the product allows"),
        pytest.param({"vessels_harvested": 3}, "9", ["RECONCILIATION"], id="a vessel is gone"),
        pytest.param(
            {"vessels_harvested": 3, "vessels_discarded": 1}, "9", [], id="one was discarded"
        ),
    ],
)
def test_a_harvest_is_reconciled(changed: dict[str, Any], doublings: str, rules: list[str]) -> None:
    here = written(written(book(), "S110", THAW), "S120", SEED)
    found = amiss(here, "S140", {**HARVEST, **changed}, doublings=Decimal(doublings))
    assert found == rules


@pytest.mark.parametrize(
    ("entered", "wrong"),
    [
        pytest.param({"MEDIUM-VOLUME": "490.2", "MEDIUM-LOOK": "cloudy"}, [], id="readable"),
        pytest.param({"MEDIUM-LOOK": "cloudy"}, ["values.MEDIUM-VOLUME"], id="one is missing"),
        pytest.param(
            {"MEDIUM-VOLUME": "much", "MEDIUM-LOOK": "blue"},
            ["values.MEDIUM-VOLUME", "values.MEDIUM-LOOK"],
            id="no number, no choice",
        ),
        pytest.param(
            {"MEDIUM-VOLUME": "490", "MEDIUM-LOOK": "cloudy", "PH": "7"},
            ["values.PH"],
            id="a field the master does not have",
        ),
    ],
)
def test_the_fields_of_the_master_are_read(entered: dict[str, str], wrong: list[str]) -> None:
    values = [{"code": code, "value": each} for code, each in entered.items()]
    read = STEP_VALUES.validate_python({"kind": "measure", "values": values})
    assert [each.field for each in read_fields(CRYO.master.step("S030"), read)] == wrong


@pytest.mark.parametrize(
    ("started", "ended", "held", "state"),
    [
        pytest.param("10-20T14:00+02:00", "10-21T14:00+02:00", "1440.0", PASS, id="a day"),
        pytest.param("10-20T14:00+02:00", "10-21T14:01+02:00", "1441.0", FAIL, id="and a minute"),
        pytest.param("10-24T14:00+02:00", "10-25T13:00+01:00", "1440.0", PASS, id="set back"),
        pytest.param("10-24T14:00+02:00", "10-25T13:01+01:00", "1441.0", FAIL, id="and a minute"),
        pytest.param("10-24T14:00+02:00", "10-25T14:00+01:00", "1500.0", FAIL, id="on the clock"),
        pytest.param("03-28T14:00+01:00", "03-29T15:00+02:00", "1440.0", PASS, id="set forward"),
    ],
)
def test_a_hold_is_as_long_as_it_was_on_the_night_the_clocks_are_set(
    started: str, ended: str, held: str, state: ResultState
) -> None:
    """Twenty-four hours is the most; in the zone of the site the clock may say another hour."""
    step = AUTO.master.step("S460")
    here = Book(AUTO.master, AUTO.product, (), frozenset(), Decimal(0), Decimal(0))
    cold = {"lowest_temperature_c": "3", "highest_temperature_c": "6"}
    times = {"started_at": f"2026-{started}", "ended_at": f"2026-{ended}"}
    values = STEP_VALUES.validate_python({"kind": "hold", **cold, **times})
    calculated = calculate(here, step, 1, values)
    assert [each.calculation.shown for each in calculated] == [held]
    assert [each.state for each in judge_limits(step, values, calculated)] == [state]


def colter(harvests: tuple[int, ...], carried: str = "0") -> Book:
    """Donor 59R of Colter et al. 2000, entered as raw counts in a master of three passages."""
    master = CRYO.master.model_copy(update={"phases": tuple(map(_passage, range(1, 4)))})
    here = Book(master, CRYO.product, (), frozenset(), Decimal(carried), Decimal(0))
    for at, cells in enumerate(harvests, 1):
        here = written(here, f"C{at}", {"kind": "count_cells", **counted(530)})
        here = written(here, f"S{at}", {**COLTER_SEED, "seeded_at": T0})
        added = T0 + timedelta(days=14)
        times = {"enzyme_added_at": added, "enzyme_stopped_at": added + timedelta(minutes=5)}
        harvest = {**HARVEST, **counted(cells), **times, "vessels_harvested": 1}
        here = written(here, f"H{at}", harvest)
    return here


COLTER_SEED = {
    **SEED,
    "volume_seeded_ml": "0.053",
    "vessels": 1,
    "area_per_vessel_cm2": "176",
}


def counted(cells: int) -> dict[str, Any]:
    """So many viable cells, of which one lay on the only square: ten thousand in a millilitre."""
    return {
        "live_by_square": (min(cells, 1),),
        "dead_by_square": (1,),
        "dilution": "1",
        "suspension_volume_ml": str(Decimal(max(cells, 1)) / 10_000),
    }


def _passage(number: int) -> Phase:
    seed = CRYO.master.step("S120").model_copy(
        update={"code": f"S{number}", "cells_from": f"C{number}", "materials": (), "limits": ()}
    )
    count = AUTO.master.step("S115").model_copy(
        update={"code": f"C{number}", "materials": (), "limits": ()}
    )
    harvest = CRYO.master.step("S140").model_copy(
        update={"code": f"H{number}", "seeded_in": f"S{number}", "materials": (), "limits": ()}
    )
    return Phase(
        code=f"P{number}", title=f"P{number}", passage=number, steps=(count, seed, harvest)
    )


def test_a_published_donor_is_calculated_from_its_counts() -> None:
    here = colter((190_000, 240_000, 750_000))
    lines = passages_of(here)
    shown = [f"{each} doublings" for each in ("8.486", "8.823", "10.467")]
    assert [each.doublings for each in lines] == shown
    assert [each.doubling_time for each in lines] == ["39.6 h", "38.1 h", "32.1 h"]
    assert {each.density for each in lines} == {"3.0 cells/cm²"}
    assert [each.cumulative for each in lines][-1] == "27.775 doublings"
    carried = passages_of(colter((190_000,), carried="27.775"))
    assert carried[0].cumulative == "36.261 doublings"


@pytest.mark.parametrize("harvested", [530, 529, 0])
def test_cells_that_did_not_grow_have_no_doubling_time(harvested: int) -> None:
    (line,) = passages_of(colter((harvested,)))
    assert line.doubling_time is not None
    assert "not defined" in line.doubling_time


@pytest.mark.parametrize(
    ("counts", "missing", "rules"),
    [
        pytest.param((50, 48, 1, 1), "0", [], id="every label is found"),
        pytest.param((50, 48, 0, 1), "1", ["IPC unreconciled_labels"], id="one is not"),
        pytest.param((50, 48, 2, 1), "-1", ["IPC unreconciled_labels"], id="one too many"),
    ],
)
def test_labels_are_reconciled(
    counts: tuple[int, int, int, int], missing: str, rules: list[str]
) -> None:
    names = ("issued", "applied", "in_record", "destroyed")
    values = {"kind": "label_reconciliation", **dict(zip(names, counts, strict=True))}
    here = Book(AUTO.master, AUTO.product, (), frozenset(), Decimal(0), Decimal(0))
    read = STEP_VALUES.validate_python(values)
    (found,) = calculate(here, AUTO.master.step("S450"), 1, read)
    assert found.calculation.shown == missing
    assert amiss(here, "S450", values) == rules


def test_what_follows_from_a_book_is_drawn_up_once_and_anew_with_another_entry() -> None:
    here = colter((2_000_000, 8_000_000))
    first = here.followed(passages_of)
    assert first == passages_of(here)
    assert here.followed(passages_of) is first
    more = here.with_correction(here.written[0].model_copy(update={"entry": 99, "corrects": 1}))
    assert more.followed(passages_of) is not first
