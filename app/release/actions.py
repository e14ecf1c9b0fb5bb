"""Reviewing, certifying, rejecting, recalling: each judged again by the server, each signed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import BadInput, FieldError, NotFound, OutOfDate, Refused
from app.lot.lots import hold, lot_for_change, move
from app.lot.models import Lot
from app.people import actions as people
from app.people.actor import Actor
from app.release.dossier import dossier_of
from app.release.models import Certificate
from app.release.rules import judge_release, judge_standing
from app.release.statements import batch_of, statement_of
from app.trail import attachments, audit
from app.trail.separation import refuse_same_person
from app.trail.signatures import sign
from schemas.base import canonical_json
from schemas.finding import Finding
from schemas.lot import Stage
from schemas.people import Signing
from schemas.release import (
    Act,
    CertificationWords,
    Certify,
    Checklist,
    Dossier,
    Obligation,
    Question,
    RejectLot,
    ReleaseVerdict,
    Standing,
)
from schemas.trail import Meaning

LEADS_TO = {
    Act.CONDITIONAL: Stage.CONDITIONALLY_CERTIFIED,
    Act.FINAL: Stage.CERTIFIED,
    Act.REJECT: Stage.REJECTED,
    Act.RECALL: Stage.RECALLED,
}
MEANS = {
    Act.CONDITIONAL: Meaning.CERTIFIED_CONDITIONALLY,
    Act.FINAL: Meaning.CERTIFIED,
    Act.REJECT: Meaning.REJECTED,
    Act.RECALL: Meaning.DECIDED,
}
DEEDS = {
    Act.CONDITIONAL: "lot.certify",
    Act.FINAL: "lot.certify",
    Act.REJECT: "lot.reject",
    Act.RECALL: "lot.recall",
}
CERTIFYING = (Act.CONDITIONAL, Act.FINAL)
STOPPING = (Act.REJECT, Act.RECALL)


@dataclass(frozen=True)
class Decided:
    """An act that passed every gate: what is signed, and what it rests on."""

    lot: Lot
    dossier: Dossier
    verdict: ReleaseVerdict
    words: CertificationWords
    signing: Signing


def ask(session: Session, lot: Lot, *, by: Actor, at: datetime) -> tuple[Dossier, ReleaseVerdict]:
    """The dossier of a lot as it stands, and what the rules say of it now."""
    dossier = dossier_of(session, lot, by=by, at=at)
    return dossier, judge_release(Question(dossier=dossier, at=at))


def look(session: Session, lot: Lot, *, by: Actor, at: datetime) -> tuple[Dossier, Standing]:
    """The same for a screen on which nothing is signed."""
    dossier = dossier_of(session, lot, by=by, at=at)
    return dossier, judge_standing(Question(dossier=dossier, at=at))


def only(act: Act, among: tuple[Act, ...]) -> None:
    """Refuse an act that has another page and another form.

    Raises:
        NotFound: nothing of that kind is done here.
    """
    if act not in among:
        raise NotFound(f"{act.label} is not done here.")


def certify(
    session: Session, number: str, form: Certify, *, by: Actor, at: datetime
) -> Certificate:
    """The Qualified Person certifies, if every gate for this act is open at this moment.

    Raises:
        Refused: with every finding that keeps a gate closed.
        OutOfDate: the dossier is not the one that was shown.
        SamePerson: who produced, tested or reviewed the lot does not certify it.
        SignatureFailed: wrong password.
        BadInput: a point of the checklist is open, or nobody is named as responsible.
    """
    only(form.act, CERTIFYING)
    lot = lot_for_change(session, number)
    refuse_same_person(session, "lot.certify", about=lot.ref, by=by)
    dossier, verdict = ask(session, lot, by=by, at=at)
    _still_shown(dossier, form.dossier_digest)
    refuse_closed(verdict, form.act)
    _check_form(session, form)
    words = _words(
        dossier,
        verdict,
        form.act,
        destination=form.destination,
        checklist=form.checklist,
        obligations=_obligations(session, dossier, verdict, form),
    )
    decided = Decided(lot, dossier, verdict, words, form.signing)
    return _enter(session, decided, by=by, at=at)


def stop(
    session: Session, number: str, act: Act, form: RejectLot, *, by: Actor, at: datetime
) -> Certificate:
    """Reject a lot, or recall a certified one. A recall holds the lot as well.

    Raises:
        Refused: the lot is not where this act is possible.
        OutOfDate: the dossier is not the one that was shown.
        SignatureFailed: wrong password.
    """
    only(act, STOPPING)
    lot = lot_for_change(session, number)
    dossier, verdict = ask(session, lot, by=by, at=at)
    _still_shown(dossier, form.dossier_digest)
    refuse_closed(verdict, act)
    if act is Act.RECALL:
        hold(lot, f"Recalled: {form.reason}")
    words = _words(dossier, verdict, act, reason=form.reason)
    return _enter(session, Decided(lot, dossier, verdict, words, form.signing), by=by, at=at)


def _still_shown(dossier: Dossier, shown: str) -> None:
    if dossier.digest() != shown:
        raise OutOfDate(
            "The lot's dossier has changed since this page was opened. Look at it again."
        )


def refuse_closed(verdict: ReleaseVerdict, act: Act) -> None:
    """Refuse an act that the rules do not open now.

    Raises:
        Refused: with every finding that keeps a gate closed.
    """
    if act in verdict.allowed:
        return
    first = Finding(
        rule="REL-00",
        cite="requirements 6.4; R-QP-09",
        says=f"{act.label} is not open for this lot now.",
        mend="Settle what is listed below; until then only what the page offers is possible.",
    )
    raise Refused((first, *verdict.findings))


def _check_form(session: Session, form: Certify) -> None:
    errors = [
        FieldError(f"checklist.{name}", "Check this point, or do not certify.")
        for name in Checklist.model_fields
        if not getattr(form.checklist, name)
    ]
    if form.act is Act.CONDITIONAL and form.responsible is None:
        errors.append(
            FieldError("responsible", "Name who sees to the outstanding results (user name).")
        )
    if form.responsible is not None:
        errors += _no_colleague(session, form.responsible)
    if errors:
        raise BadInput(errors)


def _no_colleague(session: Session, username: str) -> list[FieldError]:
    """What is wrong with the person named as responsible: unknown, or gone."""
    try:
        gone = people.account_named(session, username).closed_at is not None
    except NotFound as unknown:
        return [FieldError("responsible", unknown.says)]
    return [FieldError("responsible", f"The account {username} is closed.")] if gone else []


def _obligations(
    session: Session, dossier: Dossier, verdict: ReleaseVerdict, form: Certify
) -> tuple[Obligation, ...]:
    if form.act is not Act.CONDITIONAL:
        return ()
    assert form.responsible is not None
    name = people.account_named(session, form.responsible).name
    lines = (dossier.quality.criterion(code) for code in verdict.outstanding)
    return tuple(
        Obligation(
            criterion=line.criterion.code,
            title=line.criterion.title,
            due_at=line.due_at,
            responsible=name,
        )
        for line in lines
    )


def _enter(session: Session, decided: Decided, *, by: Actor, at: datetime) -> Certificate:
    """Sign the words, keep the dossier, add the line to the register, and move the lot on."""
    lot, words = decided.lot, decided.words
    signature = sign(
        session,
        words,
        about=f"{lot.ref}/certificate",
        by=by,
        signing=decided.signing,
        meaning=MEANS[words.act],
        at=at,
    )
    _keep_basis(session, decided, by=by, at=at)
    # One writer at a time from here on: two lots certified at once get two lines in a row.
    audit.take_turn(session)
    row = Certificate(
        number=(session.scalar(select(func.max(Certificate.number))) or 0) + 1,
        lot=lot,
        act=words.act,
        statement=words.statement,
        destination=words.destination,
        obligations=canonical_json([each.plain() for each in words.obligations]).decode(),
        reason=words.reason,
        dossier_digest=words.dossier_digest,
        verdict_digest=words.verdict_digest,
        at=at,
        zone=by.zone,
        signature=signature.binding,
    )
    session.add(row)
    move(lot, LEADS_TO[words.act])
    audit.record(
        session,
        by=by,
        at=at,
        did=DEEDS[words.act],
        about=lot.ref,
        why=words.reason,
        details=words.plain(),
    )
    return row


def _keep_basis(session: Session, decided: Decided, *, by: Actor, at: datetime) -> None:
    """Keep the exact dossier and verdict that were signed, so that they can be asked again."""
    for kind, kept in (("dossier", decided.dossier), ("verdict", decided.verdict)):
        attachments.keep(
            session,
            kept.canonical(),
            name=f"{decided.lot.number}-{decided.words.act.value}-{kind}.json",
            media_type="application/json",
            about=f"{decided.lot.ref}/certificate",
            by=by,
            at=at,
        )


def _words(
    dossier: Dossier,
    verdict: ReleaseVerdict,
    act: Act,
    *,
    destination: str = "–",
    checklist: Checklist | None = None,
    obligations: tuple[Obligation, ...] = (),
    reason: str | None = None,
) -> CertificationWords:
    product = dossier.product
    return CertificationWords(
        lot_number=dossier.lot.number,
        batch=batch_of(product),
        act=act,
        statement=statement_of(dossier, act),
        destination=destination,
        checklist=checklist,
        obligations=obligations,
        reason=reason,
        dossier_digest=dossier.digest(),
        verdict_digest=verdict.digest(),
    )
