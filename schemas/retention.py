"""How long the record of a lot is kept: what the day depends on, and what each rule gives."""

from datetime import date

from pydantic import Field

from schemas.base import Contract, Text
from schemas.origin import Jurisdiction


class RetentionFacts(Contract):
    """The days from which retention is counted, in the zone of the site."""

    jurisdictions: tuple[Jurisdiction, ...]
    trial: str | None = Field(description="The clinical trial it is made for")
    expires_on: date | None = Field(description="The last day of the container that lasts longest")
    certified_on: date | None = Field(description="The last certification")
    given_on: date | None = Field(description="The last administration")
    left_on: date | None = Field(description="The last day on which a container left or was ended")
    all_given: bool = Field(description="Whether every container that left was administered")
    trial_ended_on: date | None = None


class RetentionLine(Contract):
    """What one rule asks: until when, or what it still waits for."""

    rule: str
    cite: str
    says: Text
    until: date | None
    waits_for: str | None = Field(description="What must happen before this day can be counted")


class Retention(Contract):
    """Until when the record is kept: the longest of all rules that apply (R-BR-23, R-SIG-13)."""

    facts: RetentionFacts
    lines: tuple[RetentionLine, ...]
    until: date | None = Field(description="The latest day that can be counted now")

    @property
    def longest(self) -> RetentionLine | None:
        """The rule that gives the latest day."""
        counted = [each for each in self.lines if each.until is not None]
        return next((each for each in counted if each.until == self.until), None)

    @property
    def waiting(self) -> tuple[RetentionLine, ...]:
        """The rules whose day cannot be counted yet; each may be later than `until`."""
        return tuple(each for each in self.lines if each.waits_for)
