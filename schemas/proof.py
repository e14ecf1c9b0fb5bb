"""What a file proves by itself: line by line, what holds, what does not, what nobody can know."""

from enum import StrEnum

from pydantic import Field

from schemas.base import Contract, Digest, Moment


class Holds(StrEnum):
    """How one check came out."""

    YES = "holds"
    NO = "does not hold"
    UNKNOWN = "unknown"


class ProofLine(Contract):
    """One thing that was checked, and what was found, in words for whoever holds the file."""

    checked: str = Field(title="Checked", description="What was looked at")
    holds: Holds = Field(title="Outcome")
    says: str = Field(title="Found", description="What was found, in words")


class AttachedFile(Contract):
    """A file that travels inside the record."""

    name: str = Field(title="Name")
    description: str = Field(title="Description")
    relationship: str = Field(title="Relationship", description="What the file is to the record")
    media_type: str = Field(title="Media type")
    size_bytes: int = Field(title="Size in bytes", ge=0)
    sha256: Digest = Field(title="SHA-256")


class SealFacts(Contract):
    """Who sealed, when, and with what words, once the signature itself was found to hold."""

    sealed_by: str = Field(title="Sealed by", description="The name in the certificate")
    sealed_at: Moment = Field(title="Sealed at")
    time_is_stamped: bool = Field(
        title="Time stamped", description="Whether a time-stamp authority vouches for the time"
    )
    reason: str = Field(title="Signed words")
    location: str = Field(title="Place")
    authority: str = Field(title="Authority", description="The name of whoever certified the seal")
    authority_fingerprint: str = Field(
        title="Authority's fingerprint",
        description="SHA-256; compare it with the one the site publishes",
    )


class ProofReport(Contract):
    """Everything that was found out about one file, without any database."""

    file_digest: Digest = Field(title="SHA-256 of the file")
    size_bytes: int = Field(title="Size in bytes", ge=0)
    lot_number: str | None = Field(title="Lot", description="As the file's metadata name it")
    lines: tuple[ProofLine, ...] = Field(title="Checks")
    seal: SealFacts | None = Field(title="Seal")
    attachments: tuple[AttachedFile, ...] = Field(title="Attachments")

    @property
    def holds(self) -> Holds:
        """The whole: one line that does not hold breaks it, one unknown leaves it open."""
        outcomes = {each.holds for each in self.lines}
        if Holds.NO in outcomes or not outcomes:
            return Holds.NO
        return Holds.UNKNOWN if Holds.UNKNOWN in outcomes else Holds.YES

    def against(self) -> tuple[ProofLine, ...]:
        """The lines that do not hold, to be read first."""
        return tuple(each for each in self.lines if each.holds is Holds.NO)
