"""Signing in and out, the first screen of an empty site, and each person's first page."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.errors import OutOfDate
from app.people import actions
from app.people.actor import Actor, Tried
from app.people.credentials import try_password
from app.people.sessions import SignedIn, allowed, cookie_name, set_cookie
from app.web.clock import Now
from app.web.guard import client_address
from app.web.pages import go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, Recording, UnitOfWork, turns
from schemas.people import FirstSteps, SignIn

pages = Addresses()
open_pages = Addresses()
"""Pages for people who are not signed in yet."""


@open_pages.get("/sign-in")
def sign_in_form(request: Request, session: Look) -> Response:
    """The form to sign in; on an empty site, the first screen."""
    site = actions.site_of(session)
    if site is None:
        return go_to("/first-steps")
    return show(request, "people/sign_in.html", site=site, contract=SignIn)


SignInForm = Annotated[SignIn, sent(SignIn)]


async def tried_password(request: Request, form: SignInForm, at: Now) -> Tried | None:
    """Compare the password while nobody waits for the write lock behind it."""

    def compare() -> Tried | None:
        address = client_address(request)
        with request.app.state.database.reading() as session:
            stored = actions.hash_to_try(session, form, address=address, at=at)
        return try_password(stored, form.password.get_secret_value()) if stored else None

    async with turns(request).proving:
        return await run_in_threadpool(compare)


@open_pages.post("/sign-in")
def sign_in(
    request: Request,
    form: SignInForm,
    at: Now,
    tried: Annotated[Tried | None, Depends(tried_password)],
    session: UnitOfWork,
    record: Recording,
) -> Response:
    """Sign in and go to the page that was asked for."""
    address = client_address(request)
    token, _ = actions.begin_session(
        session, form, address=address, at=at, record=record, tried=tried
    )
    answer = go_to(safe_path(request.query_params.get("next")))
    set_cookie(answer, token)
    return answer


def safe_path(path: str | None) -> str:
    """A path of this site, or the first page: nobody is sent elsewhere after signing in."""
    inside = path is not None and path.startswith("/") and not path.startswith(("//", "/\\"))
    # browsers drop tabs and line ends before they read an address
    return path if inside and path and path.isprintable() else "/"


@pages.post("/sign-out")
def sign_out(
    request: Request, by: SignedIn, at: Now, session: UnitOfWork, record: Recording
) -> Response:
    """Sign out, here or everywhere."""
    everywhere = request.query_params.get("everywhere") == "yes"
    actions.end_session(session, by, at=at, everywhere=everywhere, record=record)
    answer = go_to(
        "/sign-in", "You are signed out." if not everywhere else "You are signed out everywhere."
    )
    answer.delete_cookie(cookie_name(), path="/")
    return answer


@open_pages.get("/first-steps")
def first_steps_form(request: Request, session: Look) -> Response:
    """The first screen of an empty site."""
    if actions.site_of(session) is not None:
        raise OutOfDate("This site has been opened already. Sign in.")
    return show(request, "people/first_steps.html", contract=FirstSteps)


@open_pages.post("/first-steps")
def first_steps(
    form: Annotated[FirstSteps, sent(FirstSteps)], at: Now, session: UnitOfWork, record: Recording
) -> Response:
    """Name the site and open the administrator's account."""
    actions.open_site(session, form, at=at, record=record)
    return go_to("/sign-in", "The site is open. Sign in as its administrator.")


@pages.get("/")
def home(
    request: Request, by: Annotated[Actor, allowed("account.own")], at: Now, session: Look
) -> Response:
    """What waits for this person, most urgent first."""
    tasks = [task for waiting in request.app.state.waiting for task in waiting(session, by)]
    tasks += [task for due in request.app.state.due for task in due(session, by, at)]
    tasks.sort(key=lambda task: (not task.urgent, task.since is None, task.since))
    return show(request, "people/home.html", tasks=tasks)
