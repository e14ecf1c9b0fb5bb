"""quality_control.

Requirement: R-P11-05
"""

revision = "07"
down_revision = "06"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; there is no way back but a backup."""
