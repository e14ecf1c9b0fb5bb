"""What goes wrong at a bench, on the screen: told no in words, and the attempt in the trail."""

from functools import partial

from sqlalchemy import select

from app.intake.actions import find_donation
from app.lot.lots import containers_of, find_lot
from app.quality_control.actions.verification import to_verify
from app.quality_control.quality import gather
from app.supplies.models import MaterialLot
from schemas.intake import DonationState
from schemas.lot import ContainerState, Stage
from schemas.origin import DonationUse, Tissue
from tests.browser.conftest import Enter, Serve
from tests.browser.delivering import Journey, handed_over, identified, ordered, packed
from tests.browser.intake import (
    DONATION,
    donation_received,
    donation_registered,
    donor_registered,
    results_entered,
    results_verified,
)
from tests.browser.laboratory import analysed, cultures_read
from tests.browser.lots import LOT, at_the_medium, begun, conditional, entered, given
from tests.browser.production import next_step
from tests.browser.unit import ready
from tests.conftest import PASSWORD
from tests.journeys.intake import new_patient

SIGNED_BY_OLGA = {"signing.username": "olga", "signing.password": PASSWORD}


def test_a_reactive_donor(serve: Serve, enter: Enter) -> None:
    site = serve(ready)
    people = partial(enter, site)
    use, tissue = DonationUse.ALLOGENEIC, Tissue.UMBILICAL_CORD
    donor_registered(site, people, neonate=True)
    donation_registered(site, people, use, tissue)
    results_entered(site, people, hbsag="reactive")
    results_verified(people)
    donation_received(site, people, use, tissue, None)
    quinn, path = people("quinn"), f"/intake/donations/{DONATION}/decide"
    quinn.opens(path)
    quinn.sees("HBsAg", "Reactive")
    quinn.types({"verdict": "accept", "jurisdictions": ["EU"], "reason": "Looked at"})
    quinn.signs()
    quinn.presses("Sign the decision")
    quinn.is_refused("The rules say no", "HBsAg")
    quinn.examines()
    people("ada").finds_refused(f"intake/donations/{DONATION}", "HBsAg", "Quinn Adler")
    quinn.does(path, {"verdict": "reject", "reason": "HBsAg"}, "Sign the decision", signed=True)
    with site.looking() as session:
        assert find_donation(session, DONATION).state is DonationState.REJECTED


def test_sterility_fails_after_conditional_certification(serve: Serve, enter: Enter) -> None:
    site = serve(given)
    people = partial(enter, site)
    inoculated_at = analysed(site, people, LOT)
    cultures_read(site, people, LOT, inoculated_at=inoculated_at, grows=True)
    for username, words in (
        ("quinn", "Held"),
        ("petra", "Held"),
    ):
        visitor = people(username)
        visitor.opens(f"/lots/{LOT}")
        visitor.examines()
        visitor.sees(words, "Sterility")
    petra = people("petra")
    petra.opens(f"/lots/{LOT}/release")
    petra.sees("Fail", "growth on day 3")
    assert petra.page.get_by_role("link", name="Final certification").count() == 0
    petra.follows("Recall")
    petra.types({"reason": "Growth on the first day of reading"})
    petra.signs()
    petra.presses("Sign: recall")
    petra.sees("Recalled")
    sita = people("sita")
    sita.opens("/")
    sita.follows("Recall")
    sita.examines()
    sita.types({"measures": "Patient seen today; blood cultures taken, antibiotics begun"})
    sita.signs()
    sita.presses("Acknowledge and sign")
    sita.sees("Acknowledged")
    with site.looking() as session:
        assert find_lot(session, LOT).stage is Stage.RECALLED
    people("ada").opens(f"/trail?about=lot/{LOT}")
    people("ada").sees("result.enter", "lot.recall")


def test_the_wrong_patient_at_the_hand_over(serve: Serve, enter: Enter) -> None:
    site = serve(conditional)
    people = partial(enter, site)
    with site.database.writing() as session:
        stranger = new_patient(session, site.clock)
        patient = find_lot(session, LOT).patient_coi
    journey = ordered(site, people, LOT, patient)
    packed(journey)
    identified(journey)
    lars = handed_over(journey, patient=stranger)
    lars.sees("STOP. Not done:", "patient", "Set aside")
    lars.examines()
    not_handed_over(journey)
    ada = people("ada")
    ada.opens(f"/trail?about=lot/{LOT}&by=lars")
    ada.sees("delivery.", "patient")


def not_handed_over(journey: Journey) -> None:
    with journey.site.looking() as session:
        found = {each.number: each.state for each in containers_of(session, find_lot(session, LOT))}
    assert {found[each] for each in journey.containers} == {ContainerState.PACKED}


def test_nobody_checks_their_own_step(serve: Serve, enter: Enter) -> None:
    site = serve(begun)
    olga = enter(site, "olga")
    place, path, boxes = next_step(site, LOT)
    olga.does(path, boxes, f"Enter {place.step.code}")
    olga.opens(f"{path}/1/check")
    olga.examines()
    olga.sees("Who performed a step does not check it.")
    assert olga.page.get_by_role("button", name="Sign the check").count() == 0
    olga.forges(f"{path}/1/check", {"entry": "1", **SIGNED_BY_OLGA})
    olga.is_refused("A second person is needed", "Who performed a step does not check it.")
    enter(site, "ada").finds_refused(path.strip("/"), "Olga Nowak", "does not check it")


def test_nobody_verifies_their_own_results(serve: Serve, enter: Enter) -> None:
    site = serve(entered)
    adam, anton = enter(site, "adam"), enter(site, "anton")
    boxes = {"roles": ["qc_technician", "qc_reviewer"], "reason": "Vera is on leave"}
    adam.does("/people/accounts/anton/roles", boxes, "Change roles")
    with site.looking() as session:
        known = gather(session, find_lot(session, LOT))
        sample, waiting = next(
            (each.number, found)
            for each in known.samples
            if (found := to_verify(known, each.number))
        )
    path = f"/quality/samples/{sample}/verify"
    anton.opens(path)
    anton.examines()
    anton.sees("not by you")
    assert anton.page.locator('[name="digests"]').count() == 0
    signed = {"signing.username": "anton", "signing.password": PASSWORD}
    anton.forges(path, {"digests": waiting[0].words_digest, **signed})
    anton.is_refused("A second person is needed", "Who entered a result does not verify it")
    enter(site, "ada").finds_refused(path.strip("/"), "Anton Berg", "does not verify it")


def test_expired_material(serve: Serve, enter: Enter) -> None:
    site = serve(at_the_medium)
    olga = enter(site, "olga")
    with site.looking() as session:
        newest = select(MaterialLot).order_by(MaterialLot.id.desc())
        expired = session.scalars(newest).first()
        assert expired is not None
    site.clock.forward(days=1)
    place, path, boxes = next_step(site, LOT)
    assert boxes["materials.0.code"] == expired.material.code
    olga.opens(path)
    olga.types({**boxes, "materials.0.lot": expired.number})
    olga.presses(f"Enter {place.step.code}")
    olga.is_refused("The rules say no", expired.number, "expired")
    olga.examines()
    kept = olga.page.locator('[name="values.MEDIUM-VOLUME"]').input_value()
    assert kept == boxes["values.MEDIUM-VOLUME"], "what was typed stays"
    enter(site, "ada").finds_refused(path.strip("/"), "Olga Nowak", expired.number, "expired")
    olga.does(path, {"materials.0.lot": boxes["materials.0.lot"], **boxes}, "Enter S100")


def test_a_stale_page(serve: Serve, enter: Enter) -> None:
    site = serve(begun)
    olga, oskar = enter(site, "olga"), enter(site, "oskar")
    place, path, boxes = next_step(site, LOT)
    olga.opens(path)
    olga.types(boxes)
    oskar.does(path, boxes, f"Enter {place.step.code}")
    olga.presses(f"Enter {place.step.code}")
    olga.sees("This page is out of date", "was entered by Oskar Wit", "Look at it")
    olga.examines()
    ada = enter(site, "ada")
    ada.opens(f"/trail?about=lot/{LOT}/step&did=step.perform")
    ada.sees("Oskar Wit")
    assert "Olga Nowak" not in ada.reads(), "what the stale page sent left nothing"
