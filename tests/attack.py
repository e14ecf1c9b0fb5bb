"""An attack on the API: every operation, at what exists and at nonsense, by who may and may not.

Schemathesis invents the requests from the OpenAPI document. `Attack` aims them: most go to a lot,
a sample, a shipment that is really there, are sent by somebody who may do it, and sign with the
right password; the others stay as they were invented. Each goes to one of the sites, by chance
that repeats itself. What the application raises is kept in `crashes`.
"""

import traceback
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

import schemathesis
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.generation.case import Case
from schemathesis.hooks import HookContext
from schemathesis.openapi import from_dict
from schemathesis.specs.openapi.schemas import OpenApiSchema
from starlette.types import Receive, Scope, Send

from app.db import Database
from app.errors import NotFound
from app.main import create_app
from app.people import actions
from app.people.permissions import MAY
from app.people.sessions import Allowed
from app.trail import audit
from app.web.problems import problem
from schemas.people import NewToken
from tests.conftest import CAST, PASSWORD, Clock, person
from tests.journeys.site import known_things

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
WORDS = {
    "patient_code": "patients",
    "product_code": "products",
    "donor_code": "donors",
    "donation_code": "donations",
    "material": "catalogue",
    "shipper_code": "shippers",
    "supplier": "suppliers",
    "username": "accounts",
}
"""Fields of a body that name what exists; `lot`, `room` and their like are found by their word."""

SITE, LEFT_OUT = "x-attacked-site", "x-left-out"


@dataclass
class Site:
    """One site that is attacked: its application, and a token for everybody."""

    database: Database
    clock: Clock
    app: FastAPI = field(init=False)
    real: dict[str, list[Any]] = field(init=False)
    tokens: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.app = create_app(self.database, self.clock)
        self.opened()

    def renewed(self, database: Database, clock: Clock) -> None:
        """Go on with another database: what was done to the one before is forgotten."""
        self.database.close()
        self.database, self.clock = database, clock
        self.app.state.database, self.app.state.clock = database, clock
        self.opened()

    def opened(self) -> None:
        """Look around, and make the tokens."""
        self.real = known_things(self.database)
        self.tokens = {}
        at = self.clock()
        new = NewToken(label="attack", expires_on=at.date() + timedelta(days=3650))
        with self.database.writing() as session:
            for username in (*CAST, "adam"):
                by = person(session, username, "account.own")
                self.tokens[username], _ = actions.make_token(
                    session, new, by=by, at=at, record=audit.record
                )


@dataclass
class Attack:
    """What is sent to the sites, and what came back.

    `at_length` adds each boundary of each field, at most about `most` of them for an operation.
    """

    sites: Sequence[Site]
    max_examples: int
    at_length: bool = False
    most: int = 1_000
    crashes: list[str] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.deeds = {
            (method, route.path): tuple(_deeds(route.dependant))
            for route in iter_route_contexts(self.sites[0].app.routes)
            if getattr(route, "dependant", None) is not None
            for method in route.methods
        }
        self.schema: OpenApiSchema = from_dict(self.sites[0].app.openapi())
        self.schema.app = self
        config = self.schema.config
        config.continue_on_failure = True
        config.checks.update(included_check_names=list(CHECKS))
        config.generation.update(max_examples=self.max_examples, deterministic=True)
        config.phases.coverage.unexpected_methods = set()
        config.phases.coverage.enabled = self.at_length
        config.phases.stateful.enabled = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One of the applications, without its worker; what it raises is kept."""
        assert scope["type"] == "http", "nothing else is sent"
        headers = dict(scope["headers"])
        if LEFT_OUT.encode() in headers:
            await problem(NotFound())(scope, receive, send)
            return
        site = self.sites[int(headers.get(SITE.encode(), b"0"))]
        site.clock.forward(seconds=1)
        try:
            await site.app(scope, receive, send)
        except Exception as crash:  # noqa: BLE001 - whatever it is, it is what we look for
            trace = "".join(traceback.format_exception(crash)[-12:])
            self.crashes.append(f"{scope['method']} {scope['path']!r}\n{trace}")

    def run(self, area: str | None = None) -> list[str]:
        """Attack the operations with this tag, or all; gives what went wrong, in words."""
        schema = self.schema.include(tag=area) if area else self.schema
        return self._run(schema)

    def run_chains(self) -> list[str]:
        """Go on with what was answered: an order's number leads to the order, and so on."""
        phases = self.schema.config.phases
        before = phases.coverage.enabled
        for each in (phases.examples, phases.coverage, phases.fuzzing):
            each.enabled = False
        phases.stateful.enabled = True
        try:
            return self._run(self.schema)
        finally:
            phases.coverage.enabled = before
            phases.examples.enabled = phases.fuzzing.enabled = True
            phases.stateful.enabled = False

    def _run(self, schema: OpenApiSchema) -> list[str]:
        self.crashes, self.answers = [], Counter()
        schema.app = self
        wrong: list[str] = []
        for event in from_schema(schema).execute():
            if isinstance(event, FatalError):
                raise event.exception
            if isinstance(event, NonFatalError):
                wrong.append(f"{event.label}: {event.value}")
            if isinstance(event, ScenarioFinished):
                wrong += self._failures(event)
        return [*self.crashes, *dict.fromkeys(wrong)]

    def _failures(self, event: ScenarioFinished) -> Iterator[str]:
        for each in event.recorder.interactions.values():
            if each.response is not None:
                self.answers[each.response.status_code] += 1
        for checks in event.recorder.checks.values():
            for check in checks:
                if check.failure_info is not None:
                    failure = check.failure_info.failure
                    yield f"{event.recorder.label}: {failure.title}. {failure.message}"

    def aim(self, case: Case) -> None:
        """Send a case to what exists, by somebody who may, signed; some of them stay wild."""
        plain = repr((case.path_parameters, case.query, case.body))
        choice = zlib.crc32(plain.encode("utf-8", "replace"))
        self.asked[case.operation.label] += 1
        site = self.sites[choice // 13 % len(self.sites)]
        who = self._who(case, choice)
        token = f"Bearer {site.tokens[who]}"
        case.headers = {**(case.headers or {}), "Authorization": token}
        case.headers[SITE] = str(self.sites.index(site))
        asked = self.asked[case.operation.label]
        if asked > self.most // 2 and choice % (1 + asked // self.most):
            case.headers[LEFT_OUT] = "yes"
        if choice % 5:
            case.path_parameters = self._path(case, site, choice)
        if choice % 7 and isinstance(case.body, dict | list):
            case.body = _aimed(case.body, site, who, choice)

    def _who(self, case: Case, choice: int) -> str:
        deeds = self.deeds.get((case.method.upper(), case.operation.full_path), ())
        roles = {name: set(roles) for name, (_, roles, _) in CAST.items()}
        may = [name for name, held in roles.items() if all(held & MAY[each] for each in deeds)]
        among = [*CAST, "adam"] if choice % 11 == 0 else (may or ["adam"])
        return among[choice % len(among)]

    def _path(self, case: Case, site: Site, choice: int) -> dict[str, Any]:
        path = case.operation.path
        aimed = dict(case.path_parameters or {})
        for before, part in pairwise(path.split("/")):
            known = site.real.get(_kind(before, path), [])
            if part in {"{version}", "{occurrence}"}:
                aimed[part[1:-1]] = 1
            elif part.startswith("{") and known:
                aimed[part[1:-1]] = known[choice % len(known)]
        return aimed


def _kind(word: str, path: str) -> str:
    """What stands behind this word of a path; some words mean something else elsewhere."""
    if "intake" in path and word == "results":
        return "donor_results"
    return word


def _aimed(body: Any, site: Site, who: str, choice: int) -> Any:
    """A body whose words name what exists, signed."""
    if isinstance(body, list):
        return [_aimed(each, site, who, choice + at) for at, each in enumerate(body)]
    if not isinstance(body, dict):
        return body
    aimed = {}
    for at, (name, value) in enumerate(body.items(), start=choice):
        known = site.real.get(WORDS.get(name, ""), None) or site.real.get(f"{name}s")
        if name in {"signing", "witness"}:
            aimed[name] = {"username": who, "password": PASSWORD}
        elif known and isinstance(value, str) and at % 4:
            aimed[name] = known[at % len(known)]
        else:
            aimed[name] = _aimed(value, site, who, at)
    return aimed


def _deeds(dependant: Dependant) -> Iterator[str]:
    if isinstance(dependant.call, Allowed):
        yield dependant.call.deed
    for each in dependant.dependencies:
        yield from _deeds(each)


@schemathesis.hook
def before_call(context: HookContext, case: Case, **_: Any) -> None:
    """Let an attack aim each of its cases."""
    app = case.operation.schema.app
    if isinstance(app, Attack):
        app.aim(case)
