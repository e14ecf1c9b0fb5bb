"""What two jurisdictions ask of a blood sample in the same words, each under its own number."""

from collections.abc import Iterator

from app.intake.rules.case import DonorCase
from schemas.marker import MarkerOutcome


def not_tested(case: DonorCase) -> Iterator[str]:
    """Say which required tests have no result at all."""
    for test in case.required:
        if not case.of(*test.any_of):
            yield f"There is no result for {test.name} ({test.cite})."


def does_not_count(case: DonorCase) -> Iterator[str]:
    """Say which required tests have results, none of which counts, and why."""
    for test in case.required:
        found = case.of(*test.any_of)
        if found and not case.counting(*test.any_of):
            flaws = "; ".join(dict.fromkeys(flaw for each in found for flaw in case.flaws(each)))
            yield f"No result for {test.name} counts: {flaws}."


def pending(case: DonorCase) -> Iterator[str]:
    """Say which results the laboratory still owes."""
    for each in case.answered(MarkerOutcome.PENDING):
        yield f"{each.marker.words} of {each.sampled_on} is pending."


def outside_the_window(case: DonorCase) -> Iterator[str]:
    """Say which required tests count, but not on a sample near the donation."""
    window = case.window
    for test in case.required:
        days = [(each.sampled_on - case.collected_on).days for each in case.counting(*test.any_of)]
        if days and not any(-window.before_days <= each <= window.after_days for each in days):
            yield (
                f"{test.name}: sampled on day {', '.join(f'{each:+d}' for each in sorted(days))} "
                f"from the donation of {case.collected_on}; day -{window.before_days} to "
                f"+{window.after_days} counts ({window.cite})."
            )


def not_repeated(case: DonorCase) -> Iterator[str]:
    """Say which required tests have no result on a repeat sample, and from when one counts."""
    lacking = case.not_tested_again() if case.repeat_needed else ()
    if lacking:
        names = ", ".join(each.name for each in lacking)
        yield (
            f"No repeat sample of {case.repeat_from} or later was tested for {names}; "
            f"{_why_no_nat(case)}."
        )


def _why_no_nat(case: DonorCase) -> str:
    if case.marrow_donor:
        return "for a marrow stem-cell donor NAT does not replace it"
    words = ", ".join(each.words for each in case.nat_missing)
    return f"non-reactive {words} on the sample of the donation would replace it"
