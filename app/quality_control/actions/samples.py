"""Samples arrive in the laboratory, and raw data are kept with them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import BadInput, FieldError, OutOfDate
from app.expansion.models import SampleTaken
from app.lot.deviations import raise_deviation
from app.lot.lots import lot_for_change
from app.people.actor import Actor
from app.quality_control.at_hand import SampleAtHand, sample_for_entry
from app.quality_control.models import SampleReceipt
from app.quality_control.quality import find_sample
from app.trail import attachments, audit
from schemas.result import ReceiveSample
from schemas.trail import KeptFile


def receive_sample(
    session: Session, number: str, received: ReceiveSample, *, by: Actor, at: datetime
) -> SampleReceipt:
    """Take a sample into the laboratory; one that is not intact opens a deviation (R-ATMP-22).

    Raises:
        NotFound: there is no such sample.
        OutOfDate: it is in the laboratory already.
        BadInput: it would arrive before it was taken, or in the future.
    """
    by = by.doing("sample.receive")
    sample = find_sample(session, number)
    lot = lot_for_change(session, sample.lot.number)
    refuse_received(session, sample)
    if received.received_at < sample.taken_at:
        says = f"The sample was taken at {sample.taken_at:%Y-%m-%d %H:%M} UTC; check the time."
        raise BadInput([FieldError("received_at", says)])
    if received.received_at > at:
        raise BadInput([FieldError("received_at", "This time is still to come; check it.")])
    entered = {name: getattr(received, name) for name in ReceiveSample.model_fields}
    receipt = SampleReceipt(sample=sample, received_by=by.name, recorded_at=at, **entered)
    session.add(receipt)
    if not received.condition.fit:
        raise_deviation(
            session,
            lot,
            about=sample.ref,
            title=f"Sample {number} is not fit for testing",
            description=f"It arrived so: {received.condition.label.lower()}. "
            f"{received.remark or ''}".strip(),
            rule="QC-12",
            critical=False,
            by=by,
            at=at,
        )
    audit.record(session, by=by, at=at, did="sample.receive", about=sample.ref)
    return receipt


def refuse_received(session: Session, sample: SampleTaken) -> None:
    """Refuse to receive a sample twice.

    Raises:
        OutOfDate: it is in the laboratory already.
    """
    if session.scalar(select(SampleReceipt.id).where(SampleReceipt.sample_id == sample.id)):
        raise OutOfDate(f"Sample {sample.number} is in the laboratory already.")


def keep_raw_data(
    session: Session,
    number: str,
    content: bytes,
    *,
    name: str,
    media_type: str,
    by: Actor,
    at: datetime,
) -> KeptFile:
    """Keep a file of raw data with a sample; results name it by its digest (R-BR-09).

    Its lot stays locked: lots come before the trail in every deed (`app.lot.alarm`).

    Raises:
        NotFound: there is no such sample.
        BadInput: the file is empty.
    """
    by = by.doing("result.enter")
    sample = sample_for_entry(session, number)
    if not content:
        raise BadInput([FieldError("file", f"The file {name} is empty. Choose it again.")])
    kept = attachments.keep(
        session,
        content,
        name=name,
        media_type=media_type,
        about=sample.ref,
        by=by,
        at=at,
    )
    audit.record(session, by=by, at=at, did="result.attach", about=sample.ref, details=kept.plain())
    return kept


def check_attached(session: Session, sample: SampleAtHand | None, digest: str | None) -> None:
    """Refuse a file of raw data that was not attached to the sample.

    Raises:
        BadInput: at the field `raw_file`.
    """
    if digest is None:
        return
    kept = attachments.kept_about(session, sample.ref) if sample else ()
    if digest not in {each.sha256 for each in kept}:
        raise BadInput([FieldError("raw_file", "This file is not attached to the sample.")])
