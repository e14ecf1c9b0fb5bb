"""The first page and the front door: what a person begins, and where a number leads them."""

from collections.abc import Callable, Iterator

import pytest

from app.db import Database
from tests.browser.busy_site import busy
from tests.browser.rounds import (
    CORD,
    DONOR,
    FROZEN,
    GIVEN,
    HALF,
    ON_THE_WAY,
    ORDERED,
    PACKED,
    TESTED,
    VIAL,
)
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


CLOSED = "This cannot be done now"


@pytest.mark.parametrize(
    ("username", "path", "says"),
    [
        ("petra", f"/lots/{HALF}/certify/final", "Final certification is not open for this lot"),
        ("petra", f"/lots/{HALF}/stop/recall", "Recall is not open for this lot now."),
        ("anton", f"/quality/samples/{TESTED}-S02/receive", "is in the laboratory already."),
        ("quinn", f"/quality/investigations/{GIVEN}-OOS01/answer", "is open. Nothing is signed"),
        ("quinn", f"/quality/deviations/{HALF}-D01/decide", "Have it investigated; then decide."),
        ("quinn", f"/quality/results/{TESTED}-R01/not-applicable", "there is nothing to agree to"),
        ("vera", f"/quality/results/{TESTED}-R01/investigate", "does not ask for an investigation"),
        ("quinn", f"/quality/lots/{GIVEN}/let-go", "is critical and open, or was decided against"),
        ("quinn", "/people/accounts/olga/confirm", "There is nothing to confirm"),
        ("quinn", "/supplies/materials/UNIT1-M26-00001/decision/released", "is released already"),
        ("oskar", f"/delivery/shipments/{ON_THE_WAY}-S1/check", "-S1 is packed"),
        ("sita", f"/delivery/shipments/{PACKED}-S1/receive", "-S1 is on the way"),
        ("sita", f"/delivery/containers/{VIAL.format('001')}/return", "cannot become “Returned”"),
        ("sita", f"/delivery/orders/{ON_THE_WAY}/cancel", "is packed or on its way for this order"),
        ("olga", f"/lots/{TESTED}/steps/S140/1/correct", "its production takes no more entries"),
    ],
)
def test_a_form_that_cannot_be_sent_says_so_when_it_is_opened(
    browser: Open, username: str, path: str, says: str
) -> None:
    answer = browser(username).get(path)
    assert answer.status_code == 200
    assert CLOSED in answer.text
    assert says in answer.text
    assert "See where it stands" in answer.text
    assert "<textarea" not in answer.text
    assert 'name="signing.password"' not in answer.text


@pytest.mark.parametrize(
    ("username", "path"),
    [
        ("petra", f"/lots/{HALF}/stop/reject"),
        ("vera", f"/quality/investigations/{GIVEN}-OOS01/lead"),
        ("vera", f"/quality/deviations/{HALF}-D01/investigate"),
        ("quinn", f"/quality/lots/{GIVEN}/hold"),
        ("adam", "/people/accounts/olga/close"),
        ("quinn", "/supplies/materials/UNIT1-M26-00001/decision/rejected"),
        ("oskar", f"/delivery/shipments/{PACKED}-S1/check"),
        ("sita", f"/delivery/shipments/{ON_THE_WAY}-S1/receive"),
        ("sita", f"/delivery/orders/{ORDERED}/cancel"),
    ],
)
def test_a_form_that_can_be_sent_is_open(browser: Open, username: str, path: str) -> None:
    page = browser(username).get(path).text
    assert CLOSED not in page
    assert '<form method="post"' in page.partition("<main")[2]
