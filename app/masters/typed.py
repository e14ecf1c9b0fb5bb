"""Values typed as the instrument gives them: one, or the mean of the method's replicates."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from app.masters import assays
from app.masters.errors import UnreadableReading
from app.masters.measure import NotEnough, Possible, Result, possible_values, without_dosing
from app.masters.measured import mean_of_readings, read
from app.masters.units import convert
from schemas.quantity import Calculation, Unit
from schemas.reading import Dosing, MarkerReading, NumberReading
from schemas.result_kind import EndotoxinBasis, EndotoxinResult, MarkerResult
from schemas.specification import Criterion


def typed_number(criterion: Criterion, reading: NumberReading) -> Result | NotEnough:
    """A number with a unit, in the unit of its limit."""
    return _mean(criterion, reading, possible_values(criterion))


def _mean(
    criterion: Criterion,
    reading: NumberReading | MarkerReading,
    possible: Possible,
    unit: Unit | None = None,
) -> Result | NotEnough:
    """The mean of the typed values in the wanted unit, each one plausible by itself."""
    wanted = unit or criterion.unit
    assert wanted is not None
    values, n = reading.values, criterion.replicates
    if len(values) > n:
        raise UnreadableReading(
            "values",
            f"{len(values)} values were entered; the method asks for {n}. A repeated test is "
            "a result of its own, never averaged in",
        )
    readings = []
    for typed in values:
        each = read(typed, field="values").converted(lambda end: convert(end, reading.unit, wanted))
        each.within(*possible, field="values")
        readings.append(each)
    if len(values) < n:
        return NotEnough(f"{len(values)} of {n} values were read.", ("R-SPEC-01",))
    value, calculations = mean_of_readings(readings)
    return Result(value, calculations, ("R-SPEC-06",) if reading.unit is not wanted else ())


def marker_percentage(
    criterion: Criterion, kind: MarkerResult, reading: MarkerReading
) -> Result | NotEnough:
    """The share of cells with one marker, or with one stated combination of markers."""
    if reading.marker != kind.marker:
        raise UnreadableReading(
            "marker",
            f'"{reading.marker}" was read; this criterion is "{kind.marker}", and one does not '
            "prove the other",
        )
    # Read before it is weighed: what cannot be read is refused, however few events there are.
    result = _mean(criterion, reading, possible_values(criterion))
    if kind.minimum_events and (reading.events or 0) < kind.minimum_events:
        found = reading.events if reading.events is not None else "no number of"
        says = f"{found} events were acquired; {kind.minimum_events} are needed."
        return NotEnough(says, ("R-SPEC-07",))
    return replace(result, rules=(*result.rules, "R-SPEC-07"))


def endotoxin(
    criterion: Criterion, kind: EndotoxinResult, reading: NumberReading, dosing: Dosing
) -> Result | NotEnough:
    """Endotoxin as it was read, or as the recipient gets it per dose, kilogram and hour."""
    wanted = criterion.unit
    assert wanted is not None
    per_ml = wanted if kind.basis is EndotoxinBasis.PER_ML else Unit.EU_PER_ML
    read_per_ml = _mean(criterion, reading, (Decimal(0), None), per_ml)
    if isinstance(read_per_ml, NotEnough) or kind.basis is EndotoxinBasis.PER_ML:
        return read_per_ml
    load = _load(kind.basis, dosing)
    if isinstance(load, NotEnough):
        return load
    carried, done = read_per_ml.measured.through(load)
    return Result(
        carried.converted(lambda end: convert(end, done[-1].unit, wanted)),
        (*read_per_ml.calculations, *done),
        (*read_per_ml.rules, "R-SPEC-06", "R-EXP-12"),
    )


def _load(basis: EndotoxinBasis, dosing: Dosing) -> Callable[[Decimal], Calculation] | NotEnough:
    volume, weight, hours = dosing.volume_ml, dosing.recipient_weight_kg, dosing.infusion_hours
    if volume is None:
        return without_dosing("the volume given")
    if basis is EndotoxinBasis.TOTAL:
        return lambda per_ml: assays.endotoxin_total(per_ml=per_ml, volume_ml=volume)
    if weight is None:
        return without_dosing("the recipient's actual weight")
    if basis is EndotoxinBasis.PER_KG:
        return lambda per_ml: assays.endotoxin_per_kg(
            per_ml=per_ml, volume_ml=volume, weight_kg=weight
        )
    if hours is None:
        return without_dosing("how long the infusion takes")
    return lambda per_ml: assays.endotoxin_load(
        per_ml=per_ml, volume_ml=volume, weight_kg=weight, hours=hours
    )
