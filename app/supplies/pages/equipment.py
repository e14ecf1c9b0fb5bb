"""Screens of equipment and rooms: their status, logbooks and uses."""

from typing import Annotated

from fastapi import Request
from starlette.responses import Response

from app.people.actor import Actor
from app.people.sessions import allowed
from app.supplies import actions
from app.supplies.alarm import Alarming
from app.supplies.pages.uploads import sent_with_file
from app.web.clock import Now
from app.web.forms import Option
from app.web.pages import go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, UnitOfWork
from schemas.base import Code
from schemas.supply_forms import ChangeService, LogCalibration, LogCleaning, NewEquipment, NewRoom

pages = Addresses(prefix="/supplies")

Reader = Annotated[Actor, allowed("supply.read")]
Decider = Annotated[Actor, allowed("supply.decide")]
Maintainer = Annotated[Actor, allowed("supply.maintain")]


@pages.get("/equipment/new", dependencies=[allowed("supply.maintain")])
def equipment_form(request: Request, session: Look) -> Response:
    """The form of new equipment."""
    places = tuple(
        Option(each.code, f"{each.code} {each.title}") for each in actions.rooms(session)
    )
    return show(
        request,
        "supplies/new_equipment.html",
        contract=NewEquipment,
        options={"room": places},
        kinds=actions.known_kinds(session),
    )


@pages.post("/equipment/new")
def add_equipment(
    by: Maintainer, form: Annotated[NewEquipment, sent(NewEquipment)], at: Now, session: UnitOfWork
) -> Response:
    """Put equipment on the list."""
    row = actions.add_equipment(session, form, by=by, at=at)
    return go_to(f"/supplies/equipment/{row.code}", "On the list.")


@pages.get("/equipment/{code}")
def one_equipment(request: Request, code: Code, by: Reader, at: Now, session: Look) -> Response:
    """One piece of equipment with its logbook and its uses."""
    page = actions.equipment_page(session, code, by=by, at=at)
    may = by.may("supply.maintain")
    return show(request, "supplies/equipment.html", page=page, may=may)


@pages.get("/equipment/{code}/calibration")
def calibration_form(
    request: Request, code: Code, by: Maintainer, at: Now, session: Look
) -> Response:
    """The form of a calibration."""
    equipment = actions.equipment_page(session, code, by=by, at=at).equipment
    return show(request, "supplies/calibration.html", equipment=equipment, contract=LogCalibration)


@pages.post("/equipment/{code}/calibration")
def log_calibration(
    *,
    code: Code,
    by: Maintainer,
    form: Annotated[LogCalibration, sent_with_file(LogCalibration)],
    at: Now,
    alarm: Alarming,
    session: UnitOfWork,
) -> Response:
    """Log a calibration."""
    actions.log_calibration(session, code, form, alarm=alarm, by=by, at=at)
    return go_to(f"/supplies/equipment/{code}", "The calibration is logged.")


@pages.get("/equipment/{code}/cleaning")
def cleaning_form(request: Request, code: Code, by: Maintainer, at: Now, session: Look) -> Response:
    """The form of a cleaning."""
    equipment = actions.equipment_page(session, code, by=by, at=at).equipment
    return show(request, "supplies/cleaning.html", equipment=equipment, contract=LogCleaning)


@pages.post("/equipment/{code}/cleaning")
def log_cleaning(
    code: Code,
    by: Maintainer,
    form: Annotated[LogCleaning, sent_with_file(LogCleaning)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Log a cleaning."""
    actions.log_cleaning(session, code, form, by=by, at=at)
    return go_to(f"/supplies/equipment/{code}", "The cleaning is logged.")


@pages.get("/equipment/{code}/service")
def equipment_service_form(
    request: Request, code: Code, by: Maintainer, at: Now, session: Look
) -> Response:
    """The form that takes equipment out of service, or brings it back."""
    equipment = actions.equipment_page(session, code, by=by, at=at).equipment
    return show(
        request, "supplies/service.html", thing=equipment, kind="equipment", contract=ChangeService
    )


@pages.post("/equipment/{code}/service")
def change_equipment_service(
    code: Code,
    by: Maintainer,
    form: Annotated[ChangeService, sent(ChangeService)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Take equipment out of service, or bring it back."""
    actions.change_equipment_service(session, code, form, by=by, at=at)
    return go_to(f"/supplies/equipment/{code}", "Logged.")


@pages.get("/rooms/new", dependencies=[allowed("supply.decide")])
def room_form(request: Request) -> Response:
    """The form of a new room."""
    return show(request, "supplies/new_room.html", contract=NewRoom)


@pages.post("/rooms/new")
def add_room(
    by: Decider, form: Annotated[NewRoom, sent(NewRoom)], at: Now, session: UnitOfWork
) -> Response:
    """Put a room on the list."""
    row = actions.add_room(session, form, by=by, at=at)
    return go_to(f"/supplies/rooms/{row.code}", "On the list.")


@pages.get("/rooms/{code}")
def one_room(request: Request, code: Code, by: Reader, session: Look) -> Response:
    """One room with its uses."""
    may = by.may("supply.maintain")
    return show(request, "supplies/room.html", page=actions.room_page(session, code), may=may)


@pages.get("/rooms/{code}/service", dependencies=[allowed("supply.maintain")])
def room_service_form(request: Request, code: Code, session: Look) -> Response:
    """The form that takes a room out of service, or brings it back."""
    room = actions.room_page(session, code).room
    return show(request, "supplies/service.html", thing=room, kind="rooms", contract=ChangeService)


@pages.post("/rooms/{code}/service")
def change_room_service(
    code: Code,
    by: Maintainer,
    form: Annotated[ChangeService, sent(ChangeService)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Take a room out of service, or bring it back."""
    actions.change_room_service(session, code, form, by=by, at=at)
    return go_to(f"/supplies/rooms/{code}", "Logged.")
