"""Signed-in browsers: each was signed in by its person, and stays ended once it was ended.

The rows are technical, so the trail does not keep them; but it tells of each sign-in and
sign-out. Somebody who puts a session into the table is found out by that.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.engine import Connection

from app.people.models import Account, BrowserSession
from app.trail.capture import plain
from app.trail.verify.entries import Found
from app.trail.verify.further import Further
from app.trail.verify.reading import rows_of
from app.trail.verify.states import Deed, States
from schemas.trail import TrailFault

BEGIN, END = "session.begin", "session.end"


def check_sessions(connection: Connection, states: States, found: Found) -> int:
    """Compare each session with the sign-in that made it; gives back how many there are."""
    asked = select(Account.id, Account.username)
    username = dict(connection.execute(asked).all())
    count = 0
    for row in rows_of(connection, inspect(BrowserSession)):
        count += 1
        whose = username.get(row["account_id"], "nobody")
        for says in _wrong(row, whose, states):
            found(TrailFault(where=f"browser_session/{row['id']}", says=says))
    return count


def _wrong(row: dict[str, Any], whose: str, states: States) -> Iterator[str]:
    begun = _beginning(row, whose, states)
    if begun is None:
        yield (
            f"put in or changed behind the trail: {whose} did not sign in "
            f"on {plain(row['began_at'])} with this browser."
        )
    elif row["ended_at"] is None:
        for ended in states.deeds(END, whose, begun.at):
            if ended.seq > begun.seq and _ends(ended, row):
                yield f"opened again behind the trail: entry {ended.seq} ended it."
                return


def _beginning(row: dict[str, Any], whose: str, states: States) -> Deed | None:
    at = plain(row["began_at"])
    for each in states.deeds(BEGIN, whose, str(at)):
        # entries of earlier versions do not tell which browser it was
        if (
            each.at == at
            and each.details.get("browser", row["token_digest"]) == row["token_digest"]
        ):
            return each
    return None


def _ends(ended: Deed, row: dict[str, Any]) -> bool:
    return bool(ended.details.get("everywhere")) or ended.details.get("session") == row["id"]


SESSIONS = Further("sessions: signed in by their people", frozenset({BEGIN, END}), check_sessions)
