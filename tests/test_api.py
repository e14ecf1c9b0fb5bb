"""The API as its own document describes it: nothing that can be sent to it makes it break."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from app.db import Database
from app.main import MACHINES
from tests.attack import Attack, Site
from tests.conftest import ENGINES, Clock, Shelf
from tests.journeys.site import site_at_work

AREAS = [each.tags[0] for each in MACHINES]


@pytest.fixture(scope="module")
def attack(shelf: Shelf) -> Iterator[Attack]:
    """A site at work on each engine, and what will be sent to them."""
    with ExitStack() as lent:
        yield Attack([Site(*each) for each in at_work(shelf, lent)], max_examples=6)


def at_work(shelf: Shelf, lent: ExitStack) -> list[tuple[Database, Clock]]:
    return [lent.enter_context(shelf.lent(engine, site_at_work)) for engine in ENGINES]


@pytest.mark.parametrize("area", AREAS)
def test_no_request_makes_an_error(attack: Attack, shelf: Shelf, area: str) -> None:
    """Each operation, as it is described and against it; bench/attack_api.py does it at length."""
    with ExitStack() as lent:
        for site, each in zip(attack.sites, at_work(shelf, lent), strict=True):
            site.renewed(*each)
        wrong = attack.run(area)
    assert not wrong, "\n\n".join(wrong)
    assert {200, 422} <= set(attack.answers), attack.answers


def test_the_document_names_a_token_and_every_problem(attack: Attack) -> None:
    document = attack.sites[0].app.openapi()
    assert document["security"] == [{"token": []}]
    operations = [each for path in document["paths"].values() for each in path.values()]
    assert len(operations) > 100
    for each in operations:
        assert "application/problem+json" in each["responses"]["4XX"]["content"], each["summary"]


def test_the_document_names_what_a_stopped_step_answers(attack: Attack) -> None:
    """A step that was stopped is on record: its answer is a 409 and still no problem."""
    paths = attack.sites[0].app.openapi()["paths"]
    steps = ("check", "hand-over", "receipt", "preparation", "administration")
    stopping = [paths[f"/api/v1/delivery/shipments/{{number}}/{each}"]["post"] for each in steps]
    for each in stopping:
        said = each["responses"]["409"]["content"]
        assert said["application/json"]["schema"]["$ref"].endswith("/StepOutcome")
        assert "application/problem+json" in said
