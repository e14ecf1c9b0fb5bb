"""Where a request leads: each stage lists its addresses, and the application takes them all."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias, TypeVar

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

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
            app.router.add_api_route(path, in_one_go(endpoint), **said | own | of_both)


class Index(BaseRoute):
    """Finds the address of a request by its first words.

    It stands before the addresses of an application: the framework tries hundreds of them at
    every request, one by one. What the index does not find is left to those, who know what to say
    to another method.
    """

    def __init__(self, addresses: Iterable[BaseRoute]) -> None:
        self._by_depth: dict[int, dict[str, list[APIRoute]]] = {}
        for each in addresses:
            if isinstance(each, APIRoute):
                words, in_braces, _ = each.path.partition("{")
                first = words.rpartition("/")[0] if in_braces else each.path
                known = self._by_depth.setdefault(each.path.count("/"), {})
                known.setdefault(first, []).append(each)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The address with the most words of this request, and what it reads from the rest."""
        first = scope["path"] if scope["type"] == "http" else ""
        known = self._by_depth.get(first.count("/"))
        while known and first:  # as often as the path is deep, and no address is that deep
            for each in known.get(first, ()):
                match, found = each.matches(scope)
                if match is Match.FULL:
                    return match, found
            first = first.rpartition("/")[0]
        return Match.NONE, {}

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """The addresses know their own paths.

        Raises:
            NoMatchFound: always.
        """
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the address that was found answer."""
        await scope["route"].handle(scope, receive, send)
