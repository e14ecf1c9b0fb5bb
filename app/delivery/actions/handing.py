"""A shipment is identified by a second person, handed over, and received at the treating site."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.delivery.actions.cases import identity_case, journey_case, judge_containers
from app.delivery.actions.events import (
    add_event,
    holder_of,
    latest,
    record_for_each,
    refuse_odd_moment,
)
from app.delivery.actions.finding import (
    locked_in,
    shipment_for_change,
    unknown_scans,
)
from app.delivery.actions.packing import papers_of
from app.delivery.actions.setting_aside import set_aside, stop_unless_identified
from app.delivery.models import Shipment
from app.delivery.rules import JOURNEY
from app.errors import BadInput, FieldError, refuse_if
from app.lot.models import Container
from app.people.actor import Actor
from app.rulebook import judge
from app.trail.separation import refuse_same_person
from app.trail.signatures import sign
from schemas.delivery import EventKind, StepOutcome
from schemas.delivery_case import IdentityCase, Step
from schemas.delivery_forms import (
    Arrival,
    CheckShipment,
    HandOver,
    Identified,
    ReceiveShipment,
)
from schemas.delivery_words import StepWords
from schemas.finding import Finding
from schemas.lot import ContainerState
from schemas.people import Signing
from schemas.trail import Meaning, Signature


def words_without_signing(form: Identified) -> dict[str, Any]:
    """A form as it is signed and kept: without its passwords."""
    return form.model_dump(mode="json", exclude={"signing"})


def sign_step(
    session: Session,
    shipment: Shipment,
    kind: EventKind,
    words: dict[str, Any],
    *,
    by: Actor,
    signing: Signing,
    meaning: Meaning,
    at: datetime,
) -> Signature:
    """Sign what was done to the containers of a shipment.

    Raises:
        SignatureFailed: the password is not right.
    """
    signed = StepWords(
        kind=kind,
        order_number=shipment.order.number,
        shipment_number=shipment.number,
        product_name=papers_of(shipment).product_name,
        patient_code=shipment.order.patient_code,
        words=words,
    )
    return sign(session, signed, about=shipment.ref, by=by, signing=signing, meaning=meaning, at=at)


def done(shipment: Shipment, findings: Sequence[Finding] = (), *deviations: str) -> StepOutcome:
    """A step that was done, with what it brought up."""
    return StepOutcome(
        done=True,
        order_number=shipment.order.number,
        shipment_number=shipment.number,
        findings=tuple(findings),
        deviations=deviations,
    )


def refuse_misread(session: Session, form: Identified) -> None:
    """Refuse numbers that are of no container: misread, so to be read again.

    Raises:
        BadInput: names each of them.
    """
    errors = unknown_scans(session, form.scans)
    if errors:
        raise BadInput(errors)


def check_shipment(
    session: Session, number: str, form: CheckShipment, *, by: Actor, at: datetime
) -> StepOutcome:
    """A second person identifies every packed container and the patient (R-DEL-09).

    Identifiers that do not agree are a hard stop: the outcome says so and the step is not done.

    Raises:
        NotFound: no such shipment, or nothing in it is packed.
        BadInput: a number is of no container.
        SamePerson: who packed does not check (SOD-13).
        Refused: a rule stands against it meanwhile.
        SignatureFailed: the password is not right.
    """
    shipment = shipment_for_change(session, number, by=by)
    containers = locked_in(session, shipment, ContainerState.PACKED)
    for each in containers:
        refuse_same_person(session, "delivery.check", about=each.ref, by=by)
    refuse_misread(session, form)
    case = identity_case(form, shipment, containers, all_of_them=True)
    stopped = stop_unless_identified(session, shipment, containers, case, by=by, at=at)
    if stopped is not None:
        return stopped
    refuse_if(judge_containers(session, containers, shipment, step=Step.CHECK, by=by, at=at))
    words = words_without_signing(form)
    signature = sign_step(
        session,
        shipment,
        EventKind.CHECKED,
        words,
        by=by,
        signing=form.signing,
        meaning=Meaning.CHECKED,
        at=at,
    )
    for each in containers:
        add_event(
            session,
            each,
            EventKind.CHECKED,
            shipment=shipment,
            by=by,
            at=at,
            words=words,
            signature=signature,
        )
    record_for_each(session, containers, did="delivery.check", by=by, at=at, details=words)
    return done(shipment)


def hand_over(
    session: Session, number: str, form: HandOver, *, by: Actor, at: datetime
) -> StepOutcome:
    """A sealed shipper changes hands: to a courier, or between couriers (R-DEL-09, R-DEL-10).

    Custody begins where it ended. Two identifiers, patient and seal, are compared; if they do
    not agree, everything stops.

    Raises:
        NotFound: no such shipment, or nothing in it is packed or on its way.
        BadInput: the moment lies ahead, or before what was recorded last, or it is in these
            hands already.
        Refused: a rule stands against it: recalled, held, expired, not checked.
    """
    shipment = shipment_for_change(session, number, by=by)
    containers = locked_in(session, shipment, ContainerState.PACKED, ContainerState.ON_THE_WAY)
    refuse_odd_moment(
        "handed_over_at", form.handed_over_at, after=latest(session, containers), at=at
    )
    _refuse_same_hands(session, containers[0], form, by=by)
    case = IdentityCase(
        patient_read=form.patient_code,
        patient=shipment.order.patient_code,
        containers_read=(),
        containers=(),
        all_of_them=False,
        seal_read=form.seal,
        seal=shipment.seal,
    )
    stopped = stop_unless_identified(session, shipment, containers, case, by=by, at=at)
    if stopped is not None:
        return stopped
    # What is on its way already has left; from courier to courier only custody is recorded.
    leaving = [each for each in containers if each.state is ContainerState.PACKED]
    refuse_if(judge_containers(session, leaving, shipment, step=Step.HAND_OVER, by=by, at=at))
    for each in containers:
        add_event(
            session,
            each,
            EventKind.HANDED_OVER,
            shipment=shipment,
            by=by,
            at=at,
            happened_at=form.handed_over_at,
            to_holder=form.taken_by,
            words=form.plain(),
        )
    details = form.plain()
    record_for_each(session, containers, did="delivery.hand_over", by=by, at=at, details=details)
    return done(shipment)


def _refuse_same_hands(
    session: Session, container: Container, form: HandOver, *, by: Actor
) -> None:
    """A form that is sent again would add a second hand-over to the same person."""
    holder = holder_of(session, container, by=by)
    if holder.casefold() == form.taken_by.casefold():
        says = f"{holder} has it already; a hand-over is to somebody else."
        raise BadInput([FieldError("taken_by", says)])


def receive_shipment(
    session: Session, number: str, form: ReceiveShipment, *, by: Actor, at: datetime
) -> StepOutcome:
    """The treating site opens a shipment, identifies it, and signs what it found (R-DEL-08 to 10).

    What arrived is on record even when the lot was recalled on the way. A gap in custody,
    damage, a temperature outside the limits or unknown sets it aside for QA.

    Raises:
        NotFound: no such shipment of this site, or nothing in it is on its way.
        BadInput: a number is of no container, or the moment is not possible.
        SignatureFailed: the password is not right.
    """
    shipment = shipment_for_change(session, number, by=by)
    containers = locked_in(session, shipment, ContainerState.ON_THE_WAY)
    refuse_misread(session, form)
    refuse_odd_moment("received_at", form.received_at, after=latest(session, containers), at=at)
    case = identity_case(form, shipment, containers, all_of_them=True)
    stopped = stop_unless_identified(session, shipment, containers, case, by=by, at=at)
    if stopped is not None:
        return stopped
    findings = judge(JOURNEY, journey_case(session, shipment, containers[0], form, by=by))
    words = words_without_signing(form)
    signature = sign_step(
        session,
        shipment,
        EventKind.RECEIVED,
        words,
        by=by,
        signing=form.signing,
        meaning=Meaning.RECEIVED,
        at=at,
    )
    _put_in_store(session, shipment, containers, form, signature, by=by, at=at)
    numbers = _doubt(session, shipment, containers, findings, by=by, at=at)
    record_for_each(session, containers, did="delivery.receive", by=by, at=at, details=words)
    return done(shipment, findings, *numbers)


def _put_in_store(
    session: Session,
    shipment: Shipment,
    containers: Sequence[Container],
    arrival: Arrival,
    signature: Signature,
    *,
    by: Actor,
    at: datetime,
) -> None:
    for each in containers:
        add_event(
            session,
            each,
            EventKind.RECEIVED,
            shipment=shipment,
            by=by,
            at=at,
            happened_at=arrival.received_at,
            to_holder=shipment.order.treating_site,
            words=arrival.model_dump(mode="json", exclude={"signing"}),
            signature=signature,
        )


def _doubt(
    session: Session,
    shipment: Shipment,
    containers: Sequence[Container],
    findings: Sequence[Finding],
    *,
    by: Actor,
    at: datetime,
) -> tuple[str, ...]:
    if not findings:
        return ()
    title = f"Shipment {shipment.number} is in doubt on arrival"
    return set_aside(session, containers, findings, title=title, critical=False, by=by, at=at)
