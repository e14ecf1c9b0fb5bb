"""The one table of forbidden pairs: two deeds that the same person may not both do.

Separation of duties of R-DI (requirements 3.4), R-P11-20 and design, "Who it is for".
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache


class Scope(StrEnum):
    """How near two deeds must be for the pair to matter."""

    SAME = "the same thing"
    LOT = "the same lot"


@dataclass(frozen=True)
class Pair:
    """Who did `first` may not do `second`, within `scope`; and the other way round."""

    number: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    scope: Scope
    cite: str
    says: str


PRODUCTION = ("lot.start", "step.perform", "step.check", "step.correct")
TESTING = ("sample.receive", "result.enter", "result.correct", "result.verify")

PAIRS: tuple[Pair, ...] = (
    Pair(
        "SOD-01",
        ("step.perform", "step.correct"),
        ("step.check",),
        Scope.SAME,
        "R-BR-14; R-DI-01",
        "Who performed a step does not check it.",
    ),
    Pair(
        "SOD-02",
        ("result.enter", "result.correct"),
        ("result.verify", "result.not_applicable"),
        Scope.SAME,
        "R-A11-06; R-SPEC-13",
        "Who entered a result does not verify it, nor agree that it does not apply.",
    ),
    Pair(
        "SOD-03",
        ("master.import",),
        ("master.approve",),
        Scope.SAME,
        "R-ATMP-02; R-INS-04",
        "The author of a master does not approve it.",
    ),
    Pair(
        "SOD-04",
        PRODUCTION,
        ("lot.certify",),
        Scope.LOT,
        "R-QP-02; R-A11-15",
        "Who produced the lot does not certify it.",
    ),
    Pair(
        "SOD-05",
        TESTING,
        ("lot.certify",),
        Scope.LOT,
        "R-QP-02; R-A11-15",
        "Who tested the lot does not certify it.",
    ),
    Pair(
        "SOD-06",
        PRODUCTION + TESTING,
        ("record.review", "trail.review"),
        Scope.LOT,
        "R-BR-18; R-DI-04",
        "Who produced or tested the lot does not review its record.",
    ),
    Pair(
        "SOD-07",
        ("record.review", "trail.review"),
        ("lot.certify",),
        Scope.LOT,
        "R-BR-18; R-DI-04; R-QP-01",
        "Who reviewed the record or its trail does not certify the lot.",
    ),
    Pair(
        "SOD-08",
        ("deviation.investigate",),
        ("deviation.decide",),
        Scope.SAME,
        "R-BR-15; R-BR-18",
        "Who investigated a deviation does not decide it.",
    ),
    Pair(
        "SOD-09",
        ("investigation.lead",),
        ("investigation.approve",),
        Scope.SAME,
        "R-SPEC-10",
        "Who led an investigation does not approve its conclusion.",
    ),
    Pair(
        "SOD-10",
        ("result.enter", "result.correct"),
        ("investigation.lead",),
        Scope.SAME,
        "R-SPEC-10",
        "Who entered the result does not lead its investigation.",
    ),
    Pair(
        "SOD-11",
        ("intake.result",),
        ("intake.verify",),
        Scope.SAME,
        "R-A11-06",
        "Who entered a donor's result does not verify it.",
    ),
    Pair(
        "SOD-12",
        ("supply.receive",),
        ("supply.decide",),
        Scope.SAME,
        "R-ATMP-14",
        "Who received a material lot does not release it.",
    ),
    Pair(
        "SOD-13",
        ("delivery.pack",),
        ("delivery.check",),
        Scope.SAME,
        "R-DEL-09",
        "Who packed a container does not make the second identity check.",
    ),
    Pair(
        "SOD-14",
        PRODUCTION,
        ("deviation.decide",),
        Scope.LOT,
        "R-BR-18",
        "Who produced the lot does not decide its deviations.",
    ),
)

DONE = {
    "lot.start": "started",
    "step.perform": "performed",
    "step.correct": "corrected",
    "step.check": "checked",
    "sample.receive": "received",
    "result.enter": "entered",
    "result.correct": "corrected",
    "result.verify": "verified",
    "result.not_applicable": "agreed to",
    "investigation.lead": "led the investigation of",
    "investigation.approve": "answered the investigation of",
    "deviation.investigate": "investigated",
    "deviation.decide": "decided on",
    "record.review": "reviewed the record of",
    "trail.review": "reviewed the trail of",
    "lot.certify": "certified",
    "master.import": "imported",
    "master.approve": "approved",
    "intake.result": "entered results of",
    "intake.verify": "verified results of",
    "supply.receive": "received",
    "supply.decide": "decided on",
    "delivery.pack": "packed",
    "delivery.check": "checked the identity of",
}
"""What somebody did, as they are told of it: You performed ..."""


@cache
def partners(deed: str) -> tuple[tuple[Pair, tuple[str, ...]], ...]:
    """Each pair this deed belongs to, with the deeds on its other side."""
    found = []
    for pair in PAIRS:
        if deed in pair.second:
            found.append((pair, pair.first))
        elif deed in pair.first:
            found.append((pair, pair.second))
    return tuple(found)


def scope_of(about: str, scope: Scope) -> str:
    """The part of a reference within which a pair matters: all of it, or its lot."""
    if scope is Scope.SAME:
        return about
    return "/".join(about.split("/")[:2]) if about.startswith("lot/") else about
