"""What stands on record of a donor, read for the rules: only verified, only what stands."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from app.intake.models import (
    ConsentRow,
    DonationCorrection,
    DonationRow,
    Donor,
    QuestionnaireCorrection,
    QuestionnaireRow,
    Report,
    ResultRow,
    RiskAssessmentRow,
    UrgentNeedRow,
    Verification,
)
from app.intake.packs import NoPackInForce, pack_in_force
from app.intake.rules import judge_donor
from schemas.base import day_of
from schemas.donation import Donation
from schemas.donor import (
    Consent,
    DonorFacts,
    DonorRegistration,
    Questionnaire,
    RiskAssessment,
    UrgentNeed,
)
from schemas.donor_records import CorrectedDonation, CorrectedQuestionnaire
from schemas.eligibility import Eligibility
from schemas.intake import (
    ConsentState,
    ResultLine,
    VerifiedResult,
)
from schemas.origin import Jurisdiction


def registration_of(donor: Donor) -> DonorRegistration:
    """A donor as the rules read them."""
    return DonorRegistration(donor_code=donor.code, kind=donor.kind, site_zone=donor.site_zone)


def standing_consents(session: Session, donor: Donor) -> tuple[ConsentRow, ...]:
    """The consents and withdrawals no other row speaks about, in order."""
    rows = session.scalars(
        select(ConsentRow).where(ConsentRow.donor_id == donor.id).order_by(ConsentRow.id)
    ).all()
    gone = {each.withdraws_id for each in rows}
    return tuple(each for each in rows if each.id not in gone)


def consents_of(session: Session, donor: Donor) -> tuple[Consent, ...]:
    """The consents of a donor; a withdrawn one says since when."""
    return tuple(
        Consent.model_validate(
            {
                "given_on": each.given_on,
                "version": each.form_version,
                "scope": each.scope,
                "withdrawn_on": each.withdrawn_on,
            }
        )
        for each in standing_consents(session, donor)
    )


def consent_state(consents: Sequence[Consent]) -> ConsentState:
    """One word for the consents: given as long as one of them stands."""
    if any(each.withdrawn_on is None for each in consents):
        return ConsentState.GIVEN
    return ConsentState.WITHDRAWN if consents else ConsentState.NONE


def standing_questionnaires(session: Session, donor: Donor) -> tuple[QuestionnaireRow, ...]:
    """The questionnaires nobody has corrected, in order; a later one does not replace another."""
    wrong = select(QuestionnaireCorrection.wrong_id)
    rows = session.scalars(
        select(QuestionnaireRow)
        .where(QuestionnaireRow.donor_id == donor.id, QuestionnaireRow.id.not_in(wrong))
        .order_by(QuestionnaireRow.id)
    )
    return tuple(rows)


def questionnaires_of(session: Session, donor: Donor) -> tuple[Questionnaire, ...]:
    """Every questionnaire of a donor that counts, in order."""
    return tuple(
        Questionnaire.model_validate(each.content)
        for each in standing_questionnaires(session, donor)
    )


def corrected_questionnaires_of(
    session: Session, donor: Donor
) -> tuple[CorrectedQuestionnaire, ...]:
    """The questionnaires of a donor that were corrected, in order, and why."""
    rows = session.scalars(
        select(QuestionnaireCorrection)
        .join(QuestionnaireRow, QuestionnaireRow.id == QuestionnaireCorrection.wrong_id)
        .where(QuestionnaireRow.donor_id == donor.id)
        .order_by(QuestionnaireCorrection.wrong_id)
    )
    return tuple(
        CorrectedQuestionnaire(
            number=each.wrong_id,
            questionnaire=Questionnaire.model_validate(each.wrong.content),
            reason=each.reason,
            corrected_by=each.corrected_by,
            corrected_at=each.at,
        )
        for each in rows
    )


def corrections_of(session: Session, donation: DonationRow) -> tuple[CorrectedDonation, ...]:
    """The corrections of a donation's facts, in order."""
    rows = session.scalars(
        select(DonationCorrection)
        .where(DonationCorrection.donation_id == donation.id)
        .order_by(DonationCorrection.id)
        .options(lazyload(DonationCorrection.donation))
    )
    return tuple(
        CorrectedDonation(
            was=Donation.model_validate(each.was),
            became=Donation.model_validate(each.became),
            reason=each.reason,
            corrected_by=each.corrected_by,
            corrected_at=each.at,
        )
        for each in rows
    )


def risk_assessments_of(session: Session, donor: Donor) -> tuple[RiskAssessment, ...]:
    """Every signed risk assessment of a donor, in order."""
    rows = session.scalars(
        select(RiskAssessmentRow)
        .where(RiskAssessmentRow.donor_id == donor.id)
        .order_by(RiskAssessmentRow.id)
        .options(lazyload(RiskAssessmentRow.donor))
    )
    return tuple(RiskAssessment.model_validate(each.content) for each in rows)


def urgent_need_of(session: Session, donation: DonationRow) -> UrgentNeed | None:
    """The latest urgent need on record for a donation, or None."""
    row = session.scalars(
        select(UrgentNeedRow)
        .where(UrgentNeedRow.donation_id == donation.id)
        .order_by(UrgentNeedRow.id.desc())
        .options(lazyload(UrgentNeedRow.donation))
        .limit(1)
    ).first()
    return UrgentNeed.model_validate(row.content) if row else None


def results_of(
    session: Session, donor: Donor, *, counting: Collection[int] = ()
) -> tuple[ResultLine, ...]:
    """Every result of a donor with its history, in order; each says whether it stands.

    `counting` names reports that count here although nobody has verified them yet.
    """
    rows = session.scalars(
        select(ResultRow)
        .join(Report, ResultRow.report_id == Report.id)
        .where(Report.donor_id == donor.id)
        .order_by(ResultRow.id)
    ).all()
    verified = {
        each.report_id: each
        for each in session.scalars(
            select(Verification)
            .join(Report, Verification.report_id == Report.id)
            .where(Report.donor_id == donor.id)
        )
    }
    newer = {each.corrects_id: each for each in rows if each.corrects_id is not None}
    counted = {*verified, *counting}
    return tuple(_line(each, verified, counted, newer) for each in rows)


def _line(
    row: ResultRow,
    verified: dict[int, Verification],
    counted: Collection[int],
    newer: dict[int, ResultRow],
) -> ResultLine:
    seen = verified.get(row.report_id)
    correction = newer.get(row.id)
    return ResultLine(
        number=row.id,
        report=row.report_id,
        result=row.result,
        entered_by=row.report.entered_by,
        entered_at=row.report.entered_at,
        verified_by=seen.by if seen else None,
        verified_at=seen.at if seen else None,
        corrects=row.corrects_id,
        reason=row.reason,
        corrected_by=correction.id if correction else None,
        struck=row.struck,
        stands=row.report_id in counted and not row.struck and not _overruled(row, counted, newer),
    )


def _overruled(row: ResultRow, counted: Collection[int], newer: dict[int, ResultRow]) -> bool:
    """Whether a verified correction follows: one nobody verified yet overrules nothing."""
    following = newer.get(row.id)
    while following is not None:
        if following.report_id in counted:
            return True
        following = newer.get(following.id)
    return False


def to_verify(lines: Sequence[ResultLine]) -> tuple[ResultLine, ...]:
    """The lines that wait for the second person: not verified and not corrected meanwhile."""
    return tuple(each for each in lines if each.verified_at is None and each.corrected_by is None)


def as_verified(line: ResultLine) -> VerifiedResult:
    """A line as the second person sees and signs it."""
    return VerifiedResult(
        number=line.number,
        result=line.result,
        struck=line.struck,
        corrects=line.corrects,
        reason=line.reason,
    )


def donor_facts(session: Session, donation: DonationRow, lines: Sequence[ResultLine]) -> DonorFacts:
    """Everything the donor rules look at for one donation, from the rows that stand."""
    donor = donation.donor
    return DonorFacts(
        donor=registration_of(donor),
        donation=donation.contract,
        consents=consents_of(session, donor),
        questionnaires=questionnaires_of(session, donor),
        results=tuple(each.result for each in lines if each.stands),
        risk_assessments=risk_assessments_of(session, donor),
        urgent_need=urgent_need_of(session, donation),
    )


def eligibilities_of(
    session: Session, donation: DonationRow, *, counting: Collection[int] = ()
) -> tuple[Eligibility, ...]:
    """The answers for a donation; `counting` asks for them as if these reports were verified."""
    lines = results_of(session, donation.donor, counting=counting)
    return judged(donation, donor_facts(session, donation, lines))


def judged(donation: DonationRow, facts: DonorFacts) -> tuple[Eligibility, ...]:
    """The answer of every jurisdiction with rules in force on the day of the donation.

    A jurisdiction without rules for that day gives no answer; what asks for one then finds none.
    """
    on = day_of(donation.collected_at, donation.donor.site_zone)
    answers = []
    for jurisdiction in Jurisdiction:
        try:
            answers.append(judge_donor(facts, pack_in_force(jurisdiction, on)))
        except NoPackInForce:
            continue
    return tuple(answers)
