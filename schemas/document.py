"""A master document as it is handed in and approved: its kind, its text, its state."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, PositiveInt, StringConstraints

from schemas.base import Code, Contract, Digest, Reason, Text

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


class DocumentWithdrawal(Contract):
    """Why a version may no longer start a lot."""

    kind: DocumentKind
    code: Code
    version: PositiveInt
    content_digest: Digest
    why: Reason = Field(title="Why it is withdrawn")
