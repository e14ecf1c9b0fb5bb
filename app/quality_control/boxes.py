"""The boxes a criterion is entered in: as many, and of the kind, that its result asks for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.web.fields import FormField, Option, Typed, chosen_when_twice, shown_value
from schemas.quantity import Unit
from schemas.reading import (
    CategoryReading,
    Growth,
    Interpretation,
    Reading,
    SterilityReading,
)
from schemas.result_kind import (
    CategoryResult,
    CellCountResult,
    CountBasis,
    EndotoxinBasis,
    EndotoxinResult,
    FoldResult,
    InhibitionResult,
    KaryotypeResult,
    MarkerResult,
    NumberResult,
    SterilityResult,
    ViabilityResult,
)
from schemas.specification import Criterion

SIGNALS = 3
"""Boxes offered for each group of signals, unless the method says how many."""

PREFILLED = frozenset({"reading.ratio", "look.day", "look.read_at"})
"""Boxes that are filled before anybody types; alone they are no entry."""


@dataclass(frozen=True)
class Place:
    """Where a criterion's boxes stand in a form, and what is in them."""

    prefix: str
    typed: Typed
    zone: str
    at: datetime
    before: Reading | None = None
    """The reading that is continued or corrected."""

    def box(
        self,
        name: str,
        label: str,
        *,
        kind: str = "number",
        unit: str = "",
        value: Any = None,
        options: tuple[Option, ...] = (),
        hint: str = "",
        required: bool = True,
    ) -> FormField:
        """One box, with what was typed in it."""
        full = self.prefix + name
        typed = self.typed.value(full)
        shown = shown_value(value, self.zone) if typed is None else typed
        drawn = FormField(
            full,
            label,
            kind,
            hint=hint,
            unit=unit,
            required=required,
            options=options,
            value=shown,
            error=self.typed.error(full),
        )
        return chosen_when_twice(drawn, self.zone)

    def numbers(self, name: str, label: str, count: int, *, unit: str = "") -> FormField:
        """Several boxes of one name, for the values a method asks for."""
        full = self.prefix + name
        given = self.typed.values.get(full) or []
        if not self.typed.values:
            given = list(getattr(self.before, name.rsplit(".", 1)[-1], ()))
        width = max(count, len(given))
        values = [*given, *[""] * (width - len(given))]
        return FormField(
            full, label, "numbers", unit=unit, value=values, error=self.typed.error(full)
        )

    def was(self, name: str) -> Any:
        """What stood in this field of the reading before."""
        return getattr(self.before, name, None)


def boxes_of(criterion: Criterion, place: Place) -> tuple[FormField, ...]:
    """The boxes for one result of this criterion, in the order they are typed."""
    boxes = (*_reading_boxes(criterion, place), *_dosing_boxes(criterion, place))
    assert boxes, f"{criterion.result_kind.kind} has no boxes"
    return boxes


def _reading_boxes(criterion: Criterion, place: Place) -> tuple[FormField, ...]:
    match criterion.result_kind:
        case NumberResult() | EndotoxinResult() | MarkerResult():
            return _values(criterion, place)
        case ViabilityResult() | CellCountResult() as counted:
            per_ml = getattr(counted, "basis", CountBasis.PER_ML) is CountBasis.PER_ML
            return _counts(criterion, place, total=not per_ml)
        case InhibitionResult() | FoldResult():
            return _signals(criterion, place)
        case _ as worded:
            return _worded(worded, place)


def _worded(
    kind: CategoryResult | SterilityResult | KaryotypeResult, place: Place
) -> tuple[FormField, ...]:
    if isinstance(kind, CategoryResult):
        return (_category(kind, place),)
    if isinstance(kind, SterilityResult):
        return _culture(kind, place)
    normal = tuple(Option(each.value, each.value) for each in Interpretation)
    return (
        place.box("reading.iscn", "ISCN", kind="text", hint="46,XX[20]", value=place.was("iscn")),
        place.box("reading.metaphases", "Metaphases", value=place.was("metaphases")),
        place.box(
            "reading.interpretation",
            "Interpretation",
            kind="select",
            options=normal,
            value=place.was("interpretation"),
        ),
        place.box(
            "reading.conclusion",
            "Conclusion, in the words of who interpreted it",
            kind="textarea",
            value=place.was("conclusion"),
        ),
    )


def _values(criterion: Criterion, place: Place) -> tuple[FormField, ...]:
    kind = criterion.result_kind
    unit = criterion.unit.sign if criterion.unit else ""
    if isinstance(kind, EndotoxinResult) and kind.basis is not EndotoxinBasis.PER_ML:
        unit = Unit.EU_PER_ML.sign
    label = "Positive" if isinstance(kind, MarkerResult) else "Value"
    values = place.numbers("reading.values", label, criterion.replicates, unit=unit)
    if not isinstance(kind, MarkerResult):
        return (values,)
    events = place.box(
        "reading.events", "Events", value=place.was("events"), required=bool(kind.minimum_events)
    )
    return (values, events)


def _category(kind: CategoryResult, place: Place) -> FormField:
    was = place.before.outcome if isinstance(place.before, CategoryReading) else None
    options = tuple(Option(each, each) for each in kind.choices)
    return place.box("reading.outcome", "Outcome", kind="select", options=options, value=was)


def _counts(criterion: Criterion, place: Place, *, total: bool) -> tuple[FormField, ...]:
    before = place.was("counts") or ()
    rows = max(criterion.replicates, len(before))
    boxes = []
    for at in range(rows):
        was = before[at] if at < len(before) else None
        many = f" {at + 1}" if rows > 1 else ""
        boxes += [
            place.box(
                f"reading.counts.{at}.{name}", f"{label}{many}", value=getattr(was, name, None)
            )
            for name, label in (("live", "Live"), ("dead", "Dead"))
        ]
        squares = getattr(was, "squares", None)
        boxes.append(
            place.box(
                f"reading.counts.{at}.squares",
                f"Squares{many}",
                value=squares,
                required=False,
                hint="4",
            )
        )
    boxes.append(
        place.box(
            "reading.dilution", "Dilution", value=place.was("dilution"), required=False, hint="1"
        )
    )
    if total:
        boxes.append(
            place.box(
                "reading.suspension_ml", "Suspension", unit="mL", value=place.was("suspension_ml")
            )
        )
    return tuple(boxes)


def _signals(criterion: Criterion, place: Place) -> tuple[FormField, ...]:
    count = criterion.replicates if criterion.replicates > 1 else SIGNALS
    if isinstance(criterion.result_kind, InhibitionResult):
        ratio = place.was("ratio") or criterion.result_kind.ratio
        return (
            place.box("reading.ratio", "Ratio", kind="text", value=ratio),
            place.numbers("reading.with_cells", "Signal with cells", count),
            place.numbers("reading.without_cells", "Signal without cells", count),
        )
    return (
        place.numbers("reading.treated", "Treated", count),
        place.numbers("reading.control", "Control", count),
    )


def _culture(kind: SterilityResult, place: Place) -> tuple[FormField, ...]:
    """A culture is inoculated first; after that, one look at all its media at a time."""
    before = place.before
    if not isinstance(before, SterilityReading):
        return (place.box("reading.inoculated_at", "Inoculated at", kind="datetime-local"),)
    outcomes = tuple(Option(each.value, each.value) for each in Growth)
    day = max(round((place.at - before.inoculated_at) / timedelta(days=1)), 1)
    return (
        place.box("look.day", "Day", value=day),
        place.box("look.read_at", "Read at", kind="datetime-local", value=place.at),
        *(
            place.box(f"look.outcome.{at}", medium, kind="select", options=outcomes)
            for at, medium in enumerate(kind.media or ("Culture",))
        ),
    )


def correction_boxes(criterion: Criterion, place: Place) -> tuple[FormField, ...]:
    """The boxes of a correction, filled with what was entered; a culture with all its looks."""
    if not isinstance(place.before, SterilityReading):
        return boxes_of(criterion, place)
    outcomes = tuple(Option(each.value, each.value) for each in Growth)
    boxes = [
        place.box(
            "reading.inoculated_at",
            "Inoculated at",
            kind="datetime-local",
            value=place.before.inoculated_at,
        )
    ]
    for at, look in enumerate(place.before.readings):
        row = f"reading.readings.{at}."
        boxes += [
            place.box(f"{row}medium", "Medium", kind="text", value=look.medium),
            place.box(f"{row}day", "Day", value=look.day),
            place.box(
                f"{row}outcome", "Outcome", kind="select", options=outcomes, value=look.outcome
            ),
            place.box(f"{row}read_at", "Read at", kind="datetime-local", value=look.read_at),
        ]
    return tuple(boxes)


def _dosing_boxes(criterion: Criterion, place: Place) -> tuple[FormField, ...]:
    """How the dose is given, where the limit is stated for the recipient (R-SPEC-06)."""
    kind = criterion.result_kind
    per_volume = isinstance(kind, EndotoxinResult) and kind.basis is not EndotoxinBasis.PER_ML
    if not criterion.needs_recipient and not per_volume:
        return ()
    weight = place.box("dosing.recipient_weight_kg", "Recipient", unit="kg", required=False)
    volume = place.box("dosing.volume_ml", "Volume given", unit="mL", required=False)
    hours = place.box("dosing.infusion_hours", "Given over", unit="h", required=False)
    return (weight, volume, hours) if per_volume else (weight,)
