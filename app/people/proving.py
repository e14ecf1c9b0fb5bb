"""A password that signs is compared before the write lock is taken: nobody waits behind it."""

import json
from datetime import datetime

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from app.db import Database
from app.people.actor import Actor, Tried
from app.people.credentials import is_locked, try_password
from app.people.models import Account
from app.web.pages import form_of
from app.web.unit import turns

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


async def tried_before(request: Request, by: Actor, *, at: datetime) -> Tried | None:
    """The password this request signs with, compared with the account's; None where it has none.

    It decides nothing: the action that signs asks whether it was right, and counts what was not.
    """
    password = await _password_in(request)
    if password is None:
        return None
    async with turns(request).proving:
        return await run_in_threadpool(_compared, request.app.state.database, by, password, at)


async def _password_in(request: Request) -> str | None:
    """The password of the signature in a form or in JSON, wherever it can be read."""
    kind = request.headers.get("content-type", "")
    found: object = None
    if kind.startswith(FORM):
        found = (await form_of(request)).get("signing.password")
    elif kind.startswith(JSON) and b'"signing"' in (body := await request.body()):
        try:
            found = json.loads(body)["signing"]["password"]
        except (ValueError, RecursionError, LookupError, TypeError):
            return None  # what is wrong with it is said by whoever reads the whole
    return found if isinstance(found, str) and found else None


def _compared(database: Database, by: Actor, password: str, at: datetime) -> Tried | None:
    with database.reading() as session:
        account = session.get(Account, by.account_id)
        if account is None or is_locked(account, at):
            return None
        stored = account.password_hash
    return try_password(stored, password)
