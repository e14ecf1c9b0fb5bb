"""What is done with supplies: received, decided, maintained, used; and what they touched."""

from app.supplies.actions.equipment import (
    add_equipment,
    add_room,
    change_equipment_service,
    change_room_service,
    log_calibration,
    log_cleaning,
)
from app.supplies.actions.evidence import evidence_about
from app.supplies.actions.finding import (
    find_equipment,
    find_material,
    find_material_lot,
    find_room,
    find_supplier,
    known_kinds,
    known_materials,
    known_suppliers,
    left_of,
    page_for,
    rooms,
    usable_equipment,
    usable_lots,
)
from app.supplies.actions.materials import (
    Decided,
    attach_certificate,
    decide_material,
    define_material,
    receive_material,
    what_bars_release,
)
from app.supplies.actions.suppliers import approvals, approve_supplier
from app.supplies.actions.uses import (
    lots_touched_by,
    supplies_of_lot,
    uses_of_equipment,
    uses_of_material_lot,
)
from app.supplies.actions.using import use_equipment, use_material, use_room
from app.supplies.actions.viewing import (
    catalogue,
    equipment_page,
    lot_views,
    material_page,
    overview,
    room_page,
)
from app.supplies.actions.waiting import falling_due, waiting

__all__ = [
    "Decided",
    "add_equipment",
    "add_room",
    "approvals",
    "approve_supplier",
    "attach_certificate",
    "catalogue",
    "change_equipment_service",
    "change_room_service",
    "decide_material",
    "define_material",
    "equipment_page",
    "evidence_about",
    "falling_due",
    "find_equipment",
    "find_material",
    "find_material_lot",
    "find_room",
    "find_supplier",
    "known_kinds",
    "known_materials",
    "known_suppliers",
    "left_of",
    "log_calibration",
    "log_cleaning",
    "lot_views",
    "lots_touched_by",
    "material_page",
    "overview",
    "page_for",
    "receive_material",
    "room_page",
    "rooms",
    "supplies_of_lot",
    "usable_equipment",
    "usable_lots",
    "use_equipment",
    "use_material",
    "use_room",
    "uses_of_equipment",
    "uses_of_material_lot",
    "waiting",
    "what_bars_release",
]
