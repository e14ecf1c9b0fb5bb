"""Times as the clock on the wall shows them, in the zone of the site, on the days it is set too.

In the hour the clocks go back each time is there twice, and in the hour they go forward none is.
Neither is guessed: a step of the night of 25 October would be an hour too long or too short.
"""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from schemas.base import local_words

IN_UTC = re.compile(r"\b(\d{4}-\d{2}-\d{2} \d{2}:\d{2})(:\d{2})? UTC\b(?![+-]\d)")
"""A moment as a rule words it, which knows no zone: 2026-05-03 10:00 UTC."""


class OddTime(ValueError):
    """A local time that was never on the clocks, or was there twice."""


def with_offset(value: str, zone: str) -> str:
    """A local time with the offset it has in a zone.

    Raises:
        OddTime: the clocks never showed it, or showed it twice. ValueError: it is no time.
    """
    naive = datetime.fromisoformat(value)
    first, second = _both(naive, zone)
    if first.utcoffset() == second.utcoffset():
        return first.isoformat()
    day, time = f"{naive:%Y-%m-%d}", f"{naive:%H:%M}"
    if not _was_there(naive, zone):
        raise OddTime(
            f"The clocks never showed {time} on {day}: they were set forward. "
            "Enter the time they showed."
        )
    raise OddTime(
        f"The clocks showed {time} twice on {day}: they were set back. "
        "Choose which of the two it was."
    )


def twice(value: str, zone: str) -> tuple[datetime, ...]:
    """The two moments at which the clocks showed this time, when they were set back; else none."""
    try:
        naive = datetime.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        return ()
    first, second = _both(naive, zone)
    apart = first.utcoffset() != second.utcoffset()
    return (first, second) if apart and _was_there(naive, zone) else ()


def told(words: str, zone: str) -> str:
    """Words of a rule as people of the site hear them: each moment in their zone, with its offset.

    What is signed, kept in the trail and sent to machines stays in UTC, as the rule said it.
    """
    return IN_UTC.sub(lambda found: _on_the_wall(found, zone), words)


def _on_the_wall(found: re.Match[str], zone: str) -> str:
    try:
        moment = datetime.fromisoformat(found[1] + (found[2] or "")).replace(tzinfo=UTC)
    except ValueError:  # only looks like one
        return found[0]
    date, time, offset = local_words(moment, zone).split()
    return f"{date} {time}{found[2] or ''} {offset}"


def _both(naive: datetime, zone: str) -> tuple[datetime, datetime]:
    first = naive.replace(tzinfo=ZoneInfo(zone), fold=0)
    return first, first.replace(fold=1)


def _was_there(naive: datetime, zone: str) -> bool:
    there = naive.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone))
    return there.replace(tzinfo=None, fold=0) == naive.replace(fold=0)


def words_of(moment: datetime) -> str:
    """One of two moments with the same time, told apart: 02:30 CEST, UTC+02:00."""
    offset = moment.strftime("%z")
    order = "before" if moment.fold == 0 else "after"
    return f"{moment:%H:%M %Z}, UTC{offset[:3]}:{offset[3:]}, {order} the clocks were set back"
