"""What was corrected of a donor's records, and the summary of them that goes with the cells."""

from pydantic import Field

from schemas.base import Contract, LongText, Moment, Reason, Text
from schemas.donation import Donation
from schemas.donor import DonorCode, Questionnaire


class CorrectedQuestionnaire(Contract):
    """A questionnaire that no longer counts: what it said, and why it was corrected."""

    number: int
    questionnaire: Questionnaire
    reason: Reason
    corrected_by: Text
    corrected_at: Moment


class CorrectedDonation(Contract):
    """A correction of a donation's facts: what they were, what they became, and why."""

    was: Donation
    became: Donation
    reason: Reason
    corrected_by: Text
    corrected_at: Moment

    @property
    def changes(self) -> tuple[tuple[str, str, str], ...]:
        """Each fact that changed: its title, what it was, what it became."""
        before, after = self.was.plain(), self.became.plain()
        return tuple(
            (str(info.title), _said(before[name]), _said(after[name]))
            for name, info in Donation.model_fields.items()
            if before[name] != after[name]
        )


def _said(value: object) -> str:
    """A fact in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "blank" if value is None else str(value).replace("_", " ")


class DonorSummary(Contract):
    """What goes with the cells of a donor's records: a code, never a name (R-DON-28)."""

    donor_code: DonorCode
    donation_code: Text
    laboratories: tuple[Text, ...] = Field(description="Who tested, and by what right")
    tests: tuple[Text, ...] = Field(description="Each test with its sample and interpretation")
    determinations: tuple[LongText, ...] = Field(
        description="By which rules, with what result, and why"
    )
