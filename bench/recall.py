"""A recall: from a material lot to every patient, beside the bare recursive query.

A unit of a hundred thousand lots is made of rows alone: a hundred families of a master bank, ten
working banks and their product lots; ten containers each, two of a product lot sent to a patient.
"""

import gc
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from sqlalchemy import Connection, insert, select, text

from app.db import Base, Database
from app.delivery.actions import descent
from app.delivery.actions.genealogy import genealogy_of
from app.delivery.actions.nodes import find_node
from bench.engines import QUICK, tidy
from bench.many_lots import count_on

FAMILIES, FAMILY = 100, 100 if QUICK else 1_000
WORKING_BANKS, CONTAINERS, SENT = 10, 10, 2
ROUNDS = 15
AT = datetime(2026, 3, 2, 8, tzinfo=UTC)

BARE = text("""
WITH RECURSIVE down(id) AS (
  SELECT l.id FROM material_use u JOIN material_lot m ON m.id = u.material_lot_id
  JOIN lot l ON l.number = u.lot_number WHERE m.number = :material
  UNION SELECT s.lot_id FROM lot_source s JOIN down ON s.parent_lot_id = down.id)
SELECT o.patient_code, o.treating_site, o.number, o.contact, c.number, l.number, l.product_name,
  l.stage, l.held, c.state,
  (SELECT max(e.happened_at) FROM container_event e WHERE e.container_id = c.id)
FROM down JOIN container c ON c.lot_id = down.id JOIN lot l ON l.id = c.lot_id
JOIN container_event p ON p.container_id = c.id AND p.kind = 'packed'
JOIN shipment s ON s.id = p.shipment_id JOIN delivery_order o ON o.id = s.order_id
WHERE c.state NOT IN ('in_store', 'retention', 'consumed')
ORDER BY c.number
""")


def fill(database: Database, number: str) -> str:
    """Make the unit; gives back the number of the material lot that is recalled."""
    tables = Base.metadata.tables
    with database.engine.begin() as connection:
        lot = _first(connection, "lot", tables["lot"].c.number == number)
        container = _first(connection, "container", tables["container"].c.lot_id == lot["id"])
        material = _first(connection, "material_lot")
        base = {name: _last(connection, name) for name in ("lot", "container")}
        connection.execute(insert(tables["shipper_qualification"]), [_shipper()])
        for family in range(FAMILIES):
            for name, rows in _family(family, base, lot, container).items():
                connection.execute(insert(tables[name]), rows)
        connection.execute(
            insert(tables["material_use"]), [_use(material["id"], _number(0, "lot"))]
        )
        count_on(connection, ("lot", "container"))
    tidy(database)
    return str(material["number"])


def _first(connection: Connection, table: str, *where: Any) -> dict[str, Any]:
    row = connection.execute(select(Base.metadata.tables[table]).where(*where).limit(1))
    return dict(row.mappings().one())


def _last(connection: Connection, table: str) -> int:
    id_ = Base.metadata.tables[table].c["id"]
    return connection.scalar(select(id_).order_by(id_.desc()).limit(1)) or 0


def _number(place: int, kind: str) -> str:
    return f"UNIT1-24-{place:06d}" if kind == "lot" else f"{kind}-{place:07d}"


def _family(
    family: int, base: dict[str, int], lot: dict[str, Any], container: dict[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    """The rows of one family, by table, in the order they are written."""
    lots = [
        lot | {"id": base["lot"] + 1 + place, "number": _number(place, "lot"), "stage": "certified"}
        for place in range(family * FAMILY, (family + 1) * FAMILY)
    ]
    rows: dict[str, list[dict[str, Any]]] = {"lot": lots, "lot_source": []}
    rows |= {name: [] for name in ("container", "patient_code", "delivery_order", "shipment")}
    rows["container_event"] = []
    for at, each in enumerate(lots):
        if at:
            working = at % WORKING_BANKS + 1 if at > WORKING_BANKS else 0
            rows["lot_source"].append(_source(each["id"], lots[working]))
        sent = SENT if at > WORKING_BANKS else 0
        if sent:
            for name, row in _sending(each).items():
                rows[name].append(row)
        for one in range(CONTAINERS):
            id_ = base["container"] + 1 + (family * FAMILY + at) * CONTAINERS + one
            state = "administered" if one < sent else "in_store"
            rows["container"].append(
                container
                | {"id": id_, "number": f"{each['number']}-{one + 1:03d}", "state": state}
                | {"lot_id": each["id"]}
            )
            if one < sent:
                rows["container_event"] += _events(id_, each["id"])
    return rows


def _source(lot: int, parent: dict[str, Any]) -> dict[str, Any]:
    return {
        "lot_id": lot,
        "kind": "container",
        "ref": f"{parent['number']}-{lot:06d}",
        "parent_lot_id": parent["id"],
        "quantity": Decimal(1),
        "unit": "1",
        "at": AT,
    }


def _sending(lot: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A patient, an order and a shipment; all have the id of the lot."""
    id_ = lot["id"]
    patient = {"id": id_, "code": _number(id_, "COI"), "treating_site": "ST-ANNA", "made_at": AT}
    order = {
        "id": id_,
        "number": _number(id_, "O"),
        "treating_site": "ST-ANNA",
        "product_code": lot["product_code"],
        "product_name": lot["product_name"],
        "patient_code": patient["code"],
        "lot_number": lot["number"],
        "weight_kg": Decimal(70),
        "containers": SENT,
        "planned_at": AT,
        "zone": "Europe/Warsaw",
        "contact": "Ward 4, day and night",
        "note": None,
        "requested_by": "sara",
        "requested_at": AT,
        "cancelled_at": None,
        "cancelled_because": None,
        "version": 1,
    }
    shipment = {
        "id": id_,
        "number": _number(id_, "SH"),
        "order_id": id_,
        "qualification_id": 1,
        "seal": "SEAL-1",
        "estimated_arrival_at": AT,
        "packed_at": AT,
        "packed_by": "leo",
        "papers": {},
    }
    return {"patient_code": patient, "delivery_order": order, "shipment": shipment}


def _shipper() -> dict[str, Any]:
    return {
        "id": 1,
        "code": "LN2-1",
        "title": "Dry shipper",
        "minimum_c": None,
        "maximum_c": Decimal(-150),
        "hours": 120,
        "valid_until": AT.date() + timedelta(days=900),
        "evidence": "Qualification report",
        "qualified_by": "quinn",
        "at": AT,
    }


def _events(container: int, shipment: int) -> Iterator[dict[str, Any]]:
    for hours, kind in enumerate(("packed", "handed_over", "received", "administered")):
        yield {
            "container_id": container,
            "shipment_id": shipment,
            "kind": kind,
            "from_holder": "The unit",
            "to_holder": "Ward 4",
            "happened_at": AT + timedelta(hours=hours),
            "at": AT + timedelta(hours=hours),
            "by": "leo",
            "words": {},
            "signature": None,
            "witness": None,
        }


def _use(material_lot: int, lot: str) -> dict[str, Any]:
    return {
        "material_lot_id": material_lot,
        "lot_number": lot,
        "about": f"lot/{lot}/step/1.1/1",
        "quantity": Decimal(1),
        "unit": "mL",
        "at": AT,
        "by": "olga",
        "name": "Olga",
    }


def measured(database: Database, material: str) -> None:
    """The patients of everything the material lot touched; the whole page of its genealogy."""
    bare, ours, whole = [], [], []
    found = 0
    gc.collect()
    gc.freeze()  # as `passage serve` does with what it has loaded
    for _ in range(ROUNDS):
        with database.reading() as session:
            begun = time.process_time(), time.perf_counter()
            rows = session.execute(BARE, {"material": material}).all()
            asked = time.process_time(), time.perf_counter()
            node = find_node(session, material)
            lines = descent.sent_from(session, node)
            told = time.process_time(), time.perf_counter()
            genealogy_of(session, material)
            whole.append(time.process_time() - told[0])
        assert len(lines) == len(rows), "the recall and the bare query differ"
        found = len(rows)
        bare.append((asked[0] - begun[0], asked[1] - begun[1]))
        ours.append((told[0] - asked[0], told[1] - asked[1]))
    cpu = median(each[0] for each in ours), median(each[0] for each in bare)
    clock = median(each[1] for each in ours), median(each[1] for each in bare)
    print(
        f"  recall to {found:,} containers with patients, of "
        f"{FAMILIES * FAMILY * CONTAINERS:,}: {cpu[0] * 1000:.0f} ms of CPU "
        f"({clock[0] * 1000:.0f} on the clock); bare query {cpu[1] * 1000:.0f} "
        f"({clock[1] * 1000:.0f}): {cpu[0] / cpu[1]:.2f} times the CPU, "
        f"{clock[0] / clock[1]:.2f} the time; its genealogy page {median(whole) * 1000:.0f} ms",
        flush=True,
    )
