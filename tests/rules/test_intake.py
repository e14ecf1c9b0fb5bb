"""Intake: consent, the calendar of the site, the answer and the packs it is drawn from."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.intake import packs
from app.intake.packs import NoPackInForce, load_packs, pack_in_force
from app.intake.rules import RULES, judge_donor
from schemas.donor import DonorFacts
from schemas.eligibility import Eligibility, JurisdictionPack
from schemas.origin import Jurisdiction
from tests.rules.donors import (
    DAY,
    ELIGIBLE,
    EU,
    US,
    Answer,
    assessment,
    blood,
    but,
    consent,
    donation,
    donor,
    facts,
    ineligible,
    judged,
    undecided,
)

SHIPPED = Path(packs.__file__).parent / "eu-2006-17.yaml"

CONSENT = [
    pytest.param({"consents": (consent(given_on=DAY),)}, ELIGIBLE, id="given on the day"),
    pytest.param(
        {"consents": (consent(given_on=DAY + timedelta(days=1)),)},
        undecided("DON-01"),
        id="given the day after",
    ),
    pytest.param({"consents": ()}, undecided("DON-01"), id="no consent"),
    pytest.param(
        {"consents": (consent(scope=("use", "testing")),)},
        undecided("DON-01"),
        id="not to long storage",
    ),
    pytest.param(
        {
            "consents": (consent(scope=("use", "testing")),),
            "donation": donation(long_storage=False),
        },
        ELIGIBLE,
        id="not to long storage, which is not possible",
    ),
    pytest.param(
        {"consents": (consent(scope=("use",)), consent(scope=("testing", "long_storage")))},
        ELIGIBLE,
        id="on two forms",
    ),
    pytest.param(
        {"consents": (consent(withdrawn_on=DAY + timedelta(days=9)),)},
        ineligible("DON-02"),
        id="withdrawn",
    ),
    pytest.param(
        {"consents": (consent(withdrawn_on=DAY), consent(version="4"))},
        ELIGIBLE,
        id="an earlier form withdrawn for a newer one",
    ),
    pytest.param(
        {"risk_assessments": (assessment("questionnaire", "reject"),)},
        ineligible("DON-03"),
        id="the responsible person refused",
    ),
    pytest.param(
        {"risk_assessments": (assessment("questionnaire"),)}, ELIGIBLE, id="accepted a risk"
    ),
]


@pytest.mark.parametrize(("changed", "answer"), CONSENT)
@pytest.mark.parametrize("pack", [EU, US], ids=["EU", "US"])
def test_consent_and_refusal_count_everywhere(
    pack: JurisdictionPack, changed: dict[str, Any], answer: Answer
) -> None:
    assert judged(pack, changed) == answer


UNCLEAR = but("hbsag", "indeterminate")
AGAIN = blood(["hbsag"])
ACCEPTED = (assessment("other_marker", marker="hbsag"),)


@pytest.mark.parametrize(
    ("changed", "clear"),
    [
        pytest.param({"results": UNCLEAR}, False, id="indeterminate"),
        pytest.param({"results": UNCLEAR + AGAIN}, False, id="tested again, nobody judged"),
        pytest.param(
            {"results": UNCLEAR, "risk_assessments": ACCEPTED}, False, id="judged, not tested again"
        ),
        pytest.param(
            {"results": UNCLEAR + AGAIN, "risk_assessments": ACCEPTED},
            True,
            id="tested again and accepted",
        ),
        pytest.param(
            {"results": UNCLEAR + blood(["hbsag"], -1), "risk_assessments": ACCEPTED},
            False,
            id="an earlier sample does not speak for a later one",
        ),
    ],
)
@pytest.mark.parametrize("pack", [EU, US], ids=["EU", "US"])
def test_the_latest_result_does_not_simply_win(
    pack: JurisdictionPack, changed: dict[str, Any], clear: bool
) -> None:
    assert (judged(pack, changed) == ELIGIBLE) is clear


@pytest.mark.parametrize(
    ("zone", "collected_at", "answer"),
    [
        pytest.param("Europe/Warsaw", "2026-03-01T22:59:00Z", "DON-EU-06", id="still 1 March"),
        pytest.param("Europe/Warsaw", "2026-03-01T23:00:00Z", None, id="2 March begins in Warsaw"),
        pytest.param("UTC", "2026-03-01T23:00:00Z", "DON-EU-06", id="1 March elsewhere"),
        pytest.param("America/New_York", "2026-03-03T04:59:00Z", None, id="2 March in New York"),
    ],
)
def test_days_are_counted_on_the_calendar_of_the_site(
    zone: str, collected_at: str, answer: str | None
) -> None:
    given = donation(collected_at=collected_at, long_storage=False)
    changed = {
        "donor": donor(site_zone=zone),
        "donation": given,
        "consents": (consent(given_on=DAY - timedelta(days=5)),),
        "results": blood(day=7),
    }
    assert judged(EU, changed) == (undecided(answer) if answer else ELIGIBLE)


@pytest.mark.parametrize(
    ("collected_at", "day", "answer"),
    [
        pytest.param("2026-03-02T00:10:00+01:00", 7, ELIGIBLE, id="167 hours or 191: day seven"),
        pytest.param("2026-03-02T23:50:00+01:00", 8, undecided("DON-EU-06"), id="day eight"),
    ],
)
def test_a_day_is_no_multiple_of_hours(collected_at: str, day: int, answer: Answer) -> None:
    given = donation(collected_at=collected_at, long_storage=False)
    assert judged(EU, {"donation": given, "results": blood(day=day)}) == answer


def test_the_answer_names_what_it_was_drawn_from_and_digests_the_same_again() -> None:
    known = facts()
    answer = judge_donor(known, EU)
    assert (answer.pack_code, answer.pack_version) == ("EU-2006-17", 1)
    assert (answer.pack_digest, answer.facts_digest) == (EU.digest(), known.digest())
    assert Eligibility.from_canonical(answer.canonical()) == answer
    again = DonorFacts.from_canonical(known.canonical())
    assert judge_donor(again, EU).digest() == answer.digest()


def test_a_finding_cites_the_requirement_and_the_clause_of_the_pack() -> None:
    answer = judge_donor(facts(results=but("anti_hbc", "reactive")), EU)
    assert answer.missing[0].cite == "R-DON-03; 2006/17/EC Annex II 1.3"
    assert answer.missing[0].mend


def test_each_rule_has_its_number_a_requirement_and_a_clause() -> None:
    numbers = [each.number for each in RULES]
    assert len(numbers) == len(set(numbers))
    assert all(each.cite.startswith("R-") and each.mend for each in RULES)
    common = {each for each in numbers if each.startswith("DON-0")}
    for pack, own_rules in ((EU, "DON-EU-"), (US, "DON-US-")):
        asked = common | {each for each in numbers if each.startswith(own_rules)}
        assert set(pack.clauses) == asked


@pytest.mark.parametrize(
    ("jurisdiction", "on", "code"),
    [
        pytest.param("EU", date(2014, 6, 17), "EU-2006-17", id="EU, its first day"),
        pytest.param("EU", date(2014, 6, 16), None, id="EU, the day before"),
        pytest.param("EU", date(2027, 8, 6), "EU-2006-17", id="EU, its last day"),
        pytest.param("EU", date(2027, 8, 7), None, id="EU, the SoHO Regulation applies"),
        pytest.param("US", date(2016, 8, 22), "US-1271", id="US, its first day"),
        pytest.param("US", date(2016, 8, 21), None, id="US, the day before"),
        pytest.param("US", date(2050, 1, 1), "US-1271", id="US, no end is known"),
    ],
)
def test_the_pack_in_force(jurisdiction: str, on: date, code: str | None) -> None:
    if code is None:
        with pytest.raises(NoPackInForce, match="in force on"):
            pack_in_force(Jurisdiction(jurisdiction), on)
    else:
        assert pack_in_force(Jurisdiction(jurisdiction), on).code == code


def test_a_later_pack_takes_over_on_its_day() -> None:
    later = EU.model_copy(update={"code": "EU-NEXT", "effective_from": date(2026, 7, 1)})
    both = (*load_packs(), later)
    assert pack_in_force(Jurisdiction.EU, date(2026, 6, 30), both).code == "EU-2006-17"
    assert pack_in_force(Jurisdiction.EU, date(2026, 7, 1), both).code == "EU-NEXT"


@pytest.mark.parametrize(
    ("change", "to", "words"),
    [
        pytest.param("version: 1", "version: one", "version", id="a word for a number"),
        pytest.param("version: 1", "version: 1\nlimit: 7", "limit", id="an unknown field"),
        pytest.param("marker: ebv", "marker: cmv", "each marker once", id="a marker unjudged"),
        pytest.param("2027-08-06", "2014-06-16", "lies before", id="ends before it begins"),
        pytest.param("required_tests:", "required_tests: [", "pack", id="no YAML"),
    ],
)
def test_a_wrong_pack_names_its_file(tmp_path: Path, change: str, to: str, words: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text(text.replace(change, to), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"wrong\.yaml is no [\s\S]*{words}"):
        load_packs(tmp_path)


def test_one_pack_version_stands_in_one_file(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_bytes(EU.canonical())
    with pytest.raises(ValueError, match=r"b\.yaml: EU-2006-17 version 1 exists already"):
        load_packs(tmp_path)
