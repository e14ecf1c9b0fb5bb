"""What touched the cells, as it is printed: one line for each lot, instrument and room.

Uses are put together only where everything that was true at the time of use is the same, so a
status that changed between two uses stands on two lines (R-BR-04, R-BR-06).
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from app.record.words import NOTHING, step_in
from schemas.base import day_of
from schemas.quantity import with_unit
from schemas.supply import EquipmentUsed, LotSupplies, MaterialUsed, RoomUsed, TakenBack

Use = TypeVar("Use", MaterialUsed, EquipmentUsed, RoomUsed)


@dataclass(frozen=True)
class MaterialLine:
    """A material lot: how much of it in all, and at which steps."""

    use: MaterialUsed
    total: str
    steps: str


@dataclass(frozen=True)
class EquipmentLine:
    """A piece of equipment with its status at these uses."""

    use: EquipmentUsed
    steps: str
    first_at: datetime
    last_at: datetime
    overdue: tuple[str, ...]
    """What was past its day at one of the uses."""


@dataclass(frozen=True)
class RoomLine:
    """A room with its grade at these uses."""

    use: RoomUsed
    steps: str
    first_at: datetime
    last_at: datetime


def material_lines(supplies: LotSupplies) -> tuple[MaterialLine, ...]:
    """One line for each material lot, with the quantity of each step."""
    return tuple(
        MaterialLine(
            use=uses[0],
            total=f"{sum((each.quantity for each in uses), Decimal(0)):f}",
            steps=_with_quantities(uses),
        )
        for uses in _alike(supplies.materials, _of_a_material)
    )


def equipment_lines(supplies: LotSupplies, zone: str) -> tuple[EquipmentLine, ...]:
    """One line for each instrument and status; a status that had lapsed is named."""
    return tuple(
        EquipmentLine(
            use=uses[0],
            steps=steps_of(each.about for each in uses),
            first_at=min(each.at for each in uses),
            last_at=max(each.at for each in uses),
            overdue=_overdue(uses[0], max(each.at for each in uses), zone),
        )
        for uses in _alike(supplies.equipment, _of_equipment)
    )


def room_lines(supplies: LotSupplies) -> tuple[RoomLine, ...]:
    """One line for each room and grade."""
    return tuple(
        RoomLine(
            use=uses[0],
            steps=steps_of(each.about for each in uses),
            first_at=min(each.at for each in uses),
            last_at=max(each.at for each in uses),
        )
        for uses in _alike(supplies.rooms, _of_a_room)
    )


@dataclass(frozen=True)
class BackLine:
    """A use that was recorded in error: what, where, and why it was taken back."""

    what: str
    number: str
    quantity: str
    step: str
    back: TakenBack


def taken_back_lines(supplies: LotSupplies) -> tuple[BackLine, ...]:
    """What was recorded in error and taken back: it did not touch the cells (R-ATMP-07)."""
    materials: list[tuple[MaterialUsed | EquipmentUsed | RoomUsed, str, str, str]] = [
        (each, each.title, each.number, with_unit(f"{each.quantity:f}", each.unit))
        for each in supplies.materials_taken_back
    ]
    equipment = [(each, each.title, each.code, NOTHING) for each in supplies.equipment_taken_back]
    rooms = [(each, each.title, each.code, NOTHING) for each in supplies.rooms_taken_back]
    return tuple(
        BackLine(what, number, quantity, step_in(use.about), use.taken_back)
        for use, what, number, quantity in (*materials, *equipment, *rooms)
        if use.taken_back is not None
    )


def steps_of(abouts: Iterable[str]) -> str:
    """The steps of references in their order, each once: S010, S130 ×2."""
    times: dict[str, set[str]] = {}
    for about in abouts:
        times.setdefault(step_in(about), set()).add(about)
    return ", ".join(
        step if len(seen) == 1 else f"{step}\u00a0×{len(seen)}" for step, seen in times.items()
    )


def _with_quantities(uses: list[MaterialUsed]) -> str:
    if len(uses) == 1:
        return step_in(uses[0].about)
    return ", ".join(f"{step_in(each.about)}\u00a0{each.quantity:f}" for each in uses)


def _alike(uses: Iterable[Use], key: Callable[[Use], Hashable]) -> Iterable[list[Use]]:
    """The uses of which everything but the time, the step and the person is the same."""
    groups: dict[Hashable, list[Use]] = {}
    for each in uses:
        groups.setdefault(key(each), []).append(each)
    return groups.values()


def _of_a_material(use: MaterialUsed) -> Hashable:
    return use.model_copy(update=dict.fromkeys(("quantity", "about", "at", "by", "name")))


def _of_equipment(use: EquipmentUsed) -> Hashable:
    return use.model_copy(update=dict.fromkeys(("about", "at", "by", "name")))


def _of_a_room(use: RoomUsed) -> Hashable:
    return use.model_copy(update=dict.fromkeys(("about", "at", "by", "name")))


def _overdue(use: EquipmentUsed, last_at: datetime, zone: str) -> tuple[str, ...]:
    day = day_of(last_at, zone)
    return tuple(
        what
        for what, needed, due in (
            ("calibration", use.needs_calibration, use.calibration_due),
            ("cleaning", use.needs_cleaning, use.cleaning_due),
        )
        if needed and _past(due, day)
    )


def _past(due: date | None, day: date) -> bool:
    return due is None or day > due
