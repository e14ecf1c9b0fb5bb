"""Intake as people do it, for journeys that begin with a donation.

`accepted_donation(session, clock)` gives the code of a donation that QA accepted; its parts serve
where a journey leaves the straight way. Everything goes through the actions.
"""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.demo.cast import ZONE, Clock, person, signing
from app.intake import actions
from app.intake.models import DonationRow
from app.masters import actions as masters
from app.masters import shelf
from app.masters.starters import starter_documents, starter_texts
from schemas.document import ApproveDocument, DocumentText
from schemas.donor import (
    ConsentScope,
    DonorKind,
    DonorRegistration,
    Questionnaire,
    QuestionnaireOutcome,
)
from schemas.intake_forms import (
    DecideDonation,
    EnterResults,
    GiveConsent,
    NewPatientCode,
    ReceiveDonation,
    RegisterDonation,
    Verdict,
    VerifyReport,
)
from schemas.marker import Marker
from schemas.origin import DonationUse, Tissue

PRODUCTS = {
    (Tissue.UMBILICAL_CORD, DonationUse.ALLOGENEIC): "UC-WCB",
    (Tissue.BONE_MARROW, DonationUse.AUTOLOGOUS): "BM-MSC-AUTO",
    (Tissue.BONE_MARROW, DonationUse.DIRECTED_ALLOGENEIC): "BM-MSC-DIR",
}
"""Which starter product begins with which donation."""

TESTED = (
    *(Marker.ANTI_HIV, Marker.HIV_NAT, Marker.HBSAG, Marker.ANTI_HBC, Marker.HBV_NAT),
    *(Marker.ANTI_HCV, Marker.HCV_NAT, Marker.SYPHILIS_SPECIFIC, Marker.HTLV, Marker.CMV),
)
CONSENTED = (ConsentScope.USE, ConsentScope.TESTING, ConsentScope.LONG_STORAGE)


def accepted_donation(
    session: Session,
    clock: Clock,
    use: DonationUse = DonationUse.ALLOGENEIC,
    tissue: Tissue = Tissue.UMBILICAL_CORD,
) -> str:
    """A donation registered, consented, tested, verified, received and accepted; its code."""
    code = registered_donation(session, clock, use=use, tissue=tissue)
    verified_results(session, clock, code)
    received(session, clock, code)
    decided(session, clock, code)
    return code


def approved_product(session: Session, clock: Clock, product_code: str) -> None:
    """The starter product with its specification and master, approved unless they already are."""
    documents = zip(starter_texts().values(), starter_documents(), strict=True)
    ours = [
        (text, read.content)
        for text, read in documents
        if product_code in (read.content.code, getattr(read.content, "product_code", None))
        and not shelf.versions_of(session, read.content.code)
    ]
    author = person(session, "olga", "master.import")
    for text, _ in ours:
        form = DocumentText(text=text, change="First version, from the starter library")
        masters.import_document(session, form, by=author, at=clock())
    for _, content in ours:
        masters.approve(
            session,
            content.code,
            content.version,
            ApproveDocument(signing=signing("quinn")),
            by=person(session, "quinn", "master.approve"),
            at=clock(),
        )


def registered_donation(
    session: Session,
    clock: Clock,
    use: DonationUse = DonationUse.ALLOGENEIC,
    tissue: Tissue = Tissue.UMBILICAL_CORD,
    **changed: Any,
) -> str:
    """A new donor with consent and history, and a donation collected four hours ago; its code."""
    olga = person(session, "olga", "intake.register")
    number = (session.scalar(select(func.count()).select_from(DonationRow)) or 0) + 1
    collected_at = clock() - timedelta(hours=4)
    day = local_day(clock, hours_ago=4)
    donor = DonorRegistration(
        donor_code=f"D-2026-{number:04d}",
        kind=DonorKind.NEONATE if tissue is Tissue.UMBILICAL_CORD else DonorKind.LIVING,
        site_zone=ZONE,
    )
    actions.register_donor(session, donor, by=olga, at=clock())
    consent = GiveConsent(given_on=day, version="3", scope=CONSENTED)
    actions.give_consent(session, donor.donor_code, consent, by=olga, at=clock())
    history = Questionnaire(
        assessed_on=day,
        assessed_by="physician",
        outcome=QuestionnaireOutcome.NO_RISK,
        interviewed=True,
    )
    actions.add_questionnaire(session, donor.donor_code, history, by=olga, at=clock())
    plain = {
        "donor_code": donor.donor_code,
        "donation_code": f"PL001499{number:013d}",
        "tissue": tissue,
        "use": use,
        "patient_code": new_patient(session, clock) if use.for_one_patient else None,
        "relation": "sibling" if use is DonationUse.DIRECTED_ALLOGENEIC else None,
        "collected_at": collected_at,
        "long_storage": tissue is Tissue.UMBILICAL_CORD,
    }
    new = RegisterDonation.model_validate(plain | changed)
    return actions.register_donation(session, new, by=olga, at=clock()).donation_code


def new_patient(session: Session, clock: Clock, treating_site: str = "HOSP1") -> str:
    """A patient of a treating site; the code made for them."""
    by = person(session, "olga", "intake.register")
    new = NewPatientCode(treating_site=treating_site)
    return actions.make_patient_code(session, new, by=by, at=clock()).code


def entered_results(
    session: Session, clock: Clock, code: str, outcomes: dict[str, str] | None = None
) -> int:
    """Anton enters a report on blood of the day of collection; its number.

    `outcomes` alone are entered; without them everything that is asked for, non-reactive.
    """
    donation = actions.find_donation(session, code)
    mother = donation.donor.kind.value == "neonate"
    entered = EnterResults.model_validate(
        {
            "report_reference": "V-2026-100",
            "laboratory": "Central virology",
            "laboratory_authorised": True,
            "sampled_on": local_day(clock, hours_ago=4),
            "sampled_person": "birth_mother" if mother else "donor",
            "specimen": "serum",
            "kit_ce_marked": True,
            "kit_fda_licensed": True,
            "outcomes": outcomes or dict.fromkeys(TESTED, "non_reactive"),
        }
    )
    by = person(session, "anton", "intake.result")
    return actions.enter_results(session, donation.donor.code, entered, by=by, at=clock()).id


def verified(session: Session, clock: Clock, report: int, by: str = "vera") -> None:
    """Vera compares a report with its entries and signs."""
    row = actions.find_report(session, report)
    shown = actions.words_to_verify(row, actions.lines_to_verify(session, row)).digest()
    actions.verify_report(
        session,
        report,
        VerifyReport(shown=shown, signing=signing(by)),
        by=person(session, by, "intake.verify"),
        at=clock(),
    )


def verified_results(
    session: Session, clock: Clock, code: str, outcomes: dict[str, str] | None = None
) -> None:
    """Results entered by Anton and verified by Vera."""
    verified(session, clock, entered_results(session, clock, code, outcomes))


def received(session: Session, clock: Clock, code: str, **changed: Any) -> None:
    """Olga inspects the donation that arrived an hour ago."""
    donation = actions.find_donation(session, code)
    product = PRODUCTS[donation.tissue, donation.use]
    approved_product(session, clock, product)
    plain = {
        "donation_code": code,
        "received_at": clock() - timedelta(hours=1),
        "lowest_temperature_c": "3.1",
        "highest_temperature_c": "6.4",
        "container_intact": True,
        "label_matches": True,
        "inspection": "accepted",
        "condition": "Clear, no clots, seal unbroken",
        "quantity": "62.5",
        "quantity_unit": "mL",
        "product_code": product,
        "handed_over_by": "City courier, consignment 4711",
        "patient_code_on_container": donation.patient_code,
    }
    actions.receive_donation(
        session,
        code,
        ReceiveDonation.model_validate(plain | changed),
        log=actions.LoggerFile("logger.csv", "text/csv", b"minute,celsius\n0,3.1\n60,6.4\n"),
        by=person(session, "olga", "intake.receive"),
        at=clock(),
    )


def decision(
    session: Session,
    clock: Clock,
    code: str,
    verdict: Verdict = Verdict.ACCEPT,
    jurisdictions: tuple[str, ...] = ("EU", "US"),
) -> DecideDonation:
    """What Quinn decides, looking at the donation as it is now."""
    donation = actions.find_donation(session, code)
    dossier = actions.donation_dossier(session, donation, on=local_day(clock))
    return DecideDonation.model_validate(
        {
            "verdict": verdict,
            "jurisdictions": jurisdictions,
            "reason": "Everything was looked at",
            "shown": dossier.basis_digest,
            "signing": signing("quinn"),
        }
    )


def decided(
    session: Session,
    clock: Clock,
    code: str,
    verdict: Verdict = Verdict.ACCEPT,
    jurisdictions: tuple[str, ...] = ("EU", "US"),
) -> None:
    """Quinn decides for the quality unit and signs."""
    actions.decide_donation(
        session,
        code,
        decision(session, clock, code, verdict, jurisdictions),
        by=person(session, "quinn", "intake.decide"),
        at=clock(),
    )


def local_day(clock: Clock, hours_ago: int = 0) -> date:
    """The day in the unit, now or some hours ago."""
    return (clock() - timedelta(hours=hours_ago)).astimezone(ZoneInfo(ZONE)).date()
