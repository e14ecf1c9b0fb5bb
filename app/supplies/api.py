"""The stores for machines: the same actions, the same contracts."""

from typing import Annotated

from fastapi import Query

from app.people.actor import Actor
from app.people.sessions import allowed
from app.supplies import actions
from app.supplies.alarm import Alarming
from app.web.clock import Now
from app.web.machines import Once, answers_once
from app.web.routing import API, Addresses
from app.web.unit import Look
from schemas.base import Code
from schemas.supply import LotSupplies
from schemas.supply_forms import (
    ApproveSupplier,
    AttachCertificate,
    ChangeService,
    DecideMaterial,
    LogCalibration,
    LogCleaning,
    NewEquipment,
    NewMaterial,
    NewRoom,
    ReceiveMaterial,
)
from schemas.supply_views import (
    Catalogue,
    EquipmentPage,
    MaterialPage,
    RoomPage,
    SupplyOverview,
    SupplySearch,
)

api = Addresses(prefix=f"{API}/supplies", tags=["supplies"])

Reader = Annotated[Actor, allowed("supply.read")]
Receiver = Annotated[Actor, allowed("supply.receive")]
Decider = Annotated[Actor, allowed("supply.decide")]
Maintainer = Annotated[Actor, allowed("supply.maintain")]
Words = Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")]


@api.get("")
def list_stores(
    *, by: Reader, at: Now, session: Look, words: Words = "", everything: bool = False
) -> SupplyOverview:
    """Material lots, equipment and rooms, what expires first at the top."""
    search = SupplySearch(words=words, everything=everything)
    return actions.overview(session, search, by=by, at=at)


@api.get("/catalogue", dependencies=[allowed("supply.read")])
def show_catalogue(session: Look) -> Catalogue:
    """What each material must be, and who may supply it."""
    return actions.catalogue(session)


@api.post("/catalogue")
@answers_once
def define_material(by: Decider, new: NewMaterial, at: Now, session: Once) -> Catalogue:
    """Define a material."""
    actions.define_material(session, new, by=by, at=at)
    return actions.catalogue(session)


@api.post("/suppliers")
@answers_once
def approve_supplier(by: Decider, words: ApproveSupplier, at: Now, session: Once) -> Catalogue:
    """Approve a supplier for materials, or withdraw it, by signature."""
    actions.approve_supplier(session, words, by=by, at=at)
    return actions.catalogue(session)


@api.post("/materials")
@answers_once
def receive_material(by: Receiver, new: ReceiveMaterial, at: Now, session: Once) -> MaterialPage:
    """Receive a material lot into quarantine."""
    lot = actions.receive_material(session, new, by=by, at=at)
    return actions.material_page(session, lot.number, by=by, at=at)


@api.get("/materials/{number}")
def show_material(number: Code, by: Reader, at: Now, session: Look) -> MaterialPage:
    """A material lot, each use of it, and the lots it touched."""
    return actions.material_page(session, number, by=by, at=at)


@api.post("/materials/{number}/certificate")
@answers_once
def attach_certificate(
    number: Code, by: Receiver, words: AttachCertificate, at: Now, session: Once
) -> MaterialPage:
    """Attach the supplier's certificate."""
    actions.attach_certificate(session, number, words, by=by, at=at)
    return actions.material_page(session, number, by=by, at=at)


@api.post("/materials/{number}/decision")
@answers_once
def decide_material(
    *, number: Code, by: Decider, decision: DecideMaterial, at: Now, alarm: Alarming, session: Once
) -> MaterialPage:
    """Release or reject a material lot, by signature; a rejection finds every lot it touched."""
    actions.decide_material(session, number, decision, alarm=alarm, by=by, at=at)
    return actions.material_page(session, number, by=by, at=at)


@api.post("/equipment")
@answers_once
def add_equipment(by: Maintainer, new: NewEquipment, at: Now, session: Once) -> EquipmentPage:
    """Put equipment on the list."""
    row = actions.add_equipment(session, new, by=by, at=at)
    return actions.equipment_page(session, row.code, by=by, at=at)


@api.get("/equipment/{code}")
def show_equipment(code: Code, by: Reader, at: Now, session: Look) -> EquipmentPage:
    """A piece of equipment, its logbook and each use of it."""
    return actions.equipment_page(session, code, by=by, at=at)


@api.post("/equipment/{code}/calibration")
@answers_once
def log_calibration(
    *, code: Code, by: Maintainer, log: LogCalibration, at: Now, alarm: Alarming, session: Once
) -> EquipmentPage:
    """Log a calibration; a failed one finds every lot since the last good one."""
    actions.log_calibration(session, code, log, alarm=alarm, by=by, at=at)
    return actions.equipment_page(session, code, by=by, at=at)


@api.post("/equipment/{code}/cleaning")
@answers_once
def log_cleaning(
    code: Code, by: Maintainer, log: LogCleaning, at: Now, session: Once
) -> EquipmentPage:
    """Log a cleaning."""
    actions.log_cleaning(session, code, log, by=by, at=at)
    return actions.equipment_page(session, code, by=by, at=at)


@api.post("/equipment/{code}/service")
@answers_once
def change_equipment_service(
    code: Code, by: Maintainer, change: ChangeService, at: Now, session: Once
) -> EquipmentPage:
    """Take equipment out of service, or bring it back."""
    actions.change_equipment_service(session, code, change, by=by, at=at)
    return actions.equipment_page(session, code, by=by, at=at)


@api.post("/rooms")
@answers_once
def add_room(by: Decider, new: NewRoom, at: Now, session: Once) -> RoomPage:
    """Put a room on the list."""
    row = actions.add_room(session, new, by=by, at=at)
    return actions.room_page(session, row.code)


@api.get("/rooms/{code}", dependencies=[allowed("supply.read")])
def show_room(code: Code, session: Look) -> RoomPage:
    """A room and each use of it."""
    return actions.room_page(session, code)


@api.post("/rooms/{code}/service")
@answers_once
def change_room_service(
    code: Code, by: Maintainer, change: ChangeService, at: Now, session: Once
) -> RoomPage:
    """Take a room out of service, or bring it back."""
    actions.change_room_service(session, code, change, by=by, at=at)
    return actions.room_page(session, code)


@api.get("/lots/{lot_number}", dependencies=[allowed("supply.read")])
def supplies_of_lot(lot_number: Code, session: Look) -> LotSupplies:
    """Everything that touched a lot, in the order of use."""
    return actions.supplies_of_lot(session, lot_number)
