"""From any donor, donation, material, lot, container or patient: everything before and after."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delivery.actions import descent
from app.delivery.actions.nodes import (
    container_node,
    donation_node,
    donor_node,
    find_node,
    lot_node,
    material_node,
    patient_node,
)
from app.errors import NotFound
from app.intake.actions import donations_of_donor, find_donation
from app.lot.models import Container, Lot, Source
from app.supplies.models import MaterialLot
from schemas.genealogy import Branch, Genealogy, Node, NodeKind, PatientLine
from schemas.lot import SourceKind
from schemas.quantity import Unit, with_unit


def genealogy_of(session: Session, number: str) -> Genealogy:
    """Everything upstream and downstream of what this number names (R-ATMP-10, R-ATMP-11).

    A number as it is printed or scanned, or a reference of the trail ("lot/UNIT1-26-0001").

    Raises:
        NotFound: nothing has this number.
    """
    start = find_node(session, number)
    if start.kind is NodeKind.PATIENT:
        lines = descent.sent_to(session, start.number)
        branches = tuple(_ancestry(session, each) for each in lines)
        return Genealogy(
            start=start, upstream=branches, downstream=(), lots=(), patients=lines, containers=()
        )
    lots = descent.with_descendants(descent.first_lots(start.kind, start.number))
    lines = descent.sent_from(session, start)
    if start.kind is NodeKind.CONTAINER:
        lines = (*descent.sent(session, start.number), *lines)
    down = _Down(
        lots=descent.lots_in(session, lots),
        sources=tuple(descent.sources_in(session, lots)),
        lines=lines,
    )
    return Genealogy(
        start=start,
        upstream=_upstream(session, start),
        downstream=(*down.branches(session, start), *_once_in(session, start)),
        lots=tuple(each.number for each in down.lots.values()),
        patients=lines,
        containers=descent.counts_in(session, lots),
    )


def _amount(row: Source) -> str:
    return with_unit(format(row.quantity, "f"), Unit(row.unit))


@dataclass
class _Up:
    """What lots came from: read once for all of them."""

    session: Session
    lots: dict[int, Lot]
    sources: tuple[Source, ...]
    materials: dict[str, list[MaterialLot]]
    seen: set[int] = field(default_factory=set)

    def branch(self, lot: Lot, note: str | None = None) -> Branch:
        if lot.id in self.seen:
            return Branch(node=lot_node(lot), note=note, shown_before=True)
        self.seen.add(lot.id)
        return Branch(node=lot_node(lot), note=note, branches=self.before(lot))

    def before(self, lot: Lot) -> tuple[Branch, ...]:
        own = [each for each in self.sources if each.lot_id == lot.id]
        used = self.materials.get(lot.number, [])
        return (
            *(self._source(each) for each in own),
            *(Branch(node=material_node(each)) for each in used),
        )

    def _source(self, row: Source) -> Branch:
        if row.kind is SourceKind.DONATION:
            return _donation_branch(self.session, row.ref, note=_amount(row))
        assert row.parent_lot is not None, "a container comes from a lot"
        return self.branch(row.parent_lot, note=f"container {row.ref}, {_amount(row)}")


def _donation_branch(session: Session, code: str, note: str | None = None) -> Branch:
    try:
        row = find_donation(session, code)
    except NotFound:
        node = Node(kind=NodeKind.DONATION, number=code, title="Not registered here")
        return Branch(node=node, note=note)
    donor = Branch(node=donor_node(row.donor))
    return Branch(node=donation_node(row), note=note, branches=(donor,))


def _ups(session: Session, number: str) -> tuple[_Up, Lot]:
    lot = session.scalars(select(Lot).where(Lot.number == number)).one()
    lots = descent.with_ancestors(select(Lot.id).where(Lot.id == lot.id))
    up = _Up(
        session,
        descent.lots_in(session, lots),
        tuple(descent.sources_in(session, lots)),
        descent.materials_in(session, lots),
    )
    return up, lot


def _ancestry(session: Session, line: PatientLine) -> Branch:
    """A container a patient was sent, with everything before it."""
    up, lot = _ups(session, line.lot_number)
    container = session.scalars(select(Container).where(Container.number == line.container)).one()
    return Branch(node=container_node(container), branches=(up.branch(lot),))


def _upstream(session: Session, start: Node) -> tuple[Branch, ...]:
    if start.kind is NodeKind.DONATION:
        return _donation_branch(session, start.number).branches
    if start.kind is NodeKind.LOT:
        up, lot = _ups(session, start.number)
        return (*up.before(lot), *_once_of(session, lot))
    if start.kind is NodeKind.CONTAINER:
        container = session.scalars(select(Container).where(Container.number == start.number)).one()
        up, lot = _ups(session, container.lot.number)
        return (up.branch(lot),)
    return ()


def _once_of(session: Session, lot: Lot) -> Iterator[Branch]:
    """Material lots that were once recorded in a lot, in error: nothing of them is in it."""
    for _, material, note in descent.once_recorded(session, lot=lot.number):
        yield Branch(node=material_node(material), note=note)


def _once_in(session: Session, start: Node) -> Iterator[Branch]:
    """Lots in which a material lot was once recorded, in error: nothing of it is in them."""
    if start.kind is NodeKind.MATERIAL:
        for lot, _, note in descent.once_recorded(session, material=start.number):
            yield Branch(node=lot_node(lot), note=note)


@dataclass
class _Down:
    """What became of lots: read once for all of them."""

    lots: dict[int, Lot]
    sources: tuple[Source, ...]
    lines: tuple[PatientLine, ...]
    seen: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.children: dict[int | None, list[Source]] = {}
        self.sent: dict[str, list[PatientLine]] = {}
        for row in self.sources:
            self.children.setdefault(row.parent_lot_id, []).append(row)
        for line in self.lines:
            self.sent.setdefault(line.lot_number, []).append(line)

    def branches(self, session: Session, start: Node) -> tuple[Branch, ...]:
        if start.kind is NodeKind.DONOR:
            donations = donations_of_donor(session, start.number)
            return tuple(
                Branch(node=donation_node(each), branches=self._of(each.donation_code))
                for each in donations
            )
        if start.kind is NodeKind.DONATION:
            return self._of(start.number)
        if start.kind is NodeKind.CONTAINER:
            own = [each for each in self.lines if each.container == start.number]
            patients = [patient_node(each.patient_code, each.treating_site) for each in own]
            return (*(Branch(node=each) for each in patients), *self._of(start.number))
        if start.kind is NodeKind.LOT:
            lot = next(each for each in self.lots.values() if each.number == start.number)
            return self._after(lot)
        later = {row.lot_id for row in self.sources if row.parent_lot_id in self.lots}
        return tuple(self._branch(lot) for lot in self.lots.values() if lot.id not in later)

    def _of(self, ref: str) -> tuple[Branch, ...]:
        return tuple(
            self._branch(self.lots[row.lot_id], note=_amount(row))
            for row in self.sources
            if row.ref == ref
        )

    def _branch(self, lot: Lot, note: str | None = None) -> Branch:
        if lot.id in self.seen:
            return Branch(node=lot_node(lot), note=note, shown_before=True)
        self.seen.add(lot.id)
        return Branch(node=lot_node(lot), note=note, branches=self._after(lot))

    def _after(self, lot: Lot) -> tuple[Branch, ...]:
        return (
            *(
                self._branch(self.lots[row.lot_id], f"container {row.ref}, {_amount(row)}")
                for row in self.children.get(lot.id, ())
            ),
            *self._sent(self.sent.get(lot.number, ())),
        )

    def _sent(self, lines: Iterable[PatientLine]) -> Iterable[Branch]:
        for line in lines:
            node = Node(
                kind=NodeKind.CONTAINER,
                number=line.container,
                title=f"Order {line.order_number}",
                state=line.state.label,
            )
            patient = Branch(node=patient_node(line.patient_code, line.treating_site))
            yield Branch(node=node, branches=(patient,))
