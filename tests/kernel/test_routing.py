"""The index finds the address that the framework would have found, one by one."""

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.routing import BaseRoute, Match

from app.db import Database
from app.main import create_app
from app.web.routing import Addresses, Index

METHODS = ("GET", "POST", "PUT", "HEAD")
WORDS = ("1", "new", "UNIT1-26-0001", "a%2Fb", "")
"""What a person or a machine puts into a place, some of it the words of other addresses."""


@pytest.fixture(scope="module")
def application() -> FastAPI:
    return create_app(Database("sqlite://"))


def asked(routes: list[BaseRoute]) -> Iterator[str]:
    """Every path that is known, with plausible things in its places, and paths that are not."""
    for path in {each.path for each in routes if hasattr(each, "path")}:
        for word in WORDS:
            yield re.sub(r"{[^}]+}", word, path)
        yield f"{path}/"
        yield f"{path}/more"
    yield from ("", "/", "//", "/nothing", "/api", "/api/v1/", "/lots//S100")


def found(routes: list[BaseRoute], scope: dict[str, str]) -> object:
    """What the first address that matches wholly would do, and with which words of the path."""
    for each in routes:
        match, told = each.matches(scope)
        if match is Match.FULL:
            return told.get("endpoint"), told.get("path_params")
    return None


def test_the_index_finds_what_the_framework_would(application: FastAPI) -> None:
    index, *others = application.routes
    assert isinstance(index, Index)
    addresses: list[BaseRoute] = [each for each in others if isinstance(each, APIRoute)]
    tried = hits = 0
    for path in asked(addresses):
        for method in METHODS:
            scope = {"type": "http", "method": method, "path": path}
            wanted = found(addresses, scope)
            assert found([index], scope) == wanted, (method, path)
            tried, hits = tried + 1, hits + (wanted is not None)
    assert tried > 5000
    assert hits > 500


def test_a_path_of_thousands_of_words_is_not_walked_through(application: FastAPI) -> None:
    index = application.routes[0]
    assert isinstance(index, Index)
    deepest = max(each.path.count("/") for each in application.routes if isinstance(each, APIRoute))
    assert deepest < 12
    assert set(index._by_depth) <= set(range(deepest + 1))
    scope = {"type": "http", "method": "GET", "path": "/a" * 30_000}
    assert found([index], scope) is None


def test_the_address_with_the_most_words_is_found() -> None:
    addresses, app = Addresses(), FastAPI()
    addresses.get("/lots/{number}")(lambda number: f"lot {number}")
    addresses.get("/lots/new")(lambda: "a new lot")
    addresses.post("/lots/{number}")(lambda number: f"sent to {number}")
    addresses.onto(app)
    app.router.routes.insert(0, Index(app.routes))
    client = TestClient(app)
    assert client.get("/lots/new").json() == "a new lot"
    assert client.get("/lots/old").json() == "lot old"
    assert client.post("/lots/new").json() == "sent to new"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("PUT", "/lots", 405, id="another method"),
        pytest.param("GET", "/lots/", 307, id="a slash too many"),
        pytest.param("GET", "/nothing", 404, id="nothing there"),
        pytest.param("GET", "/static/passage.css", 200, id="a file"),
    ],
)
def test_what_the_index_does_not_find_is_answered_as_before(
    application: FastAPI, method: str, path: str, status: int
) -> None:
    client = TestClient(application, headers={"sec-fetch-site": "same-origin"})
    assert client.request(method, path, follow_redirects=False).status_code == status
