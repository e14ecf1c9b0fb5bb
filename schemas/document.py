"""A master document as it is handed in, approved, withdrawn and shown."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, PositiveInt, StringConstraints

from schemas.base import Code, Contract, Digest, Moment, Reason, Text
from schemas.finding import Finding
from schemas.people import Signing

MAX_CHARACTERS = 400_000
"""Ten times the largest master of the starter library; more is a mistake or an attack."""


class DocumentKind(StrEnum):
    """Which contract a document is checked by; it stands in the document as `document:`."""

    PRODUCT = "product"
    SPECIFICATION = "specification"
    MASTER_BATCH_RECORD = "master_batch_record"

    @property
    def words(self) -> str:
        """The kind as people say it."""
        return self.value.replace("_", " ")


class DocumentState(StrEnum):
    """Where a version of a document stands on a given day."""

    DRAFT = "draft"
    APPROVED = "approved"
    """Approved, effective from a later day."""
    EFFECTIVE = "effective"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class DocumentText(Contract):
    """A document handed in as YAML or JSON text."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_CHARACTERS)] = Field(
        title="Document", description="YAML or JSON. Its first line names it: document: product."
    )
    change: Reason = Field(
        title="What changed, and why",
        description="For a first version: where it comes from. It is shown to who approves.",
    )


class DocumentApproval(Contract):
    """The words under the signature of who approves a version (R-ATMP-02)."""

    kind: DocumentKind
    code: Code
    version: PositiveInt
    title: Text
    content_digest: Digest
    effective_from: date
    change: Reason


class ApproveDocument(Contract):
    """Approving a version: the password is asked again."""

    signing: Signing


class DocumentWithdrawal(Contract):
    """The words under the signature of who withdraws a version: it starts no lot any more."""

    kind: DocumentKind
    code: Code
    version: PositiveInt
    content_digest: Digest
    why: Reason


class WithdrawDocument(Contract):
    """Withdrawing a version."""

    why: Reason = Field(title="Why it is withdrawn", description="Lots under way are not stopped.")
    signing: Signing


class DocumentFacts(Contract):
    """What is known of one version of a document, beside its content."""

    kind: DocumentKind
    code: Code
    version: PositiveInt
    title: Text
    product_code: Code
    effective_from: date
    content_digest: Digest
    change: Reason
    state: DocumentState
    imported_by: Text
    imported_at: Moment
    approved_by: Text | None = None
    approved_at: Moment | None = None
    withdrawn_by: Text | None = None
    withdrawn_at: Moment | None = None
    withdrawn_why: Reason | None = None

    @property
    def ref(self) -> str:
        """How the trail names this version."""
        return f"master/{self.code}/{self.version}"


class DocumentShown(Contract):
    """One version of a document with its content and what the linter says."""

    facts: DocumentFacts
    content: dict[str, Any] = Field(description="The document in its canonical form.")
    findings: tuple[Finding, ...] = Field(
        description="Empty when it holds together with the latest versions of its companions."
    )


class DocumentList(Contract):
    """Every version of every document."""

    documents: tuple[DocumentFacts, ...]


class Difference(Contract):
    """One place where two versions of a document differ."""

    place: str
    was: str | None
    now: str | None
