"""The paper of a real lot: nothing is lost on it, nothing is said wrongly, nothing leaves the page.

The lot of these tests was entered late, corrected, deviated from, out of specification,
certified conditionally, administered, and certified finally.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import cycle
from zoneinfo import ZoneInfo

import pikepdf
import pytest
from ppf.datamatrix import DataMatrix
from sqlalchemy import select

from app.lot.models import Lot
from app.record import layout
from app.record.assemble import assemble
from app.record.labels import labels_of
from app.record.matrix import matrix_words
from app.record.print import print_record
from app.record.uses import equipment_lines, material_lines, room_lines
from app.record.words import step_in
from app.web.matrix import QUIET
from schemas.delivery_forms import TemperaturePoint
from schemas.freezing import FreezingCurve
from schemas.record import BatchRecord
from schemas.release import Act
from schemas.trail import KeptFile
from tests.conftest import Build, Shelf, person
from tests.record.lots import (
    CORRECTED_BECAUSE,
    LATE_REASON,
    RESULT_CORRECTED_BECAUSE,
    TAKEN_BACK_BECAUSE,
    exceptional_lot,
    lot_in_production,
)
from tests.record.reading_paper import Paper


def record_of(shelf: Shelf, build: Build) -> BatchRecord:
    """The record of the newest lot that `build` makes."""
    with shelf.lent("sqlite", build) as (database, clock), database.writing() as session:
        lot = session.scalars(select(Lot).order_by(Lot.id.desc())).first()
        assert lot is not None
        quinn = person(session, "quinn", "record.seal")
        return assemble(session, lot, version=1, reason="Released", by=quinn, at=clock())


@pytest.fixture(scope="module")
def record(shelf: Shelf) -> BatchRecord:
    return record_of(shelf, exceptional_lot)


@pytest.fixture(scope="module")
def paper(record: BatchRecord, tmp_path_factory: pytest.TempPathFactory) -> Paper:
    return Paper.of(print_record(record), tmp_path_factory.mktemp("paper"))


@pytest.fixture(scope="module")
def unfinished(shelf: Shelf) -> BatchRecord:
    return record_of(shelf, lot_in_production)


@pytest.fixture(scope="module")
def draft(unfinished: BatchRecord, tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """The unfinished lot, in which people typed odd words."""
    return Paper.of(print_record(with_odd_words(unfinished)), tmp_path_factory.mktemp("draft"))


# The pages


def test_every_page_names_the_lot_its_number_and_the_trail(
    record: BatchRecord, paper: Paper
) -> None:
    count = len(paper.pages)
    assert count > 10
    for number, page in enumerate(paper.pages, 1):
        assert f"Lot {record.lot_number}" in page
        assert f"Page {number} of {count}" in page
        assert f"trail {record.trail.head.seq} {record.trail.head.link}" in page
        assert f"record {record.digest()}" in page


def test_only_what_is_not_certified_is_watermarked(paper: Paper, draft: Paper) -> None:
    assert not any("NOT CERTIFIED" in page for page in paper.pages)
    assert all("NOT CERTIFIED" in page for page in draft.pages)


def test_no_word_leaves_the_margins(paper: Paper) -> None:
    assert paper.outside() == []


def test_it_is_archival_and_tagged(paper: Paper) -> None:
    assert "No syntax or stream encoding errors" in paper.qpdf()
    with paper.opened() as pdf:
        metadata = pdf.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        assert metadata["pdfuaid:part"] == "1"
        assert pdf.Root.OutputIntents[0].S == pikepdf.Name.GTS_PDFA1
        assert bool(pdf.Root.MarkInfo.Marked)
        assert list(pdf.attachments) == ["record.json", "trail.jsonl"]
        relations = {str(each.UF): str(each.AFRelationship) for each in pdf.Root.AF}
        assert relations == {"record.json": "/Source", "trail.jsonl": "/Data"}
        assert all(each in names_of_fonts(pdf) for each in ("IBMPlexSans", "IBMPlexMono"))


def names_of_fonts(pdf: pikepdf.Pdf) -> str:
    return " ".join(
        str(each.FontName).replace("-", "")
        for each in pdf.objects
        if isinstance(each, pikepdf.Dictionary) and "/FontName" in each
    )


def test_every_font_is_in_the_file(paper: Paper) -> None:
    with paper.opened() as pdf:
        for each in pdf.objects:
            if isinstance(each, pikepdf.Dictionary) and "/FontName" in each:
                assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(each.keys())


# Nothing is lost


def everything(record: BatchRecord) -> Iterator[str]:
    """Something of each thing in the record that is found nowhere else on paper."""
    yield from _of_production(record)
    yield from _of_quality(record)
    yield from _of_release(record)
    yield from _of_delivery(record)
    yield from (f"{each.did} {each.about}" for each in layout.trail_entries(record))


def _of_production(record: BatchRecord) -> Iterator[str]:
    dossier = record.question.dossier
    for entry in layout.every_entry(dossier.production):
        words = entry.words
        yield f"{words.step}/{words.occurrence} entry {words.entry}"
        yield from (f"({used.lot})" for used in words.materials)
    for phase in dossier.production.phases:
        yield phase.title
        for line in phase.steps:
            yield f"{line.step.code} {line.step.title}"
            yield line.step.instruction
    yield from (each.number for each in dossier.supplies.materials)
    yield from (each.code for each in dossier.supplies.equipment)
    yield from (each.code for each in dossier.supplies.rooms)
    yield from (f"Donation {each.donation.donation_code}" for each in dossier.donations)
    yield from (each.number for each in dossier.containers)


def _of_quality(record: BatchRecord) -> Iterator[str]:
    dossier = record.question.dossier
    for line in dossier.quality.criteria:
        yield line.criterion.source
        for result in line.results:
            yield f"{result.words.number}, entry {result.words.revision}"
            yield result.words.evaluation.explanation
    yield from (each.number for each in dossier.quality.samples)
    for found in dossier.quality.investigations:
        yield f"specification {found.number}: {found.title}"
    yield from (f"Deviation {each.number}: {each.title}" for each in dossier.deviations)


def _of_release(record: BatchRecord) -> Iterator[str]:
    for each in record.question.dossier.certificates:
        yield f"Line {each.number}: {each.act.label}. {each.statement}"
        yield from (f"Outstanding: {one.title}" for one in each.obligations)
        yield each.dossier_digest
    yield from (gate.says for gate in record.verdict.gates)
    yield from (each.signature.words_digest for each in record.signatures)


def _of_delivery(record: BatchRecord) -> Iterator[str]:
    yield from (f"{each.number} for patient {each.patient_code}" for each in record.delivery.orders)
    yield from (f"Shipment {each.number}" for each in record.delivery.shipments)
    for event in record.delivery.events:
        yield f"{event.kind.label} {event.from_holder}"


def test_every_entry_of_the_record_is_printed(record: BatchRecord, paper: Paper) -> None:
    assert [each for each in everything(record) if not paper.says(each)] == []


def test_every_entry_of_an_unfinished_lot_is_printed(unfinished: BatchRecord, draft: Paper) -> None:
    assert [each for each in everything(unfinished) if not draft.says(each)] == []
    assert draft.says("This lot is not certified.")
    assert draft.says("Not done.")


def test_each_entry_of_the_trail_has_its_line(record: BatchRecord, paper: Paper) -> None:
    first = paper.letters.rindex("Audittrailofthislot")
    printed = paper.letters[first:]
    places = [
        printed.find(f"{each.seq}{each.at.astimezone(ZoneInfo(record.zone)):%Y-%m-%d%H:%M:%S}")
        for each in layout.trail_entries(record)
    ]
    assert -1 not in places
    assert places == sorted(places)


def test_every_use_stands_on_a_line_with_its_step(record: BatchRecord) -> None:
    supplies = record.question.dossier.supplies
    lines = material_lines(supplies)
    assert 0 < len(lines) < len(supplies.materials)
    named = {(each.use.number, step) for each in lines for step in each.steps.split(", ")}
    for use in supplies.materials:
        step = step_in(use.about)
        assert any(number == use.number and said.startswith(step) for number, said in named)
    instruments = equipment_lines(supplies, record.zone)
    assert 0 < len(instruments) < len(supplies.equipment)
    for used in supplies.equipment:
        at = [each.steps for each in instruments if each.use.code == used.code]
        assert any(step_in(used.about) in steps for steps in at)
    for room in supplies.rooms:
        at = [each.steps for each in room_lines(supplies) if each.use.code == room.code]
        assert any(step_in(room.about) in steps for steps in at)


def test_a_status_that_changed_between_two_uses_stands_on_two_lines(record: BatchRecord) -> None:
    supplies = record.question.dossier.supplies
    first, *others = supplies.equipment
    lapsed = first.model_copy(update={"calibration_due": date(2026, 1, 1)})
    before = equipment_lines(supplies, record.zone)
    after = equipment_lines(
        supplies.model_copy(update={"equipment": (lapsed, *others)}), record.zone
    )
    assert len(after) == len(before) + 1
    assert [each.overdue for each in after if each.overdue] == [("calibration",)]


# What it says


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("Medium prepared 3921.6 mL", id="a measured value under its title"),
        pytest.param("Centrifuge set to (g) 430 at least 380 and at most 420: missed", id="limit"),
        pytest.param("10 050 000 cells/mL", id="calculated cells in thousands"),
        pytest.param("at least 50 000 000 cells: met", id="limits in thousands"),
        pytest.param("Live cells, square by square 49 46 55 51", id="raw counts as entered"),
        pytest.param("entry 7 became entry 8", id="which entry corrects which"),
        pytest.param(CORRECTED_BECAUSE, id="why a step was corrected"),
        pytest.param(LATE_REASON, id="why it was late"),
        pytest.param(TAKEN_BACK_BECAUSE, id="why a material was taken back"),
        pytest.param("Recorded in error, and taken back", id="what did not touch the cells"),
        pytest.param(RESULT_CORRECTED_BECAUSE, id="why a result was corrected"),
        pytest.param("Set point left from the run before; stopped at once.", id="a remark"),
        pytest.param("Set aside: a laboratory cause is proven.", id="an investigation"),
        pytest.param("carried from the parent lot: 0.", id="no doublings carried, in digits"),
        pytest.param("Volume given (mL): 30", id="what was given"),
        pytest.param("16 of 16 passed", id="the criteria at a glance"),
        pytest.param("Final certification by Petra Holm, Qualified Person", id="who certified"),
        pytest.param("To be kept until 2056-", id="how long it is kept"),
        pytest.param("approved by Quinn Adler", id="who approved the documents"),
    ],
)
def test_it_says(words: str, paper: Paper) -> None:
    assert paper.says(words)


@pytest.mark.parametrize("code", ["MEDIUM-VOLUME", "MARROW-LOOK", "0E-"])
def test_it_never_says(code: str, paper: Paper) -> None:
    assert code not in " ".join(each.word for each in paper.words)


def test_what_was_corrected_stays_readable(paper: Paper) -> None:
    assert paper.says("Live cells, square by square 49 46 5 51 49 46 55 51")


def test_all_an_inspector_asks_first_stands_on_the_first_page(
    record: BatchRecord, paper: Paper
) -> None:
    first = " ".join(paper.pages[0].split())
    dossier = record.question.dossier
    for said in (
        " ".join(dossier.product.common_name.split()[:3]),
        str(dossier.lot.patient_coi),
        dossier.donations[0].donation.donation_code,
        "Final certification by Petra Holm",
        dossier.deviations[0].number,
        "passage verify FILE",
        "To be kept until",
        "Signatures, retention, seal",
    ):
        assert said in first, said


def test_every_container_is_named_where_it_changed_hands(record: BatchRecord) -> None:
    shown = layout.handings(record.delivery.events)
    assert sorted((each.event.kind, name) for each in shown for name in each.containers) == sorted(
        (each.kind, each.container) for each in record.delivery.events
    )


def test_the_specimen_is_the_label(record: BatchRecord, paper: Paper) -> None:
    words = labels_of(record.question.dossier)
    assert paper.says(f"{words.containers[0].number} Patient {words.patient_code}")
    assert paper.says(str(words.for_one_patient))


def test_a_freezing_curve_is_drawn_or_said_why_not(draft: Paper) -> None:
    assert draft.says("Freezing curve. From 0.0 min 4.0 °C")
    assert draft.says("0.4 min -20.0 °C; drawn through 3 of 3 readings.")
    assert draft.says("The freezer's file cannot be drawn. Line 2 cannot be read.")


def test_the_documents_name_who_handed_in_and_who_approved(
    record: BatchRecord, paper: Paper
) -> None:
    assert len(record.approvals) == 3
    for each in record.approvals:
        assert each.approval is not None
        assert each.approval.username != each.handed_in_by
        assert paper.says(f"{each.sha256} {each.title}. Handed in by {each.handed_in_by}")
        assert paper.says(f"{each.change}. {each.approval.name}, Quality assurance: approved")


# What was signed


def test_a_certified_lot_shows_the_verdicts_that_were_signed(record: BatchRecord) -> None:
    judged = layout.judgements(record)
    assert [each.title for each in judged] == [
        Act.CONDITIONAL.label,
        Act.FINAL.label,
    ]
    assert [each.verdict for each in judged] == [each.verdict for each in record.decisions]


def test_the_verdict_of_today_stands_beside_it_only_when_it_says_something_else(
    record: BatchRecord,
) -> None:
    first, *others = record.verdict.gates
    closed = first.model_copy(update={"is_open": False})
    changed = record.verdict.model_copy(update={"gates": (closed, *others)})
    judged = layout.judgements(record.model_copy(update={"verdict": changed}))
    assert [each.title for each in judged][2:] == ["When this record was made"]
    row = layout.gate_rows(judged)[0]
    assert [state.is_open for state in row.states if state] == [True, True, False]


def test_a_lot_that_is_not_certified_shows_the_verdict_of_today(unfinished: BatchRecord) -> None:
    (only,) = layout.judgements(unfinished)
    assert only.verdict == unfinished.verdict
    assert only.closed > 0


# The code of the front page


def test_the_code_on_the_front_page_is_the_record(record: BatchRecord, paper: Paper) -> None:
    words = matrix_words(record.lot_number, record.digest(), record.trail.head)
    modules = DataMatrix(words).matrix
    assert drawn(paper, len(modules)) == modules
    assert words.split() == [
        "PASSAGE1",
        record.lot_number,
        record.digest().upper(),
        str(record.trail.head.seq),
        record.trail.head.link.upper(),
    ]


def drawn(paper: Paper, side: int) -> list[list[int]]:
    """The modules as a scanner sees them: found by their black edges, read in their middles."""
    per_mm, page = 12, paper.grey(1, 305)
    corner = [row[161 * per_mm :] for row in page[22 * per_mm : 54 * per_mm]]
    black = [(x, y) for y, row in enumerate(corner) for x, grey in enumerate(row) if grey < 60]
    left, right = min(x for x, _ in black), max(x for x, _ in black)
    top, bottom = min(y for _, y in black), max(y for _, y in black)
    step_x, step_y = (right - left + 1) / side, (bottom - top + 1) / side
    return [
        [
            int(corner[int(top + (y + 0.5) * step_y)][int(left + (x + 0.5) * step_x)] < 128)
            for x in range(side)
        ]
        for y in range(side)
    ]


def test_the_code_has_its_quiet_zone() -> None:
    assert QUIET >= 1


# Odd words

ODD = {
    "markup": '<b>bold</b> & <script>alert("1")</script> {{ 7*7 }} {% raw %}',
    "one long word": "W" * 400,
    "right to left": "نُقِلت الحاوية إلى المجمد \u05e9\u05dc\u05d5\u05dd 12 mL",
    "pictures": "Bag \U0001f9ea\U0001f9ec looks fine \U0001f44d\U0001f3fd",
    "eastern": "細胞は良好です。",
    "backslashes": "C:\\lot\\x00 \\n %s %(x)s",
    "drawn by nobody": "Bag \u2fe0 looks fine",
    "eight thousand characters": " ".join(f"word{number:05}" for number in range(799)),
}
READ_BACK = {
    "right to left": ("12", "mL"),
    "pictures": ("looks fine",),
    "eastern": (),
    "drawn by nobody": ("Bag [U+2FE0] looks fine",),
}
"""What is sure to be read back where no typeface at hand may have the letters."""


def with_odd_words(record: BatchRecord) -> BatchRecord:
    """The record with odd words wherever a person types what they like.

    Fields that are there often each hold another.
    """
    plain = record.plain()
    remarks, names = cycle(ODD.values()), cycle(SHORT)
    plain["site_name"] = plain["reason"] = " ".join(each for each in SHORT if " " in each)
    dossier = plain["question"]["dossier"]
    dossier["product"]["name"] = ODD["one long word"]
    for phase in dossier["production"]["phases"]:
        for line in phase["steps"]:
            for each in line["entries"]:
                each["words"]["values"]["remark"] = next(remarks)
                each["words"]["late_reason"] = each["words"]["performed_by"] = next(names)
    for use in dossier["supplies"]["materials"]:
        use["supplier"] = next(names)
    plain["freezing"] = [each.plain() for each in curves()]
    return BatchRecord.model_validate(plain)


def curves() -> tuple[FreezingCurve, FreezingCurve]:
    """One that can be drawn, and one that cannot be read."""
    begin = datetime(2026, 11, 20, 14, 31, tzinfo=UTC)
    file = KeptFile(sha256="0" * 64, name="curve.csv", media_type="text/csv", size_bytes=40)
    points = tuple(
        TemperaturePoint(at=begin + timedelta(seconds=12 * each), temperature_c=Decimal(degrees))
        for each, degrees in enumerate(("4.0", "-8.0", "-20.0"))
    )
    return (
        FreezingCurve(about="S350/1", file=file, readings=3, points=points),
        FreezingCurve(
            about="S350/2", file=file, readings=0, points=(), why_not="Line 2 cannot be read."
        ),
    )


SHORT = tuple(words for words in ODD.values() if len(words) <= 400)


@pytest.mark.parametrize("kind", ODD)
def test_odd_words_are_printed(kind: str, draft: Paper) -> None:
    assert all(draft.says(each) for each in READ_BACK.get(kind, (ODD[kind],)))


def test_words_that_run_from_the_right_are_drawn_from_the_right(draft: Paper) -> None:
    """Words are read here as they stand on paper, from the left: their last letter first."""
    words = [each for each in ODD["right to left"].split() if not each.isascii()]
    assert [each for each in words if each[::-1] not in draft.letters] == []


def test_odd_words_stay_on_the_page(draft: Paper) -> None:
    assert draft.outside() == []
    assert "No syntax or stream encoding errors" in draft.qpdf()


def test_carried_doublings_are_digits() -> None:
    assert layout.doublings(Decimal("0E-9")) == "0"
    assert layout.doublings(Decimal("6.477852214")) == "6.478"
