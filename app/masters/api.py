"""Masters for machines: the same actions, the same contracts."""

from typing import Annotated

from fastapi import Path

from app.masters import actions, shelf
from app.people.actor import Actor, local_day
from app.people.sessions import allowed
from app.web.clock import Now
from app.web.machines import Once, answers_once
from app.web.routing import API, Addresses
from app.web.unit import Look
from schemas.base import Code
from schemas.document import (
    ApproveDocument,
    DocumentList,
    DocumentShown,
    DocumentText,
    WithdrawDocument,
)

api = Addresses(prefix=API, tags=["masters"])

Reader = Annotated[Actor, allowed("master.read")]
Importer = Annotated[Actor, allowed("master.import")]
Approver = Annotated[Actor, allowed("master.approve")]
Withdrawer = Annotated[Actor, allowed("master.withdraw")]
VersionInPath = Annotated[int, Path(ge=1, le=1_000_000)]


@api.get("/masters")
def list_masters(by: Reader, at: Now, session: Look) -> DocumentList:
    """Every version of every document."""
    return DocumentList(documents=shelf.shelf(session, on=local_day(by, at)))


@api.post("/masters")
@answers_once
def import_master(by: Importer, document: DocumentText, at: Now, session: Once) -> DocumentShown:
    """Put a document on the shelf as a draft."""
    row = actions.import_document(session, document, by=by, at=at)
    on = local_day(by, at)
    return shelf.shown(session, row.code, row.document_version, on=on)


@api.get("/masters/{code}/{version}")
def show_master(
    code: Code, version: VersionInPath, by: Reader, at: Now, session: Look
) -> DocumentShown:
    """One version with its content and what the linter says."""
    return shelf.shown(session, code, version, on=local_day(by, at))


@api.post("/masters/{code}/{version}/approval")
@answers_once
def approve_master(
    *,
    code: Code,
    version: VersionInPath,
    by: Approver,
    approval: ApproveDocument,
    at: Now,
    session: Once,
) -> DocumentShown:
    """Approve a version: a signature by someone other than its author."""
    actions.approve(session, code, version, approval, by=by, at=at)
    return shelf.shown(session, code, version, on=local_day(by, at))


@api.post("/masters/{code}/{version}/withdrawal")
@answers_once
def withdraw_master(
    *,
    code: Code,
    version: VersionInPath,
    by: Withdrawer,
    withdrawal: WithdrawDocument,
    at: Now,
    session: Once,
) -> DocumentShown:
    """Withdraw a version: it starts no lot any more."""
    actions.withdraw(session, code, version, withdrawal, by=by, at=at)
    return shelf.shown(session, code, version, on=local_day(by, at))
