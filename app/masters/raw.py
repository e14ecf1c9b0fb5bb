"""Values calculated from raw counts and signals, never copied from a total (R-SPEC-13)."""

from decimal import Decimal

from app.masters import assays
from app.masters.calculation import value_of
from app.masters.errors import UnreadableReading
from app.masters.measure import NotEnough, Result, without_dosing
from app.masters.measured import Measured, read_number
from app.masters.units import convert
from schemas.quantity import Calculation, RawText
from schemas.reading import CountReading, Dosing, FoldReading, InhibitionReading
from schemas.result_kind import CellCountResult, CountBasis, InhibitionResult
from schemas.specification import Criterion


def viability_from_raw(criterion: Criterion, reading: CountReading) -> Result | NotEnough:
    """Viability over all counts together."""
    short = _how_many(criterion, len(reading.counts), "counts", "counts")
    if short:
        return short
    done = assays.viability(
        live=tuple(Decimal(each.live) for each in reading.counts),
        dead=tuple(Decimal(each.dead) for each in reading.counts),
    )
    return _calculated(criterion, (done,), ("R-EXP-07", "R-SPEC-08"))


def cells_from_raw(
    criterion: Criterion, kind: CellCountResult, reading: CountReading, dosing: Dosing
) -> Result | NotEnough:
    """Cells per mL, in all, or per kilogram of the recipient."""
    short = _how_many(criterion, len(reading.counts), "counts", "counts")
    if short:
        return short
    dead = 0 if kind.viable_only else 1
    counted = tuple(Decimal(each.live + dead * each.dead) for each in reading.counts)
    squares = tuple(Decimal(each.squares) for each in reading.counts)
    if kind.basis is CountBasis.PER_ML:
        done = assays.cells_per_ml(counted=counted, squares=squares, dilution=reading.dilution)
        return _calculated(criterion, (done,), ("R-EXP-07",))
    if reading.suspension_ml is None:
        raise UnreadableReading("suspension_ml", "enter the volume of the suspension, in mL")
    total = assays.total_cells(
        counted=counted,
        squares=squares,
        dilution=reading.dilution,
        volume_ml=reading.suspension_ml,
    )
    if kind.basis is CountBasis.TOTAL:
        return _calculated(criterion, (total,), ("R-EXP-07",))
    if dosing.recipient_weight_kg is None:
        return without_dosing("the recipient's actual weight")
    per_kg = assays.cells_per_kg(cells=value_of(total), weight_kg=dosing.recipient_weight_kg)
    return _calculated(criterion, (total, per_kg), ("R-EXP-07", "R-EXP-10"))


def inhibition_from_raw(
    criterion: Criterion, kind: InhibitionResult, reading: InhibitionReading
) -> Result | NotEnough:
    """Inhibition at the ratio the specification states."""
    if reading.ratio != kind.ratio:
        raise UnreadableReading(
            "ratio", f"was {reading.ratio}; the specification asks for {kind.ratio}"
        )
    with_cells = _signals(reading.with_cells, "with_cells")
    without_cells = _signals(reading.without_cells, "without_cells")
    short = _wells(criterion, with_cells=with_cells, without_cells=without_cells)
    if short:
        return short
    done = assays.inhibition(with_cells=with_cells, without_cells=without_cells)
    return _calculated(criterion, (done,), ("R-EXP-11",))


def fold_from_raw(criterion: Criterion, reading: FoldReading) -> Result | NotEnough:
    """The signal as a multiple of its control."""
    treated = _signals(reading.treated, "treated")
    control = _signals(reading.control, "control")
    short = _wells(criterion, treated=treated, control=control)
    if short:
        return short
    done = assays.fold_of_control(treated=treated, control=control)
    return _calculated(criterion, (done,), ())


def _calculated(
    criterion: Criterion, done: tuple[Calculation, ...], rules: tuple[str, ...]
) -> Result:
    assert criterion.unit is not None
    value = convert(value_of(done[-1]), done[-1].unit, criterion.unit)
    return Result(Measured.exactly(value), done, rules)


def _how_many(criterion: Criterion, found: int, of: str, field: str) -> NotEnough | None:
    """Why so many are too few.

    Raises:
        UnreadableReading: there are more than the method asks for (R-SPEC-10).
    """
    asked = criterion.replicates
    if found > asked:
        raise UnreadableReading(
            field,
            f"{found} {of} were entered; the method asks for {asked}. A repeated test is a result "
            "of its own, never averaged in",
        )
    if found == asked:
        return None
    return NotEnough(f"{found} of {asked} {of} were read.", ("R-SPEC-01",))


def _wells(criterion: Criterion, **groups: tuple[Decimal, ...]) -> NotEnough | None:
    """Why the signals of a group are too few; a method that asks for one value takes its wells."""
    if criterion.replicates == 1:
        return None
    said = [_how_many(criterion, len(wells), "signals", name) for name, wells in groups.items()]
    return next((each for each in said if each is not None), None)


def _signals(typed: tuple[RawText, ...], field: str) -> tuple[Decimal, ...]:
    return tuple(read_number(each, field=field) for each in typed)
