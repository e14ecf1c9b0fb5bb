"""The first page and the front door: what a person begins, and where a number leads them."""

from collections.abc import Callable, Iterator

import pytest

from app.db import Database
from tests.browser.busy_site import busy
from tests.browser.rounds import CORD, DONOR, FROZEN, GIVEN, HALF, ON_THE_WAY, ORDERED, TESTED
from tests.conftest import Browser, Clock, Shelf

Open = Callable[[str | None], Browser]


@pytest.fixture(scope="module")
def busy_site(shelf: Shelf) -> Iterator[tuple[Database, Clock]]:
    """A site on a busy day; nothing here writes in it but who signs in."""
    with shelf.lent("sqlite", busy) as lent:
        yield lent


@pytest.fixture
def database(busy_site: tuple[Database, Clock]) -> Database:
    return busy_site[0]


@pytest.fixture
def clock(busy_site: tuple[Database, Clock]) -> Clock:
    return busy_site[1]


@pytest.mark.parametrize(
    ("username", "scanned", "page"),
    [
        ("olga", FROZEN, f"/lots/{FROZEN}"),
        ("olga", f" {FROZEN.lower()}\t", f"/lots/{FROZEN}"),
        ("ada", f"{FROZEN}-001", f"/delivery/containers/{FROZEN}-001"),
        ("anton", f"{TESTED}-S01", f"/quality/samples/{TESTED}-S01"),
        ("vera", f"{TESTED}-R01", f"/quality/results/{TESTED}-R01"),
        ("quinn", f"{HALF}-D01", f"/quality/deviations/{HALF}-D01"),
        ("vera", f"{GIVEN}-OOS01", f"/quality/investigations/{GIVEN}-OOS01"),
        ("lars", ORDERED, f"/delivery/orders/{ORDERED}"),
        ("sita", f"{ON_THE_WAY}-S1", f"/delivery/shipments/{ON_THE_WAY}-S1"),
        ("sita", FROZEN, f"/delivery/lots/{FROZEN}"),
        ("quinn", DONOR, f"/intake/donors/{DONOR}"),
        ("quinn", CORD, f"/intake/donations/{CORD}"),
        ("olga", "UNIT1-M26-00020", "/supplies/materials/UNIT1-M26-00020"),
        ("olga", "bal-01", "/supplies/equipment/BAL-01"),
        ("olga", "R-101", "/supplies/rooms/R-101"),
    ],
)
def test_a_number_opens_its_page(browser: Open, username: str, scanned: str, page: str) -> None:
    someone = browser(username)
    answer = someone.get("/find", params={"number": scanned})
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert someone.get(page).status_code == 200


@pytest.mark.parametrize(
    ("username", "scanned"),
    [
        ("olga", "UNIT1-26-9999"),
        ("tomas", FROZEN),
        ("tomas", ORDERED),
        ("sita", DONOR),
        ("adam", FROZEN),
        ("olga", "'; DROP TABLE lot\0"),
        ("olga", " "),
    ],
    ids=[
        *("nothing", "another site's lot", "another site's order", "a donor", "no role"),
        *("a trick", "blank"),
    ],
)
def test_what_is_not_there_or_not_theirs_reads_the_same(
    browser: Open, username: str, scanned: str
) -> None:
    answer = browser(username).get("/find", params={"number": scanned})
    assert answer.status_code == 404
    assert "Compare it with the label" in answer.text


def test_the_number_stays_in_the_box(browser: Open) -> None:
    answer = browser("olga").get("/find", params={"number": "UNIT1-26-9999"})
    assert 'value="UNIT1-26-9999"' in answer.text


@pytest.mark.parametrize(
    ("username", "begins", "not_theirs"),
    [
        ("olga", "Start a lot", "Order for a patient"),
        ("sita", "Order for a patient", "Start a lot"),
        ("adam", "Open an account", "Scan or type a number"),
        ("ada", "Verify a record", "Record a training"),
    ],
)
def test_the_first_page_offers_what_a_person_begins(
    browser: Open, username: str, begins: str, not_theirs: str
) -> None:
    page = browser(username).get("/").text
    assert begins in page
    assert not_theirs not in page
