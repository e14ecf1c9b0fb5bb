"""A browser that runs no scripts: one form of each stage, and the first screen of an empty site."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from app.db import Database
from app.lot.lots import find_lot
from app.migrate import upgrade
from tests.browser.conftest import Enter, Serve
from tests.browser.delivering import ordered
from tests.browser.intake import DONOR, donor_registered
from tests.browser.laboratory import verified
from tests.browser.lots import LOT, begun, conditional, entered
from tests.browser.production import step_performed
from tests.browser.releasing import reviewed
from tests.browser.serving import Site, served
from tests.browser.unit import ready
from tests.conftest import PASSWORD, ZONE, Clock


def test_intake(serve: Serve, enter: Enter) -> None:
    site = serve(ready)
    people = partial(enter, site, scripts=False)
    donor_registered(site, people)
    people("olga").opens(f"/intake/donors/{DONOR}")
    people("olga").sees("Consent given", "physician")


def test_production(serve: Serve, enter: Enter) -> None:
    site = serve(begun)
    people = partial(enter, site, scripts=False)
    step_performed(site, people, LOT)
    people("oskar").sees("S010 is checked.")


def test_testing_and_release(serve: Serve, enter: Enter) -> None:
    site = serve(entered)
    people = partial(enter, site, scripts=False)
    verified(site, people, LOT)
    reviewed(site, people, LOT)


def test_delivery(serve: Serve, enter: Enter) -> None:
    site = serve(conditional)
    people = partial(enter, site, scripts=False)
    with site.looking() as session:
        patient = find_lot(session, LOT).patient_coi
    ordered(site, people, LOT, patient)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    upgrade(url)
    with served(Database(url), Clock()) as site:
        yield site


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_empty_site_makes_its_administrator(empty: Site, enter: Enter, scripts: bool) -> None:
    adam = enter(empty, "adam", scripts=scripts)
    adam.goes_to("/")
    adam.examines()
    adam.types(
        {
            "site_code": "UNIT1",
            "site_name": "Unit One",
            "zone": ZONE,
            "name": "Adam Reis",
            "username": "adam",
            "password": PASSWORD,
        }
    )
    adam.page.get_by_role("button").last.click()
    adam.page.wait_for_url("**/sign-in*")
    adam.opens("/people")
    adam.sees("Adam Reis")
