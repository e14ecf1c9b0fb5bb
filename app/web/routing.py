"""Where a request leads: the addresses of one stage, passed over at once by requests for others."""

from functools import cached_property

from fastapi import APIRouter
from fastapi.routing import iter_route_contexts
from starlette.routing import Match
from starlette.types import Scope

API = "/api/v1"
"""Under which machines ask."""


class StageRouter(APIRouter):
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


def beginning(path: str) -> str:
    """The first word of an address, with what stands before it for machines."""
    before, path = (API, path[len(API) :]) if path.startswith(f"{API}/") else ("", path)
    end = path.find("/", 1)
    return before + (path if end < 0 else path[:end])
