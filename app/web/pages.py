"""Showing pages: templates, redirects, and the same page again when a form is refused."""

import hashlib
from collections.abc import AsyncIterator, MutableMapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.errors import BadInput, FieldError, RecordError
from app.settings import VERSION
from app.web.forms import Typed, anchor, fields_of, read_form
from app.web.local_times import told
from schemas.base import Contract, local_words
from schemas.people import Role
from schemas.quantity import THIN_SPACE, apart
from schemas.trail import place_of

C = TypeVar("C", bound=Contract)
HERE = Path(__file__).parent.parent


def local_time(moment: datetime | None, zone: str) -> str:
    """A moment as people of the site read it, always with its offset from UTC."""
    return "–" if moment is None else local_words(moment, zone)


def civil(day: date | None) -> str:
    """A day, as ISO 8601."""
    return day.isoformat() if day else "–"


def grouped(number: Decimal | int) -> str:
    """A large count with its digits in threes, as the eye counts them."""
    return f"{Decimal(number):,f}".replace(",", THIN_SPACE)


def role_in_words(role: str) -> str:
    """A role of a signature or an entry, as people say it; a dash where nobody acted in one."""
    return Role(role).label if role in set(Role) else role


@cache
def static(name: str) -> str:
    """The address of a file that pages wear; a changed file has another, so it may be kept long."""
    digest = hashlib.sha256((HERE / "static" / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"


environment = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
environment.filters["local"] = local_time
environment.filters["told"] = told
environment.filters["civil"] = civil
environment.filters["place"] = place_of
environment.filters["grouped"] = grouped
environment.filters["apart"] = apart
environment.filters["role"] = role_in_words
environment.filters["anchor"] = anchor
environment.globals["passage_version"] = VERSION
environment.globals["fields_of"] = fields_of
environment.globals["static"] = static
templates = Jinja2Templates(env=environment)


def show(request: Request, template: str, /, **context: Any) -> HTMLResponse:
    """Draw a page. A form that was refused finds `typed` and `refusal` from the first try.

    With `closed` (app/web/closed.py) the page says why its form cannot be sent, in its place.
    """
    state = request.state
    refusal: RecordError | None = getattr(state, "refusal", None)
    actor = getattr(state, "actor", None)
    page = {
        "by": actor,
        "zone": zone_of(request),
        "typed": getattr(state, "typed", Typed()),
        "refusal": refusal,
        "nonce": getattr(state, "nonce", ""),
        "notice": request.query_params.get("notice", "")[:200],
        "path": request.url.path,
        "closed": None,
        **context,
    }
    if refusal:  # what was typed is shown again, though the form is closed meanwhile
        page["closed"] = None
    return templates.TemplateResponse(
        request, template, page, status_code=refusal.status if refusal else 200
    )


def zone_of(request: Request) -> str:
    """The zone of whoever asks: times are read and shown in it."""
    actor = getattr(request.state, "actor", None)
    return actor.zone if actor else "UTC"


def go_to(path: str, notice: str = "") -> RedirectResponse:
    """After a deed: the page that shows it, so that reloading does nothing twice."""
    page, mark, place = path.partition("#")
    joint = "&" if "?" in page else "?"
    where = f"{page}{joint}notice={quote(notice)}{mark}{place}" if notice else path
    return RedirectResponse(where, status_code=303)


def saved_as(name: str) -> dict[str, str]:
    """The header with which a browser keeps a file under this name, and never shows it here."""
    return {"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}


async def form_of(request: Request) -> FormData:
    """What the browser sent; read from the wire once, however often it is asked for."""
    return await request.form(max_files=60, max_fields=3000, max_part_size=2 * 1024 * 1024)


async def sent_form(request: Request) -> AsyncIterator[FormData]:
    """What the browser sent, kept so that a refusal can show it again; its files are closed after.

    A screen may offer a file for each of its parts, and a browser sends the empty ones too.
    """
    form = await form_of(request)
    values = {
        name: [each for each in form.getlist(name) if isinstance(each, str)]
        for name in form
        if "password" not in name
    }
    request.state.typed = Typed(values or {"_sent": ["1"]})
    try:
        yield form
    finally:
        await form.close()


Form = Annotated[FormData, Depends(sent_form)]


class Sent:
    """A dependency that reads a contract from the form of a page."""

    def __init__(self, contract: type[Contract]) -> None:
        self.contract = contract

    def __call__(self, request: Request, form: Form) -> Contract:
        """Read the contract in the zone of the person who sent it."""
        fixed = {
            name: value
            for name, value in request.path_params.items()
            if name in self.contract.model_fields
        }
        return read_form(self.contract, form, zone_of(request), fixed)


def sent(contract: type[Contract]) -> Any:
    """Read the page's form into this contract, as a dependency."""
    return Depends(Sent(contract))


async def same_page_again(request: Request, no: RecordError) -> Response:
    """Answer a refused form with its own page: what was typed stays, what is wrong is beside it.

    Every form is shown by GET at the path it is sent to; that page is drawn again, with the
    status of the refusal. A path without such a page gets the plain page of the refusal.
    """
    state: dict[str, Any] = dict(request.scope.get("state") or {})
    typed: Typed = getattr(request.state, "typed", Typed())
    zone = zone_of(request)
    wrong = no.errors if isinstance(no, BadInput) else ()
    errors = tuple(FieldError(each.field, told(each.says, zone)) for each in wrong)
    state |= {"refusal": no, "typed": Typed(typed.values, errors)}
    scope = {
        **{key: value for key, value in request.scope.items() if not key.startswith("fastapi_")},
        "method": "GET",
        "state": state,
        "headers": [each for each in request.scope["headers"] if each[0] != b"content-length"],
    }
    status, headers, body = await _answer_to(request, scope)
    fault = status >= 500 and status != no.status  # noqa: PLR2004 - HTTP
    if status in (404, 405, 303, 307) or fault:  # not the form's page
        request.state.refusal = no
        return show(request, "refusal.html", no=no)
    kept = {key: value for key, value in headers.items() if key == "content-type"}
    return Response(body, status_code=no.status, headers=kept)


async def _answer_to(request: Request, scope: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """Run a request through the application from the inside and collect its answer."""
    status, headers, body = 500, {}, b""

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status, headers, body
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = {name.decode(): value.decode() for name, value in message.get("headers", ())}
        elif message["type"] == "http.response.body":
            body += message.get("body", b"")

    await request.app.middleware_stack(scope, receive, send)
    return status, headers, body
