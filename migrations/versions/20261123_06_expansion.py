"""expansion.

Requirement: R-P11-05
"""

revision = "06"
down_revision = "05"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; there is no way back but a backup."""
