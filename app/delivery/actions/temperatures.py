"""Readings on the way: typed, or read from the logger's file, which is kept (R-DEL-08)."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.delivery.actions.cases import journey_case
from app.delivery.actions.events import refuse_odd_moment
from app.delivery.actions.finding import containers_in, shipment_for_change
from app.delivery.actions.handing import done
from app.delivery.actions.setting_aside import set_aside, undecided
from app.delivery.models import Shipment, TemperatureRow
from app.delivery.rules.journeys import temperature_was_kept
from app.errors import BadInput, FieldError
from app.lot.containers import container_for_change
from app.lot.models import Container
from app.people.actor import Actor
from app.trail import attachments, audit
from schemas.delivery import StepOutcome
from schemas.delivery_forms import RecordTemperatures, TemperaturePoint
from schemas.lot import ContainerState
from schemas.supply_forms import SentFile
from schemas.trail import KeptFile

POINTS_MAX = 20_000
ARRIVED = (ContainerState.AT_SITE, ContainerState.ADMINISTERED)


def record_temperatures(
    session: Session,
    number: str,
    form: RecordTemperatures,
    *,
    by: Actor,
    at: datetime,
) -> StepOutcome:
    """Put readings of a shipment on record, with the logger's file.

    What arrived already is judged again: an excursion that only the log shows sets it aside.

    Raises:
        NotFound: no such shipment, or it goes to another site.
        BadInput: no reading at all, a line that cannot be read, or a moment ahead.
    """
    shipment = shipment_for_change(session, number, by=by)
    log = form.file
    points = (*form.points, *(points_in(log, by.zone) if log else ()))
    if not points:
        raise BadInput([FieldError("points", "Enter a reading, or choose the logger's CSV file.")])
    for each in points:
        refuse_odd_moment("points", each.at, after=shipment.packed_at, at=at)
    kept = _keep(session, shipment, log, by=by, at=at)
    session.add(
        TemperatureRow(
            shipment=shipment,
            points=[each.plain() for each in sorted(points, key=lambda point: point.at)],
            file_sha256=kept.sha256 if kept else None,
            file_name=kept.name if kept else None,
            file_media_type=kept.media_type if kept else None,
            file_size_bytes=kept.size_bytes if kept else None,
            by=by.name,
            at=at,
        )
    )
    session.flush()
    outcome = _judge_arrived(session, shipment, by=by, at=at)
    audit.record(session, by=by, at=at, did="delivery.temperature", about=shipment.ref)
    return outcome


def _keep(
    session: Session, shipment: Shipment, log: SentFile | None, *, by: Actor, at: datetime
) -> KeptFile | None:
    if log is None:
        return None
    return attachments.keep(
        session,
        log.content,
        name=log.name,
        media_type="text/csv",
        about=shipment.ref,
        by=by,
        at=at,
    )


def points_in(log: SentFile, zone: str) -> tuple[TemperaturePoint, ...]:
    """The readings of a logger's CSV file: a time and a temperature on each line.

    Separated by comma, semicolon or tab; a first line without numbers is a heading; times
    without an offset are local.

    Raises:
        BadInput: names the line that cannot be read.
    """
    try:
        text = log.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput([FieldError("file", "This is no text file; export it as CSV.")]) from None
    found: list[TemperaturePoint] = []
    for line, cells in _lines(text):
        if len(cells) < 2 or (line == 1 and not any(map(str.isdigit, cells[0]))):  # noqa: PLR2004 - time and temperature
            continue
        found.append(_point(cells, line, zone))
        if len(found) > POINTS_MAX:
            raise BadInput([FieldError("file", f"More than {POINTS_MAX} readings; split it.")])
    return tuple(found)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    separator = next((each for each in ";\t" if each in text), ",")
    rows = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        yield from enumerate(rows, start=1)
    except csv.Error as wrong:
        says = f"Line {rows.line_num} cannot be read ({wrong}): this is no CSV file."
        raise BadInput([FieldError("file", says)]) from None


def _point(cells: list[str], line: int, zone: str) -> TemperaturePoint:
    try:
        moment = datetime.fromisoformat(cells[0].strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(zone))
        temperature = Decimal(cells[1].strip().replace(",", "."))
        return TemperaturePoint(at=moment, temperature_c=temperature)
    except (ValueError, InvalidOperation, ValidationError):
        says = (
            f"Line {line} cannot be read: “{', '.join(cells)[:60]}”. Right would be for "
            "example “2026-03-02T10:15,5.1”."
        )
        raise BadInput([FieldError("file", says)]) from None


def _judge_arrived(session: Session, shipment: Shipment, *, by: Actor, at: datetime) -> StepOutcome:
    arrived = [
        container_for_change(session, each.number)
        for each in containers_in(session, shipment)
        if each.state in ARRIVED
    ]
    if not arrived:
        return done(shipment)
    case = journey_case(session, shipment, arrived[0], None, by=by)
    findings = tuple(temperature_was_kept(case))
    new = [each for each in arrived if findings and not _known(session, each)]
    if not new:
        return done(shipment, findings)
    title = f"Log of shipment {shipment.number} shows an excursion"
    numbers = set_aside(session, new, findings, title=title, critical=False, by=by, at=at)
    return done(shipment, findings, *numbers)


def _known(session: Session, container: Container) -> bool:
    return any(each.rule == "DLV-33" for each in undecided(session, container))
