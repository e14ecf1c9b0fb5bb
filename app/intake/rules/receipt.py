"""Receipt: what a donation must show on arrival before it may enter quarantine."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from app.rulebook import judge, rule
from schemas.donation import Donation, InspectionOutcome, Receipt, ReceiptLimits
from schemas.finding import Finding


@dataclass(frozen=True)
class ReceiptCase:
    """What a receipt rule is asked about."""

    receipt: Receipt
    donation: Donation
    limits: ReceiptLimits


@rule(
    "RCV-01",
    cite="R-ATMP-11, R-SEC-03",
    mend="Scan the container again. If it is another donation: keep it apart, ask who sent it.",
)
def it_is_the_donation_expected(case: ReceiptCase) -> Iterator[str]:
    """The code on the container is the code of the donation."""
    if case.receipt.donation_code != case.donation.donation_code:
        yield (
            f"The container carries {case.receipt.donation_code}; "
            f"{case.donation.donation_code} was expected."
        )


@rule("RCV-02", cite="R-DEL-10", mend="Correct the time of the collection, or of the receipt.")
def received_after_it_was_collected(case: ReceiptCase) -> Iterator[str]:
    """A donation arrives after it was collected."""
    if case.receipt.received_at <= case.donation.collected_at:
        yield "The time of receipt is not after the time of collection."


@rule("RCV-03", cite="R-DEL-12", mend="QA names the stability data that bear it, or rejects it.")
def received_in_time(case: ReceiptCase) -> Iterator[str]:
    """The way from collection to receipt took no longer than the product allows."""
    longest = case.limits.maximum_hours
    if longest is None:
        return
    taken = case.receipt.received_at - case.donation.collected_at
    if taken > timedelta(hours=longest):
        minutes = -(-taken // timedelta(minutes=1))
        yield f"It took {minutes // 60} h {minutes % 60:02d} min; {longest} h at most."


@rule(
    "RCV-04",
    cite="R-DEL-08",
    mend="Read the logger and correct the receipt. Without a record QA names stability data, or "
    "rejects it.",
)
def temperature_was_recorded(case: ReceiptCase) -> Iterator[str]:
    """The temperature on the way was recorded."""
    if case.receipt.lowest_temperature_c is None:
        yield "No transport temperature was recorded."


@rule("RCV-05", cite="R-DEL-08", mend="QA names the stability data that bear it, or rejects it.")
def temperature_stayed_within_limits(case: ReceiptCase) -> Iterator[str]:
    """The temperature on the way stayed within the product's limits; the limits are inside."""
    limits = case.limits.temperature
    for name, reading in (
        ("lowest", case.receipt.lowest_temperature_c),
        ("highest", case.receipt.highest_temperature_c),
    ):
        if reading is not None and not limits.allow(reading):
            yield f"The {name} temperature on the way was {reading:f} °C; allowed: {limits.words}."


@rule("RCV-06", cite="R-ATMP-13", mend="Keep it apart; QA rejects it.")
def container_is_intact(case: ReceiptCase) -> Iterator[str]:
    """The container is intact and its seal unbroken."""
    if not case.receipt.container_intact:
        yield "The container is not intact."


@rule(
    "RCV-07",
    cite="R-ATMP-13, R-DEL-09",
    mend="Ask the tissue establishment in writing; once the papers are right, correct the receipt.",
)
def label_agrees_with_the_papers(case: ReceiptCase) -> Iterator[str]:
    """The label agrees with the accompanying papers."""
    if not case.receipt.label_matches:
        yield "The label does not agree with the accompanying papers."


@rule(
    "RCV-08",
    cite="R-ATMP-13",
    mend="Keep it apart; QA rejects it. If it was entered wrongly, correct the receipt.",
)
def inspection_accepted_it(case: ReceiptCase) -> Iterator[str]:
    """The receipt inspection accepted the donation."""
    if case.receipt.inspection is not InspectionOutcome.ACCEPTED:
        yield f"The inspection did not accept it: {case.receipt.condition}"


RULES = (
    it_is_the_donation_expected,
    received_after_it_was_collected,
    received_in_time,
    temperature_was_recorded,
    temperature_stayed_within_limits,
    container_is_intact,
    label_agrees_with_the_papers,
    inspection_accepted_it,
)


def judge_receipt(
    receipt: Receipt, donation: Donation, limits: ReceiptLimits
) -> tuple[Finding, ...]:
    """Everything a receipt shows against the donation; nothing when it may be accepted."""
    return judge(RULES, ReceiptCase(receipt, donation, limits))
