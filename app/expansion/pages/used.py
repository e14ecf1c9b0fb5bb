"""The lines of a step's form about what it uses: materials, equipment, room, containers, time."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.expansion.pages.drawing import drawn_field
from app.masters.rounding import digits
from app.supplies.actions.finding import (
    all_rooms,
    equipment_of,
    lots_in_date,
    rooms,
    usable_equipment,
    usable_lots,
)
from app.web.fields import FormField, Option, Typed, fields_of
from schemas.expansion import CorrectStep, Performed, UsedEquipment, UsedMaterial
from schemas.master import MasterBatchRecord, MaterialNeed
from schemas.master_step import MaterialUse, Step
from schemas.production import EntryWords


@dataclass(frozen=True)
class Line:
    """One material, or one kind of equipment, with the fields beside it."""

    code: str
    title: str
    hint: str
    fields: tuple[FormField, ...]
    again: bool = False
    """Whether it is offered once more, for a second lot; most people leave it folded."""

    @property
    def is_filled(self) -> bool:
        """Whether something was typed here, or is wrong."""
        return any(each.value or each.error for each in self.fields)


@dataclass(frozen=True)
class Stores:
    """What may be named on a form: what may be used now, or what was there when it was done."""

    session: Session
    at: datetime
    zone: str
    was: EntryWords | None = None
    """The entry that is corrected; its lines are filled in."""

    def lots(self, code: str) -> tuple[tuple[str, str], ...]:
        """The material lots that may be named, with their last days."""
        find = usable_lots if self.was is None else lots_in_date
        found = find(self.session, code, at=self.at, zone=self.zone)
        return tuple((each.number, f"{each.number} (to {each.usable_until})") for each in found)

    def equipment(self, kind: str) -> tuple[Option, ...]:
        """The equipment that may be named."""
        if self.was is None:
            found = usable_equipment(self.session, kind, at=self.at, zone=self.zone)
        else:
            found = equipment_of(self.session, kind)
        return tuple(Option(each.code, f"{each.code} {each.title}") for each in found)

    def rooms(self, step: Step) -> tuple[Option, ...]:
        """The rooms that may be named."""
        found = rooms(self.session) if self.was is None else all_rooms(self.session)
        return tuple(
            Option(each.code, f"{each.code} {each.title}")
            for each in found
            if each.grade.suffices_for(step.room_grade)
        )


def material_lines(
    stores: Stores, master: MasterBatchRecord, step: Step, typed: Typed
) -> tuple[Line, ...]:
    """A line for each material of the step, and another where a second lot may be needed."""
    moved = _as_counted(typed, "materials")
    filled = _by_line(step, stores.was.materials if stores.was else ())
    return tuple(
        _material(stores, use, master.material(use.code), row, filled.get(row), moved, again)
        for row, use, again in _rows(step, filled)
    )


def _rows(step: Step, filled: Mapping[int, object]) -> Iterable[tuple[int, MaterialUse, bool]]:
    each = len(step.materials)
    times = max([2, *(row // each + 1 for row in filled)]) if each else 0
    for row in range(each * times):
        yield row, step.materials[row % each], row >= each


def _by_line(step: Step, used: Sequence[UsedMaterial]) -> dict[int, UsedMaterial]:
    """The first lot of each material stands on its first line, the second on its second."""
    codes = [each.code for each in step.materials]
    filled: dict[int, UsedMaterial] = {}
    for each in used:
        row = codes.index(each.code)
        while row in filled:
            row += len(codes)
        filled[row] = each
    return filled


def _material(
    stores: Stores,
    use: MaterialUse,
    need: MaterialNeed,
    row: int,
    filled: UsedMaterial | None,
    typed: Typed,
    again: bool,
) -> Line:
    lots = stores.lots(use.code)
    there = ", ".join(words for _, words in lots) or "none that may be used"
    asked = f"{digits(use.minimum)} to {digits(use.maximum)}" if use.maximum else "as needed"
    named = dict.fromkeys([*(number for number, _ in lots), *([filled.lot] if filled else ())])
    options = () if use.scan else tuple(Option(each, each) for each in named)
    required = not again and use.minimum > 0
    lot = drawn_field(
        typed,
        f"materials.{row}.lot",
        "Lot",
        "select" if options else "text",
        options=options,
        required=required,
        value=filled.lot if filled else "",
    )
    quantity = drawn_field(
        typed,
        f"materials.{row}.quantity",
        "Quantity",
        "number",
        unit=need.unit.sign or "pieces",
        hint=f"{asked} {need.unit.sign}".strip(),
        required=required,
        value=f"{filled.quantity:f}" if filled else "",
    )
    title = f"{need.title}, second lot" if again else need.title
    when = "In store" if stores.was is None else "There at that time"
    return Line(use.code, title, f"{when}: {there}.", (lot, quantity), again)


def _as_counted(typed: Typed, name: str) -> Typed:
    """Errors at the lines they are about: lines left blank were not counted when it was read."""
    sent = sorted({int(key.split(".")[1]) for key in said(typed.values, name)})
    errors = []
    for each in typed.errors:
        first, _, rest = each.field.partition(".")
        row, _, last = rest.partition(".")
        if first == name and row.isdigit() and int(row) < len(sent):
            errors.append(replace(each, field=f"{name}.{sent[int(row)]}.{last}"))
    return Typed(typed.values, tuple(errors))


def said(values: Mapping[str, Sequence[object]], name: str) -> tuple[str, ...]:
    """The lines of materials or equipment, as `materials.3`, with more in them than their code."""
    return tuple(
        dict.fromkeys(
            key.rsplit(".", 1)[0]
            for key, given in values.items()
            if re.fullmatch(rf"{name}\.\d{{1,3}}\.\w+", key)
            and not key.endswith((".code", ".kind"))
            and any(isinstance(each, str) and each.strip() for each in given)
        )
    )


def equipment_lines(
    stores: Stores, master: MasterBatchRecord, step: Step, typed: Typed
) -> tuple[Line, ...]:
    """A line for each kind of equipment of the step, with what may be named."""
    titles = {each.code: each.title for each in master.equipment}
    moved = _as_counted(typed, "equipment")
    was = stores.was.equipment if stores.was else ()
    lines = []
    for row, (kind, code) in enumerate(_pieces(step, was)):
        options = stores.equipment(kind)
        only = options[0].value if len(options) == 1 and stores.was is None else ""
        name = f"equipment.{row}.equipment"
        drawn = drawn_field(
            moved, name, titles[kind], "select", options=options, value=code or only
        )
        hint = "" if options else "None that may be used now."
        lines.append(Line(kind, titles[kind], hint, (drawn,)))
    return tuple(lines)


def _pieces(step: Step, was: Sequence[UsedEquipment]) -> Iterable[tuple[str, str]]:
    """Each kind with what was entered of it; a kind that was entered twice stands twice."""
    for kind in step.equipment:
        entered = [each.equipment for each in was if each.kind == kind] or [""]
        for code in entered:
            yield kind, code


def common_fields(
    stores: Stores, step: Step, typed: Typed, *, containers: bool
) -> tuple[FormField, ...]:
    """Room, containers where they are asked, time and reason."""
    clean = stores.rooms(step)
    left_out = ("occurrence", "materials", "equipment") + (() if containers else ("containers",))
    only = {"room": clean[0].value} if len(clean) == 1 else {}
    options = {"room": clean}
    return fields_of(Performed, typed, only, leave_out=left_out, zone=stores.zone, options=options)


def correction_fields(
    stores: Stores, words: EntryWords, step: Step, typed: Typed
) -> tuple[FormField, ...]:
    """Where and when it was really done, which containers it took, and why it is corrected."""
    left_out = ("entry", "values", "materials", "equipment")
    return fields_of(
        CorrectStep,
        typed,
        {
            "performed_at": words.performed_at,
            "room": words.room,
            "containers": list(words.containers),
        },
        leave_out=left_out if words.containers else (*left_out, "containers"),
        zone=stores.zone,
        options={"room": stores.rooms(step)},
    )
