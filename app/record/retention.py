"""How long a record is kept: every rule is a clock, and the one that stops last counts.

Pure: the facts are taken from the record, and whoever verifies it counts again. A day that
cannot be counted yet is never taken for one that is over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from schemas.base import day_of
from schemas.delivery import DeliveryRecord, EventKind
from schemas.origin import Jurisdiction
from schemas.release import Act, Dossier
from schemas.retention import Retention, RetentionFacts, RetentionLine

CERTIFIED = (Act.CONDITIONAL, Act.FINAL)
LEFT = (EventKind.HANDED_OVER, EventKind.ADMINISTERED, EventKind.RETURNED, EventKind.DESTROYED)


@dataclass(frozen=True)
class Clock:
    """A rule of retention: so many years from a day, for the lots it applies to."""

    number: str
    cite: str
    says: str
    years: int
    since: Callable[[RetentionFacts], date | None]
    waits_for: str
    applies: Callable[[RetentionFacts], bool]

    def __call__(self, facts: RetentionFacts) -> RetentionLine | None:
        """Until when it asks to keep the record; None when it is not about such a lot."""
        if not self.applies(facts):
            return None
        begins = self.since(facts)
        return RetentionLine(
            rule=self.number,
            cite=self.cite,
            says=self.says,
            until=years_after(begins, self.years) if begins else None,
            waits_for=None if begins else self.waits_for,
        )


def years_after(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes 1 March, never a day too early."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _in_europe(facts: RetentionFacts) -> bool:
    return Jurisdiction.EU in facts.jurisdictions


def _in_america(facts: RetentionFacts) -> bool:
    return Jurisdiction.US in facts.jurisdictions


def _in_a_trial(facts: RetentionFacts) -> bool:
    return _in_europe(facts) and facts.trial is not None


def _ended_on(facts: RetentionFacts) -> date | None:
    """The administration where each is known; otherwise whichever is the latest."""
    if facts.all_given:
        return facts.given_on
    known = (facts.given_on, facts.left_on, facts.expires_on)
    return max((each for each in known if each), default=None)


CLOCKS = (
    Clock(
        "RET-01",
        "R-ATMP-09; EU GMP Part IV 6.5",
        "Batch documents: one year after the lot expires",
        1,
        lambda facts: facts.expires_on,
        "an expiry",
        _in_europe,
    ),
    Clock(
        "RET-02",
        "R-ATMP-09; EU GMP Part IV 6.5",
        "Batch documents: five years after the certification by the Qualified Person",
        5,
        lambda facts: facts.certified_on,
        "the certification",
        _in_europe,
    ),
    Clock(
        "RET-03",
        "R-ATMP-09; Regulation (EU) 2017/1569",
        "Investigational product: five years after the last trial that used the lot has ended",
        5,
        lambda facts: facts.trial_ended_on,
        "the end of the trial",
        _in_a_trial,
    ),
    Clock(
        "RET-04",
        "R-ATMP-10; Regulation (EC) 1394/2007 Art. 15",
        "Traceability from donor to patient: thirty years after the lot expires",
        30,
        lambda facts: facts.expires_on,
        "an expiry",
        _in_europe,
    ),
    Clock(
        "RET-05",
        "R-BR-23; 21 CFR 211.180(a)",
        "Production and control records: one year after the lot expires",
        1,
        lambda facts: facts.expires_on,
        "an expiry",
        _in_america,
    ),
    Clock(
        "RET-06",
        "R-BR-23; 21 CFR 1271.270(d)",
        "Cells and tissues: ten years after the administration or, where one is not known, "
        "after distribution, disposition or expiry, whichever is latest",
        10,
        _ended_on,
        "an administration or an expiry",
        _in_america,
    ),
)
"""In the order of the law books; a lot is kept until the last of them stops."""


def retention(facts: RetentionFacts) -> Retention:
    """Ask every clock; the longest counts (R-BR-23)."""
    lines = tuple(line for each in CLOCKS if (line := each(facts)) is not None)
    return Retention(
        facts=facts,
        lines=lines,
        until=max((each.until for each in lines if each.until), default=None),
    )


def retention_facts(dossier: Dossier, delivery: DeliveryRecord, zone: str) -> RetentionFacts:
    """What the clocks are set by, as the record knows it."""

    def last(moments: list[datetime]) -> date | None:
        return day_of(max(moments), zone) if moments else None

    expiries = [dossier.lot.expires_at, *(each.expires_at for each in dossier.containers)]
    given = {each.container for each in delivery.events if each.kind is EventKind.ADMINISTERED}
    left = {each.container for each in delivery.events if each.kind in LEFT}
    return RetentionFacts(
        jurisdictions=dossier.product.jurisdictions,
        trial=dossier.product.label.trial_number if dossier.product.investigational else None,
        expires_on=last([each for each in expiries if each]),
        certified_on=last([each.at for each in dossier.certificates if each.act in CERTIFIED]),
        given_on=last(
            [each.happened_at for each in delivery.events if each.kind is EventKind.ADMINISTERED]
        ),
        left_on=last([each.happened_at for each in delivery.events if each.kind in LEFT]),
        all_given=bool(given) and left == given,
    )
