"""At the bedside: thawed or opened, and given to the one patient it was ordered for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.delivery.actions.cases import identity_case, judge_containers, product_of
from app.delivery.actions.events import (
    add_event,
    latest,
    prepared_in,
    record_for_each,
    refuse_odd_moment,
)
from app.delivery.actions.finding import locked_in, shipment_for_change
from app.delivery.actions.handing import (
    done,
    refuse_misread,
    sign_step,
    words_without_signing,
)
from app.delivery.actions.setting_aside import stop_unless_identified
from app.delivery.models import Shipment
from app.delivery.rules import GIVING
from app.errors import BadInput, FieldError, refuse_if
from app.lot.deviations import raise_deviation
from app.lot.models import Container
from app.people.actor import Actor
from app.rulebook import judge
from schemas.delivery import EventKind, StepOutcome
from schemas.delivery_case import GivingCase, Step
from schemas.delivery_forms import Administer, Identified, Prepare
from schemas.finding import Finding
from schemas.lot import ContainerState
from schemas.trail import Meaning, Signature

MINUTE = timedelta(minutes=1)


def _at_hand(
    session: Session, shipment: Shipment, form: Identified
) -> tuple[list[Container], list[Container]]:
    """The containers at the site, and those of them that were scanned."""
    at_site = locked_in(session, shipment, ContainerState.AT_SITE)
    refuse_misread(session, form)
    scanned = {each.container for each in form.scans}
    return at_site, [each for each in at_site if each.number in scanned]


def prepare(
    session: Session, number: str, form: Prepare, *, by: Actor, at: datetime
) -> StepOutcome:
    """Containers are thawed or opened: the last gate before the patient (R-ATMP-36).

    Asked before it happens: recalled, held, set aside or expired is refused here.

    Raises:
        NotFound: no such shipment of this site, or nothing in it is at the site.
        BadInput: a number is of no container, or the moment is not possible.
        Refused: with everything that stands against it.
    """
    shipment = shipment_for_change(session, number, by=by)
    at_site, scanned = _at_hand(session, shipment, form)
    case = identity_case(form, shipment, at_site, all_of_them=False)
    stopped = stop_unless_identified(session, shipment, at_site, case, by=by, at=at)
    if stopped is not None:
        return stopped
    refuse_odd_moment("opened_at", form.opened_at, after=latest(session, scanned), at=at)
    refuse_if(judge_containers(session, scanned, shipment, step=Step.PREPARE, by=by, at=at))
    for each in scanned:
        add_event(
            session,
            each,
            EventKind.PREPARED,
            shipment=shipment,
            by=by,
            at=at,
            happened_at=form.opened_at,
            words=form.plain(),
        )
    details = form.plain()
    record_for_each(session, scanned, did="delivery.prepare", by=by, at=at, details=details)
    return done(shipment)


def administer(
    session: Session, number: str, form: Administer, *, by: Actor, at: datetime
) -> StepOutcome:
    """The physician signs what the patient was given; traceability is closed (R-DEL-13).

    Judged again: a recall or a hold since the thawing, an expiry, refuse it. What was given all
    the same is recorded with the reason and a critical deviation, for the patient's sake; never
    to another patient. Too late after thawing, or an adverse reaction, opens a deviation.

    Raises:
        NotFound: no such shipment of this site, or nothing in it is at the site.
        BadInput: the patient was not identified, or the moments are not possible.
        Refused: with everything that stands against it.
        SignatureFailed: the password is not right.
    """
    shipment = shipment_for_change(session, number, by=by)
    at_site, scanned = _at_hand(session, shipment, form)
    case = identity_case(form, shipment, at_site, all_of_them=False)
    stopped = stop_unless_identified(session, shipment, at_site, case, by=by, at=at)
    if stopped is not None:
        return stopped
    _refuse_incomplete(session, form, scanned, at=at)
    against = judge_containers(
        session, scanned, shipment, step=Step.ADMINISTER, by=by, at=form.started_at
    )
    if form.given_all_the_same is None:
        refuse_if(against)
    findings = (*against, *judge(GIVING, _giving_case(session, shipment, scanned, form)))
    words = {**words_without_signing(form), "dose_cells": format(dose_of(scanned, form), "f")}
    signature = sign_step(
        session,
        shipment,
        EventKind.ADMINISTERED,
        words,
        by=by,
        signing=form.signing,
        meaning=Meaning.ADMINISTERED,
        at=at,
    )
    _give(session, shipment, scanned, form, words=words, signature=signature, by=by, at=at)
    numbers = _report(session, scanned, form, findings, against, by=by, at=at)
    why = form.given_all_the_same
    record_for_each(
        session, scanned, did="delivery.administer", by=by, at=at, why=why, details=words
    )
    return done(shipment, findings, *numbers)


def _give(
    session: Session,
    shipment: Shipment,
    scanned: Sequence[Container],
    form: Administer,
    *,
    words: dict[str, Any],
    signature: Signature,
    by: Actor,
    at: datetime,
) -> None:
    for each in scanned:
        add_event(
            session,
            each,
            EventKind.ADMINISTERED,
            shipment=shipment,
            by=by,
            at=at,
            happened_at=form.started_at,
            to_holder=f"Patient {shipment.order.patient_code}",
            words=words,
            signature=signature,
        )


def dose_of(containers: Sequence[Container], form: Administer) -> Decimal:
    """The viable cells that were given: those of the containers, less what was left."""
    cells = sum((each.viable_cells for each in containers), Decimal(0))
    share = form.given_ml / (form.given_ml + form.left_ml)
    return (cells * share).quantize(Decimal(1))


def _refuse_incomplete(
    session: Session, form: Administer, scanned: Sequence[Container], *, at: datetime
) -> None:
    errors = []
    if not form.patient_identified:
        says = "Identify the patient at the bedside, and tick that it was done."
        errors.append(FieldError("patient_identified", says))
    if form.given_ml <= 0:
        errors.append(FieldError("given_ml", "Enter how much the patient was given."))
    if form.ended_at < form.started_at:
        errors.append(FieldError("ended_at", "The end lies before the start."))
    if errors:
        raise BadInput(errors)
    refuse_odd_moment("started_at", form.started_at, after=latest(session, scanned), at=at)
    refuse_odd_moment("ended_at", form.ended_at, after=None, at=at)


def _giving_case(
    session: Session, shipment: Shipment, scanned: Sequence[Container], form: Administer
) -> GivingCase:
    rows = [prepared_in(session, each, shipment) for each in scanned]
    opened = min((each.happened_at for each in rows if each), default=form.started_at)
    ready = product_of(session, scanned[0]).reconstitution
    read: list[Any] = [each.words.get("instruction_version") for each in rows if each]
    return GivingCase(
        minutes_opened=-(-(form.ended_at - opened) // MINUTE),
        maximum_minutes=ready.maximum_minutes if ready else None,
        instruction_version=ready.version if ready else None,
        instruction_read=read[0] if read else None,
    )


def _report(
    session: Session,
    scanned: Sequence[Container],
    form: Administer,
    findings: Sequence[Finding],
    against: Sequence[Finding],
    *,
    by: Actor,
    at: datetime,
) -> list[str]:
    """Deviations for what the rules found and for an adverse reaction, in each lot concerned."""
    says = " ".join(each.says for each in findings)
    told: list[tuple[str, str, str | None]] = []
    if against:
        why = f"{says} Reason: {form.given_all_the_same}"
        told.append(("Given although the rules said no", why, findings[0].rule))
    elif findings:
        told.append(("Administration was not as it should be", says, findings[0].rule))
    if form.adverse_reaction:
        told.append(("Adverse reaction reported", form.adverse_reaction, None))
    return [
        raise_deviation(
            session,
            lot,
            about=scanned[0].ref,
            title=title,
            description=description,
            rule=number,
            critical=bool(against) and number is not None,
            by=by,
            at=at,
        ).number
        for lot in dict.fromkeys(each.lot for each in scanned)
        for title, description, number in told
    ]
