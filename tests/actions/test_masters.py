"""Masters: who imports, who approves, what holds on a day, what is never edited."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import OutOfDate, Refused, SamePerson, SignatureFailed
from app.masters import actions, shelf
from app.masters.documents import Unreadable
from app.masters.models import MasterDocument
from app.masters.starters import starter_texts
from app.trail.signatures import signatures_about
from schemas.document import (
    ApproveDocument,
    DocumentKind,
    DocumentState,
    DocumentText,
    WithdrawDocument,
)
from tests.conftest import Clock, person, signing

UC = ("product-uc-wcb.yaml", "specification-uc-wcb.yaml", "master-uc-wcb.yaml")
PRODUCT, SPECIFICATION, MASTER = (starter_texts()[name] for name in UC)
TODAY = date(2026, 3, 2)


@pytest.fixture
def put(session: Session, clock: Clock) -> Callable[..., MasterDocument]:
    """`put(text, by="olga")` imports a document."""

    def imported(document: str, by: str = "olga") -> MasterDocument:
        form = DocumentText(text=document, change="First version, from the starter library")
        return actions.import_document(
            session, form, by=person(session, by, "master.import"), at=clock()
        )

    return imported


@pytest.fixture
def approve(session: Session, clock: Clock) -> Callable[..., MasterDocument]:
    """`approve(row, by="quinn")` approves a document."""

    def approved(row: MasterDocument, by: str = "quinn", password: str = "") -> MasterDocument:
        form = ApproveDocument(signing=signing(by, password) if password else signing(by))
        return actions.approve(
            session,
            row.code,
            row.document_version,
            form,
            by=person(session, by, "master.approve"),
            at=clock(),
        )

    return approved


Deed = Callable[..., MasterDocument]


def state(session: Session, row: MasterDocument, on: date = TODAY) -> DocumentState:
    return shelf.state_on(row, shelf.versions_of(session, row.code), on)


def next_version(document: str, was: str = "", now: str = "") -> str:
    return document.replace("version: 1\n", "version: 2\n", 1).replace(was, now, 1)


def test_a_bundle_is_approved_and_holds(session: Session, put: Deed, approve: Deed) -> None:
    rows = [put(each) for each in (PRODUCT, SPECIFICATION, MASTER)]
    assert {state(session, each) for each in rows} == {DocumentState.DRAFT}
    for each in rows:
        approve(each)
    held = shelf.effective_bundle(session, "UC-WCB", on=TODAY)
    assert held.master.digest == rows[2].digest == held.bundle.master.digest()
    (signature,) = signatures_about(session, "master/MBR-UC-WCB/1")
    assert (signature.username, signature.words_digest) == (
        "quinn",
        actions.words_to_approve(rows[2]).digest(),
    )


def test_the_author_does_not_approve(session: Session, put: Deed, approve: Deed) -> None:
    row = put(PRODUCT, by="quinn")
    with pytest.raises(SamePerson, match="SOD-03"):
        approve(row, by="quinn")
    assert approve(row, by="qadir").approval is not None


def test_a_wrong_password_approves_nothing(session: Session, put: Deed, approve: Deed) -> None:
    row = put(PRODUCT)
    with pytest.raises(SignatureFailed):
        approve(row, password="not the password")
    assert state(session, row) is DocumentState.DRAFT


def refused(deed: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as no:
        deed()
    return [each.rule for each in no.value.findings]


def test_a_master_waits_for_its_companions(put: Deed, approve: Deed) -> None:
    product, master = put(PRODUCT), put(MASTER)
    assert refused(lambda: approve(master)) == ["APR-03", "APR-03"]
    approve(product)
    assert refused(lambda: approve(master)) == ["APR-03"]
    approve(put(SPECIFICATION))
    assert approve(master).approval is not None


def test_what_the_linter_finds_is_not_approved(put: Deed, approve: Deed) -> None:
    approve(put(PRODUCT))
    approve(put(SPECIFICATION))
    broken = MASTER.replace(
        "unreconciled_labels, acceptance: {kind: range, low: 0, high: 0}",
        "unreconciled_labels, acceptance: {kind: range, low: 0, high: 1}",
    )
    assert refused(lambda: approve(put(broken))) == ["MAS-26"]


def test_a_version_is_approved_once(put: Deed, approve: Deed) -> None:
    row = approve(put(PRODUCT))
    assert refused(lambda: approve(row, by="qadir")) == ["APR-01"]


def test_an_older_version_is_not_approved_after_a_newer(put: Deed, approve: Deed) -> None:
    first, second = put(PRODUCT), put(next_version(PRODUCT))
    approve(second)
    assert refused(lambda: approve(first)) == ["APR-02"]


def test_the_newer_version_holds_from_its_day(session: Session, put: Deed, approve: Deed) -> None:
    first = approve(put(PRODUCT))
    later = "effective_from: 2026-04-01"
    second = approve(put(next_version(PRODUCT, "effective_from: 2026-01-01", later)))
    day_before, day = date(2026, 3, 31), date(2026, 4, 1)
    assert shelf.effective_master(session, "UC-WCB", on=day_before) is first
    assert shelf.effective_master(session, "UC-WCB", on=day) is second
    assert [state(session, first, day), state(session, second, day_before)] == [
        DocumentState.SUPERSEDED,
        DocumentState.APPROVED,
    ]
    with pytest.raises(shelf.NotEffective):
        shelf.effective_master(session, "UC-WCB", on=date(2025, 12, 31))


def test_of_two_versions_of_one_day_the_higher_holds(
    session: Session, put: Deed, approve: Deed
) -> None:
    first, second = put(PRODUCT), put(next_version(PRODUCT))
    approve(first)
    assert shelf.effective_master(session, "UC-WCB", on=TODAY) is first
    approve(second)
    assert first.effective_from == second.effective_from
    assert shelf.effective_master(session, "UC-WCB", on=TODAY) is second
    assert state(session, first) is DocumentState.SUPERSEDED


def test_withdrawing_the_newest_brings_no_old_one_back(
    session: Session, clock: Clock, put: Deed, approve: Deed
) -> None:
    approve(put(PRODUCT))
    second = approve(put(next_version(PRODUCT)))
    form = WithdrawDocument(why="The storage limit is wrong", signing=signing("qadir"))
    by = person(session, "qadir", "master.withdraw")
    actions.withdraw(session, "UC-WCB", 2, form, by=by, at=clock())
    assert state(session, second) is DocumentState.WITHDRAWN
    with pytest.raises(shelf.NotEffective, match="storage limit"):
        shelf.effective_master(session, "UC-WCB", on=TODAY)
    with pytest.raises(OutOfDate):
        actions.withdraw(session, "UC-WCB", 2, form, by=by, at=clock())


@pytest.mark.parametrize(
    ("document", "says"),
    [
        pytest.param(
            PRODUCT.replace("version: 1\n", "version: 3\n", 1),
            "right would be 2",
            id="a version left out",
        ),
        pytest.param(
            PRODUCT.replace("5 million viable cells in 1 ml", "6 million"),
            "is 1; right",
            id="the same version with other words",
        ),
        pytest.param(
            SPECIFICATION.replace("code: SPEC-UC-WCB", "code: UC-WCB", 1),
            "of a product",
            id="the code of another kind",
        ),
    ],
)
def test_versions_follow_one_another(put: Deed, document: str, says: str) -> None:
    put(PRODUCT)
    with pytest.raises(Unreadable) as no:
        put(document)
    assert says in no.value.says
    assert no.value.problems[0].line > 1


def test_the_same_document_twice_is_said_so(put: Deed) -> None:
    put(PRODUCT)
    with pytest.raises(actions.AlreadyThere):
        put("# with a comment\n" + PRODUCT)


def test_files_are_imported_all_or_none(session: Session, clock: Clock, tmp_path: Path) -> None:
    paths = []
    for name, content in starter_texts().items():
        paths.append(tmp_path / name)
        paths[-1].write_text(content, encoding="utf-8")
    by = person(session, "olga", "master.import")
    said = actions.import_files(session, paths, change="Starter library", by=by, at=clock())
    assert len(said) == 12
    again = actions.import_files(session, paths[:1], change="Starter library", by=by, at=clock())
    assert again == ("product-uc-wcb.yaml: UC-WCB version 1 is here already.",)
    paths[0].write_bytes(b"\xff\xfe")
    with pytest.raises(Unreadable, match="product-uc-wcb"):
        actions.import_files(session, paths, change="Starter library", by=by, at=clock())


def test_the_first_page_shows_drafts_to_who_may_approve(session: Session, put: Deed) -> None:
    put(PRODUCT, by="quinn")
    assert actions.waiting(session, person(session, "quinn")) == ()
    assert actions.waiting(session, person(session, "olga")) == ()
    (task,) = actions.waiting(session, person(session, "qadir"))
    assert task.href == "/masters/UC-WCB/1"


@pytest.mark.parametrize("table", ["master_document", "master_approval", "master_withdrawal"])
def test_the_database_itself_refuses_to_edit(database: Database, clock: Clock, table: str) -> None:
    with database.writing() as session:
        by = person(session, "olga", "master.import")
        form = DocumentText(text=PRODUCT, change="First version")
        actions.import_document(session, form, by=by, at=clock())
        qa = person(session, "quinn", "master.approve")
        actions.approve(
            session, "UC-WCB", 1, ApproveDocument(signing=signing("quinn")), by=qa, at=clock()
        )
        words = WithdrawDocument(why="To be thrown away", signing=signing("quinn"))
        actions.withdraw(session, "UC-WCB", 1, words, by=qa, at=clock())
    for deed in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="append-only"), database.writing() as session:
            session.execute(text(deed))


def test_the_session_itself_refuses_to_edit(database: Database, clock: Clock) -> None:
    with database.writing() as session:
        by = person(session, "olga", "master.import")
        form = DocumentText(text=PRODUCT, change="First version")
        actions.import_document(session, form, by=by, at=clock())
    with pytest.raises(AssertionError), database.writing() as session:
        session.scalars(select(MasterDocument)).one().title = "Another"
    with pytest.raises((AssertionError, DBAPIError)), database.writing() as session:
        session.execute(update(MasterDocument).values(title="Another"))


def test_a_lot_finds_the_versions_it_froze(session: Session, put: Deed, approve: Deed) -> None:
    for each in (PRODUCT, SPECIFICATION, MASTER):
        approve(put(each))
    approve(put(next_version(PRODUCT, "5 million viable", "6 million viable")))
    old = shelf.bundle_at(session, ("UC-WCB", 1), ("SPEC-UC-WCB", 1), ("MBR-UC-WCB", 1))
    assert (old.product.version, "5 million" in old.product.strength) == (1, True)
    assert shelf.companions_of(session, shelf.document_at(session, "MBR-UC-WCB", 1))[
        DocumentKind.PRODUCT
    ] is shelf.document_at(session, "UC-WCB", 2)
