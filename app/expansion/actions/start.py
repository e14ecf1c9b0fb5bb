"""A lot is started: numbered, its documents frozen, its cells taken from where they are."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import BadInput, FieldError, NotFound, refuse_if
from app.expansion.cases import container_case, donation_case, is_trained
from app.expansion.rules import START_RULES
from app.lot.lots import find_lot, next_lot_number
from app.lot.models import Lot, Source
from app.masters.shelf import Effective, effective_bundle
from app.people.actor import Actor, local_day
from app.rulebook import judge
from app.trail import audit
from schemas.expansion import StartLot
from schemas.expansion_facts import ContainerCase, DonationCase, StartCase
from schemas.lot import SourceKind, Stage
from schemas.quantity import Unit


def start_lot(session: Session, start: StartLot, *, by: Actor, at: datetime) -> Lot:
    """Start a lot on the versions that are effective today, from donations or a certified bank.

    Donors and containers stay locked until the transaction ends.

    Raises:
        Refused: EXP-01 to EXP-13. NotEffective: a document of the product is not effective.
        BadInput: a donation or container is not known here.
    """
    by = by.doing("lot.start")
    effective = effective_bundle(session, start.product_code, on=local_day(by, at))
    case = start_case(session, start, effective, by=by, at=at)
    refuse_if(judge(START_RULES, case))
    lot = _lot(session, effective, case, by=by, at=at)
    session.add(lot)
    _take_donations(session, lot, case.donations, at)
    _take_containers(session, lot, case.containers, at)
    audit.record(session, by=by, at=at, did="lot.start", about=lot.ref, details=start.plain())
    return lot


def start_case(
    session: Session, start: StartLot, effective: Effective, *, by: Actor, at: datetime
) -> StartCase:
    """Everything the rules look at before a lot is started.

    Raises:
        BadInput: a donation or container is not known here.
    """
    errors: list[FieldError] = []
    donations: list[DonationCase] = []
    containers: list[ContainerCase] = []
    product, master = effective.bundle.product, effective.bundle.master
    for place, used in enumerate(start.donations):
        try:
            donations.append(donation_case(session, used, product, by=by, at=at))
        except NotFound as unknown:
            errors.append(FieldError(f"donations.{place}.donation", unknown.says))
    for number in sorted(set(start.containers)):
        try:
            containers.append(container_case(session, number))
        except NotFound as unknown:
            errors.append(FieldError("containers", unknown.says))
    if errors:
        raise BadInput(errors)
    return StartCase(
        asked=start,
        product=product,
        master=master,
        trained=is_trained(session, by, master, local_day(by, at)),
        donations=tuple(donations),
        containers=tuple(containers),
        now=at,
        zone=by.zone,
    )


def _lot(
    session: Session, effective: Effective, case: StartCase, *, by: Actor, at: datetime
) -> Lot:
    product, specification, master = (effective.product, effective.specification, effective.master)
    return Lot(
        number=next_lot_number(session, by, at=at),
        product_code=product.code,
        product_version=product.document_version,
        product_digest=product.digest,
        product_name=case.product.name,
        specification_code=specification.code,
        specification_version=specification.document_version,
        specification_digest=specification.digest,
        master_code=master.code,
        master_version=master.document_version,
        master_digest=master.digest,
        is_bank=case.product.is_bank,
        donation_use=case.product.donation_use,
        patient_coi=case.asked.patient_code,
        stage=Stage.IN_PRODUCTION,
        held=False,
        started_at=at,
    )


def _take_donations(
    session: Session, lot: Lot, donations: tuple[DonationCase, ...], at: datetime
) -> None:
    session.add_all(
        Source(
            lot=lot,
            kind=SourceKind.DONATION,
            ref=each.code,
            quantity=each.asked,
            unit=UNITS.get(each.unit, each.unit),
            at=at,
        )
        for each in donations
    )


UNITS = {"piece": Unit.ONE.value}
"""What intake calls a unit and quantities write otherwise."""


def _take_containers(
    session: Session, lot: Lot, containers: tuple[ContainerCase, ...], at: datetime
) -> None:
    session.add_all(
        Source(
            lot=lot,
            kind=SourceKind.CONTAINER,
            ref=each.container.number,
            parent_lot=find_lot(session, each.container.lot_number),
            quantity=each.container.volume_ml,
            unit=Unit.MILLILITRE.value,
            at=at,
        )
        for each in containers
    )
