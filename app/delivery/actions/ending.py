"""A container comes back, or is destroyed before a witness (R-DEL-14)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.delivery.actions.events import add_event, latest, record_for_each, refuse_odd_moment
from app.delivery.actions.finding import find_container, last_shipment, of_a_site
from app.delivery.models import ContainerEvent
from app.errors import BadInput, FieldError, SamePerson
from app.lot.containers import container_for_change
from app.lot.deviations import raise_deviation
from app.lot.journey import refuse_container_move
from app.lot.models import Container
from app.people.actions import account_named
from app.people.actor import Actor
from app.people.sessions import actor_of
from app.trail.signatures import sign
from schemas.delivery import EventKind
from schemas.delivery_forms import Destroy, Destruction, Return
from schemas.delivery_words import StepWords
from schemas.lot import ContainerState
from schemas.people import Signing
from schemas.trail import Meaning, Signature


def return_container(
    session: Session, number: str, form: Return, *, by: Actor, at: datetime
) -> ContainerEvent:
    """A container goes back to the unit; it is never given to anyone (R-DEL-14).

    Raises:
        NotFound: there is no such container, or it is another site's.
        NoSuchMove: it is neither on its way nor at the site.
        BadInput: the moment is not possible.
    """
    find_container(session, number, by=by)
    container = container_for_change(session, number)
    refuse_odd_moment("returned_at", form.returned_at, after=latest(session, [container]), at=at)
    row = add_event(
        session,
        container,
        EventKind.RETURNED,
        shipment=last_shipment(session, container),
        by=by,
        at=at,
        happened_at=form.returned_at,
        to_holder=form.taken_by,
        words=form.plain(),
    )
    record_for_each(session, [container], did="delivery.return", by=by, at=at, why=form.reason)
    return row


def destroy_container(
    session: Session, number: str, form: Destroy, *, by: Actor, at: datetime
) -> ContainerEvent:
    """A container is destroyed; who did it and who watched both sign (R-DEL-14).

    A volume that is not accounted for opens a deviation.

    Raises:
        NotFound: there is no such container, or it is another site's.
        NoSuchMove: it cannot be destroyed from where it is.
        BadInput: the moment is not possible, or no witness is named.
        SamePerson: the witness is who did it.
        Forbidden: the witness may not witness here.
        SignatureFailed: one of the passwords is not right.
    """
    find_container(session, number, by=by)
    container = container_for_change(session, number)
    refuse_odd_moment("destroyed_at", form.destroyed_at, after=latest(session, [container]), at=at)
    refuse_container_move(number, container.state, ContainerState.DESTROYED)
    watching = _witness(session, form.witness, by=by)
    words = Destruction.model_validate(form.model_dump(exclude={"signing", "witness"})).plain()
    signature = _sign(session, container, words, form.signing, Meaning.PERFORMED, by=by, at=at)
    seen = _sign(session, container, words, form.witness, Meaning.CHECKED, by=watching, at=at)
    row = add_event(
        session,
        container,
        EventKind.DESTROYED,
        shipment=last_shipment(session, container),
        by=by,
        at=at,
        happened_at=form.destroyed_at,
        to_holder="Destroyed",
        words={**words, "witness": watching.name},
        signature=signature,
        witness=seen,
    )
    _account_for(session, container, form.destroyed_ml, by=by, at=at)
    record_for_each(
        session,
        [container],
        did="delivery.destroy",
        by=by,
        at=at,
        why=form.reason,
        details=words,
    )
    return row


def _witness(session: Session, witness: Signing, *, by: Actor) -> Actor:
    if witness.username is None:
        raise BadInput([FieldError("witness.username", "Enter the user name of the witness.")])
    if witness.username == by.username:
        raise SamePerson("Someone else has to watch: the witness signs with their own password.")
    watching = actor_of(session, account_named(session, witness.username))
    if of_a_site(by) and watching.treating_site != by.treating_site:
        says = "The witness is somebody of your own site."
        raise BadInput([FieldError("witness.username", says)])
    return watching.doing("delivery.witness")


def _sign(
    session: Session,
    container: Container,
    words: dict[str, Any],
    signing: Signing,
    meaning: Meaning,
    *,
    by: Actor,
    at: datetime,
) -> Signature:
    shipment = last_shipment(session, container)
    signed = StepWords(
        kind=EventKind.DESTROYED,
        order_number=shipment.order.number if shipment else None,
        shipment_number=shipment.number if shipment else None,
        product_name=container.lot.product_name,
        patient_code=shipment.order.patient_code if shipment else container.lot.patient_coi,
        container=container.number,
        words=words,
    )
    return sign(
        session, signed, about=container.ref, by=by, signing=signing, meaning=meaning, at=at
    )


def _account_for(
    session: Session, container: Container, destroyed_ml: Decimal, *, by: Actor, at: datetime
) -> None:
    if destroyed_ml >= container.volume_ml:
        return
    raise_deviation(
        session,
        container.lot,
        about=container.ref,
        title=f"Volume of {container.number} is not accounted for",
        description=f"{destroyed_ml} mL were destroyed of {container.volume_ml} mL.",
        rule=None,
        critical=False,
        by=by,
        at=at,
    )
