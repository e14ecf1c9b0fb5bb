"""The linter: whether a product, its specification and its master hold together.

A bundle with a finding cannot be approved, and no lot starts on it.
"""

from app.masters import lint_label, lint_process, lint_release
from app.rulebook import judge
from schemas.finding import Finding
from schemas.master import Bundle

RULES = (*lint_process.RULES, *lint_release.RULES, *lint_label.RULES)


def lint(bundle: Bundle) -> tuple[Finding, ...]:
    """Ask every rule of this bundle; nothing found means it holds together."""
    return judge(RULES, bundle)
