"""An answer given again keeps its status; a failed attempt keeps the name that was tried.

Requirement: R-P11-24
"""

import sqlalchemy as sa
from alembic import op

revision = "11"
down_revision = "10"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; there is no way back but a backup."""
    op.add_column("failed_attempt", sa.Column("username", sa.Text(), nullable=True))
    op.create_index("ix_failed_attempt_username", "failed_attempt", ["username"])
    status = sa.Column("status", sa.Integer(), server_default="200", nullable=False)
    op.add_column("idempotent_answer", status)
