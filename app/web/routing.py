"""Where a request leads: each stage lists its addresses, and the application takes them all."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from app.web.unit import in_one_go

API = "/api/v1"
"""Under which machines ask."""

E = TypeVar("E", bound=Callable[..., Any])


Address: TypeAlias = tuple[str, Callable[..., Any], dict[str, Any]]
"""Its path, what is done there, and what is said of it."""


class Addresses:
    """The addresses of a stage, or of a part of one, until the application takes them.

    A router of the framework's inside another is asked at every request what it holds, and asked
    twice: a fifth of what a quick page costs.
    """

    def __init__(self, prefix: str = "", tags: Sequence[str] = ()) -> None:
        self._prefix = prefix
        self.tags = tuple(tags)
        self.known: list[Address] = []

    def get(self, path: str, **said: Any) -> Callable[[E], E]:
        """An address to read; what is said of it, the framework understands."""
        return self._at("GET", path, said)

    def post(self, path: str, **said: Any) -> Callable[[E], E]:
        """An address to act at."""
        return self._at("POST", path, said)

    def _at(self, method: str, path: str, said: dict[str, Any]) -> Callable[[E], E]:
        def known(endpoint: E) -> E:
            self.known.append((self._prefix + path, endpoint, {"methods": [method], **said}))
            return endpoint

        return known

    def include(self, *parts: "Addresses") -> None:
        """Take over the addresses of parts, after our own."""
        for part in parts:
            self.known += [(self._prefix + path, done, said) for path, done, said in part.known]

    def onto(self, app: FastAPI, *, dependencies: Sequence[Any] = (), **said: Any) -> None:
        """Give an application these addresses; what each of them does is done in one go."""
        for path, endpoint, own in self.known:
            of_both = {
                "dependencies": [*dependencies, *own.get("dependencies", ())],
                "responses": said.get("responses", {}) | own.get("responses", {}),
                "tags": [*self.tags],
            }
            app.router.add_api_route(
                path, in_one_go(endpoint), route_class_override=Route, **said | own | of_both
            )


class Route(APIRoute):
    """An address that is passed over by its first words, before its pattern is tried."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **said: Any) -> None:
        super().__init__(path, endpoint, **said)
        self._words, self._has_more, _ = path.partition("{")

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the request is for this address."""
        path = scope.get("path", "")
        if path.startswith(self._words) if self._has_more else path == self._words:
            return super().matches(scope)
        return Match.NONE, {}
