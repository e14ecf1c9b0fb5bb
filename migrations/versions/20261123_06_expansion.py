"""Expansion: tables, and what the database refuses.

Requirement: R-P11-05
"""

import sqlalchemy as sa
from alembic import op

from migrations import promises

revision = "06"
down_revision = "05"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; there is no way back but a backup."""
    op.create_table(
        "step_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("performed_by", sa.Text(), nullable=False),
        sa.Column("performed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "replaces_id IS NULL OR why IS NOT NULL", name=op.f("ck_step_entry_says_why")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_step_entry_lot_id_lot")),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["step_entry.id"], name=op.f("fk_step_entry_replaces_id_step_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_entry")),
        sa.UniqueConstraint("lot_id", "number", name=op.f("uq_step_entry_lot_id")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_step_entry_replaces_id")),
    )
    op.create_index(
        "uq_step_entry_place",
        "step_entry",
        ["lot_id", "step", "occurrence"],
        unique=True,
        sqlite_where=sa.text("replaces_id IS NULL"),
        postgresql_where=sa.text("replaces_id IS NULL"),
    )
    op.create_table(
        "sample_taken",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("sample_point", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Text(), nullable=False),
        sa.Column("storage", sa.Text(), nullable=False),
        sa.Column("retention", sa.Boolean(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("volume_ml", sa.String(length=80), nullable=False),
        sa.Column("containers", sa.Integer(), nullable=False),
        sa.Column("appearance", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["step_entry.id"], name=op.f("fk_sample_taken_entry_id_step_entry")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_sample_taken_lot_id_lot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_taken")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_sample_taken_entry_id")),
        sa.UniqueConstraint("number", name=op.f("uq_sample_taken_number")),
    )
    op.create_index(op.f("ix_sample_taken_lot_id"), "sample_taken", ["lot_id"], unique=False)
    op.create_table(
        "step_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("checked_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("binding", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["step_entry.id"], name=op.f("fk_step_check_entry_id_step_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_check")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_step_check_entry_id")),
    )
    promises.append_only("step_entry")
    promises.append_only("step_check")
    promises.append_only("sample_taken")
