"""How a no leaves the building: problem+json for machines, the same page again for people."""

import errno
import logging
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.errors import BadInput, FieldError, NotFound, NotSignedIn, RecordError
from app.web.guard import SAFE, TooLarge
from app.web.machines import Answered, answer_again
from app.web.pages import same_page_again, show
from app.web.unit import attempt_kept, keep_attempt, turns
from app.web.words import say

log = logging.getLogger("passage")
API = "/api/"


def problem(no: RecordError) -> JSONResponse:
    """An expected no as application/problem+json (RFC 9457), findings and fields included."""
    content: dict[str, object] = {
        "type": f"urn:passage:{type(no).__name__}",
        "title": no.title,
        "status": no.status,
        "detail": no.says,
    }
    if no.findings:
        content["findings"] = [each.plain() for each in no.findings]
    if isinstance(no, BadInput):
        content["errors"] = [{"field": each.field, "says": each.says} for each in no.errors]
    headers = {"www-authenticate": "Bearer"} if no.status == 401 else None  # noqa: PLR2004 - HTTP
    return JSONResponse(content, no.status, headers, media_type="application/problem+json")


def refuse_plainly(request: Request, no: RecordError) -> Response:
    """Answer a no on a page of its own: what was sent cannot be shown again."""
    if request.url.path.startswith(API):
        return problem(no)
    request.state.refusal = no
    return show(request, "refusal.html", no=no)


def wanted(request: Request) -> str:
    """The page to come back to after signing in; a form that was sent is shown anew."""
    query = f"?{request.url.query}" if request.url.query and request.method in SAFE else ""
    return request.url.path + query


async def answer_no(request: Request, no: Exception) -> Response:
    """Answer any of our expected errors, for a machine or for a person."""
    assert isinstance(no, RecordError)
    if no.kept and (worse := await _kept(request, no)) is not None:
        return worse
    if request.url.path.startswith(API):
        return problem(no)
    if isinstance(no, NotSignedIn):
        return RedirectResponse(f"/sign-in?next={quote(wanted(request))}", 303)
    if no.go_to is not None:
        return RedirectResponse(no.go_to, 303)
    if request.method not in SAFE:
        return await same_page_again(request, no)
    return refuse_plainly(request, no)


async def _kept(request: Request, no: RecordError) -> Response | None:
    """Keep the attempt; where even that cannot be done, the answer that says so."""
    if attempt_kept(request):
        return None
    try:
        # in a thread: whoever holds the database needs this loop to give it back
        async with turns(request).writing:
            await run_in_threadpool(keep_attempt, request, no)
    except (DBAPIError, PoolTimeout) as gone:
        return await answer_unavailable(request, gone)
    except RecordError as worse:
        return refuse_plainly(request, worse)
    return None


async def answer_invalid(request: Request, wrong: Exception) -> Response:
    """Answer what FastAPI could not read: parameters and JSON bodies."""
    assert isinstance(wrong, RequestValidationError)
    errors = [
        FieldError(".".join(str(part) for part in each["loc"][1:]), say(each, str(each["loc"][-1])))
        for each in wrong.errors()
    ]
    where = {str(each["loc"][0]) for each in wrong.errors()}
    if where == {"path"}:
        return await answer_no(request, NotFound())
    return await answer_no(request, BadInput(errors))


async def answer_http(request: Request, wrong: Exception) -> Response:
    """Answer the framework's own refusals (404, 405) in our words."""
    assert isinstance(wrong, HTTPException)
    if isinstance(wrong.__cause__, RecordError):  # it stopped the framework's reading of a body
        return await answer_no(request, wrong.__cause__)
    no = NotFound() if wrong.status_code == 404 else RecordError(str(wrong.detail))  # noqa: PLR2004 - HTTP
    no.status = wrong.status_code
    return refuse_plainly(request, no)


class Unavailable(RecordError):
    """The database does not answer. Nothing was saved; wait a moment and repeat."""

    status = 503
    title = "Not available for the moment"


class NoRoom(RecordError):
    """The disk is full. Nothing was saved; tell the administrator, then repeat."""

    status = 507
    title = "No room left"


FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
FULL_SQLITE, FULL_POSTGRES = 13, "53100"


async def answer_unavailable(request: Request, wrong: Exception) -> Response:
    """Answer a database that is gone, busy or full: nothing was saved, repeat later."""
    if isinstance(wrong, DBAPIError) and not _passes(wrong):
        raise wrong
    log.error("database: %s", wrong)
    orig = getattr(wrong, "orig", None)
    full = (
        getattr(orig, "sqlite_errorcode", None) == FULL_SQLITE
        or getattr(orig, "sqlstate", None) == FULL_POSTGRES
    )
    return await answer_no(request, NoRoom()) if full else refuse_plainly(request, Unavailable())


def _passes(wrong: DBAPIError) -> bool:
    """Whether it is of the database's surroundings, not of what we asked it."""
    return wrong.connection_invalidated or isinstance(wrong, OperationalError | InterfaceError)


async def answer_no_room(request: Request, wrong: Exception) -> Response:
    """Answer a disk on which a file could not be written."""
    assert isinstance(wrong, OSError)
    if wrong.errno not in FULL:
        raise wrong
    log.error("files: %s", wrong)
    return await answer_no(request, NoRoom())


class Unstorable(RecordError):
    """A number that is too large, or a character nobody can type. Nothing was saved; look again."""

    status = 422
    title = "Check what was entered"


async def answer_unstorable(request: Request, wrong: Exception) -> Response:
    """Answer a value that no column can hold: a null byte, or a number beyond its bits."""
    log.warning("database: %s", wrong)
    return await answer_no(request, Unstorable())


class Unforeseen(RecordError):
    """Passage met something it does not know. Nothing was saved; tell the administrator when."""

    status = 500
    title = "A fault of Passage"


async def answer_unforeseen(request: Request, wrong: Exception) -> Response:  # noqa: ARG001 - the framework's signature; it logs the fault itself
    """Answer our own mistake: a page that says so, and no word of what is inside."""
    return refuse_plainly(request, Unforeseen())


async def answer_too_large(request: Request, wrong: Exception) -> Response:
    """Answer a body that grew over the limit: what was typed in it was never read."""
    assert isinstance(wrong, TooLarge)
    return refuse_plainly(request, wrong)


def install(app: FastAPI) -> None:
    """Give the application its answers to every expected no."""
    app.add_exception_handler(RecordError, answer_no)
    app.add_exception_handler(RequestValidationError, answer_invalid)
    app.add_exception_handler(HTTPException, answer_http)
    app.add_exception_handler(DataError, answer_unstorable)
    app.add_exception_handler(DBAPIError, answer_unavailable)
    app.add_exception_handler(PoolTimeout, answer_unavailable)
    app.add_exception_handler(OSError, answer_no_room)
    app.add_exception_handler(TooLarge, answer_too_large)
    app.add_exception_handler(Exception, answer_unforeseen)
    app.add_exception_handler(Answered, answer_again)
