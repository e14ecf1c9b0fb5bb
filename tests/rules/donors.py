"""Donors, donations and results that are plain and valid; a test changes one field."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.intake.packs import pack_in_force
from app.intake.rules import judge_donor
from schemas.chain_of_identity import chain_of_identity
from schemas.donation import Donation
from schemas.donor import (
    Consent,
    DonorFacts,
    DonorRegistration,
    InfectiousDiseaseResult,
    Questionnaire,
    RiskAssessment,
)
from schemas.eligibility import Eligibility, JurisdictionPack
from schemas.origin import Jurisdiction

DAY = date(2026, 3, 2)
COI = chain_of_identity(42)
EU = pack_in_force(Jurisdiction.EU, DAY)
US = pack_in_force(Jurisdiction.US, DAY)

MINIMUM = ("anti_hiv_1_2", "hbsag", "anti_hbc", "anti_hcv", "syphilis_specific")
NAT = ("hiv_nat", "hbv_nat", "hcv_nat")
LEUKOCYTE_RICH = ("anti_htlv_1_2", "cmv")
EVERYTHING = MINIMUM + NAT + LEUKOCYTE_RICH

Results = tuple[InfectiousDiseaseResult, ...]


def blood(markers: Iterable[str] = EVERYTHING, day: int = 0, **changed: Any) -> Results:
    """Results that count under both packs, on one sample `day` days from the donation."""
    common = {
        "sampled_on": DAY + timedelta(days=day),
        "specimen": "serum",
        "outcome": "non_reactive",
        "laboratory": "Central virology",
        "laboratory_authorised": True,
        "kit_ce_marked": True,
        "kit_fda_licensed": True,
        "report_reference": f"V-2026-{day}",
    } | changed
    return tuple(
        InfectiousDiseaseResult.model_validate({"marker": each} | common) for each in markers
    )


def but(marker: str, outcome: str, day: int = 0) -> Results:
    """Everything tested and non-reactive, but one marker with another outcome."""
    rest = tuple(each for each in EVERYTHING if each != marker)
    return blood(rest) + blood([marker], day, outcome=outcome)


def donation(**changed: Any) -> Donation:
    plain = {
        "donation_code": "PL001499Z549917123456",
        "tissue": "adipose",
        "use": "allogeneic",
        "collected_at": datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    }
    return Donation.model_validate(plain | changed)


def marrow(**changed: Any) -> Donation:
    return donation(tissue="bone_marrow", long_storage=False, **changed)


def own(**changed: Any) -> Donation:
    return donation(use="autologous", patient_code=COI, **changed)


def directed(relation: str = "sibling") -> Donation:
    return donation(use="directed_allogeneic", patient_code=COI, relation=relation)


def donor(**changed: Any) -> DonorRegistration:
    plain = {"donor_code": "D-2026-0014", "kind": "living", "site_zone": "Europe/Warsaw"}
    return DonorRegistration.model_validate(plain | changed)


def consent(**changed: Any) -> Consent:
    plain = {"given_on": DAY, "version": "3", "scope": ("use", "testing", "long_storage")}
    return Consent.model_validate(plain | changed)


def questionnaire(**changed: Any) -> Questionnaire:
    plain = {
        "assessed_on": DAY,
        "assessed_by": "physician",
        "outcome": "no_risk",
        "interviewed": True,
    }
    return Questionnaire.model_validate(plain | changed)


RISKY = questionnaire(outcome="risk_found", risk="a new tattoo in January")


def assessment(
    about: str, decision: str = "accept", marker: str | None = None, *, day: int = 0
) -> RiskAssessment:
    """What the responsible person decided, `day` days from the donation."""
    return RiskAssessment.model_validate(
        {
            "about": about,
            "marker": marker,
            "decision": decision,
            "decided_on": DAY + timedelta(days=day),
            "responsible_person": "responsible person",
            "reasoning": "weighed against the patient's condition",
            "further_investigation": "anti-HBs 240 IU/L, HBV NAT non-reactive",
        }
    )


def facts(**changed: Any) -> DonorFacts:
    plain = {
        "donor": donor(),
        "donation": donation(),
        "consents": (consent(),),
        "questionnaires": (questionnaire(),),
        "results": blood(),
    }
    return DonorFacts.model_validate(plain | changed)


def found(answer: Eligibility) -> list[str]:
    return list(dict.fromkeys(each.rule for each in answer.findings))


Answer = tuple[str, list[str]]

ELIGIBLE: Answer = ("eligible", [])


def judged(pack: JurisdictionPack, changed: dict[str, Any]) -> Answer:
    answer = judge_donor(facts(**changed), pack)
    return answer.status.value, found(answer)


def undecided(*rules: str) -> Answer:
    return ("undecided", list(rules))


def ineligible(*rules: str) -> Answer:
    return ("ineligible", list(rules))


EXCEPTION: Answer = ("eligible_autologous_exception", [])
ALLOWED = "ineligible_use_allowed"
