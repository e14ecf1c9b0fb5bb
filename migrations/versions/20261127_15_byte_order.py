"""Lot numbers and signed references in byte order: what begins alike is one range of the index.

Requirement: R-ATMP-28, R-P11-05
"""

from alembic import op

revision = "15"
down_revision = "14"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; there is no way back but a backup. SQLite compares bytes from the start."""
    if op.get_context().dialect.name == "postgresql":
        op.execute('ALTER TABLE lot ALTER COLUMN number TYPE text COLLATE "C"')
        op.execute('ALTER TABLE signature ALTER COLUMN about TYPE text COLLATE "C"')
