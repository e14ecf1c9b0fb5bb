"""The verdict on an outcome in words: a category, a culture, a karyotype (R-SPEC-08)."""

import re
from datetime import timedelta

from app.masters.errors import UnreadableReading
from app.masters.limits import Verdict
from schemas.reading import (
    CategoryReading,
    CultureReading,
    Growth,
    Interpretation,
    KaryotypeReading,
    ResultState,
    SterilityReading,
)
from schemas.result_kind import CategoryResult, KaryotypeResult, SterilityResult
from schemas.specification import Acceptance, EqualsOneOf

_RULES = ("R-SPEC-01", "R-SPEC-08")
_DAY = timedelta(days=1)
_HALF_A_DAY = _DAY / 2
_CHROMOSOMES = re.compile(r"(^|[^0-9])[0-9]{2,3}(~[0-9]{2,3})?(<[^>]+>)?,[XYU?]|^arr")
_CELLS = re.compile(r"\[(?:cp)?([0-9]+)\]")


def judge_category(
    kind: CategoryResult, reading: CategoryReading, acceptance: Acceptance
) -> Verdict:
    """Judge an outcome chosen from the closed list of the specification.

    Raises:
        UnreadableReading: the outcome is not on the list.
    """
    known = {_folded(each): each for each in kind.choices}
    outcome = known.get(_folded(reading.outcome))
    if outcome is None:
        choices = ", ".join(f'"{each}"' for each in kind.choices)
        raise UnreadableReading("outcome", f'"{reading.outcome}" is not one of {choices}')
    return _judge(outcome, acceptance)


def judge_sterility(
    kind: SterilityResult, reading: SterilityReading, acceptance: Acceptance
) -> Verdict:
    """Judge cultures: growth at any time fails; no growth counts when the last day was read.

    Raises:
        UnreadableReading: a reading's day does not fit its date, or its medium is not asked for.
    """
    for each in reading.readings:
        _check_day(kind, reading, each)
    grown = sorted(each.day for each in reading.readings if each.outcome is Growth.GROWTH)
    if grown:
        return _judge(Growth.GROWTH.value, acceptance, f" on day {grown[0]}")
    looked = _read_up_to(kind, reading)
    missing = _days_not_read(kind, reading)
    if not missing:
        return _judge(Growth.NO_GROWTH.value, acceptance, f" up to day {looked}")
    reported = f"no growth up to day {looked}" if looked else None
    if looked < kind.days:
        says = f"The culture is read on day {kind.days}; " + (
            f"so far {reported}." if reported else "it has not been read yet."
        )
        return Verdict(ResultState.PENDING, reported, says, _RULES)
    says = f"No growth was seen, but not read: {', '.join(missing)}."
    return Verdict(ResultState.INDETERMINATE, reported, says, _RULES)


def judge_karyotype(
    kind: KaryotypeResult, reading: KaryotypeReading, acceptance: Acceptance
) -> Verdict:
    """Judge the interpretation of a karyotype; the ISCN text itself is never compared.

    Raises:
        UnreadableReading: the text is not ISCN, or its cells are not the metaphases stated.
    """
    if not _CHROMOSOMES.search(reading.iscn):
        raise UnreadableReading(
            "iscn", f'"{reading.iscn}" is not ISCN; write for example "46,XX[20]"'
        )
    cells = sum(int(each) for each in _CELLS.findall(reading.iscn))
    if cells and cells != reading.metaphases:
        raise UnreadableReading(
            "metaphases",
            f"{reading.metaphases} were entered; the ISCN text counts {cells} cells",
        )
    reported = f"{reading.iscn}, {reading.metaphases} metaphases: {reading.interpretation.value}"
    if reading.interpretation is Interpretation.INCONCLUSIVE:
        says = "The interpretation is inconclusive."
        return Verdict(ResultState.INDETERMINATE, reported, says, _RULES)
    verdict = _judge(reading.interpretation.value, acceptance)
    few = reading.metaphases < kind.minimum_metaphases
    if few and verdict.state is ResultState.PASS:
        says = f"{reading.metaphases} metaphases were read; {kind.minimum_metaphases} are needed."
        return Verdict(ResultState.INDETERMINATE, reported, says, _RULES)
    return Verdict(verdict.state, reported, verdict.explanation, _RULES)


def _judge(outcome: str, acceptance: Acceptance, when: str = "") -> Verdict:
    reported = f"{outcome}{when}"
    if not isinstance(acceptance, EqualsOneOf):
        says = f'"{reported}" is reported for information; there is no limit.'
        return Verdict(ResultState.PASS, reported, says, (*_RULES, "R-SPEC-02"))
    accepted = [_folded(each) for each in acceptance.accepted]
    state = ResultState.PASS if _folded(outcome) in accepted else ResultState.FAIL
    says = f'Found "{reported}"; it has to be {" or ".join(acceptance.accepted)}.'
    return Verdict(state, reported, says, _RULES)


def _check_day(kind: SterilityResult, reading: SterilityReading, look: CultureReading) -> None:
    elapsed = look.read_at - reading.inoculated_at
    # A culture inoculated in the afternoon may be read in the morning: less than a day either
    # way. The day that ends it is nearer to the last day than to the one before.
    early = look.day * _DAY - elapsed
    too_early = early > _HALF_A_DAY if look.day >= kind.days else early >= _DAY
    if too_early or -early >= _DAY:
        raise UnreadableReading(
            "readings",
            f"day {look.day} was read {elapsed / _DAY:.1f} days after inoculation; "
            "check the day and the time",
        )
    if kind.media and look.medium not in kind.media:
        raise UnreadableReading(
            "readings", f"day {look.day}: name the medium, one of {', '.join(kind.media)}"
        )


def _read_up_to(kind: SterilityResult, reading: SterilityReading) -> int:
    """The day up to which every medium was read."""
    last = dict.fromkeys(kind.media or (None,), 0)
    for each in reading.readings:
        medium = each.medium if kind.media else None
        last[medium] = max(last[medium], each.day)
    return min(last.values())


def _days_not_read(kind: SterilityResult, reading: SterilityReading) -> list[str]:
    looks = {(each.medium if kind.media else None, each.day) for each in reading.readings}
    missing = []
    for medium in kind.media or (None,):
        days = {day for seen, day in looks if seen == medium}
        missing += [
            f"day {day}" + (f" ({medium})" if medium else "")
            for day in sorted({*kind.read_on_days, kind.days})
            # The last reading may come later than asked, never earlier.
            if day not in days and not (day == kind.days and max(days, default=0) > day)
        ]
    return missing


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
