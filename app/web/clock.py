"""The one place that asks what time it is. Everyone else is told."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request


def moment_of(request: Request) -> datetime:
    """The moment of this request in UTC, read once; tests may set the application's clock."""
    moment: datetime | None = getattr(request.state, "moment", None)
    if moment is None:
        clock = getattr(request.app.state, "clock", None)
        moment = request.state.moment = clock() if clock else wall_clock()
    return moment


def wall_clock() -> datetime:
    """This moment in UTC, from the machine's clock."""
    return datetime.now(UTC)


async def now(request: Request) -> datetime:
    """This moment, read once for the request."""
    return moment_of(request)


Now = Annotated[datetime, Depends(now)]
