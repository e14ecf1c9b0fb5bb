"""Intake in the browser and through the API: who sees what, and how a no is said."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from app.db import Database
from app.intake import actions
from app.people import actions as people
from app.trail import audit
from schemas.intake import DonationState, VerifiedReport
from schemas.origin import DonationUse, Tissue
from schemas.people import NewToken
from tests.conftest import PASSWORD, Browser, Clock, person
from tests.journeys import intake as journey

People = Callable[[str | None], Browser]

DI = "PL001499Z549917123456"
MARROW = Tissue.BONE_MARROW

DONOR = {"donor_code": "D-2026-0014", "kind": "living", "site_zone": "Europe/Warsaw"}
DONATION = {
    "donor_code": "D-2026-0014",
    "donation_code": DI,
    "tissue": "bone_marrow",
    "use": "autologous",
    "collected_at": "2026-03-02T05:00",
}
REPORT = {
    "report_reference": "V-2026-100",
    "laboratory": "Central virology",
    "laboratory_authorised": "true",
    "sampled_on": "2026-03-02",
    "sampled_person": "donor",
    "specimen": "serum",
    "kit_ce_marked": "true",
    "kit_fda_licensed": "true",
}
RECEIPT = {
    "donation_code": DI,
    "received_at": "2026-03-02T08:00",
    "lowest_temperature_c": "3.1",
    "highest_temperature_c": "6.4",
    "container_intact": "true",
    "label_matches": "true",
    "inspection": "accepted",
    "condition": "Clear, no clots",
    "quantity": "62.5",
    "quantity_unit": "mL",
    "product_code": "BM-MSC-AUTO",
    "handed_over_by": "City courier, consignment 4711",
}
SIGNED = {"signing.username": "quinn", "signing.password": PASSWORD}


def words_of(page: str) -> str:
    """What a reader reads: no tags, single spaces."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no hidden field {name}"
    return found[1]


@pytest.fixture
def prepared(database: Database, clock: Clock) -> Callable[..., str]:
    """`prepared(journey.accepted_donation, ...)`: a part of the journey, saved."""

    def made(part: Callable[..., Any], *given: Any, **named: Any) -> Any:
        with database.writing() as session:
            return part(session, clock, *given, **named)

    return made


Prepared = Callable[..., Any]


def state(database: Database, code: str) -> DonationState:
    with database.reading() as session:
        return actions.find_donation(session, code).state


def test_four_people_take_in_a_patients_own_cells(
    browser: People, database: Database, prepared: Prepared
) -> None:
    prepared(journey.approved_product, "BM-MSC-AUTO")
    olga, anton, vera, quinn = (browser(each) for each in ("olga", "anton", "vera", "quinn"))

    made = olga.post("/intake/patients/new", data={"treating_site": "HOSP1"})
    coi = made.headers["location"].split("?")[0].rsplit("/", 1)[1]
    assert olga.get(f"/intake/patients/{coi}").status_code == 200
    assert olga.post("/intake/donors/new", data=DONOR).status_code == 303
    donor = "/intake/donors/D-2026-0014"
    consent = {"given_on": "2026-03-02", "version": "3", "scope": ["use", "testing"]}
    assert olga.post(f"{donor}/consent", data=consent).status_code == 303
    asked = {"assessed_on": "2026-03-02", "assessed_by": "physician", "outcome": "no_risk"}
    history = asked | {"interviewed": "true"}
    assert olga.post(f"{donor}/questionnaire", data=history).status_code == 303
    registered = olga.post(
        "/intake/donations/new", data=DONATION | {"patient_code": coi, "long_storage": "false"}
    )
    assert registered.headers["location"].startswith(f"/intake/donations/{DI}")

    outcomes = {f"outcomes.{each}": "non_reactive" for each in journey.TESTED}
    assert anton.post(f"{donor}/results", data=REPORT | outcomes).status_code == 303
    (report,) = re.findall(r"/intake/reports/(\d+)/verify", vera.get("/").text)
    page = vera.get(f"/intake/reports/{report}/verify").text
    seen = {"shown": hidden(page, "shown"), **SIGNED, "signing.username": "vera"}
    assert vera.post(f"/intake/reports/{report}/verify", data=seen).status_code == 303

    here = f"/intake/donations/{DI}"
    assert f"{here}/receive" in olga.get("/").text
    sent = RECEIPT | {"patient_code_on_container": coi}
    log = {"log": ("logger.csv", b"0,3.1\n60,6.4\n", "text/csv")}
    assert olga.post(f"{here}/receive", data=sent, files=log).status_code == 303
    assert olga.get(f"{here}/log").content == b"0,3.1\n60,6.4\n"

    assert f"{here}/decide" in quinn.get("/").text
    page = quinn.get(f"{here}/decide").text
    assert "FOR AUTOLOGOUS USE ONLY" in page
    decision = {
        "verdict": "accept",
        "jurisdictions": ["EU", "US"],
        "reason": "Everything is there",
        "shown": hidden(page, "shown"),
        **SIGNED,
    }
    assert quinn.post(f"{here}/decide", data=decision).status_code == 303
    assert state(database, DI) is DonationState.ACCEPTED
    read = words_of(browser("ada").get(here).text)
    assert "Accept for use under the rules of EU and US" in read
    assert "“I decide this for the quality unit.” Quinn Adler" in read


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        pytest.param(
            {"patient_code": "COI-2345-2345"},
            "the check character of COI-2345-2345 does not fit",
            id="a wrong check character of the patient",
        ),
        pytest.param(
            {"donation_code": "G1234 98 654321 A"}, "check", id="a wrong check character of a DIN"
        ),
        pytest.param({"donation_code": "PL001499"}, "8 characters", id="half a donation code"),
        pytest.param({"patient_code": ""}, "enter the chain-of-identity code", id="no patient"),
        pytest.param({"use": ""}, "Enter “For whom”", id="nothing chosen"),
    ],
)
def test_a_wrong_code_is_said_in_words_and_what_was_typed_stays(
    browser: People, changed: dict[str, str], says: str
) -> None:
    olga = browser("olga")
    olga.post("/intake/donors/new", data=DONOR)
    sent = DONATION | {"patient_code": "COI-2222-2222"} | changed
    page = olga.post("/intake/donations/new", data=sent)
    assert page.status_code == 422
    assert says in words_of(page.text)
    assert 'value="2026-03-02T05:00"' in page.text


def test_who_entered_results_finds_no_signature_to_give(
    browser: People, prepared: Prepared
) -> None:
    code = prepared(journey.registered_donation)
    report = prepared(journey.entered_results, code)
    assert browser("anton").get(f"/intake/reports/{report}/verify").status_code == 403


def test_a_reactive_donor_is_refused_with_rule_and_citation(
    browser: People, database: Database, prepared: Prepared
) -> None:
    code = prepared(journey.registered_donation)
    prepared(journey.verified_results, code, {"hbsag": "reactive"})
    prepared(journey.received, code)
    quinn = browser("quinn")
    here = f"/intake/donations/{code}/decide"
    sent = {
        "verdict": "accept",
        "jurisdictions": ["EU"],
        "reason": "It will do",
        "shown": hidden(quinn.get(here).text, "shown"),
        **SIGNED,
    }
    page = quinn.post(here, data=sent)
    assert page.status_code == 409
    assert "EU: HBsAg of 2026-03-02 is reactive." in words_of(page.text)
    assert "Rule ACC-04" in words_of(page.text)
    assert "It will do" in page.text
    assert state(database, code) is DonationState.QUARANTINE


def test_a_stale_page_decides_nothing_and_shows_what_is_new(
    browser: People, database: Database, prepared: Prepared
) -> None:
    code = prepared(journey.registered_donation)
    prepared(journey.received, code)
    quinn = browser("quinn")
    here = f"/intake/donations/{code}/decide"
    old = quinn.get(here).text
    prepared(journey.verified_results, code, {"hbsag": "reactive"})
    sent = {
        "verdict": "accept_at_risk",
        "jurisdictions": ["EU"],
        "reason": "The patient cannot wait",
        "shown": hidden(old, "shown"),
        **SIGNED,
    }
    page = quinn.post(here, data=sent)
    assert page.status_code == 409
    assert "This page is out of date" in page.text
    assert "HBsAg of 2026-03-02 is reactive." in words_of(page.text)
    assert hidden(page.text, "shown") != hidden(old, "shown")
    assert state(database, code) is DonationState.QUARANTINE


def test_a_wrong_password_decides_nothing(
    browser: People, database: Database, prepared: Prepared
) -> None:
    code = prepared(journey.registered_donation)
    quinn = browser("quinn")
    here = f"/intake/donations/{code}/decide"
    sent = {
        "verdict": "reject",
        "reason": "The seal is broken",
        "shown": hidden(quinn.get(here).text, "shown"),
        "signing.username": "quinn",
        "signing.password": "not my password",
    }
    assert quinn.post(here, data=sent).status_code == 401
    assert state(database, code) is DonationState.QUARANTINE


def test_a_receipt_of_yesterday_is_no_receipt_of_tomorrow(
    browser: People, prepared: Prepared
) -> None:
    code = prepared(journey.registered_donation, DonationUse.AUTOLOGOUS, MARROW)
    prepared(journey.approved_product, "BM-MSC-AUTO")
    sent = RECEIPT | {"donation_code": code, "received_at": "2026-03-02T09:01"}
    page = browser("olga").post(f"/intake/donations/{code}/receive", data=sent)
    assert page.status_code == 422
    assert "2026-03-02 09:01 lies ahead" in words_of(page.text)
    unanswered = {key: each for key, each in sent.items() if key != "container_intact"}
    page = browser("olga").post(f"/intake/donations/{code}/receive", data=unanswered)
    assert "Enter “Container intact" in words_of(page.text)


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("olga", "/intake/donations/{code}/decide", 403),
        ("quinn", "/intake/donations/{code}/receive", 403),
        ("vera", "/intake/donations/new", 403),
        ("sita", "/intake", 403),
        ("adam", "/intake", 403),
        ("ada", "/intake/donations/{code}", 200),
        ("ada", "/intake/donors", 200),
        ("olga", "/intake/donations/ABCDEFGHIJKLM", 404),
        ("olga", "/intake/donors/D-00-00", 404),
        ("olga", "/intake/patients/COI-2222-2222", 404),
        ("anton", "/intake/results/99/correct", 404),
        ("vera", "/intake/reports/99/verify", 404),
        ("olga", "/intake/donations/{code}/log", 404),
        ("olga", "/intake/questionnaires/99/correct", 404),
        ("anton", "/intake/donations/{code}/correct", 403),
    ],
)
def test_each_role_sees_its_own_screens(
    browser: People, prepared: Prepared, who: str, path: str, status: int
) -> None:
    code = prepared(journey.registered_donation)
    assert browser(who).get(path.format(code=code)).status_code == status


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("olga", "/intake"),
        ("olga", "/intake?state=quarantine&q=D-2026-0001"),
        ("olga", "/intake/donors/new"),
        ("olga", "/intake/donations/new?donor=D-2026-0001"),
        ("olga", "/intake/donors/D-2026-0001/consent"),
        ("olga", "/intake/donors/D-2026-0001/withdraw"),
        ("olga", "/intake/donors/D-2026-0001/questionnaire"),
        ("olga", "/intake/donations/{code}/receive"),
        ("olga", "/intake/donations/{code}/correct"),
        ("olga", "/intake/questionnaires/1/correct"),
        ("ada", "/intake/donations/{code}/label"),
        ("anton", "/intake/donors/D-2026-0001/results"),
        ("anton", "/intake/results/1/correct"),
        ("quinn", "/intake/donors/D-2026-0001/risk"),
        ("quinn", "/intake/donations/{code}/urgent-need"),
        ("quinn", "/intake/reports/1/verify"),
        ("quinn", "/intake/donations/{code}/decide"),
    ],
)
def test_every_screen_opens(browser: People, prepared: Prepared, who: str, path: str) -> None:
    code = prepared(journey.registered_donation)
    prepared(journey.entered_results, code)
    page = browser(who).get(path.format(code=code))
    assert page.status_code == 200
    assert page.text.count("<h1") == 1


@pytest.mark.parametrize("search", ["", "D-2026-0001", "pl001499 0000", "nothing"])
def test_a_donation_is_found_by_a_part_of_its_code(
    browser: People, prepared: Prepared, search: str
) -> None:
    code = prepared(journey.registered_donation)
    page = browser("olga").get("/intake", params={"q": search}).text
    assert (f"/intake/donations/{code}" in page) is (search != "nothing")


def test_what_a_donation_said_before_its_correction_stays_on_its_page(
    browser: People, prepared: Prepared
) -> None:
    code = prepared(journey.accepted_donation)
    olga, path = browser("olga"), f"/intake/donations/{code}/correct"
    page = olga.get(path).text
    assert 'value="true" checked' in page  # can be stored for long
    sent = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', page))
    sent |= {
        "tissue": "umbilical_cord",
        "collected_at": "2026-03-02T04:00",
        "long_storage": "true",
        "marrow_reading": "tissue_donor",
        "colloids_infused_ml": "250",
        "weight_kg": "61.5",
        "reason": "Read from the wrong line",
    }
    assert olga.post(path, data=sent).status_code == 303
    shown = words_of(olga.get(f"/intake/donations/{code}").text)
    assert "Corrected by Olga Nowak" in shown
    assert "Body weight of the person sampled: blank 61.5" in shown
    assert "Quarantine" in shown
    refused = olga.post(path, data=sent)
    assert (refused.status_code, "out of date" in refused.text) == (409, True)


def test_a_patients_hospital_is_chosen_from_those_who_will_see_the_patient(
    browser: People,
) -> None:
    page = browser("olga").get("/intake/patients/new").text
    assert re.findall(r'value="(HOSP\d)"', page) == ["HOSP1", "HOSP2"]


def test_withdrawing_a_consent_says_what_follows(browser: People, prepared: Prepared) -> None:
    code = prepared(journey.accepted_donation)
    olga = browser("olga")
    sent = {"withdrawn_on": "2026-03-02", "reason": "Letter of the donor's mother"}
    answer = olga.post("/intake/donors/D-2026-0001/withdraw", data=sent)
    assert answer.status_code == 303
    page = words_of(olga.get(f"/intake/donations/{code}").text)
    assert "The consent was withdrawn on 2026-03-02." in page
    again = olga.post("/intake/donors/D-2026-0001/withdraw", data=sent)
    assert (again.status_code, "No consent stands" in again.text) == (409, True)


# Machines


@pytest.fixture
def machine(database: Database, clock: Clock, browser: People) -> Callable[[str], Browser]:
    """`machine("anton")`: a machine that acts for Anton with a token."""

    def opened(username: str) -> Browser:
        new = NewToken(label="laboratory", expires_on=clock().date() + timedelta(days=30))
        with database.writing() as session:
            by = person(session, username, "account.own")
            secret, _ = people.make_token(session, new, by=by, at=clock(), record=audit.record)
        client = browser(None)
        client.headers["authorization"] = f"Bearer {secret}"
        return client

    return opened


Machine = Callable[[str], Browser]
API = "/api/v1/intake"


def test_machines_take_in_a_donation_with_the_same_contracts(
    machine: Machine, prepared: Prepared
) -> None:
    code = prepared(journey.registered_donation)
    olga, anton, vera, quinn = (machine(each) for each in ("olga", "anton", "vera", "quinn"))
    outcomes = dict.fromkeys((each.value for each in journey.TESTED), "non_reactive")
    report = REPORT | {"sampled_person": "birth_mother", "outcomes": outcomes}
    file = anton.post(f"{API}/donors/D-2026-0001/results", json=report).json()
    number = file["results"][0]["report"]
    lines = VerifiedReport.model_validate(vera.get(f"{API}/reports/{number}").json())
    signed = {"username": "vera", "password": PASSWORD}
    words = {"shown": lines.digest(), "signing": signed}
    assert vera.post(f"{API}/reports/{number}/verification", json=words).status_code == 200

    prepared(journey.approved_product, "UC-WCB")
    receipt = RECEIPT | {
        "donation_code": code,
        "product_code": "UC-WCB",
        "received_at": "2026-03-02T07:00:00Z",
    }
    assert olga.post(f"{API}/donations/{code}/receipt", json=receipt).status_code == 200
    shown = quinn.get(f"{API}/donations/{code}").json()["basis_digest"]
    decision = {
        "verdict": "accept",
        "jurisdictions": ["EU", "US"],
        "reason": "Everything is there",
        "shown": shown,
        "signing": {"username": "quinn", "password": PASSWORD},
    }
    answer = quinn.post(f"{API}/donations/{code}/decision", json=decision)
    assert (answer.status_code, answer.json()["state"]) == (200, "accepted")
    again = quinn.post(f"{API}/donations/{code}/decision", json=decision)
    assert (again.status_code, again.json()["title"]) == (409, "Not from here")
    (listed,) = olga.get(f"{API}/donations", params={"state": "accepted"}).json()["donations"]
    assert (listed["donation"]["donation_code"], listed["next"]) == (code, "")


def test_a_repeated_key_enters_a_report_once(machine: Machine, prepared: Prepared) -> None:
    prepared(journey.registered_donation)
    report = REPORT | {"outcomes": {"hbsag": "non_reactive"}}
    anton = machine("anton")
    sent = [
        anton.post(
            f"{API}/donors/D-2026-0001/results", json=report, headers={"idempotency-key": "V-1"}
        ).json()
        for _ in range(2)
    ]
    assert sent[0] == sent[1]
    assert len(sent[0]["results"]) == 1


@pytest.mark.parametrize(
    ("outcomes", "field"),
    [
        pytest.param({}, "outcomes", id="nothing tested"),
        pytest.param({"hbsag": "perhaps"}, "outcomes.hbsag", id="no such outcome"),
        pytest.param({"measles": "reactive"}, "outcomes.measles.[key]", id="no such test"),
    ],
)
def test_a_machine_is_told_which_line_cannot_be_read(
    machine: Machine, prepared: Prepared, outcomes: dict[str, str], field: str
) -> None:
    prepared(journey.registered_donation)
    answer = machine("anton").post(
        f"{API}/donors/D-2026-0001/results", json=REPORT | {"outcomes": outcomes}
    )
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_a_machine_of_a_hospital_reads_no_donors(machine: Machine, prepared: Prepared) -> None:
    prepared(journey.registered_donation)
    assert machine("sita").get(f"{API}/donors/D-2026-0001").status_code == 403
