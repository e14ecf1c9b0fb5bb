"""What a number names: donor, donation, material, lot, container or patient, in a few words."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.asking import asked
from app.delivery.actions.descent import kinds_named
from app.errors import NotFound
from app.intake.actions import find_donation, find_donor
from app.intake.models import DonationRow, Donor, PatientCode
from app.lot.models import Container, Lot
from app.supplies.models import Material, MaterialLot, Supplier
from schemas.genealogy import Node, NodeKind
from schemas.supply import MaterialState

LONGEST = 120
_MATERIAL = (
    select(
        *(MaterialLot.number, MaterialLot.state),
        *(Material.title, Supplier.name.label("supplier"), MaterialLot.supplier_lot),
    )
    .join(MaterialLot.material)
    .join(MaterialLot.supplier)
    .where(MaterialLot.number == bindparam("number"))
)


def find_node(session: Session, told: str) -> Node:
    """What a number names.

    Raises:
        NotFound: nothing has this number.
    """
    number = "".join(told[:LONGEST].split()).rstrip("/")
    kind, _, rest = number.partition("/")
    if "/container/" in rest:
        kind, rest = "container", rest.rsplit("/", 1)[1]
    kinds = [each for each in NodeKind if each.value == kind and rest]
    wanted = rest if kinds else number
    for each in kinds or kinds_named(session, wanted.upper()):
        found = _find(session, each, wanted)
        if found is not None:
            return found
    raise NotFound(f"Nothing here has the number “{told[:60]}”.")


def _find(session: Session, kind: NodeKind, number: str) -> Node | None:
    number = number.upper()
    try:
        if kind is NodeKind.DONOR:
            return donor_node(find_donor(session, number))
        if kind is NodeKind.DONATION:
            return donation_node(find_donation(session, number))
    except NotFound:
        return None
    return _find_row(session, kind, number)


def _find_row(session: Session, kind: NodeKind, number: str) -> Node | None:
    if kind is NodeKind.PATIENT:
        patient = session.scalar(select(PatientCode).where(PatientCode.code == number))
        return patient_node(patient.code, patient.treating_site) if patient else None
    if kind is NodeKind.MATERIAL:
        told = asked(session, _MATERIAL, number=number).first()
        return _material_node(**told._asdict()) if told else None
    if kind is NodeKind.LOT:
        lot = session.scalar(select(Lot).where(Lot.number == number))
        return lot_node(lot) if lot else None
    container = session.scalar(select(Container).where(Container.number == number))
    return container_node(container) if container else None


def donor_node(donor: Donor) -> Node:
    """A donor, by code."""
    title = f"{donor.kind.value.replace('_', ' ').capitalize()} donor"
    return Node(kind=NodeKind.DONOR, number=donor.code, title=title)


def donation_node(row: DonationRow) -> Node:
    """A donation, by its identification."""
    words = f"{row.tissue.value}, {row.use.value}".replace("_", " ").capitalize()
    return Node(
        kind=NodeKind.DONATION, number=row.donation_code, title=words, state=row.state.label
    )


def material_node(row: MaterialLot) -> Node:
    """A material lot, by our number; its supplier is in the title."""
    return _material_node(
        row.number, row.state, row.material.title, row.supplier.name, row.supplier_lot
    )


def _material_node(
    number: str, state: MaterialState, title: str, supplier: str, supplier_lot: str
) -> Node:
    words = f"{title}, {supplier}, lot {supplier_lot}"
    return Node(kind=NodeKind.MATERIAL, number=number, title=words, state=state.label)


def lot_node(lot: Lot) -> Node:
    """A lot, by number."""
    state = f"{lot.stage.label}, held" if lot.held else lot.stage.label
    return Node(kind=NodeKind.LOT, number=lot.number, title=lot.product_name, state=state)


def container_node(row: Container) -> Node:
    """A container, by number."""
    title = f"{row.kind.value.capitalize()}, {row.volume_ml} mL"
    return Node(kind=NodeKind.CONTAINER, number=row.number, title=title, state=row.state.label)


def patient_node(code: str, treating_site: str) -> Node:
    """A patient, by chain-of-identity code."""
    return Node(kind=NodeKind.PATIENT, number=code, title=f"Patient of {treating_site}")
