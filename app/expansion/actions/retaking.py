"""What a corrected step really used: what was booked in error is given back, the right one taken.

Nothing that was booked is changed: a use is taken back by a row that names it and says why
(R-ATMP-07), so that genealogy follows the correction and still shows what was once recorded.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from app.expansion.actions.taking import Deed, Noes
from app.expansion.judging import Amiss
from app.expansion.work import Work
from app.supplies.actions.finding import as_scanned
from app.supplies.actions.taking_back import AnyUse, move_use, standing_uses, take_back
from app.supplies.actions.using import lock_material_lots
from app.supplies.models import EquipmentUse, MaterialUse, RoomUse
from schemas.expansion import Performed, UsedEquipment, UsedMaterial
from schemas.finding import Finding
from schemas.production import EntryWords

MEND = "If it was really used, report a deviation: it cannot be booked."

Asked = TypeVar("Asked")


@dataclass(frozen=True)
class _Compared(Generic[AnyUse, Asked]):
    """What was booked for a step against what was really used, line by line."""

    kept: tuple[AnyUse, ...]
    wrong: tuple[AnyUse, ...]
    missing: tuple[tuple[int, Asked], ...]


def retake_supplies(
    work: Work, was: EntryWords, done: Performed, *, used_at: datetime, why: str
) -> Iterator[Amiss]:
    """Book what a step really used, at the time it really was done (the caller records it).

    What is newly booked is judged as of that time and refused. What stands, but was used at
    another time than was thought, has happened: what the rules say of it becomes a deviation.

    Raises:
        Refused: with what every one of them found. BadInput: something scanned is not known.
    """
    numbers = tuple(each.lot for each in (*was.materials, *done.materials))
    lock_material_lots(work.session, numbers)
    about = work.ref(done.occurrence)
    materials = _compared(work, MaterialUse, about, done.materials, _is_material)
    equipment = _compared(work, EquipmentUse, about, done.equipment, _is_equipment)
    rooms = _compared(work, RoomUse, about, (done.room,), _is_room)
    found: list[Finding] = []
    moved_to = used_at if used_at != was.performed_at else None
    found += _put_right(work, materials, moved_to, why)
    found += _put_right(work, equipment, moved_to, why)
    found += _put_right(work, rooms, moved_to, why)
    _take(Deed(work, about, used_at), materials.missing, equipment.missing, rooms.missing)
    yield from _amiss(work, found)


def _put_right(
    work: Work, compared: _Compared[AnyUse, Asked], moved_to: datetime | None, why: str
) -> Iterator[Finding]:
    """Give back what was booked in error, and book what stands at the time it was used."""
    for use in compared.wrong:
        take_back(work.session, use, why=why, by=work.by, at=work.at)
    if moved_to is not None:
        for use in compared.kept:
            yield from move_use(work.session, use, to=moved_to, why=why, by=work.by, at=work.at)


def _take(
    deed: Deed,
    materials: Iterable[tuple[int, UsedMaterial]],
    equipment: Iterable[tuple[int, UsedEquipment]],
    rooms: Iterable[tuple[int, str]],
) -> None:
    noes = Noes()
    for row, taken in materials:
        with noes.at(f"materials.{row}.lot"):
            deed.uses_material(taken)
    for row, used in equipment:
        with noes.at(f"equipment.{row}.equipment"):
            deed.uses_equipment(used)
    for _, room in rooms:
        with noes.at("room"):
            deed.uses_room(room)
    noes.refuse(mend=MEND)


def _amiss(work: Work, found: Iterable[Finding]) -> Iterator[Amiss]:
    for each in found:
        says = f"{work.step.title}. When the step was really done: {each.says} ({each.cite})"
        yield Amiss(each.rule, f"{work.step.code} {each.says}", says, critical=True)


def _compared(
    work: Work,
    kind: type[AnyUse],
    about: str,
    asked: Sequence[Asked],
    same: Callable[[AnyUse, Asked], bool],
) -> _Compared[AnyUse, Asked]:
    left = list(standing_uses(work.session, kind, about))
    kept, missing = [], []
    for row, each in enumerate(asked):
        use = next((one for one in left if same(one, each)), None)
        if use is None:
            missing.append((row, each))
        else:
            left.remove(use)
            kept.append(use)
    return _Compared(tuple(kept), tuple(left), tuple(missing))


def _is_material(use: MaterialUse, asked: UsedMaterial) -> bool:
    lot = use.material_lot
    booked = (lot.number, lot.material.code, use.quantity)
    return booked == (as_scanned(asked.lot), asked.code, asked.quantity)


def _is_equipment(use: EquipmentUse, asked: UsedEquipment) -> bool:
    row = use.equipment
    return (row.code, row.kind) == (as_scanned(asked.equipment), asked.kind)


def _is_room(use: RoomUse, asked: str) -> bool:
    return use.room.code == as_scanned(asked)
