"""Delivery: tables, and what the database refuses.

Requirement: R-P11-05
"""

import sqlalchemy as sa
from alembic import op

from migrations import promises

revision = "09"
down_revision = "08"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; there is no way back but a backup."""
    op.create_table(
        "shipper_qualification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("minimum_c", sa.String(length=80), nullable=True),
        sa.Column("maximum_c", sa.String(length=80), nullable=True),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("qualified_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipper_qualification")),
    )
    op.create_index(
        op.f("ix_shipper_qualification_code"), "shipper_qualification", ["code"], unique=False
    )
    op.create_table(
        "delivery_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("treating_site", sa.Text(), nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("product_name", sa.Text(), nullable=False),
        sa.Column("patient_code", sa.Text(), nullable=False),
        sa.Column("lot_number", sa.Text(), nullable=True),
        sa.Column("weight_kg", sa.String(length=80), nullable=False),
        sa.Column("containers", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_because", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(cancelled_at IS NULL) = (cancelled_because IS NULL)",
            name=op.f("ck_delivery_order_says_why"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_code"],
            ["patient_code.code"],
            name=op.f("fk_delivery_order_patient_code_patient_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_order")),
        sa.UniqueConstraint("number", name=op.f("uq_delivery_order_number")),
    )
    op.create_index(
        op.f("ix_delivery_order_patient_code"), "delivery_order", ["patient_code"], unique=False
    )
    op.create_index(
        op.f("ix_delivery_order_treating_site"), "delivery_order", ["treating_site"], unique=False
    )
    op.create_table(
        "container_set_aside",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("container_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("deviation_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["container_id"],
            ["container.id"],
            name=op.f("fk_container_set_aside_container_id_container"),
        ),
        sa.ForeignKeyConstraint(
            ["deviation_id"],
            ["deviation.id"],
            name=op.f("fk_container_set_aside_deviation_id_deviation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_container_set_aside")),
    )
    op.create_index(
        op.f("ix_container_set_aside_container_id"),
        "container_set_aside",
        ["container_id"],
        unique=False,
    )
    op.create_table(
        "notice_acknowledgement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("container_id", sa.Integer(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum("recalled", "rejected", "held", name="stopcause", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["container_id"],
            ["container.id"],
            name=op.f("fk_notice_acknowledgement_container_id_container"),
        ),
        sa.ForeignKeyConstraint(
            ["signature"],
            ["signature.binding"],
            name=op.f("fk_notice_acknowledgement_signature_signature"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_acknowledgement")),
    )
    op.create_index(
        "ix_notice_acknowledgement_container_id",
        "notice_acknowledgement",
        ["container_id"],
        unique=False,
    )
    op.create_table(
        "shipment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("qualification_id", sa.Integer(), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.Column("estimated_arrival_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("packed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("packed_by", sa.Text(), nullable=False),
        sa.Column("papers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["delivery_order.id"], name=op.f("fk_shipment_order_id_delivery_order")
        ),
        sa.ForeignKeyConstraint(
            ["qualification_id"],
            ["shipper_qualification.id"],
            name=op.f("fk_shipment_qualification_id_shipper_qualification"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment")),
        sa.UniqueConstraint("number", name=op.f("uq_shipment_number")),
    )
    op.create_index(op.f("ix_shipment_order_id"), "shipment", ["order_id"], unique=False)
    op.create_table(
        "container_disposition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_aside_id", sa.Integer(), nullable=False),
        sa.Column(
            "disposition",
            sa.Enum("usable", "not_usable", name="disposition", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("stability_data", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "disposition = 'not_usable' OR stability_data IS NOT NULL",
            name=op.f("ck_container_disposition_rests_on_data"),
        ),
        sa.ForeignKeyConstraint(
            ["set_aside_id"],
            ["container_set_aside.id"],
            name=op.f("fk_container_disposition_set_aside_id_container_set_aside"),
        ),
        sa.ForeignKeyConstraint(
            ["signature"],
            ["signature.binding"],
            name=op.f("fk_container_disposition_signature_signature"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_container_disposition")),
        sa.UniqueConstraint("set_aside_id", name=op.f("uq_container_disposition_set_aside_id")),
    )
    op.create_table(
        "container_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("container_id", sa.Integer(), nullable=False),
        sa.Column("shipment_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "packed",
                "unpacked",
                "checked",
                "mismatch",
                "handed_over",
                "received",
                "prepared",
                "administered",
                "returned",
                "destroyed",
                name="eventkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("from_holder", sa.Text(), nullable=False),
        sa.Column("to_holder", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=True),
        sa.Column("witness", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["container_id"],
            ["container.id"],
            name=op.f("fk_container_event_container_id_container"),
        ),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["shipment.id"], name=op.f("fk_container_event_shipment_id_shipment")
        ),
        sa.ForeignKeyConstraint(
            ["signature"],
            ["signature.binding"],
            name=op.f("fk_container_event_signature_signature"),
        ),
        sa.ForeignKeyConstraint(
            ["witness"], ["signature.binding"], name=op.f("fk_container_event_witness_signature")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_container_event")),
    )
    op.create_index(
        "ix_container_event_container_id_id",
        "container_event",
        ["container_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_container_event_shipment_id"), "container_event", ["shipment_id"], unique=False
    )
    op.create_table(
        "shipment_temperature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shipment_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("file_media_type", sa.Text(), nullable=True),
        sa.Column("file_size_bytes", sa.Integer(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shipment_id"],
            ["shipment.id"],
            name=op.f("fk_shipment_temperature_shipment_id_shipment"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment_temperature")),
    )
    op.create_index(
        op.f("ix_shipment_temperature_shipment_id"),
        "shipment_temperature",
        ["shipment_id"],
        unique=False,
    )
    promises.never_deleted("delivery_order")
    promises.append_only("shipper_qualification")
    promises.append_only("shipment")
    promises.append_only("container_event")
    promises.append_only("shipment_temperature")
    promises.append_only("container_set_aside")
    promises.append_only("container_disposition")
    promises.append_only("notice_acknowledgement")
