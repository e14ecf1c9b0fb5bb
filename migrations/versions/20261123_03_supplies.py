"""Supplies: tables, and what the database refuses.

Requirement: R-P11-05
"""

import sqlalchemy as sa
from alembic import op

from migrations import promises

revision = "03"
down_revision = "02"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; there is no way back but a backup."""
    op.create_table(
        "material",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("critical", sa.Boolean(), nullable=False),
        sa.Column("biological_origin", sa.Boolean(), nullable=False),
        sa.Column("limits", sa.Text(), nullable=False),
        sa.Column("testing", sa.Text(), nullable=False),
        sa.Column("storage", sa.Text(), nullable=False),
        sa.Column("storage_days_max", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material")),
        sa.UniqueConstraint("code", name=op.f("uq_material_code")),
    )
    op.create_table(
        "room",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "grade",
            sa.Enum(
                "A", "B", "C", "D", "unclassified", name="roomgrade", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("in_service", sa.Boolean(), nullable=False),
        sa.Column("out_of_service_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "in_service OR out_of_service_reason IS NOT NULL", name=op.f("ck_room_says_why")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("code", name=op.f("uq_room_code")),
    )
    op.create_table(
        "supplier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
        sa.UniqueConstraint("code", name=op.f("uq_supplier_code")),
    )
    op.create_table(
        "equipment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("needs_calibration", sa.Boolean(), nullable=False),
        sa.Column("calibration_due", sa.Date(), nullable=True),
        sa.Column("needs_cleaning", sa.Boolean(), nullable=False),
        sa.Column("cleaning_due", sa.Date(), nullable=True),
        sa.Column("in_service", sa.Boolean(), nullable=False),
        sa.Column("out_of_service_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "in_service OR out_of_service_reason IS NOT NULL", name=op.f("ck_equipment_says_why")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_equipment_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment")),
        sa.UniqueConstraint("code", name=op.f("uq_equipment_code")),
    )
    op.create_index("ix_equipment_kind", "equipment", ["kind"], unique=False)
    op.create_index(op.f("ix_equipment_room_id"), "equipment", ["room_id"], unique=False)
    op.create_table(
        "material_lot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("supplier_lot", sa.Text(), nullable=False),
        sa.Column("certificate_sha256", sa.Text(), nullable=True),
        sa.Column("certificate_name", sa.Text(), nullable=True),
        sa.Column("received", sa.String(length=80), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("usable_until", sa.Date(), nullable=False),
        sa.Column("storage", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "quarantine",
                "released",
                "rejected",
                name="materialstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("used_up", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state = 'quarantine' OR decision_reason IS NOT NULL",
            name=op.f("ck_material_lot_says_why"),
        ),
        sa.CheckConstraint("usable_until <= expires_on", name=op.f("ck_material_lot_expiry_holds")),
        sa.ForeignKeyConstraint(
            ["material_id"], ["material.id"], name=op.f("fk_material_lot_material_id_material")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_material_lot_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_lot")),
        sa.UniqueConstraint("number", name=op.f("uq_material_lot_number")),
    )
    op.create_index(
        "ix_material_lot_pick",
        "material_lot",
        ["material_id", "state", "used_up", "usable_until"],
        unique=False,
    )
    op.create_index(
        "ix_material_lot_store", "material_lot", ["state", "used_up", "usable_until"], unique=False
    )
    op.create_index(
        op.f("ix_material_lot_supplier_id"), "material_lot", ["supplier_id"], unique=False
    )
    op.create_index(
        op.f("ix_material_lot_supplier_lot"), "material_lot", ["supplier_lot"], unique=False
    )
    op.create_table(
        "room_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column(
            "grade",
            sa.Enum(
                "A", "B", "C", "D", "unclassified", name="roomgrade", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("lot_number", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_room_use_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_use")),
    )
    op.create_index(op.f("ix_room_use_lot_number"), "room_use", ["lot_number"], unique=False)
    op.create_index(op.f("ix_room_use_room_id"), "room_use", ["room_id"], unique=False)
    op.create_table(
        "supplier_approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column(
            "standing",
            sa.Enum("approved", "withdrawn", name="standing", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("agreement_until", sa.Date(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["material_id"], ["material.id"], name=op.f("fk_supplier_approval_material_id_material")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_approval_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_approval")),
    )
    op.create_index(
        "ix_supplier_approval_pair",
        "supplier_approval",
        ["supplier_id", "material_id"],
        unique=False,
    )
    op.create_table(
        "equipment_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("equipment_id", sa.Integer(), nullable=False),
        sa.Column(
            "deed",
            sa.Enum(
                "calibration",
                "cleaning",
                "out_of_service",
                "back_in_service",
                name="equipmentdeed",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("evidence_sha256", sa.Text(), nullable=True),
        sa.Column("evidence_name", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_equipment_event_equipment_id_equipment"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment_event")),
    )
    op.create_index(
        op.f("ix_equipment_event_equipment_id"), "equipment_event", ["equipment_id"], unique=False
    )
    op.create_table(
        "equipment_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("equipment_id", sa.Integer(), nullable=False),
        sa.Column("needs_calibration", sa.Boolean(), nullable=False),
        sa.Column("calibration_due", sa.Date(), nullable=True),
        sa.Column("needs_cleaning", sa.Boolean(), nullable=False),
        sa.Column("cleaning_due", sa.Date(), nullable=True),
        sa.Column("lot_number", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["equipment_id"], ["equipment.id"], name=op.f("fk_equipment_use_equipment_id_equipment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment_use")),
    )
    op.create_index(
        op.f("ix_equipment_use_equipment_id"), "equipment_use", ["equipment_id"], unique=False
    )
    op.create_index(
        op.f("ix_equipment_use_lot_number"), "equipment_use", ["lot_number"], unique=False
    )
    op.create_table(
        "material_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("material_lot_id", sa.Integer(), nullable=False),
        sa.Column("lot_number", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("quantity", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["material_lot_id"],
            ["material_lot.id"],
            name=op.f("fk_material_use_material_lot_id_material_lot"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_use")),
    )
    op.create_index(
        op.f("ix_material_use_lot_number"), "material_use", ["lot_number"], unique=False
    )
    op.create_index(
        op.f("ix_material_use_material_lot_id"), "material_use", ["material_lot_id"], unique=False
    )
    promises.append_only("material")
    promises.append_only("supplier")
    promises.append_only("supplier_approval")
    promises.never_deleted("material_lot")
    promises.append_only("material_use")
    promises.never_deleted("room")
    promises.append_only("room_use")
    promises.never_deleted("equipment")
    promises.append_only("equipment_event")
    promises.append_only("equipment_use")
