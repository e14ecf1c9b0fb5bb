"""Lots: tables, and what the database refuses.

Requirement: R-P11-05
"""

import sqlalchemy as sa
from alembic import op

from migrations import promises

revision = "04"
down_revision = "03"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; there is no way back but a backup."""
    op.create_table(
        "lot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("product_version", sa.Integer(), nullable=False),
        sa.Column("product_digest", sa.Text(), nullable=False),
        sa.Column("product_name", sa.Text(), nullable=False),
        sa.Column("specification_code", sa.Text(), nullable=False),
        sa.Column("specification_version", sa.Integer(), nullable=False),
        sa.Column("specification_digest", sa.Text(), nullable=False),
        sa.Column("master_code", sa.Text(), nullable=False),
        sa.Column("master_version", sa.Integer(), nullable=False),
        sa.Column("master_digest", sa.Text(), nullable=False),
        sa.Column("is_bank", sa.Boolean(), nullable=False),
        sa.Column(
            "donation_use",
            sa.Enum(
                "autologous",
                "allogeneic",
                "directed_allogeneic",
                name="donationuse",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("patient_coi", sa.Text(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "in_production",
                "in_testing",
                "conditionally_certified",
                "certified",
                "rejected",
                "recalled",
                name="stage",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("hold_reason", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(donation_use = 'allogeneic') = (patient_coi IS NULL)", name=op.f("ck_lot_one_patient")
        ),
        sa.CheckConstraint("held OR hold_reason IS NULL", name=op.f("ck_lot_hold_reason")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.UniqueConstraint("number", name=op.f("uq_lot_number")),
    )
    op.create_index(op.f("ix_lot_patient_coi"), "lot", ["patient_coi"], unique=False)
    op.create_index("ix_lot_product_code", "lot", ["product_code"], unique=False)
    op.create_index("ix_lot_stage_id", "lot", ["stage", "id"], unique=False)
    op.create_table(
        "container",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("vial", "bag", "syringe", name="containerkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("volume_ml", sa.String(length=80), nullable=False),
        sa.Column("viable_cells", sa.String(length=80), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "in_store",
                "retention",
                "packed",
                "on_the_way",
                "at_site",
                "administered",
                "returned",
                "destroyed",
                "consumed",
                name="containerstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_container_lot_id_lot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_container")),
        sa.UniqueConstraint("number", name=op.f("uq_container_number")),
    )
    op.create_index(op.f("ix_container_lot_id"), "container", ["lot_id"], unique=False)
    op.create_table(
        "deviation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("critical", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "investigated",
                "closed",
                name="deviationstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("assessment", sa.Text(), nullable=True),
        sa.Column("correction", sa.Text(), nullable=True),
        sa.Column("other_lots", sa.Text(), nullable=True),
        sa.Column(
            "impact",
            sa.Enum(
                "no_impact",
                "accepted_after_risk_assessment",
                "lot_to_be_rejected",
                name="impact",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'closed' OR impact IS NOT NULL", name=op.f("ck_deviation_closed_with_impact")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_deviation_lot_id_lot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deviation")),
        sa.UniqueConstraint("number", name=op.f("uq_deviation_number")),
    )
    op.create_index(op.f("ix_deviation_lot_id"), "deviation", ["lot_id"], unique=False)
    op.create_index(op.f("ix_deviation_state"), "deviation", ["state"], unique=False)
    op.create_table(
        "lot_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("donation", "container", name="sourcekind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("parent_lot_id", sa.Integer(), nullable=True),
        sa.Column("quantity", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_source_lot_id_lot")),
        sa.ForeignKeyConstraint(
            ["parent_lot_id"], ["lot.id"], name=op.f("fk_lot_source_parent_lot_id_lot")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_source")),
    )
    op.create_index("ix_lot_source_kind_ref", "lot_source", ["kind", "ref"], unique=False)
    op.create_index(op.f("ix_lot_source_lot_id"), "lot_source", ["lot_id"], unique=False)
    op.create_index(
        op.f("ix_lot_source_parent_lot_id"), "lot_source", ["parent_lot_id"], unique=False
    )
    promises.never_deleted("lot")
    promises.append_only("lot_source")
    promises.never_deleted("container")
    promises.never_deleted("deviation")
