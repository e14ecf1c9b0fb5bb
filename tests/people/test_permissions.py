"""Who may do what, asked of every page and every address of the API that is mounted.

Nothing is listed here by hand but what is open to strangers: a route that is mounted tomorrow
is asked tomorrow.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

import app.main
from app.db import Database
from app.main import create_app
from app.people import actions
from app.people.permissions import MAY
from app.people.sessions import Allowed
from app.trail import audit
from schemas.people import NewToken, Role, SignIn
from tests.conftest import CAST, PASSWORD, Browser, Clock, Shelf, person

OPEN = {
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/first-steps"),
    ("POST", "/first-steps"),
    ("POST", "/sign-out"),
}
"""Open to strangers, or (signing out) to everyone who is signed in."""

ONE_OF_EACH = {
    Role.ADMINISTRATOR: "adam",
    **{roles[0]: username for username, (_, roles, _) in reversed(CAST.items())},
}


@dataclass(frozen=True)
class Way:
    """One method of one route, and the deeds it asks to be allowed."""

    method: str
    path: str
    deeds: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def address(self) -> str:
        """The path with something plausible in each place."""
        return re.sub(r"{[^}]+}", "1", self.path)

    @property
    def for_machines(self) -> bool:
        return self.path.startswith("/api/")

    def may(self, role: Role) -> bool:
        return all(role in MAY[deed] for deed in self.deeds)


def _deeds(dependant: Dependant) -> Iterator[str]:
    if isinstance(dependant.call, Allowed):
        yield dependant.call.deed
    for each in dependant.dependencies:
        yield from _deeds(each)


def _ways() -> list[Way]:
    found = []
    for route in iter_route_contexts(create_app(Database("sqlite://")).routes):
        dependant = getattr(route, "dependant", None)
        if dependant is None:
            continue
        deeds = tuple(dict.fromkeys(_deeds(dependant)))
        found += [Way(each, route.path, deeds) for each in sorted(route.methods - {"HEAD"})]
    return found


WAYS = _ways()
GUARDED = [each for each in WAYS if (each.method, each.path) not in OPEN]


@dataclass
class Site:
    """A site with somebody of each role at a browser and with a token."""

    browsers: dict[Role, Browser]
    tokens: dict[Role, str]
    stranger: Browser

    def ask(self, way: Way, role: Role | None) -> int:
        """The status with which a person of this role is answered."""
        if not way.for_machines:
            browser = self.browsers[role] if role else self.stranger
            return browser.request(way.method, way.address, data={"_": "1"}).status_code
        token = self.tokens[role] if role else "nobody's"
        headers = {"authorization": f"Bearer {token}"}
        body = {} if way.method == "GET" else {"json": {}}
        return self.stranger.request(way.method, way.address, headers=headers, **body).status_code


@pytest.fixture(scope="module")
def site(shelf: Shelf) -> Iterator[Site]:
    with shelf.lent("sqlite") as lent:
        yield opened(*lent)


def opened(database: Database, clock: Clock) -> Site:
    """One of each role has a browser and a token."""
    mounted = create_app(database, clock)
    browsers, tokens = {}, {}
    for role, username in ONE_OF_EACH.items():
        with database.writing() as session:
            by, at = person(session, username, "account.own"), clock()
            cookie, _ = actions.begin_session(
                session,
                SignIn(username=username, password=PASSWORD),
                address="test",
                at=at,
                record=audit.record,
            )
            new = NewToken(label="matrix", expires_on=date(2026, 12, 31))
            token, _ = actions.make_token(session, new, by=by, at=at, record=audit.record)
        browsers[role], tokens[role] = Browser(mounted, cookie), token
    return Site(browsers, tokens, Browser(mounted, None))


def test_everyone_in_the_table_is_somebody() -> None:
    assert set(ONE_OF_EACH) == set(Role)


def test_routes_are_found() -> None:
    assert len(WAYS) > 30
    assert {each.path for each in WAYS} >= {"/people", "/trail", "/api/v1/trail/{number}"}


@pytest.mark.parametrize("way", GUARDED, ids=str)
def test_each_route_asks_for_a_deed_of_the_table(way: Way) -> None:
    assert way.deeds, "anybody who is signed in could do this: take by: allowed(...)"
    assert set(way.deeds) <= set(MAY)


def test_each_deed_of_the_table_is_asked_for_somewhere() -> None:
    """A deed that nobody can do is a promise without a door."""
    folder = Path(app.main.__file__).parent
    code = "".join(
        each.read_text() for each in folder.rglob("*.py") if each.name != "permissions.py"
    )
    assert [deed for deed in MAY if f'"{deed}"' not in code] == []


def test_what_a_page_does_a_machine_does_too() -> None:
    """Every deed that a form of a page does is done under /api/v1 as well."""
    pages, machines = (
        {deed for each in WAYS if each.for_machines is asked for deed in each.deeds}
        for asked in (False, True)
    )
    assert pages - machines == set()
    forms, bodies = (
        {
            deed
            for each in WAYS
            if each.method == "POST" and each.for_machines is asked
            for deed in each.deeds
        }
        for asked in (False, True)
    )
    assert forms - bodies == set()


@pytest.mark.parametrize("way", [each for each in GUARDED if each.deeds], ids=str)
def test_the_wrong_role_is_told_no_before_anything_else(site: Site, way: Way) -> None:
    wrong = [role for role in Role if not way.may(role)]
    assert {role.value: site.ask(way, role) for role in wrong} == {
        role.value: 403 for role in wrong
    }


@pytest.mark.parametrize(
    "way", [each for each in GUARDED if each.deeds and each.method == "GET"], ids=str
)
def test_the_right_role_may_look(site: Site, way: Way) -> None:
    answers = {role.value: site.ask(way, role) for role in Role if way.may(role)}
    assert {each: status for each, status in answers.items() if status in (401, 403)} == {}
    assert {each: status for each, status in answers.items() if status >= 500} == {}


@pytest.mark.parametrize("way", GUARDED, ids=str)
def test_a_stranger_is_asked_to_sign_in(site: Site, way: Way) -> None:
    assert site.ask(way, None) == (401 if way.for_machines else 303)


def test_every_menu_item_leads_to_a_page_its_readers_may_see() -> None:
    pages = {each.path: each for each in WAYS if each.method == "GET"}
    astray = {
        item.href: item.deed
        for item in app.main.MENU
        if item.href in pages and not MAY[item.deed] <= MAY[pages[item.href].deeds[0]]
    }
    assert astray == {}
