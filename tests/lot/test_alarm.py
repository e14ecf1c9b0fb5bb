"""What touched cells and turned out bad tells every lot of those cells, through banks too."""

from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.lot import alarm
from app.lot.models import Deviation, Lot, Source
from app.supplies import actions
from app.trail import audit
from schemas.lot import SourceKind, Stage
from schemas.supply import MaterialState
from schemas.supply_forms import DecideMaterial
from tests.conftest import Clock, person, signing
from tests.journeys.supplies import released_lot, stocked
from tests.lot.lots import bare_lot


@pytest.fixture
def family(session: Session, clock: Clock) -> tuple[Lot, Lot, Lot]:
    """A bank lot, a lot made of it, and one that has nothing to do with them."""
    bank, child = bare_lot(session, clock(), Stage.CERTIFIED), bare_lot(session, clock())
    session.add(
        Source(
            lot=child,
            kind=SourceKind.CONTAINER,
            ref=f"{bank.number}-001",
            parent_lot=bank,
            quantity=Decimal(1),
            unit="mL",
            at=clock(),
        )
    )
    by = person(session, "olga", "lot.start")
    audit.record(session, by=by, at=clock(), did="lot.start", about=child.ref)
    return bank, child, bare_lot(session, clock())


def used_and_rejected(session: Session, clock: Clock, code: str, *lots: Lot) -> str:
    """A material lot released, used in these lots, then rejected by QA; its number."""
    number = released_lot(session, code, at=clock())
    olga, quinn = person(session, "olga", "step.perform"), person(session, "quinn", "supply.decide")
    for lot in lots:
        about = f"{lot.ref}/step/S100/1"
        actions.use_material(
            session,
            material_lot=number,
            material_code=code,
            quantity=Decimal(1),
            unit=actions.find_material(session, code).unit,
            lot_number=lot.number,
            about=about,
            by=olga,
            at=clock(),
        )
        audit.record(session, by=olga, at=clock(), did="step.perform", about=about)
    rejection = DecideMaterial(
        state=MaterialState.REJECTED,
        reason="Recalled by the supplier: endotoxin",
        version=actions.find_material_lot(session, number).version,
        signing=signing("quinn"),
    )
    actions.decide_material(session, number, rejection, alarm=alarm, by=quinn, at=clock())
    return number


def opened(session: Session) -> list[tuple[str, str, str | None, bool]]:
    rows = session.scalars(select(Deviation).order_by(Deviation.number))
    return [(each.lot.number, each.about, each.rule, each.critical) for each in rows]


@pytest.mark.parametrize(
    ("code", "holds"),
    [pytest.param("MAT-HPL", True, id="critical"), pytest.param("MAT-T175", False, id="plain")],
)
def test_a_material_rejected_after_use_is_told_to_every_lot_of_it(
    session: Session, clock: Clock, family: tuple[Lot, Lot, Lot], code: str, holds: bool
) -> None:
    stocked(session, clock)
    bank, child, other = family
    number = used_and_rejected(session, clock, code, bank)
    about = f"material/{number}"
    assert opened(session) == [
        (bank.number, about, "SUP-04", holds),
        (child.number, about, "SUP-04", holds),
    ]
    assert [each.held for each in (bank, child, other)] == [holds, holds, False]
    if holds:
        assert f"Material lot {number} was rejected after use" in (bank.hold_reason or "")


def test_a_material_rejected_before_use_is_told_to_nobody(
    session: Session, clock: Clock, family: tuple[Lot, Lot, Lot]
) -> None:
    stocked(session, clock)
    used_and_rejected(session, clock, "MAT-HPL")
    assert opened(session) == []
