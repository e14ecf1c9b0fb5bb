"""Quality control: tables, and what the database refuses.

Requirement: R-P11-05
"""

import sqlalchemy as sa
from alembic import op

from migrations import promises

revision = "07"
down_revision = "06"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; there is no way back but a backup."""
    op.create_table(
        "investigation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("result_number", sa.Text(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_for", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "with_quality_assurance",
                "closed",
                name="investigationstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("through_revision", sa.Integer(), nullable=False),
        sa.Column("checks", sa.Text(), nullable=True),
        sa.Column(
            "conclusion",
            sa.Enum("set_aside", "confirmed", name="conclusion", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("plan", sa.Text(), nullable=True),
        sa.Column("retests", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'closed' OR conclusion IS NOT NULL",
            name=op.f("ck_investigation_closed_with_words"),
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_investigation_lot_id_lot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_investigation")),
        sa.UniqueConstraint("number", name=op.f("uq_investigation_number")),
    )
    op.create_index(op.f("ix_investigation_lot_id"), "investigation", ["lot_id"], unique=False)
    op.create_index(
        op.f("ix_investigation_result_number"), "investigation", ["result_number"], unique=False
    )
    op.create_index(op.f("ix_investigation_state"), "investigation", ["state"], unique=False)
    op.create_table(
        "result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "change",
            sa.Enum(
                "first",
                "continued",
                "corrected",
                "repeat",
                "retest",
                name="resultchange",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("replaces", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("retest_of", sa.Text(), nullable=True),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.Integer(), nullable=True),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "pass",
                "fail",
                "indeterminate",
                "invalid",
                "not_tested",
                "not_applicable",
                name="resultstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reading", sa.Text(), nullable=False),
        sa.Column("evaluation", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("words_digest", sa.Text(), nullable=False),
        sa.Column("raw_file", sa.Text(), nullable=True),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "change <> 'corrected' OR reason IS NOT NULL", name=op.f("ck_result_says_why")
        ),
        sa.CheckConstraint(
            "(revision = 1) = (replaces IS NULL)", name=op.f("ck_result_replaces_the_one_before")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_result_lot_id_lot")),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["sample_taken.id"], name=op.f("fk_result_sample_id_sample_taken")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result")),
        sa.UniqueConstraint("number", "revision", name="uq_result_number_revision"),
        sa.UniqueConstraint("replaces", name=op.f("uq_result_replaces")),
        sa.UniqueConstraint("words_digest", name=op.f("uq_result_words_digest")),
    )
    op.create_index("ix_result_lot_id_id", "result", ["lot_id", "id"], unique=False)
    op.create_index(op.f("ix_result_sample_id"), "result", ["sample_id"], unique=False)
    op.create_table(
        "sample_receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "condition",
            sa.Enum(
                "intact",
                "leaking_or_broken",
                "label_missing_or_wrong",
                "outside_its_temperature",
                "too_late",
                name="samplecondition",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("containers", sa.Integer(), nullable=False),
        sa.Column("temperature_c", sa.String(length=80), nullable=True),
        sa.Column("kept_in", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_id"],
            ["sample_taken.id"],
            name=op.f("fk_sample_receipt_sample_id_sample_taken"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_receipt")),
        sa.UniqueConstraint("sample_id", name=op.f("uq_sample_receipt_sample_id")),
    )
    op.create_table(
        "result_signed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("binding", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["result_id"], ["result.id"], name=op.f("fk_result_signed_result_id_result")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_signed")),
        sa.UniqueConstraint("result_id", name=op.f("uq_result_signed_result_id")),
    )
    promises.append_only("sample_receipt")
    promises.append_only("result")
    promises.append_only("result_signed")
    promises.never_deleted("investigation")
