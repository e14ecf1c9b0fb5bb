"""lots.

Requirement: R-P11-05
"""

revision = "04"
down_revision = "03"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; there is no way back but a backup."""
