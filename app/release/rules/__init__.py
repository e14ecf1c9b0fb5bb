"""The gates of a release, asked together; and the table of what they allow."""

from app.release.rules.gates import BEFORE_ANY, BEFORE_FINAL
from app.release.rules.verdict import SOFTWARE, judge_again, judge_release, judge_standing

RULES = (*BEFORE_ANY, *BEFORE_FINAL)

__all__ = [
    "BEFORE_ANY",
    "BEFORE_FINAL",
    "RULES",
    "SOFTWARE",
    "judge_again",
    "judge_release",
    "judge_standing",
]
