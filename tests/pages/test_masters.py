"""The screens of the masters, and the same by machine."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from app.db import Database
from app.masters import actions as masters
from app.masters.starters import starter_texts
from app.trail import audit
from app.trail.search import find_entries
from schemas.document import ApproveDocument, DocumentText
from schemas.trail import TrailSearch
from tests.conftest import PASSWORD, Browser, Clock, person, signing

Open = Callable[[str | None], Browser]
PRODUCT = starter_texts()["product-bm-msc-auto.yaml"]
WHY = "First version, from the starter library"
SIGNED = {"signing.username": "quinn", "signing.password": PASSWORD}


def starter_library(session: Session, clock: Clock) -> None:
    """The whole starter library, imported by Olga and approved by Quinn."""
    by, qa = person(session, "olga", "master.import"), person(session, "quinn", "master.approve")
    for each in starter_texts().values():
        form = DocumentText(text=each, change=WHY)
        row = masters.import_document(session, form, by=by, at=clock())
        approval = ApproveDocument(signing=signing("quinn"))
        masters.approve(session, row.code, row.document_version, approval, by=qa, at=clock())


pytestmark = pytest.mark.site(build=starter_library, fixture="library")


@pytest.fixture
def library() -> None:
    """The test's database holds the starter library."""


def test_olga_pastes_and_quinn_approves(browser: Open) -> None:
    olga, quinn = browser("olga"), browser("quinn")
    assert 'name="text"' in olga.get("/masters/import").text
    sent = olga.post("/masters/import", data={"text": PRODUCT, "change": WHY})
    assert (sent.status_code, sent.headers["location"].split("?")[0]) == (
        303,
        "/masters/BM-MSC-AUTO/1",
    )
    page = olga.get("/masters/BM-MSC-AUTO/1").text
    assert "not imported" in page
    assert "/approve" not in page
    assert "Approve BM-MSC autologous" in quinn.get("/").text
    assert "/masters/BM-MSC-AUTO/1/approve" in quinn.get("/masters/BM-MSC-AUTO/1").text
    assert "I approve this for use." in quinn.get("/masters/BM-MSC-AUTO/1/approve").text
    assert quinn.post("/masters/BM-MSC-AUTO/1/approve", data=SIGNED).status_code == 303
    assert "effective</span>" in olga.get("/masters/BM-MSC-AUTO/1").text
    again = quinn.post("/masters/BM-MSC-AUTO/1/approve", data=SIGNED)
    assert (again.status_code, "APR-01" in again.text) == (409, True)


def test_a_wrong_line_is_shown_and_the_text_stays(browser: Open) -> None:
    olga = browser("olga")
    wrong = PRODUCT.replace("tissue: bone_marrow", "tissue: marrow <b>")
    line = wrong[: wrong.index("tissue: marrow")].count("\n") + 1
    page = olga.post("/masters/import", data={"text": wrong, "change": WHY})
    assert page.status_code == 422
    assert f'<th scope="row" class="num">{line}</th>' in page.text
    assert "tissue: marrow &lt;b&gt;" in page.text
    assert "right would be" in page.text
    assert WHY in page.text
    assert "<b>" not in page.text


def test_a_file_is_uploaded_and_its_lines_are_shown(browser: Open) -> None:
    olga = browser("olga")
    files = {"file": ("bm.yaml", PRODUCT.encode(), "text/yaml")}
    good = olga.post("/masters/import", data={"change": WHY}, files=files)
    assert good.status_code == 303
    files = {"file": ("bm.yaml", b"document: product\ncode: [\n", "text/yaml")}
    bad = olga.post("/masters/import", data={"change": WHY}, files=files)
    assert (bad.status_code, "cannot be read" in bad.text) == (422, True)
    files = {"file": ("bm.yaml", b"\xff\xfe\x00", "text/yaml")}
    binary = olga.post("/masters/import", data={"change": WHY}, files=files)
    assert (binary.status_code, "UTF-8" in binary.text) == (422, True)


def test_a_missing_reason_keeps_the_document(browser: Open) -> None:
    page = browser("olga").post("/masters/import", data={"text": PRODUCT})
    assert page.status_code == 422
    assert "code: BM-MSC-AUTO" in page.text


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        pytest.param("lars", "/masters", 200, id="logistics reads"),
        pytest.param("ada", "/masters", 200, id="the auditor reads"),
        pytest.param("sita", "/masters", 403, id="a hospital does not"),
        pytest.param("vera", "/masters/import", 200, id="a reviewer writes masters"),
        pytest.param("ada", "/masters/import", 403, id="the auditor writes nothing"),
        pytest.param("olga", "/masters/UC-WCB/1/approve", 403, id="an operator does not approve"),
        pytest.param("adam", "/masters/UC-WCB/1/approve", 403, id="nor does an administrator"),
        pytest.param("olga", "/masters/UC-WCB/1/withdraw", 403, id="an operator does not withdraw"),
        pytest.param("quinn", "/masters/UC-WCB/9", 404, id="there is no version 9"),
        pytest.param("quinn", "/masters/uc%00/1", 404, id="no such code"),
    ],
)
def test_who_may(browser: Open, library: None, who: str, path: str, status: int) -> None:
    assert browser(who).get(path).status_code == status


def test_every_document_is_shown_readably(browser: Open, library: None) -> None:
    quinn = browser("quinn")
    shelf = quinn.get("/masters").text
    assert shelf.count("state--good") == 12
    master = quinn.get("/masters/MBR-BM-MSC-AUTO/1").text
    for words in (
        "Mononuclear cells by density gradient",
        "at least 50000 and at most 250000",
        "Nothing: the product, its specification and its master batch record hold together",
        "Quinn Adler",
    ):
        assert words in master
    assert "at least 95 %" in quinn.get("/masters/SPEC-UC-MSC-CRYO/1").text
    assert "For autologous use only." in quinn.get("/masters/BM-MSC-AUTO/1").text
    source = quinn.get("/masters/BM-MSC-AUTO/1/source")
    assert (source.text, source.headers["content-type"]) == (
        PRODUCT.strip(),
        "text/plain; charset=utf-8",
    )


def test_a_next_version_shows_what_changed(browser: Open, library: None) -> None:
    olga = browser("olga")
    newer = PRODUCT.replace("version: 1\n", "version: 2\n", 1).replace(
        "fresh_hours: 48", "fresh_hours: 36"
    )
    sent = olga.post("/masters/import", data={"text": newer, "change": "Shorter shelf life"})
    assert sent.status_code == 303
    page = olga.get("/masters/BM-MSC-AUTO/2").text
    assert "shelf_life / fresh_hours" in page
    assert '<span class="was">48</span>' in page
    assert ">36<" in page


def test_a_wrong_password_signs_nothing_and_the_fifth_locks(
    browser: Open, database: Database
) -> None:
    """Nothing is saved but the attempts, and the right password comes too late."""
    browser("olga").post("/masters/import", data={"text": PRODUCT, "change": WHY})
    quinn, path = browser("quinn"), "/masters/BM-MSC-AUTO/1/approve"
    with database.reading() as session:
        before = audit.head(session).seq
    wrong = {**SIGNED, "signing.password": "guess"}
    assert [quinn.post(path, data=wrong).status_code for _ in range(5)] == [401] * 5
    assert quinn.post(path, data=SIGNED).status_code == 429
    with database.reading() as session:
        left = find_entries(session, TrailSearch(), zone="UTC", limit=6).entries
    assert [(each.did, each.by) for each in left] == [("refused", "quinn")] * 6
    assert left[-1].seq == before + 1
    tables = {change.table for each in left for change in each.changes}
    assert tables == {"account"}, "the count of failed attempts, and nothing else"
    assert "draft</span>" in browser("olga").get("/masters/BM-MSC-AUTO/1").text


def test_nobody_signs_with_the_name_and_password_of_somebody_else(browser: Open) -> None:
    """Not in the form, nor as a field that is not on it."""
    browser("olga").post("/masters/import", data={"text": PRODUCT, "change": WHY})
    quinn, path = browser("quinn"), "/masters/BM-MSC-AUTO/1/approve"
    other = quinn.post(path, data={**SIGNED, "signing.username": "qadir"})
    assert (other.status_code, "not the one that is signed in" in other.text) == (401, True)
    for forged in ("by", "username", "signing.role", "signing.at", "approved_by", "version.x"):
        assert quinn.post(path, data={**SIGNED, forged: "qadir"}).status_code == 422
    assert "draft</span>" in quinn.get("/masters/BM-MSC-AUTO/1").text
    assert quinn.post(path, data=SIGNED).status_code == 303
    assert "Quinn Adler" in quinn.get("/masters/BM-MSC-AUTO/1").text


def test_a_broken_bundle_says_why_and_is_not_approved(browser: Open, library: None) -> None:
    olga, quinn = browser("olga"), browser("quinn")
    newer = PRODUCT.replace("version: 1\n", "version: 2\n", 1).replace(
        "two_stage: true", "two_stage: false"
    )
    olga.post("/masters/import", data={"text": newer, "change": "One stage only"})
    assert "MAS-25" in quinn.get("/masters/BM-MSC-AUTO/2").text
    answer = quinn.post("/masters/BM-MSC-AUTO/2/approve", data=SIGNED)
    assert (answer.status_code, "MAS-25" in answer.text) == (409, True)


def test_quinn_withdraws_with_a_reason(browser: Open, library: None) -> None:
    quinn = browser("quinn")
    path = "/masters/UC-WCB/1/withdraw"
    assert "Why it is withdrawn" in quinn.get(path).text
    assert quinn.post(path, data=SIGNED).status_code == 422
    assert quinn.post(path, data={**SIGNED, "why": "Bank no longer made"}).status_code == 303
    assert "Bank no longer made" in quinn.get("/masters/UC-WCB/1").text


def test_a_machine_imports_once_and_approves(machine: Callable[[str], Browser]) -> None:
    olga, quinn = machine("olga"), machine("quinn")
    body = {"text": PRODUCT, "change": WHY}
    key = {"idempotency-key": "one"}
    first = olga.post("/api/v1/masters", json=body, headers=key)
    again = olga.post("/api/v1/masters", json=body, headers=key)
    assert (first.status_code, again.json()) == (200, first.json())
    assert olga.post("/api/v1/masters", json=body).status_code == 409
    sign = {"signing": {"username": "quinn", "password": PASSWORD}}
    refused = olga.post("/api/v1/masters/BM-MSC-AUTO/1/approval", json=sign)
    assert refused.status_code == 403
    approved = quinn.post("/api/v1/masters/BM-MSC-AUTO/1/approval", json=sign)
    assert approved.json()["facts"]["state"] == "effective"
    listed = olga.get("/api/v1/masters").json()["documents"]
    assert [each["code"] for each in listed] == ["BM-MSC-AUTO"]
    gone = quinn.post(
        "/api/v1/masters/BM-MSC-AUTO/1/withdrawal", json={**sign, "why": "Tried by machine"}
    )
    assert gone.json()["facts"]["state"] == "withdrawn"


def test_a_machine_reads_which_line_is_wrong(machine: Callable[[str], Browser]) -> None:
    body = {"text": PRODUCT.replace("is_bank: false", "is_bank: maybe"), "change": WHY}
    answer = machine("olga").post("/api/v1/masters", json=body)
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["field"] == "text"
    assert error["says"].startswith("Line 16, is_bank: is 'maybe'; right would be true or false")


@pytest.mark.parametrize(
    "text", ["\ud800", "\x00", "- 1", "a: \ud83d", json.dumps({"document": 1})]
)
def test_no_text_breaks_the_machine(machine: Callable[[str], Browser], text: str) -> None:
    body = json.dumps({"text": text, "change": WHY})
    answer = machine("olga").post(
        "/api/v1/masters", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
