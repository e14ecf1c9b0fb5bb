"""Who did what to which thing is one range of the index, however much somebody has done.

The separation of duties asks it at each entry of the trail. Requirement: R-P11-20, R-DI-01
"""

from alembic import op

revision = "16"
down_revision = "15"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; there is no way back but a backup."""
    op.drop_index("ix_audit_entry_by_did", table_name="audit_entry")
    op.create_index(
        "ix_audit_entry_by_did_about", "audit_entry", ["by", "did", "about"], unique=False
    )
