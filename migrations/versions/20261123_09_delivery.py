"""delivery.

Requirement: R-P11-05
"""

revision = "09"
down_revision = "08"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; there is no way back but a backup."""
