"""A use of a material lot, of equipment or a room that was booked in error is taken back by a row.

Requirement: R-ATMP-07, R-ATMP-11, R-BR-06
"""

from alembic import op

revision = "14"
down_revision = "13"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; there is no way back but a backup."""
    for table in ("material_use", "equipment_use", "room_use"):
        # Written out: SQLite adds a column with its constraints only in one statement, and making
        # the table anew would drop the triggers that keep it append-only.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN takes_back_id INTEGER "
            f"CONSTRAINT fk_{table}_takes_back_id_{table} REFERENCES {table} (id)"
        )
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN why TEXT CONSTRAINT ck_{table}_says_why "
            "CHECK (takes_back_id IS NULL OR why IS NOT NULL)"
        )
        op.create_index(f"ix_{table}_takes_back_id", table, ["takes_back_id"], unique=True)
