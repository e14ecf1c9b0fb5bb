"""Where a request leads: the addresses of one stage, passed over at once by requests for others."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from fastapi import APIRouter
from fastapi.routing import iter_route_contexts
from starlette.routing import Match
from starlette.types import Scope

from app.web.unit import in_one_go

API = "/api/v1"
"""Under which machines ask."""


class Router(APIRouter):
    """Addresses whose deeds are done in one go: each gets its session begun."""

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **said: Any) -> None:
        """Add an address, its endpoint begun and committed in one thread."""
        super().add_api_route(path, in_one_go(endpoint), **said)


class StageRouter(Router):
    """The addresses of one stage.

    The framework tries one address after the other, and there are hundreds: a sixth of what a
    quick page costs. A stage whose addresses all begin with other words says no for all of them.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether this stage has the address, asked one by one only where it may."""
        if scope["type"] == "http" and beginning(scope["path"]) not in self._beginnings:
            return Match.NONE, {}
        return super().matches(scope)

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        return frozenset(beginning(each.path or "/") for each in iter_route_contexts(self.routes))


def together(stages: Sequence[APIRouter]) -> StageRouter:
    """The addresses of all stages as one: machines pass over all that people open, at once."""
    all_of_them = StageRouter()
    for each in stages:
        all_of_them.include_router(each)
    return all_of_them


def beginning(path: str) -> str:
    """The first word of an address, with what stands before it for machines."""
    before, path = (API, path[len(API) :]) if path.startswith(f"{API}/") else ("", path)
    end = path.find("/", 1)
    return before + (path if end < 0 else path[:end])
