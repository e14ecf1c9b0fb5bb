"""What stands on the shelf: which version of a document holds on which day, and with which others.

Of the approved versions that are effective by a day, the highest holds; a withdrawn one holds
the place without being usable, so that withdrawing the newest never brings an old one back.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from app.errors import NotFound, RecordError
from app.masters.documents import CONTRACTS
from app.masters.linter import lint
from app.masters.models import MasterApproval, MasterDocument
from app.trail.written import as_written
from schemas.base import Contract
from schemas.document import DocumentFacts, DocumentKind, DocumentShown, DocumentState
from schemas.finding import Finding
from schemas.master import Bundle, MasterBatchRecord
from schemas.product import Product
from schemas.specification import Specification

C = TypeVar("C", bound=Contract)


class NotEffective(RecordError):
    """No version of this document is approved and effective on this day."""

    status = 409
    title = "No effective version"
    kept = True


@dataclass(frozen=True)
class Effective:
    """The three documents a lot starts on, and the rows that hold them."""

    bundle: Bundle
    product: MasterDocument
    specification: MasterDocument
    master: MasterDocument


def versions_of(session: Session, code: str) -> tuple[MasterDocument, ...]:
    """Every version of a document, the newest first; none when there is no such code."""
    rows = session.scalars(
        select(MasterDocument)
        .where(MasterDocument.code == code)
        .order_by(MasterDocument.document_version.desc())
    )
    return tuple(rows)


def document_at(session: Session, code: str, version: int) -> MasterDocument:
    """One version of a document.

    Raises:
        NotFound: there is no such version.
    """
    for each in versions_of(session, code):
        if each.document_version == version:
            return each
    raise NotFound(f"There is no document “{code[:60]}” version {version}.")


def approved_at(session: Session, code: str, version: int) -> datetime | None:
    """When one version of a document was approved, or None."""
    return session.scalar(approval_of(code, version))


def approval_of(
    code: str | ColumnElement[str], version: int | ColumnElement[int]
) -> Select[datetime]:
    """The question when one version of a document was approved."""
    return (
        select(MasterApproval.at)
        .join(MasterApproval.document)
        .where(MasterDocument.code == code, MasterDocument.document_version == version)
    )


def state_on(
    document: MasterDocument, versions: tuple[MasterDocument, ...], on: date
) -> DocumentState:
    """Where this version stands on this day, among all versions of its document."""
    if document.withdrawal is not None:
        return DocumentState.WITHDRAWN
    if document.approval is None:
        return DocumentState.DRAFT
    if document.effective_from > on:
        return DocumentState.APPROVED
    holds = _holding(versions, on)
    return DocumentState.EFFECTIVE if document is holds else DocumentState.SUPERSEDED


def _holding(versions: tuple[MasterDocument, ...], on: date) -> MasterDocument | None:
    approved = [each for each in versions if each.approval and each.effective_from <= on]
    return max(approved, key=lambda each: each.document_version, default=None)


def effective_master(session: Session, code: str, *, on: date) -> MasterDocument:
    """The version of this document that holds on this day (R-ATMP-02).

    Raises:
        NotEffective: none is approved and effective, or the newest was withdrawn.
    """
    holds = _holding(versions_of(session, code), on)
    if holds is None:
        raise NotEffective(
            f"No version of {code[:60]} is approved and effective on {on}. Have QA approve one."
        )
    if holds.withdrawal is not None:
        raise NotEffective(
            f"{code[:60]} version {holds.document_version} was withdrawn: {holds.withdrawal.why} "
            "QA approves the next version."
        )
    return holds


def effective_bundle(session: Session, product_code: str, *, on: date) -> Effective:
    """The product, specification and master a lot of this product starts on.

    Raises:
        NotEffective: one of them has no effective version, or is no product.
    """
    row = effective_master(session, product_code, on=on)
    product = content_of(row)
    if not isinstance(product, Product):
        raise NotEffective(
            f"{product_code[:60]} is no product. Take its code from the list of products."
        )
    specification = effective_master(session, product.specification_code, on=on)
    master = effective_master(session, product.master_code, on=on)
    return Effective(_joined(row, specification, master), row, specification, master)


def bundle_at(
    session: Session,
    product: tuple[str, int],
    specification: tuple[str, int],
    master: tuple[str, int],
) -> Bundle:
    """The bundle of the versions a lot froze, each as (code, version).

    Raises:
        NotFound: one of them is not here.
    """
    return _joined(
        document_at(session, *product),
        document_at(session, *specification),
        document_at(session, *master),
    )


def _joined(
    product: MasterDocument, specification: MasterDocument, master: MasterDocument
) -> Bundle:
    return Bundle(
        product=_read(Product, product),
        specification=_read(Specification, specification),
        master=_read(MasterBatchRecord, master),
    )


def content_of(document: MasterDocument) -> Product | Specification | MasterBatchRecord:
    """The document as a contract; its digest is the one it was approved by.

    Raises:
        NotAsWritten: it was changed since, from outside.
    """
    return _read(CONTRACTS[document.kind], document)


def _read(contract: type[C], document: MasterDocument) -> C:
    return as_written(contract, document.content, document.digest, document)


def companions_of(
    session: Session, document: MasterDocument
) -> dict[DocumentKind, MasterDocument | None]:
    """The latest version, not withdrawn, of each document this one works with; itself included."""
    products = versions_of(session, document.product_code)
    product = document if document.kind is DocumentKind.PRODUCT else _latest(products)
    if product is None or product.kind is not DocumentKind.PRODUCT:
        return {**dict.fromkeys(DocumentKind), document.kind: document}
    read = _read(Product, product)
    found = {
        DocumentKind.PRODUCT: product,
        DocumentKind.SPECIFICATION: _latest(versions_of(session, read.specification_code)),
        DocumentKind.MASTER_BATCH_RECORD: _latest(versions_of(session, read.master_code)),
    }
    return {**found, document.kind: document}


def _latest(versions: tuple[MasterDocument, ...]) -> MasterDocument | None:
    return next((each for each in versions if each.withdrawal is None), None)


def findings_on(session: Session, document: MasterDocument) -> tuple[Finding, ...]:
    """What the linter finds in this version with its companions; nothing while some are missing."""
    by_kind = companions_of(session, document)
    product = by_kind[DocumentKind.PRODUCT]
    specification = by_kind[DocumentKind.SPECIFICATION]
    master = by_kind[DocumentKind.MASTER_BATCH_RECORD]
    if product is None or specification is None or master is None:
        return ()
    return lint(_joined(product, specification, master))


def facts_of(
    document: MasterDocument, versions: tuple[MasterDocument, ...], on: date
) -> DocumentFacts:
    """What is known of a version, as other contracts carry it."""
    approval, withdrawal = document.approval, document.withdrawal
    return DocumentFacts(
        kind=document.kind,
        code=document.code,
        version=document.document_version,
        title=document.title,
        product_code=document.product_code,
        effective_from=document.effective_from,
        content_digest=document.digest,
        change=document.change,
        state=state_on(document, versions, on),
        imported_by=document.imported_by,
        imported_at=document.imported_at,
        approved_by=approval.by if approval else None,
        approved_at=approval.at if approval else None,
        withdrawn_by=withdrawal.by if withdrawal else None,
        withdrawn_at=withdrawal.at if withdrawal else None,
        withdrawn_why=withdrawal.why if withdrawal else None,
    )


def shown(session: Session, code: str, version: int, *, on: date) -> DocumentShown:
    """One version with its content and its findings.

    Raises:
        NotFound: there is no such version.
    """
    document = document_at(session, code, version)
    return DocumentShown(
        facts=facts_of(document, versions_of(session, code), on),
        content=content_of(document).plain(),
        findings=findings_on(session, document),
    )


def shelf(session: Session, *, on: date) -> tuple[DocumentFacts, ...]:
    """Every version of every document: by product, kind and code, the newest first."""
    rows = session.scalars(select(MasterDocument)).all()
    by_code: dict[str, list[MasterDocument]] = {}
    for row in rows:
        by_code.setdefault(row.code, []).append(row)
    facts = [facts_of(row, tuple(by_code[row.code]), on) for row in rows]
    kinds = list(DocumentKind)
    return tuple(
        sorted(facts, key=lambda at: (at.product_code, kinds.index(at.kind), at.code, -at.version))
    )
