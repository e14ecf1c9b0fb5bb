"""What is in doubt is set aside; QA decides whether it may be used (R-DEL-08, R-DEL-09)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delivery.actions.events import add_event, record_for_each
from app.delivery.models import DispositionRow, SetAsideRow, Shipment
from app.delivery.rules import IDENTITY
from app.errors import BadInput, FieldError, NotFound, OutOfDate
from app.lot.containers import container_for_change
from app.lot.deviations import raise_deviation
from app.lot.models import Container, Lot
from app.people.actor import Actor
from app.rulebook import judge
from app.trail import audit
from app.trail.signatures import sign
from schemas.delivery import EventKind, StepOutcome
from schemas.delivery_case import IdentityCase
from schemas.delivery_forms import DisposeContainer, Disposition
from schemas.delivery_words import DispositionWords
from schemas.finding import Finding
from schemas.trail import Meaning


def why_set_aside(session: Session, container: Container) -> str | None:
    """Why a container must not be used: set aside and undecided, or decided against."""
    for row in undecided(session, container):
        return f"{row.reason} QA has not decided yet."
    refused = session.scalars(
        select(DispositionRow)
        .join(SetAsideRow, SetAsideRow.id == DispositionRow.set_aside_id)
        .where(
            SetAsideRow.container_id == container.id,
            DispositionRow.disposition == Disposition.NOT_USABLE,
        )
        .limit(1)
    ).first()
    return f"{refused.set_aside.reason} QA: must not be used." if refused else None


def set_aside(
    session: Session,
    containers: Sequence[Container],
    findings: Sequence[Finding],
    *,
    title: str,
    critical: bool,
    by: Actor,
    at: datetime,
) -> tuple[str, ...]:
    """Set containers aside for what the rules found, with a deviation for each of their lots.

    The caller records. Gives the numbers of the deviations.
    """
    reason = " ".join(each.says for each in findings)
    numbers = []
    for lot in _lots(containers):
        own = [each for each in containers if each.lot_id == lot.id]
        deviation = raise_deviation(
            session,
            lot,
            about=own[0].ref,
            title=title,
            description=f"{reason} Containers: {', '.join(each.number for each in own)}.",
            rule=findings[0].rule,
            critical=critical,
            by=by,
            at=at,
        )
        numbers.append(deviation.number)
        session.add_all(
            SetAsideRow(
                container=each,
                rule=findings[0].rule,
                reason=reason,
                deviation=deviation,
                at=at,
            )
            for each in own
        )
    session.flush()
    return tuple(numbers)


def _lots(containers: Sequence[Container]) -> list[Lot]:
    return list(dict.fromkeys(each.lot for each in containers))


def stop_unless_identified(
    session: Session,
    shipment: Shipment,
    containers: Sequence[Container],
    case: IdentityCase,
    *,
    by: Actor,
    at: datetime,
) -> StepOutcome | None:
    """Nothing when both identifiers agree; otherwise stop everything, on record.

    A code that can be read and is another's is a hard stop: the shipment is set aside, its lots
    are held by a critical deviation, and the step is not done (R-DEL-09).
    """
    findings = judge(IDENTITY, case)
    if not findings:
        return None
    title = f"Incident: identifiers of shipment {shipment.number} do not agree"
    numbers = set_aside(session, containers, findings, title=title, critical=True, by=by, at=at)
    for each in containers:
        add_event(
            session,
            each,
            EventKind.MISMATCH,
            shipment=shipment,
            by=by,
            at=at,
            words=case.plain(),
        )
    why = " ".join(each.says for each in findings)
    record_for_each(
        session, containers, did="delivery.stop", by=by, at=at, why=why, details=case.plain()
    )
    return StepOutcome(
        done=False,
        order_number=shipment.order.number,
        shipment_number=shipment.number,
        findings=findings,
        deviations=numbers,
    )


def undecided(session: Session, container: Container | None = None) -> Sequence[SetAsideRow]:
    """What was set aside and not decided yet, of one container or of all, in order."""
    asked = select(SetAsideRow).where(SetAsideRow.id.not_in(select(DispositionRow.set_aside_id)))
    if container is not None:
        asked = asked.where(SetAsideRow.container_id == container.id)
    return session.scalars(asked.order_by(SetAsideRow.id)).all()


def find_set_aside(session: Session, number: int) -> SetAsideRow:
    """What was set aside, by its number.

    Raises:
        NotFound: there is nothing with this number.
    """
    row = session.get(SetAsideRow, number)
    if row is None:
        raise NotFound
    return row


def dispose(
    session: Session, number: int, form: DisposeContainer, *, by: Actor, at: datetime
) -> DispositionRow:
    """QA decides whether a container that was set aside may be used; once.

    Raises:
        NotFound: there is nothing with this number.
        OutOfDate: it was decided meanwhile.
        BadInput: it may be used, but no stability data are named (R-DEL-08).
        SignatureFailed: the password is not right.
    """
    row = find_set_aside(session, number)
    container_for_change(session, row.container.number)
    if row not in undecided(session, row.container):
        raise OutOfDate("QA has decided this already.")
    if form.disposition is Disposition.USABLE and form.stability_data is None:
        says = "Name the data the decision rests on; without data it must not be used."
        raise BadInput([FieldError("stability_data", says)])
    words = DispositionWords(
        container=row.container.number,
        lot_number=row.container.lot.number,
        set_aside_because=row.reason,
        disposition=form.disposition,
        reason=form.reason,
        stability_data=form.stability_data,
    )
    about = row.container.ref
    signature = sign(
        session,
        words,
        about=about,
        by=by,
        signing=form.signing,
        meaning=Meaning.DECIDED,
        at=at,
    )
    decided = DispositionRow(
        set_aside=row,
        disposition=form.disposition,
        reason=form.reason,
        stability_data=form.stability_data,
        at=at,
        signature=signature.binding,
    )
    session.add(decided)
    audit.record(session, by=by, at=at, did="delivery.decide", about=about, why=form.reason)
    return decided
