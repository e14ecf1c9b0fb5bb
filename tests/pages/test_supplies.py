"""The screens of the stores, and the same by machine: who may, what they read, what is refused."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.db import Database
from app.people import actions as people
from app.supplies import actions
from app.trail import audit
from schemas.people import NewToken
from tests.conftest import PASSWORD, Browser, Clock, person
from tests.journeys.supplies import (
    CERTIFICATE,
    SUPPLIER,
    Stock,
    received_lot,
    stock_of,
    stocked_for_two_months,
)

Open = Callable[[str | None], Browser]
SIGNED = {"signing.username": "quinn", "signing.password": PASSWORD}
ARRIVED = {
    "material_code": "MAT-HPL",
    "supplier_code": SUPPLIER,
    "supplier_lot": "HPL-2026-7",
    "quantity": "500.0",
    "expires_on": "2026-06-30",
    "storage": "Freezer 2",
}
pytestmark = pytest.mark.site(build=stocked_for_two_months, fixture="stock")
FILE = {"file": ("coa.pdf", CERTIFICATE, "application/pdf")}


@pytest.fixture
def stock(database: Database) -> Stock:
    with database.reading() as session:
        return stock_of(session)


def test_a_lot_is_received_with_its_certificate_and_released(browser: Open, stock: Stock) -> None:
    lars, quinn = browser("lars"), browser("quinn")
    assert 'name="supplier_lot"' in lars.get("/supplies/materials/new").text
    received = lars.post("/supplies/materials/new", data=ARRIVED, files=FILE)
    place = received.headers["location"].split("?")[0]
    assert (received.status_code, place) == (303, "/supplies/materials/UNIT1-M26-00020")

    page = quinn.get(place).text
    assert "Quarantine" in page
    assert "coa.pdf" in page
    assert f'href="{place}"' in quinn.get("/").text
    form = quinn.get(f"{place}/decision/released").text
    assert "I approve this for use." in form
    assert "cannot be released" not in form
    words = {"version": "1", "reason": "Label and certificate agree", **SIGNED}
    assert quinn.post(f"{place}/decision/released", data=words).status_code == 303
    page = quinn.get(place).text
    assert "Released" in page
    assert "/decision/released" not in page
    assert "Quinn Adler" in page
    again = quinn.post(f"{place}/decision/released", data={**words, "version": "2"})
    assert (again.status_code, "Decided already" in again.text) == (409, True)


def test_a_certificate_can_follow_and_is_handed_out_as_a_file(
    browser: Open, database: Database, clock: Clock, stock: Stock
) -> None:
    with database.writing() as session:
        number = received_lot(session, "MAT-HPL", at=clock(), certificate=None)
    lars, place = browser("lars"), f"/supplies/materials/{number}"
    assert "No certificate" in browser("quinn").get(f"{place}/decision/released").text
    forgotten = lars.post(f"{place}/certificate", data={"version": "1"})
    assert (forgotten.status_code, "Enter “Certificate" in forgotten.text) == (422, True)
    wrong = {"file": ("coa.pdf", b"<html>", "application/pdf")}
    refused = lars.post(f"{place}/certificate", data={"version": "1"}, files=wrong)
    assert (refused.status_code, "is no PDF" in refused.text) == (422, True)
    assert lars.post(f"{place}/certificate", data={"version": "1"}, files=FILE).status_code == 303
    page = lars.get(place).text
    href = page.split(f'href="{place}/files/')[1].split('"')[0]
    file = lars.get(f"{place}/files/{href}")
    assert file.content == CERTIFICATE
    assert file.headers["content-disposition"].startswith("attachment")
    other = f"/supplies/materials/{stock.lots['MAT-PBS']}/files/{'0' * 64}"
    assert lars.get(other).status_code == 404


def test_what_was_typed_stays_when_a_field_is_wrong(browser: Open, stock: Stock) -> None:
    lars = browser("lars")
    page = lars.post("/supplies/materials/new", data={**ARRIVED, "quantity": "0"})
    assert page.status_code == 422
    assert "must be more than 0" in page.text
    assert 'value="HPL-2026-7"' in page.text


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        pytest.param("quinn", "/supplies/materials/new", 403, id="QA does not receive"),
        pytest.param("lars", "/supplies/materials/new", 200, id="logistics receives"),
        pytest.param("lars", "/supplies/catalogue/new", 403, id="logistics defines no material"),
        pytest.param("quinn", "/supplies/catalogue/new", 200, id="QA defines it"),
        pytest.param("quinn", "/supplies/suppliers/approve", 200, id="QA approves suppliers"),
        pytest.param("olga", "/supplies/suppliers/approve", 403, id="an operator does not"),
        pytest.param("olga", "/supplies/equipment/new", 200, id="an operator maintains"),
        pytest.param("ada", "/supplies/equipment/new", 403, id="an auditor does not"),
        pytest.param("ada", "/supplies", 200, id="an auditor reads"),
        pytest.param("sita", "/supplies", 403, id="a hospital does not"),
        pytest.param("adam", "/supplies", 403, id="nor does the administrator"),
        pytest.param("olga", "/supplies/materials/M-1", 404, id="no such lot"),
        pytest.param("olga", "/supplies/rooms/R-101", 200, id="a room"),
        pytest.param("quinn", "/supplies/rooms/new", 200, id="QA adds rooms"),
    ],
)
def test_who_may_see_what(browser: Open, stock: Stock, who: str, path: str, status: int) -> None:
    assert browser(who).get(path).status_code == status


@pytest.mark.parametrize(
    ("words", "place"),
    [
        pytest.param("unit1-m26-00001 ", "/supplies/materials/UNIT1-M26-00001", id="our number"),
        pytest.param("BSC-01", "/supplies/equipment/BSC-01", id="equipment"),
        pytest.param("R-102", "/supplies/rooms/R-102", id="a room"),
        pytest.param("lysate & co", "/supplies?words=lysate%20%26%20co", id="words are searched"),
    ],
)
def test_a_scan_leads_to_its_page(browser: Open, stock: Stock, words: str, place: str) -> None:
    answer = browser("olga").get("/supplies/find", params={"words": words})
    assert (answer.status_code, answer.headers["location"]) == (303, place)


def test_a_label_says_what_it_is_and_how_it_stands(browser: Open, stock: Stock) -> None:
    page = browser("olga").get("/supplies/materials/UNIT1-M26-00001/label").text
    assert "Code that says UNIT1-M26-00001" in page
    assert "Released" in page
    assert "Last day: <strong>2026-05-01</strong>" in page


def test_the_stores_are_searched(browser: Open, stock: Stock) -> None:
    olga = browser("olga")
    page = olga.get("/supplies", params={"words": "LYSATE"}).text
    assert stock.lots["MAT-HPL"] in page
    assert stock.lots["MAT-PBS"] not in page
    assert "No equipment here matches" in page
    everything = olga.get("/supplies", params={"everything": "true", "notice": "x"}).text
    assert all(number in everything for number in stock.lots.values())
    in_percent = olga.get("/supplies", params={"words": "%"}).text
    assert [code for code, number in stock.lots.items() if number in in_percent] == [
        "MAT-HSA",
        "MAT-NACL",
        "MAT-TRYPAN",
    ]


def test_olga_keeps_the_logbook(browser: Open, stock: Stock, clock: Clock) -> None:
    olga, place = browser("olga"), "/supplies/equipment/BSC-01"
    clock.forward(days=61)
    home = browser("olga").get("/").text
    assert "Calibration of BSC-01 is over" in home
    olga = browser("olga")
    today = clock().date()
    version = olga.get(f"{place}/calibration").text.split('name="version" value="')[1].split('"')[0]
    log = {
        "version": version,
        "done_on": f"{today}",
        "due_on": f"{today + timedelta(days=365)}",
        "words": "By the maker, certificate 77",
    }
    blank = olga.post(f"{place}/calibration", data=log)
    assert (blank.status_code, "Enter “Outcome" in blank.text) == (422, True)
    passed = {**log, "outcome": "passed"}
    assert olga.post(f"{place}/calibration", data=passed, files=FILE).status_code == 303
    stale = olga.post(f"{place}/calibration", data=passed)
    assert (stale.status_code, "out of date" in stale.text) == (409, True)
    page = olga.get(place).text
    assert "certificate 77" in page
    assert "coa.pdf" in page
    version = olga.get(f"{place}/service").text.split('name="version" value="')[1].split('"')[0]
    out = {"version": version, "reason": "The fan is loud"}
    assert olga.post(f"{place}/service", data=out).status_code == 303
    page = olga.get(f"{place}/service").text
    assert "Put back in service" in page
    assert 'name="in_service" value="true"' in page


def test_qa_defines_a_material_approves_its_supplier_and_adds_a_room(
    browser: Open, stock: Stock
) -> None:
    quinn = browser("quinn")
    material = {
        "code": "MAT-NEW",
        "title": "New medium",
        "unit": "mL",
        "critical": "true",
        "limits": "Sterile",
        "testing": "Certificate only",
        "storage": "2 to 8 °C",
        "storage_days_max": "30",
    }
    assert quinn.post("/supplies/catalogue/new", data=material).status_code == 303
    supplier = {
        "code": "SUP-NEW",
        "name": "New Media, Gdansk",
        "materials": "MAT-NEW",
        "standing": "approved",
        "agreement_until": "2027-01-31",
        "evidence": "Audit report 2026-1",
        **SIGNED,
    }
    assert quinn.post("/supplies/suppliers/approve", data=supplier).status_code == 303
    page = quinn.get("/supplies/catalogue").text
    assert "at most 30 days" in page
    assert "New Media, Gdansk" in page
    room = {"code": "R-201", "title": "Filling", "grade": "A"}
    assert quinn.post("/supplies/rooms/new", data=room).status_code == 303
    taken = quinn.post("/supplies/rooms/new", data={**room, "code": "BSC-01"})
    assert (taken.status_code, "is taken" in taken.text) == (422, True)


@pytest.fixture
def machine(database: Database, clock: Clock) -> Callable[[str], dict[str, str]]:
    """The header with which a machine acts for a person."""

    def token(username: str) -> dict[str, str]:
        with database.writing() as session:
            new = NewToken(label="ERP", expires_on=clock().date() + timedelta(days=9))
            by = person(session, username, "account.own")
            secret, _ = people.make_token(session, new, by=by, at=clock(), record=audit.record)
        return {"authorization": f"Bearer {secret}"}

    return token


def test_a_machine_receives_once(
    browser: Open, stock: Stock, machine: Callable[[str], dict[str, str]], database: Database
) -> None:
    api, headers = browser(None), {**machine("lars"), "idempotency-key": "order-7"}
    body = {**ARRIVED, "file": {"name": "coa.pdf", "content": b64encode(CERTIFICATE).decode()}}
    first = api.post("/api/v1/supplies/materials", json=body, headers=headers)
    second = api.post("/api/v1/supplies/materials", json=body, headers=headers)
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    lot = first.json()["material"]
    assert (lot["number"], lot["state"], lot["left"]) == (
        "UNIT1-M26-00020",
        "quarantine",
        "500.0",
    )
    with database.reading() as session:
        assert actions.find_material_lot(session, lot["number"]).certificate_name == "coa.pdf"


@pytest.mark.parametrize(
    ("who", "state", "password", "status"),
    [
        pytest.param("quinn", "released", PASSWORD, 200, id="QA releases"),
        pytest.param("quinn", "rejected", PASSWORD, 200, id="QA rejects"),
        pytest.param("quinn", "quarantine", PASSWORD, 422, id="back to quarantine is no decision"),
        pytest.param("quinn", "released", "not the password", 401, id="a wrong password"),
        pytest.param("lars", "released", PASSWORD, 403, id="logistics decides nothing"),
    ],
)
def test_a_machine_cannot_get_round_the_decision(
    browser: Open,
    database: Database,
    clock: Clock,
    stock: Stock,
    machine: Callable[[str], dict[str, str]],
    who: str,
    state: str,
    password: str,
    status: int,
) -> None:
    with database.writing() as session:
        number = received_lot(session, "MAT-HPL", at=clock())
    body = {
        "state": state,
        "reason": "Label and certificate agree",
        "version": 1,
        "signing": {"username": who, "password": password},
    }
    path = f"/api/v1/supplies/materials/{number}"
    answer = browser(None).post(f"{path}/decision", json=body, headers=machine(who))
    assert answer.status_code == status
    now = browser(None).get(path, headers=machine("ada")).json()["material"]["state"]
    assert now == (state if status == 200 else "quarantine")
