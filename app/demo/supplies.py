"""A stocked unit: everything the starter masters ask for, received, released and calibrated."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from app.demo.cast import Clock, person, signing
from app.lot import alarm
from app.masters.starters import starter_documents
from app.supplies import actions
from schemas.master import EquipmentNeed, MasterBatchRecord, MaterialNeed
from schemas.master_step import RoomGrade
from schemas.quantity import Unit
from schemas.supply import CalibrationOutcome, MaterialState, Standing
from schemas.supply_forms import (
    ApproveSupplier,
    DecideMaterial,
    LogCalibration,
    LogCleaning,
    NewEquipment,
    NewMaterial,
    NewRoom,
    ReceiveMaterial,
    SentFile,
)

SUPPLIER = "SUP-CELL"
CERTIFICATE = b"%PDF-1.4\n% certificate of analysis\n%%EOF\n"
PLENTY = {Unit.MILLILITRE: Decimal(100000), Unit.ONE: Decimal(2000)}


@dataclass(frozen=True)
class Stock:
    """What is in store: our material lot for each material, equipment for each kind, rooms."""

    lots: dict[str, str]
    equipment: dict[str, str]
    rooms: dict[str, str]
    """The room of each grade: by "B", "C", "D"."""


def stocked(session: Session, clock: Clock, *, days: int = 365) -> Stock:
    """Receive, release, calibrate and clean, through the actions, for every starter master.

    Everything holds for `days` from the clock's day on. Lars receives, Quinn decides, Olga
    maintains.
    """
    masters = [
        each.content for each in starter_documents() if isinstance(each.content, MasterBatchRecord)
    ]
    materials = {need.code: need for master in masters for need in master.materials}
    equipment = {need.code: need for master in masters for need in master.equipment}
    rooms = _rooms(session, at=clock())
    for need in materials.values():
        _define(session, need, at=clock())
    _approve(session, tuple(materials), at=clock(), days=days)
    return Stock(
        lots={code: released_lot(session, code, at=clock(), days=days) for code in materials},
        equipment={
            need.code: ready(session, need, rooms["B"], at=clock(), days=days)
            for need in equipment.values()
        },
        rooms=rooms,
    )


def _rooms(session: Session, *, at: datetime) -> dict[str, str]:
    by = person(session, "quinn", "supply.decide")
    named = (("R-101", RoomGrade.B), ("R-102", RoomGrade.C), ("R-103", RoomGrade.D))
    return {
        grade.value: actions.add_room(
            session, NewRoom(code=code, title=f"Clean room {grade}", grade=grade), by=by, at=at
        ).code
        for code, grade in named
    }


def _define(session: Session, need: MaterialNeed, *, at: datetime) -> None:
    new = NewMaterial(
        code=need.code,
        title=need.title,
        unit=need.unit,
        critical=need.critical,
        biological_origin=need.biological_origin,
        limits="As on the certificate of analysis agreed with the supplier",
        testing="Certificate of analysis and identity on the label",
        storage="As on the label",
    )
    actions.define_material(session, new, by=person(session, "quinn", "supply.decide"), at=at)


def _approve(session: Session, codes: tuple[str, ...], *, at: datetime, days: int) -> None:
    words = ApproveSupplier(
        code=SUPPLIER,
        name="Cell Supplies GmbH, Leipzig",
        materials=codes,
        standing=Standing.APPROVED,
        agreement_until=at.date() + timedelta(days=days),
        evidence="Audit report 2025-11, quality agreement 12",
        signing=signing("quinn"),
    )
    actions.approve_supplier(session, words, by=person(session, "quinn", "supply.decide"), at=at)


def received_lot(
    session: Session,
    code: str,
    *,
    at: datetime,
    days: int = 365,
    quantity: Decimal | None = None,
    certificate: bytes | None = CERTIFICATE,
) -> str:
    """Receive a lot of a material into quarantine; Lars does. Gives our number."""
    unit = Unit(actions.find_material(session, code).unit)
    new = ReceiveMaterial(
        material_code=code,
        supplier_code=SUPPLIER,
        supplier_lot=f"B-{code[4:]}-7",
        quantity=quantity if quantity is not None else PLENTY[unit],
        expires_on=at.date() + timedelta(days=days),
        storage="Store 1",
        file=SentFile(name="certificate.pdf", content=b64encode(certificate))
        if certificate
        else None,
    )
    lot = actions.receive_material(
        session,
        new,
        by=person(session, "lars", "supply.receive"),
        at=at,
    )
    return lot.number


def released_lot(
    session: Session,
    code: str,
    *,
    at: datetime,
    days: int = 365,
    quantity: Decimal | None = None,
) -> str:
    """Receive a lot of a material and have Quinn release it. Gives our number."""
    number = received_lot(session, code, at=at, days=days, quantity=quantity)
    decision = DecideMaterial(
        state=MaterialState.RELEASED,
        reason="Label and certificate agree with the specification",
        version=actions.find_material_lot(session, number).version,
        signing=signing("quinn"),
    )
    quinn = person(session, "quinn", "supply.decide")
    actions.decide_material(session, number, decision, alarm=alarm, by=quinn, at=at)
    return number


def ready(
    session: Session,
    need: EquipmentNeed,
    room: str,
    *,
    at: datetime,
    days: int,
    code: str | None = None,
) -> str:
    """Put equipment on the list, calibrated and cleaned; Olga does. Gives its number."""
    by, today = person(session, "olga", "supply.maintain"), at.date()
    new = NewEquipment(
        code=code or f"{need.code.removeprefix('EQ-')}-01",
        kind=need.code,
        title=need.title,
        room=room,
        needs_calibration=True,
        needs_cleaning=True,
    )
    row = actions.add_equipment(session, new, by=by, at=at)
    due = today + timedelta(days=days)
    calibration = LogCalibration(
        done_on=today,
        outcome=CalibrationOutcome.PASSED,
        due_on=due,
        words="By the maker, SOP-12",
        version=row.version,
    )
    actions.log_calibration(session, row.code, calibration, alarm=alarm, by=by, at=at)
    cleaning = LogCleaning(done_on=today, due_on=due, words="70 % IPA, SOP-7", version=row.version)
    actions.log_cleaning(session, row.code, cleaning, by=by, at=at)
    return row.code
