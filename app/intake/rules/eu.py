"""The donor rules of the European Union (2004/23/EC and 2006/17/EC)."""

from collections.abc import Iterator

from app.intake.rules.case import DonorCase
from app.intake.rules.samples import (
    does_not_count,
    not_repeated,
    not_tested,
    outside_the_window,
    pending,
)
from app.rulebook import rule
from schemas.donor import RiskSubject
from schemas.eligibility import Consequence
from schemas.marker import Marker

_WAIT = (
    "Wait for the laboratory's answer and enter it. An indeterminate one is tested again; "
    "the responsible person then assesses that marker."
)


@rule(
    "DON-EU-01",
    cite="R-DON-14",
    mend="Have a trained professional interview the donor and enter the outcome.",
)
def history_was_taken(case: DonorCase) -> Iterator[str]:
    """The donor's history was taken in an interview by a trained professional."""
    if not case.assessed:
        yield "No questionnaire with an interview by a trained professional is on record."


@rule(
    "DON-EU-02",
    cite="R-DON-14",
    mend="The responsible person assesses the risk and decides; otherwise reject.",
)
def risk_was_assessed(case: DonorCase) -> Iterator[str]:
    """A risk in the history of a donor for others is accepted by the responsible person."""
    if case.autologous:
        return
    for asked_on, risk in case.risks:
        if not case.accepted(RiskSubject.QUESTIONNAIRE, asked_on):
            yield f"The questionnaire of {asked_on} found a risk nobody has accepted: {risk}"


@rule(
    "DON-EU-03",
    cite="R-DON-01, R-DON-02, R-DON-05, R-DON-06",
    mend="Have a stored sample of the donation tested for it, and enter the result.",
)
def every_required_test_has_a_result(case: DonorCase) -> Iterator[str]:
    """Every donor, the autologous too, has the minimum tests and those the history asks for."""
    yield from not_tested(case)


@rule(
    "DON-EU-04",
    cite="R-DON-07, R-DON-13",
    mend="Have serum or plasma tested by an authorised laboratory with a CE-marked kit.",
)
def results_count(case: DonorCase) -> Iterator[str]:
    """Serum or plasma of donor or neonate's mother; authorised laboratory, CE-marked kit."""
    yield from does_not_count(case)


@rule("DON-EU-05", cite="R-DON-01, R-DON-03", mend=_WAIT)
def every_result_is_an_answer(case: DonorCase) -> Iterator[str]:
    """A pending result decides nothing; nor does an indeterminate one of a donor for others."""
    yield from pending(case)
    if not case.autologous:
        for each in case.unclear:
            yield f"{each.marker.words} of {each.sampled_on} is indeterminate."


@rule(
    "DON-EU-06",
    cite="R-DON-09, R-DON-10, R-DON-12",
    mend="Enter the results of a sample from those days; without one, reject.",
)
def sampled_near_the_donation(case: DonorCase) -> Iterator[str]:
    """Blood is sampled at the donation or within the days around it that the pack allows."""
    yield from outside_the_window(case)


@rule(
    "DON-EU-07",
    cite="R-DON-10, R-DON-11",
    mend="Sample the donor again from that day on, or test the donation sample by NAT.",
)
def sampled_again_before_long_stored_cells_are_used(case: DonorCase) -> Iterator[str]:
    """A donor for others whose cells are stored for long is sampled again, or tested by NAT."""
    yield from not_repeated(case)


@rule(
    "DON-EU-08",
    cite="R-DON-08",
    mend="Have a sample from before the infusions tested, or use tests validated for dilution.",
)
def plasma_was_not_diluted(case: DonorCase) -> Iterator[str]:
    """Infusions before sampling have not diluted the plasma by more than half."""
    if case.diluted:
        yield f"The blood sample may be diluted: {case.diluted}."


@rule("DON-EU-09", cite="R-DON-01, R-DON-02", mend="Reject the donation; keep it apart.")
def nothing_bars_the_donor(case: DonorCase) -> Iterator[str]:
    """A donor for others shows no marker of HIV, hepatitis B, hepatitis C or HTLV."""
    if not case.autologous:
        for each in case.reactive_with(Consequence.BARS):
            yield f"{each.marker.words} of {each.sampled_on} is reactive."


@rule(
    "DON-EU-10",
    cite="R-DON-03",
    mend="Investigate further; the responsible person then assesses the risk and decides.",
)
def anti_hbc_was_assessed(case: DonorCase) -> Iterator[str]:
    """Reactive anti-HBc without HBsAg neither passes nor fails: the risk is assessed."""
    if case.autologous or any(each.marker is Marker.HBSAG for each in case.reactive):
        return
    for each in case.reactive:
        if each.marker is Marker.ANTI_HBC and not case.accepted(
            RiskSubject.ANTI_HBC, each.sampled_on
        ):
            yield f"anti-HBc of {each.sampled_on} is reactive; no risk assessment since accepts it."


@rule(
    "DON-EU-11",
    cite="R-DON-04",
    mend="Have a specific test done on the same or a later sample.",
)
def reactive_syphilis_was_confirmed(case: DonorCase) -> Iterator[str]:
    """A reactive non-specific syphilis test waits for a specific one."""
    if case.autologous or any(each.marker is Marker.SYPHILIS_SPECIFIC for each in case.reactive):
        return
    for each in case.reactive_with(Consequence.CONFIRM):
        yield f"{each.marker.words} of {each.sampled_on} is reactive and not confirmed."


@rule("DON-EU-12", cite="R-DON-04", mend="The responsible person assesses the risk and decides.")
def specific_syphilis_was_assessed(case: DonorCase) -> Iterator[str]:
    """A reactive specific syphilis test asks for a thorough risk assessment."""
    if case.autologous:
        return
    for each in case.reactive:
        if each.marker is Marker.SYPHILIS_SPECIFIC and not case.accepted(
            RiskSubject.SYPHILIS, each.sampled_on
        ):
            yield (
                f"{each.marker.words} of {each.sampled_on} is reactive; no risk assessment since "
                "accepts it."
            )


_OWN_RULE = (Marker.ANTI_HBC, Marker.SYPHILIS_SPECIFIC)


@rule("DON-EU-13", cite="R-DON-05", mend="The responsible person assesses the risk and decides.")
def other_markers_were_assessed(case: DonorCase) -> Iterator[str]:
    """A reactive result of a further test is assessed before the cells of others are used."""
    if case.autologous:
        return
    for each in case.reactive_with(Consequence.ASSESS):
        if each.marker not in _OWN_RULE and not case.accepted(
            RiskSubject.OTHER_MARKER, each.sampled_on, each.marker
        ):
            yield (
                f"{each.marker.words} of {each.sampled_on} is reactive; no risk assessment since "
                "accepts it."
            )


@rule("DON-EU-14", cite="R-DON-06, R-DEL-05", mend="Store it isolated; label it as listed.")
def positive_autologous_cells_are_kept_apart(case: DonorCase) -> Iterator[str]:
    """A positive autologous donor may have the cells back, if they are stored isolated."""
    if case.autologous:
        for each in case.hazards:
            words = f"{each.marker.words} of {each.sampled_on} is {each.outcome}"
            yield f"{words}; the cells are for the donor alone."


MISSING = (
    history_was_taken,
    risk_was_assessed,
    every_required_test_has_a_result,
    results_count,
    every_result_is_an_answer,
    sampled_near_the_donation,
    sampled_again_before_long_stored_cells_are_used,
    plasma_was_not_diluted,
    anti_hbc_was_assessed,
    reactive_syphilis_was_confirmed,
    specific_syphilis_was_assessed,
    other_markers_were_assessed,
)
BARS = (nothing_bars_the_donor,)
NOTES = (positive_autologous_cells_are_kept_apart,)
RULES = MISSING + BARS + NOTES
