"""Intake through the browser: Olga registers and receives, Anton and Vera test, Quinn decides."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import unquote

from schemas.origin import DonationUse, Tissue
from tests.browser.serving import Site
from tests.browser.visitor import Visitor
from tests.conftest import ZONE
from tests.journeys.intake import PRODUCTS, TESTED, local_day
from tests.journeys.production_forms import local

People = Callable[[str], Visitor]
DONOR = "D-2026-0001"
DONATION = "PL0014990000000000001"
YES, NO = "true", "false"


def donor_registered(site: Site, people: People, *, neonate: bool = False) -> None:
    """Olga registers a donor with consent and history."""
    olga, day = people("olga"), local_day(site.clock, hours_ago=4).isoformat()
    olga.does(
        "/intake/donors/new",
        {
            "donor_code": DONOR,
            "kind": "neonate" if neonate else "living",
            "site_zone": ZONE,
        },
        "Register the donor",
    )
    olga.sees("Registered. Enter the consent next.")
    olga.does(
        f"/intake/donors/{DONOR}/consent",
        {"given_on": day, "version": "3", "scope": ["use", "testing", "long_storage"]},
        "Enter the consent",
    )
    olga.does(
        f"/intake/donors/{DONOR}/questionnaire",
        {
            "assessed_on": day,
            "assessed_by": "physician",
            "outcome": "no_risk",
            "interviewed": YES,
        },
        "Enter the questionnaire",
    )


def donation_registered(site: Site, people: People, use: DonationUse, tissue: Tissue) -> str | None:
    """Olga registers what was collected four hours ago; the patient's code, where there is one."""
    olga, patient = people("olga"), None
    boxes = {
        "donor_code": DONOR,
        "donation_code": DONATION,
        "tissue": tissue.value,
        "use": use.value,
        "collected_at": local(site.clock() - timedelta(hours=4)),
        "long_storage": YES if tissue is Tissue.UMBILICAL_CORD else NO,
    }
    if use.for_one_patient:
        olga.does("/intake/patients/new", {"treating_site": "HOSP1"}, "Make the code")
        patient = unquote(olga.page.url.split("?")[0].rsplit("/", 1)[1])
        boxes["patient_code"] = patient
    olga.does("/intake/donations/new", boxes, "Register the donation")
    olga.sees("in quarantine")
    return patient


def results_entered(site: Site, people: People, **reactive: str) -> None:
    """Anton enters the laboratory's report: everything non-reactive but what is named."""
    anton = people("anton")
    outcomes = {each.value: "non_reactive" for each in TESTED} | reactive
    with site.looking() as session:
        from app.intake.actions import find_donor

        neonate = find_donor(session, DONOR).kind.value == "neonate"
    anton.does(
        f"/intake/donors/{DONOR}/results",
        {
            "report_reference": "V-2026-100",
            "laboratory": "Central virology",
            "laboratory_authorised": YES,
            "sampled_on": local_day(site.clock, hours_ago=4).isoformat(),
            "sampled_person": "birth_mother" if neonate else "donor",
            "specimen": "serum",
            "kit_ce_marked": YES,
            "kit_fda_licensed": YES,
            **{f"outcomes.{marker}": outcome for marker, outcome in outcomes.items()},
        },
        "Enter the results",
    )
    anton.sees("The results count when a second person has verified them.")


def results_verified(people: People) -> None:
    """Vera finds the report on her first page, compares, and signs."""
    vera = people("vera")
    vera.opens("/")
    vera.examines()
    vera.follows("Verify")
    vera.examines()
    vera.signs()
    vera.presses("Sign that these are the laboratory's results")
    vera.sees("Verified. The results count now.")


def donation_received(
    site: Site, people: People, use: DonationUse, tissue: Tissue, patient: str | None
) -> None:
    """Olga scans the container, inspects it and keeps the logger's file."""
    olga = people("olga")
    olga.opens(f"/intake/donations/{DONATION}/receive")
    olga.examines()
    olga.types(
        {
            "received_at": local(site.clock() - timedelta(hours=1)),
            "lowest_temperature_c": "3.1",
            "highest_temperature_c": "6.4",
            "container_intact": YES,
            "label_matches": YES,
            "inspection": "accepted",
            "condition": "Clear, no clots, seal unbroken",
            "quantity": "62.5",
            "quantity_unit": "mL",
            "product_code": PRODUCTS[tissue, use],
            "handed_over_by": "City courier, consignment 4711",
        }
    )
    olga.encloses("log", "logger.csv", b"minute,celsius\n0,3.1\n60,6.4\n")
    # Both identifiers one after the other: the scanner's Enter leads from one to the next.
    olga.scans(
        {"donation_code": DONATION} | ({"patient_code_on_container": patient} if patient else {})
    )
    olga.presses("Enter the receipt")
    olga.sees("Receipt entered.")


def donation_decided(people: People) -> None:
    """Quinn reads what it rests on, and accepts it under both laws."""
    quinn = people("quinn")
    quinn.does(
        f"/intake/donations/{DONATION}/decide",
        {
            "verdict": "accept",
            "jurisdictions": ["EU", "US"],
            "reason": "Everything was looked at",
        },
        "Sign the decision",
        signed=True,
    )
    quinn.sees("Accepted")


def donated(site: Site, people: People, use: DonationUse, tissue: Tissue) -> str | None:
    """From an unknown donor to an accepted donation; the patient's code, where there is one."""
    donor_registered(site, people, neonate=tissue is Tissue.UMBILICAL_CORD)
    patient = donation_registered(site, people, use, tissue)
    results_entered(site, people)
    results_verified(people)
    donation_received(site, people, use, tissue, patient)
    donation_decided(people)
    return patient
