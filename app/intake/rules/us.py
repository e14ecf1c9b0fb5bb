"""The donor rules of the United States (21 CFR Part 1271, Subpart C).

No determination is asked for autologous cells: what was not done yet, or was found, is said by
the label. When a pending result comes in and is reactive, the label's new words hold the lots.
"""

from collections.abc import Iterator

from app.intake.rules.case import DonorCase
from app.intake.rules.samples import does_not_count, not_tested, outside_the_window, pending
from app.rulebook import rule
from schemas.eligibility import Consequence
from schemas.marker import Marker


def history_open(case: DonorCase) -> Iterator[str]:
    """Say that the donor was not screened."""
    if not case.assessed:
        yield "No questionnaire with an interview by a trained professional is on record."


@rule("DON-US-01", cite="R-DON-22", mend="Have the donor interviewed and enter the outcome.")
def donor_was_screened(case: DonorCase) -> Iterator[str]:
    """A donor for others was screened for risk factors."""
    if not case.autologous:
        yield from history_open(case)


@rule(
    "DON-US-02",
    cite="R-DON-27",
    mend="Reject it, unless it is for a near blood relative or a documented urgent need.",
)
def screening_found_no_risk(case: DonorCase) -> Iterator[str]:
    """Screening of a donor for others found no risk factor or clinical evidence."""
    if not case.autologous:
        for asked_on, risk in case.risks:
            yield f"The questionnaire of {asked_on} found a risk: {risk}"


@rule(
    "DON-US-03",
    cite="R-DON-22",
    mend="Have a stored sample of those days tested for it, and enter the result.",
)
def every_required_test_has_a_result(case: DonorCase) -> Iterator[str]:
    """A donor for others is tested for every relevant agent; leukocyte-rich cells for more."""
    if not case.autologous:
        yield from not_tested(case)


@rule(
    "DON-US-04",
    cite="R-DON-21, R-DON-22",
    mend="Have serum or plasma tested by a certified laboratory with an FDA-licensed kit.",
)
def results_count(case: DonorCase) -> Iterator[str]:
    """Certified laboratory, FDA-licensed kit; the birth mother for a donor of a month or less."""
    if not case.autologous:
        yield from does_not_count(case)


@rule(
    "DON-US-05",
    cite="R-DON-22, R-DON-25",
    mend="Wait for the laboratory's answer and enter it. An indeterminate one is tested again; "
    "the responsible person then assesses that marker.",
)
def every_result_is_an_answer(case: DonorCase) -> Iterator[str]:
    """A pending or an indeterminate result of a donor for others decides nothing."""
    if case.autologous:
        return
    yield from pending(case)
    for each in case.unclear:
        yield f"{each.marker.words} of {each.sampled_on} is indeterminate."


@rule("DON-US-06", cite="R-DON-20", mend="Enter the results of a sample from those days.")
def sampled_near_the_recovery(case: DonorCase) -> Iterator[str]:
    """Blood is sampled at recovery or at most seven days from it; marrow up to 30 days before."""
    if not case.autologous:
        yield from outside_the_window(case)


@rule("DON-US-07", cite="R-DON-08", mend="Have a sample from before the infusions tested.")
def plasma_was_not_diluted(case: DonorCase) -> Iterator[str]:
    """Infusions before sampling have not diluted the plasma of a donor for others."""
    if not case.autologous and case.diluted:
        yield f"The blood sample may be diluted: {case.diluted}."


@rule(
    "DON-US-08",
    cite="R-DON-22, R-DON-27",
    mend="Keep it apart. Only a near blood relative, or a documented urgent need, may have it.",
)
def no_screening_test_is_reactive(case: DonorCase) -> Iterator[str]:
    """A donor for others has no reactive screening test."""
    if not case.autologous:
        for each in case.reactive_with(Consequence.BARS):
            yield f"{each.marker.words} of {each.sampled_on} is reactive."


@rule("DON-US-09", cite="R-DON-22", mend="Have a treponemal test done on that or a later sample.")
def reactive_syphilis_was_confirmed(case: DonorCase) -> Iterator[str]:
    """A reactive non-treponemal test waits for a specific treponemal one."""
    if case.autologous or any(each.marker is Marker.SYPHILIS_SPECIFIC for each in case.reactive):
        return
    for each in case.reactive_with(Consequence.CONFIRM):
        yield f"{each.marker.words} of {each.sampled_on} is reactive and not confirmed."


@rule("DON-US-10", cite="R-DON-22", mend="Follow the site's procedure; tell the physician.")
def reactive_cmv_follows_a_procedure(case: DonorCase) -> Iterator[str]:
    """A reactive test that does not bar, such as CMV, is known to whoever uses the cells."""
    for each in case.reactive_with(Consequence.NOTE):
        yield f"{each.marker.words} of {each.sampled_on} is reactive; it does not bar."


BARS_FOR_OTHERS = (
    screening_found_no_risk,
    plasma_was_not_diluted,
    no_screening_test_is_reactive,
)
"""What a near relative or an urgent need may lift (R-DON-27)."""


@rule(
    "DON-US-11",
    cite="R-DON-27",
    mend="Tell the patient's physician the results, keep a record of it, and label as listed.",
)
def ineligible_donor_may_still_serve(case: DonorCase) -> Iterator[str]:
    """Cells of an ineligible donor may go to a near relative or to a documented urgent need."""
    if not any(found for each in BARS_FOR_OTHERS for found in each(case)):
        return
    donation = case.facts.donation
    if donation.relation is not None and donation.relation.near_by_blood:
        yield f"The donor is the patient's {donation.relation.replace('_', ' ')}."
    elif donation.patient_code is not None and case.facts.urgent_need is not None:
        need = case.facts.urgent_need
        yield f"Urgent medical need documented on {need.documented_on} by {need.physician}."


@rule("DON-US-12", cite="R-DON-23, R-DON-25", mend="Label as listed, or have done what is missing.")
def autologous_label_says_what_was_not_done(case: DonorCase) -> Iterator[str]:
    """Autologous cells need no determination; the label says that not everything was done."""
    if not case.autologous:
        return
    for check in (history_open, not_tested, does_not_count, pending, outside_the_window):
        yield from check(case)
    if case.diluted:
        yield f"The blood sample may be diluted: {case.diluted}."


@rule("DON-US-13", cite="R-DON-23, R-DON-26", mend="Label it as listed; keep it apart.")
def autologous_label_says_what_was_found(case: DonorCase) -> Iterator[str]:
    """Autologous cells that show a risk or a reactive test carry the hazard on the label."""
    if not case.autologous:
        return
    for asked_on, risk in case.risks:
        yield f"The questionnaire of {asked_on} found a risk: {risk}"
    for each in case.hazards:
        yield f"{each.marker.words} of {each.sampled_on} is {each.outcome}."


MISSING = (
    donor_was_screened,
    every_required_test_has_a_result,
    results_count,
    every_result_is_an_answer,
    sampled_near_the_recovery,
    reactive_syphilis_was_confirmed,
)
BARS = BARS_FOR_OTHERS
NOTES = (
    reactive_cmv_follows_a_procedure,
    ineligible_donor_may_still_serve,
    autologous_label_says_what_was_not_done,
    autologous_label_says_what_was_found,
)
RULES = MISSING + BARS + NOTES
