"""Production: lots of every starter product are made, and nothing that should not be is done."""


import pytest
from sqlalchemy.orm import Session

from app.expansion.production import growth_of, production_of
from app.lot.deviations import deviations_of
from schemas.lot import Stage
from tests.conftest import Clock
from tests.journeys.production import lot_at


@pytest.mark.parametrize("product", ["UC-WCB", "UC-MSC-CRYO", "BM-MSC-AUTO", "BM-MSC-DIR"])
def test_a_lot_of_each_starter_product_is_made(
    session: Session, clock: Clock, product: str
) -> None:
    lot = lot_at(session, clock, product, Stage.IN_TESTING)
    record = production_of(session, lot)
    assert deviations_of(session, lot) == ()
    assert record.open_steps == ()
    assert record.out_of_step == ()
    assert record.labels_reconciled
    assert record.endorsement is not None
    assert growth_of(record) is not None
