"""A site in the middle of its work: something of every kind, for whoever walks through it all.

One patient's lot on its way to the hospital, one with a failing result under investigation, one
half made, a donor whose results nobody verified, a recall to come: built through the actions.
"""

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import Database
from app.lot.deviations import open_deviation
from schemas.lot import NewDeviation, Stage
from schemas.origin import DonationUse, Tissue
from schemas.release import Act
from schemas.specification import Gate
from tests.conftest import Clock, person
from tests.journeys.delivery import logged, ordered, taken_to
from tests.journeys.intake import entered_results, registered_donation
from tests.journeys.production import lot_at, started, through, working_unit
from tests.journeys.release import certified, reviewed
from tests.journeys.testing import lot_through_testing

PRODUCT = "BM-MSC-AUTO"

REAL = {
    "accounts": "SELECT username FROM account",
    "certificates": "SELECT number FROM certificate",
    "containers": "SELECT number FROM container",
    "criterion": "SELECT criterion FROM result",
    "deviations": "SELECT number FROM deviation",
    "donations": "SELECT donation_code FROM donation",
    "donors": "SELECT code FROM donor",
    "equipment": "SELECT code FROM equipment",
    "investigations": "SELECT number FROM investigation",
    "lots": "SELECT number FROM lot",
    "masters": "SELECT code FROM master_document",
    "catalogue": "SELECT code FROM material",
    "materials": "SELECT number FROM material_lot",
    "orders": "SELECT number FROM delivery_order",
    "patients": "SELECT code FROM patient_code",
    "products": "SELECT DISTINCT product_code FROM lot",
    "reports": "SELECT id FROM donor_report",
    "donor_results": "SELECT id FROM donor_result",
    "results": "SELECT number FROM result",
    "rooms": "SELECT code FROM room",
    "samples": "SELECT number FROM sample_taken",
    "shipments": "SELECT number FROM shipment",
    "shippers": "SELECT code FROM shipper_qualification",
    "steps": "SELECT DISTINCT step FROM step_entry",
    "suppliers": "SELECT code FROM supplier",
}
"""What exists, by the word that stands before it in a path."""


def site_at_work(session: Session, clock: Clock) -> None:
    """Fill a database that holds the cast."""
    unit = working_unit(session, clock)
    shipped = lot_at(session, clock, PRODUCT, unit=unit)
    lot_through_testing(session, clock, shipped.number, gates=(Gate.PRE,))
    reviewed(session, clock, shipped)
    certified(session, clock, shipped, Act.CONDITIONAL)
    taken_to(ordered(session, clock, shipped), logged)
    failed = lot_at(session, clock, PRODUCT, unit=unit)
    lot_through_testing(session, clock, failed.number, {"VIABILITY": "fails"}, gates=(Gate.PRE,))
    half_made = started(unit, PRODUCT)
    through(unit, half_made, until="S130")
    assert half_made.stage is Stage.IN_PRODUCTION
    spilled = NewDeviation(
        title="Medium spilled",
        description="A bottle of medium fell at the bench; nothing touched the cells.",
    )
    by = person(session, "olga", "deviation.open")
    open_deviation(session, half_made.number, spilled, by=by, at=clock())
    code = registered_donation(session, clock, DonationUse.AUTOLOGOUS, Tissue.BONE_MARROW)
    entered_results(session, clock, code)


def known_things(database: Database) -> dict[str, list[Any]]:
    """Identifiers of what exists, by the word that stands before it in a path."""
    with database.reading() as session:
        return {
            word: sorted({row[0] for row in session.execute(text(query))}) or [1]
            for word, query in REAL.items()
        }
