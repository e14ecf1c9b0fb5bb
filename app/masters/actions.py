"""Masters are imported, approved by someone else, and withdrawn; never edited (R-ATMP-02)."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import OutOfDate, RecordError, refuse_if
from app.masters import shelf
from app.masters.documents import Document, Problem, Unreadable, read_document
from app.masters.models import MasterApproval, MasterDocument, MasterWithdrawal
from app.masters.rules import RULES, ApprovalFacts, Companion
from app.people.actor import Actor, local_day
from app.rulebook import judge
from app.trail import audit
from app.trail.separation import has_clash, refuse_same_person
from app.trail.signatures import sign
from schemas.document import (
    ApproveDocument,
    DocumentApproval,
    DocumentKind,
    DocumentState,
    DocumentText,
    DocumentWithdrawal,
    WithdrawDocument,
)
from schemas.people import Task
from schemas.product import Product
from schemas.trail import Meaning


class AlreadyThere(RecordError):
    """This version is here already, word for word. Nothing was imported."""

    status = 409
    title = "Already imported"


def import_document(
    session: Session, form: DocumentText, *, by: Actor, at: datetime
) -> MasterDocument:
    """Put a document on the shelf as a draft; the importer is its author.

    Raises:
        Unreadable: the text is no such document, or its version is not the next one.
        AlreadyThere: the same version with the same content is here.
    """
    read = read_document(form.text)
    content = read.content
    _check_version(session, read)
    row = MasterDocument(
        kind=read.kind,
        code=content.code,
        document_version=content.version,
        title=content.name if isinstance(content, Product) else content.title,
        product_code=content.code if isinstance(content, Product) else content.product_code,
        effective_from=content.effective_from,
        content=content.canonical().decode(),
        digest=read.digest,
        source=form.text,
        change=form.change,
        imported_by=by.username,
        imported_at=at,
    )
    session.add(row)
    audit.record(session, by=by, at=at, did="master.import", about=row.ref, why=form.change)
    return row


def _check_version(session: Session, read: Document) -> None:
    content = read.content
    there = shelf.versions_of(session, content.code)
    if any(
        each.document_version == content.version and each.digest == read.digest for each in there
    ):
        raise AlreadyThere(f"{content.code} version {content.version} is here already.")
    if there and there[0].kind is not read.kind:
        says = f"{content.code} is the code of a {there[0].kind.words}; choose another code"
        raise Unreadable([read.problem("code", says)])
    expected = there[0].document_version + 1 if there else 1
    if content.version != expected:
        says = f"is {content.version}; right would be {expected}: versions follow one another"
        raise Unreadable([read.problem("version", says)])


def words_to_approve(document: MasterDocument) -> DocumentApproval:
    """The words an approver sees and signs."""
    return DocumentApproval(
        kind=document.kind,
        code=document.code,
        version=document.document_version,
        title=document.title,
        content_digest=document.digest,
        effective_from=document.effective_from,
        change=document.change,
    )


def approve(
    session: Session, code: str, version: int, form: ApproveDocument, *, by: Actor, at: datetime
) -> MasterDocument:
    """Approve a version: a signature by someone other than its author, on a clean linter.

    Raises:
        NotFound: there is no such version.
        SamePerson: the author may not approve.
        Refused: it is no draft, a companion is missing, or the linter found something.
        SignatureFailed: the password is not right.
    """
    document = shelf.document_at(session, code, version)
    refuse_same_person(session, "master.approve", about=document.ref, by=by)
    facts = _approval_facts(session, document, on=local_day(by, at))
    refuse_if((*judge(RULES, facts), *shelf.findings_on(session, document)))
    words = words_to_approve(document)
    sign(
        session,
        words,
        about=document.ref,
        by=by,
        signing=form.signing,
        meaning=Meaning.APPROVED,
        at=at,
    )
    session.add(MasterApproval(document=document, by=by.username, at=at))
    audit.record(
        session, by=by, at=at, did="master.approve", about=document.ref, details=words.plain()
    )
    session.expire(document, ["approval"])
    return document


def _approval_facts(session: Session, document: MasterDocument, *, on: date) -> ApprovalFacts:
    versions = shelf.versions_of(session, document.code)
    found = shelf.companions_of(session, document)
    product = found[DocumentKind.PRODUCT]
    named = {DocumentKind.PRODUCT: document.product_code}
    if product is not None:
        read = shelf.content_of(product)
        assert isinstance(read, Product)
        named[DocumentKind.SPECIFICATION] = read.specification_code
        named[DocumentKind.MASTER_BATCH_RECORD] = read.master_code
    return ApprovalFacts(
        kind=document.kind,
        code=document.code,
        version=document.document_version,
        state=shelf.state_on(document, versions, on),
        highest_approved=max(
            (each.document_version for each in versions if each.approval), default=0
        ),
        companions=tuple(
            Companion(kind=kind, code=code, state=_state(session, found[kind], on=on))
            for kind, code in named.items()
            if found[kind] is not document
        ),
    )


def _state(session: Session, document: MasterDocument | None, *, on: date) -> DocumentState | None:
    if document is None:
        return None
    return shelf.state_on(document, shelf.versions_of(session, document.code), on)


def withdraw(
    session: Session, code: str, version: int, form: WithdrawDocument, *, by: Actor, at: datetime
) -> MasterDocument:
    """Withdraw a version: it starts no lot any more. Lots under way keep what they froze.

    Raises:
        NotFound: there is no such version.
        OutOfDate: it was withdrawn a moment before.
        SignatureFailed: the password is not right.
    """
    document = shelf.document_at(session, code, version)
    if document.withdrawal is not None:
        raise OutOfDate(f"{code} version {version} was withdrawn before. Nothing was done.")
    words = DocumentWithdrawal(
        kind=document.kind,
        code=code,
        version=version,
        content_digest=document.digest,
        why=form.why,
    )
    sign(
        session,
        words,
        about=document.ref,
        by=by,
        signing=form.signing,
        meaning=Meaning.DECIDED,
        at=at,
    )
    session.add(MasterWithdrawal(document=document, why=form.why, by=by.username, at=at))
    audit.record(session, by=by, at=at, did="master.withdraw", about=document.ref, why=form.why)
    session.expire(document, ["withdrawal"])
    return document


def import_files(
    session: Session, paths: Sequence[Path], *, change: str, by: Actor, at: datetime
) -> tuple[str, ...]:
    """Import documents from files, all or none; what is here already is passed over.

    Returns one line of words for each file.

    Raises:
        Unreadable: a file is no such document; its problems name the file.
    """
    said = []
    for path in paths:
        try:
            content = path.read_bytes()
            read_document(content)
            form = DocumentText(text=content.decode("utf-8-sig"), change=change)
            row = import_document(session, form, by=by, at=at)
            said.append(f"{path.name}: {row.code} version {row.document_version} imported")
        except AlreadyThere as there:
            said.append(f"{path.name}: {there.says}")
        except Unreadable as wrong:
            raise Unreadable(
                [
                    Problem(each.line, f"{path.name}: {each.path}", each.says)
                    for each in wrong.problems
                ]
            ) from None
    return tuple(said)


def waiting(session: Session, by: Actor) -> Sequence[Task]:
    """Drafts this person may approve, for the first page."""
    if not by.may("master.approve"):
        return ()
    drafts = session.scalars(
        select(MasterDocument)
        .where(~MasterDocument.approval.has(), ~MasterDocument.withdrawal.has())
        .order_by(MasterDocument.imported_at)
    )
    return tuple(
        Task(
            title=f"Approve {each.title}",
            about=f"{each.kind.words} {each.code}, version {each.document_version}",
            href=f"/masters/{each.code}/{each.document_version}",
            since=each.imported_at,
        )
        for each in drafts
        if has_clash(session, "master.approve", about=each.ref, by=by) is None
    )
