"""Containers, notices, shippers and genealogy for machines."""

from typing import Annotated

from fastapi import Query

from app.delivery.actions import (
    ending,
    facts,
    finding,
    packing,
    record,
    setting_aside,
    stops,
)
from app.delivery.actions.events import events_of
from app.delivery.actions.genealogy import genealogy_of
from app.delivery.roles import (
    Destroyer,
    NumberInPath,
    Packer,
    Qualifier,
    Quality,
    Reader,
    Returner,
    RowInPath,
    Site,
    Tracer,
)
from app.people.actor import Actor
from app.web.clock import Now
from app.web.machines import Once, answers_once
from app.web.routing import Addresses
from app.web.unit import Look
from schemas.delivery import (
    ContainerJourney,
    DeliveryRecord,
    Notice,
    NoticeList,
    SetAside,
    ShipperFacts,
)
from schemas.delivery_forms import (
    AcknowledgeNotice,
    Destroy,
    DisposeContainer,
    QualifyShipper,
    Return,
    Unpack,
)
from schemas.genealogy import Genealogy

api = Addresses()


@api.get("/delivery/containers/{number}")
def show_container(number: NumberInPath, by: Reader, session: Look) -> ContainerJourney:
    """A container, and everything that happened to it."""
    return _journey(session, number, by)


def _journey(session: Look, number: NumberInPath, by: Actor) -> ContainerJourney:
    row = finding.find_container(session, number, by=by)
    return ContainerJourney(
        container=facts.container_line(session, row, by=by),
        events=facts.event_facts(session, events_of(session, row)),
        set_aside=facts.set_aside_facts(session, [row]),
    )


@api.post("/delivery/containers/{number}/unpacking")
@answers_once
def unpack(
    number: NumberInPath, by: Packer, form: Unpack, at: Now, session: Once
) -> ContainerJourney:
    """A packed container goes back into store."""
    packing.unpack(session, number, form, by=by, at=at)
    return _journey(session, number, by)


@api.post("/delivery/containers/{number}/return")
@answers_once
def return_container(
    number: NumberInPath,
    by: Returner,
    form: Return,
    at: Now,
    session: Once,
) -> ContainerJourney:
    """A container goes back to the unit."""
    ending.return_container(session, number, form, by=by, at=at)
    return _journey(session, number, by)


@api.post("/delivery/containers/{number}/destruction")
@answers_once
def destroy_container(
    number: NumberInPath,
    by: Destroyer,
    form: Destroy,
    at: Now,
    session: Once,
) -> ContainerJourney:
    """A container is destroyed before a witness."""
    ending.destroy_container(session, number, form, by=by, at=at)
    return _journey(session, number, by)


@api.post("/delivery/set-aside/{number}/disposition")
@answers_once
def dispose(
    number: RowInPath,
    by: Quality,
    form: DisposeContainer,
    at: Now,
    session: Once,
) -> SetAside:
    """QA decides on what was set aside."""
    row = setting_aside.dispose(session, number, form, by=by, at=at)
    session.flush()
    listed = facts.set_aside_facts(session, [row.set_aside.container])
    return next(each for each in listed if each.number == number)


@api.get("/delivery/notices")
def list_notices(by: Reader, session: Look) -> NoticeList:
    """Containers outside of lots that were stopped; a treating site's own."""
    return NoticeList(notices=stops.notices(session, by))


@api.post("/delivery/notices/{container}/acknowledgement")
@answers_once
def acknowledge(
    container: NumberInPath,
    by: Site,
    form: AcknowledgeNotice,
    at: Now,
    session: Once,
) -> Notice:
    """A treating site has read a notice, and says what was done."""
    return stops.acknowledge(session, container, form, by=by, at=at)


@api.post("/delivery/shippers", status_code=201)
@answers_once
def qualify_shipper(
    by: Qualifier,
    form: QualifyShipper,
    at: Now,
    session: Once,
) -> ShipperFacts:
    """QA signs the qualification of a shipper."""
    return facts.shipper_facts(packing.qualify_shipper(session, form, by=by, at=at))


@api.get("/lots/{number}/delivery")
def show_delivery(number: NumberInPath, by: Tracer, session: Look) -> DeliveryRecord:
    """Everything that happened to a lot's containers, as the batch record holds it."""
    return record.delivery_of(session, record.find_lot_seen(session, number, by=by))


@api.get("/genealogy")
def show_genealogy(
    by: Tracer,
    session: Look,
    ref: Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[ -~]+$")],
) -> Genealogy:
    """Everything before and after a donor, donation, material lot, lot, container or patient."""
    return genealogy_of(session, ref)
