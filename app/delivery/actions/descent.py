"""Which lots came of what, and what each lot came from: asked of the database in one go."""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeAlias

from pydantic import TypeAdapter
from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Select,
    Text,
    bindparam,
    func,
    literal,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from app.asking import connection_of
from app.delivery.models import ContainerEvent, Order, Shipment
from app.intake.actions.donations import code_as_stored
from app.intake.models import DonationRow, Donor, PatientCode
from app.lot.models import Container, Lot, Source
from app.supplies.models import MaterialLot, MaterialUse, stands
from schemas.delivery import EventKind
from schemas.genealogy import ContainerCount, Node, NodeKind, PatientLine
from schemas.lot import ContainerState, SourceKind

Question: TypeAlias = Select[*tuple[Any, ...]]
Lots = Select[int] | CompoundSelect[int]
"""A query for the ids of lots."""

STAYED = (ContainerState.IN_STORE, ContainerState.RETENTION, ContainerState.CONSUMED)

NAMED = union_all(
    select(literal(NodeKind.DONATION.value)).where(
        DonationRow.donation_code == bindparam("donation")
    ),
    *(
        select(literal(kind.value)).where(column == bindparam("number"))
        for kind, column in (
            (NodeKind.DONOR, Donor.code),
            (NodeKind.MATERIAL, MaterialLot.number),
            (NodeKind.LOT, Lot.number),
            (NodeKind.CONTAINER, Container.number),
            (NodeKind.PATIENT, PatientCode.code),
        )
    ),
)
USES = select(MaterialUse.lot_number).join(MaterialLot).where(stands(MaterialUse))
LAST = aliased(ContainerEvent)
PACKINGS = (
    select(
        Order.patient_code,
        Order.treating_site,
        Order.number.label("order_number"),
        Order.contact,
        Container.number.label("container"),
        Lot.number.label("lot_number"),
        Lot.product_name,
        type_coerce(Lot.stage, Text).label("lot_stage"),
        Lot.held.label("lot_held"),
        type_coerce(Container.state, Text).label("state"),
        select(func.max(LAST.happened_at))
        .where(LAST.container_id == Container.id)
        .scalar_subquery()
        .label("last_event_at"),
    )
    .select_from(Lot)
    .join(Container, Container.lot_id == Lot.id)
    .join(ContainerEvent, ContainerEvent.container_id == Container.id)
    .join(Shipment, Shipment.id == ContainerEvent.shipment_id)
    .join(Order, Order.id == Shipment.order_id)
    .where(ContainerEvent.kind == EventKind.PACKED, Container.state.not_in(STAYED))
    .order_by(Container.number, ContainerEvent.id)
)
"""Each packing of a container that has left, with the fields of a line in their order."""
FIELDS = tuple(PatientLine.model_fields)
CONTAINER = FIELDS.index("container")
assert tuple(PACKINGS.selected_columns.keys()) == FIELDS, "each column is a field of a line"
LINES = TypeAdapter(list[PatientLine])


def kinds_named(session: Session, number: str) -> list[NodeKind]:
    """What kinds of things have this number, of a donation also as it is scanned: asked at once."""
    named = {"number": number, "donation": code_as_stored(number)}
    found = set(connection_of(session).scalars(NAMED, named))
    return [each for each in NodeKind if each.value in found]


def first_lots(kind: NodeKind, number: str | BindParameter[str]) -> Lots:
    """The lots that came directly of this donor, donation, material lot or container; or itself."""
    assert kind is not NodeKind.PATIENT, "nothing comes of a patient"
    if kind is NodeKind.LOT:
        return select(Lot.id).where(Lot.number == number)
    if kind is NodeKind.CONTAINER:
        return _from(SourceKind.CONTAINER).where(Source.ref == number)
    if kind is NodeKind.DONATION:
        return _from(SourceKind.DONATION).where(Source.ref == number)
    if kind is NodeKind.DONOR:
        codes = select(DonationRow.donation_code).join(Donor).where(Donor.code == number)
        return _from(SourceKind.DONATION).where(Source.ref.in_(codes))
    return select(Lot.id).where(Lot.number.in_(USES.where(MaterialLot.number == number)))


def _from(kind: SourceKind) -> Select[int]:
    return select(Source.lot_id).where(Source.kind == kind)


def with_descendants(first: Lots) -> Select[int]:
    """These lots, and every lot that came of them, through banks too."""
    down = first.cte("down", recursive=True)
    started = select(Source.lot_id).join(down, Source.parent_lot_id == down.c[0])
    down = down.union(started)
    return select(down.c[0])


def with_ancestors(first: Lots) -> Select[int]:
    """These lots, and every lot they came from."""
    up = first.cte("up", recursive=True)
    before = (
        select(Source.parent_lot_id)
        .join(up, Source.lot_id == up.c[0])
        .where(Source.parent_lot_id.is_not(None))
    )
    up = up.union(before)
    return select(up.c[0])


def lots_in(session: Session, lots: Lots) -> dict[int, Lot]:
    """The lots of a query, by id, in the order they were started."""
    rows = session.scalars(select(Lot).where(Lot.id.in_(lots)).order_by(Lot.id))
    return {each.id: each for each in rows}


def sources_in(session: Session, lots: Lots) -> Sequence[Source]:
    """What these lots came from, in order."""
    return session.scalars(select(Source).where(Source.lot_id.in_(lots)).order_by(Source.id)).all()


def materials_in(session: Session, lots: Lots) -> dict[str, list[MaterialLot]]:
    """The material lots used in each of these lots, by the lot's number, each once."""
    numbers = select(Lot.number).where(Lot.id.in_(lots))
    rows = session.execute(
        select(MaterialUse.lot_number, MaterialLot)
        .join(MaterialLot, MaterialLot.id == MaterialUse.material_lot_id)
        .where(MaterialUse.lot_number.in_(numbers), stands(MaterialUse))
        .order_by(MaterialUse.id)
    )
    found: dict[str, list[MaterialLot]] = {}
    for number, material in rows:
        used = found.setdefault(number, [])
        if material not in used:
            used.append(material)
    return found


def once_recorded(
    session: Session, *, material: str | None = None, lot: str | None = None
) -> tuple[tuple[Lot, MaterialLot, str], ...]:
    """What was recorded in error, of a material lot or in a lot: in which, of which, and why."""
    back, was = aliased(MaterialUse), aliased(MaterialUse)
    question = (
        select(Lot, MaterialLot, was.about, back)
        .join(was, was.id == back.takes_back_id)
        .join(MaterialLot, MaterialLot.id == was.material_lot_id)
        .join(Lot, Lot.number == was.lot_number)
        .order_by(back.id)
    )
    if material is not None:
        question = question.where(MaterialLot.number == material)
    if lot is not None:
        question = question.where(Lot.number == lot)
    return tuple(
        (each, of, _in_error(about, row)) for each, of, about, row in session.execute(question)
    )


def _in_error(about: str, row: MaterialUse) -> str:
    step, occurrence = about.rsplit("/", 2)[-2:]
    return f"recorded in error at {step} ({occurrence}), taken back by {row.name}: {row.why}"


def counts_in(session: Session, lots: Lots) -> tuple[ContainerCount, ...]:
    """How many containers of each of these lots are where."""
    rows = session.execute(
        select(Lot.number, Lot.product_name, Container.state, func.count())
        .join(Container, Container.lot_id == Lot.id)
        .where(Lot.id.in_(lots))
        .group_by(Lot.number, Lot.product_name, Container.state)
        .order_by(Lot.number, Container.state)
    )
    return tuple(
        ContainerCount(lot_number=number, product_name=name, state=state, count=count)
        for number, name, state, count in rows
    )


def sent_to(session: Session, patient: str) -> tuple[PatientLine, ...]:
    """The containers that left for a patient."""
    return _sent(session, PACKINGS.where(Order.patient_code == patient))


def sent(session: Session, container: str) -> tuple[PatientLine, ...]:
    """A container, if it left for a patient."""
    return _sent(session, PACKINGS.where(Container.number == container))


def sent_of(session: Session, lot: int) -> tuple[PatientLine, ...]:
    """The containers of one lot that left for a patient."""
    return _sent(session, PACKINGS.where(Container.lot_id == lot))


def sent_from(session: Session, node: Node) -> tuple[PatientLine, ...]:
    """The containers that left for a patient, of all that came of this (R-ATMP-34)."""
    joined = connection_of(session).dialect.name == "postgresql"
    return _sent(session, _recall(node.kind, joined=joined), number=node.number)


def _sent(session: Session, question: Question, **values: str) -> tuple[PatientLine, ...]:
    """The lines of a question for packings.

    What is read was checked when it was written, so here only its types are looked at: a recall
    of thousands must not wait, and a line that was altered from outside must still be shown.
    """
    rows = connection_of(session).execute(question, values).all()
    # packed again after it was put back: where it went last is where it is
    last = {each[CONTAINER]: each for each in rows}
    lines = [dict(zip(FIELDS, each, strict=False)) for each in last.values()]  # seen to above
    return tuple(LINES.validate_python(lines))


@cache
def _recall(kind: NodeKind, *, joined: bool) -> Question:
    """Packings of all that came of a thing; each engine has its own way to begin with the lots.

    PostgreSQL looks up a joined lot once, and one that is only named for each of its containers.
    SQLite begins with lots that are named, and else with everything that was ever packed.
    """
    lots = with_descendants(first_lots(kind, bindparam("number")))
    if not joined:
        return PACKINGS.where(Container.lot_id.in_(lots))
    these = lots.subquery()
    return PACKINGS.join(these, Lot.id == these.c[0])
