"""The freezing curve: read from the freezer's file (R-BR-20).

The file itself is kept and named by its digest; what cannot be read is said, never guessed.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from app.delivery.actions.temperatures import points_in
from app.errors import BadInput
from app.trail import attachments
from schemas.base import Contract
from schemas.delivery_forms import TemperaturePoint
from schemas.freezing import FreezingCurve
from schemas.production import ProductionRecord
from schemas.step_product import FreezeValues
from schemas.supply_forms import SentFile
from schemas.trail import KeptFile

POINTS_MAX = 400
"""More than a curve of this width can show."""


def freezing_curves(
    session: Session, production: ProductionRecord, zone: str
) -> tuple[FreezingCurve, ...]:
    """The curve of every freezing whose entry stands and names a file."""
    return tuple(
        _read(attachments.as_kept(attachments.kept_file(session, digest)), about, zone)
        for about, digest in _files(production)
    )


def _files(production: ProductionRecord) -> Iterator[tuple[str, str]]:
    for phase in production.phases:
        for line in phase.steps:
            for each in line.entries:
                values: Contract = each.words.values
                if isinstance(values, FreezeValues) and values.curve_file is not None:
                    yield f"{line.step.code}/{each.words.occurrence}", values.curve_file


def _read(file: KeptFile, about: str, zone: str) -> FreezingCurve:
    content = attachments.read(file.sha256)
    try:
        points = points_in(SentFile.model_construct(name=file.name, content=content), zone)
    except BadInput as unreadable:
        says = unreadable.errors[0].says
        return FreezingCurve(about=about, file=file, readings=0, points=(), why_not=says)
    why_not = None if len(points) > 1 else "It holds no readings: a time and a temperature a line."
    return FreezingCurve(
        about=about, file=file, readings=len(points), points=thinned(points), why_not=why_not
    )


def thinned(points: Sequence[TemperaturePoint]) -> tuple[TemperaturePoint, ...]:
    """Few enough points to draw; of each stretch its coldest and its warmest, in order."""
    if len(points) <= POINTS_MAX:
        return tuple(points)
    stretch = -(-len(points) // (POINTS_MAX // 2 - 1))
    kept = {0, len(points) - 1}
    for first in range(0, len(points), stretch):
        places = range(first, min(first + stretch, len(points)))
        kept.add(min(places, key=lambda at: points[at].temperature_c))
        kept.add(max(places, key=lambda at: points[at].temperature_c))
    return tuple(points[at] for at in sorted(kept))
