"""Equipment and its logbook: calibrated, cleaned, out of service and back; rooms."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import BadInput, FieldError, NotFound, OutOfDate
from app.people.actor import Actor
from app.supplies.actions.evidence import keep_evidence
from app.supplies.actions.finding import as_scanned, find_equipment, find_room
from app.supplies.actions.logbook import last_event
from app.supplies.actions.uses import uses_of_equipment
from app.supplies.alarm import Alarm, calibration_failed_after_use
from app.supplies.models import Equipment, EquipmentEvent, Room
from app.trail import audit
from schemas.base import day_of
from schemas.supply import CalibrationOutcome, EquipmentDeed
from schemas.supply_forms import (
    ChangeService,
    LogCalibration,
    LogCleaning,
    NewEquipment,
    NewRoom,
    SentFile,
)


def add_equipment(session: Session, new: NewEquipment, *, by: Actor, at: datetime) -> Equipment:
    """Put equipment on the list. What needs calibration or cleaning is refused until it had it.

    Raises:
        BadInput: the number is taken. NotFound: there is no such room.
    """
    _refuse_taken(session, new.code)
    room = find_room(session, new.room) if new.room else None
    row = Equipment(**new.model_dump(exclude={"room"}), room=room, in_service=True)
    session.add(row)
    audit.record(session, by=by, at=at, did="supply.maintain", about=row.ref, why="New equipment")
    return row


def _refuse_taken(session: Session, code: str) -> None:
    # A scanner must lead to one thing: equipment and rooms share their numbers.
    for kind in (Equipment, Room):
        if session.scalar(select(kind.id).where(kind.code == code)):
            raise BadInput([FieldError("code", f"{code} is taken. Choose another number.")])


def log_calibration(
    session: Session,
    code: str,
    log: LogCalibration,
    *,
    alarm: Alarm,
    by: Actor,
    at: datetime,
) -> Equipment:
    """Log a calibration. A failed one ends the last one and takes the equipment out of service.

    Every lot it was used in since its last good calibration gets a deviation: QA looks at what
    was measured meanwhile (R-BR-04). One that was done before another on record changes nothing.

    Raises:
        BadInput: passed without a next due day, or days that cannot be.
        OutOfDate: somebody changed the equipment after the page was opened.
    """
    passed = log.outcome is CalibrationOutcome.PASSED
    if passed and log.due_on is None:
        raise BadInput([FieldError("due_on", "Enter until when the calibration holds.")])
    touched = () if passed else _used_since_good(session, code, by.zone)
    reached = alarm.reached(session, touched)
    row = _for_change(session, code, log.version)
    due_on = log.due_on if passed else None
    _refuse_odd_days(log.done_on, due_on, today=day_of(at, by.zone))
    if not passed and _used_since_good(session, code, by.zone) != touched:
        raise OutOfDate
    newest = _is_newest(session, row, EquipmentDeed.CALIBRATION, log.done_on)
    row.needs_calibration = True
    if newest:
        row.calibration_due = due_on
    if newest and not passed:
        row.in_service = False
        row.out_of_service_reason = f"Calibration failed on {log.done_on}: {log.words}"
    event = EquipmentEvent(
        equipment=row,
        deed=EquipmentDeed.CALIBRATION,
        done_on=log.done_on,
        passed=passed,
        due_on=due_on,
        words=log.words,
        at=at,
        by=by.username,
        name=by.name,
    )
    _logged(session, event, log.file, by=by, at=at)
    if reached:
        alarm.sound(session, reached, calibration_failed_after_use(event), by=by, at=at)
    return row


def _is_newest(session: Session, row: Equipment, deed: EquipmentDeed, done_on: date) -> bool:
    last = last_event(session, row.id, deed)
    return last is None or last.done_on <= done_on


def _used_since_good(session: Session, code: str, zone: str) -> tuple[str, ...]:
    """The lots this equipment was used in on or after the day of its last passed calibration."""
    row = find_equipment(session, code)
    good = session.scalar(
        select(func.max(EquipmentEvent.done_on)).where(
            EquipmentEvent.equipment_id == row.id,
            EquipmentEvent.deed == EquipmentDeed.CALIBRATION,
            EquipmentEvent.passed,
        )
    )
    return tuple(
        dict.fromkeys(
            each.lot_number
            for each in uses_of_equipment(session, row.code)
            if each.taken_back is None and (good is None or day_of(each.at, zone) >= good)
        )
    )


def log_cleaning(
    session: Session,
    code: str,
    log: LogCleaning,
    *,
    by: Actor,
    at: datetime,
) -> Equipment:
    """Log a cleaning, and until when it holds. One done before another changes nothing.

    Raises:
        BadInput: days that cannot be. OutOfDate: somebody changed the equipment meanwhile.
    """
    row = _for_change(session, code, log.version)
    _refuse_odd_days(log.done_on, log.due_on, today=day_of(at, by.zone))
    row.needs_cleaning = True
    if _is_newest(session, row, EquipmentDeed.CLEANING, log.done_on):
        row.cleaning_due = log.due_on
    event = EquipmentEvent(
        equipment=row,
        deed=EquipmentDeed.CLEANING,
        done_on=log.done_on,
        passed=True,
        due_on=log.due_on,
        words=log.words,
        at=at,
        by=by.username,
        name=by.name,
    )
    return _logged(session, event, log.file, by=by, at=at)


def _logged(
    session: Session, event: EquipmentEvent, file: SentFile | None, *, by: Actor, at: datetime
) -> Equipment:
    row = event.equipment
    if file is not None:
        kept = keep_evidence(session, file, about=row.ref, by=by, at=at)
        event.evidence_sha256, event.evidence_name = kept.sha256, kept.name
    session.add(event)
    audit.record(session, by=by, at=at, did="supply.maintain", about=row.ref, why=event.words)
    return row


def _refuse_odd_days(done_on: date, due_on: date | None, *, today: date) -> None:
    errors = []
    if done_on > today:
        errors.append(FieldError("done_on", f"{done_on} is still to come; today is {today}."))
    if due_on is not None and due_on < done_on:
        says = f"{due_on} is before it was done, on {done_on}. Give a later day."
        errors.append(FieldError("due_on", says))
    if errors:
        raise BadInput(errors)


def change_equipment_service(
    session: Session, code: str, change: ChangeService, *, by: Actor, at: datetime
) -> Equipment:
    """Take equipment out of service, or put it back. Due calibrations stay due.

    Raises:
        OutOfDate: somebody changed the equipment after the page was opened.
    """
    row = _for_change(session, code, change.version)
    row.in_service = change.in_service
    row.out_of_service_reason = None if change.in_service else change.reason
    back = change.in_service
    event = EquipmentEvent(
        equipment=row,
        deed=EquipmentDeed.BACK_IN_SERVICE if back else EquipmentDeed.OUT_OF_SERVICE,
        done_on=day_of(at, by.zone),
        passed=True,
        words=change.reason,
        at=at,
        by=by.username,
        name=by.name,
    )
    return _logged(session, event, None, by=by, at=at)


def _for_change(session: Session, code: str, version: int) -> Equipment:
    row = session.scalar(
        select(Equipment)
        .where(Equipment.code == as_scanned(code))
        .with_for_update(of=Equipment)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound(f"There is no equipment “{code[:60]}”. Scan its label.")
    if row.version != version:
        raise OutOfDate
    return row


def add_room(session: Session, new: NewRoom, *, by: Actor, at: datetime) -> Room:
    """Put a room on the list, with the grade it is qualified for.

    Raises:
        BadInput: the number is taken.
    """
    _refuse_taken(session, new.code)
    row = Room(**new.model_dump(), in_service=True)
    session.add(row)
    audit.record(session, by=by, at=at, did="supply.decide", about=row.ref, why="New room")
    return row


def change_room_service(
    session: Session, code: str, change: ChangeService, *, by: Actor, at: datetime
) -> Room:
    """Take a room out of service, or put it back.

    Raises:
        OutOfDate: somebody changed the room after the page was opened.
    """
    row = find_room(session, code)
    if row.version != change.version:
        raise OutOfDate
    row.in_service = change.in_service
    row.out_of_service_reason = None if change.in_service else change.reason
    audit.record(session, by=by, at=at, did="supply.maintain", about=row.ref, why=change.reason)
    return row
