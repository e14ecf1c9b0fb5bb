"""Rules on approving a version: is it next, is it open, do its companions stand."""

from collections.abc import Iterator

from pydantic import PositiveInt

from app.rulebook import rule
from schemas.base import Code, Contract
from schemas.document import DocumentKind, DocumentState


class Companion(Contract):
    """A document the one to be approved works with, in its latest version, or none yet."""

    kind: DocumentKind
    code: Code
    state: DocumentState | None


class ApprovalFacts(Contract):
    """What is asked before a version is approved."""

    kind: DocumentKind
    code: Code
    version: PositiveInt
    state: DocumentState
    highest_approved: int
    companions: tuple[Companion, ...]


@rule("APR-01", cite="R-ATMP-02", mend="Import a next version instead.")
def only_a_draft_is_approved(facts: ApprovalFacts) -> Iterator[str]:
    """A version is approved once, and never after it was withdrawn."""
    if facts.state is not DocumentState.DRAFT:
        yield f"{facts.code} version {facts.version} is {facts.state} already."


@rule("APR-02", cite="R-ATMP-02; R-A11-10", mend="Import the text as the next version.")
def newer_than_what_is_approved(facts: ApprovalFacts) -> Iterator[str]:
    """A version older than one that is approved is not approved afterwards."""
    if facts.version < facts.highest_approved:
        yield f"Version {facts.highest_approved} of {facts.code} is approved already."


@rule("APR-03", cite="R-ATMP-04; R-BR-02", mend="Import and approve the companions first.")
def a_master_stands_on_approved_documents(facts: ApprovalFacts) -> Iterator[str]:
    """A master batch record is approved after its product and its specification."""
    if facts.kind is not DocumentKind.MASTER_BATCH_RECORD:
        return
    for each in facts.companions:
        if each.state is None:
            yield f"The {each.kind.words} {each.code} is not here."
        elif each.state is DocumentState.DRAFT:
            yield f"The {each.kind.words} {each.code} is not approved yet."


RULES = (
    only_a_draft_is_approved,
    newer_than_what_is_approved,
    a_master_stands_on_approved_documents,
)
