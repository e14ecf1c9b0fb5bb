"""Everything known of one donation, or of one donor, put together for a reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from app.intake.actions import facts
from app.intake.actions.donors import find_donor
from app.intake.actions.late import donations_of
from app.intake.actions.receipt import judge_line, receipt_line, receipt_rows
from app.intake.models import DecisionRow, DonationRow, Donor
from app.trail.signatures import signatures_about
from schemas.donor import DonorFacts, InfectiousDiseaseResult
from schemas.donor_records import DonorSummary
from schemas.eligibility import Eligibility
from schemas.intake import (
    DecisionLine,
    DonationBasis,
    DonationDossier,
    DonorFile,
    ReceiptLine,
    ResultLine,
)
from schemas.origin import Jurisdiction
from schemas.trail import Signature


@dataclass(frozen=True)
class _Looked:
    """What a basis and a dossier have in common, read once."""

    results: tuple[ResultLine, ...]
    receipts: tuple[ReceiptLine, ...]
    donor: DonorFacts
    basis: DonationBasis


def _look(session: Session, donation: DonationRow) -> _Looked:
    results = facts.results_of(session, donation.donor)
    receipts = tuple(receipt_line(session, each) for each in receipt_rows(session, donation))
    standing = receipts[-1] if receipts else None
    donor = facts.donor_facts(session, donation, results)
    basis = DonationBasis(
        donation=donation.contract,
        donor=donor.donor,
        state=donation.state,
        receipt=standing,
        receipt_findings=judge_line(donation, standing) if standing else (),
        eligibilities=facts.judged(donation, donor),
        unverified=tuple(facts.as_verified(each) for each in facts.to_verify(results)),
    )
    return _Looked(results, receipts, donor, basis)


def basis_of(session: Session, donation: DonationRow) -> DonationBasis:
    """Everything a decision made now would rest on."""
    return _look(session, donation).basis


def donation_dossier(session: Session, donation: DonationRow, *, on: date) -> DonationDossier:
    """Everything known of a donation, drawn up on this day and judged from the rows."""
    looked, donor = _look(session, donation), donation.donor
    basis, known = looked.basis, looked.donor
    return DonationDossier(
        on=on,
        donation=basis.donation,
        donor_code=donor.code,
        donor_kind=donor.kind,
        donor_zone=donor.site_zone,
        state=donation.state,
        consent_state=facts.consent_state(known.consents),
        consents=known.consents,
        questionnaires=known.questionnaires,
        corrected_questionnaires=facts.corrected_questionnaires_of(session, donor),
        corrections=facts.corrections_of(session, donation),
        results=looked.results,
        risk_assessments=known.risk_assessments,
        urgent_need=known.urgent_need,
        receipt=basis.receipt,
        earlier_receipts=looked.receipts[:-1],
        receipt_findings=basis.receipt_findings,
        eligibilities=basis.eligibilities,
        decisions=tuple(_decision_line(each) for each in _decision_rows(session, donation)),
        signatures=_signatures(session, donation, looked.results),
        label_texts=_texts(basis.eligibilities),
        segregated_storage=any(each.segregated_storage for each in basis.eligibilities),
        basis_digest=basis.digest(),
    )


def donor_summary(known: DonationDossier, asked: tuple[Jurisdiction, ...]) -> DonorSummary:
    """What goes with the cells of this donation, by the rules of these jurisdictions (R-DON-28)."""
    counted = [each.result for each in known.results if each.stands]
    return DonorSummary(
        donor_code=known.donor_code,
        donation_code=known.donation.donation_code,
        laboratories=tuple(dict.fromkeys(_who_tested(each) for each in counted)),
        tests=tuple(
            f"{each.marker.words}, sample of {each.sampled_on}: {each.outcome.label.lower()}"
            for each in counted
        ),
        determinations=tuple(
            _determination(each) for each in known.eligibilities if each.jurisdiction in asked
        ),
    )


def _who_tested(result: InfectiousDiseaseResult) -> str:
    right = "authorised" if result.laboratory_authorised else "not authorised"
    return f"{result.laboratory}, {right} to test donors"


def _determination(answer: Eligibility) -> str:
    rules = f"{answer.jurisdiction} ({answer.pack_code} version {answer.pack_version})"
    why = [each.says for each in answer.findings + answer.notes]
    return " ".join((f"{rules}: {answer.status.replace('_', ' ')}.", *why))


def _texts(eligibilities: Sequence[Eligibility]) -> tuple[str, ...]:
    """Every warning some jurisdiction asks for, each once."""
    return tuple(dict.fromkeys(text for each in eligibilities for text in each.label_texts))


def _decision_rows(session: Session, donation: DonationRow) -> Sequence[DecisionRow]:
    return session.scalars(
        select(DecisionRow)
        .where(DecisionRow.donation_id == donation.id)
        .order_by(DecisionRow.id)
        .options(lazyload(DecisionRow.donation))
    ).all()


def _decision_line(row: DecisionRow) -> DecisionLine:
    return DecisionLine(
        number=row.id,
        verdict=row.verdict,
        jurisdictions=tuple(Jurisdiction(each) for each in row.jurisdictions),
        reason=row.reason,
        stability_data=row.stability_data,
        basis_digest=row.basis_digest,
        eligibilities=tuple(Eligibility.model_validate(each) for each in row.eligibilities),
        decided_by=row.decided_by,
        decided_at=row.at,
    )


def _donor_signatures(
    session: Session, donor: Donor, results: Sequence[ResultLine]
) -> tuple[Signature, ...]:
    reports = {f"{donor.ref}/report/{each.report}" for each in results}
    return signatures_about(session, f"{donor.ref}/risk", *sorted(reports))


def _signatures(
    session: Session, donation: DonationRow, results: Sequence[ResultLine]
) -> tuple[Signature, ...]:
    own = signatures_about(session, donation.ref, f"{donation.ref}/urgent-need")
    return (*_donor_signatures(session, donation.donor, results), *own)


def donor_file(session: Session, code: str) -> DonorFile:
    """Everything on record of a donor, under the code.

    Raises:
        NotFound: there is no such donor.
    """
    donor = find_donor(session, code)
    consents, results = facts.consents_of(session, donor), facts.results_of(session, donor)
    return DonorFile(
        donor=facts.registration_of(donor),
        consents=consents,
        consent_state=facts.consent_state(consents),
        questionnaires=facts.questionnaires_of(session, donor),
        questionnaire_numbers=tuple(
            each.id for each in facts.standing_questionnaires(session, donor)
        ),
        corrected_questionnaires=facts.corrected_questionnaires_of(session, donor),
        results=results,
        risk_assessments=facts.risk_assessments_of(session, donor),
        signatures=_donor_signatures(session, donor, results),
        donations=tuple(each.donation_code for each in donations_of(session, donor)),
    )
