"""Release through browsers and machines: nobody gets round it, and every no says where."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import httpx2 as httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session

from app.db import Database
from app.lot.deviations import open_deviation
from app.people import actions as people
from app.release import overview
from app.trail import audit
from schemas.lot import NewDeviation, Stage
from schemas.people import CloseAccount, NewToken, SignIn
from schemas.release import Act, CertificateFacts, Checklist
from tests.conftest import ENGINES, PASSWORD, Browser, Clock, Shelf, app_over, person
from tests.journeys.production import lot_at, working_unit
from tests.journeys.testing import last_lot, lot_reviewed

SIGNED = {"signing.username": "petra", "signing.password": PASSWORD}
CHECKED = {f"checklist.{point}": "true" for point in Checklist.model_fields}


@dataclass
class Site:
    """A site with a lot before its release, and the people at their browsers and machines."""

    database: Database
    clock: Clock
    app: FastAPI
    number: str

    @property
    def path(self) -> str:
        return f"/lots/{self.number}"

    def browser(self, username: str) -> Browser:
        with self.database.writing() as session:
            sign_in = SignIn(username=username, password=PASSWORD)
            token, _ = people.begin_session(
                session, sign_in, address="test", at=self.clock(), record=audit.record
            )
        return Browser(self.app, token)

    def machine(self, username: str) -> Callable[..., httpx.Response]:
        with self.database.writing() as session:
            new = NewToken(label="a machine", expires_on=date(2027, 1, 1))
            by = person(session, username, "account.own")
            token, _ = people.make_token(session, new, by=by, at=self.clock(), record=audit.record)

        def ask(path: str, body: object = None, **headers: str) -> httpx.Response:
            return Browser(self.app, None).request(
                "GET" if body is None else "POST",
                f"/api/v1{path}",
                json=body,
                headers={"authorization": f"Bearer {token}", **headers},
            )

        return ask

    def register(self) -> list[CertificateFacts]:
        with self.database.reading() as session:
            return list(overview.register(session))


@pytest.fixture(params=ENGINES)
def site(request: pytest.FixtureRequest, shelf: Shelf) -> Iterator[Site]:
    """An autologous lot, reviewed, with its late results outstanding."""
    with shelf.lent(request.param, lot_reviewed) as (database, clock):
        with database.reading() as session:
            number = last_lot(session).number
        yield Site(database, clock, app_over(database, clock), number)


def digest_on(page: str) -> str:
    found = re.search(r'name="dossier_digest" value="([0-9a-f]{64})"', page)
    assert found, "the page offers nothing to sign"
    return found[1]


def certification(site: Site, page: str, **changed: str) -> dict[str, str]:
    """What the page of a conditional certification sends."""
    sent = {
        "destination": "Poland",
        "responsible": "vera",
        "dossier_digest": digest_on(page),
        **CHECKED,
        **SIGNED,
    }
    return {**sent, **changed}


def asked_by_machine(site: Site, ask: Callable[..., httpx.Response], **changed: Any) -> object:
    """What a machine sends for the same certification."""
    verdict = ask(f"{site.path}/verdict").json()
    return {
        "act": "conditional",
        "destination": "Poland",
        "responsible": "vera",
        "checklist": dict.fromkeys(Checklist.model_fields, True),
        "dossier_digest": verdict["dossier_digest"],
        "signing": {"username": "petra", "password": PASSWORD},
        **changed,
    }


# The way it goes


def test_petra_certifies_what_she_sees(site: Site) -> None:
    petra = site.browser("petra")
    assert f"{site.path}/release" in petra.get("/").text
    assert "Conditional certification is open" in petra.get("/release").text
    assert f"{site.path}/certify/conditional" in petra.get(f"{site.path}/release").text
    page = petra.get(f"{site.path}/certify/conditional").text
    answer = petra.post(f"{site.path}/certify/conditional", data=certification(site, page))
    assert answer.status_code == 303, answer.text
    assert "line%201%20of%20the%20register" in answer.headers["location"]
    assert site.number in petra.get("/release/register").text
    (line,) = site.register()
    assert (line.number, line.act, line.destination) == (1, Act.CONDITIONAL, "Poland")
    assert {each.responsible for each in line.obligations} == {"Vera Lind"}
    assert all(each.due_at for each in line.obligations)


def test_a_machine_of_petras_certifies_once_however_often_it_asks(site: Site) -> None:
    ask = site.machine("petra")
    body = asked_by_machine(site, ask)
    answers = [
        ask(f"{site.path}/certificates", body, **{"idempotency-key": "k1"}) for _ in range(2)
    ]
    assert [each.status_code for each in answers] == [201, 201], answers[0].text
    assert answers[0].json() == answers[1].json()
    assert ask(f"{site.path}/certificates", body).status_code == 409
    assert len(site.register()) == 1
    assert [each["number"] for each in ask("/register").json()] == [1]


@pytest.mark.parametrize("who", ["petra", "quinn"])
def test_why_a_lot_is_not_released_is_seen_at_a_glance(site: Site, who: str) -> None:
    with site.database.writing() as session:
        olga = person(session, "olga", "deviation.open")
        late = NewDeviation(title="Door open", description="The door stood open overnight.")
        open_deviation(session, site.number, late, by=olga, at=site.clock())
    site.clock.forward(days=30)
    someone = site.browser(who)
    for path in ("/", "/release"):
        page = someone.get(path).text
        assert "Pending: Sterility of the final product, Inhibition of T-cell" in page
        assert "2 overdue" in page
        assert f"Deviation {site.number}-D01 is open" in page
        assert "Audit trail reviewed up to entry" in page
    assert "Overdue" in someone.get(f"{site.path}/release").text


def test_the_expiry_is_told_in_the_zone_of_the_unit_and_signed_in_utc(site: Site) -> None:
    site.clock.forward(days=30)
    page = site.browser("petra").get(f"{site.path}/release").text
    signed = site.machine("petra")(f"{site.path}/verdict").text
    (on_page,) = re.findall(r"The lot expired on ([\d :-]+) UTC\+01:00\.", page)
    (in_words,) = set(re.findall(r"The lot expired on ([\d :-]+) UTC\.", signed))
    told, said = (datetime.fromisoformat(each) for each in (on_page, in_words))
    assert told - said == timedelta(hours=1)


# Got round


def test_two_tabs_certify_once(site: Site) -> None:
    tabs = [site.browser("petra") for _ in range(3)]
    form = certification(site, tabs[0].get(f"{site.path}/certify/conditional").text)

    def sent(tab: Browser) -> int:
        return tab.post(f"{site.path}/certify/conditional", data=form).status_code

    with ThreadPoolExecutor(len(tabs)) as pool:
        assert sorted(pool.map(sent, tabs)) == [303, 409, 409]
    assert [each.act for each in site.register()] == [Act.CONDITIONAL]


def test_a_replayed_form_certifies_once(site: Site) -> None:
    petra = site.browser("petra")
    form = certification(site, petra.get(f"{site.path}/certify/conditional").text)
    answers = [
        petra.post(f"{site.path}/certify/{act}", data=form).status_code
        for act in ("conditional", "conditional", "final")
    ]
    assert answers == [303, 409, 409]
    assert len(site.register()) == 1


def test_a_late_deviation_makes_the_page_stale_and_closes_the_gate(site: Site) -> None:
    petra = site.browser("petra")
    form = certification(site, petra.get(f"{site.path}/certify/conditional").text)
    with site.database.writing() as session:
        olga = person(session, "olga", "deviation.open")
        late = NewDeviation(title="Door open", description="The door stood open overnight.")
        open_deviation(session, site.number, late, by=olga, at=site.clock())
    answer = petra.post(f"{site.path}/certify/conditional", data=form)
    assert answer.status_code == 409
    assert "has changed since this page was opened" in answer.text
    assert "Deviation" in answer.text
    again = petra.get(f"{site.path}/certify/conditional").text
    assert all(rule in again for rule in ("REL-05", "REL-08", "REL-09"))
    assert 'name="dossier_digest"' not in again
    assert site.register() == []


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        pytest.param({"dossier_digest": "0" * 64}, 409, id="another dossier"),
        pytest.param({"dossier_digest": "none"}, 422, id="no digest"),
        pytest.param({"act": "final"}, 409, id="an act that is not open"),
        pytest.param({"act": "reject"}, 404, id="an act of another form"),
        pytest.param({"act": "release"}, 422, id="an act that does not exist"),
        pytest.param({"responsible": None}, 422, id="nobody is responsible"),
        pytest.param({"checklist": {}}, 422, id="an empty checklist"),
        pytest.param({"signing": {"username": "vera", "password": PASSWORD}}, 401, id="Vera's"),
        pytest.param({"signing": {"password": PASSWORD}}, 401, id="no user name"),
        pytest.param({"number": 99}, 422, id="a field of its own"),
    ],
)
def test_a_forged_request_certifies_nothing(
    site: Site, changed: dict[str, Any], status: int
) -> None:
    ask = site.machine("petra")
    answer = ask(f"{site.path}/certificates", asked_by_machine(site, ask, **changed))
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert site.register() == []


def test_the_act_of_the_path_is_the_one_that_is_done(site: Site) -> None:
    petra = site.browser("petra")
    form = certification(site, petra.get(f"{site.path}/certify/conditional").text, act="final")
    assert petra.post(f"{site.path}/certify/conditional", data=form).status_code == 303
    assert [each.act for each in site.register()] == [Act.CONDITIONAL]


@pytest.mark.parametrize("who", ["quinn", "vera", "olga", "lars", "sita", "ada", "adam"])
def test_only_a_qualified_person_certifies(site: Site, who: str) -> None:
    form = certification(site, site.browser("petra").get(f"{site.path}/certify/conditional").text)
    other = site.browser(who)
    refused = other.get(f"{site.path}/certify/conditional")
    assert (refused.status_code, "Qualified Person may." in refused.text) == (403, True)
    assert other.post(f"{site.path}/certify/conditional", data=form).status_code == 403
    ask = site.machine(who)
    body = asked_by_machine(
        site, site.machine("petra"), signing={"username": who, "password": PASSWORD}
    )
    assert ask(f"{site.path}/certificates", body).status_code == 403
    if who != "quinn":
        assert ask(f"{site.path}/rejection", {}).status_code == 403
        assert ask(f"{site.path}/recall", {}).status_code == 403
    assert site.register() == []


@pytest.mark.parametrize(
    ("responsible", "says"),
    [
        pytest.param("nobody", "There is no account “nobody”.", id="unknown"),
        pytest.param("oskar", "The account oskar is closed.", id="gone"),
        pytest.param("", "Name who sees to the outstanding results", id="left empty"),
    ],
)
def test_who_sees_to_the_outstanding_results_works_here(
    site: Site, responsible: str, says: str
) -> None:
    with site.database.writing() as session:
        adam = person(session, "adam", "account.close")
        version = people.account_named(session, "oskar").version
        close = CloseAccount(reason="left the unit", version=version)
        people.close_account(session, "oskar", close, by=adam, at=site.clock(), record=audit.record)
    petra = site.browser("petra")
    page = petra.get(f"{site.path}/certify/conditional").text
    form = certification(site, page, responsible=responsible)
    answer = petra.post(f"{site.path}/certify/conditional", data=form)
    assert answer.status_code == 422
    assert 'href="#f-responsible"' in answer.text
    assert says in answer.text
    assert 'value="Poland"' in answer.text
    assert site.register() == []


# The register


def lots_begun(session: Session, clock: Clock) -> None:
    """Four lots just started."""
    unit = working_unit(session, clock)
    for _ in range(4):
        lot_at(session, clock, "BM-MSC-AUTO", Stage.IN_PRODUCTION, unit=unit)


@pytest.mark.site(build=lots_begun)
def test_lots_decided_at_once_get_lines_in_a_row(database: Database, clock: Clock) -> None:
    """No line of the register is skipped, none is used twice, and nobody is turned away."""
    with database.reading() as session:
        prefix = last_lot(session).number[:-4]
    site = Site(database, clock, app_over(database, clock), f"{prefix}0001")
    ask = site.machine("petra")
    bodies = {}
    for at in range(1, 5):
        path = f"/lots/{prefix}{at:04d}"
        digest = ask(f"{path}/verdict").json()["dossier_digest"]
        bodies[f"{path}/rejection"] = {
            "reason": "The donor withdrew",
            "dossier_digest": digest,
            "signing": {"username": "petra", "password": PASSWORD},
        }
    with ThreadPoolExecutor(len(bodies)) as pool:
        answers = list(pool.map(ask, bodies, bodies.values()))
    assert [each.status_code for each in answers] == [201] * 4, [each.text for each in answers]
    assert sorted(each.json()["number"] for each in answers) == [1, 2, 3, 4]
    assert [each.number for each in site.register()] == [4, 3, 2, 1]


def one_stage(session: Session, clock: Clock) -> None:
    """A lot of a product that is certified once, just started."""
    lot_at(session, clock, "UC-WCB", Stage.IN_PRODUCTION)


def test_what_a_product_does_not_know_is_said_not_crashed(shelf: Shelf) -> None:
    """A one-stage product has no conditional statement; its page says what is closed."""
    with shelf.lent("sqlite", one_stage) as (database, clock):
        with database.reading() as session:
            number = last_lot(session).number
        site = Site(database, clock, app_over(database, clock), number)
        answer = site.browser("petra").get(f"{site.path}/certify/conditional")
    assert answer.status_code == 200
    assert "Conditional certification is not open for this lot now." in answer.text
    assert "REL-00" in answer.text
    assert "signing.password" not in answer.text
