"""Intake: a decision names the stability data it rests on.

Requirement: R-DON-29, R-DEL-08
"""

import sqlalchemy as sa
from alembic import op

revision = "13"
down_revision = "12"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; there is no way back but a backup."""
    op.add_column("donation_decision", sa.Column("stability_data", sa.Text(), nullable=True))
