"""Screens of the masters: the shelf, one document read, imported, approved, withdrawn."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app.masters import actions, shelf
from app.masters.differences import differences
from app.masters.documents import as_text
from app.masters.limits import words_of
from app.masters.models import MasterDocument
from app.masters.wording import excerpt
from app.people.actor import Actor, local_day
from app.people.sessions import allowed
from app.trail.separation import has_clash
from app.trail.signatures import signatures_about
from app.web.clock import Now
from app.web.forms import Typed, read_form, upload_in
from app.web.pages import Form, go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, UnitOfWork
from schemas.base import Code
from schemas.document import (
    MAX_CHARACTERS,
    ApproveDocument,
    Difference,
    DocumentKind,
    DocumentState,
    DocumentText,
    WithdrawDocument,
)
from schemas.step_kind import CALCULATED
from schemas.trail import Meaning

pages = Addresses()

Reader = Annotated[Actor, allowed("master.read")]
Importer = Annotated[Actor, allowed("master.import")]
Approver = Annotated[Actor, allowed("master.approve")]
Withdrawer = Annotated[Actor, allowed("master.withdraw")]


@pages.get("/masters")
def all_masters(request: Request, by: Reader, at: Now, session: Look) -> Response:
    documents = shelf.shelf(session, on=local_day(by, at))
    return show(request, "masters/shelf.html", documents=documents, may=by.may("master.import"))


@pages.get("/masters/import", dependencies=[allowed("master.import")])
def import_form(request: Request) -> Response:
    refusal = getattr(request.state, "refusal", None)
    typed: Typed = getattr(request.state, "typed", Typed())
    wrong = excerpt(getattr(refusal, "problems", ()), str(typed.value("text") or ""))
    return show(request, "masters/import.html", contract=DocumentText, wrong=wrong)


def handed_in(request: Request, by: Importer, form: Form) -> DocumentText:
    """The document from the file that was chosen, or from the text that was pasted.

    The text of a file is kept like typed text, so that a refusal shows the lines it means.
    """
    upload = upload_in(form, "file")
    fixed: dict[str, str] = {}
    if upload is not None:
        with upload.file as file:
            text = as_text(file.read(4 * MAX_CHARACTERS + 1))
        request.state.typed.values["text"] = [text]
        fixed = {"text": text}
    return read_form(DocumentText, form, by.zone, fixed)


@pages.post("/masters/import")
def import_document(
    by: Importer,
    form: Annotated[DocumentText, Depends(handed_in)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    row = actions.import_document(session, form, by=by, at=at)
    return go_to(f"/masters/{row.code}/{row.document_version}", "Imported as a draft.")


@pages.get("/masters/{code}/{version}")
def one_master(
    *, request: Request, code: Code, version: int, by: Reader, at: Now, session: Look
) -> Response:
    document = shelf.document_at(session, code, version)
    versions = shelf.versions_of(session, code)
    facts = shelf.facts_of(document, versions, local_day(by, at))
    return show(
        request,
        "masters/document.html",
        facts=facts,
        content=shelf.content_of(document),
        findings=shelf.findings_on(session, document),
        missing=_missing_companions(shelf.companions_of(session, document)),
        changed=_changed(document, versions),
        versions=versions,
        signatures=signatures_about(session, document.ref),
        may_approve=facts.state is DocumentState.DRAFT
        and by.may("master.approve")
        and has_clash(session, "master.approve", about=document.ref, by=by) is None,
        may_withdraw=facts.state is not DocumentState.WITHDRAWN and by.may("master.withdraw"),
        words_of=words_of,
        calculated={kind: {each.name: each for each in CALCULATED[kind]} for kind in CALCULATED},
    )


def _missing_companions(found: dict[DocumentKind, MasterDocument | None]) -> tuple[str, ...]:
    return tuple(kind.words for kind, document in found.items() if document is None)


def _changed(
    document: MasterDocument, versions: tuple[MasterDocument, ...]
) -> tuple[Difference, ...]:
    """What changed since the version before; nothing for a first one."""
    before = [each for each in versions if each.document_version < document.document_version]
    if not before:
        return ()
    return differences(shelf.content_of(before[0]), shelf.content_of(document))


@pages.get("/masters/{code}/{version}/source", dependencies=[allowed("master.read")])
def source_of(code: Code, version: int, session: Look) -> Response:
    document = shelf.document_at(session, code, version)
    return Response(document.source, media_type="text/plain; charset=utf-8")


@pages.get("/masters/{code}/{version}/approve")
def approve_form(
    request: Request, code: Code, version: int, by: Approver, session: Look
) -> Response:
    document = shelf.document_at(session, code, version)
    return show(
        request,
        "masters/approve.html",
        by=by,
        words=actions.words_to_approve(document),
        findings=shelf.findings_on(session, document),
        meaning=Meaning.APPROVED,
    )


@pages.post("/masters/{code}/{version}/approve")
def approve(
    *,
    code: Code,
    version: int,
    by: Approver,
    form: Annotated[ApproveDocument, sent(ApproveDocument)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    row = actions.approve(session, code, version, form, by=by, at=at)
    return go_to(f"/masters/{row.code}/{row.document_version}", "Approved.")


@pages.get("/masters/{code}/{version}/withdraw")
def withdraw_form(
    request: Request, code: Code, version: int, by: Withdrawer, session: Look
) -> Response:
    document = shelf.document_at(session, code, version)
    return show(
        request,
        "masters/withdraw.html",
        by=by,
        words=actions.words_to_approve(document),
        contract=WithdrawDocument,
        meaning=Meaning.DECIDED,
    )


@pages.post("/masters/{code}/{version}/withdraw")
def withdraw(
    *,
    code: Code,
    version: int,
    by: Withdrawer,
    form: Annotated[WithdrawDocument, sent(WithdrawDocument)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    row = actions.withdraw(session, code, version, form, by=by, at=at)
    return go_to(f"/masters/{row.code}/{row.document_version}", "Withdrawn.")
