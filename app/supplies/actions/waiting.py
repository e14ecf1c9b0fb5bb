"""What waits in the stores: lots to decide, and what expires or falls due."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.people.actor import Actor
from app.supplies.actions.suppliers import approvals
from app.supplies.actions.viewing import equipment_view, lot_views
from app.supplies.models import Equipment, MaterialLot, SupplierApproval
from schemas.base import day_of
from schemas.people import Task
from schemas.supply import MaterialState, Standing

EXPIRES_SOON = timedelta(days=30)
DUE_SOON = timedelta(days=14)


def waiting(session: Session, by: Actor) -> Sequence[Task]:
    """The material lots in quarantine, for whoever may decide them."""
    if not by.may("supply.decide"):
        return ()
    rows = session.scalars(
        select(MaterialLot)
        .where(MaterialLot.state == MaterialState.QUARANTINE)
        .order_by(MaterialLot.id)
    )
    return tuple(
        Task(
            title=f"Decide on {each.material.title}",
            about=f"{each.number} from {each.supplier.name}, in quarantine",
            href=f"/supplies/materials/{each.number}",
            since=each.received_at,
        )
        for each in rows
    )


def falling_due(session: Session, by: Actor, at: datetime) -> Sequence[Task]:
    """What expires or falls due within weeks, or is over: for whoever can do something about it."""
    today = day_of(at, by.zone)
    expiring = _expiring(session, today) if by.may("supply.receive") else ()
    due = _due(session, today) if by.may("supply.maintain") else ()
    lapsing = _lapsing(session, today) if by.may("supply.decide") else ()
    return sorted((*expiring, *due, *lapsing), key=lambda each: not each.urgent)


def _expiring(session: Session, today: date) -> Sequence[Task]:
    rows = session.scalars(
        select(MaterialLot)
        .where(
            MaterialLot.state == MaterialState.RELEASED,
            ~MaterialLot.used_up,
            MaterialLot.usable_until <= today + EXPIRES_SOON,
        )
        .order_by(MaterialLot.usable_until)
    ).all()
    return tuple(
        Task(
            title=f"{each.title} {'expired' if each.expired else 'expires soon'}",
            about=f"{each.number}: last day {each.usable_until}",
            href=f"/supplies/materials/{each.number}",
            urgent=each.expired,
        )
        for each in lot_views(session, rows, today=today)
    )


def _lapsing(session: Session, today: date) -> Sequence[Task]:
    """Agreements that end, and what is in store of suppliers whose approval was withdrawn."""
    tasks = []
    for each in approvals(session):
        if each.standing is Standing.WITHDRAWN:
            tasks += [
                Task(
                    title=f"Look again at {each.material.title}",
                    about=f"{number}: the approval of {each.supplier.name} was withdrawn; "
                    "reject it if it may harm",
                    href=f"/supplies/materials/{number}",
                    urgent=True,
                )
                for number in _in_store(session, each)
            ]
        elif each.agreement_until <= today + EXPIRES_SOON:
            over = each.agreement_until < today
            tasks.append(
                Task(
                    title=f"Agreement with {each.supplier.name} {'ended' if over else 'ends soon'}",
                    about=f"{each.material.title}: last day {each.agreement_until}",
                    href=f"/supplies/suppliers/approve?code={each.supplier.code}",
                    urgent=over,
                )
            )
    return tasks


def _in_store(session: Session, approval: SupplierApproval) -> Sequence[str]:
    """The released lots of this material from this supplier of which something is left."""
    return session.scalars(
        select(MaterialLot.number)
        .where(
            MaterialLot.state == MaterialState.RELEASED,
            ~MaterialLot.used_up,
            MaterialLot.material_id == approval.material_id,
            MaterialLot.supplier_id == approval.supplier_id,
        )
        .order_by(MaterialLot.number)
    ).all()


def _due(session: Session, today: date) -> Sequence[Task]:
    rows = session.scalars(select(Equipment).where(Equipment.in_service).order_by(Equipment.code))
    tasks = []
    for row in rows:
        seen = equipment_view(row, today=today)
        for needed, deed, due, lapsed in (
            (seen.needs_calibration, "Calibration", seen.calibration_due, seen.calibration_lapsed),
            (seen.needs_cleaning, "Cleaning", seen.cleaning_due, seen.cleaning_lapsed),
        ):
            if needed and (due is None or due <= today + DUE_SOON):
                tasks.append(
                    Task(
                        title=f"{deed} of {row.code} {'is over' if lapsed else 'is due soon'}",
                        about=f"{row.title}: {f'due {due}' if due else 'none is valid'}",
                        href=f"/supplies/equipment/{row.code}",
                        urgent=lapsed,
                    )
                )
    return tasks
