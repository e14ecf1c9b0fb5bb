"""The screens of delivery for each role, and the same by machine."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.db import Database
from tests.conftest import PASSWORD, ZONE, Browser, Clock, Shelf, person
from tests.journeys import delivery as step
from tests.journeys.certified import CertifiedSite, certified_lots, certified_site, lots_of
from tests.journeys.delivery import Delivery, ordered, packed, taken_to
from tests.journeys.intake import new_patient

Open = Callable[[str | None], Browser]


@pytest.fixture
def lent(shelf: Shelf) -> Iterator[tuple[Database, Clock]]:
    """Where the engine cannot matter; test_delivery_twice.py asks both."""
    with shelf.lent("sqlite", certified_lots) as both:
        yield both


@pytest.fixture
def site(database: Database) -> CertifiedSite:
    with database.reading() as session:
        return certified_site(session)


@pytest.fixture
def on_its_way(database: Database, clock: Clock, site: CertifiedSite) -> Delivery:
    """Four vials of the allogeneic lot on their way to Sita's hospital."""
    with database.writing() as session:
        lot = lots_of(session, site)[1]
        return taken_to(ordered(session, clock, lot), step.logged)


CLOSED = "This cannot be done now"


def signed(who: str) -> dict[str, str]:
    return {"signing.username": who, "signing.password": PASSWORD}


def local(moment: datetime) -> str:
    """A moment as a browser sends it."""
    return moment.astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%dT%H:%M")


def sent(browser: Browser, path: str, **fields: str) -> str:
    """Fill in the form of this page, only what is really on it, and go where it leads."""
    page = browser.get(path)
    assert page.status_code == 200, (path, page.status_code)
    offered = set(re.findall(r'name="([^"]+)"', page.text))
    assert set(fields) - {"signing.username"} <= offered, sorted(set(fields) - offered)
    answer = browser.post(path, data=fields)
    assert answer.status_code == 303, re.findall(r"error-message.*?</p>|<strong>.*?<", answer.text)
    where = str(answer.headers["location"])
    assert browser.get(where).status_code == 200
    return where.split("?", maxsplit=1)[0]


def form(fields: dict[str, str]) -> dict[str, str]:
    """Names with dots, as forms have them."""
    return {name.replace("__", "."): value for name, value in fields.items()}


def requested(sita: Browser, patient: str, clock: Clock) -> str:
    """The page of an order that Sita sent for a patient."""
    return sent(
        sita,
        "/delivery/requests/new",
        product_code="BM-MSC-AUTO",
        patient_code=patient,
        weight_kg="70",
        containers="1",
        planned_at=local(clock() + timedelta(hours=20)),
        contact="Dr. S. Rao, +48 000 000 001",
        **signed("sita"),
    )


def test_a_bag_goes_from_order_to_patient_by_four_people(
    browser: Open, database: Database, clock: Clock, site: CertifiedSite
) -> None:
    with database.writing() as session:
        lot = lots_of(session, site)[0]
        step.qualified_shipper(session, clock, step.bundle_of(session, lot).product)
        patient, bag = str(lot.patient_coi), step.in_store(session, lot, 1)[0]
    sita, lars, oskar = browser("sita"), browser("lars"), browser("oskar")
    order = requested(sita, patient, clock)
    assert "Pack" in lars.get("/").text
    assert bag in lars.get(f"{order}/pack").text
    shipment = sent(
        lars,
        f"{order}/pack",
        shipper_code="DS-01",
        seal="s 4711",
        estimated_arrival_at=local(clock() + timedelta(hours=6)),
        **{"scans.0.container": bag.lower()},
    )
    assert "SOD-13" in lars.get(f"{shipment}/check").text
    assert "Identify" in oskar.get("/").text
    labels = {"patient_code": patient, "scans.0.container": bag}
    sent(oskar, f"{shipment}/check", **labels, **signed("oskar"))
    clock.forward(minutes=5)
    sent(
        lars,
        f"{shipment}/hand-over",
        patient_code=patient,
        seal="S4711",
        taken_by="Kurier Krew, Jan Wolny",
        handed_over_at=local(clock()),
    )
    clock.forward(minutes=10)
    log = f"time;c\n{local(clock())};5,1\n".encode()
    files = {"file": ("log.csv", log, "text/csv")}
    assert sita.post(f"{shipment}/temperatures", files=files).status_code == 303
    assert "Every reading inside" in sita.get(shipment).text
    assert "Receive" in sita.get("/").text
    sent(
        sita,
        f"{shipment}/receive",
        received_at=local(clock()),
        handed_over_by="Kurier Krew, Jan Wolny",
        intact="true",
        temperature_c="5.0",
        condition="Seal whole",
        **labels,
        **signed("sita"),
    )
    sent(
        sita,
        f"{shipment}/prepare",
        opened_at=local(clock()),
        instruction_version="1",
        **labels,
    )
    clock.forward(minutes=12)
    sent(
        sita,
        f"{shipment}/administer",
        patient_identified="true",
        started_at=local(clock() - timedelta(minutes=10)),
        ended_at=local(clock()),
        given_ml="30",
        left_ml="0",
        **labels,
        **signed("sita"),
    )
    lars = browser("lars")
    page = lars.get(order).text
    assert "Complete" in page
    assert "Administered" in page
    assert "Nothing waits for you" in browser("sita").get("/").text
    journey = lars.get(f"/delivery/containers/{bag}").text
    assert f"Patient {patient}" in journey
    found = lars.get("/genealogy", params={"ref": "D-2026-0002"}).text
    assert patient in found
    assert "Dr. S. Rao, +48 000 000 001" in found


def test_packing_is_not_offered_for_an_order_that_was_withdrawn(
    browser: Open, database: Database, clock: Clock, site: CertifiedSite
) -> None:
    with database.writing() as session:
        lot = lots_of(session, site)[0]
        step.qualified_shipper(session, clock, step.bundle_of(session, lot).product)
        patient = str(lot.patient_coi)
    sita, lars = browser("sita"), browser("lars")
    order = requested(sita, patient, clock)
    assert CLOSED not in lars.get(f"{order}/pack").text
    sent(sita, f"{order}/cancel", reason="The patient is not well enough", version="1")
    opened = lars.get(f"{order}/pack").text
    assert CLOSED in opened
    assert "was withdrawn" in opened
    assert "seal" not in opened


def test_the_wrong_patient_at_the_hand_over_stops_everything(
    browser: Open, database: Database, clock: Clock, site: CertifiedSite
) -> None:
    with database.writing() as session:
        lot = lots_of(session, site)[0]
        delivery = taken_to(ordered(session, clock, lot), step.checked)
        other = new_patient(session, clock)
    lars, quinn = browser("lars"), browser("quinn")
    path = f"/delivery/shipments/{delivery.number}"
    right = {
        "patient_code": delivery.order.patient_code,
        "seal": "S-4711",
        "taken_by": "Kurier Krew",
        "handed_over_at": local(clock()),
    }
    where = sent(lars, f"{path}/hand-over", **{**right, "patient_code": other})
    page = lars.get(where).text
    assert "Set aside: nothing goes on before QA decides" in page
    assert "DLV-30" in page
    again = lars.post(f"{path}/hand-over", data=right)
    assert (again.status_code, "DLV-09" in again.text) == (409, True)
    assert "Decide on" in quinn.get("/").text
    assert "delivery.stop" in quinn.get("/trail").text


def test_a_misread_code_is_asked_again_and_stops_nothing(
    browser: Open, on_its_way: Delivery
) -> None:
    sita = browser("sita")
    path = f"/delivery/shipments/{on_its_way.number}/receive"
    wrong = {"patient_code": "COI-2222-2223", "condition": "Seal whole", **signed("sita")}
    page = sita.post(path, data=wrong)
    assert page.status_code == 422
    assert "the check character" in page.text
    assert 'value="COI-2222-2223"' in page.text
    assert "Set aside" not in sita.get(f"/delivery/shipments/{on_its_way.number}").text


def paths_of(delivery: Delivery) -> list[str]:
    shipment = f"/delivery/shipments/{delivery.number}"
    container = f"/delivery/containers/{delivery.containers()[0].number}"
    return [
        f"/delivery/orders/{delivery.order.number}",
        f"/delivery/orders/{delivery.order.number}/cancel",
        f"/delivery/patients/{delivery.order.patient_code}",
        f"/delivery/lots/{delivery.lot.number}",
        shipment,
        f"{shipment}/papers",
        f"{shipment}/papers.pdf",
        f"{shipment}/temperatures",
        f"{shipment}/receive",
        f"{shipment}/prepare",
        f"{shipment}/administer",
        container,
        f"{container}/return",
        f"{container}/destroy",
    ]


def test_another_site_is_told_that_there_is_nothing(
    browser: Open, database: Database, on_its_way: Delivery
) -> None:
    sita, tomas = browser("sita"), browser("tomas")
    with database.writing() as session:
        on_its_way.session = session
        paths = paths_of(on_its_way)
    for path in paths:
        assert sita.get(path).status_code == 200, path
        assert tomas.get(path).status_code == 404, path
    mine = sita.get("/delivery").text
    assert on_its_way.order.number in mine
    assert on_its_way.order.patient_code in mine
    theirs = tomas.get("/delivery").text
    assert on_its_way.order.number not in theirs
    assert on_its_way.order.patient_code not in theirs
    assert on_its_way.order.patient_code not in tomas.get("/delivery/requests/new").text


def test_another_sites_machine_is_told_the_same(
    machine: Callable[[str], Browser], database: Database, on_its_way: Delivery
) -> None:
    sita, tomas = machine("sita"), machine("tomas")
    with database.writing() as session:
        on_its_way.session = session
        container = on_its_way.containers()[0].number
        labels = on_its_way.labels()
    for path in (
        f"/api/v1/delivery/orders/{on_its_way.order.number}",
        f"/api/v1/delivery/shipments/{on_its_way.number}",
        f"/api/v1/delivery/containers/{container}",
    ):
        assert sita.get(path).status_code == 200, path
        assert tomas.get(path).status_code == 404, path
    assert tomas.get("/api/v1/delivery/orders").json() == {"orders": []}
    opening = {**labels, "opened_at": "2026-04-23T12:00:00Z"}
    path = f"/api/v1/delivery/shipments/{on_its_way.number}/preparation"
    assert tomas.post(path, json=opening).status_code == 404
    assert tomas.get(f"/api/v1/lots/{on_its_way.lot.number}/delivery").status_code == 403
    assert tomas.get("/api/v1/genealogy", params={"ref": "D-2026-0001"}).status_code == 403


def test_a_machine_packs_once_and_a_mismatch_answers_409_and_is_kept(
    machine: Callable[[str], Browser], database: Database, clock: Clock, site: CertifiedSite
) -> None:
    with database.writing() as session:
        lot = lots_of(session, site)[0]
        delivery = ordered(session, clock, lot)
        step.qualified_shipper(session, clock, delivery.product)
        body = step.pack_form(delivery).plain()
        other = new_patient(session, clock)
    lars, oskar, quinn = machine("lars"), machine("oskar"), machine("quinn")
    path = f"/api/v1/delivery/orders/{delivery.order.number}/shipments"
    key = {"idempotency-key": "pack-1"}
    first = lars.post(path, json=body, headers=key)
    again = lars.post(path, json=body, headers=key)
    assert (first.status_code, again.json()) == (201, first.json())
    refused = lars.post(path, json=body)
    assert (refused.status_code, refused.json()["title"]) == (409, "The rules say no")
    number = first.json()["shipment"]["number"]
    check = {
        "patient_code": other,
        "scans": body["scans"],
        "signing": {"username": "oskar", "password": PASSWORD},
    }
    key = {"idempotency-key": "check-1"}
    for replayed in (None, "true"):
        stopped = oskar.post(f"/api/v1/delivery/shipments/{number}/check", json=check, headers=key)
        assert (stopped.status_code, stopped.json()["done"]) == (409, False)
        assert stopped.headers.get("idempotent-replay") == replayed
    shown = quinn.get(f"/api/v1/delivery/shipments/{number}").json()
    assert shown["set_aside"][0]["rule"] == "DLV-30"
    assert shown["set_aside"][0]["deviation"] == stopped.json()["deviations"][0]
    record = quinn.get(f"/api/v1/lots/{site.autologous}/delivery").json()
    assert [each["kind"] for each in record["events"]] == ["packed", "mismatch"]


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        pytest.param("ada", "/delivery", 200, id="the auditor reads"),
        pytest.param("adam", "/delivery", 403, id="the administrator does not"),
        pytest.param("lars", "/delivery/requests/new", 403, id="logistics orders nothing"),
        pytest.param("quinn", "/delivery/shippers/new", 200, id="QA qualifies shippers"),
        pytest.param("lars", "/delivery/shippers/new", 403, id="logistics qualifies none"),
        pytest.param("sita", "/delivery/shippers", 404, id="a hospital has none"),
        pytest.param("sita", "/genealogy", 403, id="a hospital traces nothing"),
        pytest.param("ada", "/genealogy?ref=D-2026-0001", 200, id="the auditor traces"),
        pytest.param("lars", "/genealogy?ref=nothing", 404, id="nothing has this number"),
        pytest.param("lars", "/delivery/orders/UNIT1-O26-0099", 404, id="no such order"),
        pytest.param("lars", "/delivery/orders/%00", 404, id="no number at all"),
        pytest.param("quinn", "/delivery/set-aside/99", 404, id="nothing was set aside"),
        pytest.param("lars", "/delivery/set-aside/99", 403, id="logistics does not decide"),
    ],
)
def test_who_may(browser: Open, who: str, path: str, status: int) -> None:
    assert browser(who).get(path).status_code == status


def test_a_recall_reaches_the_site_and_is_acknowledged(
    browser: Open, database: Database, clock: Clock, site: CertifiedSite
) -> None:
    from schemas.lot import HoldLot
    from tests.journeys.certified import lots_of as lots

    with database.writing() as session:
        lot = lots(session, site)[0]
        delivery = step.delivered(session, clock, lot)
        number = delivery.containers()[0].number
        from app.lot.lots import hold_lot

        words = HoldLot(reason="Sterility: growth on day 9", version=lot.version)
        quinn = person(session, "quinn", "lot.hold")
        hold_lot(session, lot.number, words, by=quinn, at=clock())
    sita, lars = browser("sita"), browser("lars")
    for each in (sita, lars, browser("quinn")):
        assert f"Held: {number}" in each.get("/").text
    seen = lars.get(f"/delivery/notices/{number}").text
    assert "Acknowledge and sign" not in seen
    assert 'role="status"' not in seen  # nothing was done: no words about it
    sent(
        sita,
        f"/delivery/notices/{number}",
        measures="Patient called in, blood cultures taken",
        **signed("sita"),
    )
    assert "Patient called in" in lars.get(f"/delivery/notices/{number}").text
    assert "Read by Sita Rao" in lars.get(f"/delivery/lots/{site.autologous}").text
    assert f"Held: {number}" not in sita.get("/").text


def test_papers_name_the_instruction_and_the_expiry_with_its_zone(
    browser: Open, database: Database, clock: Clock, site: CertifiedSite
) -> None:
    with database.writing() as session:
        delivery = packed(ordered(session, clock, lots_of(session, site)[0]))
    page = browser("lars").get(f"/delivery/shipments/{delivery.number}/papers").text
    assert "For autologous use only." in page
    assert "instruction, version 1" in page
    assert "(Europe/Warsaw)" in page
