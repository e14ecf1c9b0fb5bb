"""Several stories told at once: whatever happened earlier is written earlier, whoever did it.

A story is written as if it were alone: it does something, lets its clock go on, does the next
thing. Here each story waits whenever its clock goes on, until nobody else has anything to do
before. A story ends where today begins: what it had not come to by then is waiting on somebody's
first page.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Thread
from zoneinfo import ZoneInfo

from app.demo.cast import ZONE, Clock

WORK_BEGINS, WORK_ENDS = 7, 20
NIGHT = timedelta(hours=2)
"""Who waits for longer than this does not come back at night."""


class _Today(BaseException):
    """The story has come to today. Nothing catches it on the way, as nothing is wrong."""


@dataclass
class Calendar:
    """The stories until `today`, which is where all of them end."""

    today: datetime
    _stories: list["_Story"] = field(default_factory=list)

    def morning(self, days_ago: int) -> datetime:
        """When work began so many days ago."""
        local = self.today.astimezone(ZoneInfo(ZONE)) - timedelta(days=days_ago)
        begins = local.replace(hour=WORK_BEGINS, minute=30, second=0, microsecond=0)
        return begins.astimezone(self.today.tzinfo)

    def add(self, days_ago: int, tell: Callable[[Clock], object]) -> None:
        """Tell this story from a morning so many days ago."""
        self._stories.append(_Story(self.morning(days_ago), tell))

    def tell(self) -> None:
        """Tell all of them, one event after the other.

        Raises:
            Exception: what went wrong in one of them; the others are left where they are.
        """
        telling = list(self._stories)
        try:
            while telling:
                next_one = min(telling, key=lambda each: each.clock.now)
                if next_one.clock.now > self.today or not next_one.goes_on():
                    telling.remove(next_one)
        finally:
            for each in self._stories:
                each.end()


class _Story:
    """One story in a thread of its own, of which only one runs at a time."""

    def __init__(self, begins: datetime, tell: Callable[[Clock], object]) -> None:
        self.clock = _WaitingClock(begins, self)
        self._tell = tell
        self._turn, self._waits = Event(), Event()
        self._over = False
        self._wrong: Exception | None = None
        self._thread = Thread(target=self._run, daemon=True)

    def goes_on(self) -> bool:
        """Let it do what comes next; says whether anything is left after that."""
        if not self._thread.is_alive():
            self._thread.start()
        else:
            self._turn.set()
        self._waits.wait()
        self._waits.clear()
        if self._wrong is not None:
            raise self._wrong
        return not self._over

    def wait(self) -> None:
        """Wait for the next turn, or end."""
        self._waits.set()
        self._turn.wait()
        self._turn.clear()
        if self._over:
            raise _Today

    def end(self) -> None:
        """End it where it is, if it has not ended."""
        self._over = True
        self._turn.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            self._tell(self.clock)
        except _Today:
            pass
        except Exception as wrong:  # noqa: BLE001 - it is raised again by whoever waits for us
            self._wrong = wrong
        finally:
            self._over = True
            self._waits.set()


class _WaitingClock(Clock):
    """A clock that goes on to the working day, and only when its story's turn has come."""

    def __init__(self, now: datetime, story: _Story) -> None:
        super().__init__(now)
        self._story = story

    def forward(self, **span: float) -> datetime:
        """Let time pass, in the words of a timedelta; wait for the others."""
        super().forward(**span)
        if timedelta(**span) >= NIGHT:
            self.now = next_working_hour(self.now)
        self._story.wait()
        return self.now


def next_working_hour(at: datetime) -> datetime:
    """This moment, or the next morning in the unit when nobody works at this one."""
    local = at.astimezone(ZoneInfo(ZONE))
    if WORK_BEGINS <= local.hour < WORK_ENDS:
        return at
    morning = local.replace(hour=WORK_BEGINS, minute=local.minute)
    if local.hour >= WORK_ENDS:
        morning += timedelta(days=1)
    return morning.astimezone(at.tzinfo)
