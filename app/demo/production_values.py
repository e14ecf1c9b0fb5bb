"""Plausible entries for every step of the starter masters: what a good day at the bench gives."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.expansion.book import Book, seed_of
from app.expansion.calculating import calculate, cells_per_ml_from
from app.lot.lots import containers_of, sources_of
from app.lot.models import Lot
from schemas.master_step import FieldKind, Step, StepField
from schemas.specification import AtLeast, AtMost, Between, EqualsOneOf
from schemas.step import CountedCells, FillValues, StepKind

VESSELS: dict[str, dict[str, tuple[int, int, str]]] = {
    "UC-WCB": {"S120": (6, 175, "MAT-T175"), "S200": (4, 1272, "MAT-CS2")},
    "UC-MSC-CRYO": {"S120": (12, 175, "MAT-T175"), "S210": (2, 6360, "MAT-CS10")},
    "BM-MSC-AUTO": {
        "S120": (1, 1272, "MAT-CS2"),
        "S200": (1, 1272, "MAT-CS2"),
        "S300": (1, 6360, "MAT-CS10"),
    },
}
VESSELS["BM-MSC-DIR"] = VESSELS["BM-MSC-AUTO"]
"""How many vessels of which area each seeding takes, and their material."""

LIVE = ((52, 47, 49, 55), (48, 51, 53, 46), (50, 54, 47, 52), (49, 46, 55, 51))
DEAD = ((2, 0, 1, 3), (1, 2, 1, 0), (3, 1, 2, 1), (0, 2, 2, 1))
DENSITY = Decimal(3600)
DENSITY_MNC = Decimal(170_000)
YIELD = Decimal(34_000)
YIELD_P0 = {"UC-WCB": Decimal(28_000)}
YIELD_P0_MARROW = Decimal(5_200)
FILLED_PER_ML = {"UC-WCB": (10, 1), "UC-MSC-CRYO": (10, 5), "BM-MSC-AUTO": (8, 30)}
FILLED_PER_ML["BM-MSC-DIR"] = FILLED_PER_ML["BM-MSC-AUTO"]
"""Dilution of the last count, and millilitres in one container."""

MEASURED = {
    "CORD-LENGTH": "32",
    "CORD-MASS": "41.5",
    "PIECES-MASS": "18.2",
    "MARROW-VOLUME": "58.5",
    "MEDIUM-VOLUME": "3921.6",
    "FORMULATED-VOLUME": "32.5",
    "SPIN-MINUTES": "30",
    "SPIN-G": "400",
}
SEEN = {
    "CORD-LOOK": "White, glistening, three vessels, no discolouration",
    "MARROW-LOOK": "Dark red, fluid, a few small clots",
}


def values_for(session: Session, lot: Lot, book: Book, step: Step, now: datetime) -> dict[str, Any]:
    """The values of this step, without its kind; times lie shortly before `now`."""
    kinds: dict[StepKind, Callable[[], dict[str, Any]]] = {
        StepKind.SEED: lambda: _seed(lot, book, step, now),
        StepKind.FEED: lambda: _feed(book, step, now),
        StepKind.HARVEST: lambda: _harvest(lot, book, step, now),
        StepKind.THAW: lambda: _thaw(session, lot, now),
        StepKind.COUNT_CELLS: lambda: _count(lot, book, step),
        StepKind.FILL: lambda: _fill(lot, book, step, now),
        StepKind.FREEZE: lambda: _freeze(session, lot, book, now),
        StepKind.MEASURE: lambda: {"values": read_off(step)},
        StepKind.CHOOSE: lambda: {"values": read_off(step)},
    }
    return kinds.get(step.kind, lambda: _guard(book, step, now))()


def read_off(step: Step, **changed: str) -> list[dict[str, str]]:
    """Fill in every field of a step; `changed` by their codes, with _ for -."""
    said = {code.replace("_", "-"): value for code, value in changed.items()}
    return [{"code": each.code, "value": said.get(each.code, _field(each))} for each in step.fields]


def counted(step: Step, cells: Decimal, dilution: int) -> dict[str, Any]:
    """A count of about so many viable cells: about fifty live cells in a square."""
    at = int(re.sub(r"\D", "", step.code) or 0) // 10 % len(LIVE)
    per_ml = Decimal(sum(LIVE[at])) / 4 * dilution * 10_000
    volume = (cells / per_ml).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return {
        "live_by_square": LIVE[at],
        "dead_by_square": DEAD[at],
        "dilution": dilution,
        "suspension_volume_ml": max(volume, Decimal("0.5")),
    }


def _viable(book: Book, code: str) -> Decimal:
    entry = book.latest(code)
    assert entry is not None
    found = calculate(book, book.master.step(code), entry.occurrence, entry.values)
    exact = next(each.calculation.exact for each in found if each.name == "viable_cells")
    return Decimal(exact or 0)


def _seed(lot: Lot, book: Book, step: Step, now: datetime) -> dict[str, Any]:
    vessels, area, _ = VESSELS[lot.product_code][step.code]
    per_ml, volume = cells_per_ml_from(book, step), Decimal(vessels * 20)
    if per_ml is not None:
        count = book.latest(step.cells_from or "")
        assert count is not None
        assert isinstance(count.values, CountedCells)
        density = DENSITY_MNC if count.kind is StepKind.COUNT_CELLS else DENSITY
        wanted = density * vessels * area / per_ml
        most = count.values.suspension_volume_ml
        volume = min(wanted.quantize(Decimal("0.01"), ROUND_DOWN), most)
    return {
        "volume_seeded_ml": volume,
        "vessels": vessels,
        "area_per_vessel_cm2": area,
        "medium_per_vessel_ml": {175: 35, 1272: 250, 6360: 1250}[area],
        "seeded_at": now,
    }


def _feed(book: Book, step: Step, now: datetime) -> dict[str, Any]:
    seed = seed_of(book, step)
    assert seed is not None
    volume = seed[2].vessels * seed[2].medium_per_vessel_ml
    return {
        "volume_removed_ml": volume,
        "volume_added_ml": volume,
        "confluence_percent": 35 if len(book.of(step.code)) == 0 else 60,
        "appearance": "Spindle-shaped, attached; few floating cells; medium clear",
        "fed_at": now,
    }


def _harvest(lot: Lot, book: Book, step: Step, now: datetime) -> dict[str, Any]:
    seed = seed_of(book, step)
    assert seed is not None
    per_cm2 = YIELD
    if not step.doublings_counted:
        per_cm2 = YIELD_P0.get(lot.product_code, YIELD_P0_MARROW)
    area = seed[2].vessels * seed[2].area_per_vessel_cm2
    return {
        **counted(step, per_cm2 * area, 2),
        "confluence_percent": 85,
        "vessels_harvested": seed[2].vessels,
        "enzyme_added_at": now - timedelta(minutes=45),
        "enzyme_stopped_at": now - timedelta(minutes=38),
    }


def _thaw(session: Session, lot: Lot, now: datetime) -> dict[str, Any]:
    numbers = tuple(each.ref for each in sources_of(session, lot))
    live, dead = (43, 40, 45, 42), (5, 4, 6, 5)
    return {
        "live_by_square": live,
        "dead_by_square": dead,
        "dilution": 2,
        "suspension_volume_ml": Decimal("5.2") * len(numbers),
        "containers": numbers,
        "removed_at": now - timedelta(minutes=40),
        "thawed_at": now - timedelta(minutes=36),
    }


def _count(lot: Lot, book: Book, step: Step) -> dict[str, Any]:
    harvests = [
        each.code
        for _, each in book.master.steps()
        if each.kind is StepKind.HARVEST and book.of(each.code)
    ]
    if not harvests:
        return counted(step, Decimal(238_000_000), 20)
    dilution, _ = FILLED_PER_ML[lot.product_code]
    cells = _viable(book, harvests[-1]) * Decimal("0.95")
    most = Decimal("32.5") if lot.product_code.startswith("BM") else Decimal(1000)
    found = counted(step, cells, dilution)
    return {**found, "suspension_volume_ml": min(found["suspension_volume_ml"], most)}


def _fill(lot: Lot, book: Book, step: Step, now: datetime) -> dict[str, Any]:
    _, volume = FILLED_PER_ML[lot.product_code]
    count = book.latest(step.cells_from or "")
    assert count is not None
    assert isinstance(count.values, CountedCells)
    before = count.values.suspension_volume_ml - 2
    plan = step.containers
    assert plan is not None
    good = max(1, min(int((before - Decimal("0.4")) / volume), plan.maximum))
    return {
        "volume_to_fill_ml": before,
        "volume_per_container_ml": volume,
        "containers_filled": good,
        "volume_left_ml": before - good * volume,
        "started_at": now - timedelta(minutes=18),
        "ended_at": now,
    }


def _freeze(session: Session, lot: Lot, book: Book, now: datetime) -> dict[str, Any]:
    count = [each for each in book.current if each.kind is StepKind.COUNT_CELLS][-1]
    return {
        "programme": "MSC-1K version 3",
        "protectant_added_at": count.performed_at - timedelta(minutes=5),
        "freezing_started_at": now - timedelta(minutes=72),
        "freezing_ended_at": now - timedelta(minutes=6),
        "stored_at": now,
        "end_temperature_c": "-121.5",
        "containers_frozen": len(containers_of(session, lot)),
        "storage_position": "T2 / R4 / B01",
    }


def _guard(book: Book, step: Step, now: datetime) -> dict[str, Any]:
    if step.kind is StepKind.SAMPLE:
        assert step.sample is not None
        found = re.match(r"(\d+) x ([\d.]+) ml", step.sample.quantity)
        assert found, step.sample.quantity
        return {
            "taken_at": now,
            "volume_per_container_ml": found[2],
            "containers": int(found[1]),
            "appearance": "Slightly opalescent, no clumps, containers intact",
        }
    if step.kind is StepKind.HOLD:
        return {
            "started_at": now - timedelta(hours=3),
            "ended_at": now,
            "lowest_temperature_c": "3.2",
            "highest_temperature_c": "5.1",
        }
    if step.kind is StepKind.LABEL_RECONCILIATION:
        filled = [each.values for each in book.current if isinstance(each.values, FillValues)][-1]
        good = filled.containers_filled
        return {"issued": good + 4, "applied": good, "in_record": 2, "destroyed": 2}
    if step.kind is StepKind.LINE_CLEARANCE:
        points = ("materials_removed", "papers_removed", "surfaces_cleaned", "equipment_fits")
        return {"previous_lot": "none", **dict.fromkeys((*points, "monitoring_started"), True)}
    return {"confirmed": True}


def _field(field: StepField) -> str:
    if field.kind is FieldKind.CHOICE:
        wanted = field.acceptance
        return wanted.accepted[0] if isinstance(wanted, EqualsOneOf) else field.choices[0]
    if field.code in MEASURED:
        return MEASURED[field.code]
    match field.acceptance:
        case Between(low=low, high=high):
            return format((Decimal(low) + Decimal(high)) / 2, "f")
        case AtMost(limit=limit):
            return format(Decimal(limit) / 2, "f")
        case AtLeast(limit=limit):
            return format(Decimal(limit) * 2, "f")
        case _:
            return SEEN.get(field.code, "As expected")
