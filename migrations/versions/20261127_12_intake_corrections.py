"""Intake: questionnaires and the facts of a donation are corrected by rows that name the old.

Requirement: R-ATMP-07
"""

import sqlalchemy as sa
from alembic import op

from migrations import promises

revision = "12"
down_revision = "11"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; there is no way back but a backup."""
    op.create_table(
        "donor_questionnaire_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wrong_id", sa.Integer(), nullable=False),
        sa.Column("right_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("corrected_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["wrong_id"],
            ["donor_questionnaire.id"],
            name=op.f("fk_donor_questionnaire_correction_wrong_id_donor_questionnaire"),
        ),
        sa.ForeignKeyConstraint(
            ["right_id"],
            ["donor_questionnaire.id"],
            name=op.f("fk_donor_questionnaire_correction_right_id_donor_questionnaire"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor_questionnaire_correction")),
        sa.UniqueConstraint("wrong_id", name=op.f("uq_donor_questionnaire_correction_wrong_id")),
        sa.UniqueConstraint("right_id", name=op.f("uq_donor_questionnaire_correction_right_id")),
    )
    op.create_table(
        "donation_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("donation_id", sa.Integer(), nullable=False),
        sa.Column("was", sa.JSON(), nullable=False),
        sa.Column("became", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("corrected_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["donation_id"],
            ["donation.id"],
            name=op.f("fk_donation_correction_donation_id_donation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donation_correction")),
    )
    op.create_index(
        op.f("ix_donation_correction_donation_id"),
        "donation_correction",
        ["donation_id"],
        unique=False,
    )
    promises.append_only("donor_questionnaire_correction")
    promises.append_only("donation_correction")
