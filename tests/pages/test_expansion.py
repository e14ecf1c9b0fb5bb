"""The screens of production: a whole lot in the browser, and what a page does when told no."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.db import Database
from app.expansion import overview
from app.expansion.book import Place
from app.intake.actions import find_donation
from app.lot.lots import find_lot
from app.people import actions as people
from app.supplies import actions as supplies
from app.trail import audit
from schemas.expansion import PerformStep
from schemas.master_step import RoomGrade
from schemas.origin import DonationUse, Tissue
from schemas.people import NewToken
from schemas.supply_forms import NewRoom
from tests.conftest import PASSWORD, Browser, Clock, person
from tests.journeys.intake import accepted_donation
from tests.journeys.production import (
    WorkingUnit,
    form_for,
    next_place,
    started,
    through,
    trained,
    waited,
    working_unit,
)
from tests.journeys.production_forms import boxes, local, names_on
from tests.journeys.supplies import released_lot

Open = Callable[[str | None], Browser]
pytestmark = pytest.mark.site(build=working_unit)
SIGNED = {"signing.username": "oskar", "signing.password": PASSWORD}


@contextmanager
def at_work(database: Database, clock: Clock) -> Iterator[WorkingUnit]:
    with database.writing() as session:
        yield working_unit(session, clock)


@pytest.fixture
def unit(database: Database, clock: Clock) -> WorkingUnit:
    with at_work(database, clock) as unit:
        return unit


def a_lot(
    database: Database, unit: WorkingUnit, product: str = "BM-MSC-AUTO", until: str | None = None
) -> str:
    """A lot started, and performed up to a step; its number."""
    with database.writing() as session:
        here = replace(unit, session=session)
        lot = started(here, product)
        return through(here, lot, until=until).number if until else lot.number


def next_form(
    database: Database, unit: WorkingUnit, number: str, *, wait: bool = True
) -> tuple[Place, PerformStep]:
    with database.reading() as session:
        here = replace(unit, session=session)
        lot = find_lot(session, number)
        book = here.book(lot)
        place = next_place(book)
        if wait:
            waited(here, book, place)
        return place, form_for(here, lot, place, book=book)


def test_a_lot_is_started_and_made_in_the_browser(
    database: Database, unit: WorkingUnit, browser: Open
) -> None:
    with database.writing() as session:
        here = replace(unit, session=session)
        code = accepted_donation(session, unit.clock, DonationUse.AUTOLOGOUS, Tissue.BONE_MARROW)
        for username in ("olga", "oskar"):
            trained(here, username, "MBR-BM-MSC-AUTO")
        patient = find_donation(session, code).patient_code
    olga = browser("olga")
    assert "BM-MSC autologous" in olga.get("/lots/new").text
    page = olga.get("/lots/new/BM-MSC-AUTO").text
    sent = {
        "master_version": "1",
        "donations.0.donation": code,
        "donations.0.quantity": "62.5",
        "patient_code": patient,
    }
    assert set(sent) <= names_on(page)
    begun = olga.post("/lots/new/BM-MSC-AUTO", data=sent)
    assert begun.status_code == 303, begun.text
    number = begun.headers["location"].split("/")[2]
    assert number in olga.get("/lots").text
    while True:
        with database.reading() as session:
            done = replace(unit, session=session).book(find_lot(session, number)).is_complete()
        if done:
            break
        unit.clock.forward(minutes=5)
        perform_in_browser(database, unit, number, browser)
    olga = browser("olga")
    page = olga.get(f"/lots/{number}/endorse").text
    assert "I am responsible for this processing" in page
    shown = page.split('name="shown" value="')[1].split('"')[0]
    signed = {"shown": shown, "signing.username": "olga", "signing.password": PASSWORD}
    assert olga.post(f"/lots/{number}/endorse", data=signed).status_code == 303
    page = browser("ada").get(f"/lots/{number}/production").text
    assert "In testing" in page
    assert "Cumulative population doublings" in page
    assert "Checked by Oskar Wit" in page
    assert "deviation" not in page


def perform_in_browser(database: Database, unit: WorkingUnit, number: str, browser: Open) -> None:
    """Olga performs the next step on its page; Oskar checks it where it is asked."""
    place, form = next_form(database, unit, number)
    # Days pass while cells grow: whoever comes signs in again.
    olga, oskar = browser("olga"), browser("oskar")
    path = f"/lots/{number}/steps/{place.step.code}"
    sent = boxes(place.step, form)
    assert set(sent) <= names_on(olga.get(path).text) | {"values.remark"}
    answer = olga.post(path, data=sent)
    assert answer.status_code == 303, answer.text
    if place.step.second_person:
        unit.clock.forward(minutes=2)
        path = f"{path}/{place.occurrence}/check"
        page = oskar.get(path).text
        assert "I watched or checked this independently" in page
        entry = page.split('name="entry" value="')[1].split('"')[0]
        answer = oskar.post(path, data={"entry": entry, **SIGNED})
        assert answer.status_code == 303, answer.text


def test_what_was_typed_stays_and_each_error_stands_at_its_field(
    database: Database, unit: WorkingUnit, browser: Open
) -> None:
    number = a_lot(database, unit, until="S115")
    olga = browser("olga")
    place, form = next_form(database, unit, number, wait=False)
    path = f"/lots/{number}/steps/S115"
    sent = boxes(place.step, form)
    wrong = {**sent, "values.dilution": "two", "values.dead_by_square": "1 2", "room": ""}
    page = olga.post(path, data=wrong)
    assert page.status_code == 422
    assert 'value="two"' in page.text
    assert "“two” is not a number" in page.text
    assert 'href="#f-values-dilution"' in page.text
    assert 'href="#f-room"' in page.text
    wrong = {**sent, "materials.0.lot": "NO-SUCH-LOT"}
    page = olga.post(path, data=wrong)
    assert (page.status_code, 'href="#f-materials-0-lot"' in page.text) == (422, True)
    assert 'value="NO-SUCH-LOT"' in page.text
    uneven = {**sent, "values.dead_by_square": "1 2"}
    page = olga.post(path, data=uneven)
    assert (page.status_code, "enter one number of each" in page.text) == (422, True)


def test_a_replayed_form_and_a_stale_page_are_refused(
    database: Database, unit: WorkingUnit, browser: Open
) -> None:
    number = a_lot(database, unit)
    olga, oskar = browser("olga"), browser("oskar")
    place, form = next_form(database, unit, number, wait=False)
    path = f"/lots/{number}/steps/S010"
    sent = boxes(place.step, form)
    assert olga.post(path, data=sent).status_code == 303
    again = olga.post(path, data=sent)
    assert (again.status_code, "was entered by Olga Nowak" in again.text) == (409, True)
    own = olga.get(f"{path}/1/check").text
    assert "SOD-01" in own
    assert "signing.password" not in own
    corrected = {
        **{name: value for name, value in sent.items() if name != "occurrence"},
        "values.previous_lot": "UNIT1-26-0000",
        "entry": "1",
        "performed_at": local(unit.clock()),
        "reason": "Read the wrong line of the log",
    }
    assert set(corrected) <= names_on(olga.get(f"{path}/1/correct").text)
    assert olga.post(f"{path}/1/correct", data=corrected).status_code == 303
    stale = oskar.post(f"{path}/1/check", data={"entry": "1", **SIGNED})
    assert stale.status_code == 409
    assert oskar.post(f"{path}/1/check", data={"entry": "2", **SIGNED}).status_code == 303
    page = olga.get(f"/lots/{number}/production").text
    assert '<s class="was">none</s>' in page
    assert "Read the wrong line of the log" in page
    early = olga.post(f"/lots/{number}/steps/S140", data=sent)
    assert early.status_code in {409, 422}


def test_only_operators_make_lots_and_hospitals_see_none(
    database: Database, unit: WorkingUnit, browser: Open
) -> None:
    number = a_lot(database, unit)
    assert browser("quinn").get(f"/lots/{number}/steps/S010").status_code == 403
    assert browser("quinn").get(f"/lots/{number}/production").status_code == 200
    assert browser("sita").get("/lots").status_code == 403
    assert browser("olga").get("/lots/UNIT1-26-9999/production").status_code == 404
    assert browser("olga").get(f"/lots/{number}/steps/NOPE").status_code == 404


def test_the_list_of_lots_is_filtered_and_paged(
    database: Database, unit: WorkingUnit, browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "PAGE", 1)
    first, second = a_lot(database, unit, "UC-WCB"), a_lot(database, unit)
    olga = browser("olga")
    page = olga.get("/lots").text
    assert (second in page, first in page, 'rel="next"' in page) == (True, False, True)
    older = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert first in olga.get(older).text
    assert first in olga.get("/lots?product=UC-WCB&stage=in_production").text
    assert "No lot is like that." in olga.get("/lots?stage=certified").text
    assert first in olga.get(f"/lots?words={first.lower()}").text


def a_token(database: Database, clock: Clock) -> str:
    """A token of Olga's, for a machine."""
    with database.writing() as session:
        new = NewToken(label="Tablet", expires_on=clock().date() + timedelta(days=30))
        by = person(session, "olga", "account.own")
        token, _ = people.make_token(session, new, by=by, at=clock(), record=audit.record)
        return token


def bearing(token: str, key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}", "idempotency-key": key}


def test_machines_do_the_same_once(
    database: Database, unit: WorkingUnit, browser: Open, clock: Clock
) -> None:
    number = a_lot(database, unit)
    token = a_token(database, clock)
    machine = browser(None)
    headers = bearing(token, "step-1")
    place, form = next_form(database, unit, number, wait=False)
    path = f"/api/v1/lots/{number}/steps/{place.step.code}"
    body = form.model_dump(mode="json")
    first = machine.post(path, json=body, headers=headers)
    again = machine.post(path, json=body, headers=headers)
    assert (first.status_code, first.json()["entry"]) == (200, 1), first.text
    assert (again.status_code, again.json()) == (200, first.json())
    headers["idempotency-key"] = "step-1-again"
    twice = machine.post(path, json=body, headers=headers)
    assert (twice.status_code, twice.json()["type"]) == (409, "urn:passage:OutOfDate")
    record = machine.get(f"/api/v1/lots/{number}/production", headers=headers).json()
    assert record["phases"][0]["steps"][0]["entries"][0]["words"]["entry"] == 1
    assert Decimal(record["maximum_doublings"]) == 15
    listed = machine.get("/api/v1/lots?words=UNIT1", headers=headers).json()
    assert [each["number"] for each in listed["lines"]] == [number]


def test_machines_correct_what_was_used_once(
    database: Database, unit: WorkingUnit, browser: Open, clock: Clock
) -> None:
    number, token = a_lot(database, unit), a_token(database, clock)
    with database.writing() as session:
        quinn, other = (
            person(session, "quinn", "supply.decide"),
            NewRoom(code="R-104", title="Second clean room", grade=RoomGrade.B),
        )
        supplies.add_room(session, other, by=quinn, at=clock())
    machine, (_, form) = browser(None), next_form(database, unit, number, wait=False)
    path = f"/api/v1/lots/{number}/steps/S010"
    body = form.model_dump(mode="json")
    done = machine.post(path, json=body, headers=bearing(token, "step")).json()
    correction = {
        "entry": 1,
        "values": body["values"],
        "performed_at": done["performed_at"],
        "reason": "It was the other room",
    }

    def corrected(key: str, room: str) -> Any:
        sent = {**correction, "room": room}
        return machine.post(f"{path}/1/correct", json=sent, headers=bearing(token, key))

    no = corrected("worse", "R-102")
    assert (no.status_code, [each["rule"] for each in no.json()["findings"]]) == (409, ["SUP-21"])
    first, again, late = (corrected(key, "R-104") for key in ("other", "other", "later"))
    assert (first.status_code, first.json()["entry"], first.json()["room"]) == (200, 2, "R-104")
    assert (again.status_code, again.json()) == (200, first.json())
    assert (late.status_code, late.json()["type"]) == (409, "urn:passage:OutOfDate")
    record = machine.get(f"/api/v1/lots/{number}/production", headers=bearing(token, "-")).json()
    assert [each["code"] for each in record["supplies"]["rooms"]] == ["R-104"]
    assert [each["code"] for each in record["supplies"]["rooms_taken_back"]] == ["R-101"]


def test_what_was_really_used_is_entered_on_the_correction_page(
    database: Database, unit: WorkingUnit, browser: Open
) -> None:
    number = a_lot(database, unit, until="S110")
    wrong = unit.stock.lots["MAT-AMEM"]
    with database.writing() as session:
        right = released_lot(session, "MAT-AMEM", at=unit.clock() - timedelta(days=2))
        late = released_lot(session, "MAT-AMEM", at=unit.clock() + timedelta(days=1))
    olga, path = browser("olga"), f"/lots/{number}/steps/S100/1/correct"
    page = olga.get(path).text
    sent = filled_in(page) | {"reason": "The label was read again"}
    assert sent["materials.0.lot"] == wrong
    assert right in page
    assert late not in page
    answer = olga.post(path, data={**sent, "materials.0.lot": late, "room": "R-102"})
    assert answer.status_code == 409
    assert f"{late} was released at" in answer.text
    assert "after this use" in answer.text
    assert f'value="{late}"' in answer.text
    answer = olga.post(path, data={**sent, "materials.0.lot": "M-1"})
    assert (answer.status_code, 'href="#f-materials-0-lot"' in answer.text) == (422, True)
    assert olga.post(path, data={**sent, "materials.0.lot": right}).status_code == 303
    page = olga.get(f"/lots/{number}/production").text
    assert f'<s class="was">{wrong}, 3520 mL</s>' in page
    assert f'href="/supplies/materials/{right}"' in page
    page = olga.get(f"/supplies/materials/{wrong}").text
    assert "Recorded in error. Taken back by Olga Nowak" in page
    assert "The label was read again" in page
    assert "In no lot: what was recorded was taken back." in page
    page = browser("quinn").get(f"/genealogy?ref={wrong}").text
    assert "recorded in error at S100 (1), taken back by Olga Nowak" in page


def filled_in(page: str) -> dict[str, str]:
    """Every box of a form with what is in it; of a select what is chosen."""
    inputs = re.findall(
        r'<input(?![^>]* type="radio")[^>]* name="([^"]+)"[^>]* value="([^"]*)"', page
    )
    found = dict(inputs)
    for name, options in re.findall(
        r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    found |= dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', page))
    for tag in re.findall(r'<input[^>]* type="radio"[^>]*>', page):
        name, value = (re.findall(rf'{key}="([^"]*)"', tag)[0] for key in ("name", "value"))
        if " checked" in tag:
            found[name] = value
        else:
            found.setdefault(name, "")
    return found


def test_a_check_is_offered_only_where_it_is_asked(
    database: Database, unit: WorkingUnit, browser: Open
) -> None:
    number = a_lot(database, unit, until="S115")
    with database.reading() as session:
        book = replace(unit, session=session).book(find_lot(session, number))
        asked = {each.code: each.second_person for _, each in book.master.steps()}
    answers = {
        code: browser("oskar").get(f"/lots/{number}/steps/{code}/1/check").status_code
        for code in ("S010", "S100")
    }
    assert answers == {code: 200 if asked[code] else 404 for code in answers}
    assert set(answers.values()) == {200, 404}
