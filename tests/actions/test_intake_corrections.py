"""What was entered wrongly is corrected with a reason; what it said stays, and is judged again."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.errors import BadInput, OutOfDate
from app.intake import actions
from schemas.donor import Questionnaire
from schemas.intake import DonationDossier, DonationState
from schemas.intake_forms import CorrectDonation, CorrectQuestionnaire, Verdict
from schemas.origin import DonationUse, Tissue
from tests.conftest import Clock, person
from tests.journeys import intake as journey


def dossier(session: Session, clock: Clock, code: str) -> DonationDossier:
    on = journey.local_day(clock)
    return actions.donation_dossier(session, actions.find_donation(session, code), on=on)


def risky(session: Session, clock: Clock, code: str) -> int:
    """A questionnaire of this donation's donor that found a risk; its number."""
    donor = actions.find_donation(session, code).donor.code
    found = Questionnaire.model_validate(
        {
            "assessed_on": journey.local_day(clock),
            "assessed_by": "physician",
            "outcome": "risk_found",
            "risk": "a new tattoo in January",
            "interviewed": True,
        }
    )
    by = person(session, "olga", "intake.register")
    actions.add_questionnaire(session, donor, found, by=by, at=clock())
    return actions.donor_file(session, donor).questionnaire_numbers[-1]


def questionnaire(clock: Clock, **changed: Any) -> CorrectQuestionnaire:
    plain = {
        "assessed_on": journey.local_day(clock),
        "assessed_by": "physician",
        "outcome": "no_risk",
        "interviewed": True,
        "reason": "The tattoo was another donor's",
    }
    return CorrectQuestionnaire.model_validate(plain | changed)


@pytest.mark.parametrize("struck", [False, True])
def test_a_questionnaire_is_corrected_or_struck(
    session: Session, clock: Clock, struck: bool
) -> None:
    code = journey.accepted_donation(session, clock)
    number = risky(session, clock, code)
    assert dossier(session, clock, code).state is DonationState.QUARANTINE
    olga = person(session, "olga", "intake.register")
    right = questionnaire(clock, struck=struck)
    actions.correct_questionnaire(session, number, right, by=olga, at=clock())
    known = dossier(session, clock, code)
    assert [each.status.value for each in known.eligibilities] == ["eligible", "eligible"]
    assert len(known.questionnaires) == (1 if struck else 2)
    old = known.corrected_questionnaires[0]
    assert (old.number, old.questionnaire.risk) == (number, "a new tattoo in January")
    assert (old.reason, old.corrected_by) == ("The tattoo was another donor's", "Olga Nowak")
    assert known.state is DonationState.QUARANTINE  # QA decides again
    clock.forward(minutes=5)
    journey.decided(session, clock, code)
    with pytest.raises(OutOfDate):
        actions.correct_questionnaire(session, number, right, by=olga, at=clock())


def test_a_risk_that_a_correction_brings_to_light_puts_the_donation_back(
    session: Session, clock: Clock
) -> None:
    code = journey.accepted_donation(session, clock)
    donor = actions.find_donation(session, code).donor.code
    number = actions.donor_file(session, donor).questionnaire_numbers[0]
    olga = person(session, "olga", "intake.register")
    found = questionnaire(clock, outcome="risk_found", risk="malaria in October")
    actions.correct_questionnaire(session, number, found, by=olga, at=clock())
    assert dossier(session, clock, code).state is DonationState.QUARANTINE


def correction(session: Session, code: str, **changed: Any) -> CorrectDonation:
    row = actions.find_donation(session, code)
    plain = row.contract.model_dump() | {"reason": "Misread", "version": row.version}
    return CorrectDonation.model_validate(plain | changed)


def test_the_facts_of_a_donation_are_corrected_and_judged_again(
    session: Session, clock: Clock
) -> None:
    code = journey.accepted_donation(session, clock)
    olga = person(session, "olga", "intake.register")
    infused = correction(session, code, colloids_infused_ml="2500", weight_kg="60")
    actions.correct_donation(session, code, infused, by=olga, at=clock())
    known = dossier(session, clock, code)
    assert known.state is DonationState.QUARANTINE
    assert [each.status.value for each in known.eligibilities] == ["undecided", "ineligible"]
    assert known.corrections[0].changes == (
        ("Plasma, platelets or colloids received", "0", "2500"),
        ("Body weight of the person sampled", "blank", "60"),
    )
    back = correction(session, code, colloids_infused_ml="0", weight_kg=None)
    actions.correct_donation(session, code, back, by=olga, at=clock())
    clock.forward(minutes=5)
    journey.decided(session, clock, code)
    assert len(dossier(session, clock, code).corrections) == 2


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        pytest.param({}, "reason", id="nothing"),
        pytest.param({"donation_code": "G123498654321H"}, "donation_code", id="another donation"),
        pytest.param({"use": "allogeneic", "patient_code": None}, "use", id="for somebody else"),
    ],
)
def test_whose_cells_they_are_is_not_corrected(
    session: Session, clock: Clock, changed: dict[str, Any], field: str
) -> None:
    code = journey.registered_donation(
        session, clock, use=DonationUse.AUTOLOGOUS, tissue=Tissue.BONE_MARROW
    )
    olga = person(session, "olga", "intake.register")
    words = correction(session, code, **changed)
    with pytest.raises(BadInput) as no:
        actions.correct_donation(session, code, words, by=olga, at=clock())
    assert no.value.errors[0].field == field


def test_a_stale_page_or_a_rejected_donation_corrects_nothing(
    session: Session, clock: Clock
) -> None:
    code = journey.registered_donation(session, clock)
    olga = person(session, "olga", "intake.register")
    words = correction(session, code, long_storage=False, version=7)
    with pytest.raises(OutOfDate):
        actions.correct_donation(session, code, words, by=olga, at=clock())
    journey.decided(session, clock, code, verdict=Verdict.REJECT)
    words = correction(session, code, long_storage=False)
    with pytest.raises(actions.NothingToCorrect):
        actions.correct_donation(session, code, words, by=olga, at=clock())
