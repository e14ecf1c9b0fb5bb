"""The sums of one entry alone: counts, times, samples, clearance, labels (R-EXP-07, R-BR-03)."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from app.expansion import formulae, step_formulae
from app.masters.calculation import value_of
from schemas.quantity import Calculation
from schemas.step import (
    CountedCells,
    FreezeValues,
    HoldValues,
    LabelReconciliationValues,
    LineClearanceValues,
    SampleValues,
    StepValues,
)

Named = Iterator[tuple[str, Calculation]]


def small(values: StepValues) -> Named:
    """What a step that needs no other step gives."""
    match values:
        case FreezeValues():
            yield (
                "protectant_minutes",
                minutes(values.protectant_added_at, values.freezing_started_at),
            )
            yield "storage_minutes", minutes(values.freezing_ended_at, values.stored_at)
        case SampleValues():
            yield (
                "sampled_volume_ml",
                step_formulae.sampled_volume(
                    containers=Decimal(values.containers), volume_ml=values.volume_per_container_ml
                ),
            )
        case HoldValues():
            yield "held_minutes", minutes(values.started_at, values.ended_at)
        case LineClearanceValues():
            answers = tuple(Decimal(int(each)) for each in clearance_answers(values).values())
            yield "points_not_clear", step_formulae.points_not_clear(answers=answers)
        case LabelReconciliationValues():
            yield (
                "unreconciled_labels",
                step_formulae.labels_missing(
                    printed=Decimal(values.issued),
                    applied=Decimal(values.applied),
                    in_record=Decimal(values.in_record),
                    destroyed=Decimal(values.destroyed),
                ),
            )
        case _:
            return


def clearance_answers(values: LineClearanceValues) -> dict[str, bool]:
    """The points of a line clearance with their answers, by their labels."""
    return {
        str(info.title): getattr(values, name)
        for name, info in LineClearanceValues.model_fields.items()
        if info.annotation is bool
    }


def counted(values: CountedCells) -> Named:
    """Viability and cells from a counting chamber."""
    live = tuple(Decimal(each) for each in values.live_by_square)
    dead = tuple(Decimal(each) for each in values.dead_by_square)
    squares = (Decimal(1),) * len(live)
    yield "viability_percent", formulae.viability(live=live, dead=dead)
    per_ml = formulae.cells_per_ml(counted=live, squares=squares, dilution=values.dilution)
    yield "cells_per_ml", per_ml
    yield (
        "viable_cells",
        step_formulae.viable_cells(per_ml=value_of(per_ml), volume_ml=values.suspension_volume_ml),
    )
    yield (
        "total_cells",
        formulae.total_cells(
            counted=tuple(one + other for one, other in zip(live, dead, strict=True)),
            squares=squares,
            dilution=values.dilution,
            volume_ml=values.suspension_volume_ml,
        ),
    )


def minutes(first: datetime, second: datetime) -> Calculation:
    """Minutes from one moment to another."""
    return step_formulae.minutes_between(seconds=_seconds(first, second))


def hours(first: datetime, second: datetime) -> Calculation:
    """Hours from one moment to another."""
    return step_formulae.hours_between(seconds=_seconds(first, second))


def _seconds(first: datetime, second: datetime) -> Decimal:
    return Decimal(int((second - first).total_seconds()))
