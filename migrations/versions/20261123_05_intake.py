"""intake.

Requirement: R-P11-05
"""

revision = "05"
down_revision = "04"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; there is no way back but a backup."""
