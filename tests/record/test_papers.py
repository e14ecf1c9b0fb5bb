"""The papers beside the record: labels, certificates, papers of a shipment; read as they print."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from ppf.datamatrix import DataMatrix
from sqlalchemy import select

from app.db import Database
from app.delivery.models import Shipment
from app.errors import NotFound
from app.lot.models import Lot
from app.people.actor import Actor
from app.record import papers, print_papers
from app.record.checks import CHECKS
from app.record.keys import SealingKey
from app.record.labels import codes_of
from app.record.proof import SealedRecord, verify
from app.record.render import PaperError
from app.release.models import Certificate
from schemas.label import LotLabels
from schemas.paper import LotCertificate, ShippingPapers, Site
from schemas.proof import Holds
from tests.conftest import Clock, Shelf, person
from tests.record.conftest import AT
from tests.record.lots import exceptional_lot, lot_in_production
from tests.record.reading_paper import Paper


@pytest.fixture(scope="module")
def site(shelf: Shelf) -> Iterator[tuple[Database, Clock]]:
    with shelf.lent("sqlite", exceptional_lot) as lent:
        yield lent


@pytest.fixture(scope="module")
def by(site: tuple[Database, Clock]) -> Actor:
    with site[0].writing() as session:
        return person(session, "quinn", "record.read")


@pytest.fixture(scope="module")
def lot(site: tuple[Database, Clock]) -> str:
    with site[0].reading() as session:
        return session.scalars(select(Lot.number).order_by(Lot.id.desc())).first() or ""


@pytest.fixture(scope="module")
def labels(site: tuple[Database, Clock], lot: str, by: Actor) -> tuple[LotLabels, Site]:
    database, clock = site
    with database.reading() as session:
        return papers.lot_labels(session, lot, by=by, at=clock())


@pytest.fixture(scope="module")
def certificates(
    site: tuple[Database, Clock], lot: str, by: Actor
) -> tuple[LotCertificate, LotCertificate]:
    """The conditional one, and the final one."""
    database, clock = site
    with database.reading() as session:
        lines = session.scalars(select(Certificate.number).order_by(Certificate.number)).all()
        first, last = (
            papers.certificate_of(session, lot, each, by=by, at=clock()) for each in lines
        )
    return first, last


@pytest.fixture(scope="module")
def shipping(site: tuple[Database, Clock], by: Actor) -> ShippingPapers:
    database, clock = site
    with database.reading() as session:
        number = session.scalars(select(Shipment.number)).one()
        return papers.shipping_papers(session, number, by=by, at=clock())


# Labels


def test_the_labels_say_what_the_law_asks(labels: tuple[LotLabels, Site], tmp_path: Path) -> None:
    words, site = labels
    printed = Paper.of(print_papers.print_labels(words, site), tmp_path)
    small, outer = ("".join(page.split()) for page in printed.pages)
    (only,) = words.containers
    for said in (
        words.product_name,
        only.number,
        words.lot_number,
        f"Patient {words.patient_code}",
        "For autologous use only.",
        *words.donations,
        "Europe/Warsaw",
    ):
        assert "".join(said.split()) in small
        assert "".join(said.split()) in outer
    for said in (
        "This product contains cells of human origin",
        "Keep out of the sight and reach of children",
        words.common_name,
        words.excipients,
        words.storage,
        words.disposal,
        words.manufacturer,
        str(words.holder),
        str(words.authorisation_number),
        "Intravenous infusion",
        "Dose",
    ):
        assert "".join(said.split()) in outer
    assert "No syntax or stream encoding errors" in printed.qpdf()


def test_every_label_is_one_page_of_its_size(
    labels: tuple[LotLabels, Site], tmp_path: Path
) -> None:
    words, site = labels
    many = words.model_copy(
        update={
            "containers": tuple(
                words.containers[0].model_copy(update={"number": f"UNIT1-26-0001-{each:03}"})
                for each in range(1, 13)
            ),
            "donor_texts": (
                "BIOLOGICAL HAZARD",
                "NOT EVALUATED FOR INFECTIOUS SUBSTANCES",
                "WARNING: Reactive test results for hepatitis B virus",
            ),
        }
    )
    printed = Paper.of(print_papers.print_labels(many, site), tmp_path)
    with printed.opened() as pdf:
        sizes = [size_mm(page.mediabox) for page in pdf.pages]
    assert sizes == [(80, 70)] * 12 + [(105, 148)]
    for page in printed.pages:
        assert "BIOLOGICAL HAZARD" in page
        assert "Reactive test results for hepatitis B virus" in " ".join(page.split())


def size_mm(box: pikepdf.Array) -> tuple[int, int]:
    _, _, width, height = (round(float(each) / 72 * 25.4) for each in box.as_list())
    return width, height


def test_a_scanner_reads_the_container_and_the_patient(labels: tuple[LotLabels, Site]) -> None:
    words, _ = labels
    codes = codes_of(words, words.containers[0])
    assert codes.container.words == words.containers[0].number
    assert codes.patient is not None
    assert codes.patient.words == words.patient_code
    assert codes.container.side == len(DataMatrix(words.containers[0].number).matrix) + 4


def test_a_sentence_stands_on_a_label_once(labels: tuple[LotLabels, Site]) -> None:
    words, _ = labels
    assert words.for_one_patient == "For autologous use only."
    assert not any(each.casefold().startswith("for autol") for each in words.donor_texts)


def test_a_lot_that_was_not_filled_has_no_labels(shelf: Shelf, by: Actor) -> None:
    made = shelf.lent("sqlite", lot_in_production)
    with made as (database, clock), database.reading() as session:
        number = session.scalars(select(Lot.number).order_by(Lot.id.desc())).first() or ""
        with pytest.raises(NotFound, match="no containers yet"):
            papers.lot_labels(session, number, by=by, at=clock())


# Certificates


def sealed(certificate: LotCertificate, key: SealingKey) -> bytes:
    """Sealed at a time at which the key of these tests is valid."""
    moved = certificate.site.model_copy(update={"made_at": AT})
    return print_papers.print_certificate(certificate.model_copy(update={"site": moved}), key)


def test_a_certificate_proves_itself(
    certificates: tuple[LotCertificate, LotCertificate], key: SealingKey, tmp_path: Path
) -> None:
    final = certificates[1]
    file = sealed(final, key)
    report = verify(file, [key.authority], checks=CHECKS)
    assert [each for each in report.lines if each.holds is not Holds.YES] == []
    assert report.lines[-1].says == f"Final certification of lot {final.lot.number} by Petra Holm."
    printed = Paper.of(file, tmp_path)
    assert len(printed.pages) == 1
    for said in (
        final.line.statement,
        final.product.name,
        f"line {final.line.number} of the register",
        "Petra Holm, Qualified Person",
        final.line.signature.words_digest,
        *(each.title for each in final.verdict.criteria),
    ):
        assert printed.says(said)
    assert "CONDITIONAL" not in printed.pages[0]
    assert printed.outside() == []


def test_a_conditional_certificate_says_so_across_the_page(
    certificates: tuple[LotCertificate, LotCertificate], key: SealingKey, tmp_path: Path
) -> None:
    first = certificates[0]
    printed = Paper.of(sealed(first, key), tmp_path)
    assert "CONDITIONAL" in printed.pages[0]
    assert len(first.line.obligations) > 0
    assert all(printed.says(f"Outstanding: {each.title}") for each in first.line.obligations)


CHANGED: dict[str, tuple[dict[str, Any], str]] = {
    "statement": (
        {"line": {"statement": "Everything was fine."}},
        "it says something else than was signed",
    ),
    "obligations": ({"line": {"obligations": []}}, "it says something else than was signed"),
    "signer": ({"line": {"signature": {"name": "Somebody Else"}}}, "who signed, when or what"),
    "lot": ({"lot": {"number": "UNIT1-26-9999"}}, "it is about another lot than was signed"),
    "results": ({"verdict": {"failed": ["STERILITY"]}}, "the results are not those"),
    "words": ({"signed": {"words": None}}, "other words than were signed"),
}


@pytest.mark.parametrize("what", CHANGED)
def test_a_certificate_that_says_something_else_does_not_hold(
    what: str, certificates: tuple[LotCertificate, LotCertificate]
) -> None:
    change, says = CHANGED[what]
    plain = certificates[0].plain()
    if what == "words":
        plain["signed"]["words"] = plain["signed"]["words"].replace("Poland", "Norway")
    else:
        merge(plain, change)
    lines = [line for check in CHECKS for line in check(SealedRecord(plain, {}))]
    assert [each.holds for each in lines] == [Holds.NO]
    assert says in lines[0].says


def merge(whole: dict[str, Any], part: dict[str, Any]) -> None:
    for name, value in part.items():
        if isinstance(value, dict):
            merge(whole[name], value)
        else:
            whole[name] = value


def test_a_certificate_is_about_its_own_lot(
    site: tuple[Database, Clock], by: Actor, lot: str
) -> None:
    database, clock = site
    with database.reading() as session:
        other = session.scalars(select(Certificate.number)).first() or 0
        with pytest.raises(NotFound):
            papers.certificate_of(session, lot, other + 1000, by=by, at=clock())


# Papers of a shipment


def test_shipping_papers_carry_identity_conditions_and_instruction(
    shipping: ShippingPapers, tmp_path: Path
) -> None:
    printed = Paper.of(print_papers.print_shipping_papers(shipping), tmp_path)
    shown = shipping.shown
    for said in (
        shown.shipment.papers.patient_code,
        *(each.number for each in shown.containers),
        f"seal {shown.shipment.seal}",
        shown.shipment.papers.transport,
        "For autologous use only.",
        "This product contains cells of human origin.",
        shipping.order.contact,
        shown.shipment.papers.certification,
        "(Europe/Warsaw)",
        "Through whose hands",
        "Patient identified by two identifiers",
    ):
        assert printed.says(said), said
    assert printed.outside() == []
    assert len(printed.pages) == 2
    with printed.opened() as pdf:
        assert list(pdf.attachments) == ["record.json"]
        assert pdf.open_metadata()["pdfaid:conformance"] == "A"


def test_words_that_do_not_fit_on_a_label_are_refused(labels: tuple[LotLabels, Site]) -> None:
    words, site = labels
    endless = words.model_copy(update={"plan": "Do not warm. " * 200})
    with pytest.raises(PaperError, match="do not fit"):
        print_papers.print_labels(endless, site)
