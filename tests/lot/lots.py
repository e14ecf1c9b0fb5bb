"""A bare lot for tests of the lot room itself; later stages drive real ones from intake on."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.lot.lots import next_lot_number
from app.lot.models import Lot
from app.trail import audit
from schemas.lot import Stage
from schemas.origin import DonationUse
from tests.conftest import person


def bare_lot(session: Session, at: datetime, stage: Stage = Stage.IN_PRODUCTION) -> Lot:
    """A lot in the trail, without a past."""
    by = person(session, "olga", "lot.start")
    lot = Lot(
        number=next_lot_number(session, by, at=at),
        product_code="P-1",
        product_version=1,
        product_digest="0" * 64,
        product_name="Cells",
        specification_code="S-1",
        specification_version=1,
        specification_digest="0" * 64,
        master_code="M-1",
        master_version=1,
        master_digest="0" * 64,
        is_bank=False,
        donation_use=DonationUse.ALLOGENEIC,
        stage=stage,
        started_at=at,
    )
    session.add(lot)
    audit.record(session, by=by, at=at, did="lot.start", about=lot.ref)
    return lot
