"""Days and moments of what is entered: on the site's calendar, and never ahead."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.errors import BadInput, FieldError
from app.people.actor import Actor


def local_day(by: Actor, at: datetime) -> date:
    """The day of this moment on the site's calendar."""
    return at.astimezone(ZoneInfo(by.zone)).date()


def not_to_come(field: str, when: date | datetime, by: Actor, at: datetime) -> None:
    """Refuse a day or a moment that lies ahead: nobody can have done it yet.

    Raises:
        BadInput: at this field.
    """
    if isinstance(when, datetime):
        local = when.astimezone(ZoneInfo(by.zone))
        ahead, words = when > at, f"{local:%Y-%m-%d %H:%M}"
    else:
        ahead, words = when > local_day(by, at), f"{when}"
    if ahead:
        raise BadInput([FieldError(field, f"{words} lies ahead; check it.")])
