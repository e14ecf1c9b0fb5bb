"""An entry's values line by line, as a reader wants them, on screen and on paper."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from schemas.expansion import UsedMaterial
from schemas.master import MaterialNeed
from schemas.master_step import FieldKind, Step
from schemas.quantity import with_unit
from schemas.step import VALUES_OF, ChooseValues, MeasureValues, StepValues


@dataclass(frozen=True)
class ValueLine:
    """One value of an entry; a moment is given as such, for the reader's zone."""

    name: str
    label: str
    value: str
    moment: datetime | None = None


def value_lines(step: Step, values: StepValues) -> tuple[ValueLine, ...]:
    """What was entered at a step, in the order it was asked; a blank remark is left out."""
    lines: list[ValueLine] = []
    if isinstance(values, MeasureValues | ChooseValues):
        fields = {each.code: each for each in step.fields}
        for each in values.values:
            field = fields[each.code]
            if field.kind is FieldKind.TIME:
                moment = datetime.fromisoformat(each.value)
                lines.append(ValueLine(each.code, field.title, each.value, moment))
            else:
                shown = with_unit(each.value, field.unit)
                lines.append(ValueLine(each.code, field.title, shown))
    for name, info in VALUES_OF[step.kind].model_fields.items():
        value = getattr(values, name)
        if name not in {"kind", "values"} and value is not None:
            extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
            lines.append(_line(name, info.title or name, value, str(extra.get("unit", ""))))
    return tuple(sorted(lines, key=lambda each: each.name == "remark"))


@dataclass(frozen=True)
class MaterialLine:
    """A material lot that a step used, as the master calls the material."""

    title: str
    lot: str
    amount: str


def material_lines(
    used: tuple[UsedMaterial, ...], needs: tuple[MaterialNeed, ...]
) -> tuple[MaterialLine, ...]:
    """What a step used, with the unit of the master."""
    known = {each.code: each for each in needs}
    return tuple(
        MaterialLine(
            known[each.code].title, each.lot, with_unit(f"{each.quantity:f}", known[each.code].unit)
        )
        for each in used
    )


def _line(name: str, label: str, value: object, unit: str) -> ValueLine:
    if isinstance(value, datetime):
        return ValueLine(name, label, value.isoformat(), value)
    if isinstance(value, bool):
        shown = "yes" if value else "no"
    elif isinstance(value, tuple):
        shown = " ".join(str(each) for each in value)
    else:
        shown = format(value, "f") if isinstance(value, Decimal) else str(value)
    return ValueLine(name, label, f"{shown} {unit}".rstrip())
