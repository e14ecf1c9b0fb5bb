"""A second person signs: verified by a reviewer, or not applicable by the quality unit."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import OutOfDate, RecordError, refuse_if
from app.lot.lots import lot_for_change
from app.people.actor import Actor
from app.quality_control.models import Result, ResultSigned
from app.quality_control.quality import LotQuality, find_result, find_sample, gather
from app.quality_control.rules import verification
from app.quality_control.rules.verification import VerificationFacts
from app.rulebook import judge
from app.trail import audit
from app.trail.separation import refuse_same_person
from app.trail.signatures import sign
from schemas.quality_record import ResultFacts, Standing
from schemas.reading import NotApplicableReading, ResultState
from schemas.result import (
    ApproveNotApplicable,
    NotApplicableWords,
    SignedResult,
    VerificationWords,
    VerifyResults,
)
from schemas.trail import Meaning, Signature


class NotProposed(RecordError):
    """This result does not say “not applicable”; there is nothing to agree to."""

    status = 409
    title = "Nothing proposed"
    kept = True


def to_verify(known: LotQuality, sample_number: str) -> tuple[ResultFacts, ...]:
    """The entries of a sample that wait for a second person, in the order of entering."""
    return tuple(
        each
        for each in known.results
        if each.words.sample_number == sample_number
        and each.standing is Standing.CURRENT
        and not each.is_signed
        and each.words.state is not ResultState.PENDING
        and not isinstance(each.words.reading, NotApplicableReading)
    )


def words_to_verify(
    lot_number: str, sample_number: str, results: tuple[ResultFacts, ...]
) -> VerificationWords:
    """The exact words that are shown and signed: each result with its limit and its digest."""
    return VerificationWords(
        lot_number=lot_number,
        sample_number=sample_number,
        results=tuple(
            SignedResult(
                number=each.words.number,
                revision=each.words.revision,
                criterion=each.words.criterion,
                title=each.words.title,
                limit=each.words.limit,
                reported=each.words.evaluation.reported,
                state=each.words.state,
                words_digest=each.words_digest,
            )
            for each in results
        ),
    )


def verify_results(
    session: Session, sample_number: str, form: VerifyResults, *, by: Actor, at: datetime
) -> Signature:
    """Verify results of a sample under one signature over all of them (R-SPEC-13, R-ATMP-21).

    Raises:
        OutOfDate: a correction came in after the page was opened, or it was verified already.
        SamePerson: this person entered one of them (SOD-02).
        Refused: QC-21 to QC-24. SignatureFailed: nothing is verified.
    """
    by = by.doing("result.verify")
    sample = find_sample(session, sample_number)
    lot = lot_for_change(session, sample.lot.number)
    known = gather(session, lot)
    waiting = {each.words_digest: each for each in to_verify(known, sample_number)}
    refuse_if(_findings(known, sample_number, form))
    if not set(form.digests) <= set(waiting):
        raise OutOfDate
    chosen = tuple(each for digest, each in waiting.items() if digest in form.digests)
    for each in chosen:
        ref = known.rows[each.words_digest].ref
        refuse_same_person(session, "result.verify", about=ref, by=by)
    signature = sign(
        session,
        words_to_verify(lot.number, sample_number, chosen),
        about=sample.ref,
        by=by,
        signing=form.signing,
        meaning=Meaning.VERIFIED,
        at=at,
    )
    for each in chosen:
        row = known.rows[each.words_digest]
        session.add(_signed(row, signature))
        audit.record(session, by=by, at=at, did="result.verify", about=row.ref)
    return signature


def _findings(known: LotQuality, sample_number: str, form: VerifyResults) -> list:  # type: ignore[type-arg]
    return [
        found
        for each in known.results
        if each.words_digest in form.digests and each.words.sample_number == sample_number
        for found in judge(
            verification.RULES,
            VerificationFacts(
                criterion=known.specification.criterion(each.words.criterion), result=each
            ),
        )
    ]


def refuse_unproposed(proposal: ResultFacts) -> None:
    """Refuse to agree to what nobody proposed.

    Raises:
        NotProposed: the result says something else than “not applicable”.
    """
    if not isinstance(proposal.words.reading, NotApplicableReading):
        raise NotProposed


def approve_not_applicable(
    session: Session, number: str, form: ApproveNotApplicable, *, by: Actor, at: datetime
) -> Signature:
    """QA signs that a test does not apply to this lot, and why (R-ATMP-01, R-SPEC-03).

    Raises:
        NotProposed, OutOfDate, SamePerson, SignatureFailed.
    """
    by = by.doing("result.not_applicable")
    row = find_result(session, number)
    lot = lot_for_change(session, row.lot.number)
    known = gather(session, lot)
    proposal = next(each for each in reversed(known.results) if each.words.number == number)
    refuse_unproposed(proposal)
    if proposal.words_digest != form.words_digest or proposal.is_signed:
        raise OutOfDate
    refuse_same_person(session, "result.not_applicable", about=row.ref, by=by)
    signature = sign(
        session,
        NotApplicableWords(proposal=proposal.words, reason=form.reason),
        about=row.ref,
        by=by,
        signing=form.signing,
        meaning=Meaning.APPROVED,
        at=at,
    )
    session.add(_signed(known.rows[proposal.words_digest], signature))
    audit.record(session, by=by, at=at, did="result.not_applicable", about=row.ref, why=form.reason)
    return signature


def _signed(row: Result, signature: Signature) -> ResultSigned:
    return ResultSigned(
        result=row,
        about=signature.about,
        binding=signature.binding,
        at=signature.at,
        by=signature.username,
    )
