"""Suppliers: approved by QA for materials, under an agreement, until a day."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import BadInput, FieldError
from app.people.actor import Actor
from app.supplies.actions.finding import find_material
from app.supplies.models import Material, Supplier, SupplierApproval
from app.trail import audit
from app.trail.signatures import sign
from schemas.supply import Standing
from schemas.supply_forms import ApproveSupplier, SupplierWords
from schemas.trail import Meaning


def approve_supplier(
    session: Session, words: ApproveSupplier, *, by: Actor, at: datetime
) -> Supplier:
    """QA approves a supplier for materials, or withdraws it, by signature.

    Raises:
        BadInput: the code belongs to a supplier of another name. NotFound: unknown material.
    """
    supplier = session.scalar(select(Supplier).where(Supplier.code == words.code))
    if supplier is None:
        supplier = Supplier(code=words.code, name=words.name)
        session.add(supplier)
    if supplier.name != words.name:
        says = f"{words.code} is “{supplier.name}”. Write the same name, or choose a new code."
        raise BadInput([FieldError("name", says)])
    about = f"supplier/{words.code}"
    for code in dict.fromkeys(words.materials):
        session.add(
            SupplierApproval(
                supplier=supplier,
                material=find_material(session, code),
                standing=words.standing,
                agreement_until=words.agreement_until,
                evidence=words.evidence,
                at=at,
                by=by.username,
            )
        )
    sign(
        session,
        SupplierWords(**words.model_dump(exclude={"signing"})),
        about=about,
        by=by,
        signing=words.signing,
        meaning=Meaning.APPROVED if words.standing is Standing.APPROVED else Meaning.DECIDED,
        at=at,
    )
    audit.record(session, by=by, at=at, did="supply.approve", about=about, why=words.evidence)
    return supplier


def last_approval(
    session: Session, supplier: Supplier, material: Material
) -> SupplierApproval | None:
    """The decision on a supplier for a material that counts, or None when there is none."""
    return session.scalars(
        select(SupplierApproval)
        .where(
            SupplierApproval.supplier_id == supplier.id,
            SupplierApproval.material_id == material.id,
        )
        .order_by(SupplierApproval.id.desc())
        .limit(1)
    ).first()


def approvals(session: Session) -> Sequence[SupplierApproval]:
    """The decisions that count, of every supplier for every material."""
    last = select(func.max(SupplierApproval.id)).group_by(
        SupplierApproval.supplier_id, SupplierApproval.material_id
    )
    rows = session.scalars(select(SupplierApproval).where(SupplierApproval.id.in_(last))).all()
    return sorted(rows, key=lambda each: (each.supplier.code, each.material.code))
