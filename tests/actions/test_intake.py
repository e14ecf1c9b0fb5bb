"""Intake: who puts what on record, and what lets a donation out of quarantine."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import BadInput, OutOfDate, Refused, SamePerson, SignatureFailed
from app.intake import actions
from app.intake.models import ResultRow
from app.trail import attachments
from app.trail.signatures import signatures_about
from schemas.donor import RiskAssessment
from schemas.intake import DonationDossier, DonationState
from schemas.intake_forms import (
    AssessRisk,
    CorrectResult,
    DocumentNeed,
    Verdict,
    VerifyReport,
)
from schemas.origin import DonationUse, Tissue
from schemas.trail import Meaning
from tests.conftest import Clock, person, signing
from tests.journeys import intake as journey

TODAY = date(2026, 3, 2)
MARROW = Tissue.BONE_MARROW
OWN = DonationUse.AUTOLOGOUS
RELATIVE = DonationUse.DIRECTED_ALLOGENEIC

Refusal = pytest.ExceptionInfo[Refused]


def dossier(session: Session, code: str) -> DonationDossier:
    return actions.donation_dossier(session, actions.find_donation(session, code), on=TODAY)


def state(session: Session, code: str) -> DonationState:
    return actions.find_donation(session, code).state


def statuses(session: Session, code: str) -> dict[str, str]:
    found = dossier(session, code).eligibilities
    return {each.jurisdiction.value: each.status.value for each in found}


def rules(refusal: Refusal) -> list[str]:
    return list(dict.fromkeys(each.rule for each in refusal.value.findings))


def test_an_allogeneic_donation_is_accepted_under_both_laws(session: Session, clock: Clock) -> None:
    code = journey.accepted_donation(session, clock)
    known = dossier(session, code)
    assert known.state is DonationState.ACCEPTED
    assert statuses(session, code) == {"EU": "eligible", "US": "eligible"}
    assert [each.verdict for each in known.decisions] == [Verdict.ACCEPT]
    assert [each.status.value for each in known.decisions[0].eligibilities] == ["eligible"] * 2
    assert [each.meaning for each in known.signatures] == [Meaning.VERIFIED, Meaning.DECIDED]
    assert known.receipt is not None
    assert known.receipt.log is not None
    assert attachments.read(known.receipt.log.sha256).startswith(b"minute,celsius")


@pytest.mark.parametrize(
    ("tissue", "use", "texts"),
    [
        pytest.param(MARROW, OWN, ("FOR AUTOLOGOUS USE ONLY",), id="the donor's own marrow"),
        pytest.param(MARROW, RELATIVE, (), id="a relative's marrow"),
    ],
)
def test_cells_for_one_patient_are_accepted(
    session: Session, clock: Clock, tissue: Tissue, use: DonationUse, texts: tuple[str, ...]
) -> None:
    code = journey.accepted_donation(session, clock, use=use, tissue=tissue)
    assert dossier(session, code).label_texts == texts
    found = actions.acceptable_donations(session, tissue=tissue, use=use)
    assert [each.donation_code for each in found] == [code]
    patient = actions.find_donation(session, code).patient_code
    assert patient is not None
    assert actions.find_patient(session, patient).treating_site == "HOSP1"


def test_a_donation_in_quarantine_is_in_no_pick_list(session: Session, clock: Clock) -> None:
    code = journey.registered_donation(session, clock)
    assert state(session, code) is DonationState.QUARANTINE
    assert (
        actions.acceptable_donations(
            session, tissue=Tissue.UMBILICAL_CORD, use=DonationUse.ALLOGENEIC
        )
        == []
    )


# Results


def test_results_count_only_after_a_second_person(session: Session, clock: Clock) -> None:
    code = journey.registered_donation(session, clock)
    report = journey.entered_results(session, clock, code)
    assert statuses(session, code) == {"EU": "undecided", "US": "undecided"}
    journey.verified(session, clock, report)
    assert statuses(session, code) == {"EU": "eligible", "US": "eligible"}


def test_who_entered_a_result_does_not_verify_it(session: Session, clock: Clock) -> None:
    """SOD-11, even when a role would let them."""
    code = journey.registered_donation(session, clock)
    report = journey.entered_results(session, clock, code)
    row = actions.find_report(session, report)
    shown = actions.words_to_verify(row, actions.lines_to_verify(session, row)).digest()
    with pytest.raises(SamePerson, match="SOD-11"):
        actions.verify_report(
            session,
            report,
            VerifyReport(shown=shown, signing=signing("anton")),
            by=person(session, "anton", "intake.result"),
            at=clock(),
        )


def test_a_wrong_password_verifies_nothing(session: Session, clock: Clock) -> None:
    code = journey.registered_donation(session, clock)
    report = journey.entered_results(session, clock, code)
    row = actions.find_report(session, report)
    shown = actions.words_to_verify(row, actions.lines_to_verify(session, row)).digest()
    with pytest.raises(SignatureFailed):
        actions.verify_report(
            session,
            report,
            VerifyReport(shown=shown, signing=signing("vera", "not the password")),
            by=person(session, "vera", "intake.verify"),
            at=clock(),
        )


def test_a_report_is_verified_once(session: Session, clock: Clock) -> None:
    code = journey.registered_donation(session, clock)
    report = journey.entered_results(session, clock, code)
    journey.verified(session, clock, report)
    with pytest.raises(actions.NothingToVerify):
        journey.verified(session, clock, report, by="quinn")


def line(session: Session, code: str, marker: str) -> int:
    known = dossier(session, code).results
    return next(each.number for each in known if each.result.marker.value == marker)


def corrected(session: Session, clock: Clock, number: int, **changed: Any) -> int:
    old = actions.find_result(session, number).result.model_dump()
    words = {**old, "reason": "Typed from the wrong line", **changed}
    form = CorrectResult.model_validate(words)
    by = person(session, "anton", "intake.result")
    return actions.correct_result(session, number, form, by=by, at=clock()).id


def test_a_correction_counts_only_when_it_is_verified(session: Session, clock: Clock) -> None:
    code = journey.registered_donation(session, clock)
    journey.verified_results(session, clock, code, {"hbsag": "reactive"})
    number = line(session, code, "hbsag")
    report = corrected(session, clock, number, outcome="non_reactive")
    assert statuses(session, code)["EU"] == "ineligible"
    journey.verified(session, clock, report)
    assert statuses(session, code)["EU"] == "undecided"
    old, new = dossier(session, code).results
    assert (old.corrected_by, old.stands) == (new.number, False)
    assert (new.corrects, new.reason, new.stands) == (number, "Typed from the wrong line", True)


def test_a_line_of_another_donor_is_struck(session: Session, clock: Clock) -> None:
    code = journey.registered_donation(session, clock)
    journey.verified_results(session, clock, code, {"hbsag": "reactive"})
    report = corrected(session, clock, line(session, code, "hbsag"), struck=True)
    journey.verified(session, clock, report)
    assert [each.stands for each in dossier(session, code).results] == [False, False]


def test_a_line_is_corrected_once(session: Session, clock: Clock) -> None:
    code = journey.registered_donation(session, clock)
    journey.verified_results(session, clock, code, {"hbsag": "reactive"})
    number = line(session, code, "hbsag")
    corrected(session, clock, number, outcome="non_reactive")
    with pytest.raises(OutOfDate):
        corrected(session, clock, number, outcome="pending")


def test_a_report_corrected_while_it_is_read_is_not_signed(session: Session, clock: Clock) -> None:
    code = journey.registered_donation(session, clock)
    report = journey.entered_results(session, clock, code)
    row = actions.find_report(session, report)
    shown = actions.words_to_verify(row, actions.lines_to_verify(session, row)).digest()
    corrected(session, clock, line(session, code, "hbsag"), outcome="reactive")
    with pytest.raises(OutOfDate):
        actions.verify_report(
            session,
            report,
            VerifyReport(shown=shown, signing=signing("vera")),
            by=person(session, "vera", "intake.verify"),
            at=clock(),
        )


def test_the_database_keeps_results_as_they_were_entered(database: Database, clock: Clock) -> None:
    with database.writing() as session:
        code = journey.registered_donation(session, clock)
        journey.entered_results(session, clock, code)
    with pytest.raises(DBAPIError, match="append-only"), database.engine.begin() as raw:
        raw.execute(text(f"UPDATE {ResultRow.__tablename__} SET outcome = 'non_reactive'"))


# Registration


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        pytest.param({"donor_code": "D-1999-9999"}, "donor_code", id="an unknown donor"),
        pytest.param(
            {"donation_code": f"PL001499{1:013d}"}, "donation_code", id="a code that is taken"
        ),
        pytest.param(
            {"use": DonationUse.AUTOLOGOUS, "patient_code": "COI-2222-2222"},
            "patient_code",
            id="a patient nobody knows",
        ),
        pytest.param(
            {"collected_at": datetime(2026, 3, 2, 8, 1, tzinfo=UTC)},
            "collected_at",
            id="collected in a minute",
        ),
    ],
)
def test_a_donation_that_cannot_be_is_not_registered(
    session: Session, clock: Clock, changed: dict[str, Any], field: str
) -> None:
    journey.registered_donation(session, clock)
    with pytest.raises(BadInput) as no:
        journey.registered_donation(session, clock, **changed)
    assert [each.field for each in no.value.errors] == [field]


def test_a_donation_is_found_as_scanned(session: Session, clock: Clock) -> None:
    code = journey.registered_donation(session, clock, donation_code="G123498654321H")
    assert code == "G123498654321"
    assert actions.find_donation(session, "=G1234 98 654321 00").donation_code == code


# Decision


def refused(session: Session, clock: Clock, code: str, **asked: Any) -> list[str]:
    with pytest.raises(Refused) as no:
        journey.decided(session, clock, code, **asked)
    return rules(no)


def test_nothing_is_accepted_before_it_was_received(session: Session, clock: Clock) -> None:
    """ACC-01, both sides."""
    code = journey.registered_donation(session, clock)
    journey.verified_results(session, clock, code)
    assert refused(session, clock, code) == ["ACC-01"]
    journey.received(session, clock, code)
    journey.decided(session, clock, code)
    assert state(session, code) is DonationState.ACCEPTED


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        pytest.param({"highest_temperature_c": "8.1"}, "RCV-05", id="too warm on the way"),
        pytest.param({"container_intact": False}, "RCV-06", id="a broken seal"),
        pytest.param({"label_matches": False}, "RCV-07", id="another label"),
        pytest.param({"donation_code": "G123498654321H"}, "RCV-01", id="another donation"),
        pytest.param(
            {"patient_code_on_container": "COI-2222-2222"}, "RCV-09", id="somebody's own cells"
        ),
    ],
)
def test_what_was_found_at_receipt_has_no_exception(
    session: Session, clock: Clock, changed: dict[str, Any], found: str
) -> None:
    """ACC-02."""
    code = journey.registered_donation(session, clock)
    journey.verified_results(session, clock, code)
    journey.received(session, clock, code, **changed)
    assert [each.rule for each in dossier(session, code).receipt_findings] == [found]
    assert refused(session, clock, code) == ["ACC-02"]
    assert refused(session, clock, code, verdict=Verdict.ACCEPT_AT_RISK) == ["ACC-02"]
    journey.decided(session, clock, code, verdict=Verdict.REJECT, jurisdictions=())
    assert state(session, code) is DonationState.REJECTED


def test_what_the_cells_bear_by_stability_data_is_accepted_with_them(
    session: Session, clock: Clock
) -> None:
    """ACC-02, the other side: time and temperature, and nothing else."""
    code = journey.registered_donation(session, clock)
    journey.verified_results(session, clock, code)
    journey.received(session, clock, code, highest_temperature_c="8.1")
    assert refused(session, clock, code) == ["ACC-02"]
    named = {"stability_data": "STAB-7: 72 h at up to 12 °C"}
    words = journey.decision(session, clock, code).model_copy(update=named)
    quinn = person(session, "quinn", "intake.decide")
    actions.decide_donation(session, code, words, by=quinn, at=clock())
    assert state(session, code) is DonationState.ACCEPTED
    assert dossier(session, code).decisions[0].stability_data == "STAB-7: 72 h at up to 12 °C"


def test_stability_data_do_not_mend_a_broken_container(session: Session, clock: Clock) -> None:
    """ACC-02."""
    code = journey.registered_donation(session, clock)
    journey.verified_results(session, clock, code)
    journey.received(session, clock, code, highest_temperature_c="8.1", container_intact=False)
    words = journey.decision(session, clock, code).model_copy(update={"stability_data": "STAB-7"})
    quinn = person(session, "quinn", "intake.decide")
    with pytest.raises(Refused) as no:
        actions.decide_donation(session, code, words, by=quinn, at=clock())
    assert [each.says for each in no.value.findings] == ["RCV-06: The container is not intact."]


@pytest.mark.parametrize("on_container", [None, "COI-2222-2222"], ids=["unread", "another's"])
def test_two_identifiers_are_checked_for_one_patient(
    session: Session, clock: Clock, on_container: str | None
) -> None:
    """RCV-09."""
    code = journey.registered_donation(session, clock, use=OWN, tissue=MARROW)
    journey.received(session, clock, code, patient_code_on_container=on_container)
    assert [each.rule for each in dossier(session, code).receipt_findings] == ["RCV-09"]


def test_a_receipt_is_corrected_with_a_reason(session: Session, clock: Clock) -> None:
    code = journey.registered_donation(session, clock)
    journey.received(session, clock, code, highest_temperature_c="64")
    with pytest.raises(BadInput) as no:
        journey.received(session, clock, code)
    assert [each.field for each in no.value.errors] == ["reason"]
    journey.received(session, clock, code, reason="The decimal point was left out")
    known = dossier(session, code)
    assert known.receipt_findings == ()
    assert len(known.earlier_receipts) == 1


def test_a_product_of_another_tissue_does_not_lend_its_limits(
    session: Session, clock: Clock
) -> None:
    code = journey.registered_donation(session, clock)
    journey.approved_product(session, clock, "BM-MSC-AUTO")
    with pytest.raises(BadInput, match="UC-WCB"):
        journey.received(session, clock, code, product_code="BM-MSC-AUTO")


def test_a_jurisdiction_without_rules_accepts_nothing(session: Session, clock: Clock) -> None:
    """ACC-03: the directive ends, and nobody has loaded what follows."""
    clock.now = datetime(2027, 9, 1, 8, 0, tzinfo=UTC)
    code = journey.registered_donation(session, clock)
    journey.verified_results(session, clock, code)
    journey.received(session, clock, code)
    assert list(statuses(session, code)) == ["US"]
    assert refused(session, clock, code) == ["ACC-03"]
    journey.decided(session, clock, code, jurisdictions=("US",))
    assert state(session, code) is DonationState.ACCEPTED


def test_a_reactive_donor_is_never_accepted(session: Session, clock: Clock) -> None:
    """ACC-04."""
    code = journey.registered_donation(session, clock)
    journey.verified_results(session, clock, code)
    journey.verified_results(session, clock, code, {"hbsag": "reactive"})
    journey.received(session, clock, code)
    assert refused(session, clock, code) == ["ACC-04"]
    assert refused(session, clock, code, verdict=Verdict.ACCEPT_AT_RISK) == ["ACC-04"]
    assert dossier(session, code).segregated_storage


def test_a_reactive_relative_may_give_where_the_pack_lets_them(
    session: Session, clock: Clock
) -> None:
    """ACC-04, the other side: the US exception, and not the EU."""
    code = journey.registered_donation(session, clock, use=RELATIVE, tissue=MARROW)
    journey.verified_results(session, clock, code)
    journey.verified_results(session, clock, code, {"hbsag": "reactive"})
    journey.received(session, clock, code)
    assert statuses(session, code) == {"EU": "ineligible", "US": "ineligible_use_allowed"}
    assert refused(session, clock, code) == ["ACC-04"]
    journey.decided(session, clock, code, jurisdictions=("US",))
    assert "WARNING: Reactive test results for HBV" in dossier(session, code).label_texts


def test_an_undecided_donation_is_accepted_at_risk_only(session: Session, clock: Clock) -> None:
    """ACC-05, both sides."""
    code = journey.registered_donation(session, clock)
    journey.received(session, clock, code)
    assert refused(session, clock, code) == ["ACC-05"]
    journey.decided(session, clock, code, verdict=Verdict.ACCEPT_AT_RISK)
    assert state(session, code) is DonationState.ACCEPTED_AT_RISK
    journey.verified_results(session, clock, code)
    journey.decided(session, clock, code)
    assert state(session, code) is DonationState.ACCEPTED


def test_a_reactive_result_nobody_verified_is_not_overlooked(
    session: Session, clock: Clock
) -> None:
    """ACC-06, both sides."""
    code = journey.registered_donation(session, clock)
    journey.verified_results(session, clock, code)
    journey.received(session, clock, code)
    report = journey.entered_results(session, clock, code, {"cmv": "reactive"})
    assert refused(session, clock, code) == ["ACC-06"]
    journey.verified(session, clock, report, by="quinn")
    assert refused(session, clock, code) == ["ACC-05"]  # EU: somebody answers for it first
    answer_for(session, clock, code, "accept")
    journey.decided(session, clock, code)
    assert state(session, code) is DonationState.ACCEPTED


def answer_for(session: Session, clock: Clock, code: str, decision: str) -> None:
    words = AssessRisk.model_validate(
        {
            "about": "other_marker",
            "marker": "cmv",
            "decision": decision,
            "decided_on": TODAY,
            "responsible_person": "medical director",
            "reasoning": "CMV IgG of a past infection; the patient is CMV positive too.",
            "signing": {"username": "qadir", "password": signing("qadir").password},
        }
    )
    donor = actions.find_donation(session, code).donor.code
    by = person(session, "qadir", "intake.decide")
    actions.assess_risk(session, donor, words, by=by, at=clock())


def test_a_risk_assessment_is_signed(session: Session, clock: Clock) -> None:
    code = journey.registered_donation(session, clock)
    answer_for(session, clock, code, "reject")
    donor = actions.find_donation(session, code).donor
    (signature,) = signatures_about(session, f"donor/{donor.code}/risk")
    (kept,) = dossier(session, code).risk_assessments
    assert (signature.username, signature.words_digest) == ("qadir", kept.digest())
    assert isinstance(kept, RiskAssessment)
    assert statuses(session, code) == {"EU": "ineligible", "US": "ineligible"}


def test_an_urgent_need_is_one_patients(session: Session, clock: Clock) -> None:
    need = DocumentNeed(
        documented_on=TODAY,
        physician="attending physician",
        reason="No other donor matches in time",
        signing=signing("quinn"),
    )
    by = person(session, "quinn", "intake.decide")
    everyones = journey.registered_donation(session, clock)
    with pytest.raises(BadInput):
        actions.document_need(session, everyones, need, by=by, at=clock())
    code = journey.registered_donation(session, clock, RELATIVE, MARROW, relation="cousin")
    journey.verified_results(session, clock, code, {"hbsag": "reactive"})
    assert statuses(session, code)["US"] == "ineligible"
    actions.document_need(session, code, need, by=by, at=clock())
    assert dossier(session, code).urgent_need is not None
    assert statuses(session, code)["US"] == "undecided"


def test_a_decision_on_a_stale_page_is_not_made(session: Session, clock: Clock) -> None:
    code = journey.registered_donation(session, clock)
    journey.received(session, clock, code)
    stale = journey.decision(session, clock, code, verdict=Verdict.ACCEPT_AT_RISK)
    journey.verified_results(session, clock, code)
    with pytest.raises(OutOfDate):
        actions.decide_donation(
            session, code, stale, by=person(session, "quinn", "intake.decide"), at=clock()
        )


def test_a_rejection_is_final(session: Session, clock: Clock) -> None:
    code = journey.registered_donation(session, clock)
    journey.decided(session, clock, code, verdict=Verdict.REJECT, jurisdictions=())
    with pytest.raises(actions.NoSuchDecision, match="rejected"):
        journey.decided(session, clock, code)
