"""Testing through the browser: Anton receives, enters and reads, Vera verifies."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from app.expansion.models import SampleTaken
from app.lot.lots import find_lot
from app.quality_control.actions.verification import to_verify
from app.quality_control.quality import LotQuality, gather
from app.quality_control.rules.standing import is_open, read_on
from app.quality_control.sample_screen import criteria_at
from schemas.quality_record import CriterionFacts
from schemas.result_kind import EndotoxinBasis, EndotoxinResult, SterilityResult
from schemas.specification import Criterion
from tests.browser.boxes import boxes_of
from tests.browser.serving import Site
from tests.browser.visitor import Visitor
from tests.journeys.production_forms import local
from tests.journeys.testing import DOSING, reading_of, samples_of

People = Callable[[str], Visitor]
NOT_TYPED = ("kind", "unit", "marker")
"""What the criterion says of a reading by itself."""


def analysed(site: Site, people: People, number: str) -> datetime:
    """Every sample received, what can be read today entered and verified, the cultures begun.

    Gives the moment at which they were inoculated.
    """
    site.clock.forward(minutes=30)
    for sample in _samples(site, number):
        if not _is_here(site, sample):
            _received(site, people("anton"), sample)
    site.clock.forward(hours=2)
    for sample in _samples(site, number):
        _entered(site, people("anton"), sample)
    inoculated_at = site.clock()
    verified(site, people, number)
    return inoculated_at


def _samples(site: Site, number: str) -> list[SampleTaken]:
    with site.looking() as session:
        return samples_of(session, number)


def _is_here(site: Site, sample: SampleTaken) -> bool:
    with site.looking() as session:
        known = gather(session, find_lot(session, sample.lot.number)).sample(sample.number)
    return known is not None and known.receipt is not None


def _received(site: Site, anton: Visitor, sample: SampleTaken) -> None:
    anton.does(
        f"/quality/samples/{sample.number}/receive",
        {
            "received_at": local(site.clock()),
            "condition": "intact",
            "containers": str(sample.containers),
            "temperature_c": "4.5",
            "kept_in": "FR-2 / shelf 3",
        },
        "Receive",
    )
    anton.sees("Received in the laboratory.")


def _asked(
    known: LotQuality, sample: SampleTaken, when: Callable[[CriterionFacts], object]
) -> list[tuple[int, Criterion]]:
    """The criteria of a sample for which this holds, with their places on its screen."""
    record = known.sample(sample.number)
    assert record is not None
    return [(at, each) for at, each in criteria_at(known, record) if when(known.facts_on(each))]


def _entered(site: Site, anton: Visitor, sample: SampleTaken) -> None:
    boxes: dict[str, Any] = {}
    with site.looking() as session:
        known = gather(session, find_lot(session, sample.lot.number))
        for at, each in _asked(known, sample, is_open):
            reading = reading_of(each, passes=True, inoculated_at=site.clock())
            boxes |= _typed(f"results.{at}.reading.", each, reading)
            boxes |= _dosing(each, f"results.{at}.dosing.")
    if not boxes:
        return
    boxes |= {"common.equipment": "MIC-01", "common.raw_reference": "Notebook QC-7, page 12"}
    anton.does(f"/quality/samples/{sample.number}", boxes, "Save what was entered")
    anton.sees("saved.")


def _typed(prefix: str, criterion: Criterion, reading: Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(criterion.result_kind, SterilityResult):
        return {f"{prefix}inoculated_at": local(reading["inoculated_at"])}
    typed = {name: each for name, each in reading.items() if name not in NOT_TYPED}
    return boxes_of(typed, prefix)


def _dosing(criterion: Criterion, prefix: str) -> Mapping[str, Any]:
    kind = criterion.result_kind
    if isinstance(kind, EndotoxinResult) and kind.basis is not EndotoxinBasis.PER_ML:
        return boxes_of(DOSING, prefix)
    if criterion.needs_recipient:
        return boxes_of({"recipient_weight_kg": DOSING.recipient_weight_kg}, prefix)
    return {}


def cultures_read(
    site: Site, people: People, number: str, *, inoculated_at: datetime, grows: bool = False
) -> None:
    """Anton reads every culture on its days; one that grows shows it on the first of them."""
    with site.looking() as session:
        known = gather(session, find_lot(session, number))
        kinds = [each.result_kind for each in known.specification.criteria]
        days = sorted(
            {
                day
                for kind in kinds
                if isinstance(kind, SterilityResult)
                for day in (*kind.read_on_days, kind.days)
            }
        )
    for day in days:
        site.clock.now = max(site.clock(), inoculated_at + timedelta(days=day))
        for sample in _samples(site, number):
            _looked_at(site, people("anton"), sample, day, grows=grows)
        if grows:
            return


def _looked_at(site: Site, anton: Visitor, sample: SampleTaken, day: int, *, grows: bool) -> None:
    boxes: dict[str, str] = {}
    with site.looking() as session:
        known = gather(session, find_lot(session, sample.lot.number))
        for at, each in _asked(known, sample, read_on):
            kind = each.result_kind
            if not isinstance(kind, SterilityResult) or day not in (*kind.read_on_days, kind.days):
                continue
            look = f"results.{at}.look."
            boxes |= {f"{look}day": str(day), f"{look}read_at": local(site.clock())}
            for medium in range(len(kind.media or (None,))):
                boxes[f"{look}outcome.{medium}"] = "growth" if grows else "no growth"
    if boxes:
        boxes["common.raw_reference"] = "Notebook QC-7, page 14"
        anton.does(f"/quality/samples/{sample.number}", boxes, "Save what was entered")
        anton.sees("saved.")


def verified(site: Site, people: People, number: str) -> None:
    """Vera compares with the raw data and signs, sample by sample."""
    site.clock.forward(hours=1)
    for sample in _samples(site, number):
        with site.looking() as session:
            known = gather(session, find_lot(session, number))
            waiting = to_verify(known, sample.number)
        if waiting:
            path = f"/quality/samples/{sample.number}/verify"
            people("vera").does(path, {}, "Verify the ticked results", signed=True)
            people("vera").sees("verified.")
