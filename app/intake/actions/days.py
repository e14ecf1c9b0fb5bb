"""Days and moments of what is entered: on the site's calendar, and never ahead."""

from datetime import date, datetime

from app.errors import BadInput, FieldError
from schemas.base import in_zone


def not_to_come(field: str, when: date | datetime, zone: str, at: datetime) -> None:
    """Refuse a day or a moment that lies ahead in this zone: nobody can have done it yet.

    What happened where the donor was is asked in the zone of the collection site.

    Raises:
        BadInput: at this field.
    """
    now = in_zone(at, zone)
    if isinstance(when, datetime):
        ahead, shape = when > at, "%Y-%m-%d %H:%M"
        words = f"{in_zone(when, zone):{shape}}"
    else:
        ahead, shape, words = when > now.date(), "%Y-%m-%d", f"{when}"
    if ahead:
        says = f"{words} lies ahead: it is {now:{shape}} in {zone}. Enter when it happened."
        raise BadInput([FieldError(field, says)])
