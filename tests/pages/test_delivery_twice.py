"""Each step of a delivery, sent from two tabs at once on both engines: it happens once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database
from app.delivery.models import ContainerEvent, Order
from app.lot.models import Lot
from app.people import actions as people
from app.trail import audit
from schemas.people import SignIn
from tests.conftest import ENGINES, PASSWORD, ZONE, Browser, Clock, Shelf, app_over
from tests.journeys import delivery as step
from tests.journeys.production import lot_at, moved_to_certified

SIGNED = {"check", "receive", "administer"}


def ordered_lot(session: Session, clock: Clock) -> None:
    """A certified autologous bag, ordered for its patient, and a shipper for it."""
    lot = lot_at(session, clock, "BM-MSC-AUTO")
    moved_to_certified(session, clock, lot)
    clock.forward(hours=1)
    delivery = step.ordered(session, clock, lot)
    step.qualified_shipper(session, clock, delivery.product)


@pytest.fixture(params=ENGINES)
def site(request: pytest.FixtureRequest, shelf: Shelf) -> Iterator[tuple[Database, Clock]]:
    with shelf.lent(request.param, ordered_lot) as lent:
        yield lent


def tab(database: Database, clock: Clock, app: FastAPI, username: str) -> Browser:
    with database.writing() as session:
        sign_in = SignIn(username=username, password=PASSWORD)
        token, _ = people.begin_session(
            session, sign_in, address="test", at=clock(), record=audit.record
        )
    return Browser(app, token)


def local(moment: datetime) -> str:
    return moment.astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%dT%H:%M")


def test_two_tabs_do_each_step_once(site: tuple[Database, Clock]) -> None:
    database, clock = site
    app = app_over(database, clock)
    with database.reading() as session:
        order = session.scalars(select(Order)).one()
        lot = session.scalars(select(Lot).order_by(Lot.id.desc())).first()
        assert lot is not None
        bag, number, patient = step.in_store(session, lot, 1)[0], order.number, order.patient_code
    labels = {"patient_code": patient, "scans.0.container": bag}

    def twice(username: str, path: str, fields: dict[str, str]) -> list[int]:
        tabs = [tab(database, clock, app, username) for _ in range(2)]
        signed = {"signing.username": username, "signing.password": PASSWORD}
        sent = {**fields, **signed} if path.rsplit("/", 1)[1] in SIGNED else fields
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda one: one.post(path, data=sent), tabs))
        assert {each.status_code for each in answers} <= {303, 404, 409, 422}, answers[0].text
        clock.forward(minutes=5)
        return sorted(each.status_code for each in answers)

    packing = {
        "scans.0.container": bag,
        "shipper_code": step.SHIPPER,
        "seal": "S-4711",
        "estimated_arrival_at": local(clock() + timedelta(hours=6)),
    }
    assert twice("lars", f"/delivery/orders/{number}/pack", packing) == [303, 409]
    shipment = f"/delivery/shipments/{number}-S1"
    twice("oskar", f"{shipment}/check", labels)
    leaving = {"patient_code": patient, "seal": "S-4711", "taken_by": "Kurier Krew"}
    leaving["handed_over_at"] = local(clock())
    assert twice("lars", f"{shipment}/hand-over", leaving) == [303, 422]
    reading = {"points.0.at": local(clock()), "points.0.temperature_c": "5.0"}
    twice("sita", f"{shipment}/temperatures", reading)
    arrival = {
        **labels,
        "received_at": local(clock()),
        "handed_over_by": "Kurier Krew",
        "intact": "true",
        "temperature_c": "5.0",
        "condition": "Seal whole",
    }
    assert twice("sita", f"{shipment}/receive", arrival)[0] == 303
    opened = local(clock())
    assert twice("sita", f"{shipment}/prepare", {**labels, "opened_at": opened})[0] == 303
    giving = {
        **labels,
        "patient_identified": "true",
        "started_at": local(clock() - timedelta(minutes=5)),
        "ended_at": local(clock()),
        "given_ml": "30",
        "left_ml": "0",
    }
    assert twice("sita", f"{shipment}/administer", giving)[0] == 303
    with database.reading() as session:
        kinds = session.scalars(select(ContainerEvent.kind).order_by(ContainerEvent.id)).all()
    assert [each.value for each in kinds] == [
        "packed",
        "checked",
        "handed_over",
        "received",
        "prepared",
        "administered",
    ]
