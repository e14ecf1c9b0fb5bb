"""Reading a report in a test."""

from schemas.proof import ProofLine, ProofReport


def line(report: ProofReport, checked: str) -> ProofLine:
    """The one line about this."""
    return next(each for each in report.lines if each.checked == checked)
