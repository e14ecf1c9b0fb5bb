"""The screens of quality control: who may, what they type, what they read, who is told no."""

import re
from collections.abc import Callable

import pytest

from app.db import Database
from app.quality_control.quality import gather, quality_of
from schemas.quality_record import QualityRecord
from schemas.reading import ResultState
from tests.actions.laboratory import Laboratory, laboratory_of, samples_to_receive
from tests.conftest import PASSWORD, Browser, Clock
from tests.journeys.testing import received_samples, verified_results

Open = Callable[[str | None], Browser]
SIGNED = {"signing.password": PASSWORD}


pytestmark = pytest.mark.site(build=samples_to_receive, fixture="laboratory")


@pytest.fixture
def laboratory(database: Database) -> Laboratory:
    with database.reading() as session:
        return laboratory_of(session)


@pytest.fixture
def received(database: Database, clock: Clock, laboratory: Laboratory) -> Laboratory:
    with database.writing() as session:
        received_samples(session, clock, laboratory.lot.number)
    clock.forward(hours=2)
    return laboratory


def record(database: Database, laboratory: Laboratory) -> QualityRecord:
    with database.reading() as session:
        lot = session.merge(laboratory.lot, load=True)
        return quality_of(session, lot)


def box(page: str, criterion: str, name: str) -> str:
    """Find the name of a box on the page by the title of its criterion."""
    place = re.search(rf'id="line-(\d+)">{re.escape(criterion)}<', page)
    assert place, f"{criterion} is not on the page"
    full = f"results.{place[1]}.{name}"
    assert f'name="{full}"' in page, f"{full} is not on the page"
    return full


def test_anton_receives_a_sample(browser: Open, laboratory: Laboratory) -> None:
    anton = browser("anton")
    path = f"/quality/samples/{laboratory.samples['UC-BULK']}"
    assert f"{path}/receive" in anton.get("/").text
    answer = anton.post(
        f"{path}/receive",
        data={
            "received_at": "2026-03-02T09:00",
            "condition": "intact",
            "containers": "4",
            "kept_in": "FR-2 / shelf 3",
        },
    )
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, path)
    assert "FR-2 / shelf 3" in anton.get(path).text


def test_a_refusal_tells_the_time_as_the_page_around_it_does(
    browser: Open, laboratory: Laboratory
) -> None:
    anton = browser("anton")
    path = f"/quality/samples/{laboratory.samples['UC-BULK']}"
    taken = re.search(r"(2026-03-\d\d \d\d:\d\d UTC\+01:00)", anton.get(path).text)
    assert taken, "the page does not say when the sample was taken"
    answer = anton.post(
        f"{path}/receive",
        data={
            "received_at": "2026-02-01T09:00",
            "condition": "intact",
            "containers": "4",
            "kept_in": "FR-2 / shelf 3",
        },
    )
    assert answer.status_code == 422
    assert answer.text.count(f"The sample was taken at {taken[1]}; check the time.") == 2


def test_anton_enters_a_sample_on_one_screen(
    browser: Open, database: Database, received: Laboratory
) -> None:
    anton = browser("anton")
    path = f"/quality/samples/{received.samples['UC-BULK']}"
    page = anton.get(path).text
    counts = box(page, "Viability before freezing", "reading.counts.0.live")
    typed = {
        box(page, "Appearance", "reading.outcome"): "off-white suspension without clumps",
        counts: "187",
        counts.replace("live", "dead"): "13",
        box(page, "Cells showing CD73", "reading.values"): "98.30",
        box(page, "Cells showing CD73", "reading.events"): "10512",
        box(page, "Endotoxin", "reading.values"): "<0.05",
        box(page, "Inhibition of T-cell proliferation", "reading.ratio"): "1:5",
        box(page, "Inhibition of T-cell proliferation", "reading.with_cells"): ["52", "48", "50"],
        box(page, "Inhibition of T-cell proliferation", "reading.without_cells"): [
            "100",
            "98",
            "102",
        ],
        "common.tested_at": "2026-03-02T11:00",
        "common.raw_reference": "Notebook QC-7, page 12",
    }
    answer = anton.post(path, data=typed, files={"tests.1.file": ("count.csv", b"187;13")})
    assert answer.status_code == 303, answer.text
    found = record(database, received)
    told = {
        code: found.criterion(code).results[0].words.evaluation.reported
        for code in ("VIABILITY", "CD73", "ENDOTOXIN", "POTENCY")
    }
    assert told == {
        "VIABILITY": "94 %",
        "CD73": "98 %",
        "ENDOTOXIN": "<0.05 EU/mL",
        "POTENCY": "50 %",
    }
    assert (
        found.criterion("VIABILITY").results[0].words.raw_file == found.samples[0].files[0].sha256
    )
    assert "count.csv" in anton.get(path).text


def test_what_was_typed_stays_with_its_error(
    browser: Open, database: Database, received: Laboratory
) -> None:
    anton = browser("anton")
    path = f"/quality/samples/{received.samples['UC-BULK']}"
    page = anton.get(path).text
    endotoxin = box(page, "Endotoxin", "reading.values")
    answer = anton.post(
        path,
        data={endotoxin: "0,05", box(page, "Cells showing CD90", "reading.values"): "99.1"},
    )
    assert answer.status_code == 422
    assert 'value="0,05"' in answer.text
    assert 'value="99.1"' in answer.text
    assert f'href="#f-{endotoxin.replace(".", "-")}"' in answer.text
    assert record(database, received).criterion("CD90").results == ()


def test_what_every_result_says_is_asked_at_its_box(browser: Open, received: Laboratory) -> None:
    anton = browser("anton")
    path = f"/quality/samples/{received.samples['UC-BULK']}"
    page = anton.get(path).text
    typed = {
        box(page, "Endotoxin", "reading.values"): "0.05",
        box(page, "Appearance", "reading.outcome"): "off-white suspension without clumps",
    }
    answer = anton.post(path, data={**typed, "common.tested_at": ""})
    assert answer.status_code == 422
    for name in ("tested-at", "raw-reference"):
        assert answer.text.count(f'href="#f-common-{name}"') == 1
        assert f'id="f-common-{name}-error"' in answer.text
        assert f'aria-describedby="f-common-{name}-error"' in answer.text
    reason = box(page, "Endotoxin", "reason")
    untold = anton.post(path, data={reason.replace("reason", "instead"): "not_tested"})
    assert untold.status_code == 422
    assert f'href="#f-{reason.replace(".", "-")}"' in untold.text


def test_an_unknown_instrument_is_said_at_the_result(browser: Open, received: Laboratory) -> None:
    anton = browser("anton")
    path = f"/quality/samples/{received.samples['UC-BULK']}"
    endotoxin = box(anton.get(path).text, "Endotoxin", "reading.values")
    typed = {
        endotoxin: "0.05",
        "common.tested_at": "2026-03-02T11:00",
        "common.equipment": "MIC-77",
        "common.raw_reference": "Notebook QC-7, page 12",
    }
    answer = anton.post(path, data=typed)
    assert answer.status_code == 422
    assert "no equipment MIC-77" in answer.text
    assert f'href="#f-{endotoxin.replace(".", "-")}"' in answer.text
    registered = anton.post(path, data={**typed, "common.equipment": "mic-01"})
    assert registered.status_code == 303, registered.text


def test_an_empty_screen_is_not_saved(browser: Open, received: Laboratory) -> None:
    path = f"/quality/samples/{received.samples['UC-BULK']}"
    answer = browser("anton").post(path, data={"common.tested_at": "2026-03-02T11:00"})
    assert answer.status_code == 422
    assert "Nothing was typed" in answer.text


def test_olga_sees_a_sample_and_enters_nothing(browser: Open, received: Laboratory) -> None:
    olga = browser("olga")
    path = f"/quality/samples/{received.samples['UC-BULK']}"
    assert "Save what was entered" not in olga.get(path).text
    assert olga.post(path, data={}).status_code == 403


def test_a_culture_is_read_day_by_day(
    browser: Open, database: Database, received: Laboratory, clock: Clock
) -> None:
    path = f"/quality/samples/{received.samples['UC-VIAL']}"
    page = browser("anton").get(path).text
    start = box(page, "Sterility", "reading.inoculated_at")
    assert (
        browser("anton")
        .post(path, data={start: "2026-03-02T11:00", "common.raw_reference": "Log 4"})
        .status_code
        == 303
    )
    for day in (3, 7, 14):
        clock.forward(days=day - (clock.now.day - 2))
        anton = browser("anton")
        page = anton.get(path).text
        outcome = box(page, "Sterility", "look.outcome.0")
        seen = re.search(r'name="(results\.\d+\.seen_revision)" value="(\d+)"', page)
        shown_day = re.search(r'name="results\.\d+\.look\.day"[^>]*value="(\d+)"', page)
        assert seen
        assert shown_day
        assert shown_day[1] == str(day)
        typed = {
            outcome: "no growth",
            outcome.replace(".0", ".1"): "no growth",
            outcome.replace("outcome.0", "day"): shown_day[1],
            outcome.replace("outcome.0", "read_at"): f"2026-03-{2 + day:02d}T11:30",
            seen[1]: seen[2],
            "tests.1.raw_reference": "Incubator log 4",
        }
        answer = anton.post(path, data=typed)
        assert answer.status_code == 303, answer.text
        stale = anton.post(path, data=typed)
        assert stale.status_code in {409, 422}
    found = record(database, received).criterion("STERILITY")
    assert found.results[-1].words.state is ResultState.PASS


def test_vera_verifies_several_results_at_once(
    browser: Open, database: Database, received: Laboratory
) -> None:
    sample = received.samples["UC-BULK"]
    test_anton_enters_a_sample_on_one_screen(browser, database, received)
    anton, vera = browser("anton"), browser("vera")
    assert anton.get(f"/quality/samples/{sample}/verify").status_code == 403
    path = f"/quality/samples/{sample}/verify"
    page = vera.get(path).text
    digests = re.findall(r'name="digests" value="([0-9a-f]{64})"', page)
    assert len(digests) == 5
    signed = {"signing.username": "vera", **SIGNED, "digests": digests}
    wrong = vera.post(path, data={**signed, "signing.password": "wrong"})
    assert wrong.status_code == 401
    answer = vera.post(path, data={**signed, "digests": digests[:4]})
    assert answer.status_code == 303, answer.text
    assert re.findall(r'name="digests" value="([0-9a-f]{64})"', vera.get(path).text) == digests[4:]
    assert record(database, received).criterion("VIABILITY").state is ResultState.PASS


def test_a_failure_goes_from_the_bench_to_quality_assurance(
    browser: Open, database: Database, received: Laboratory
) -> None:
    anton = browser("anton")
    path = f"/quality/samples/{received.samples['UC-BULK']}"
    page = anton.get(path).text
    counts = box(page, "Viability before freezing", "reading.counts.0.live")
    typed = {
        counts: "100",
        counts.replace("live", "dead"): "100",
        "tests.1.tested_at": "2026-03-02T11:00",
        "tests.1.raw_reference": "Notebook QC-7, page 12",
    }
    assert anton.post(path, data=typed).status_code == 303
    number = f"{received.lot.number}-OOS01"
    vera = browser("vera")
    assert f"/quality/investigations/{number}/lead" in vera.get("/").text
    answer = vera.post(
        f"/quality/investigations/{number}/lead",
        data={
            "checks": "Stain, chamber, calculation",
            "conclusion": "set_aside",
            "cause": "The stain was expired: TB-9",
            "plan": "Two portions by another analyst",
            "retests": "1",
            "version": "1",
            "signing.username": "vera",
            **SIGNED,
        },
    )
    assert answer.status_code == 303, answer.text
    quinn = browser("quinn")
    assert f"/quality/investigations/{number}/answer" in quinn.get("/").text
    page = quinn.get(f"/quality/investigations/{number}/answer").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    answer = quinn.post(
        f"/quality/investigations/{number}/answer",
        data={
            "answer": "approve",
            "reason": "The expired stain explains it",
            "version": version[1],
            "signing.username": "quinn",
            **SIGNED,
        },
    )
    assert answer.status_code == 303, answer.text
    again = browser("anton").get(path).text
    assert box(again, "Viability before freezing", "reading.counts.0.live")


def test_anton_corrects_a_result_and_the_old_one_stays(
    browser: Open, database: Database, received: Laboratory
) -> None:
    test_anton_enters_a_sample_on_one_screen(browser, database, received)
    found = record(database, received).criterion("VIABILITY").results[0]
    path = f"/quality/results/{found.words.number}"
    anton = browser("anton")
    assert 'value="187"' in anton.get(f"{path}/correct").text
    typed = {
        "reading.counts.0.live": "178",
        "reading.counts.0.dead": "22",
        "tested_at": "2026-03-02T11:00",
        "raw_reference": "Notebook QC-7, page 12",
        "reason": "Digits were exchanged",
        "revision": "1",
    }
    assert anton.post(f"{path}/correct", data=typed).status_code == 303
    page = anton.get(path).text
    assert "187 live" in page
    assert "178 live" in page
    assert "Digits were exchanged" in page
    assert anton.post(f"{path}/correct", data=typed).status_code == 409


def test_a_culture_is_corrected_whole(
    browser: Open, database: Database, received: Laboratory
) -> None:
    path = f"/quality/samples/{received.samples['UC-VIAL']}"
    anton = browser("anton")
    start = box(anton.get(path).text, "Sterility", "reading.inoculated_at")
    assert (
        anton.post(
            path, data={start: "2026-03-02T11:00", "common.raw_reference": "Log 4"}
        ).status_code
        == 303
    )
    number = record(database, received).criterion("STERILITY").results[0].words.number
    page = anton.get(f"/quality/results/{number}/correct").text
    assert 'value="2026-03-02T11:00"' in page
    answer = anton.post(
        f"/quality/results/{number}/correct",
        data={
            "reading.inoculated_at": "2026-03-02T10:30",
            "reason": "The clock of the incubator was read wrongly",
            "raw_reference": "Log 4",
            "revision": "1",
        },
    )
    assert answer.status_code == 303, answer.text


def test_a_deviation_is_reported_investigated_and_decided(
    browser: Open, received: Laboratory
) -> None:
    lot = received.lot.number
    anton, vera, quinn = browser("anton"), browser("vera"), browser("quinn")
    answer = anton.post(
        f"/quality/deviations/new?lot={lot}",
        data={"title": "A fridge was open", "description": "Ten minutes, 9 °C", "critical": "true"},
    )
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"].split("?")[0]
    assert f"{path}/investigate" in vera.get("/").text
    found = {
        "cause": "The door did not close",
        "assessment": "None: 9 °C for ten minutes",
        "correction": "The door has a new spring",
        "other_lots": "None",
        "version": "1",
        "signing.username": "vera",
        **SIGNED,
    }
    assert vera.post(f"{path}/investigate", data=found).status_code == 303
    page = quinn.get(f"{path}/decide").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    decision = {
        "impact": "no_impact",
        "reason": "Within the validated limits",
        "version": version[1],
        "signing.username": "quinn",
        **SIGNED,
    }
    assert quinn.post(f"{path}/decide", data=decision).status_code == 303
    assert "Closed" in quinn.get(path).text


def test_quality_assurance_holds_a_lot_and_lets_it_go(browser: Open, received: Laboratory) -> None:
    quinn = browser("quinn")
    path = f"/quality/lots/{received.lot.number}"
    for way in ("hold", "let-go"):
        page = quinn.get(f"{path}/{way}").text
        version = re.search(r'name="version" value="(\d+)"', page)
        assert version
        form = {"reason": "Asked by the authority", "version": version[1]}
        assert quinn.post(f"{path}/{way}", data=form).status_code == 303
        assert quinn.post(f"{path}/{way}", data=form).status_code == 409
    assert browser("anton").get(f"{path}/hold").status_code == 403


@pytest.mark.parametrize(
    "path",
    ["/quality", "/quality/lots/{lot}", "/quality/samples/{sample}"],
)
@pytest.mark.parametrize("who", ["anton", "vera", "quinn", "petra", "olga", "ada"])
def test_the_unit_reads_quality(browser: Open, received: Laboratory, who: str, path: str) -> None:
    where = path.format(lot=received.lot.number, sample=received.samples["UC-BULK"])
    assert browser(who).get(where).status_code == 200


def test_a_hospital_reads_none_of_it(browser: Open, received: Laboratory) -> None:
    assert browser("sita").get("/quality").status_code == 403


def test_not_tested_is_said_without_a_sample(
    browser: Open, database: Database, received: Laboratory
) -> None:
    path = f"/quality/lots/{received.lot.number}/not-tested"
    anton = browser("anton")
    assert 'value="KARYOTYPE"' in anton.get(path).text
    form = {
        "criterion": "KARYOTYPE",
        "instead": "not_tested",
        "reason": "Not one of the first three",
    }
    assert anton.post(path, data=form).status_code == 303
    assert record(database, received).criterion("KARYOTYPE").state is ResultState.NOT_TESTED


def test_the_whole_lot_is_verified_and_readable(
    browser: Open, database: Database, received: Laboratory, clock: Clock
) -> None:
    from tests.journeys.testing import entered_results

    with database.writing() as session:
        entered_results(session, clock, received.lot.number)
        verified_results(session, clock, received.lot.number)
        results = gather(session, session.merge(received.lot)).results
    page = browser("petra").get(f"/quality/lots/{received.lot.number}").text
    assert page.count("Passes") == len({each.words.number for each in results})
    for each in results:
        assert browser("petra").get(f"/quality/results/{each.words.number}").status_code == 200
