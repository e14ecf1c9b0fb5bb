"""The freezing curve: what the freezer's file says, as far as it can be read (R-BR-20)."""

from pydantic import Field

from schemas.base import Contract, Text
from schemas.delivery_forms import TemperaturePoint
from schemas.trail import KeptFile


class FreezingCurve(Contract):
    """The curve of one freezing, from the file that was attached to its entry."""

    about: Text = Field(description="The step whose file it is")
    file: KeptFile
    readings: int = Field(description="How many readings the file holds")
    points: tuple[TemperaturePoint, ...] = Field(
        description="All of them, or where they are many those that show the course"
    )
    why_not: str | None = Field(default=None, description="Why it cannot be drawn, if it cannot")
