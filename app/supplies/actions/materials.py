"""Materials defined, received into quarantine, released or rejected by QA."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import BadInput, FieldError, OutOfDate, RecordError, refuse_if
from app.people.actor import Actor
from app.rulebook import judge
from app.supplies.actions.evidence import keep_evidence
from app.supplies.actions.finding import (
    find_material,
    find_material_lot,
    find_supplier,
    material_lot_for_change,
)
from app.supplies.actions.suppliers import last_approval
from app.supplies.actions.uses import lots_touched_by
from app.supplies.alarm import Alarm, rejected_after_use
from app.supplies.models import Material, MaterialLot
from app.supplies.rules import RELEASE_RULES
from app.trail import audit
from app.trail.separation import refuse_same_person
from app.trail.signatures import sign
from schemas.base import day_of
from schemas.finding import Finding
from schemas.quantity import Unit
from schemas.supply import MaterialState, ReleaseCase
from schemas.supply_forms import (
    AttachCertificate,
    DecideMaterial,
    MaterialWords,
    NewMaterial,
    ReceiveMaterial,
    SentFile,
)
from schemas.trail import Meaning

# Every way a material lot may move. A move that is not here does not exist.
MOVES: Mapping[MaterialState, frozenset[MaterialState]] = {
    MaterialState.QUARANTINE: frozenset({MaterialState.RELEASED, MaterialState.REJECTED}),
    # A supplier recalls what QA has released.
    MaterialState.RELEASED: frozenset({MaterialState.REJECTED}),
    MaterialState.REJECTED: frozenset(),
}


class Decided(RecordError):
    """This material lot was decided already. Look at its page."""

    status = 409
    title = "Decided already"
    kept = True


def define_material(session: Session, new: NewMaterial, *, by: Actor, at: datetime) -> Material:
    """Say what a material is and must be, before any of it is received (R-ATMP-03).

    Raises:
        BadInput: the code is taken.
    """
    if session.scalar(select(Material.id).where(Material.code == new.code)):
        raise BadInput([FieldError("code", f"{new.code} is another material. Choose a new code.")])
    material = Material(**new.model_dump(exclude={"unit"}), unit=new.unit.value)
    session.add(material)
    audit.record(session, by=by, at=at, did="supply.define", about=f"catalogue/{new.code}")
    return material


def receive_material(
    session: Session, new: ReceiveMaterial, *, by: Actor, at: datetime
) -> MaterialLot:
    """Receive a lot of a material into quarantine, under a number of ours (R-ATMP-14).

    Raises:
        BadInput: the certificate is no PDF or picture. NotFound: unknown material or supplier.
    """
    material = find_material(session, new.material_code)
    lot = MaterialLot(
        number=next_number(session, by, at=at),
        material=material,
        supplier=find_supplier(session, new.supplier_code),
        supplier_lot=new.supplier_lot,
        received=new.quantity,
        received_at=at,
        received_by=by.name,
        expires_on=new.expires_on,
        usable_until=_last_day(material, new.expires_on, day_of(at, by.zone)),
        storage=new.storage,
        state=MaterialState.QUARANTINE,
    )
    if new.file is not None:
        _attach(session, lot, new.file, by=by, at=at)
    session.add(lot)
    audit.record(session, by=by, at=at, did="supply.receive", about=lot.ref)
    return lot


def next_number(session: Session, by: Actor, *, at: datetime) -> str:
    """The next number of ours: UNIT1-M26-00001. Never given twice."""
    prefix = f"{by.site_code}-M{day_of(at, by.zone).year % 100:02d}-"
    last = session.scalar(
        select(func.max(MaterialLot.number)).where(
            MaterialLot.number.startswith(prefix, autoescape=True)
        )
    )
    return f"{prefix}{int(last.rsplit('-', 1)[1]) + 1 if last else 1:05d}"


def _last_day(material: Material, expires_on: date, received_on: date) -> date:
    if material.storage_days_max is None:
        return expires_on
    return min(expires_on, received_on + timedelta(days=material.storage_days_max))


def _attach(session: Session, lot: MaterialLot, file: SentFile, *, by: Actor, at: datetime) -> None:
    kept = keep_evidence(session, file, about=lot.ref, by=by, at=at)
    lot.certificate_sha256 = kept.sha256
    lot.certificate_name = kept.name


def attach_certificate(
    session: Session, number: str, words: AttachCertificate, *, by: Actor, at: datetime
) -> MaterialLot:
    """Attach the supplier's certificate to a lot in quarantine; one that stood there stays kept.

    Raises:
        Decided: the lot is no longer in quarantine. OutOfDate, BadInput, NotFound.
    """
    lot = _as_seen(session, number, words.version)
    if lot.state is not MaterialState.QUARANTINE:
        raise Decided
    _attach(session, lot, words.file, by=by, at=at)
    audit.record(
        session, by=by, at=at, did="supply.receive", about=lot.ref, why="Certificate attached"
    )
    return lot


def _as_seen(session: Session, number: str, version: int) -> MaterialLot:
    lot = material_lot_for_change(session, number)
    if lot.version != version:
        raise OutOfDate
    return lot


def decide_material(
    session: Session,
    number: str,
    decision: DecideMaterial,
    *,
    alarm: Alarm,
    by: Actor,
    at: datetime,
) -> MaterialLot:
    """QA releases or rejects a material lot by signature; not who received it (SOD-12).

    A rejection after use opens a deviation in every lot it touched, and in those made of them; of
    a critical material, or one of biological origin, it holds them (R-ATMP-11, R-ATMP-34).

    Raises:
        Refused: SUP-31 to SUP-33, at a release. Decided, OutOfDate, SamePerson, SignatureFailed.
    """
    touched = lots_touched_by(session, number)
    reached = alarm.reached(session, touched)
    lot = _as_seen(session, number, decision.version)
    refuse_decided(lot.number, lot.state, decision.state)
    if lots_touched_by(session, number) != touched:
        raise OutOfDate
    refuse_same_person(session, "supply.decide", about=lot.ref, by=by)
    if decision.state is MaterialState.RELEASED:
        refuse_if(judge(RELEASE_RULES, release_case(session, lot, today=day_of(at, by.zone))))
    _sign_decision(session, lot, decision, by=by, at=at)
    if reached:
        alarm.sound(session, reached, rejected_after_use(lot), by=by, at=at)
    return lot


def refuse_decided(number: str, state: MaterialState, to: MaterialState) -> None:
    """Refuse a decision on a material lot that its state does not leave open.

    Raises:
        Decided: it was decided already.
    """
    if to not in MOVES[state]:
        raise Decided(f"{number} is {state} already. Look at its page.")


def _sign_decision(
    session: Session, lot: MaterialLot, decision: DecideMaterial, *, by: Actor, at: datetime
) -> None:
    release = decision.state is MaterialState.RELEASED
    sign(
        session,
        words_of(lot, decision.state, decision.reason),
        about=lot.ref,
        by=by,
        signing=decision.signing,
        meaning=Meaning.APPROVED if release else Meaning.REJECTED,
        at=at,
    )
    lot.state = decision.state
    lot.decided_at = at
    lot.decision_reason = decision.reason
    audit.record(session, by=by, at=at, did="supply.decide", about=lot.ref, why=decision.reason)


def what_bars_release(
    session: Session, number: str, *, by: Actor, at: datetime
) -> tuple[Finding, ...]:
    """What the rules would say to a release now, for the screen."""
    lot = find_material_lot(session, number)
    return judge(RELEASE_RULES, release_case(session, lot, today=day_of(at, by.zone)))


def release_case(session: Session, lot: MaterialLot, *, today: date) -> ReleaseCase:
    """What the rules of release look at."""
    approval = last_approval(session, lot.supplier, lot.material)
    return ReleaseCase(
        number=lot.number,
        has_certificate=lot.certificate_sha256 is not None,
        supplier=lot.supplier.name,
        material_code=lot.material.code,
        standing=approval.standing if approval else None,
        agreement_until=approval.agreement_until if approval else None,
        usable_until=lot.usable_until,
        today=today,
    )


def words_of(lot: MaterialLot, state: MaterialState, reason: str) -> MaterialWords:
    """The exact words of a decision: what is signed."""
    return MaterialWords(
        number=lot.number,
        material_code=lot.material.code,
        title=lot.material.title,
        supplier=lot.supplier.name,
        supplier_lot=lot.supplier_lot,
        certificate_sha256=lot.certificate_sha256,
        quantity=lot.received,
        unit=Unit(lot.material.unit),
        expires_on=lot.expires_on,
        usable_until=lot.usable_until,
        state=state,
        reason=reason,
    )
