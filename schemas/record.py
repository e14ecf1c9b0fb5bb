"""The batch record: the whole lot as one document, made once, sealed, proving itself.

Its canonical JSON is what is printed, attached and sealed; everything that can be recalculated
from it is recalculated by whoever verifies the file (design idea 6; R-SIG-10, R-SIG-12).
"""

from enum import StrEnum
from typing import Literal

from pydantic import Field, PositiveInt

from schemas.base import Code, Contract, Digest, Moment, Reason, Text, ZoneName
from schemas.delivery import DeliveryRecord
from schemas.document import DocumentKind
from schemas.freezing import FreezingCurve
from schemas.master import Bundle
from schemas.release import CertificationWords, Question, ReleaseVerdict
from schemas.retention import Retention
from schemas.trail import Signature, SignedWords, TrailExtract

FORMAT = "passage-batch-record/1"


class Decision(Contract):
    """What a Qualified Person signed, with the question it answers: it can be asked again."""

    words: CertificationWords
    question: Question
    verdict: ReleaseVerdict


class ApprovedDocument(Contract):
    """A document the lot was made by: who handed it in, why, and who approved it (R-BR-02)."""

    kind: DocumentKind
    code: Code
    version: PositiveInt
    title: Text
    sha256: Digest
    change: Reason
    handed_in_by: Text = Field(description="User name")
    handed_in_at: Moment
    approval: Signature | None


class BatchRecord(Contract):
    """Everything known of a lot at one moment."""

    format: Literal["passage-batch-record/1"] = "passage-batch-record/1"
    lot_number: Code
    version: PositiveInt
    replaces: Digest | None = Field(description="SHA-256 of the sealed file before this one")
    reason: Text
    site_code: Code
    site_name: Text
    zone: ZoneName
    software: Text
    made_at: Moment
    status: Text
    watermark: str | None
    bundle: Bundle
    question: Question = Field(description="The dossier as it stands now")
    verdict: ReleaseVerdict
    decisions: tuple[Decision, ...]
    signatures: tuple[SignedWords, ...]
    delivery: DeliveryRecord
    trail: TrailExtract
    approvals: tuple[ApprovedDocument, ...] = Field(
        default=(), description="Empty only in records of before these were kept in it"
    )
    retention: Retention | None = None
    freezing: tuple[FreezingCurve, ...] = ()


class JobState(StrEnum):
    """How far the making of a record is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class MakeRecord(Contract):
    """A record is asked for, and why."""

    reason: Reason = Field(
        title="Reason", description="For example: released, or after the final certification"
    )


class RecordJob(Contract):
    """A record being made, or made."""

    lot_number: Code
    version: PositiveInt
    state: JobState
    stage: Text = Field(description="What is being done just now")
    asked_at: Moment
    done_at: Moment | None
    sha256: Digest | None = Field(description="Of the sealed file")
    says: str | None = Field(description="Why it failed, if it did")
